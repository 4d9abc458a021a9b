/* SPDX-License-Identifier: MIT */
/* What the calendar lacks, as it must be seen by a daemon that runs for months. Pure. */
#pragma once

#include "state/calendar.h"

#include <stddef.h>

/* The days off of this year, or from October on of the next, are not listed; else days of the next 30 days that
 * nobody has confirmed. */
typedef struct CalendarGap {
        bool empty;
        int year, days;
        Date first; /* of the days not confirmed */
} CalendarGap;

bool calendar_gap(const Calendar *c, Date today, CalendarGap *ret); /* false: it lacks nothing */
void calendar_gap_text(const CalendarGap *gap, char *text, size_t size);     /* English, for the journal */
void calendar_gap_detail(const CalendarGap *gap, char *detail, size_t size); /* Vietnamese, for the mail */
