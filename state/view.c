/* SPDX-License-Identifier: MIT */
#include "state/model/due.h"
#include "state/view.h"

static const Value value_absent = {.state = VALUE_ABSENT};

static const Value *view_side_value(const RecordView *v, Side side, FieldId field) {
        return v->side[side].present && v->side[side].field ? &v->side[side].field[field] : &value_absent;
}

static const ViewDifference *view_difference(const RecordView *v, FieldId field) {
        for (size_t i = 0; i < v->n_differences; i++)
                if (v->difference[i].field == field)
                        return &v->difference[i];
        return NULL;
}

static const Value *view_first(const RecordView *v, FieldId field) {
        for (Side side = 0; side < SIDE_COUNT; side++)
                if (value_opinion(view_side_value(v, side, field)))
                        return view_side_value(v, side, field);
        return &value_absent;
}

const Value *view_value(const RecordView *v, FieldId field) {
        const ViewDifference *d = view_difference(v, field);

        if (!d)
                return view_first(v, field);
        switch (d->result.of) {
        case OF_CENTRAL:
                return view_side_value(v, SIDE_CENTRAL, field);
        case OF_PORTAL:
                return view_side_value(v, SIDE_PORTAL, field);
        case OF_BASE:
                return &d->base;
        case OF_SETTLED:
                return &d->settled;
        case OF_NOBODY:
                break;
        }
        return &value_absent;
}

/* The candidate with the earlier last day; one without a last day never wins over one that has it. */
static const Value *due_earlier(const Value *a, const Value *b) {
        Due x = {.last = DATE_NONE}, y = {.last = DATE_NONE};

        if (b->state != VALUE_SET || due_parse(b->text, &y) < 0 || y.last == DATE_NONE)
                return a;
        if (a->state != VALUE_SET || due_parse(a->text, &x) < 0 || x.last == DATE_NONE)
                return b;
        return y.last < x.last ? b : a;
}

int view_due(const RecordView *v, Str *ret_canonical) {
        const ViewDifference *d = view_difference(v, FIELD_DUE);
        const Value *due = view_value(v, FIELD_DUE);

        if (d && d->result.differs && d->result.of != OF_SETTLED) {
                const Value *early = due_earlier(&value_absent, view_side_value(v, SIDE_CENTRAL, FIELD_DUE));

                early = due_earlier(early, view_side_value(v, SIDE_PORTAL, FIELD_DUE));
                if (d->result.outcome == MERGED_CONFLICT) /* the base holds: it is a candidate like the others */
                        early = due_earlier(early, &d->base);
                due = early->state == VALUE_SET ? early : due;
        }
        if (due->state != VALUE_SET)
                return VIEW_E_NO_DUE;
        *ret_canonical = due->text;
        return 0;
}
