/* sim_model_internal.h — what the files of the model share. */
#ifndef FK_SIM_MODEL_INTERNAL_H
#define FK_SIM_MODEL_INTERNAL_H

#include "sim_model.h"

enum {
    RECORD_COUNT_MAX = 64,
    WRITE_COUNT_MAX = 1024,
    HEAD_COUNT_MAX = 32,
    FIELD_COUNT_MAX = 5,
    VALUE_SIZE_MAX = 160,
};

/* Fields whose values the model makes unique; others of the record are set once, when it is made. */
typedef struct field_kind {
    const char *name;
    const char *format; /* of the value, as canonical JSON */
} field_kind;

typedef struct record_kind {
    const char *type;
    const char *first; /* changes a new record needs; one %s, the id of the victim, if it says who */
    field_kind fields[FIELD_COUNT_MAX];
    size_t field_count;
} record_kind;

enum { CASE, PERSON, INCIDENT, CONTACT, KIND_COUNT };
extern const record_kind record_kinds[KIND_COUNT];

typedef struct record {
    fk_id id;
    fk_id case_id;
    fk_id victim;
    unsigned kind;
} record;

/* One acknowledged write of a field. */
typedef struct write {
    unsigned record;
    unsigned field;
    unsigned vault; /* where it was made: number of a device of the world */
    fk_id device;
    uint64_t sequence;
    char value[VALUE_SIZE_MAX];
    unsigned over[HEAD_COUNT_MAX]; /* writes it replaces, besides its author's own earlier ones */
    size_t over_count;
} write;

struct sim_model {
    record records[RECORD_COUNT_MAX];
    unsigned record_count;
    write writes[WRITE_COUNT_MAX];
    unsigned write_count;
    unsigned value_count; /* texts made */
};

typedef struct hex {
    char text[FK_ID_HEX_SIZE + 1];
} hex;
hex hex_of(const fk_id *id);

/* One write of a field as a device holds it. */
typedef struct head {
    fk_id device;
    uint64_t sequence;
    uint64_t time_ms; /* of its HLC */
    char value[VALUE_SIZE_MAX];
} head;

typedef struct head_list {
    sim *world;
    const char *field;
    head heads[WRITE_COUNT_MAX];
    size_t count;
} head_list;

/* Current writes of a field, and all there ever were; valid until the next call of either. */
const head_list *read_heads(sim_device *device, const record *of, const char *field);
const head_list *read_history(sim_device *device, const record *of, const char *field);
/* The write of that name and value: two copies of a vault may give one name twice. Fails the seed when nobody made it.
 */
unsigned find_write(sim_device *device, const head *named);

/* A record this device has, and its place in the model; NULL when none was hit. */
const record *pick_record(sim_device *device, unsigned *index_out);
void new_value(sim_device *device, const field_kind *field, char value[VALUE_SIZE_MAX]);
/* The newest own write of the field is the one just acknowledged: name it and keep it. */
void keep_write(sim_device *device, write *made);
/* Counts the operations of the command that was just acknowledged. */
void count_acknowledged(sim_device *device);

#endif
