/* fk/protocol_codec.h — requests into structs, structs into replies, by tables.
 *
 * The tables (fk_commands and the shapes they name) are generated from protocol.json together with the structs
 * they describe, so one interpreter reads and writes every command and every bound is in one place. */
#ifndef FK_PROTOCOL_CODEC_H
#define FK_PROTOCOL_CODEC_H

#include "fk/json.h"

typedef enum fk_shape_kind {
    FK_SHAPE_BOOL,      /* bool */
    FK_SHAPE_U32,       /* uint32_t, min to max */
    FK_SHAPE_TIME_MS,   /* uint64_t, JSON number, 0 to max */
    FK_SHAPE_COUNTER,   /* uint64_t, decimal string */
    FK_SHAPE_STRING,    /* fk_bytes, at most max bytes */
    FK_SHAPE_DATE,      /* fk_bytes, a real date YYYY-MM-DD */
    FK_SHAPE_ID,        /* fk_id, 32 hex digits, not all zero */
    FK_SHAPE_JSON_TREE, /* const fk_json *, its canonical text at most max bytes */
    FK_SHAPE_JSON_TEXT, /* fk_bytes of JSON, at most max bytes; can be written, not read */
    FK_SHAPE_ENUM,      /* an enum, stored as uint32_t: index into values */
    FK_SHAPE_OBJECT,    /* a struct of `object` */
} fk_shape_kind;

typedef struct fk_shape fk_shape;

typedef struct fk_shape_field {
    const char *name;
    fk_shape_kind kind;
    size_t offset;
    bool is_optional;
    size_t has_offset;   /* of the bool, when is_optional */
    uint32_t count_max;  /* 0: no array */
    size_t count_offset; /* of the size_t, when an array */
    uint64_t min;
    uint64_t max;
    const fk_shape *object;
    const char *const *values;
    uint32_t value_count;
} fk_shape_field;

struct fk_shape {
    const fk_shape_field *fields;
    size_t field_count;
    size_t size_bytes; /* of the struct */
};

typedef struct fk_command {
    const char *name;
    uint32_t id;
    size_t raw_size_bytes_min;       /* of a request that is bytes instead of JSON */
    size_t raw_size_bytes_max;       /* 0: the request is JSON */
    size_t raw_reply_size_bytes_max; /* of a reply that is bytes, the first of them 0; 0: the reply is JSON */
    bool is_mutation;
    const fk_shape *request;
    const fk_shape *reply;
} fk_command;

extern const fk_command fk_commands[]; /* FK_COMMAND_COUNT of them */

/* NULL when there is no such command. */
const fk_command *fk_command_by_id(uint32_t id);
const fk_command *fk_command_by_name(fk_bytes name);

/* Check an object against its shape and fill the struct.
 *
 * root     name of the object in error paths, such as "request".
 * target   shape->size_bytes, zeroed by the caller. Texts and trees point into the document of `object`,
 *          arrays into the arena.
 * error    the path of the first field that is wrong and a reason: missing, wrong-type, out-of-range, not-allowed,
 *          too-long, too-many, unknown-member. Never a value and never an unknown name.
 *
 * FK_ERR_INVALID_INPUT, FK_ERR_TOO_LARGE (too-long, too-many), FK_ERR_NO_MEMORY. On error target is undefined. */
FK_MUST_USE fk_status fk_shape_decode(const fk_shape *shape, const char *root, const fk_json *object, fk_arena *arena,
                                      void *target, fk_error *error);

/* Write the struct as an object, after checking that it keeps the bounds of its shape: a reply that does not is a bug
 * of ours, FK_ERR_BUG with the path in error. Failures of the writer itself are told by fk_json_finish(). */
FK_MUST_USE fk_status fk_shape_encode(const fk_shape *shape, const char *root, const void *source,
                                      fk_json_writer *writer, fk_error *error);

/* A request as it came over the border. */
typedef struct fk_request {
    const fk_command *command;
    fk_json_doc *doc; /* owned; NULL for a raw request */
    void *fields;     /* struct of the command, in the arena */
} fk_request;

/* Parse and decode.
 *
 * bytes        borrowed as long as the request lives.
 * request_out  on FK_OK release with fk_request_free(); on any error there is nothing to release.
 *
 * FK_ERR_BAD_JSON, FK_ERR_TOO_LARGE, FK_ERR_INVALID_INPUT, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_request_decode(const fk_command *command, fk_bytes bytes, fk_arena *arena,
                                        fk_request *request_out, fk_error *error);
void fk_request_free(fk_request *request);

/* Append {"ok":true,"reply":{..}}, or the bytes of a raw reply as they are. On error the buffer holds what it held
 * before: FK_ERR_BUG (a bound of the reply is broken), FK_ERR_TOO_LARGE, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_reply_encode(const fk_command *command, const void *fields, fk_buffer *target,
                                      fk_error *error);
/* Append {"ok":false,"error":{"code":"..","detail":".."}}. On error the buffer holds what it held before. */
FK_MUST_USE fk_status fk_reply_encode_error(fk_status failure, const fk_error *error, fk_buffer *target);

#endif
