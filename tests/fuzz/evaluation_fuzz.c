/* One evaluation of the Marac criteria as JSON.
 * Target: fk_eval_criteria. A result is strict JSON, and what it says follows from itself: a referral has reasons, a
 * reason is a criterion that is met, and the same bytes give the same result.
 */
#include "fk/assert.h"
#include "fk/criteria.h"
#include "fk/eval.h"
#include "fk/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const fk_json *member(const fk_json *value, const char *name)
{
    const fk_json *found = fk_json_member_text(value, name);
    FK_ASSERT(found != NULL);
    return found;
}

static bool flag(const fk_json *value, const char *name)
{
    bool is_set = false;
    FK_ASSERT(fk_is_ok(fk_json_to_bool(member(value, name), &is_set)));
    return is_set;
}

static void check_reasons(const fk_json *result)
{
    const fk_json *reasons = member(result, "reasons");
    FK_ASSERT(flag(result, "referToMarac") == (fk_json_count(reasons) > 0));
    FK_ASSERT(flag(result, "eligible") || fk_json_count(reasons) == 0);
    for (const fk_json *reason = fk_json_first(reasons); reason != NULL; reason = fk_json_next(reason)) {
        size_t index = 0;
        FK_ASSERT(fk_names_find(&fk_criterion_names, fk_json_string(reason), &index));
        const fk_json *status = fk_json_member(member(result, "criteria"), fk_json_string(reason));
        FK_ASSERT(index == FK_REASON_REFERRAL_ALREADY_SENT || fk_bytes_equal_text(fk_json_string(status), "met"));
    }
    for (const fk_json *status = fk_json_first(member(result, "criteria")); status != NULL;
         status = fk_json_next(status)) {
        size_t index = 0;
        FK_ASSERT(fk_names_find(&fk_criterion_status_names, fk_json_string(status), &index));
    }
    FK_ASSERT(fk_json_count(member(result, "criteria")) == FK_CRITERION_COUNT);
}

static void check_counts(const fk_json *result)
{
    static const char *const counts[] = { "yesCount", "dontKnowCount", "notAnsweredCount" };
    uint64_t total = 0;
    for (size_t i = 0; i < 3; i++) {
        uint64_t count = 0;
        FK_ASSERT(fk_is_ok(fk_json_to_uint64(member(result, counts[i]), 0, FK_DASH_ITEM_COUNT, &count)));
        total += count;
    }
    FK_ASSERT(total <= FK_DASH_ITEM_COUNT);
    FK_ASSERT(fk_json_count(member(result, "perpetratorAges")) <= FK_CRITERIA_PERPETRATORS_MAX);
    FK_ASSERT(fk_json_kind_of(member(result, "evidence")) == FK_JSON_OBJECT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fk_buffer first;
    fk_buffer second;
    fk_codec_start(&fk_allocator_libc);
    fk_buffer_init(&first, &fk_allocator_libc, FK_EVAL_OUTPUT_SIZE_BYTES_MAX);
    fk_buffer_init(&second, &fk_allocator_libc, FK_EVAL_OUTPUT_SIZE_BYTES_MAX);
    fk_error error = { "" };
    fk_status status = fk_eval_criteria(&fk_allocator_libc, fk_bytes_of(data, size), &first, &error);
    FK_ASSERT(status.code == FK_OK || status.code == FK_ERR_BAD_JSON || status.code == FK_ERR_INVALID_INPUT ||
              status.code == FK_ERR_TOO_LARGE);
    FK_ASSERT(fk_is_ok(status) == (first.size_bytes > 0));
    if (fk_is_ok(status)) {
        fk_json_doc *doc = NULL;
        FK_ASSERT(
            fk_is_ok(fk_json_parse(&fk_allocator_libc, fk_buffer_view(&first), &fk_json_limits_command, &doc, NULL)));
        check_reasons(fk_json_root(doc));
        check_counts(fk_json_root(doc));
        fk_json_doc_free(doc);
        FK_ASSERT(fk_is_ok(fk_eval_criteria(&fk_allocator_libc, fk_bytes_of(data, size), &second, NULL)));
        FK_ASSERT(fk_bytes_equal(fk_buffer_view(&first), fk_buffer_view(&second)));
    } else {
        FK_ASSERT(error.detail[0] != '\0');
    }
    fk_buffer_free(&first);
    fk_buffer_free(&second);
    return 0;
}
