/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/records.h"

#include "state/obligation.h"
#include "state/timeliness.h"

typedef struct RecordList {
        Ctl *ctl;
        const Judge *judge;
        const RecordFilter *filter;
        Sheet sheet;
} RecordList;

bool records_in_unit(const Ctl *c, const Unit *unit, Str id) {
        const UnitTable *units = c->settings->units;

        for (const Unit *u = unit_by_id(units, id); u; u = u->parent >= 0 ? &units->units[u->parent] : NULL)
                if (u == unit)
                        return true;
        return false;
}

size_t records_differing(const RecordView *v) {
        size_t n = 0;

        for (size_t i = 0; i < v->n_differences; i++)
                n += v->difference[i].result.differs;
        return n;
}

static bool record_states(const RecordView *v, const char *word) {
        for (int side = 0; side < SIDE_COUNT; side++)
                if (v->side[side].present && (str_eq(v->side[side].field[FIELD_WORK].text, str_of(word)) ||
                                              str_eq(v->side[side].field[FIELD_REVIEW].text, str_of(word))))
                        return true;
        return false;
}

static Instant record_missing(const RecordView *v) {
        Instant since = INSTANT_NONE;

        for (int side = 0; side < SIDE_COUNT; side++)
                if (v->side[side].present && v->side[side].missing_since != INSTANT_NONE)
                        since = v->side[side].missing_since;
        return since;
}

static bool record_searched(const RecordList *l, const RecordView *v, const char *text) {
        const Value *title = view_value(v, FIELD_TITLE);
        bool hit = ctl_matches(v->identity.code, text) || ctl_matches(str_of(ctl_unit_name(l->ctl, v->unit)), text);

        return hit || (title->state == VALUE_SET && ctl_matches(title->text, text));
}

static bool record_wanted(const RecordList *l, const RecordView *v, const ItemReason *why) {
        const RecordFilter *f = l->filter;

        return (f->kinds & v->identity.kind) && (!f->unit || records_in_unit(l->ctl, f->unit, v->unit)) &&
               (!f->behind || why->reason != REASON_NONE) && (!f->missing || record_missing(v) != INSTANT_NONE) &&
               (!f->differs || records_differing(v) > 0) && (!f->work || record_states(v, f->work)) &&
               (!f->search || record_searched(l, v, f->search));
}

static Instant record_updated(const RecordView *v) {
        Instant newest = INSTANT_NONE, at;

        for (int side = 0; side < SIDE_COUNT; side++)
                if (v->side[side].present && v->side[side].field[FIELD_UPDATED_AT].state == VALUE_SET &&
                    when_parse_iso(v->side[side].field[FIELD_UPDATED_AT].text, &at) == 0 && at > newest)
                        newest = at;
        return newest;
}

static unsigned record_sides(const RecordView *v) {
        unsigned mask = 0;

        for (int side = 0; side < SIDE_COUNT; side++)
                if (v->side[side].present)
                        mask |= 1u << side;
        return mask;
}

static const char *record_timeliness(const Judge *j, const RecordView *v) {
        if (v->identity.kind != KIND_TASK || !j->settings)
                return NULL;
        return timeliness_names[timeliness(v, &j->settings->calendar, j->today)];
}

static int record_row(void *userdata, const RecordView *v, Err *e) {
        RecordList *l = userdata;
        Sheet *s = &l->sheet;
        bool task = v->identity.kind == KIND_TASK, vi = l->ctl->vi;
        const Occurrence *o = NULL;
        ItemReason why = judge_record(l->judge, v, &o);
        FieldId amount = task ? FIELD_PROGRESS : FIELD_ACTUAL;

        (void) e;
        if (!record_wanted(l, v, &why))
                return 0;
        sheet_str(s, v->key);
        sheet_text(s, task ? "task" : "indicator");
        sheet_str(s, v->unit);
        sheet_str(s, v->identity.code);
        sheet_value(s, FIELD_TITLE, view_value(v, FIELD_TITLE));
        sheet_value(s, amount, view_value(v, amount));
        sheet_value(s, FIELD_WORK, view_value(v, FIELD_WORK));
        sheet_value(s, FIELD_REVIEW, view_value(v, FIELD_REVIEW));
        sheet_value(s, FIELD_DUE, view_value(v, FIELD_DUE));
        sheet_code(s, record_timeliness(l->judge, v), NULL);
        sheet_when(s, record_updated(v));
        sheet_sides(s, record_sides(v));
        sheet_when(s, record_missing(v));
        sheet_int(s, (int64_t) records_differing(v));
        sheet_code(s, o ? reason_names[why.reason] : NULL,
                   o ? (vi ? reason_vn(why.reason) : reason_names[why.reason]) : NULL);
        sheet_code(s, o ? o->id : NULL, NULL);
        sheet_flag(s, v->quarantined);
        return 0;
}

int records_list(Ctl *c, const Judge *j, const RecordFilter *f, const char *key, Word title, size_t *ret_n, Err *e) {
        bool tasks = f->kinds & KIND_TASK, indicators = f->kinds & KIND_INDICATOR;
        const SheetColumn columns[] = {
                { "key", W_H_KEY, 0 },
                { "kind", W_H_KIND, SHEET_JSON },
                { "unit", W_H_UNIT, SHEET_JSON },
                { "code", W_H_CODE, SHEET_JSON },
                { "title", W_H_TITLE, SHEET_ELASTIC },
                { tasks && indicators ? "amount"
                  : tasks             ? "progress"
                                      : "actual",
                  tasks ? W_H_PROGRESS : W_H_ACTUAL, SHEET_RIGHT },
                { "work", W_H_WORK, tasks ? 0 : SHEET_JSON },
                { "review", W_H_REVIEW, 0 },
                { "due", W_H_DUE, tasks ? 0 : SHEET_JSON },
                { "timeliness", W_L_TIMELINESS, SHEET_JSON },
                { "updated_at", W_H_UPDATED, tasks ? SHEET_JSON : 0 },
                { "on", W_H_ON, 0 },
                { "missing_since", W_H_MISSING, f->missing ? 0 : SHEET_JSON },
                { "differs", W_H_DIFFERS, SHEET_RIGHT },
                { "outstanding", W_H_REASON, 0 },
                { "occurrence", W_H_DEADLINE, SHEET_JSON },
                { "quarantined", W_H_STATE, SHEET_JSON },
        };
        RecordList l = { .ctl = c, .judge = j, .filter = f };
        int r;

        SHEET_BEGIN(&l.sheet, &c->out, key, title, columns);
        r = store_visit_all(c->store, &c->policy, record_row, &l, e);
        if (ret_n)
                *ret_n = l.sheet.rows;
        if (r < 0)
                return r;
        return sheet_end(&l.sheet, e);
}
