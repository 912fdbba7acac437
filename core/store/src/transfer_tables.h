/* transfer_tables.h — the source tables as they travel, and one row as bytes. Private to core/store.
 *
 * A row is its table's number, then its columns in order, each by its letter:
 *   i  integer u64, at most INT64_MAX        d  id or device, 16 bytes
 *   t  text: size u32, UTF-8                 n  text or NULL: a byte 0 or 1, after 1 as t
 *   b  bytes: size u32, bytes
 * A later version of the stream adds tables and columns under a new version number; a number is never used again. */
#ifndef FK_STORE_TRANSFER_TABLES_H
#define FK_STORE_TRANSFER_TABLES_H

#include "fk/bytes.h"

#include "query.h"

enum { FK_TRANSFER_COLUMN_COUNT_MAX = 13, FK_TRANSFER_END_MARK = 0xff };

/* In the order in which they travel: what an operation is judged by comes before it. */
typedef enum fk_transfer_place {
    FK_TRANSFER_META,
    FK_TRANSFER_COMPARTMENTS,
    FK_TRANSFER_SEGMENTS,
    FK_TRANSFER_FRONTIERS,
    FK_TRANSFER_ROSTER,
    FK_TRANSFER_EPOCH_KEYS,
    FK_TRANSFER_CONFIRMATIONS,
    FK_TRANSFER_WANTS,
    FK_TRANSFER_ADOPTIONS,
    FK_TRANSFER_OPERATIONS,
    FK_TRANSFER_DRAFTS,
    FK_TRANSFER_TABLE_COUNT,
} fk_transfer_place;

typedef struct fk_transfer_table {
    const char *name;
    uint8_t number; /* in the stream */
    fk_sql select;
    fk_sql insert;
    fk_sql count;
    const char *columns; /* a letter each */
} fk_transfer_table;

extern const fk_transfer_table fk_transfer_tables[FK_TRANSFER_TABLE_COUNT];

typedef struct fk_transfer_value {
    int64_t number;
    fk_bytes bytes; /* text, id or bytes */
    bool is_null;
} fk_transfer_value;

typedef struct fk_transfer_row {
    const fk_transfer_table *table;
    fk_transfer_value values[FK_TRANSFER_COLUMN_COUNT_MAX];
} fk_transfer_row;

/* Append. FK_ERR_TOO_LARGE: a row beyond FK_TRANSFER_ROW_SIZE_BYTES_MAX, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_transfer_row_write(const fk_transfer_row *row, fk_buffer *target);

/* Read the row at the beginning of source, which begins with a table's number. The row's bytes point into source.
 * size_out  how long it is; 0: source does not hold all of it yet.
 * FK_ERR_DAMAGED: no such row. */
FK_MUST_USE fk_status fk_transfer_row_read(fk_bytes source, fk_transfer_row *row_out, size_t *size_out);

#endif
