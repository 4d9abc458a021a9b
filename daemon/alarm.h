/* SPDX-License-Identifier: MIT */
/* Ops alarms: episodes that begin once and end once. Each beginning and each end is one journal line (crit, with its
 * MESSAGE_ID) and one mail to role `ops`; while one is open `nq57ctl status` exits non-zero. */
#pragma once

#include "daemon/coverage.h"
#include "daemon/report.h"
#include "state/store-plan.h"

typedef enum AlarmKind {
        ALARM_BLIND,       /* a source, or some of its accounts, not read completely for too long */
        ALARM_SESSION,     /* logins are refused, or a session cannot be renewed */
        ALARM_REFUSED,     /* a guard refused a listing */
        ALARM_STUCK,       /* mail that does not leave, or whose outcome nobody knows */
        ALARM_CLOCK,       /* mail is held because of the clock */
        ALARM_PLAN,        /* planning fails: nobody is reminded */
        ALARM_RELEASE,     /* a batch waits for `nq57ctl release` */
        ALARM_CALENDAR,    /* days off that are not listed, or not confirmed and near */
        ALARM_KIND_COUNT
} AlarmKind;
extern const char *const alarm_kinds[ALARM_KIND_COUNT];

/* Looks at the committed state and opens and closes episodes. */
int alarm_look(Store *s, const Settings *settings, Instant now, Err *e);

/* For what is not in the store: `text` NULL closes. */
int alarm_set(Store *s, const Settings *settings, AlarmKind kind, const char *subject, const char *text, Instant now,
              Err *e);
