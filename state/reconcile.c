/* SPDX-License-Identifier: MIT */
#include "state/reconcile.h"

static const Value silent = { .state = VALUE_ABSENT };

static const Value *side_value(const Value *const side[static SIDE_COUNT], Side s, FieldId field) {
        return side[s] ? &side[s][field] : NULL;
}

static bool both_say(const Value *const side[static SIDE_COUNT], FieldId field) {
        return side[SIDE_CENTRAL] && side[SIDE_PORTAL] && value_opinion(&side[SIDE_CENTRAL][field])
                && value_opinion(&side[SIDE_PORTAL][field]);
}

/* The base that needs no row: what both say alike. */
static const Value *derived_base(const Value *const side[static SIDE_COUNT], FieldId field) {
        if (both_say(side, field) && value_eq(&side[SIDE_CENTRAL][field], &side[SIDE_PORTAL][field]))
                return &side[SIDE_CENTRAL][field];
        return &silent;
}

bool reconcile_shown(MergeResult r) {
        return r.differs || r.outcome == MERGED_DIVERGENCE || r.outcome == MERGED_CONFLICT;
}

/* A side that is gone for good takes the agreement with it: what the other says stands alone from then on, whichever
 * happened first. */
static const Value *base_before(const ReconcileInput *in, const FieldException *old, FieldId field) {
        if (!in->after[SIDE_CENTRAL] || !in->after[SIDE_PORTAL])
                return &silent;
        return old ? &old->base : derived_base(in->before, field);
}

/* Whether the field needs a row after the change; fills it when it does. */
static bool reconcile_one(const MergePolicy *policy, const ReconcileInput *in, const FieldException *old, FieldId field,
                          FieldException *ret) {
        const Value *base = base_before(in, old, field);
        MergeInput merge = {
                .field = field,
                .base = base,
                .side = { side_value(in->after, SIDE_CENTRAL, field), side_value(in->after, SIDE_PORTAL, field) },
                .fresh = { in->fresh[SIDE_CENTRAL], in->fresh[SIDE_PORTAL] },
                .settled = old ? &old->settled : NULL,
                .settled_for = { old ? &old->settled_for[SIDE_CENTRAL] : NULL,
                                 old ? &old->settled_for[SIDE_PORTAL] : NULL },
        };
        MergeResult r = merge_field(policy, &merge);
        bool shown = reconcile_shown(r);

        if (!shown && r.outcome != MERGED_SETTLED && value_eq(base, derived_base(in->after, field)))
                return false;
        if (!shown && both_say(in->after, field))
                return false; /* they say the same: that is the base now */
        *ret = (FieldException) { .field = field, .base = *base, .result = r, .since = in->now };
        if (old && reconcile_shown(old->result) == shown)
                ret->since = old->since;
        if (r.outcome == MERGED_SETTLED) {
                ret->settled = old->settled;
                ret->settled_for[SIDE_CENTRAL] = old->settled_for[SIDE_CENTRAL];
                ret->settled_for[SIDE_PORTAL] = old->settled_for[SIDE_PORTAL];
        }
        return true;
}

static bool says(const Value *side, FieldId field) {
        return side && side[field].state != VALUE_ABSENT;
}

/* Most fields of most records, which need no row: nobody says anything, or both the same. */
static bool nothing_to_keep(const ReconcileInput *in, FieldId field) {
        const Value *central = side_value(in->after, SIDE_CENTRAL, field),
                    *portal = side_value(in->after, SIDE_PORTAL, field);

        if (!says(in->after[SIDE_CENTRAL], field) && !says(in->after[SIDE_PORTAL], field))
                return !both_say(in->before, field);
        return central && portal && value_opinion(central) && value_eq(central, portal);
}

size_t reconcile_record(const MergePolicy *policy, const ReconcileInput *in, FieldException ret[static FIELD_COUNT]) {
        size_t n = 0, at = 0;

        for (FieldId field = 0; field < FIELD_COUNT; field++) {
                const FieldException *old = NULL;

                while (at < in->n_exceptions && in->exception[at].field < field)
                        at++;
                if (at < in->n_exceptions && in->exception[at].field == field)
                        old = &in->exception[at];
                if (policy->merge[field] == MERGE_PER_SIDE || (!old && nothing_to_keep(in, field)))
                        continue;
                if (reconcile_one(policy, in, old, field, &ret[n]))
                        n++;
        }
        return n;
}
