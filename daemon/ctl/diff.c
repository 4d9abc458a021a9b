/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/records.h"
#include "daemon/ctl/verbs.h"

typedef struct Diff {
        Ctl *ctl;
        const Unit *unit;
        bool conflicts;
        Sheet sheet;
} Diff;

static void diff_row(Diff *d, const RecordView *v, const ViewDifference *difference) {
        static const char *const takers[] = { "nobody", "base", "central", "portal", "settled" };
        static const Value absent = { .state = VALUE_ABSENT };
        FieldId field = difference->field;
        MergeResult result = difference->result;
        Sheet *s = &d->sheet;

        sheet_str(s, v->key);
        sheet_str(s, v->unit);
        sheet_text(s, field_table[field].key);
        for (int side = 0; side < SIDE_COUNT; side++)
                sheet_value(s, field, v->side[side].present ? &v->side[side].field[field] : &absent);
        sheet_value(s, field, view_value(v, field));
        sheet_code(s, takers[result.of], words_of(W_OF_FIRST, result.of, d->ctl->vi));
        sheet_code(s, merge_outcomes[result.outcome], words_of(W_MERGED_FIRST, result.outcome, d->ctl->vi));
        sheet_when(s, difference->since);
}

static int diff_visit(void *userdata, const RecordView *v, Err *e) {
        Diff *d = userdata;

        (void) e;
        if (d->unit && !records_in_unit(d->ctl, d->unit, v->unit))
                return 0;
        for (size_t i = 0; i < v->n_differences; i++)
                if (d->conflicts ? v->difference[i].result.outcome == MERGED_CONFLICT : v->difference[i].result.differs)
                        diff_row(d, v, &v->difference[i]);
        return 0;
}

int verb_diff(Ctl *c) {
        static const SheetColumn columns[] = {
                { "key", W_H_KEY, 0 },
                { "unit", W_H_UNIT, SHEET_JSON },
                { "field", W_H_FIELD, 0 },
                { "central", W_H_CENTRAL, SHEET_ELASTIC },
                { "portal", W_H_PORTAL, SHEET_ELASTIC },
                { "value", W_H_HOLDS, SHEET_ELASTIC },
                { "holds", W_H_HOLDS, SHEET_JSON },
                { "outcome", W_H_OUTCOME, 0 },
                { "since", W_H_SINCE, 0 },
        };
        Diff d = { .ctl = c, .conflicts = c->args->given & OPTION_CONFLICTS };
        Err e = { 0 };
        int r;

        if (c->args->unit && !c->settings)
                return CTL_CONFIG;
        if (c->args->unit && !(d.unit = ctl_unit(c, c->args->unit)))
                return CTL_NO_OBJECT;
        out_begin(&c->out, c->args->given & OPTION_JSON, c->vi);
        SHEET_BEGIN(&d.sheet, &c->out, "differences", W_T_DIFFERENCES, columns);
        r = store_visit_all(c->store, &c->policy, diff_visit, &d, &e);
        if (r >= 0)
                r = sheet_end(&d.sheet, &e);
        return r < 0 ? ctl_fail(&e) : ctl_end(c, CTL_OK);
}
