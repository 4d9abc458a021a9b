/* SPDX-License-Identifier: MIT */
/* A deadline as people write it. Canonical text: "2026-06-30", "2026-06", "2026-Q3", "recurring: <text>",
 * "relative: <text>", "" never (no deadline is VALUE_NULL or VALUE_EMPTY). A date without a time is a civil date, and
 * means the end of that local day. */
#pragma once

#include "state/model/when.h"

typedef enum DueKind { DUE_NONE, DUE_DATE, DUE_MONTH, DUE_QUARTER, DUE_RECURRING, DUE_RELATIVE } DueKind;

typedef struct Due {
        DueKind kind;
        Date last; /* last day on which it is still in time; DATE_NONE for none, recurring, relative */
        Str text;  /* the words of recurring and relative; borrowed */
} Due;

int due_parse(Str canonical, Due *ret); /* 0, -EINVAL */

/* Reads what a source wrote (ISO, dd/MM/yyyy, 6/2025, Quý III/2026, "Thường xuyên", "20 ngày sau khi ...") into the
 * canonical text, copied into the arena. 0, -EINVAL when it is no form above, -ENOMEM. */
int due_read(Arena *a, Str written, Str *ret_canonical);

/* How an official reads it: "30/6", "tháng 6/2026", "quý III/2026", the words. A date in `today`'s year goes
 * without the year; months and quarters keep it. 0, -EINVAL, or as text_add. */
int due_vn(Text *t, Str canonical, Date today);
