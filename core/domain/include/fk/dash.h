/* fk/dash.h — the adult Dash form as data, and what its answers say (docs/DOMAIN.md 1.1, 1.2, 1.4, 1.5).
 *
 * Ids and numbers only: wording is content, never code. Only "yes" counts, every item counts one. Clusters,
 * composites and prompts are shown to a person and never change the count. Pure; no allocation. */
#ifndef FK_DASH_H
#define FK_DASH_H

#include "fk/names.h"

enum { FK_DASH_ITEM_COUNT = 24 };

typedef enum fk_dash_answer {
    FK_DASH_NOT_ANSWERED = 0, /* not asked or declined; also a form that is not there */
    FK_DASH_YES = 1,
    FK_DASH_NO = 2,
    FK_DASH_DONT_KNOW = 3,
} fk_dash_answer;
extern const fk_names fk_dash_answer_names;

typedef enum fk_dash_composite {
    FK_CX_TRIAD = 0,
    FK_CX_SEP_PERP_SUICIDE = 1,
    FK_CX_SEP_CONTACT = 2,
    FK_CX_STRANGLE_ESCALATE = 3,
    FK_CX_VICTIM_SUICIDE_CONTROL = 4,
    FK_CX_PREGNANCY_VIOLENCE = 5,
} fk_dash_composite;
extern const fk_names fk_dash_composite_names;

/* One for each CL_ id of docs/DOMAIN.md 1.1, in the order of the form. */
extern const fk_names fk_dash_cluster_names;

typedef struct fk_dash_item {
    uint8_t number;         /* on the form, 1 to 24; its index is number - 1 */
    const char *id;         /* D01_INJURY */
    bool prompts_judgement; /* a yes alone asks for judgement; the others only in combination */
    uint8_t cluster;        /* index into fk_dash_cluster_names */
} fk_dash_item;

extern const fk_dash_item fk_dash_items[FK_DASH_ITEM_COUNT];
/* false, and *index_out 0, for an unknown id. */
FK_MUST_USE bool fk_dash_item_find(fk_bytes id, size_t *index_out);

typedef struct fk_dash_answers {
    fk_dash_answer item[FK_DASH_ITEM_COUNT]; /* by index; zeroed means nothing was answered */
} fk_dash_answers;

/* Sets are bit masks: bit i stands for index i. */
typedef struct fk_dash_summary {
    uint32_t yes_count;
    uint32_t dont_know_count;
    uint32_t not_answered_count;
    uint32_t composite_set; /* of fk_dash_composite */
    uint32_t cluster_set;   /* clusters with a yes */
    uint32_t prompt_set;    /* items that alone ask for judgement and are yes */
    uint32_t unknown_set;   /* items don't know or not answered */
} fk_dash_summary;

fk_dash_summary fk_dash_summarise(const fk_dash_answers *answers);

#endif
