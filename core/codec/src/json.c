#include "fk/json.h"

#include "fk/assert.h"
#include "fk/protocol_gen.h"
#include "json_scan.h"

#include <cJSON.h>
#include <string.h>

#include "fk/banned.h"

const fk_json_limits fk_json_limits_command = { FK_PROTOCOL_REQUEST_BYTES_MAX, FK_PROTOCOL_REQUEST_DEPTH_MAX,
                                                FK_PROTOCOL_REQUEST_VALUES_MAX };
const fk_json_limits fk_json_limits_form = { 8U << 20, FK_JSON_DEPTH_MAX, 500000 };

_Static_assert(CJSON_NESTING_LIMIT >= FK_JSON_DEPTH_MAX, "cJSON must take every depth the scan lets through");

/* fk_json is a cJSON node under another name, so that no other module sees cJSON.h. */
static const cJSON *node_of(const fk_json *value)
{
    return (const cJSON *)(const void *)value;
}

static const fk_json *value_of(const cJSON *node)
{
    return (const fk_json *)(const void *)node;
}

/* --- memory of the tree ---------------------------------------------------------------------- */

static const fk_allocator *tree_allocator;
static bool has_tree_allocation_failed;

/* In front of each block stands its size: cJSON releases without one, our allocators want it. */
enum { TREE_BLOCK_HEADER_SIZE_BYTES = _Alignof(max_align_t) };
_Static_assert(TREE_BLOCK_HEADER_SIZE_BYTES >= sizeof(size_t), "the size fits in front of a block");

static void *tree_allocate(size_t size_bytes)
{
    size_t block_bytes = 0;
    uint8_t *block = NULL;
    if (fk_add_size(size_bytes, TREE_BLOCK_HEADER_SIZE_BYTES, &block_bytes)) {
        block = fk_allocate(tree_allocator, block_bytes);
    }
    if (block == NULL) {
        has_tree_allocation_failed = true;
        return NULL;
    }
    memcpy(block, &block_bytes, sizeof block_bytes);
    return block + TREE_BLOCK_HEADER_SIZE_BYTES;
}

static void tree_release(void *room)
{
    if (room == NULL) {
        return;
    }
    uint8_t *block = (uint8_t *)room - TREE_BLOCK_HEADER_SIZE_BYTES;
    size_t block_bytes = 0;
    memcpy(&block_bytes, block, sizeof block_bytes);
    fk_release(tree_allocator, block, block_bytes);
}

void fk_codec_start(const fk_allocator *allocator)
{
    FK_ASSERT(allocator != NULL);
    tree_allocator = allocator;
    cJSON_Hooks hooks = { tree_allocate, tree_release };
    cJSON_InitHooks(&hooks);
}

/* --- documents ------------------------------------------------------------------------------- */

struct fk_json_doc {
    const fk_allocator *allocator;
    cJSON *root;
};

static void sift_down(const char **names, size_t root, size_t count)
{
    for (size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
        if (child + 1 < count && strcmp(names[child], names[child + 1]) < 0) {
            child++;
        }
        if (strcmp(names[root], names[child]) >= 0) {
            return;
        }
        const char *name = names[root];
        names[root] = names[child];
        names[child] = name;
        root = child;
    }
}

/* Heap sort: a hostile order costs no more than any other, and qsort() may allocate. */
static void sort_names(const char **names, size_t count)
{
    for (size_t root = count / 2; root > 0; root--) {
        sift_down(names, root - 1, count);
    }
    for (size_t end = count; end > 1; end--) {
        const char *largest = names[0];
        names[0] = names[end - 1];
        names[end - 1] = largest;
        sift_down(names, 0, end - 1);
    }
}

/* Whether each object under node has distinct names. scratch has room for the largest object. */
static bool are_names_unique(const cJSON *node, const char **scratch)
{
    size_t count = 0;
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        if (child->child != NULL && !are_names_unique(child, scratch)) {
            return false;
        }
    }
    for (const cJSON *child = node->child; cJSON_IsObject(node) && child != NULL; child = child->next) {
        scratch[count++] = child->string;
    }
    sort_names(scratch, count);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(scratch[i - 1], scratch[i]) == 0) {
            return false;
        }
    }
    return true;
}

static fk_status check_names(const fk_allocator *allocator, const cJSON *root, size_t member_count_max, fk_error *error)
{
    if (member_count_max < 2) {
        return fk_ok();
    }
    size_t scratch_bytes = 0;
    const char **scratch = NULL;
    if (fk_multiply_size(member_count_max, sizeof *scratch, &scratch_bytes)) {
        scratch = fk_allocate(allocator, scratch_bytes);
    }
    if (scratch == NULL) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    bool are_unique = are_names_unique(root, scratch);
    fk_release(allocator, scratch, scratch_bytes);
    if (!are_unique) {
        fk_error_set(error, "json: two members with one name");
        return fk_status_of(FK_ERR_BAD_JSON);
    }
    return fk_ok();
}

static fk_status build_tree(fk_bytes copy, cJSON **root_out, fk_error *error)
{
    FK_ASSERT(tree_allocator != NULL);
    has_tree_allocation_failed = false;
    *root_out = cJSON_ParseWithLengthOpts((const char *)copy.data, copy.size_bytes, NULL, false);
    if (*root_out != NULL) {
        return fk_ok();
    }
    if (has_tree_allocation_failed) {
        return fk_status_of(FK_ERR_NO_MEMORY);
    }
    fk_error_set(error, "json: cJSON refuses what the scan took");
    return fk_status_of(FK_ERR_BUG);
}

fk_status fk_json_parse(const fk_allocator *allocator, fk_bytes text, const fk_json_limits *limits,
                        fk_json_doc **doc_out, fk_error *error)
{
    *doc_out = NULL;
    fk_json_doc *doc = NULL;
    size_t member_count_max = 0;
    fk_buffer copy;
    /* At worst each byte is a digit that grows quotes and a mark. */
    fk_buffer_init(&copy, allocator, text.size_bytes <= limits->size_bytes_max ? 4 * text.size_bytes : 0);
    fk_status status = fk_json_scan(text, limits, &copy, &member_count_max, error);
    if (!fk_is_ok(status)) {
        goto cleanup;
    }
    doc = fk_allocate(allocator, sizeof *doc);
    if (doc == NULL) {
        status = fk_status_of(FK_ERR_NO_MEMORY);
        goto cleanup;
    }
    doc->allocator = allocator;
    status = build_tree(fk_buffer_view(&copy), &doc->root, error);
    if (!fk_is_ok(status)) {
        goto cleanup;
    }
    status = check_names(allocator, doc->root, member_count_max, error);
    if (!fk_is_ok(status)) {
        goto cleanup;
    }
    *doc_out = doc;
    doc = NULL;
cleanup:
    fk_json_doc_free(doc);
    fk_buffer_free(&copy);
    return status;
}

void fk_json_doc_free(fk_json_doc *doc)
{
    if (doc == NULL) {
        return;
    }
    cJSON_Delete(doc->root);
    fk_release(doc->allocator, doc, sizeof *doc);
}

const fk_json *fk_json_root(const fk_json_doc *doc)
{
    return value_of(doc->root);
}

fk_status fk_json_check(const fk_allocator *allocator, fk_bytes text, fk_error *error)
{
    fk_json_doc *doc = NULL;
    fk_status status = fk_json_parse(allocator, text, &fk_json_limits_form, &doc, error);
    fk_json_doc_free(doc);
    return status;
}

/* --- the tree -------------------------------------------------------------------------------- */

static bool is_number(const cJSON *node)
{
    return cJSON_IsString(node) && node->valuestring[0] == FK_JSON_MARK_NUMBER;
}

fk_json_kind fk_json_kind_of(const fk_json *value)
{
    const cJSON *node = node_of(value);
    if (node == NULL) {
        return FK_JSON_ABSENT;
    }
    switch (node->type & 0xFF) {
    case cJSON_False:
    case cJSON_True:
        return FK_JSON_BOOL;
    case cJSON_String:
        return is_number(node) ? FK_JSON_NUMBER : FK_JSON_STRING;
    case cJSON_Array:
        return FK_JSON_ARRAY;
    case cJSON_Object:
        return FK_JSON_OBJECT;
    default:
        return FK_JSON_NULL;
    }
}

size_t fk_json_count(const fk_json *value)
{
    size_t count = 0;
    for (const fk_json *child = fk_json_first(value); child != NULL; child = fk_json_next(child)) {
        count++;
    }
    return count;
}

const fk_json *fk_json_first(const fk_json *value)
{
    return value == NULL ? NULL : value_of(node_of(value)->child);
}

const fk_json *fk_json_next(const fk_json *value)
{
    return value_of(node_of(value)->next);
}

fk_bytes fk_json_name(const fk_json *member)
{
    const char *name = node_of(member)->string;
    return name == NULL ? (fk_bytes){ NULL, 0 } : fk_bytes_text(name);
}

const fk_json *fk_json_member(const fk_json *value, fk_bytes name)
{
    if (fk_json_kind_of(value) != FK_JSON_OBJECT) {
        return NULL;
    }
    const fk_json *member = fk_json_first(value);
    while (member != NULL && !fk_bytes_equal(fk_json_name(member), name)) {
        member = fk_json_next(member);
    }
    return member;
}

const fk_json *fk_json_member_text(const fk_json *value, const char *name)
{
    return fk_json_member(value, fk_bytes_text(name));
}

fk_bytes fk_json_string(const fk_json *value)
{
    if (fk_json_kind_of(value) != FK_JSON_STRING) {
        return (fk_bytes){ NULL, 0 };
    }
    const char *text = node_of(value)->valuestring;
    return fk_bytes_text(text[0] == FK_JSON_MARK_STRING ? text + 1 : text);
}

fk_bytes fk_json_number_text(const fk_json *value)
{
    if (fk_json_kind_of(value) != FK_JSON_NUMBER) {
        return (fk_bytes){ NULL, 0 };
    }
    return fk_bytes_text(node_of(value)->valuestring + 1);
}

fk_status fk_json_to_bool(const fk_json *value, bool *out)
{
    *out = false;
    if (fk_json_kind_of(value) != FK_JSON_BOOL) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    *out = cJSON_IsTrue(node_of(value));
    return fk_ok();
}

fk_status fk_json_to_uint64(const fk_json *value, uint64_t min, uint64_t max, uint64_t *out)
{
    *out = 0;
    uint64_t number = 0;
    if (!fk_json_digits_value(fk_json_number_text(value), &number) || number < min || number > max) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    *out = number;
    return fk_ok();
}

fk_status fk_json_to_int64(const fk_json *value, int64_t min, int64_t max, int64_t *out)
{
    *out = 0;
    fk_bytes text = fk_json_number_text(value);
    bool is_negative = text.size_bytes > 0 && text.data[0] == '-';
    if (is_negative) {
        text = fk_bytes_of(text.data + 1, text.size_bytes - 1);
    }
    uint64_t magnitude = 0;
    uint64_t magnitude_max = (uint64_t)INT64_MAX + (is_negative ? 1 : 0);
    if (!fk_json_digits_value(text, &magnitude) || magnitude > magnitude_max) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    /* The detour by -1 keeps INT64_MIN inside what the type can hold at each step. */
    int64_t number = is_negative && magnitude > 0 ? -(int64_t)(magnitude - 1) - 1 : (int64_t)magnitude;
    if (number < min || number > max) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    *out = number;
    return fk_ok();
}

fk_status fk_json_to_double(const fk_json *value, double *out)
{
    *out = 0;
    fk_bytes text = fk_json_number_text(value);
    if (text.size_bytes == 0 || !fk_json_number_value(text, out)) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    return fk_ok();
}

fk_status fk_json_to_string(const fk_json *value, size_t size_bytes_max, fk_bytes *out)
{
    *out = (fk_bytes){ NULL, 0 };
    if (fk_json_kind_of(value) != FK_JSON_STRING || fk_json_string(value).size_bytes > size_bytes_max) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    *out = fk_json_string(value);
    return fk_ok();
}
