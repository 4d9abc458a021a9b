/* SPDX-License-Identifier: MIT */
/* Reconciling: the step per record (pure), and the accumulator of the guards that refuse an implausible listing whole.
 */
#pragma once

#include "state/merge.h"
#include "state/model/listing.h"

/* An exception: a field of a record whose base cannot be derived from the two sides (they differ, or one fell silent),
 * or that a person settled. Everything else needs no row: base is the common value. */
typedef struct FieldException {
        FieldId field;
        Value base;
        Value settled, settled_for[SIDE_COUNT];
        MergeResult result;
        Instant since;        /* when this difference was first seen */
} FieldException;

typedef struct ReconcileInput {
        const Value *before[SIDE_COUNT]; /* [FIELD_COUNT] before this change; NULL: the side was not there */
        const Value *after[SIDE_COUNT];  /* after it; NULL: the side is not there */
        bool fresh[SIDE_COUNT];
        const FieldException *exception; /* before, sorted by field */
        size_t n_exceptions;
        Instant now;
} ReconcileInput;

/* Fills `ret` (room for FIELD_COUNT) with the exceptions after the change, sorted by field; returns how many. `since`
 * of a difference that goes on is kept. Pure; texts are borrowed. */
size_t reconcile_record(const MergePolicy *policy, const ReconcileInput *in, FieldException ret[static FIELD_COUNT]);

/* Whether an exception is a difference that people see, not only a base that is remembered. */
bool reconcile_shown(MergeResult r);

/* Guards, per partition. A listing trips when count AND share are both over the limit. */
typedef struct GuardOptions {
        int shrink_count, shrink_percent;   /* members of before that are gone; default 5 and 2 */
        int change_count, change_percent;   /* members of before with a changed merged field; default 200 and 50 */
        int identity_percent;               /* of before still recognised, at least; default 80 (with > 20 members) */
        const char *const *canaries;        /* record keys that must be in every complete listing of `canary_source` */
        size_t n_canaries;
        int grace_days;                     /* missing -> pending -> removed; default 14 */
} GuardOptions;

typedef struct GuardTally {
        int64_t before, seen, gone, changed, new_members, profile_changed;
        int canaries_missing;
        const char *canary;                 /* the first missing */
} GuardTally;

typedef enum GuardTrip {
        GUARD_FINE,
        GUARD_SHRINK,
        GUARD_CHANGE,
        GUARD_IDENTITY,
        GUARD_CANARY,
        GUARD_MAPPING,
        GUARD_DRIFT /* told by the source: ListingEnd.drift_en */
} GuardTrip;
/* "", "shrink", "mass-change", "identity", "canary", "mapping-change", "drift" */
extern const char *const guard_names[];

/* Pure. Appends what was expected and what was seen to `en` and `vi` when it trips. */
GuardTrip guard_judge(const GuardOptions *o, const GuardTally *t, bool members_complete, Text *en, Text *vi);
