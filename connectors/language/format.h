/* SPDX-License-Identifier: MIT */
/* How a stream's bytes are read when they are no JSON document, as a profile says it (docs/profiles/files.md). */
#pragma once

#include "state/model/text.h"

typedef enum FormatKind {
        FORMAT_JSON,
        FORMAT_JSON_LINES,
        FORMAT_CSV,
        FORMAT_HTML_TABLE,
        FORMAT_XLSX,
        FORMAT_COUNT
} FormatKind;
extern const char *const format_names[FORMAT_COUNT + 1]; /* json json-lines csv html-table xlsx */

typedef enum Encoding {
        ENCODING_AUTO, /* a byte order mark, UTF-16 by its zero bytes, else UTF-8; what is none of these is refused */
        ENCODING_UTF8,
        ENCODING_UTF16, /* little-endian where no mark says otherwise */
        ENCODING_1258,
        ENCODING_1252,
        ENCODING_TCVN3
} Encoding;
extern const char *const encoding_names[]; /* ends with NULL */

typedef enum Delimiter { DELIMITER_AUTO, DELIMITER_COMMA, DELIMITER_SEMICOLON, DELIMITER_TAB } Delimiter;

/* A header's text and the name under which the record gets the cell. */
typedef struct FormatColumn {
        const char *header, *member;
} FormatColumn;

typedef enum AsOf { AS_OF_MTIME, AS_OF_NAME, AS_OF_CELL, AS_OF_COLUMN } AsOf;

/* Whether the row below the header may number the columns. */
typedef enum ColumnNumbers { COLUMN_NUMBERS_AUTO, COLUMN_NUMBERS_YES, COLUMN_NUMBERS_NO } ColumnNumbers;

typedef struct FormatPlan {
        int kind;               /* FormatKind */
        int encoding;           /* Encoding */
        int delimiter;          /* Delimiter */
        int header_row;         /* the header's last row, from 1; 0: searched */
        const char *sheet;      /* of a workbook: a name, or a number from 1; NULL: the one that has the header */
        int table;              /* of an HTML page, from 1; 0: the one that has the header */
        bool hidden_skip;       /* rows and columns that the workbook hides are left out */
        bool codeless_skip;     /* rows without a code are left out, not put aside */
        int column_numbers;     /* ColumnNumbers */
        bool links;             /* the first link of a cell of an HTML table stands under "HEADER (link)" */
        const char *const *totals; /* words that begin a row of totals; n_totals 0: the built-in ones */
        size_t n_totals;
        const FormatColumn *columns;
        size_t n_columns;
        const char *count_after; /* the text behind which the number of records stands; NULL: nowhere */

        const char *files;      /* which names of the drop folder feed the stream; NULL: any that has its header */
        bool whole;             /* a file lists everything: what it does not show is missing */
        int as_of;              /* AsOf: from where the file's date comes */
        const char *as_of_what; /* the date format within the name, the cell ("B2") or the column */

        const Str *wanted;      /* members that the stream's selectors begin with */
        size_t n_wanted;
        int code;               /* which of them is the code; -1: none */
} FormatPlan;
