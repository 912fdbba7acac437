#include "conflict_value.h"

#include "author.h"

#include "fk/banned.h"

enum { REASON_SIZE_BYTES_MAX = 2000 };

/* A clock may say anything; what crosses the border is a time that can be written. */
static const uint64_t time_ms_max = UINT64_C(253402300799999);

/* At most so many bytes, never ending inside a letter. */
static fk_bytes cut(fk_bytes text, size_t size_bytes_max)
{
    size_t size_bytes = text.size_bytes < size_bytes_max ? text.size_bytes : size_bytes_max;
    while (size_bytes < text.size_bytes && size_bytes > 0 && (text.data[size_bytes] & 0xc0) == 0x80) {
        size_bytes--;
    }
    return fk_bytes_of(text.data, size_bytes);
}

fk_status fk_conflict_value_fill(fk_session *session, const fk_head *head, fk_arena *arena,
                                 fk_protocol_conflict_value *value_out)
{
    fk_author author;
    FK_TRY(fk_author_of_device(session, &head->device, arena, &author));
    uint64_t time_ms = head->hlc >> FK_MERGE_HLC_COUNTER_BITS;
    *value_out = (fk_protocol_conflict_value){
        .device_id = head->device,
        .sequence = head->sequence,
        .person_name = author.person_name,
        .device_label = author.device_label,
        .time_ms = time_ms < time_ms_max ? time_ms : time_ms_max,
        .is_clock_wrong = fk_merge_is_ahead(head->hlc, fk_session_now_ms(session)),
        .is_you = author.is_you,
    };
    fk_bytes value = head->has_value ? head->value : fk_bytes_text("null");
    FK_TRY(fk_bytes_copy(value, arena, &value_out->value));
    return fk_bytes_copy(cut(head->reason, REASON_SIZE_BYTES_MAX), arena, &value_out->reason);
}
