#include "json_scan.h"

#include "fk/assert.h"
#include "fk/planted.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fk/banned.h"

typedef struct scanner {
    fk_bytes text;
    size_t at;
    const fk_json_limits *limits;
    uint32_t value_count;
    size_t member_count_max;
    fk_buffer *copy;
    fk_error *error;
} scanner;

static fk_status scan_value(scanner *scan, uint32_t depth);
static fk_status scan_container(scanner *scan, uint32_t depth);
static fk_status scan_string(scanner *scan, bool is_value);
static fk_status scan_escape(scanner *scan);
static fk_status scan_number(scanner *scan);
static fk_status scan_literal(scanner *scan, const char *literal);
static void skip_white_space(scanner *scan);

static fk_status refuse(scanner *scan, const char *what)
{
    fk_error_set(scan->error, "json: %s at byte %zu", what, scan->at);
    return fk_status_of(FK_ERR_BAD_JSON);
}

static fk_status refuse_size(scanner *scan, const char *what)
{
    fk_error_set(scan->error, "json: %s at byte %zu", what, scan->at);
    return fk_status_of(FK_ERR_TOO_LARGE);
}

/* The byte at the reading place; 0, which the grammar allows nowhere, at the end. */
static uint8_t peek(const scanner *scan)
{
    return scan->at < scan->text.size_bytes ? scan->text.data[scan->at] : 0;
}

fk_status fk_json_scan(fk_bytes text, const fk_json_limits *limits, fk_buffer *copy, size_t *member_count_max_out,
                       fk_error *error)
{
    FK_ASSERT(limits->depth_max <= FK_JSON_DEPTH_MAX);
    *member_count_max_out = 0;
    scanner scan = { .text = text, .limits = limits, .copy = copy, .error = error };
    if (text.size_bytes > limits->size_bytes_max) {
        return refuse_size(&scan, "text too long");
    }
    if (!fk_utf8_is_valid(text)) {
        return refuse(&scan, "not UTF-8, or NUL, in the text that begins");
    }
    skip_white_space(&scan);
    FK_TRY(scan_value(&scan, 0));
    skip_white_space(&scan);
    if (scan.at != text.size_bytes) {
        return refuse(&scan, "more after the value");
    }
    *member_count_max_out = scan.member_count_max;
    return fk_ok();
}

static fk_status scan_value(scanner *scan, uint32_t depth)
{
    if (scan->value_count == scan->limits->value_count_max) {
        return refuse_size(scan, "too many values");
    }
    scan->value_count++;
    switch (peek(scan)) {
    case '{':
    case '[':
        return scan_container(scan, depth + 1);
    case '"':
        return scan_string(scan, true);
    case 't':
        return scan_literal(scan, "true");
    case 'f':
        return scan_literal(scan, "false");
    case 'n':
        return scan_literal(scan, "null");
    default:
        return scan_number(scan);
    }
}

/* Take one byte of punctuation into the copy, and white space after it out of the way. */
static fk_status take_punctuation(scanner *scan)
{
    FK_TRY(fk_buffer_append_byte(scan->copy, peek(scan)));
    scan->at++;
    skip_white_space(scan);
    return fk_ok();
}

static fk_status scan_member(scanner *scan, uint32_t depth)
{
    FK_TRY(scan_string(scan, false));
    skip_white_space(scan);
    if (peek(scan) != ':') {
        return refuse(scan, "no colon");
    }
    FK_TRY(take_punctuation(scan));
    return scan_value(scan, depth);
}

static fk_status scan_container(scanner *scan, uint32_t depth)
{
    if (depth > scan->limits->depth_max) {
        return refuse_size(scan, "too many levels");
    }
    bool is_object = peek(scan) == '{';
    uint8_t closing = is_object ? '}' : ']';
    FK_TRY(take_punctuation(scan));
    size_t count = 0;
    while (peek(scan) != closing || count > 0) {
        FK_TRY(is_object ? scan_member(scan, depth) : scan_value(scan, depth));
        count++;
        skip_white_space(scan);
        if (peek(scan) == closing) {
            break;
        }
        if (peek(scan) != ',') {
            return refuse(scan, "no comma and no end");
        }
        FK_TRY(take_punctuation(scan));
    }
    if (is_object && count > scan->member_count_max) {
        scan->member_count_max = count;
    }
    scan->at++;
    return fk_buffer_append_byte(scan->copy, closing);
}

/* Whether the string whose first byte is at `start` begins with one of the marks. Only an escape can write them. */
static bool begins_with_mark(const scanner *scan, size_t start)
{
    static const char escape[] = "\\u000";
    size_t escape_size = sizeof escape - 1;
    if (scan->text.size_bytes - start <= escape_size || memcmp(scan->text.data + start, escape, escape_size) != 0) {
        return false;
    }
    uint8_t digit = scan->text.data[start + escape_size];
    return digit == '0' + FK_JSON_MARK_NUMBER || digit == '0' + FK_JSON_MARK_STRING;
}

static fk_status scan_string(scanner *scan, bool is_value)
{
    if (peek(scan) != '"') {
        return refuse(scan, "no string");
    }
    size_t start = ++scan->at;
    while (peek(scan) != '"') {
        if (peek(scan) < 0x20) {
            return refuse(scan, "control character or end in a string");
        }
        if (peek(scan) == '\\') {
            FK_TRY(scan_escape(scan));
        } else {
            scan->at++;
        }
    }
    FK_TRY(fk_buffer_append_byte(scan->copy, '"'));
    if (is_value && begins_with_mark(scan, start)) {
        FK_TRY(fk_buffer_append_byte(scan->copy, FK_JSON_MARK_STRING));
    }
    scan->at++;
    return fk_buffer_append(scan->copy, fk_bytes_of(scan->text.data + start, scan->at - start));
}

/* Four hex digits; false at anything else. */
static bool scan_code_unit(scanner *scan, uint32_t *unit_out)
{
    *unit_out = 0;
    for (size_t i = 0; i < 4; i++, scan->at++) {
        uint8_t digit = peek(scan);
        uint8_t lower = digit | 0x20U;
        if (digit >= '0' && digit <= '9') {
            *unit_out = *unit_out << 4 | (uint32_t)(digit - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            *unit_out = *unit_out << 4 | (uint32_t)(lower - 'a' + 10);
        } else {
            return false;
        }
    }
    return true;
}

static fk_status scan_escape(scanner *scan)
{
    scan->at++;
    uint8_t letter = peek(scan);
    if (FK_PLANTED(JSON_STRING_BOUND)) {
        letter = scan->text.data[scan->at];
    }
    if (letter == 0 || strchr("\"\\/bfnrtu", letter) == NULL) {
        return refuse(scan, "no such escape");
    }
    scan->at++;
    if (letter != 'u') {
        return fk_ok();
    }
    uint32_t unit = 0;
    if (!scan_code_unit(scan, &unit)) {
        return refuse(scan, "not four hex digits");
    }
    if (unit == 0) {
        return refuse(scan, "NUL");
    }
    if (unit < 0xD800 || unit > 0xDFFF) {
        return fk_ok();
    }
    bool is_first_half = unit < 0xDC00;
    if (!is_first_half || peek(scan) != '\\') {
        return refuse(scan, "half a surrogate pair");
    }
    scan->at++;
    if (peek(scan) != 'u') {
        return refuse(scan, "half a surrogate pair");
    }
    scan->at++;
    if (!scan_code_unit(scan, &unit) || unit < 0xDC00 || unit > 0xDFFF) {
        return refuse(scan, "half a surrogate pair");
    }
    return fk_ok();
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* At least one digit; false when there is none. */
static bool scan_digits(scanner *scan)
{
    size_t start = scan->at;
    while (is_digit(peek(scan))) {
        scan->at++;
    }
    return scan->at > start;
}

static bool scan_number_grammar(scanner *scan)
{
    if (peek(scan) == '-') {
        scan->at++;
    }
    if (peek(scan) == '0') {
        scan->at++;
    } else if (!scan_digits(scan)) {
        return false;
    }
    if (peek(scan) == '.') {
        scan->at++;
        if (!scan_digits(scan)) {
            return false;
        }
    }
    if (peek(scan) == 'e' || peek(scan) == 'E') {
        scan->at++;
        if (peek(scan) == '+' || peek(scan) == '-') {
            scan->at++;
        }
        return scan_digits(scan);
    }
    return true;
}

static fk_status scan_number(scanner *scan)
{
    size_t start = scan->at;
    if (!scan_number_grammar(scan)) {
        return refuse(scan, "no value");
    }
    fk_bytes number = fk_bytes_of(scan->text.data + start, scan->at - start);
    double value = 0;
    if (!fk_json_number_value(number, &value)) {
        return refuse(scan, "number out of range");
    }
    static const uint8_t opening[] = { '"', FK_JSON_MARK_NUMBER };
    FK_TRY(fk_buffer_append(scan->copy, fk_bytes_of(opening, sizeof opening)));
    FK_TRY(fk_buffer_append(scan->copy, number));
    return fk_buffer_append_byte(scan->copy, '"');
}

static fk_status scan_literal(scanner *scan, const char *literal)
{
    size_t size_bytes = strlen(literal);
    if (scan->text.size_bytes - scan->at < size_bytes || memcmp(scan->text.data + scan->at, literal, size_bytes) != 0) {
        return refuse(scan, "no value");
    }
    scan->at += size_bytes;
    return fk_buffer_append(scan->copy, fk_bytes_text(literal));
}

static void skip_white_space(scanner *scan)
{
    while (peek(scan) == ' ' || peek(scan) == '\t' || peek(scan) == '\n' || peek(scan) == '\r') {
        scan->at++;
    }
}

bool fk_json_number_value(fk_bytes text, double *out)
{
    *out = 0;
    if (text.size_bytes > FK_JSON_NUMBER_SIZE_BYTES_MAX) {
        return false;
    }
    char terminated[FK_JSON_NUMBER_SIZE_BYTES_MAX + 1] = { 0 };
    memcpy(terminated, text.data, text.size_bytes);
    *out = strtod(terminated, NULL); /* no locale is ever set, so the point is a point */
    return isfinite(*out);
}

bool fk_json_digits_value(fk_bytes digits, uint64_t *out)
{
    *out = 0;
    uint64_t value = 0;
    for (size_t i = 0; i < digits.size_bytes; i++) {
        if (!is_digit(digits.data[i]) || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(digits.data[i] - '0'), &value)) {
            return false;
        }
    }
    *out = value;
    return digits.size_bytes > 0;
}
