/* fk/json.h — strict JSON in, a read-only tree, and JSON out.
 *
 * Reading accepts RFC 8259 and no more. Refused besides: NUL (also as an escape), two members with one name
 * in an object, bytes after the value, invalid UTF-8, lone surrogates, a byte order mark, numbers that are not
 * finite as a double, and whatever exceeds the caller's limits. Numbers keep their source text, no digit is lost.
 *
 * Writing is canonical: no spaces, members in the order written, the escapes JSON.stringify uses.
 *
 * No recursion is deeper than FK_JSON_DEPTH_MAX. Threading: none. */
#ifndef FK_JSON_H
#define FK_JSON_H

#include "fk/bytes.h"

enum {
    FK_JSON_DEPTH_MAX = 256,             /* no limit may allow more levels */
    FK_JSON_NUMBER_SIZE_BYTES_MAX = 400, /* a finite double needs at most 309 digits before its point */
};

typedef struct fk_json_limits {
    size_t size_bytes_max;
    uint32_t depth_max;       /* arrays and objects inside one another; 0 allows scalars only */
    uint32_t value_count_max; /* each costs about 100 bytes of memory whatever its text is */
} fk_json_limits;

extern const fk_json_limits fk_json_limits_command; /* requests at the border: the limits of protocol.json */
extern const fk_json_limits fk_json_limits_form;    /* questionnaires: 8 MiB, 256 levels, 500,000 values */

/* Set once, before the first parse, from where the tree's memory comes. The allocator must outlive every document.
 * cJSON's hooks are global, which is why this is not an argument of fk_json_parse(). */
void fk_codec_start(const fk_allocator *allocator);

/* --- reading ------------------------------------------------------------------------------- */

typedef struct fk_json_doc fk_json_doc; /* owns the tree */
typedef struct fk_json fk_json;         /* one value inside it; borrowed, valid until fk_json_doc_free() */

/* Read one value.
 *
 * allocator  for scratch memory and the document; must outlive it.
 * text       borrowed for the call.
 * doc_out    on FK_OK owned by the caller, release with fk_json_doc_free(). On any error NULL.
 * error      on failure what was wrong and at which byte, never a piece of the text. May be NULL.
 *
 * FK_ERR_BAD_JSON, FK_ERR_TOO_LARGE (a limit), FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_json_parse(const fk_allocator *allocator, fk_bytes text, const fk_json_limits *limits,
                                    fk_json_doc **doc_out, fk_error *error);
/* Wipe and release. NULL is allowed. */
void fk_json_doc_free(fk_json_doc *doc);
const fk_json *fk_json_root(const fk_json_doc *doc);

/* Whether fk_json_parse() takes this text within fk_json_limits_form. For the test vectors, natively and in wasm. */
FK_MUST_USE fk_status fk_json_check(const fk_allocator *allocator, fk_bytes text, fk_error *error);

typedef enum fk_json_kind {
    FK_JSON_ABSENT = 0, /* of NULL: a member that is not there */
    FK_JSON_NULL = 1,
    FK_JSON_BOOL = 2,
    FK_JSON_NUMBER = 3,
    FK_JSON_STRING = 4,
    FK_JSON_ARRAY = 5,
    FK_JSON_OBJECT = 6,
} fk_json_kind;

fk_json_kind fk_json_kind_of(const fk_json *value); /* NULL is allowed */

/* Members of an object or elements of an array; 0 for everything else. Walks the list. */
size_t fk_json_count(const fk_json *value);
/* First member or element, and the one after; NULL at the end and for values that hold none. In source order. */
const fk_json *fk_json_first(const fk_json *value);
const fk_json *fk_json_next(const fk_json *value);
/* Name of a member; empty for an element and for the root. */
fk_bytes fk_json_name(const fk_json *member);
/* NULL when there is no such member or value is no object. The second form takes a NUL-terminated name. */
const fk_json *fk_json_member(const fk_json *value, fk_bytes name);
const fk_json *fk_json_member_text(const fk_json *value, const char *name);

/* The text of a string, unescaped: valid UTF-8 without NUL. Empty for every other kind. */
fk_bytes fk_json_string(const fk_json *value);
/* A number exactly as it stood in the source. Empty for every other kind. */
fk_bytes fk_json_number_text(const fk_json *value);

/* FK_ERR_INVALID_INPUT, with *out zero, when value is NULL, of another kind or outside min to max.
 * Integers take digits only: 1.0 and 1e3 are refused. */
FK_MUST_USE fk_status fk_json_to_bool(const fk_json *value, bool *out);
FK_MUST_USE fk_status fk_json_to_int64(const fk_json *value, int64_t min, int64_t max, int64_t *out);
FK_MUST_USE fk_status fk_json_to_uint64(const fk_json *value, uint64_t min, uint64_t max, uint64_t *out);
FK_MUST_USE fk_status fk_json_to_double(const fk_json *value, double *out);
FK_MUST_USE fk_status fk_json_to_string(const fk_json *value, size_t size_bytes_max, fk_bytes *out);

/* --- writing ------------------------------------------------------------------------------- */

/* Writes into a buffer the caller owns. The first failure sticks, later calls do nothing, fk_json_finish() tells
 * it: FK_ERR_TOO_LARGE or FK_ERR_NO_MEMORY of the buffer, FK_ERR_INVALID_INPUT for a string that is not strict UTF-8.
 * Writing out of turn (a value without its key, an end too many) is a bug of ours and asserted. */
typedef struct fk_json_writer {
    fk_buffer *buffer; /* borrowed; NULL to only count */
    size_t size_bytes; /* written by this writer */
    fk_status status;
    uint32_t depth;
    bool is_after_key;
    bool is_complete;
    uint8_t level[FK_JSON_DEPTH_MAX + 1];
} fk_json_writer;

/* Appends to what the buffer holds already. With NULL nothing is written and size_bytes counts. */
void fk_json_writer_init(fk_json_writer *writer, fk_buffer *buffer);
void fk_json_object_begin(fk_json_writer *writer);
void fk_json_object_end(fk_json_writer *writer);
void fk_json_array_begin(fk_json_writer *writer);
void fk_json_array_end(fk_json_writer *writer);
void fk_json_key(fk_json_writer *writer, fk_bytes name);
void fk_json_key_text(fk_json_writer *writer, const char *name);
void fk_json_write_string(fk_json_writer *writer, fk_bytes text);
void fk_json_write_text(fk_json_writer *writer, const char *text);
void fk_json_write_int(fk_json_writer *writer, int64_t number);
void fk_json_write_uint(fk_json_writer *writer, uint64_t number);
void fk_json_write_bool(fk_json_writer *writer, bool flag);
void fk_json_write_null(fk_json_writer *writer);
/* One complete JSON value that the caller vouches for, as it is. */
void fk_json_write_raw(fk_json_writer *writer, fk_bytes json);
/* A value of a tree with all it holds, numbers in their source text. */
void fk_json_write_value(fk_json_writer *writer, const fk_json *value);
/* How long fk_json_write_value() makes the value: its canonical text, without the source's spaces. */
size_t fk_json_text_size_bytes(const fk_json *value);
/* The first failure, or FK_OK; then exactly one value has been written. */
FK_MUST_USE fk_status fk_json_finish(fk_json_writer *writer);

#endif
