/* transfer_device.h — rows of a vault that becomes another device's (FK_IMPORT_NEW_DEVICE, FK_IMPORT_FORKED_DEVICE). Private to core/store. */
#ifndef FK_STORE_TRANSFER_DEVICE_H
#define FK_STORE_TRANSFER_DEVICE_H

#include "fk/store_transfer.h"

#include "store_internal.h"
#include "transfer_tables.h"

enum { FK_ADOPTED_OVER_SIZE_BYTES_MAX = 64 * 24 };

/* What one row is turned into. The row points into it. */
typedef struct fk_adopted {
    fk_id device;
    uint8_t over[FK_ADOPTED_OVER_SIZE_BYTES_MAX];
} fk_adopted;

/* Turn a row of the former device into one of the store's own device, where that is due. *is_kept_out: the new device
 * has a use for it. Rows come in the order of fk_transfer_place. */
FK_MUST_USE fk_status fk_transfer_adopt(fk_store *store, fk_import_kind kind, const fk_id *former,
                                        fk_transfer_row *row, fk_adopted *adopted, bool *is_kept_out);

/* After the frontiers and before the first operation. */
FK_MUST_USE fk_status fk_transfer_inherit(fk_store *store, const fk_id *former);

#endif
