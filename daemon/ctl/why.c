/* SPDX-License-Identifier: MIT */
/* `why`: what is owed, what was planned or sent, what the next planning would send, and what is held back and why. */
#include "daemon/ctl/forecast.h"
#include "daemon/ctl/units.h"
#include "daemon/ctl/verbs.h"

typedef struct Why {
        Ctl *ctl;
        const Unit *unit; /* one of the two */
        const char *person;
        const Planner *planner;
        Sheet sheet;
} Why;

static bool why_concerns(const Why *w, int unit, const Seat *to) {
        if (w->unit)
                return unit >= 0 && &w->ctl->settings->units->units[unit] == w->unit;
        return to && strcmp(to->person, w->person) == 0;
}

static const char *why_unit_id(const Why *w, int unit) {
        return unit >= 0 ? w->ctl->settings->units->units[unit].id : NULL;
}

static void why_seat(Why *w, SeatKind seat) {
        sheet_code(&w->sheet, seat_kinds[seat], w->ctl->vi ? seat_kind_vn(seat) : seat_kinds[seat]);
}

static int why_claim_row(void *userdata, const ClaimRow *row, Err *e) {
        Why *w = userdata;
        Sheet *s = &w->sheet;

        (void) e;
        sheet_date(s, row->day);
        sheet_str(s, row->occurrence);
        sheet_str(s, row->unit);
        sheet_text(s, stage_names[row->stage]);
        why_seat(w, row->seat);
        sheet_str(s, row->person);
        sheet_str(s, row->name);
        sheet_code(s, message_states[row->state], words_of(W_MESSAGE_FIRST, row->state, w->ctl->vi));
        sheet_str(s, row->subject);
        sheet_str(s, row->message_id);
        return 0;
}

static int why_claims(Why *w, Err *e) {
        static const SheetColumn columns[] = {
                { "day", W_H_DAY, 0 },
                { "occurrence", W_H_DEADLINE, 0 },
                { "unit", W_H_UNIT, 0 },
                { "stage", W_H_STAGE, 0 },
                { "seat", W_H_SEAT, 0 },
                { "person", W_H_PERSON, SHEET_JSON },
                { "name", W_H_PERSON, 0 },
                { "state", W_H_MAIL, 0 },
                { "subject", W_H_SUBJECT, SHEET_ELASTIC },
                { "message_id", W_NONE, SHEET_JSON },
        };
        int r;

        SHEET_BEGIN(&w->sheet, &w->ctl->out, "claims", W_T_CLAIMS, columns);
        r = store_visit_claims(w->ctl->store, str_of(w->unit ? w->unit->id : w->person), why_claim_row, w, e);
        if (r < 0)
                return r;
        return sheet_end(&w->sheet, e);
}

static int why_now(Why *w, Err *e) {
        static const SheetColumn columns[] = {
                { "occurrence", W_H_DEADLINE, 0 },
                { "unit", W_H_UNIT, 0 },
                { "stage", W_H_STAGE, 0 },
                { "seat", W_H_SEAT, 0 },
                { "person", W_H_PERSON, SHEET_JSON },
                { "name", W_H_PERSON, 0 },
                { "address", W_H_ADDRESS, 0 },
        };
        const Planner *p = w->planner;

        SHEET_BEGIN(&w->sheet, &w->ctl->out, "next", W_T_NOW, columns);
        for (size_t i = 0; i < p->plan->n_messages; i++) {
                const NewMessage *m = &p->plan->messages[i];

                for (size_t k = 0; k < m->n_claims; k++) {
                        if (!why_concerns(w, m->claims[k].unit, m->to))
                                continue;
                        sheet_text(&w->sheet, p->occurrences[m->claims[k].occurrence].id);
                        sheet_text(&w->sheet, why_unit_id(w, m->claims[k].unit));
                        sheet_text(&w->sheet, stage_names[m->claims[k].stage]);
                        why_seat(w, m->claims[k].seat);
                        sheet_text(&w->sheet, m->to->person);
                        sheet_text(&w->sheet, m->to->name);
                        sheet_text(&w->sheet, m->to->address);
                }
        }
        return sheet_end(&w->sheet, e);
}

static int why_held(Why *w, Err *e) {
        static const char *const codes[] = {
                "distance", "not-yet", "next-morning", "from-t-1", "from-plus-1",
                "claimed", "done", "unknown", "vacant", "no-stage"
        };
        static const SheetColumn columns[] = {
                { "occurrence", W_H_DEADLINE, 0 },
                { "unit", W_H_UNIT, 0 },
                { "stage", W_H_STAGE, 0 },
                { "seat", W_H_SEAT, 0 },
                { "person", W_H_PERSON, SHEET_JSON },
                { "name", W_H_PERSON, 0 },
                { "why", W_H_WHY, 0 },
        };
        const Plan *plan = w->planner->plan;

        SHEET_BEGIN(&w->sheet, &w->ctl->out, "held", W_T_HELD, columns);
        for (size_t i = 0; i < plan->n_held; i++) {
                const PlanHeld *h = &plan->held[i];

                if (!why_concerns(w, h->unit, h->to))
                        continue;
                sheet_text(&w->sheet, w->planner->occurrences[h->occurrence].id);
                sheet_text(&w->sheet, why_unit_id(w, h->unit));
                sheet_text(&w->sheet, stage_names[h->stage]);
                why_seat(w, h->seat);
                sheet_text(&w->sheet, h->to ? h->to->person : NULL);
                sheet_text(&w->sheet, h->to ? h->to->name : NULL);
                sheet_code(&w->sheet, codes[h->why], words_of(W_HELD_FIRST, h->why, w->ctl->vi));
        }
        return sheet_end(&w->sheet, e);
}

/* The obligations as the rules see them now, not as they were last stored. */
static int why_obligations(Why *w, Err *e) {
        static const SheetColumn columns[] = {
                { "occurrence", W_H_DEADLINE, 0 },
                { "strict", W_H_STRICT, 0 },
                { "state", W_H_STATE, 0 },
                { "verdict", W_H_VERDICT, 0 },
                { "stage_today", W_H_STAGE, 0 },
                { "records", W_H_RECORDS, SHEET_RIGHT },
                { "outstanding", W_H_OUTSTANDING, SHEET_RIGHT },
                { "waiting", W_H_WAITING, SHEET_RIGHT },
                { "unreadable", W_H_UNREADABLE, 0 },
                { "tracked", W_NONE, SHEET_JSON },
        };
        const Planner *p = w->planner;
        Sheet *s = &w->sheet;

        SHEET_BEGIN(s, &w->ctl->out, "obligations", W_T_OBLIGATIONS, columns);
        for (size_t i = 0; i < p->n_obligations; i++) {
                const PlanObligation *o = &p->obligations[i];
                const Occurrence *occurrence = &p->occurrences[o->occurrence];
                bool closed = false;

                if (!why_concerns(w, o->unit, NULL))
                        continue;
                sheet_text(s, occurrence->id);
                sheet_date(s, occurrence->strict);
                sheet_code(s, obligation_states[o->state], words_of(W_OBLIGATION_FIRST, o->state, w->ctl->vi));
                sheet_code(s, o->verdict ? obligation_verdicts[o->verdict] : NULL,
                           words_of(W_VERDICT_FIRST, o->verdict, w->ctl->vi));
                sheet_text(s,
                           stage_names[stage_latest(occurrence, p->input.calendar, when_date(p->input.now), &closed)]);
                sheet_int(s, o->counts.records);
                sheet_int(s, o->counts.outstanding);
                sheet_int(s, o->counts.waiting);
                sheet_sides(s, o->unreadable);
                sheet_flag(s, o->tracked);
        }
        return sheet_end(s, e);
}

static int why_person_seats(Why *w, Err *e) {
        static const SheetColumn columns[] = {
                { "unit", W_H_UNIT, 0 },         { "unit_name", W_H_NAME, 0 }, { "seat", W_H_SEAT, 0 },
                { "address", W_H_ADDRESS, 0 },   { "from", W_H_FROM, 0 },      { "until", W_H_UNTIL, 0 },
                { "holds_today", W_H_TODAY, 0 },
        };
        const Settings *settings = w->ctl->settings;

        SHEET_BEGIN(&w->sheet, &w->ctl->out, "seats", W_T_SEATS, columns);
        for (size_t i = 0; i <= settings->units->n_units; i++) {
                const Unit *u = i < settings->units->n_units ? &settings->units->units[i] : NULL;
                const Seat *seats = u ? u->seats : settings->roles;

                for (size_t k = 0; k < (u ? u->n_seats : settings->n_roles); k++) {
                        if (!seats[k].person || strcmp(seats[k].person, w->person) != 0)
                                continue;
                        sheet_text(&w->sheet, u ? u->id : NULL);
                        sheet_text(&w->sheet, u ? u->name : NULL);
                        why_seat(w, seats[k].kind);
                        sheet_text(&w->sheet, seats[k].address);
                        sheet_date(&w->sheet, seats[k].from);
                        sheet_date(&w->sheet, seats[k].until);
                        sheet_flag(&w->sheet, seat_holds(&seats[k], when_date(w->ctl->now)));
                }
        }
        return sheet_end(&w->sheet, e);
}

static int why_show(Why *w, Err *e) {
        int r = 0;

        if (w->unit) {
                r = units_card(w->ctl, w->unit, e);
                if (r >= 0)
                        r = units_seats(w->ctl, w->unit, e);
                if (r >= 0)
                        r = why_obligations(w, e);
        } else {
                r = why_person_seats(w, e);
        }
        if (r >= 0)
                r = why_claims(w, e);
        if (r >= 0)
                r = why_now(w, e);
        return r < 0 ? r : why_held(w, e);
}

int verb_why(Ctl *c) {
        const char *what = c->args->word[0];
        Why w = { .ctl = c };
        _cleanup_(planner_freep) Planner *p = NULL;
        Err e = { 0 };
        int r;

        w.person = forecast_person(c, what);
        if (!w.person && !(w.unit = ctl_unit(c, what)))
                return CTL_NO_OBJECT;
        r = forecast_make(c, when_date(c->now), &p, &e);
        if (r < 0)
                return ctl_fail(&e);
        w.planner = p;
        out_begin(&c->out, c->args->given & OPTION_JSON, c->vi);
        r = why_show(&w, &e);
        return r < 0 ? ctl_fail(&e) : ctl_end(c, CTL_OK);
}
