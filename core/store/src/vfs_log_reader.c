#include "vfs_log_reader.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/planted.h"

#include "fk/banned.h"

enum { WINDOW_SIZE_BYTES_MAX = 1024 * 1024 };

_Static_assert((int)WINDOW_SIZE_BYTES_MAX >= (int)VFS_TRANSACTION_PAGE_COUNT_MAX * 4,
               "all page numbers of a record fit");

fk_status vfs_log_reader_init(vfs_log_reader *reader, const fk_allocator *allocator, const fk_disk *disk,
                              vfs_log_trust trust, fk_vault_file file)
{
    *reader = (vfs_log_reader){ .allocator = allocator, .disk = disk, .trust = trust, .file = file };
    int64_t size_bytes = disk->size(disk->ctx, file);
    if (size_bytes < 0) {
        return fk_status_of(FK_ERR_IO);
    }
    reader->size_bytes = (uint64_t)size_bytes;
    reader->window_size_bytes = reader->size_bytes < WINDOW_SIZE_BYTES_MAX ? (size_t)size_bytes : WINDOW_SIZE_BYTES_MAX;
    reader->window_size_bytes += reader->window_size_bytes == 0; /* an empty file: never read into */
    reader->window = fk_allocate(allocator, reader->window_size_bytes);
    return reader->window != NULL ? fk_ok() : fk_status_of(FK_ERR_NO_MEMORY);
}

void vfs_log_reader_free(vfs_log_reader *reader)
{
    if (reader->window != NULL) {
        fk_release(reader->allocator, reader->window, reader->window_size_bytes);
    }
    *reader = (vfs_log_reader){ .disk = NULL };
}

/* Bytes of the log at an offset, through the window. *bytes_out is NULL when the file ends before. */
static fk_status view(vfs_log_reader *reader, uint64_t offset_bytes, size_t size_bytes, const uint8_t **bytes_out)
{
    *bytes_out = NULL;
    if (offset_bytes > reader->size_bytes || size_bytes > reader->size_bytes - offset_bytes) {
        if (!FK_PLANTED(LOG_LENGTH_BOUND)) {
            return fk_ok();
        }
    }
    bool is_in_window = offset_bytes >= reader->window_offset_bytes &&
                        offset_bytes - reader->window_offset_bytes <= reader->window_used_bytes &&
                        size_bytes <= reader->window_used_bytes - (offset_bytes - reader->window_offset_bytes);
    if (!is_in_window) {
        int64_t read_bytes = reader->disk->read(reader->disk->ctx, reader->file, reader->window,
                                                reader->window_size_bytes, offset_bytes);
        if (read_bytes < 0 || (uint64_t)read_bytes > reader->window_size_bytes) {
            return fk_status_of(FK_ERR_IO);
        }
        reader->window_offset_bytes = offset_bytes;
        reader->window_used_bytes = (size_t)read_bytes;
        if (size_bytes > reader->window_used_bytes && !FK_PLANTED(LOG_LENGTH_BOUND)) {
            /* Shorter than its size said a moment ago: the handle does not work. */
            return fk_status_of(FK_ERR_IO);
        }
    }
    *bytes_out = reader->window + (offset_bytes - reader->window_offset_bytes);
    return fk_ok();
}

fk_status vfs_log_reader_head(vfs_log_reader *reader, size_t size_bytes, fk_bytes *head_out)
{
    *head_out = (fk_bytes){ NULL, 0 };
    size_t available_bytes = reader->size_bytes < size_bytes ? (size_t)reader->size_bytes : size_bytes;
    const uint8_t *bytes = NULL;
    FK_TRY(view(reader, 0, available_bytes, &bytes));
    *head_out = fk_bytes_of(bytes, available_bytes);
    return fk_ok();
}

static bool page_numbers_are_in_bounds(const vfs_log_record *record)
{
    for (uint32_t i = 0; i < record->header.record_page_count; i++) {
        if (record->page_numbers[i] == 0 || record->page_numbers[i] > record->header.page_count) {
            return false;
        }
    }
    return true;
}

/* The numbers stand behind the pages and say which tag each page must have: they come first. *whole_out: the file does
 * not end before the record does. */
static fk_status read_numbers(vfs_log_reader *reader, vfs_log_record *record, bool *whole_out)
{
    size_t page_count = record->header.record_page_count;
    size_t body_size_bytes =
        vfs_record_size_bytes(record->header.version, (uint32_t)page_count) - VFS_RECORD_HEADER_SIZE_BYTES;
    const uint8_t *bytes = NULL;
    if (body_size_bytes <= reader->window_size_bytes) {
        FK_TRY(view(reader, record->pages_offset_bytes, body_size_bytes, &bytes)); /* the record in one read */
    }
    FK_TRY(view(reader, record->pages_offset_bytes + body_size_bytes - page_count * 4, page_count * 4, &bytes));
    *whole_out = bytes != NULL;
    for (size_t i = 0; *whole_out && i < page_count; i++) {
        record->page_numbers[i] = fk_get_u32(bytes + i * 4);
    }
    return fk_ok();
}

/* In version 2 the MAC is over the tag, and the tag over the page. */
static bool page_is_authentic(const vfs_log_reader *reader, uint32_t page_number, const uint8_t *page)
{
    if (reader->trust.version == VFS_FORMAT_WHOLE_PAGES || FK_PLANTED(PAGE_TAG_TRUSTED)) {
        return true;
    }
    size_t size_bytes = vfs_format_page_size_bytes(reader->trust.version);
    uint8_t tag[FK_PAGE_TAG_SIZE_BYTES];
    fk_page_tag(reader->trust.page_key, page_number, fk_bytes_of(page, size_bytes), tag);
    return fk_equal_constant_time(tag, page + size_bytes - sizeof tag, sizeof tag);
}

/* Pages and numbers of a record whose header and numbers were read: run them through the MAC. */
static fk_status read_body(vfs_log_reader *reader, fk_hash *mac, const vfs_log_record *record, bool *authentic_out)
{
    uint32_t page_size_bytes = vfs_format_page_size_bytes(record->header.version);
    uint64_t offset_bytes = record->pages_offset_bytes;
    const uint8_t *bytes = NULL;
    *authentic_out = true;
    for (uint32_t i = 0; i < record->header.record_page_count; i++) {
        FK_TRY(view(reader, offset_bytes, page_size_bytes, &bytes));
        vfs_record_mac_page(mac, record->header.version, bytes);
        *authentic_out = page_is_authentic(reader, record->page_numbers[i], bytes) && *authentic_out;
        offset_bytes += page_size_bytes;
    }
    size_t numbers_size_bytes = (size_t)record->header.record_page_count * 4;
    FK_TRY(view(reader, offset_bytes, numbers_size_bytes, &bytes));
    fk_hash_update(mac, fk_bytes_of(bytes, numbers_size_bytes));
    uint8_t computed[FK_HASH_SIZE_BYTES];
    fk_hash_final(mac, computed);
    *authentic_out = fk_equal_constant_time(computed, record->header.mac, sizeof computed) && *authentic_out;
    return fk_ok();
}

fk_status vfs_log_reader_record(vfs_log_reader *reader, uint64_t offset_bytes, const fk_id *generation,
                                vfs_log_record *record_out, bool *found_out)
{
    *found_out = false;
    const uint8_t *bytes = NULL;
    FK_TRY(view(reader, offset_bytes, VFS_RECORD_HEADER_SIZE_BYTES, &bytes));
    if (bytes == NULL || !vfs_record_starts(bytes, generation) ||
        !fk_is_ok(vfs_record_parse_header(bytes, reader->trust.version, &record_out->header))) {
        return fk_ok();
    }
    fk_hash mac;
    vfs_record_mac_begin(&mac, reader->trust.mac_key, bytes);
    record_out->pages_offset_bytes = offset_bytes + VFS_RECORD_HEADER_SIZE_BYTES;
    record_out->next_offset_bytes =
        offset_bytes + vfs_record_padded_size_bytes(reader->trust.version, record_out->header.record_page_count);
    bool is_whole = false;
    FK_TRY(read_numbers(reader, record_out, &is_whole));
    if (!is_whole) {
        return fk_ok();
    }
    bool is_authentic = false;
    FK_TRY(read_body(reader, &mac, record_out, &is_authentic));
    *found_out = (is_authentic || FK_PLANTED(TORN_TAIL_ACCEPTED)) && page_numbers_are_in_bounds(record_out);
    return fk_ok();
}

fk_status vfs_log_reader_search(vfs_log_reader *reader, uint64_t offset_bytes, const fk_id *generation,
                                vfs_log_record *record_out, bool *found_out)
{
    *found_out = false;
    for (uint64_t at = offset_bytes; !*found_out && at < reader->size_bytes; at += VFS_RECORD_ALIGNMENT_BYTES) {
        const uint8_t *bytes = NULL;
        FK_TRY(view(reader, at, VFS_RECORD_START_SIZE_BYTES, &bytes));
        if (bytes != NULL && vfs_record_starts(bytes, generation)) {
            FK_TRY(vfs_log_reader_record(reader, at, generation, record_out, found_out));
        }
    }
    return fk_ok();
}

static bool is_zero(const uint8_t *bytes, size_t size_bytes)
{
    return size_bytes == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size_bytes - 1) == 0);
}

fk_status vfs_log_reader_is_zero(vfs_log_reader *reader, uint64_t offset_bytes, bool *is_zero_out)
{
    *is_zero_out = true;
    while (*is_zero_out && offset_bytes < reader->size_bytes) {
        uint64_t left_bytes = reader->size_bytes - offset_bytes;
        size_t size_bytes = left_bytes < reader->window_size_bytes ? (size_t)left_bytes : reader->window_size_bytes;
        const uint8_t *bytes = NULL;
        FK_TRY(view(reader, offset_bytes, size_bytes, &bytes));
        *is_zero_out = is_zero(bytes, size_bytes);
        offset_bytes += size_bytes;
    }
    return fk_ok();
}
