/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/units.h"

#include <stdio.h>

/* What the store says of each unit's obligations whose last day has not come, or whose chase may still be open. */
typedef struct Owing {
        int left, behind, done, unknown;
        bool judged;
} Owing;

typedef struct OwingWalk {
        const UnitTable *units;
        Owing *owing;
        Date from;
} OwingWalk;

#define CHASED_DAYS 31

static int owing_visit(void *userdata, const ObligationRow *o, Err *e) {
        OwingWalk *w = userdata;
        const Unit *u = unit_by_id(w->units, o->unit);
        Owing *owing;

        (void) e;
        if (!u || o->strict < w->from)
                return 0;
        owing = &w->owing[u - w->units->units];
        owing->judged = true;
        owing->left = o->counts.outstanding > owing->left ? o->counts.outstanding : owing->left;
        owing->behind += o->state == OBLIGATION_BEHIND;
        owing->done += o->state == OBLIGATION_DONE;
        owing->unknown += o->state == OBLIGATION_UNKNOWN;
        return 0;
}

static void access_text(const UnitAccess *a, char *buf, size_t size) {
        static const char *const modes[] = { "", "supervised", "parent", "none" };

        if (a->mode == ACCOUNT_OWN)
                snprintf(buf, size, "%s", a->account);
        else
                snprintf(buf, size, "%s%s%s%s", modes[a->mode], a->reason ? " (" : "", a->reason ? a->reason : "",
                         a->reason ? ")" : "");
}

/* Nobody judged is not the same as nothing left. */
static void owing_count(Sheet *s, const Owing *o, int n) {
        if (o->judged)
                sheet_int(s, n);
        else
                sheet_text(s, NULL);
}

static void unit_row(Sheet *s, const Ctl *c, const Unit *u, const Owing *o) {
        const UnitTable *t = c->settings->units;

        sheet_text(s, u->id);
        sheet_text(s, u->name);
        sheet_code(s, unit_kinds[u->kind], c->vi ? unit_kind_vn(u->kind) : unit_kinds[u->kind]);
        sheet_text(s, u->parent >= 0 ? t->units[u->parent].id : NULL);
        for (int side = 0; side < SIDE_COUNT; side++) {
                char text[400];

                access_text(&u->access[side], text, sizeof text);
                sheet_text(s, text);
        }
        owing_count(s, o, o->done);
        owing_count(s, o, o->behind);
        owing_count(s, o, o->unknown);
        owing_count(s, o, o->left);
}

int units_list(Ctl *c, bool behind_only, const char *search, const Unit *unit, Err *e) {
        static const SheetColumn columns[] = {
                { "id", W_H_CODE, 0 },
                { "name", W_H_NAME, SHEET_ELASTIC },
                { "kind", W_H_KIND, 0 },
                { "parent", W_L_PARENT, SHEET_JSON },
                { "central", W_H_CENTRAL, SHEET_ELASTIC },
                { "portal", W_H_PORTAL, SHEET_ELASTIC },
                { "done", W_H_DONE, SHEET_RIGHT },
                { "behind", W_H_BEHIND, SHEET_RIGHT },
                { "unknown", W_H_UNKNOWN, SHEET_RIGHT },
                { "outstanding", W_H_OUTSTANDING, SHEET_RIGHT },
        };
        const UnitTable *t = c->settings->units;
        _cleanup_free_ Owing *owing = calloc(t->n_units + 1, sizeof *owing);
        OwingWalk w = { .units = t, .owing = owing, .from = when_date(c->now) - CHASED_DAYS };
        bool judged = false;
        Sheet s;
        int r;

        if (!owing)
                return err_oom(e);
        r = store_visit_obligations(c->store, STR_NULL, owing_visit, &w, e);
        if (r < 0)
                return r;
        SHEET_BEGIN(&s, &c->out, "units", W_T_UNITS, columns);
        for (size_t i = 0; i < t->n_units; i++) {
                const Unit *u = &t->units[i];

                judged = judged || owing[i].judged;
                if (behind_only && owing[i].behind == 0 && owing[i].left == 0)
                        continue;
                if (unit && u != unit && (u->parent < 0 || &t->units[u->parent] != unit))
                        continue;
                if (!search || ctl_matches(str_of(u->name), search) || ctl_matches(str_of(u->id), search))
                        unit_row(&s, c, u, &owing[i]);
        }
        if (!judged && !c->out.json)
                ctl_say("no unit was judged yet; why: nq57ctl status");
        return sheet_end(&s, e);
}

int units_card(Ctl *c, const Unit *u, Err *e) {
        static const SheetColumn columns[] = {
                { "id", W_L_ID, 0 },         { "name", W_L_NAME, 0 },       { "kind", W_L_KIND, 0 },
                { "parent", W_L_PARENT, 0 }, { "central", W_L_CENTRAL, 0 }, { "portal", W_L_PORTAL, 0 },
        };
        Sheet s;

        CARD_BEGIN(&s, &c->out, "unit", W_NONE, columns);
        sheet_text(&s, u->id);
        sheet_text(&s, u->name);
        sheet_code(&s, unit_kinds[u->kind], c->vi ? unit_kind_vn(u->kind) : unit_kinds[u->kind]);
        sheet_text(&s, u->parent >= 0 ? c->settings->units->units[u->parent].id : NULL);
        for (int side = 0; side < SIDE_COUNT; side++) {
                char text[400];

                access_text(&u->access[side], text, sizeof text);
                sheet_text(&s, text);
        }
        return sheet_end(&s, e);
}

int units_seats(Ctl *c, const Unit *u, Err *e) {
        static const SheetColumn columns[] = {
                { "seat", W_H_SEAT, 0 },         { "name", W_H_NAME, 0 }, { "address", W_H_ADDRESS, 0 },
                { "person", W_H_PERSON_ID, 0 },  { "from", W_H_FROM, 0 }, { "until", W_H_UNTIL, 0 },
                { "holds_today", W_H_TODAY, 0 },
        };
        Sheet s;

        SHEET_BEGIN(&s, &c->out, "seats", W_T_SEATS, columns);
        for (size_t i = 0; i < u->n_seats; i++) {
                const Seat *seat = &u->seats[i];

                sheet_code(&s, seat_kinds[seat->kind], c->vi ? seat_kind_vn(seat->kind) : seat_kinds[seat->kind]);
                sheet_text(&s, seat->name);
                sheet_text(&s, seat->address);
                sheet_text(&s, seat->person);
                sheet_date(&s, seat->from);
                sheet_date(&s, seat->until);
                sheet_flag(&s, seat_holds(seat, when_date(c->now)));
        }
        return sheet_end(&s, e);
}

typedef struct ObligationWalk {
        Ctl *ctl;
        Sheet sheet;
        Str unit;
        Occurrence open[DEADLINE_MAX * 2];
        size_t n_open;
} ObligationWalk;

/* Today's stage of a stored obligation, when its deadline is still configured. */
static Stage obligation_stage(const ObligationWalk *w, Str occurrence) {
        bool closed;

        for (size_t i = 0; i < w->n_open; i++)
                if (str_eq(str_of(w->open[i].id), occurrence))
                        return stage_latest(&w->open[i], &w->ctl->settings->calendar, when_date(w->ctl->now), &closed);
        return STAGE_NONE;
}

static int obligation_row(void *userdata, const ObligationRow *o, Err *e) {
        ObligationWalk *w = userdata;
        Sheet *s = &w->sheet;
        bool vi = w->ctl->vi;

        (void) e;
        if (w->unit.len > 0 && !str_eq(w->unit, o->unit))
                return 0;
        sheet_str(s, o->occurrence);
        sheet_str(s, o->unit);
        sheet_date(s, o->strict);
        sheet_code(s, obligation_states[o->state], words_of(W_OBLIGATION_FIRST, o->state, vi));
        sheet_code(s, o->verdict == VERDICT_NONE ? NULL : obligation_verdicts[o->verdict],
                   words_of(W_VERDICT_FIRST, o->verdict, vi));
        sheet_text(s, stage_names[obligation_stage(w, o->occurrence)]);
        sheet_int(s, o->counts.records);
        sheet_int(s, o->counts.outstanding);
        sheet_int(s, o->counts.waiting);
        sheet_int(s, o->counts.quarantined);
        for (int reason = REASON_OVERDUE; reason < REASON_COUNT; reason++)
                sheet_int(s, o->counts.by_reason[reason]);
        sheet_sides(s, o->unreadable);
        sheet_when(s, o->as_of[SIDE_CENTRAL]);
        sheet_when(s, o->as_of[SIDE_PORTAL]);
        sheet_when(s, o->verdict_at);
        sheet_when(s, o->finished_at);
        return 0;
}

int units_obligations(Ctl *c, Str unit, Err *e) {
        static const SheetColumn columns[] = {
                { "occurrence", W_H_DEADLINE, 0 },
                { "unit", W_H_UNIT, SHEET_JSON },
                { "strict", W_H_STRICT, 0 },
                { "state", W_H_STATE, 0 },
                { "verdict", W_H_VERDICT, 0 },
                { "stage_today", W_H_STAGE, 0 },
                { "records", W_H_RECORDS, SHEET_RIGHT },
                { "outstanding", W_H_OUTSTANDING, SHEET_RIGHT },
                { "waiting", W_H_WAITING, SHEET_RIGHT },
                { "quarantined", W_H_FAULT, SHEET_JSON },
                { "overdue", W_NONE, SHEET_JSON },
                { "returned", W_NONE, SHEET_JSON },
                { "never_entered", W_NONE, SHEET_JSON },
                { "not_submitted", W_NONE, SHEET_JSON },
                { "not_updated", W_NONE, SHEET_JSON },
                { "no_evidence", W_NONE, SHEET_JSON },
                { "differs", W_NONE, SHEET_JSON },
                { "unreadable", W_H_UNREADABLE, 0 },
                { "central_as_of", W_NONE, SHEET_JSON },
                { "portal_as_of", W_NONE, SHEET_JSON },
                { "verdict_at", W_NONE, SHEET_JSON },
                { "finished_at", W_NONE, SHEET_JSON },
        };
        ObligationWalk w = { .ctl = c, .unit = unit };
        Occurrence *open = NULL;
        int r = 0;

        if (c->settings)
                r = deadline_open(c->settings->deadlines, c->settings->n_deadlines, &c->settings->calendar,
                                  when_date(c->now), &open, &w.n_open, e);
        if (r < 0)
                return r;
        w.n_open = w.n_open < DEADLINE_MAX * 2 ? w.n_open : DEADLINE_MAX * 2;
        if (w.n_open > 0)
                memcpy(w.open, open, w.n_open * sizeof *open);
        free(open);
        SHEET_BEGIN(&w.sheet, &c->out, "obligations", W_T_OBLIGATIONS, columns);
        r = store_visit_obligations(c->store, STR_NULL, obligation_row, &w, e);
        if (r < 0)
                return r;
        return sheet_end(&w.sheet, e);
}
