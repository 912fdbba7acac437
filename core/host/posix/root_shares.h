/* root_shares.h — the root key of an agency as three sheets of paper, any two of which restore it.
 *
 * For each of the three pairs of holders the seed is split in two by a random pad of its own, and
 * each holder has the halves of the two pairs they belong to. One holder's halves are random bytes
 * that say nothing of the seed, whatever computer there will be (docs/THREAT-MODEL.md). */
#ifndef FK_ROOT_SHARES_H
#define FK_ROOT_SHARES_H

#include "fk/base32.h"
#include "fk/identity.h"

enum {
    FK_ROOT_SHARE_COUNT = 3,
    FK_ROOT_SHARE_TEXT_SIZE_BYTES_MAX = 8 * 1024, /* of a sheet */
    FK_AGENCY_NAME_SIZE_BYTES_MAX = 79,
};

/* What one holder has. Wipe it with fk_root_share_wipe(). */
typedef struct fk_root_share {
    unsigned holder; /* 1 to 3 */
    fk_id agency;
    fk_key halves[FK_ROOT_SHARE_COUNT]; /* with holder i + 1; the own one is not used */
} fk_root_share;

/* seed: of the root key. Draws random bytes. */
void fk_root_shares_split(const fk_key *seed, const fk_id *agency, fk_root_share shares_out[FK_ROOT_SHARE_COUNT]);
void fk_root_share_wipe(fk_root_share *share);

/* The root key from two shares. Release with fk_identity_wipe(); on error it is zeros.
 * FK_ERR_INVALID_INPUT: twice the same holder, or two agencies. FK_ERR_AUTH: what comes out is not the root key of
 * that agency, so one of them was changed. */
FK_MUST_USE fk_status fk_root_shares_join(const fk_root_share *a, const fk_root_share *b, fk_identity *root_out);

/* The sheet of one holder, plain text to print. name may be empty; day_number: fk_civil_date_to_day_number().
 * FK_ERR_NO_MEMORY, FK_ERR_TOO_LARGE of the buffer. */
FK_MUST_USE fk_status fk_root_share_print(const fk_root_share *share, fk_bytes name, int32_t day_number,
                                          fk_buffer *sheet);
/* Read a sheet back. FK_ERR_CODE_WRONG (a line was mistyped or changed), FK_ERR_NEWER_VERSION,
 * FK_ERR_INVALID_INPUT (a line is missing, or the lines are of different sheets). On error *share_out is zeros. */
FK_MUST_USE fk_status fk_root_share_parse(fk_bytes sheet, fk_root_share *share_out);

#endif
