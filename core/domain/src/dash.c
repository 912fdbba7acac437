#include "fk/dash.h"

#include "fk/assert.h"

#include "fk/banned.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(index) (UINT32_C(1) << (index))
/* The bit of the item with this number on the form. */
#define ITEM(number) BIT((number)-1)

static const char *const answer_texts[] = {
    [FK_DASH_NOT_ANSWERED] = "not_answered",
    [FK_DASH_YES] = "yes",
    [FK_DASH_NO] = "no",
    [FK_DASH_DONT_KNOW] = "dont_know",
};
const fk_names fk_dash_answer_names = { COUNT_OF(answer_texts), answer_texts };

#define CLUSTER_LIST(X)                                                                                             \
    X(INJURY)                                                                                                       \
    X(FEAR)                                                                                                         \
    X(ISOLATION) X(VICTIM_SUICIDE) X(SEPARATION) X(CHILD_CONTACT) X(STALKING) X(PREGNANCY) X(ESCALATION) X(CONTROL) \
        X(WEAPON) X(THREAT_KILL) X(STRANGULATION) X(SEXUAL) X(OTHER_PERSON) X(SERIAL) X(ANIMAL) X(ECONOMIC)         \
            X(PERP_NEEDS) X(PERP_SUICIDE) X(BREACH) X(CRIMINAL)

enum {
#define CLUSTER_ENUM(name) CL_##name,
    CLUSTER_LIST(CLUSTER_ENUM)
#undef CLUSTER_ENUM
};

static const char *const cluster_texts[] = {
#define CLUSTER_TEXT(name) [CL_##name] = "CL_" #name,
    CLUSTER_LIST(CLUSTER_TEXT)
#undef CLUSTER_TEXT
};
const fk_names fk_dash_cluster_names = { COUNT_OF(cluster_texts), cluster_texts };
_Static_assert(COUNT_OF(cluster_texts) <= 32, "cluster_set has a bit for each");

const fk_dash_item fk_dash_items[FK_DASH_ITEM_COUNT] = {
    { 1, "D01_INJURY", false, CL_INJURY },
    { 2, "D02_FRIGHTENED", true, CL_FEAR },
    { 3, "D03_FEARS", true, CL_FEAR },
    { 4, "D04_ISOLATION", false, CL_ISOLATION },
    { 5, "D05_LOW_SUICIDAL", true, CL_VICTIM_SUICIDE },
    { 6, "D06_SEPARATION", true, CL_SEPARATION },
    { 7, "D07_CHILD_CONTACT", false, CL_CHILD_CONTACT },
    { 8, "D08_STALKING", true, CL_STALKING },
    { 9, "D09_PREGNANCY", true, CL_PREGNANCY },
    { 10, "D10_MORE_OFTEN", true, CL_ESCALATION },
    { 11, "D11_WORSE", true, CL_ESCALATION },
    { 12, "D12_CONTROL_JEALOUSY", true, CL_CONTROL },
    { 13, "D13_WEAPONS", true, CL_WEAPON },
    { 14, "D14_THREAT_KILL", true, CL_THREAT_KILL },
    { 15, "D15_STRANGULATION", true, CL_STRANGULATION },
    { 16, "D16_SEXUAL", true, CL_SEXUAL },
    { 17, "D17_OTHER_PERSON", true, CL_OTHER_PERSON },
    { 18, "D18_HURT_OTHERS", false, CL_SERIAL },
    { 19, "D19_ANIMAL", false, CL_ANIMAL },
    { 20, "D20_FINANCIAL", false, CL_ECONOMIC },
    { 21, "D21_PERP_DRUG_ALC_MH", false, CL_PERP_NEEDS },
    { 22, "D22_PERP_SUICIDE", true, CL_PERP_SUICIDE },
    { 23, "D23_BREACH", true, CL_BREACH },
    { 24, "D24_CRIMINAL", false, CL_CRIMINAL },
};

/* docs/DOMAIN.md 1.5: every item of `all` is yes and, unless `any` is empty, one of `any`. */
typedef struct composite_rule {
    uint32_t all;
    uint32_t any;
} composite_rule;

static const char *const composite_texts[] = {
    [FK_CX_TRIAD] = "CX_TRIAD",
    [FK_CX_SEP_PERP_SUICIDE] = "CX_SEP_PERP_SUICIDE",
    [FK_CX_SEP_CONTACT] = "CX_SEP_CONTACT",
    [FK_CX_STRANGLE_ESCALATE] = "CX_STRANGLE_ESCALATE",
    [FK_CX_VICTIM_SUICIDE_CONTROL] = "CX_VICTIM_SUICIDE_CONTROL",
    [FK_CX_PREGNANCY_VIOLENCE] = "CX_PREGNANCY_VIOLENCE",
};
const fk_names fk_dash_composite_names = { COUNT_OF(composite_texts), composite_texts };

#define PHYSICAL_OR_SEXUAL (ITEM(1) | ITEM(13) | ITEM(15) | ITEM(16))

static const composite_rule composite_rules[] = {
    [FK_CX_TRIAD] = { ITEM(6) | ITEM(12), PHYSICAL_OR_SEXUAL },
    [FK_CX_SEP_PERP_SUICIDE] = { ITEM(6) | ITEM(22), 0 },
    [FK_CX_SEP_CONTACT] = { ITEM(6) | ITEM(7), 0 },
    [FK_CX_STRANGLE_ESCALATE] = { ITEM(15), ITEM(10) | ITEM(11) },
    [FK_CX_VICTIM_SUICIDE_CONTROL] = { ITEM(5), ITEM(4) | ITEM(8) | ITEM(12) },
    [FK_CX_PREGNANCY_VIOLENCE] = { ITEM(9), PHYSICAL_OR_SEXUAL },
};
_Static_assert(COUNT_OF(composite_rules) == COUNT_OF(composite_texts), "every composite has a rule and a name");

bool fk_dash_item_find(fk_bytes id, size_t *index_out)
{
    *index_out = 0;
    for (size_t i = 0; i < FK_DASH_ITEM_COUNT; i++) {
        if (fk_bytes_equal_text(id, fk_dash_items[i].id)) {
            *index_out = i;
            return true;
        }
    }
    return false;
}

static uint32_t composites_of(uint32_t yes_set)
{
    uint32_t set = 0;
    for (size_t i = 0; i < COUNT_OF(composite_rules); i++) {
        const composite_rule *rule = &composite_rules[i];
        if ((yes_set & rule->all) == rule->all && (rule->any == 0 || (yes_set & rule->any) != 0)) {
            set |= BIT(i);
        }
    }
    return set;
}

fk_dash_summary fk_dash_summarise(const fk_dash_answers *answers)
{
    fk_dash_summary summary = { 0 };
    uint32_t yes_set = 0;
    for (size_t i = 0; i < FK_DASH_ITEM_COUNT; i++) {
        const fk_dash_item *item = &fk_dash_items[i];
        switch (answers->item[i]) {
        case FK_DASH_YES:
            summary.yes_count++;
            yes_set |= BIT(i);
            summary.cluster_set |= BIT(item->cluster);
            summary.prompt_set |= item->prompts_judgement ? BIT(i) : 0;
            break;
        case FK_DASH_NO:
            break;
        case FK_DASH_DONT_KNOW:
            summary.dont_know_count++;
            summary.unknown_set |= BIT(i);
            break;
        case FK_DASH_NOT_ANSWERED:
            summary.not_answered_count++;
            summary.unknown_set |= BIT(i);
            break;
        default:
            fk_panic(__FILE__, __LINE__, "an answer is one of four");
        }
    }
    summary.composite_set = composites_of(yes_set);
    return summary;
}
