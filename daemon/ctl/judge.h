/* SPDX-License-Identifier: MIT */
/* What of a record is outstanding for the deadlines that are open today, by the
 * rules that planning uses, for listing and showing. */
#pragma once

#include "daemon/coverage.h"
#include "daemon/ctl/ctl.h"

typedef struct Judge {
        const Settings *settings; /* NULL: nothing can be judged */
        Coverage coverage;
        Occurrence *occurrences;
        size_t n_occurrences;
        Date today;
        Instant known;
} Judge;

int judge_open(const Ctl *c, Judge *ret, Err *e);
void judge_close(Judge *j);
#define _cleanup_judge_ _cleanup_(judge_close)

/* The first reason over the open occurrences, in the order of their last days;
 * *ret_occurrence (may be NULL) which one. */
ItemReason judge_record(const Judge *j, const RecordView *v, const Occurrence **ret_occurrence);

/* Until when what was read counts as known: the last cycle. */
Instant ctl_known(const Ctl *c);
