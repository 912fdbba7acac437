/* key_shares.h — a key of an agency as three sheets of paper, any two of which restore it: the root key, and the
 * recovery key (docs/adr/0018).
 *
 * For each of the three pairs of holders the seed is split in two by a random pad of its own, and
 * each holder has the halves of the two pairs they belong to. One holder's halves are random bytes
 * that say nothing of the seed, whatever computer there will be (docs/THREAT-MODEL.md). */
#ifndef FK_KEY_SHARES_H
#define FK_KEY_SHARES_H

#include "fk/base32.h"
#include "fk/identity.h"

enum {
    FK_KEY_SHARE_COUNT = 3,
    FK_KEY_SHARE_TEXT_SIZE_BYTES_MAX = 8 * 1024, /* of a sheet */
    FK_AGENCY_NAME_SIZE_BYTES_MAX = 79,
};

/* Which key. Values stand on paper. */
typedef enum fk_share_kind {
    FK_SHARE_ROOT = 1,     /* an Ed25519 seed; its id is the agency's */
    FK_SHARE_RECOVERY = 2, /* an X25519 secret key; its id is the recovery key's */
} fk_share_kind;

/* What one holder has. Wipe it with fk_key_share_wipe(). */
typedef struct fk_key_share {
    fk_share_kind kind;
    unsigned holder;                   /* 1 to 3 */
    fk_id id;                          /* that follows from the public key */
    fk_key halves[FK_KEY_SHARE_COUNT]; /* with holder i + 1; the own one is not used */
} fk_key_share;

/* The key pairs of a seed; only those of its kind are meant to be used. Release with fk_identity_wipe(). */
void fk_key_share_identity(fk_share_kind kind, const fk_key *seed, fk_identity *identity_out);
/* The id that stands on the sheets of that key. */
fk_id fk_key_share_id(fk_share_kind kind, const fk_identity *identity);

/* Draws random bytes. */
void fk_key_shares_split(fk_share_kind kind, const fk_key *seed, const fk_id *id,
                         fk_key_share shares_out[FK_KEY_SHARE_COUNT]);
void fk_key_share_wipe(fk_key_share *share);

/* The key from two shares. Release with fk_identity_wipe(); on error it is zeros, and error says why in words.
 * FK_ERR_INVALID_INPUT: twice the same sheet, or sheets of two keys. FK_ERR_AUTH: what comes out is not the key whose
 * id stands on both, so one of them was changed. */
FK_MUST_USE fk_status fk_key_shares_join(const fk_key_share *a, const fk_key_share *b, fk_identity *key_out,
                                         fk_error *error);

/* The sheet of one holder, plain text to print. name may be empty; day_number: fk_civil_date_to_day_number().
 * FK_ERR_NO_MEMORY, FK_ERR_TOO_LARGE of the buffer. */
FK_MUST_USE fk_status fk_key_share_print(const fk_key_share *share, fk_bytes name, int32_t day_number,
                                         fk_buffer *sheet);
/* Read a sheet of that kind back. FK_ERR_CODE_WRONG (a line was mistyped or changed), FK_ERR_NEWER_VERSION,
 * FK_ERR_INVALID_INPUT (a line is missing, or the lines are of different sheets or of another kind). On error
 * *share_out is zeros. */
FK_MUST_USE fk_status fk_key_share_parse(fk_bytes sheet, fk_share_kind kind, fk_key_share *share_out);

#endif
