/* Rows of a vault that travels.
 * Target: fk_transfer_row_read, again and again over the input. Whatever is read as a row is written back to the same
 * bytes, its texts are UTF-8 and its numbers are in range.
 */
#include "exact_input.h"
#include "fk/assert.h"
#include "fk/store_transfer.h"
#include "transfer_tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(char letter, const fk_transfer_value *value)
{
    FK_ASSERT(letter != 'i' || value->number >= 0);
    FK_ASSERT(letter != 'd' || value->bytes.size_bytes == FK_ID_SIZE_BYTES);
    FK_ASSERT((letter != 't' && letter != 'n') || fk_utf8_is_valid(value->bytes));
}

static void check_row(const fk_transfer_row *row, fk_bytes source)
{
    fk_buffer again;
    fk_buffer_init(&again, &fk_allocator_libc, FK_TRANSFER_ROW_SIZE_BYTES_MAX);
    for (size_t i = 0; row->table->columns[i] != '\0'; i++) {
        check_value(row->table->columns[i], &row->values[i]);
    }
    FK_ASSERT(fk_is_ok(fk_transfer_row_write(row, &again)));
    FK_ASSERT(fk_bytes_equal(fk_buffer_view(&again), source));
    fk_buffer_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = exact_input(data, size);
    size_t at = 0;
    size_t row_size = 1;
    while (row_size > 0 && at < size) {
        fk_transfer_row row;
        fk_status status = fk_transfer_row_read(fk_bytes_of(bytes + at, size - at), &row, &row_size);
        FK_ASSERT(fk_is_ok(status) || (status.code == FK_ERR_DAMAGED && row_size == 0));
        if (row_size > 0) {
            FK_ASSERT(row_size <= size - at);
            check_row(&row, fk_bytes_of(bytes + at, row_size));
        }
        at += row_size;
    }
    free(bytes);
    return 0;
}
