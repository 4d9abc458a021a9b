/* SPDX-License-Identifier: MIT */
/* Hours of the day in which a system is not asked, in local time. Pure. */
#pragma once

#include "state/model/text.h"
#include "state/model/when.h"

#define QUIET_MAX 8

typedef struct QuietHours {
        int n;
        short from[QUIET_MAX], to[QUIET_MAX]; /* minutes of the day; `to` is open again, and may be the next day's */
} QuietHours;

/* "22:00-05:00, 12:00-13:00". 0; -EINVAL with the part that is wrong; -ERANGE when less than an hour of the day is
 * left. */
int quiet_parse(Str s, QuietHours *ret, Str *ret_wrong);

/* When the quiet ends, windows that touch taken together; INSTANT_NONE: it is not quiet. */
Instant quiet_until(const QuietHours *q, Instant now);
