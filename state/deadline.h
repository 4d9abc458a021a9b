/* SPDX-License-Identifier: MIT */
/* Deadline rules and their occurrences. "trước ngày 20" means done by 24:00 of the 19th (strict), warned against the
 * last working day on or before it (safe, "T"). Sources: the province's own letters, named by `basis`. Pure.
 * docs/DEADLINES.md is the specification of every rule here and in obligation.h and plan.h. */
#pragma once

#include "state/calendar.h"
#include "state/model/err.h"
#include "state/model/record.h"

#define DEADLINE_MAX 32
#define OCCURRENCE_ID 64

typedef struct DeadlineRule {
        const char *id;          /* "monthly-20" */
        const char *title;       /* Vietnamese, for people */
        const char *basis;       /* number and date of the province's own letter */
        int day_of_month;        /* "trước ngày N hằng tháng"; 0: one-off */
        Date once;               /* the one-off "trước ngày" date; DATE_NONE: monthly */
        Date first, last;        /* first and last "before" date; DATE_NONE: open */
        unsigned unit_kinds;     /* mask of 1 << UnitKind that owe input */
        unsigned record_kinds;   /* mask of RecordKind */
        unsigned sides;          /* mask of 1 << Side that are read for it */
        const char *bloc;        /* records of this bloc only (folded compare); NULL: any */
        int units_finish;        /* working days before T by which units must be done; 0: the same day */
        Date window_from;        /* one-off: first day of the data window; DATE_NONE: one month before */
        const char *coordinator; /* unit id of the coordinating department; NULL: none */
} DeadlineRule;

typedef struct Occurrence {
        const DeadlineRule *rule;
        char id[OCCURRENCE_ID];  /* "monthly-20@2026-06-20" */
        Date before;             /* the date of the letter */
        Date strict;             /* last day on which it is in time, for the units */
        Date safe;               /* T for the units: last working day <= strict */
        Instant strict_end;      /* 24:00 of `strict` */
        Instant window_from;     /* updates at or after this instant count; = previous strict_end */
        Date next_first;         /* T-5 of the same rule's next occurrence; DATE_NONE: one-off or the last */
} Occurrence;

/* Occurrences whose first stage (T-5) is on or before `day` and whose chase (plan.h) is open on it, sorted by
 * (strict, id). Caller frees *ret. */
int deadline_open(const DeadlineRule *rules, size_t n, const Calendar *c, Date day, Occurrence **ret, size_t *ret_n,
                  Err *e);

/* The occurrence of `rule` whose "before" date is `before`. */
void deadline_occurrence(const DeadlineRule *rule, const Calendar *c, Date before, Occurrence *ret);

/* The "before" date of the same monthly rule so many months later (or earlier); DATE_NONE for a one-off, or outside the
 * rule's first and last. A day that a month does not have is its last day. */
Date deadline_shift(const DeadlineRule *rule, Date before, int months);

/* The first occurrence with strict >= day over all rules; false: none within two years. For STATUS= and status. */
bool deadline_next(const DeadlineRule *rules, size_t n, const Calendar *c, Date day, Occurrence *ret);
