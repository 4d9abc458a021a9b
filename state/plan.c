/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "state/model/room.h"
#include "state/plan-parts.h"

/* A claim that is due, with the person it is due to. */
typedef struct PlanDue {
        Str person;
        const Seat *to;
        NewClaim claim;
} PlanDue;

/* What planning gathers before it is sorted into messages. */
typedef struct Planner {
        const PlanInput *in;
        Date today;
        Stage *stage;   /* per occurrence */
        bool *closed;   /* per occurrence */
        SeatList seats;
        PlanDue *due;
        size_t n_due, room_due;
        PlanHeld *held;
        size_t n_held, room_held;
} Planner;

static void planner_done(Planner *p) {
        free(p->stage);
        free(p->closed);
        free(p->due);
        free(p->held);
        seat_list_free(&p->seats);
}

static int due_add(Planner *p, const Seat *to, NewClaim claim) {
        int r = ROOM_FOR_ONE(p->due, p->n_due, p->room_due, 256);

        if (r == 0)
                p->due[p->n_due++] = (PlanDue) {seat_person(to), to, claim};
        return r;
}

static int held_add(Planner *p, const NewClaim *claim, const Seat *to, HeldWhy why) {
        int r = ROOM_FOR_ONE(p->held, p->n_held, p->room_held, 256);

        if (r == 0)
                p->held[p->n_held++] = (PlanHeld) {claim->occurrence, claim->unit, to, claim->seat, claim->stage, why};
        return r;
}

static int claim_cmp(const PlanClaim *c, Str occurrence, Str unit, Str person) {
        int r = str_cmp(c->occurrence, occurrence);

        if (r == 0)
                r = str_cmp(c->unit, unit);
        return r != 0 ? r : str_cmp(c->person, person);
}

/* The first claim of (occurrence, unit, person) and how many follow it. */
static const PlanClaim *claims_of(const PlanInput *in, Str occurrence, Str unit, Str person, size_t *ret_n) {
        size_t low = 0, high = in->n_claims, n = 0;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (claim_cmp(&in->claims[middle], occurrence, unit, person) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        while (low + n < in->n_claims && claim_cmp(&in->claims[low + n], occurrence, unit, person) == 0)
                n++;
        *ret_n = n;
        return n > 0 ? &in->claims[low] : NULL;
}

/* What earlier claims say about one that could be made now. */
typedef struct Told {
        bool claimed; /* exactly this claim exists; a done notice counts whatever the seat */
        bool told;    /* some reminder of the obligation reached the person */
} Told;

static Told claim_told(const PlanInput *in, const NewClaim *claim, const Seat *to) {
        Str unit = claim->unit >= 0 ? str_of(in->units->units[claim->unit].id) : STR("");
        size_t n;
        const PlanClaim *c = claims_of(in, str_of(in->occurrences[claim->occurrence].id), unit, seat_person(to), &n);
        Told told = {0};

        for (size_t i = 0; i < n; i++) {
                if (c[i].stage == claim->stage && (c[i].seat == claim->seat || claim->stage == STAGE_DONE))
                        told.claimed = true;
                if (c[i].stage >= STAGE_T5 && c[i].stage <= STAGE_WEEK4 && c[i].sent && !c[i].preview)
                        told.told = true;
        }
        return told;
}

/* One seat of one obligation: due, or held and why. */
static int plan_seat(Planner *p, const PlanObligation *b, PlanSeat s) {
        NewClaim claim = {b->occurrence, b->unit, p->stage[b->occurrence], s.as, b};
        Told told;

        if (claim.stage == STAGE_NONE || p->closed[b->occurrence] || !b->tracked)
                return held_add(p, &claim, s.to, HELD_NO_STAGE);
        if (b->counts.outstanding == 0) {
                if (b->state != OBLIGATION_DONE)
                        return held_add(p, &claim, s.to, HELD_UNKNOWN);
                claim.stage = STAGE_DONE;
                told = claim_told(p->in, &claim, s.to);
                if (!told.told)
                        return held_add(p, &claim, s.to, HELD_DONE);
        } else {
                if (!stage_seat(claim.stage, s.as))
                        return held_add(p, &claim, s.to, s.as == SEAT_COORDINATOR ? HELD_FROM_PLUS1 : HELD_FROM_T1);
                told = claim_told(p->in, &claim, s.to);
        }
        return told.claimed ? held_add(p, &claim, s.to, HELD_CLAIMED) : due_add(p, s.to, claim);
}

static int plan_vacant(Planner *p, const PlanObligation *b, SeatKind as) {
        NewClaim claim = {b->occurrence, b->unit, p->stage[b->occurrence], as, b};

        if (seat_list_has(&p->seats, as) || b->counts.outstanding == 0 || !stage_seat(claim.stage, as))
                return 0;
        if (as == SEAT_HEAD && seat_list_has(&p->seats, SEAT_ACTING_HEAD))
                return 0;
        return held_add(p, &claim, NULL, HELD_VACANT);
}

static int plan_obligation(Planner *p, const PlanObligation *b) {
        const DeadlineRule *rule = p->in->occurrences[b->occurrence].rule;
        int r = seat_list_fill(&p->seats, p->in->units, b->unit, rule->coordinator, p->today);

        for (size_t i = 0; r == 0 && i < p->seats.n; i++)
                r = plan_seat(p, b, p->seats.at[i]);
        if (r == 0)
                r = plan_vacant(p, b, SEAT_FOCAL);
        return r == 0 ? plan_vacant(p, b, SEAT_HEAD) : r;
}

/* Leadership's page goes out on the first morning it can, before a week has passed. */
static int plan_page(Planner *p, int occurrence) {
        NewClaim claim = {occurrence, -1, STAGE_PAGE, SEAT_LEADERSHIP, NULL};
        bool tracked = false;

        for (size_t i = 0; i < p->in->n_obligations && !tracked; i++)
                tracked = p->in->obligations[i].occurrence == occurrence && p->in->obligations[i].tracked;
        if (!tracked || p->stage[occurrence] != STAGE_PLUS1 || p->closed[occurrence])
                return 0;
        for (size_t i = 0; i < p->in->n_roles; i++) {
                const Seat *s = &p->in->roles[i];
                int r;

                if (s->kind != SEAT_LEADERSHIP || !seat_holds(s, p->today))
                        continue;
                r = claim_told(p->in, &claim, s).claimed ? held_add(p, &claim, s, HELD_CLAIMED) : due_add(p, s, claim);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int plan_gather(Planner *p) {
        const PlanInput *in = p->in;
        int r = 0;

        p->stage = calloc(in->n_occurrences + 1, sizeof(*p->stage));
        p->closed = calloc(in->n_occurrences + 1, sizeof(*p->closed));
        if (!p->stage || !p->closed)
                return -ENOMEM;
        for (size_t i = 0; i < in->n_occurrences; i++)
                p->stage[i] = stage_latest(&in->occurrences[i], in->calendar, p->today, &p->closed[i]);
        for (size_t i = 0; r == 0 && i < in->n_obligations; i++)
                r = plan_obligation(p, &in->obligations[i]);
        for (size_t i = 0; r == 0 && i < in->n_occurrences; i++)
                r = plan_page(p, (int) i);
        return r;
}

static int due_order(const void *a, const void *b) {
        const PlanDue *x = a, *y = b;
        int r = str_cmp(x->person, y->person);

        if (r != 0)
                return r;
        if (x->claim.unit != y->claim.unit)
                return x->claim.unit < y->claim.unit ? -1 : 1;
        if (x->claim.occurrence != y->claim.occurrence)
                return x->claim.occurrence < y->claim.occurrence ? -1 : 1;
        if (x->claim.stage != y->claim.stage)
                return x->claim.stage < y->claim.stage ? -1 : 1;
        return (int) x->claim.seat - (int) y->claim.seat;
}

/* The same claim through two rows of one person's seat; a done notice is the same on any seat. */
static bool due_same(const PlanDue *x, const PlanDue *y) {
        return x->claim.unit == y->claim.unit && x->claim.occurrence == y->claim.occurrence &&
               x->claim.stage == y->claim.stage && (x->claim.seat == y->claim.seat || x->claim.stage == STAGE_DONE);
}

static Date last_mail(const PlanInput *in, Str person) {
        size_t low = 0, high = in->n_last_mail;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int r = str_cmp(in->last_mail[middle].person, person);

                if (r == 0)
                        return in->last_mail[middle].day;
                if (r < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return DATE_NONE;
}

/* Whether the mail of due[0..n) must wait: one a day, and its distance when nothing in it is urgent. */
static bool mail_waits(const Planner *p, const PlanDue *due, size_t n) {
        Date last = last_mail(p->in, due->person);

        if (last == DATE_NONE)
                return false;
        if (last >= p->today)
                return true;
        for (size_t i = 0; i < n; i++)
                if (stage_urgent(due[i].claim.stage))
                        return false;
        return calendar_between(p->in->calendar, last, p->today) < p->in->policy->distance_days;
}

/* A last warning that the morning could not give (a source was blind, an item came back at noon) is worth an
 * afternoon. */
static bool mail_cannot_wait(const Planner *p, const PlanDue *due, size_t n) {
        if (p->in->now >= when_at(p->today, PLAN_LAST_HOUR, 0))
                return false;
        for (size_t i = 0; i < n; i++)
                if (due[i].claim.stage == STAGE_T1 || due[i].claim.stage == STAGE_T)
                        return true;
        return false;
}

/* Today's letters were planned before: what became due since waits for the next morning. */
static bool mail_late(const Planner *p, const PlanDue *due, size_t n) {
        const PlanMorning *m = &p->in->morning;
        Str person = due->person;

        if (m->planned != p->today || mail_cannot_wait(p, due, n))
                return false;
        for (size_t i = 0; i < m->n_open; i++)
                if (str_eq(m->open[i], person))
                        return false;
        return true;
}

static int mail_make(Plan *plan, const PlanDue *due, size_t n) {
        NewMessage m = {.to = due->to, .claims = arena_get(&plan->arena, n * sizeof(*m.claims))};

        if (!m.claims)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                if (i > 0 && due_same(&due[i], &due[i - 1]))
                        continue;
                m.claims[m.n_claims++] = due[i].claim;
                m.urgent |= stage_urgent(due[i].claim.stage);
        }
        plan->messages[plan->n_messages++] = m;
        return 0;
}

static int plan_messages(Planner *p, Plan *plan) {
        if (p->n_due > 1)
                qsort(p->due, p->n_due, sizeof(*p->due), due_order);
        plan->messages = arena_get(&plan->arena, (p->n_due + 1) * sizeof(*plan->messages));
        if (!plan->messages)
                return -ENOMEM;
        for (size_t i = 0, n; i < p->n_due; i += n) {
                const PlanDue *due = &p->due[i];
                HeldWhy why = HELD_DISTANCE;
                bool held = true;
                int r = 0;

                for (n = 1; i + n < p->n_due && str_eq(due->person, p->due[i + n].person);)
                        n++;
                if (!mail_waits(p, due, n)) {
                        why = plan->sending_time ? HELD_LATE : HELD_NOT_YET;
                        held = !plan->sending_time || mail_late(p, due, n);
                }
                if (!held)
                        r = mail_make(plan, due, n);
                for (size_t k = 0; held && r == 0 && k < n; k++)
                        r = held_add(p, &due[k].claim, due[k].to, why);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int plan_verdicts(Planner *p, Plan *plan) {
        const PlanInput *in = p->in;

        plan->verdicts = arena_get(&plan->arena, (in->n_obligations + 1) * sizeof(*plan->verdicts));
        if (!plan->verdicts)
                return -ENOMEM;
        for (size_t i = 0; i < in->n_obligations; i++) {
                ObligationVerdict v = plan_verdict(in, &in->obligations[i]);

                if (v != VERDICT_NONE)
                        plan->verdicts[plan->n_verdicts++] = (NewVerdict) {&in->obligations[i], v};
        }
        return 0;
}

static int plan_take_held(Planner *p, Plan *plan) {
        plan->held = arena_get(&plan->arena, (p->n_held + 1) * sizeof(*plan->held));
        if (!plan->held)
                return -ENOMEM;
        if (p->n_held > 0)
                memcpy(plan->held, p->held, p->n_held * sizeof(*plan->held));
        plan->n_held = p->n_held;
        return 0;
}

int plan_make(const PlanInput *in, Plan **ret, Err *e) {
        _cleanup_(planner_done) Planner p = {.in = in, .today = when_date(in->now)};
        _cleanup_(plan_freep) Plan *plan = calloc(1, sizeof(*plan));
        int r;

        if (!plan)
                return err_oom(e);
        plan->sending_time = calendar_working(in->calendar, p.today) &&
                             in->now >= when_at(p.today, in->policy->send_hour, in->policy->send_minute);
        r = plan_gather(&p);
        if (r == 0)
                r = plan_verdicts(&p, plan);
        if (r == 0)
                r = plan_messages(&p, plan);
        if (r == 0)
                r = plan_take_held(&p, plan);
        if (r < 0)
                return err_oom(e);
        *ret = TAKE_PTR(plan);
        return 0;
}

Plan *plan_free(Plan *p) {
        if (p)
                arena_free(&p->arena);
        free(p);
        return NULL;
}
