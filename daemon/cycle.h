/* SPDX-License-Identifier: MIT */
/* THE PIPELINE: poll -> normalise -> reconcile -> store -> plan -> deliver. A cycle polls the sources that are due,
 * stores each listing as it ends, plans once after the last has ended or timed out, and lets the outbox go. It ends on
 * the settings it began with. */
#pragma once

#include "daemon/deliver.h"
#include "state/store-listing.h"

typedef struct CycleEnv {
        sd_event *loop;
        Store *store;
        const Clock *clock;
        Deliver *deliver;
        Settings *settings;          /* referenced while the cycle runs */
        Source *source[SIDE_COUNT];  /* NULL: not configured; must outlive the cycle */
        bool vi;                     /* findings are told in Vietnamese */
        bool hold_mail;              /* the clock is not to be believed: nothing is planned */
} CycleEnv;

typedef struct CycleSide {
        int complete, partial, failed;
        Retry retry;                 /* the most hopeful of the failures */
        Instant retry_after;         /* wall; INSTANT_NONE */
} CycleSide;

typedef struct CycleReport {
        unsigned polled;             /* mask of sides */
        CycleSide side[SIDE_COUNT];
        PlanReport plan;
        bool planned, sending_time, trouble; /* trouble: a stage itself failed (store, plan) */
        int tasks, indicators, behind, unknown; /* for STATUS= */
} CycleReport;

typedef struct Cycle Cycle;

#define CYCLE_LIMIT (20 * US_MINUTE) /* a source still listing then is cancelled; planning goes on without it */
#define CYCLE_DEAD_AFTER 4           /* so many listings in a row not served at all: the rest are not tried */

/* `sides` may be empty: then only planning and delivery happen. `done` comes once, from the loop, after planning. */
int cycle_start(const CycleEnv *env, unsigned sides, void (*done)(void *userdata, const CycleReport *r), void *userdata,
                Cycle **ret, Err *e);
void cycle_cancel(Cycle *c);         /* done still comes; what was listed so far is dropped, nothing is planned */
Cycle *cycle_free(Cycle *c);
DEFINE_CLEANUP(Cycle, cycle_free)
