#include "cursor.h"

#include <stdio.h>
#include <string.h>

#include "fk/banned.h"

enum {
    NUMBER_SIZE = 16,
    CURSOR_SIZE_BYTES = NUMBER_SIZE + 1 + FK_ID_HEX_SIZE,
};

fk_status fk_cursor_read(fk_bytes cursor, uint64_t *number_out, fk_id *id_out)
{
    if (cursor.size_bytes != CURSOR_SIZE_BYTES || cursor.data[NUMBER_SIZE] != ':') {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    /* The digits of a number are read as the lower half of an id. */
    uint8_t padded[FK_ID_HEX_SIZE];
    fk_id number;
    memset(padded, '0', sizeof padded);
    memcpy(padded + FK_ID_HEX_SIZE - NUMBER_SIZE, cursor.data, NUMBER_SIZE);
    FK_TRY(fk_id_from_hex(fk_bytes_of(padded, sizeof padded), &number));
    *number_out = 0;
    for (size_t i = FK_ID_SIZE_BYTES / 2; i < FK_ID_SIZE_BYTES; i++) {
        *number_out = *number_out << 8 | number.bytes[i];
    }
    return fk_id_from_hex(fk_bytes_of(cursor.data + NUMBER_SIZE + 1, FK_ID_HEX_SIZE), id_out);
}

fk_status fk_cursor_write(uint64_t number, const fk_id *id, fk_arena *arena, fk_bytes *cursor_out)
{
    char cursor[CURSOR_SIZE_BYTES + 1];
    char hex[FK_ID_HEX_SIZE + 1];
    fk_id_to_hex(id, hex);
    (void)snprintf(cursor, sizeof cursor, "%016llx:%s", (unsigned long long)number, hex);
    return fk_bytes_copy(fk_bytes_text(cursor), arena, cursor_out);
}
