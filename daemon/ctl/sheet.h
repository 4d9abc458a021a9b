/* SPDX-License-Identifier: MIT */
/* What a verb shows, said once for both forms: a sheet is a table (or a card of
 * "label: value" lines) for people, and an array of objects (or one object) in
 * JSON. Cells are given column by column; a row ends with its last column. */
#pragma once

#include "daemon/ctl/json.h"
#include "daemon/ctl/table.h"
#include "daemon/ctl/words.h"
#include "state/model/err.h"
#include "state/model/record.h"

typedef struct Out {
        FILE *to;
        bool json, vi, any;
        Json j;
        size_t width;
} Out;

void out_begin(Out *o, bool json, bool vi);
int out_end(Out *o); /* 0, or negative when not all of it could be written */

enum {
        SHEET_RIGHT = 1,
        SHEET_ELASTIC = 2,
        SHEET_JSON = 4, /* in JSON only */
};

typedef struct SheetColumn {
        const char *key; /* stable; NULL: for people only */
        Word head;
        unsigned flags;
} SheetColumn;

typedef struct Sheet {
        Out *out;
        const SheetColumn *column;
        size_t n_columns, at, rows;
        bool card;
        bool plain; /* the title tells no count: set after beginning */
        Word title;
        const char *key;
        Table table;
} Sheet;

#define SHEET_BEGIN(sheet, out, key, title, columns)                                                                   \
        sheet_begin(sheet, out, key, title, columns, sizeof(columns) / sizeof(*(columns)), false)
#define CARD_BEGIN(sheet, out, key, title, columns)                                                                    \
        sheet_begin(sheet, out, key, title, columns, sizeof(columns) / sizeof(*(columns)), true)

/* title W_NONE: no line above it. */
void sheet_begin(Sheet *s, Out *out, const char *key, Word title, const SheetColumn *columns, size_t n, bool card);
int sheet_end(Sheet *s, Err *e); /* prints and frees; 0, or negative with Err (may be NULL) */

void sheet_str(Sheet *s, Str text);
void sheet_text(Sheet *s, const char *text);                    /* NULL: null, "-" */
void sheet_code(Sheet *s, const char *code, const char *label); /* the code in JSON, the label for people */
void sheet_int(Sheet *s, int64_t n);
void sheet_flag(Sheet *s, bool on);
void sheet_when(Sheet *s, Instant t);
void sheet_date(Sheet *s, Date d);
void sheet_sides(Sheet *s, unsigned mask);
void sheet_value(Sheet *s, FieldId field, const Value *v); /* {"state","value","raw"} */
