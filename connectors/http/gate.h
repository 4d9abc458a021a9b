/* SPDX-License-Identifier: MIT */
/* What one system is asked at most: requests a minute, a gap between two, quiet hours, a pause it asked for, and a
 * breaker that stops asking one that is down. Pure: time and outcomes are given. Instants `now` are µs of a monotonic
 * clock; `wall` is civil time. */
#pragma once

#include "connectors/http/quiet.h"
#include "connectors/http/rate.h"
#include "state/model/listing.h"

#define GATE_WAIT_MAX (10 * US_SECOND)  /* a request waits so long for a pause that was asked for; else it is refused */
#define GATE_BREAKER_PAUSE (60 * US_SECOND)     /* the first; doubled each time the trial fails... */
#define GATE_BREAKER_LONGEST (30 * US_MINUTE)   /* ...up to this */

typedef struct GateOptions {
        int per_minute;      /* 0: no limit */
        int64_t gap;         /* µs between the starts of two requests */
        QuietHours quiet;
        int breaker_after;   /* requests in a row that were not served; 0: no breaker */
} GateOptions;

typedef struct Gate {
        GateOptions o;
        Rate rate;
        uint64_t gap_until;
        uint64_t hold;       /* the system asked for a pause... */
        Instant hold_wall;   /* ...of which this is the end by civil time: whichever comes first */
        int failures;        /* in a row */
        Fault cause;         /* of the last */
        char why[160];
        bool open, trial;    /* the breaker; one request is out to see whether the system is back */
        uint64_t open_until;
        Instant open_wall, pause;
} Gate;

int gate_init(Gate *g, const GateOptions *o); /* -ENOMEM */
void gate_done(Gate *g);

/* May a request leave? fault NONE: at `at` (now, or earlier: at once; UINT64_MAX: when the trial has ended). Else it is
 * refused: FAULT_QUIET, FAULT_RATE_LIMITED, or why the breaker is open, until `until` of civil time. */
typedef struct GateAnswer {
        Fault fault;
        uint64_t at;
        Instant until;
        char detail[240];
} GateAnswer;
void gate_ask(Gate *g, uint64_t now, Instant wall, GateAnswer *ret);

/* It left. True: it is the trial; what comes of it is told so. */
bool gate_sent(Gate *g, uint64_t now);

/* What came of it. A pause asked for is capped at LIMIT_RETRY_AFTER_SECONDS. True: the breaker changed. */
void gate_hold(Gate *g, Instant asked, uint64_t now, Instant wall);
bool gate_served(Gate *g);
bool gate_failed(Gate *g, bool trial, Fault cause, const char *why, uint64_t now, Instant wall);
void gate_dropped(Gate *g, bool trial); /* given up by us: says nothing */
