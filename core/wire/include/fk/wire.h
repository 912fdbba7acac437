/* fk/wire.h — the bytes devices exchange: segments, roster entries, grants, frontiers.
 *
 * Layout and limits only (docs/adr/0009): nothing here seals, opens, signs or verifies, so the hub
 * reads with the same code as the devices and holds no key. Every reader bounds before it looks;
 * what it gives are views into the bytes it was given. All integers little-endian. */
#ifndef FK_WIRE_H
#define FK_WIRE_H

#include "fk/bytes.h"

enum {
    FK_DIGEST_SIZE_BYTES = 32,
    FK_WIRE_KEY_SIZE_BYTES = 32,
    FK_WIRE_SIGNATURE_SIZE_BYTES = 64,
    FK_WIRE_NONCE_SIZE_BYTES = 24,
    FK_WIRE_TAG_SIZE_BYTES = 16,

    FK_SEGMENT_HEADER_SIZE_BYTES = 176,
    FK_SEGMENT_OPERATION_COUNT_MAX = 256,
    FK_SEGMENT_BODY_SIZE_BYTES_MIN = 512 + FK_WIRE_TAG_SIZE_BYTES,
    FK_SEGMENT_BODY_SIZE_BYTES_MAX = 288 * 1024, /* sealed, with its tag */
    FK_SEGMENT_INFLATED_SIZE_BYTES_MAX = 256 * 1024,
    FK_SEGMENT_SIZE_BYTES_MAX =
        FK_SEGMENT_HEADER_SIZE_BYTES + FK_SEGMENT_BODY_SIZE_BYTES_MAX + FK_WIRE_SIGNATURE_SIZE_BYTES,
    FK_FRONTIER_ENTRY_COUNT_MAX = 4096,
    FK_OPERATION_VALUE_SIZE_BYTES_MAX = 64 * 1024,
    FK_OPERATION_REASON_SIZE_BYTES_MAX = 16 * 1024,
    FK_OVER_COUNT_MAX = 64,
    FK_OVER_SIZE_BYTES = FK_ID_SIZE_BYTES + 8, /* device, sequence */

    FK_ROSTER_HEADER_SIZE_BYTES = 128,
    FK_ROSTER_PAYLOAD_SIZE_BYTES_MAX = 4096,
    FK_ROSTER_ENTRY_SIZE_BYTES_MAX =
        FK_ROSTER_HEADER_SIZE_BYTES + FK_ROSTER_PAYLOAD_SIZE_BYTES_MAX + FK_WIRE_SIGNATURE_SIZE_BYTES,

    FK_GRANT_SEALED_SIZE_BYTES = 132,
    FK_GRANT_SIZE_BYTES = 308,

    FK_FRONTIER_HEADER_SIZE_BYTES = 96,
    FK_FRONTIER_SIZE_BYTES_MAX = FK_FRONTIER_HEADER_SIZE_BYTES + FK_FRONTIER_ENTRY_COUNT_MAX * 32 +
                                 FK_WIRE_TAG_SIZE_BYTES + FK_WIRE_SIGNATURE_SIZE_BYTES,
};

typedef struct fk_digest {
    uint8_t bytes[FK_DIGEST_SIZE_BYTES];
} fk_digest;

/* --- segments --------------------------------------------------------------------------------- */

typedef struct fk_segment_header {
    uint16_t operation_count; /* 1 to 256 */
    fk_id agency;
    fk_id compartment;
    uint32_t epoch;        /* from 1 */
    uint32_t roster_index; /* of the newest roster entry its author knew */
    fk_digest roster_hash;
    fk_id device;
    uint64_t first_sequence; /* from 1; the n-th operation has first_sequence + n */
    fk_digest prev;          /* id of the device's segment before in this compartment, zeros for the first */
    uint8_t nonce[FK_WIRE_NONCE_SIZE_BYTES];
    uint32_t body_size_bytes; /* sealed, with its tag */
} fk_segment_header;

/* One segment inside longer bytes; every view is borrowed from them. */
typedef struct fk_segment {
    fk_segment_header header;
    fk_bytes whole;        /* header || sealed body || signature */
    fk_bytes header_bytes; /* the associated data of the seal */
    fk_bytes body;
    fk_bytes signature;
} fk_segment;

/* The size a plain body is padded to: PADME of it, at least 512. size_bytes is at most FK_SEGMENT_BODY_SIZE_BYTES_MAX.
 * A sealed body has such a size and the tag's, no other. */
size_t fk_padded_size(size_t size_bytes);

/* What a header says is within its bounds, asserted: count 1 to 256, epoch and first sequence from 1, body size padded.
 */
void fk_segment_header_write(const fk_segment_header *header, uint8_t target[FK_SEGMENT_HEADER_SIZE_BYTES]);
/* Read the segment that bytes begin with; segment_out->whole says where it ends.
 * FK_ERR_INVALID_INPUT (cut, reserved bytes, a bound, a body size that no padding gives), FK_ERR_NEWER_VERSION (format
 * or dictionary). */
FK_MUST_USE fk_status fk_segment_read(fk_bytes bytes, fk_segment *segment_out);

typedef struct fk_frontier_entry {
    fk_id device;
    uint64_t last_sequence; /* from 1 */
    uint8_t hash_prefix[8]; /* of the id of the segment that holds last_sequence */
} fk_frontier_entry;

/* Texts are strict UTF-8 without NUL; type and field have 1 to 255 bytes; numbers are at most INT64_MAX. */
typedef struct fk_wire_operation {
    uint64_t hlc;
    fk_id record;
    fk_id mutation;
    fk_bytes type;
    fk_bytes field;
    bool has_value;
    fk_bytes value;  /* canonical JSON text, 1 byte to 64 KiB; empty without has_value */
    fk_bytes reason; /* at most 16 KiB; may be empty */
    fk_bytes over;   /* FK_OVER_SIZE_BYTES each: device, sequence u64 from 1; in bytewise order, no pair twice */
    /* The same write under the name it had before its device became another one (docs/adr/0022); zeros if none. */
    bool is_adopted;
    fk_id adopted_device;
    uint64_t adopted_sequence; /* from 1 */
} fk_wire_operation;

/* Collects the body of one segment: frontier first, then the case, then operations. */
typedef struct fk_segment_body {
    fk_buffer inflated;
    uint16_t operation_count;
} fk_segment_body;

/* entries: only what changed since the author's segment before, in bytewise order of device, no device twice; may be
 * none. FK_ERR_INVALID_INPUT, FK_ERR_TOO_LARGE, FK_ERR_NO_MEMORY; then there is nothing to free. */
FK_MUST_USE fk_status fk_segment_body_begin(fk_segment_body *body, const fk_allocator *allocator, const fk_id *case_id,
                                            const fk_frontier_entry *entries, size_t entry_count);
/* FK_ERR_TOO_LARGE: this one has no room left; close it and begin the next (an empty body has room for any operation).
 * FK_ERR_INVALID_INPUT (a bound of fk_wire_operation), FK_ERR_NO_MEMORY. On error nothing changed. */
FK_MUST_USE fk_status fk_segment_body_add(fk_segment_body *body, const fk_wire_operation *operation);
/* Deflate and pad: what is to be sealed. plain_out is cleared first, may grow to FK_SEGMENT_BODY_SIZE_BYTES_MAX, and is
 * empty on error. At least one operation (asserted). FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_segment_body_finish(const fk_segment_body *body, fk_buffer *plain_out);
void fk_segment_body_free(fk_segment_body *body); /* wipes */

/* What an opened body says. Views into `inflated`, which the caller owns and frees. */
typedef struct fk_segment_content {
    fk_id case_id;
    size_t frontier_entry_count;
    fk_bytes frontier_entries;
    uint16_t operation_count;
    fk_bytes operations;
} fk_segment_content;

/* Inflate and check everything, also each operation's bounds and that operation_count is the header's. inflated_out may
 * grow to FK_SEGMENT_INFLATED_SIZE_BYTES_MAX, however little is said to be more; it is empty on error.
 * FK_ERR_INVALID_INPUT, FK_ERR_TOO_LARGE (says to be larger than that), FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_segment_content_read(fk_bytes plain, uint16_t operation_count, fk_buffer *inflated_out,
                                              fk_segment_content *content_out);
void fk_segment_content_frontier(const fk_segment_content *content, size_t index, fk_frontier_entry *entry_out);
/* The operation at *offset (0 first), which then stands at the next. Cannot fail: content was checked. */
void fk_segment_content_operation(const fk_segment_content *content, size_t *offset, fk_wire_operation *operation_out);

/* --- roster ------------------------------------------------------------------------------------- */

typedef enum fk_roster_kind {
    FK_ROSTER_FOUNDING = 0, /* always and only at index 0 */
    FK_ROSTER_DEVICE = 1,
    FK_ROSTER_PERSON = 2,
    FK_ROSTER_ROLE = 3,
    FK_ROSTER_COMPARTMENT = 4,
    FK_ROSTER_MEMBERSHIP = 5,
    FK_ROSTER_EPOCH = 6,
    FK_ROSTER_LATER = 7,        /* policy; stands for every kind that is named for later or unknown (docs/adr/0009) */
    FK_ROSTER_RECOVERY_KEY = 8, /* docs/adr/0018 */
} fk_roster_kind;

enum { FK_ROSTER_KIND_COUNT = FK_ROSTER_RECOVERY_KEY + 1 }; /* no known kind is as large */

/* Has this kind a payload that fk_roster_payload_read() reads? */
bool fk_roster_kind_is_known(uint16_t kind);

typedef struct fk_roster_header {
    uint32_t index;
    uint16_t kind;
    uint16_t payload_size_bytes;
    fk_id agency;
    fk_digest prev;
    uint8_t signer[FK_WIRE_KEY_SIZE_BYTES];
    uint64_t made_ms;
} fk_roster_header;

typedef struct fk_roster_entry {
    fk_roster_header header;
    fk_bytes whole;
    fk_bytes content; /* header || payload: what is signed */
    fk_bytes payload;
    fk_bytes signature;
} fk_roster_entry;

void fk_roster_header_write(const fk_roster_header *header, uint8_t target[FK_ROSTER_HEADER_SIZE_BYTES]);
/* FK_ERR_INVALID_INPUT, FK_ERR_NEWER_VERSION. An unknown kind is read as well. */
FK_MUST_USE fk_status fk_roster_entry_read(fk_bytes bytes, fk_roster_entry *entry_out);

enum {
    FK_SEALED_NAME_SIZE_BYTES = 128,
    FK_SEALED_NAME_PLAIN_SIZE_BYTES = 80, /* size u8, text, zeros */
    FK_NAME_SIZE_BYTES_MAX = FK_SEALED_NAME_PLAIN_SIZE_BYTES - 1,
};

/* A name under the key of an epoch of the agency-wide compartment: the hub reads ids only. */
typedef struct fk_sealed_name {
    uint32_t epoch; /* 0: no name, and all else is zero */
    uint8_t nonce[FK_WIRE_NONCE_SIZE_BYTES];
    uint8_t sealed[FK_SEALED_NAME_PLAIN_SIZE_BYTES + FK_WIRE_TAG_SIZE_BYTES];
} fk_sealed_name;

typedef enum fk_device_kind {
    FK_DEVICE_TABLET = 1,
    FK_DEVICE_OFFICE = 2, /* counts for "confirmed" */
    FK_DEVICE_PHONE = 3,
} fk_device_kind;

typedef enum fk_compartment_kind {
    FK_COMPARTMENT_AGENCY = 1, /* everybody; holds names, no records */
    FK_COMPARTMENT_TEAM = 2,
    FK_COMPARTMENT_CASE = 3,
} fk_compartment_kind;

enum { FK_ROLE_ADMINISTRATOR = 1u << 0, FK_ROLE_CASEWORKER = 1u << 1 };

typedef struct fk_roster_founding {
    uint8_t root_key[FK_WIRE_KEY_SIZE_BYTES];
    uint8_t founding_key[FK_WIRE_KEY_SIZE_BYTES]; /* may sign one device of that person, then never again */
    fk_id person;                                 /* is an administrator from here on */
    fk_id token_id;                               /* by which the hub knows the first administrator's code */
    uint64_t expires_ms;
} fk_roster_founding;

typedef struct fk_roster_device {
    fk_id device;
    fk_id person;
    uint8_t kind; /* fk_device_kind */
    uint8_t signing_key[FK_WIRE_KEY_SIZE_BYTES];
    uint8_t box_key[FK_WIRE_KEY_SIZE_BYTES];
    fk_sealed_name label;
} fk_roster_device;

typedef struct fk_roster_person {
    fk_id person;
    fk_sealed_name name;
} fk_roster_person;

typedef struct fk_roster_role {
    fk_id person;
    uint32_t roles; /* replaces what the person had */
} fk_roster_role;

typedef struct fk_roster_compartment {
    fk_id compartment;
    uint8_t kind; /* fk_compartment_kind */
    fk_sealed_name name;
} fk_roster_compartment;

typedef struct fk_roster_membership {
    fk_id compartment;
    fk_id person;
    bool is_member;
    bool whole_history; /* false: from now on */
} fk_roster_membership;

typedef struct fk_roster_epoch {
    fk_id compartment;
    uint32_t number;
    fk_digest commitment;
    bool has_link; /* the key before, sealed under this one */
    uint8_t link_nonce[FK_WIRE_NONCE_SIZE_BYTES];
    uint8_t link[FK_WIRE_KEY_SIZE_BYTES + FK_WIRE_TAG_SIZE_BYTES];
} fk_roster_epoch;

/* The key that vaults of the agency seal their escrow slot to (fk/escrow.h); the newest entry replaces the others. */
typedef struct fk_roster_recovery_key {
    fk_id key; /* follows from the public key */
    uint8_t public_key[FK_WIRE_KEY_SIZE_BYTES];
} fk_roster_recovery_key;

typedef struct fk_roster_payload {
    fk_roster_kind kind;
    union {
        fk_roster_founding founding;
        fk_roster_device device;
        fk_roster_person person;
        fk_roster_role role;
        fk_roster_compartment compartment;
        fk_roster_membership membership;
        fk_roster_epoch epoch;
        fk_roster_recovery_key recovery_key;
    } as;
} fk_roster_payload;

/* Returns the size written. Values are within their bounds (asserted): kinds and roles of the lists above, epoch
 * numbers from 1; what is not there is zero (a name of epoch 0, the link of an epoch without one), and who is no member
 * has no history. target holds FK_ROSTER_PAYLOAD_SIZE_BYTES_MAX. */
size_t fk_roster_payload_write(const fk_roster_payload *payload, uint8_t *target);
/* FK_ERR_INVALID_INPUT (size, reserved bytes, value out of range), FK_ERR_NOT_YET (a kind named for later or unknown).
 */
FK_MUST_USE fk_status fk_roster_payload_read(const fk_roster_entry *entry, fk_roster_payload *payload_out);

/* --- grants and frontiers ------------------------------------------------------------------------- */

typedef struct fk_grant {
    fk_id agency;
    fk_id compartment;
    uint32_t epoch;
    fk_digest epoch_entry; /* hash of the roster entry of that epoch */
    fk_id device;          /* who gets the key */
    fk_id maker;           /* the device that gives it */
    uint8_t sealed[FK_GRANT_SEALED_SIZE_BYTES];
    uint8_t signature[FK_WIRE_SIGNATURE_SIZE_BYTES];
} fk_grant;

enum { FK_GRANT_SIGNED_SIZE_BYTES = FK_GRANT_SIZE_BYTES - FK_WIRE_SIGNATURE_SIZE_BYTES };

void fk_grant_write(const fk_grant *grant, uint8_t target[FK_GRANT_SIZE_BYTES]);
FK_MUST_USE fk_status fk_grant_read(fk_bytes bytes, fk_grant *grant_out);

typedef struct fk_frontier_header {
    fk_id agency;
    fk_id compartment;
    fk_id device;
    uint64_t number; /* at most INT64_MAX, as every number that is stored; grows with each frontier the device posts for
                        the compartment */
    uint32_t epoch;
    uint32_t entry_count;
    uint8_t nonce[FK_WIRE_NONCE_SIZE_BYTES];
} fk_frontier_header;

/* One frontier inside longer bytes. Sealed under the epoch key, associated data the header; signed: header || sealed.
 */
typedef struct fk_frontier {
    fk_frontier_header header;
    fk_bytes whole;
    fk_bytes header_bytes;
    fk_bytes sealed;
    fk_bytes content; /* header || sealed */
    fk_bytes signature;
} fk_frontier;

void fk_frontier_header_write(const fk_frontier_header *header, uint8_t target[FK_FRONTIER_HEADER_SIZE_BYTES]);
FK_MUST_USE fk_status fk_frontier_read(fk_bytes bytes, fk_frontier *frontier_out);
enum { FK_FRONTIER_ENTRY_SIZE_BYTES = 32 };
void fk_frontier_entry_write(const fk_frontier_entry *entry, uint8_t target[FK_FRONTIER_ENTRY_SIZE_BYTES]);
/* The entries of an opened frontier: in bytewise order of device, no device twice, sequences from 1.
 * FK_ERR_INVALID_INPUT. */
FK_MUST_USE fk_status fk_frontier_entries_check(fk_bytes entries);
void fk_frontier_entry_read(const uint8_t source[FK_FRONTIER_ENTRY_SIZE_BYTES], fk_frontier_entry *entry_out);

#endif
