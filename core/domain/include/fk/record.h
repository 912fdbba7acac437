/* fk/record.h — what a record may hold, as tables generated from schema.json.
 *
 * core/domain/schema.json describes every record type and field once; build-scripts/gen-records.mjs writes these
 * tables, the TypeScript types and docs/RECORDS.md from it. Nothing here checks a value: that needs a JSON tree and is
 * done in core/app (record_value.h). All tables are constant and live as long as the program. */
#ifndef FK_RECORD_H
#define FK_RECORD_H

#include "fk/bytes.h"

enum {
    FK_RECORD_KEY_SIZE_BYTES_MAX = 60,
    FK_RECORD_LIST_COUNT_MAX = 64,          /* no set and no list of references is longer */
    FK_RECORD_VALUE_SIZE_BYTES_MAX = 65536, /* of a value as canonical JSON text; larger things are files */
};

typedef enum fk_record_kind {
    FK_RECORD_TEXT,
    FK_RECORD_DATE,   /* YYYY-MM-DD */
    FK_RECORD_CHOICE, /* one of choice->values */
    FK_RECORD_BOOLEAN,
    FK_RECORD_INTEGER,    /* min to max */
    FK_RECORD_COMPOSITE,  /* object with the members of composite */
    FK_RECORD_SET,        /* list of distinct choice->values */
    FK_RECORD_REFERENCE,  /* id of a record */
    FK_RECORD_REFERENCES, /* list of distinct ids, at most count_max */
    FK_RECORD_JSON,       /* whatever the app puts there */
} fk_record_kind;

/* How writes on two devices come together (docs/DOMAIN.md 6, docs/RECORDS.md). */
typedef enum fk_record_merge {
    FK_MERGE_SAFETY,
    FK_MERGE_REGISTER,
    FK_MERGE_NARRATIVE,
    FK_MERGE_SET,
    FK_MERGE_LIFECYCLE,
    FK_MERGE_FIXED, /* at creation, or at completion of a document */
} fk_record_merge;

/* Who may come to see a value, for prints and transfers. */
typedef enum fk_record_privacy {
    FK_PRIVACY_NORMAL,
    FK_PRIVACY_RESTRICTED,
    FK_PRIVACY_NEVER_TO_PERPETRATOR,
    FK_PRIVACY_ART10, /* data about offences */
} fk_record_privacy;

/* Which of several values of a safety field is shown until a person resolves them. */
typedef enum fk_record_least_safety {
    FK_LEAST_SAFETY_NONE,              /* no safety field */
    FK_LEAST_SAFETY_ORDER,             /* the first in least_safety_order */
    FK_LEAST_SAFETY_RISK_ANSWER,       /* yes, then not known, then no */
    FK_LEAST_SAFETY_MOST_CONFIDENTIAL, /* a confidential one */
} fk_record_least_safety;

typedef struct fk_record_choice {
    const char *name;
    const char *const *values;
    size_t value_count;
} fk_record_choice;

typedef struct fk_record_composite fk_record_composite;

/* A field of a record, or a member of a composite (then merge, privacy and key mean nothing). */
typedef struct fk_record_field {
    const char *name;
    fk_record_kind kind;
    fk_record_merge merge;
    fk_record_privacy privacy;
    bool is_required; /* of a record: for commit or completion; of a composite: whenever there is a value */
    bool is_keyed;    /* many values, each under a key: answer/D01_INJURY */
    bool is_searchable;
    bool is_fresh;    /* not carried into the next version of a document */
    bool is_system;   /* set by a command, never by a draft */
    size_t size_bytes_max; /* text, json */
    size_t count_max;      /* references */
    int64_t min;           /* integer */
    int64_t max;
    const fk_record_choice *choice;       /* choice, set */
    const fk_record_composite *composite; /* composite */
    const char *record_type;              /* reference(s): NULL is any type */
    const char *safe_to_tell;             /* member that says whether it may be told on; NULL if none */
    fk_record_least_safety least_safety;
    const uint8_t *least_safety_order; /* indices into choice->values, choice->value_count of them */
} fk_record_field;

struct fk_record_composite {
    const char *name;
    const fk_record_field *members; /* in the order of the schema, which is the order of the canonical text */
    size_t member_count;
};

/* Who writes records of a type: bits of `writers`, the same as of the roles in a roster. */
enum { FK_WRITER_ADMINISTRATOR = 1u << 0, FK_WRITER_CASEWORKER = 1u << 1 };

typedef struct fk_record_type {
    const char *name;
    uint32_t writers; /* FK_WRITER_..: readers refuse what anybody else wrote; 0 of what is shipped */
    bool is_document; /* drafted, completed, then never changed; versions */
    bool is_frozen;   /* never changed after it was made */
    bool is_shipped;  /* comes with the app, not from a person */
    const fk_record_field *fields;
    size_t field_count;
} fk_record_type;

extern const fk_record_type fk_record_types[]; /* FK_RECORD_TYPE_COUNT, indexed by fk_record_type_id (records_gen.h) */

/* Tables of the store that are sources; every other can be deleted and rebuilt from these. NULL ends the list. */
extern const char *const fk_schema_sources[];

/* NULL when there is none of that name. */
const fk_record_type *fk_record_type_find(fk_bytes name);

/* The field a path of the border names: "status", or "answer/D01_INJURY" for a keyed one. NULL when the type has no
 * such field, a keyed one stands without a key or another one with, or the key is not 1 to 60 of [A-Za-z0-9._-]. */
const fk_record_field *fk_record_field_find(const fk_record_type *type, fk_bytes path);
/* What stands after the slash of a path, borrowed from it; empty when there is none. */
fk_bytes fk_record_path_key(fk_bytes path);

/* Index of a value of the choice; false when it is none. */
FK_MUST_USE bool fk_record_choice_index(const fk_record_choice *choice, fk_bytes value, size_t *index_out);

#endif
