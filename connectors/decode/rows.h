/* SPDX-License-Identifier: MIT */
/* What a decoder makes of bytes: one canonical JSON object per row, keyed by the header, so that splitting, selectors
 * and normalising work as for JSON; and what a person needs to see of it (columns, row numbers). */
#pragma once

#include "connectors/decode/rows-left.h"
#include "connectors/decode/split.h"
#include "connectors/language/format.h"
#include "state/model/listing.h"

#define ROWS_DETAIL 300

/* A column of the table, or a wanted member. */
typedef struct RowsColumn {
        Str name;      /* the header, composed and normalised; of a wanted member: its name */
        Str member;    /* what a column is read as: a wanted member where it is one */
        int column;    /* from 0; of a wanted member that no column has: -1 */
        Str nearest;   /* of such a one: the header that is near */
        bool mapped;   /* a selector of the stream uses it */
} RowsColumn;

typedef struct Rows {
        Text json;               /* the spans' bytes, where the decoder made them */
        size_t opened;           /* where the object under way begins */
        SplitSpan *spans;        /* in the order of the rows; valid after rows_finish */
        int *numbers;            /* the row of each span, as a spreadsheet counts: from 1 */
        size_t n, room, most;    /* `most`: more records are DECODE_REFUSED */
        Arena arena;             /* names, problems */
        RowsColumn *columns;     /* of the table, from left to right */
        size_t n_columns;
        RowsColumn *wanted;      /* of the plan, in its order */
        size_t n_wanted;
        int header_row;          /* its last row; 0: there is none */
        Str table;               /* the sheet's name */
        int64_t claimed;         /* the number of records the bytes state; -1: none */
        RowsLeft left;
        Str as_of;               /* what stands in the cell of the as-of date */
        int64_t until;           /* of this thread's CPU clock, µs: past it decoding is given up */
        unsigned steps;
        bool gave_up;            /* past it */
        Fault fault;             /* of DECODE_REFUSED */
        char detail[ROWS_DETAIL];
} Rows;

enum { DECODE_REFUSED = 1 };

void rows_begin(Rows *r, size_t most);
void rows_begin_within(Rows *r, size_t most, const Rows *outer); /* a try, or a part: the time is the outer one's */
void rows_free(Rows *r);
#define _cleanup_rows_ _cleanup_(rows_free)

/* Opens, fills and closes one object. Errors stick to r->json.failed. */
void rows_open(Rows *r);
void rows_member(Rows *r, Str name);                   /* then the value onto r->json */
int rows_close(Rows *r, int number, const char *problem); /* 0, DECODE_REFUSED, -ENOMEM */
int rows_borrow(Rows *r, Str bytes, int number, const char *problem); /* a span that lies elsewhere */
void rows_finish(Rows *r);                             /* nothing is added any more */

/* Asked at each row and each piece of input: 0; DECODE_REFUSED when all of it has taken LIMIT_DECODE_SECONDS. The sizes
 * alone do not bound the time: half a megabyte can unpack to a workbook of twenty million rows. */
int rows_patience(Rows *r);

int rows_refuse(Rows *r, Fault f, const char *format, ...) __attribute__((format(printf, 3, 4))); /* DECODE_REFUSED */
