/* SPDX-License-Identifier: MIT */
/* The only place that logs and talks to the service manager. Under systemd each line is a journal entry with fields
 * and, for what an operator may have to act on, a fixed MESSAGE_ID (docs/OPERATIONS.md); elsewhere it goes to stderr
 * with the fields at its end. */
#pragma once

#include "state/model/err.h"
#include "state/model/finding.h"

#include <stdbool.h>
#include <syslog.h>

typedef enum ReportId {
        REPORT_NONE,
        REPORT_LISTING,        /* a listing that was not complete */
        REPORT_REFUSED,        /* a guard refused a listing */
        REPORT_BLIND,          /* crit: a source is blind */
        REPORT_SEEING,         /* it is read again */
        REPORT_STUCK,          /* crit: mail is stuck */
        REPORT_UNSTUCK,
        REPORT_SESSION,        /* crit: a session expires and cannot be renewed */
        REPORT_SESSION_OK,
        REPORT_CLOCK,          /* crit: mail is held because of the clock */
        REPORT_CLOCK_OK,
        REPORT_RELOADED,
        REPORT_RELOAD_FAILED,
        REPORT_SENT,
        REPORT_UNDELIVERED,    /* permanent or unknown outcome, or a stopped channel */
        REPORT_PLANNED,
        REPORT_CALENDAR,       /* the coming year's holidays are not filled */
        REPORT_QUARANTINE,
        REPORT_ID_COUNT
} ReportId;
extern const char *const report_ids[REPORT_ID_COUNT]; /* 32 hex digits */

typedef struct ReportField { const char *key, *value; } ReportField; /* key "NQ57_SOURCE"; value NULL: left out */

void report(int priority, ReportId id, const ReportField *fields, const char *format, ...)
        __attribute__((format(printf, 4, 5))); /* fields end with { NULL, NULL }; NULL: none */
void report_err(int priority, const Err *e, const char *what);
FindingSink report_findings(bool vi); /* every finding as a line */

void report_notify(const char *format, ...) __attribute__((format(printf, 1, 2))); /* sd_notify, verbatim */
void report_status(const char *format, ...) __attribute__((format(printf, 1, 2))); /* STATUS= */
void report_reloading(void);    /* RELOADING=1 with MONOTONIC_USEC, in one datagram */
