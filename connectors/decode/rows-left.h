/* SPDX-License-Identifier: MIT */
/* What of a table is taken for no record: counted, so that nothing goes in silence. */
#pragma once

#include "state/model/text.h"

/* Rows below the header that are no records, by why. */
typedef struct RowsLeft {
        int totals;
        int codeless;  /* without a code: left out as the profile says, or below the last totals */
        int hidden;    /* the workbook hides them, and the profile leaves them out */
        int numbering; /* only numbers the columns */
} RowsLeft;
void rows_left_add(RowsLeft *to, const RowsLeft *more);
/* "1 of totals, 2 hidden"; adds nothing when none was left out. */
void rows_left_text(const RowsLeft *l, bool vi, Text *t);
