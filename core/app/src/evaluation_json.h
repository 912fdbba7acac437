/* evaluation_json.h — Marac criteria between JSON and core/domain, for the CLI and the command handlers.
 *
 * The shapes are those of docs/DOMAIN.md 7. Everything read is borrowed from the tree. */
#ifndef FK_EVALUATION_JSON_H
#define FK_EVALUATION_JSON_H

#include "fk/criteria.h"
#include "fk/json.h"

/* What fk_evaluation_read() fills: the input and the people it points to. */
typedef struct fk_evaluation {
    fk_criteria_input input;
    fk_criteria_person perpetrators[FK_CRITERIA_PERPETRATORS_MAX];
} fk_evaluation;

/* Read the rules of an area ("area" of an evaluation, "rules" of an area profile). Members that are not there have
 * the defaults of docs/DOMAIN.md 2.2.
 *
 * area   borrowed; NULL, JSON null and [] give the defaults.
 * arena  holds the list of local criteria.
 * error  on failure the member, with "area." before it. May be NULL.
 *
 * FK_ERR_INVALID_INPUT, FK_ERR_TOO_LARGE, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_evaluation_read_area(const fk_json *area, fk_arena *arena, fk_criteria_area *area_out,
                                              fk_error *error);

/* Read one evaluation. evaluation_out must stay where it is while its input is used (it points into itself);
 * on any error it is not to be used. Errors as above; what no reader can know (people born after the evaluation, the
 * same id twice) is left to fk_criteria_evaluate(). */
FK_MUST_USE fk_status fk_evaluation_read(const fk_json *evaluation, fk_arena *arena, fk_evaluation *evaluation_out,
                                         fk_error *error);

/* The most rows of incidents or priors written as evidence; counts beside them say how many there are. */
enum { FK_EVALUATION_EVIDENCE_ROWS_MAX = 100, FK_EVALUATION_EVIDENCE_PRIORS_MAX = 40 };

/* Write a result as one JSON object: every key of "expected" (null, or [] where it is a list, for what there is
 * none) and "evidence". Failures stick to the writer. */
void fk_evaluation_write(fk_json_writer *writer, const fk_criteria_input *input, const fk_criteria_result *result);

#endif
