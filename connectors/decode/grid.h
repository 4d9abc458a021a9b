/* SPDX-License-Identifier: MIT */
/* Rows of cells, as CSV, workbooks and HTML tables have them, to records: finds the header, composes the names of a
 * header of several rows ("Kết quả / Tự chấm"), knows rows of totals, and leaves no row out in silence. Pure. */
#pragma once

#include "connectors/decode/rows.h"

typedef enum CellKind {
        CELL_TEXT,
        CELL_JSON, /* a number or a flag, written as JSON */
        CELL_ERROR /* no value: "#N/A"; told as an object, which no field takes */
} CellKind;

typedef struct GridCell {
        int column;      /* from 0 */
        CellKind kind;
        Str text, link;
        int right, down; /* further columns and rows that it covers */
} GridCell;

typedef struct GridRow {
        const GridCell *cells; /* by rising column; only those that are there */
        size_t n;
        size_t width; /* cells that were written, empty ones too: of a format whose rows must be of one width */
        int number;            /* as a spreadsheet counts, from 1 */
        const char *problem;   /* constant; NULL */
} GridRow;

typedef struct GridCarry {
        int left; /* rows that a cell above still covers */
        CellKind kind;
        char *text;
} GridCarry;

typedef struct Grid {
        const FormatPlan *plan;
        Rows *rows;
        bool probe;          /* looks for the header only */
        bool ragged_matters; /* CSV: rows are of one width, and merged cells are not marked */
        GridRow *held;       /* the rows among which the header is looked for */
        size_t n_held;
        Arena arena;         /* of the held rows */
        bool found;
        int score;           /* wanted members that have a column */
        int code_column;     /* -1: none */
        size_t footer;       /* spans since a row of totals, should they prove to be below the table */
        bool after_totals;
        GridCarry *carry;
        Text text;
} Grid;

int grid_begin(Grid *g, const FormatPlan *plan, Rows *rows, bool probe); /* -ENOMEM */
void grid_free(Grid *g);
#define _cleanup_grid_ _cleanup_(grid_free)

/* Everything given is borrowed for the call. 0; GRID_ENOUGH: a probe has seen all it looks at; DECODE_REFUSED with
 * rows->fault; -ENOMEM. */
enum { GRID_ENOUGH = 2 };
int grid_row(Grid *g, const GridRow *row);
int grid_end(Grid *g);

/* Text outside of the table, where the number of records may be stated. */
void grid_beside(Grid *g, Str text);

/* The header, among the held rows: 0 and *ret_below, the index of the first row below it; or DECODE_REFUSED. */
int grid_header(Grid *g, size_t *ret_below);

/* The form in which headers are compared: folded, without blanks and without the marks that forms add (* and :). */
int grid_fold(Arena *a, Str s, Str *ret);
static inline bool grid_blank(const GridCell *c) {
        return str_trim(c->text).len == 0;
}
