/* SPDX-License-Identifier: MIT */
/* What `status` gathers before it shows anything, so that the judgement can stand first. */
#pragma once

#include "daemon/ctl/ctl.h"
#include "state/store-listing.h"
#include "state/store-plan.h"

#define STATUS_SOURCES 8
#define STATUS_DEADLINES 64

typedef struct StatusSource {
        char id[128];
        Side side;
        Instant newest; /* start of the newest complete listing of any partition */
        int partitions, by[LISTING_FAILED + 1], refused;
        bool blind;
} StatusSource;

typedef struct StatusDeadline {
        char id[OCCURRENCE_ID];
        Date before, strict, safe; /* safe DATE_NONE: the deadline is not configured any more */
        bool open, judged;         /* it has begun; a plan judged its units */
        int units[OBLIGATION_UNKNOWN + 1], verdicts[VERDICT_UNKNOWN + 1];
} StatusDeadline;

typedef struct Status {
        Ctl *ctl;
        StatusSource source[STATUS_SOURCES];
        size_t n_sources;
        StatusDeadline deadline[STATUS_DEADLINES];
        size_t n_deadlines;
        int64_t quarantined[FAULT_COUNT], n_quarantined;
        int64_t messages[MESSAGE_STATE_COUNT];
        Instant clock_doubted; /* since then nothing was planned; INSTANT_NONE: the clock is believed */
        int episodes, refusals, undelivered, trouble_partitions;
} Status;

int status_gather(Ctl *c, Status *ret, Err *e);
bool status_trouble(const Status *s);
bool status_partition_trouble(const PartitionState *p);

int status_show(Status *s, Err *e);
