/* SPDX-License-Identifier: MIT */
/* The keys of a stream that say how bytes are read when they are no JSON document, and which files feed it. Private to
 * profile*.c. */
#pragma once

#include "connectors/limits.h"
#include "connectors/profile/profile-parts.h"

typedef struct FormatKeys {
        int kind, encoding, delimiter, hidden, codeless, column_numbers, header_row, table;
        const char *sheet, *count_after, *files, *as_of;
        bool links, whole;
        PlanNames totals;
        PlanPairs columns;
} FormatKeys;

extern const char *const profile_hiddens[];   /* read skip */
extern const char *const profile_codelesses[]; /* quarantine skip */
extern const char *const profile_column_numbers[]; /* auto yes no, as ColumnNumbers */
extern const char *const profile_delimiters[]; /* auto comma semicolon tab */

/* `M` is a member FormatKeys of the struct `S` that is read into. */
/* clang-format off */
#define PROFILE_FORMAT_KEYS(S, M) \
        { .key = "format", .type = KEY_CHOICE, .offset = offsetof(S, M.kind), .choices = format_names }, \
        { .key = "encoding", .type = KEY_CHOICE, .offset = offsetof(S, M.encoding), .choices = encoding_names }, \
        { .key = "delimiter", .type = KEY_CHOICE, .offset = offsetof(S, M.delimiter), .choices = profile_delimiters }, \
        { .key = "header-row", .type = KEY_INT, .offset = offsetof(S, M.header_row), .low = 1, .high = 30 }, \
        { .key = "table", .type = KEY_INT, .offset = offsetof(S, M.table), .low = 1, .high = LIMIT_HTML_TABLES }, \
        { .key = "sheet", .type = KEY_NAME, .offset = offsetof(S, M.sheet) }, \
        { .key = "hidden", .type = KEY_CHOICE, .offset = offsetof(S, M.hidden), .choices = profile_hiddens }, \
        { .key = "rows-without-code", .type = KEY_CHOICE, .offset = offsetof(S, M.codeless), \
          .choices = profile_codelesses }, \
        { .key = "column-numbers", .type = KEY_CHOICE, .offset = offsetof(S, M.column_numbers), \
          .choices = profile_column_numbers }, \
        { .key = "links", .type = KEY_FLAG, .offset = offsetof(S, M.links) }, \
        { .key = "totals", .type = KEY_NAMES, .offset = offsetof(S, M.totals) }, \
        { .key = "columns", .type = KEY_PAIRS, .offset = offsetof(S, M.columns) }, \
        { .key = "count-after", .type = KEY_NAME, .offset = offsetof(S, M.count_after) }, \
        { .key = "files", .type = KEY_NAME, .offset = offsetof(S, M.files) }, \
        { .key = "whole", .type = KEY_FLAG, .offset = offsetof(S, M.whole) }, \
        { .key = "as-of", .type = KEY_NAME, .offset = offsetof(S, M.as_of) }
/* clang-format on */

/* Fills s->format, once the stream's fields are compiled, and says what is missing or means nothing: of a stream of
 * requests, of one of files alone, of one of both. */
void profile_format_dates(ProfileReader *r, FieldPlan *fields, size_t n); /* a workbook's own dates come as `iso` */
void profile_format_compile(ProfileReader *r, const Tree *t, const FormatKeys *k, StreamPlan *s);
