/* SPDX-License-Identifier: MIT */
/* What operations are told of an alarm, in Vietnamese: what it is, since when, what to do. The journal's line is
 * English and belongs to daemon/alarm. */
#pragma once

#include "daemon/alarm.h"

typedef struct AlarmMail {
        AlarmKind kind;
        const char *subject;
        const char *detail; /* one or more sentences in Vietnamese; "" none */
        Instant opened, now;
        bool over;
} AlarmMail;

/* One mail to each person who holds role `ops` today; asking again for the same makes no second one. 0, negative. */
int alarm_mail(Store *s, const Settings *settings, const AlarmMail *mail, Err *e);
