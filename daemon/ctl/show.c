/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/records.h"
#include "daemon/ctl/units.h"
#include "daemon/ctl/verbs.h"
#include "state/timeliness.h"

typedef struct ShowRecord {
        Ctl *ctl;
        const Judge *judge;
} ShowRecord;

/* Derived, never read from a source; a source that claims otherwise is named. */
static void show_timeliness(Sheet *s, const Ctl *c, const Judge *j, const RecordView *v) {
        bool task = v->identity.kind == KIND_TASK && j->settings;
        Timeliness t = task ? timeliness(v, &j->settings->calendar, j->today) : NO_DEADLINE;

        sheet_code(s, task ? timeliness_names[t] : NULL,
                   task ? (c->vi ? timeliness_vn(t) : timeliness_names[t]) : NULL);
        sheet_sides(s, task ? timeliness_disputed(v, &j->settings->calendar, j->today) : 0);
}

static int show_card(Ctl *c, const Judge *j, const RecordView *v, Err *e) {
        static const SheetColumn columns[] = {
                { "key", W_L_KEY, 0 },
                { "kind", W_L_KIND, 0 },
                { "code", W_L_CODE, 0 },
                { "period", W_L_PERIOD, 0 },
                { "unit", W_L_UNIT, 0 },
                { "unit_name", W_L_UNIT_NAME, 0 },
                { "outstanding", W_H_REASON, 0 },
                { "occurrence", W_H_DEADLINE, 0 },
                { "quarantined", W_L_QUARANTINED, 0 },
                { "timeliness", W_L_TIMELINESS, 0 },
                { "claims_otherwise", W_L_CLAIMS_OTHERWISE, 0 },
        };
        const Occurrence *o = NULL;
        ItemReason why = judge_record(j, v, &o);
        bool task = v->identity.kind == KIND_TASK;
        const char *kind = task ? "task" : "indicator";
        Sheet s;

        CARD_BEGIN(&s, &c->out, "record", W_NONE, columns);
        sheet_str(&s, v->key);
        sheet_code(&s, kind, c->vi ? (task ? "nhiệm vụ" : "chỉ tiêu") : kind);
        sheet_str(&s, v->identity.code);
        if (v->identity.period.len > 0)
                sheet_str(&s, v->identity.period);
        else
                sheet_text(&s, NULL);
        sheet_str(&s, v->unit);
        sheet_text(&s, ctl_unit_name(c, v->unit));
        sheet_code(&s, o ? reason_names[why.reason] : NULL,
                   o ? (c->vi ? reason_vn(why.reason) : reason_names[why.reason]) : NULL);
        sheet_text(&s, o ? o->id : NULL);
        sheet_flag(&s, v->quarantined);
        show_timeliness(&s, c, j, v);
        return sheet_end(&s, e);
}

static int show_sides(Ctl *c, const RecordView *v, Err *e) {
        static const SheetColumn columns[] = {
                { "side", W_H_SIDE, 0 },         { "code", W_H_CODE, 0 },          { "account", W_H_ACCOUNT, 0 },
                { "run", W_H_RUN, SHEET_RIGHT }, { "fetched_at", W_H_FETCHED, 0 }, { "missing_since", W_H_MISSING, 0 },
        };
        Sheet s;

        SHEET_BEGIN(&s, &c->out, "sides", W_T_SIDES, columns);
        for (int side = 0; side < SIDE_COUNT; side++) {
                if (!v->side[side].present)
                        continue;
                sheet_code(&s, side_names[side], words_side(side, c->vi));
                sheet_str(&s, v->side[side].code);
                sheet_str(&s, v->side[side].account);
                sheet_int(&s, v->side[side].run);
                sheet_when(&s, v->side[side].fetched_at);
                sheet_when(&s, v->side[side].missing_since);
        }
        return sheet_end(&s, e);
}

static const ViewDifference *show_difference(const RecordView *v, FieldId field) {
        for (size_t i = 0; i < v->n_differences; i++)
                if (v->difference[i].field == field)
                        return &v->difference[i];
        return NULL;
}

/* Fields that neither system knows are left out. */
static int show_fields(Ctl *c, const RecordView *v, Err *e) {
        static const SheetColumn columns[] = {
                { "field", W_H_FIELD, 0 },
                { "label", W_H_LABEL, 0 },
                { "value", W_H_HOLDS, SHEET_ELASTIC },
                { "central", W_H_CENTRAL, SHEET_ELASTIC },
                { "portal", W_H_PORTAL, SHEET_ELASTIC },
                { "outcome", W_H_OUTCOME, 0 },
                { "since", W_H_SINCE, SHEET_JSON },
        };
        static const Value absent = { .state = VALUE_ABSENT };
        Sheet s;

        SHEET_BEGIN(&s, &c->out, "fields", W_T_FIELDS, columns);
        for (int f = 0; f < FIELD_COUNT; f++) {
                const Value *central = v->side[SIDE_CENTRAL].present ? &v->side[SIDE_CENTRAL].field[f] : &absent;
                const Value *portal = v->side[SIDE_PORTAL].present ? &v->side[SIDE_PORTAL].field[f] : &absent;
                const ViewDifference *d = show_difference(v, f);

                if (central->state == VALUE_ABSENT && portal->state == VALUE_ABSENT && !d)
                        continue;
                sheet_text(&s, field_table[f].key);
                sheet_code(&s, field_table[f].en, c->vi ? field_table[f].vi : field_table[f].en);
                sheet_value(&s, f, view_value(v, f));
                sheet_value(&s, f, central);
                sheet_value(&s, f, portal);
                sheet_code(&s, d ? merge_outcomes[d->result.outcome] : NULL,
                           d ? words_of(W_MERGED_FIRST, d->result.outcome, c->vi) : NULL);
                sheet_when(&s, d ? d->since : INSTANT_NONE);
        }
        return sheet_end(&s, e);
}

static int show_record(void *userdata, const RecordView *v, Err *e) {
        ShowRecord *show = userdata;
        int r = show_card(show->ctl, show->judge, v, e);

        if (r == 0)
                r = show_sides(show->ctl, v, e);
        if (r == 0)
                r = show_fields(show->ctl, v, e);
        return r;
}

static int show_unit(Ctl *c, const Unit *u, Err *e) {
        _cleanup_judge_ Judge j = { 0 };
        RecordFilter f = { .kinds = KIND_BOTH, .unit = u, .behind = true };
        int r = judge_open(c, &j, e);

        if (r < 0)
                return r;
        r = units_card(c, u, e);
        if (r >= 0)
                r = units_seats(c, u, e);
        if (r >= 0)
                r = units_obligations(c, str_of(u->id), e);
        return r < 0 ? r : records_list(c, &j, &f, "outstanding", W_T_OUTSTANDING, NULL, e);
}

int verb_show(Ctl *c) {
        const char *what = c->args->word[0];
        const Unit *u = NULL;
        _cleanup_judge_ Judge j = { 0 };
        Err e = { 0 };
        int r;

        out_begin(&c->out, c->args->given & OPTION_JSON, c->vi);
        if (strchr(what, '/')) {
                r = judge_open(c, &j, &e);
                if (r >= 0)
                        r = store_visit_key(c->store, str_of(what), &c->policy, show_record, &(ShowRecord) { c, &j },
                                            &e);
                if (r == STORE_E_ABSENT)
                        return ctl_no_record(what);
                return r < 0 ? ctl_fail(&e) : ctl_end(c, CTL_OK);
        }
        if (!c->settings)
                return CTL_CONFIG;
        u = ctl_unit(c, what);
        if (!u)
                return CTL_NO_OBJECT;
        r = show_unit(c, u, &e);
        return r < 0 ? ctl_fail(&e) : ctl_end(c, CTL_OK);
}
