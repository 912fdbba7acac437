/* fk/enrol_code.h — the code a person types to bring a device into an agency, and what follows
 * from its token (docs/adr/0010).
 *
 * 35 bytes as 56 signs of base32 and 4 check signs, in groups of 4: version and kind 1 | agency id
 * 16 | token 10 | roster index 3 | first bytes of that entry's hash 5. The agency id is the root
 * key's fingerprint, so whoever has the code believes no server about who the agency is. The token
 * is a secret until it is used or has expired. Pure but for the keys it makes. */
#ifndef FK_ENROL_CODE_H
#define FK_ENROL_CODE_H

#include "fk/base32.h"
#include "fk/identity.h"
#include "fk/messages.h"
#include "fk/roster.h"

enum {
    FK_ENROL_CODE_SIZE_BYTES = 35,
    FK_ENROL_CODE_TEXT_SIZE = FK_BASE32_TEXT_SIZE(FK_ENROL_CODE_SIZE_BYTES), /* with dashes, without NUL */
    FK_ENROL_HASH_PREFIX_SIZE_BYTES = 5,
    FK_ENROL_INDEX_MAX = 0xffffff,
    FK_ENROL_WORD_COUNT = 8,
    FK_ENROL_WORD_INDEX_MAX = 7775, /* of the EFF large list */
};

_Static_assert((int)FK_ROSTER_ENTRY_COUNT_MAX <= (int)FK_ENROL_INDEX_MAX, "every roster index fits a code");

typedef enum fk_enrol_kind {
    FK_ENROL_JOINING = 1,  /* made by an administrator's device */
    FK_ENROL_FOUNDING = 2, /* made with the agency; its token is the seed of the founding key */
} fk_enrol_kind;

typedef struct fk_enrol_code {
    fk_enrol_kind kind;
    fk_id agency;
    uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES]; /* secret */
    uint32_t roster_index;                    /* head of the roster when the code was made */
    uint8_t roster_hash_prefix[FK_ENROL_HASH_PREFIX_SIZE_BYTES];
} fk_enrol_code;

/* A code for the roster as it stands, which has an entry. token: random (fk_random_bytes()); that of a founding code
 * is older than the roster, whose first entry holds its key. Wipe the code with fk_enrol_code_wipe(). */
void fk_enrol_code_make(fk_enrol_kind kind, const fk_roster *roster, const uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES],
                        fk_enrol_code *code_out);
void fk_enrol_code_wipe(fk_enrol_code *code);

/* text_out: the code with dashes and a NUL. It is as secret as the token. */
void fk_enrol_code_write(const fk_enrol_code *code, char text_out[FK_ENROL_CODE_TEXT_SIZE + 1]);
/* As typed: see fk_base32_read(). On error *code_out is zeros.
 * FK_ERR_CODE_WRONG (mistyped), FK_ERR_NEWER_VERSION (typed right, of a version or kind this app does not know). */
FK_MUST_USE fk_status fk_enrol_code_read(fk_bytes text, fk_enrol_code *code_out);

/* Is this the roster the code was made for? Same agency, and the entry at the code's index is there and is that
 * one. false also while the roster is still shorter. */
bool fk_enrol_code_fits(const fk_enrol_code *code, const fk_roster *roster);

/* By which the hub knows the token without knowing it: first 16 of BLAKE2b-256("fk/enrol-id/v1" || agency || token). */
fk_id fk_enrol_token_id(const fk_id *agency, const uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES]);
/* Key of the MAC in an enrolment request: BLAKE2b-256("fk/enrol-key/v1" || agency || token). Wipe it. */
void fk_enrol_mac_key(const fk_id *agency, const uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES], fk_key *key_out);
/* The founding key: signing seed BLAKE2b-256("fk/founding-key/v1" || agency || token). Only its signing half is
 * meant to be used. Release with fk_identity_wipe(). */
void fk_enrol_founding_identity(const fk_id *agency, const uint8_t token[FK_ENROL_TOKEN_SIZE_BYTES],
                                fk_identity *identity_out);

/* The 8 words both devices show, as indices into the EFF large list: 8 little-endian u64 of
 * BLAKE2b-512("fk/fingerprint/v1" || agency || token id || device || signing key || box key), each modulo 7,776. */
void fk_enrol_words(const fk_id *agency, const fk_id *token_id, const fk_id *device,
                    const uint8_t signing_key[FK_PUBLIC_KEY_SIZE_BYTES],
                    const uint8_t box_key[FK_PUBLIC_KEY_SIZE_BYTES], uint32_t words_out[FK_ENROL_WORD_COUNT]);

#endif
