/* SPDX-License-Identifier: MIT */
/* One reconciled record as planning, listing and explaining see it. All texts are borrowed from the reader. */
#pragma once

#include "state/merge.h"
#include "state/model/when.h"

typedef struct ViewSide {
        bool present;              /* a side row exists and is not removed */
        const Value *field;        /* [FIELD_COUNT] when present */
        Str code;                  /* the code in that system */
        Str account;               /* account it was last read with */
        Instant fetched_at;        /* of the run that last changed or confirmed it */
        int64_t run;               /* that wrote it */
        Instant missing_since;     /* INSTANT_NONE: not missing */
} ViewSide;

typedef struct ViewDifference {
        FieldId field;
        MergeResult result;
        Instant since;             /* first seen */
        Value base, settled;       /* states ABSENT when there is none */
} ViewDifference;

typedef struct RecordView {
        int64_t id;
        Str key;
        Identity identity;         /* canonical */
        Str unit;                  /* whose record it is: identity.unit, or the lead unit */
        ViewSide side[SIDE_COUNT];
        const ViewDifference *difference;
        size_t n_differences;
        bool quarantined;          /* one of its sides is in quarantine: its stored values are old */
} RecordView;

/* The value that holds for a merged field (merge.h), for a per-side field that of the first side that has one. */
const Value *view_value(const RecordView *v, FieldId field);
/* Effective due for alerts: while the two sides are apart over it, the earliest of their values (in a conflict of the
 * base too) that has a last day; else the value that holds. A value that a person settled holds. 0, or VIEW_E_NO_DUE.
 */
int view_due(const RecordView *v, Str *ret_canonical);

enum { VIEW_E_NO_DUE = 1 };
