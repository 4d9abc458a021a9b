/* SPDX-License-Identifier: MIT */
/* What planning remembers between plans, so that a plan costs what changed and not what exists: per unit what its
 * records came to, and which records were written since. Only a cache: forgotten, everything is judged anew.
 * docs/STATE.md, I27. */
#pragma once

#include "state/store.h"

/* One unit's records as they were judged; opaque to the store. `mark` says everything the judgement depends on but the
 * records themselves. What is put waits, in a temporary file when it is much, for the plan's commit
 * (PlanCommit.judged); beginning forgets what was put for a plan that never came to that. A store that is only read
 * keeps nothing. */
int store_judged_begin(Store *s, Err *e);
int store_judged_put(Store *s, Str unit, Str mark, Str records, Err *e);

/* Appends to `records`. 0; 1: nothing is kept of it under that mark. */
int store_judged_read(Store *s, Str unit, Str mark, Text *records, Err *e);

/* Records of which a row was written since the last plan, sorted; lives in the arena. `all`: they were not counted. */
typedef struct Touched {
        const int64_t *record;
        size_t n;
        bool all;
} Touched;
int store_touched_read(Store *s, Arena *a, Touched *ret, Err *e);
bool touched_have(const Touched *t, int64_t record);
int store_visit_touched(Store *s, const MergePolicy *policy, RecordVisit visit, void *userdata, Err *e);

/* Records of which a page was put aside under their key; as above. */
int store_put_aside_read(Store *s, Arena *a, Touched *ret, Err *e);
