#include "criteria_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

fk_civil_date date_of(const char *text)
{
    fk_civil_date date = { 0, 0, 0 };
    if (text[0] != '\0') {
        assert_true(fk_is_ok(fk_civil_date_parse(fk_bytes_text(text), &date)));
    }
    return date;
}

void assert_date(fk_civil_date date, const char *text)
{
    char formatted[FK_CIVIL_DATE_TEXT_SIZE_BYTES + 1] = "";
    if (fk_civil_date_is_set(date)) {
        fk_civil_date_format(date, formatted);
    }
    assert_string_equal(formatted, text);
}

void add_perpetrator(fixture *f, const char *id, const char *birth)
{
    f->perpetrators[f->input.perpetrator_count++] = (fk_criteria_person){ fk_bytes_text(id), date_of(birth) };
}

void add_incident(fixture *f, const char *date, fk_incident_type type, const char *perpetrator_id)
{
    f->incidents[f->input.incident_count++] = (fk_criteria_incident){
        .id = fk_bytes_text("I"),
        .date = date_of(date),
        .has_type = true,
        .type = type,
        .perpetrator_id = fk_bytes_text(perpetrator_id),
        .is_police_reported = true,
    };
}

void add_prior(fixture *f, const char *area, const char *referral, const char *meeting, const char *about)
{
    size_t index = f->input.prior_count++;
    f->prior_ids[index] = fk_bytes_text(about);
    f->priors[index] = (fk_criteria_prior){
        fk_bytes_text(area), date_of(referral), date_of(meeting), &f->prior_ids[index], about[0] == '\0' ? 0U : 1U,
    };
}

void fixture_init(fixture *f)
{
    *f = (fixture){ .input = { .evaluation_date = date_of("2026-03-10"),
                               .area = fk_criteria_area_default,
                               .victim_birth = date_of("1990-01-01") } };
    f->input.area.id = fk_bytes_text("AREA_A");
    f->input.area.local_criteria = f->enabled;
    f->input.local_flags = f->flags;
    f->input.perpetrators = f->perpetrators;
    f->input.incidents = f->incidents;
    f->input.priors = f->priors;
    for (size_t i = 0; i < FK_DASH_ITEM_COUNT; i++) {
        f->input.dash.item[i] = FK_DASH_NO;
    }
    add_perpetrator(f, "P1", "1988-01-01");
    fk_arena_init(&f->arena, &fk_allocator_libc, FIXTURE_ARENA_BYTES_MAX);
}

void run(fixture *f)
{
    fk_error error = { "" };
    fk_status status = fk_criteria_evaluate(&f->input, &f->arena, &f->result, &error);
    if (!fk_is_ok(status)) {
        fail_msg("refused: %s", error.detail);
    }
}

void run_once(fixture *f)
{
    run(f);
    fk_arena_reset(&f->arena);
}

bool has_notice(const fixture *f, fk_notice notice)
{
    return (f->result.notice_set >> notice & 1) != 0;
}

void assert_at(size_t case_index, const char *what, long actual, long expected)
{
    if (actual != expected) {
        fail_msg("case %zu, %s: %ld in place of %ld", case_index, what, actual, expected);
    }
}
