/* SPDX-License-Identifier: MIT */
/* The stage "plan": committed records become obligations, a plan, letters. Building writes nothing, so nq57ctl
 * forecasts with it; committing stores the outcome in one transaction. */
#pragma once

#include "daemon/coverage.h"
#include "state/store-plan.h"

/* A sub-unit whose records are its owner's. */
typedef struct PlannerSub { size_t unit; const struct PlannerSub *next; } PlannerSub;
/* A judgement made again. */
typedef struct PlannerAnew { Str judgement; const struct PlannerAnew *next; } PlannerAnew;

typedef struct Planner {
        const Settings *settings;
        Arena arena;
        Arena items;                   /* of obligations */
        Coverage coverage;
        Occurrence *occurrences;
        size_t n_occurrences;
        PlanObligation *obligations;
        size_t n_obligations;
        LetterAsOf *as_of;             /* per unit */
        PlanInput input;
        Plan *plan;
        Store *store;
        Instant known;                 /* what was read is judged as of then */
        Date today;
        bool fresh[SIDE_COUNT];
        Touched touched, put_aside;
        const PlannerSub **subs;       /* per unit */
        const PlannerAnew **anew;      /* per unit */
        Str *judged;                   /* the units */
        size_t n_judged;
        bool forecast;                 /* for a time that has not come yet */
        unsigned *quarantined[SIDE_COUNT]; /* per unit: mask of RecordKind with a record put aside on that side */
        int tasks, indicators;         /* records of the units that owe something */
} Planner;

/* `now` plans; `known` (<= now) judges whether what was read is still fresh: for a forecast it is the time of the last
 * cycle. */
int planner_build(Store *s, const Settings *settings, Instant now, Instant known, Planner **ret, Err *e);
Planner *planner_free(Planner *p);
DEFINE_CLEANUP(Planner, planner_free)

/* Subject and body of plan->messages[i]; reads the items it shows. */
int planner_letter(Planner *p, size_t i, Text *subject, Text *body, Err *e);

int planner_commit(Planner *p, PlanReport *ret, Err *e);
