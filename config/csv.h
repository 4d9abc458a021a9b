/* SPDX-License-Identifier: MIT */
/* Lists as offices save them from a spreadsheet: UTF-8 with or without BOM, `;`, `,` or a tab between cells, quoted
 * cells with line ends inside, LF or CRLF (RFC 4180 otherwise). */
#pragma once

#include "state/model/text.h"

#define CSV_BYTES (4u << 20)
#define CSV_CELLS 64

typedef struct Csv {
        Str rest;
        char separator;
        int row; /* number of the last row read, the header is 1; as a spreadsheet counts */
} Csv;

enum { CSV_E_END = 1, CSV_E_QUOTE = 2, CSV_E_MANY = 3 };

/* The separator is the one of the three that stands most often in the first row, outside quotes. */
void csv_begin(Str text, Csv *ret);

/* The next row that holds anything. Cells are NFC, trimmed, inner runs of blanks and line ends as one blank, in the
 * arena. 0, CSV_E_END, CSV_E_QUOTE (a quote is not closed or text follows it), CSV_E_MANY cells, -ENOMEM, -EILSEQ. */
int csv_row(Csv *c, Arena *a, Str ret_cells[static CSV_CELLS], size_t *ret_n);
