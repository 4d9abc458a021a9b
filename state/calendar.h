/* SPDX-License-Identifier: MIT */
/* Working days of one zone: Monday to Friday, less holidays, plus worked Saturdays. Holidays are data, never code.
 * Pure. */
#pragma once

#include "state/model/when.h"

typedef struct CalendarDay {
        Date date;
        bool working;       /* true: a worked Saturday or Sunday; false: a day off */
        bool confirmed;     /* issued, not only computed or proposed */
        const char *name;   /* "Quốc khánh" */
        const char *source; /* decree or notice it comes from */
} CalendarDay;

typedef struct Calendar {
        const CalendarDay *days; /* sorted by date, one per date */
        size_t n_days;
        int first_year, last_year; /* years the file fills; outside them only weekends are known */
} Calendar;

bool calendar_working(const Calendar *c, Date d);
const CalendarDay *calendar_day(const Calendar *c, Date d);       /* the exception of that date, NULL: none */
Date calendar_add(const Calendar *c, Date d, int n); /* the n-th working day after (n<0: before) d; n=0: d */
Date calendar_last(const Calendar *c, Date d);                    /* last working day <= d */
Date calendar_first(const Calendar *c, Date d);                   /* first working day >= d */
int calendar_between(const Calendar *c, Date from, Date to); /* working days in (from, to]; negative when to < from */
bool calendar_filled(const Calendar *c, int year);
