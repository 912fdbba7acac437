/* fk/store_transfer.h — everything of a vault that cannot be rebuilt, out of one store and into another.
 *
 * One stream of rows serves the sealed export, its test restore, restoring, and copying a vault under a new master key
 * (docs/adr/0017). Only the sources travel (core/domain/schema.json); the tables that lists read are made again by the
 * receiver and must come out the same, which the digests at the end of the stream say. The keys of the device itself
 * ("identity") never travel: who receives wraps them anew or makes new ones.
 *
 *   head   magic 8 | version u32 | version of the tables u32 | device 16 | rows u64
 *   row    table u8 | its columns in order, laid out as src/transfer_tables.h says
 *   end    0xff | rows u64 | digest of every derived table 32 | digest of what is shown 32
 *
 * The bytes are not secret or authentic by themselves; they are sealed on their way (fk/backup.h) or never leave the
 * process. They are read strictly all the same: sizes, ranges, texts, order of the tables. */
#ifndef FK_STORE_TRANSFER_H
#define FK_STORE_TRANSFER_H

#include "fk/store.h"

enum {
    FK_TRANSFER_VERSION = 2, /* 1: had no adoptions; it is still read */
    FK_TRANSFER_HEAD_SIZE_BYTES = 40,
    FK_TRANSFER_END_SIZE_BYTES = 73,
    FK_TRANSFER_ROW_SIZE_BYTES_MAX = 1024 * 1024,
};

/* How far an export or import got, in rows. */
typedef struct fk_transfer_counts {
    uint64_t done;
    uint64_t total;
} fk_transfer_counts;

/* What two stores with the same sources have in common. */
typedef struct fk_store_digests {
    uint8_t whole[32]; /* BLAKE2b-256 over every derived table: fk_store_check's */
    uint8_t shown[32]; /* over those that do not say which device wrote: the same for a vault restored to another */
} fk_store_digests;

FK_MUST_USE fk_status fk_store_digests_read(fk_store *store, fk_store_digests *digests_out);

/* --- out ------------------------------------------------------------------------------------------- */

typedef struct fk_store_export fk_store_export; /* opaque */

/* The store is borrowed until fk_store_export_free(). FK_ERR_NO_MEMORY, and what reading answers. */
FK_MUST_USE fk_status fk_store_export_new(fk_store *store, fk_store_export **export_out);
/* Append whole rows until the buffer holds at least size_bytes, or to the end. FK_ERR_WRONG_STATE: something was
 * written to the store since the export began; what was taken so far is of no use. */
FK_MUST_USE fk_status fk_store_export_next(fk_store_export *transfer, size_t size_bytes, fk_buffer *target,
                                           bool *is_end_out);
fk_transfer_counts fk_store_export_counts(const fk_store_export *transfer);
/* What the end of the stream says; zeros before it. */
const fk_store_digests *fk_store_export_digests(const fk_store_export *transfer);
void fk_store_export_free(fk_store_export *transfer); /* NULL is allowed */

/* --- in -------------------------------------------------------------------------------------------- */

typedef enum fk_import_kind {
    FK_IMPORT_SAME_DEVICE, /* a copy of the vault: device, membership and all */
    /* The vault on another device: a new one, which belongs to no team yet. What the former device had sealed stays
     * as it was. What it had not is the new device's own, numbered anew and unsent, because the former may still be
     * about and number its own work on; the names it had are kept beside it (docs/adr/0022). */
    FK_IMPORT_NEW_DEVICE,
    /* The same, of a device whose chain at the hub is another one: what it had sealed and the hub never took, nobody
     * will ever take from it, so that is the new device's own as well. */
    FK_IMPORT_FORKED_DEVICE,
} fk_import_kind;

typedef struct fk_store_import fk_store_import; /* opaque */

/* The target is new (fk_store_create) and borrowed until fk_store_import_free(). FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_store_import_new(fk_store *target, fk_import_kind kind, fk_store_import **import_out);
/* The next bytes of the stream, cut anywhere; written in transactions of bounded size. FK_ERR_DAMAGED (not such a
 * stream), FK_ERR_NEWER_VERSION, FK_ERR_FULL, FK_ERR_IO, FK_ERR_NO_MEMORY: the target is of no use then. */
FK_MUST_USE fk_status fk_store_import_take(fk_store_import *transfer, fk_bytes piece);
/* After the last bytes: again until *is_done_out. Fills the list of cases in bounded transactions, then compares:
 * the whole digest for the same device, the shown one for a new device; nothing when the source had an older version of
 * the derived tables, whose digests are of what is no more. FK_ERR_DAMAGED: the stream has no end, or the target does
 * not show what the source showed. */
FK_MUST_USE fk_status fk_store_import_finish(fk_store_import *transfer, bool *is_done_out);
fk_transfer_counts fk_store_import_counts(const fk_store_import *transfer);
/* What the source said; zeros before its end was read. */
const fk_store_digests *fk_store_import_digests(const fk_store_import *transfer);
void fk_store_import_free(fk_store_import *transfer); /* NULL is allowed; rolls back what is not committed */

#endif
