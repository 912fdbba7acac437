/* transfer_tables.c — which tables travel, and their rows as bytes (transfer_tables.h). */
#include "transfer_tables.h"

#include "fk/assert.h"
#include "fk/planted.h"
#include "fk/store_transfer.h"

#include "fk/banned.h"

#define TABLE(upper, lower, number, columns)                                                                    \
    [FK_TRANSFER_##upper] = { lower, number, FK_SQL_##upper##_EXPORT, FK_SQL_##upper##_IMPORT, FK_SQL_##upper##_ROWS, \
                              columns }

const fk_transfer_table fk_transfer_tables[FK_TRANSFER_TABLE_COUNT] = {
    TABLE(META, "vault_meta", 1, "tb"),
    TABLE(COMPARTMENTS, "compartments", 2, "id"),
    TABLE(SEGMENTS, "segments", 3, "idiibiiib"),
    TABLE(FRONTIERS, "frontiers", 4, "iddii"),
    TABLE(ROSTER, "roster", 5, "ib"),
    TABLE(EPOCH_KEYS, "epoch_keys", 6, "dib"),
    TABLE(CONFIRMATIONS, "confirmations", 7, "idii"),
    TABLE(WANTS, "wants", 8, "idb"),
    TABLE(ADOPTIONS, "adoptions", 11, "ididi"),
    TABLE(OPERATIONS, "operations", 9, "idiiddttnbtdi"),
    TABLE(DRAFTS, "drafts", 10, "dtdtniib"),
};

enum { SIZE_SIZE_BYTES = 4, NUMBER_SIZE_BYTES = 8 };

/* --- writing ---------------------------------------------------------------------------------------- */

static fk_status write_number(int64_t number, fk_buffer *target)
{
    uint8_t bytes[NUMBER_SIZE_BYTES];
    fk_put_u64(bytes, (uint64_t)number);
    return fk_buffer_append(target, fk_bytes_of(bytes, sizeof bytes));
}

static fk_status write_sized(fk_bytes bytes, fk_buffer *target)
{
    uint8_t size[SIZE_SIZE_BYTES];
    if (bytes.size_bytes > FK_TRANSFER_ROW_SIZE_BYTES_MAX) {
        return fk_status_of(FK_ERR_TOO_LARGE);
    }
    fk_put_u32(size, (uint32_t)bytes.size_bytes);
    FK_TRY(fk_buffer_append(target, fk_bytes_of(size, sizeof size)));
    return fk_buffer_append(target, bytes);
}

static fk_status write_value(char letter, const fk_transfer_value *value, fk_buffer *target)
{
    switch (letter) {
    case 'i':
        return write_number(value->number, target);
    case 'd':
        FK_ASSERT(value->bytes.size_bytes == FK_ID_SIZE_BYTES);
        return fk_buffer_append(target, value->bytes);
    case 'n':
        FK_TRY(fk_buffer_append_byte(target, value->is_null ? 0 : 1));
        return value->is_null ? fk_ok() : write_sized(value->bytes, target);
    default:
        return write_sized(value->bytes, target);
    }
}

fk_status fk_transfer_row_write(const fk_transfer_row *row, fk_buffer *target)
{
    size_t before = target->size_bytes;
    FK_TRY(fk_buffer_append_byte(target, row->table->number));
    for (size_t i = 0; row->table->columns[i] != '\0'; i++) {
        FK_TRY(write_value(row->table->columns[i], &row->values[i], target));
    }
    bool is_small = target->size_bytes - before <= FK_TRANSFER_ROW_SIZE_BYTES_MAX;
    return is_small ? fk_ok() : fk_status_of(FK_ERR_TOO_LARGE);
}

/* --- reading ---------------------------------------------------------------------------------------- */

/* What is left of the source; is_short: it ended before the row did. */
typedef struct row_reader {
    fk_bytes rest;
    bool is_short;
    bool is_bad;
} row_reader;

static bool take(row_reader *reader, size_t size_bytes, fk_bytes *piece_out)
{
    *piece_out = (fk_bytes){ NULL, 0 };
    reader->is_short = reader->is_short || (reader->rest.size_bytes < size_bytes && !FK_PLANTED(TRANSFER_SIZE_BOUND));
    if (reader->is_short) {
        return false;
    }
    *piece_out = fk_bytes_of(reader->rest.data, size_bytes);
    reader->rest = fk_bytes_of(reader->rest.data + size_bytes, reader->rest.size_bytes - size_bytes);
    return true;
}

static void read_number(row_reader *reader, fk_transfer_value *value)
{
    fk_bytes piece;
    if (take(reader, NUMBER_SIZE_BYTES, &piece)) {
        uint64_t number = fk_get_u64(piece.data);
        reader->is_bad = reader->is_bad || number > INT64_MAX;
        value->number = (int64_t)(number & INT64_MAX);
    }
}

static void read_sized(row_reader *reader, bool is_text, fk_transfer_value *value)
{
    fk_bytes piece;
    if (!take(reader, SIZE_SIZE_BYTES, &piece)) {
        return;
    }
    uint32_t size_bytes = fk_get_u32(piece.data);
    if (size_bytes > FK_TRANSFER_ROW_SIZE_BYTES_MAX) {
        reader->is_bad = true;
        return;
    }
    if (take(reader, size_bytes, &value->bytes)) {
        reader->is_bad = reader->is_bad || (is_text && !fk_utf8_is_valid(value->bytes));
    }
}

static void read_nullable(row_reader *reader, fk_transfer_value *value)
{
    fk_bytes piece;
    if (!take(reader, 1, &piece)) {
        return;
    }
    value->is_null = piece.data[0] == 0;
    reader->is_bad = reader->is_bad || piece.data[0] > 1;
    if (!value->is_null) {
        read_sized(reader, true, value);
    }
}

static void read_value(row_reader *reader, char letter, fk_transfer_value *value)
{
    switch (letter) {
    case 'i':
        read_number(reader, value);
        break;
    case 'd':
        (void)take(reader, FK_ID_SIZE_BYTES, &value->bytes);
        break;
    case 'n':
        read_nullable(reader, value);
        break;
    default:
        read_sized(reader, letter == 't', value);
    }
}

static const fk_transfer_table *table_of(uint8_t number)
{
    for (size_t i = 0; i < FK_TRANSFER_TABLE_COUNT; i++) {
        if (fk_transfer_tables[i].number == number) {
            return &fk_transfer_tables[i];
        }
    }
    return NULL;
}

fk_status fk_transfer_row_read(fk_bytes source, fk_transfer_row *row_out, size_t *size_out)
{
    *row_out = (fk_transfer_row){ .table = NULL };
    *size_out = 0;
    if (source.size_bytes == 0) {
        return fk_ok();
    }
    row_out->table = table_of(source.data[0]);
    row_reader reader = { .rest = fk_bytes_of(source.data + 1, source.size_bytes - 1) };
    reader.is_bad = row_out->table == NULL;
    for (size_t i = 0; !reader.is_bad && !reader.is_short && row_out->table->columns[i] != '\0'; i++) {
        read_value(&reader, row_out->table->columns[i], &row_out->values[i]);
    }
    size_t read_bytes = source.size_bytes - reader.rest.size_bytes;
    if (reader.is_bad || read_bytes > FK_TRANSFER_ROW_SIZE_BYTES_MAX) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    if (!reader.is_short) {
        *size_out = read_bytes;
    }
    return fk_ok();
}
