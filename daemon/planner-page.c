/* SPDX-License-Identifier: MIT */
#include "daemon/planner-page.h"

static void count_verdict(PageCounts *c, ObligationVerdict v) {
        c->done += v == VERDICT_ON_TIME;
        c->late += v == VERDICT_LATE;
        c->unknown += v == VERDICT_UNKNOWN;
}

static bool is_department(const Unit *u) {
        return u->kind == UNIT_DEPARTMENT;
}

/* What the rule's previous occurrence ended with, per unit. */
typedef struct Before {
        const Planner *planner;
        LetterPage *page;
        ObligationVerdict *verdict; /* by unit index */
} Before;

static int before_visit(void *userdata, const ObligationRow *o, Err *e) {
        Before *b = userdata;
        const UnitTable *units = b->planner->settings->units;
        const Unit *u = unit_by_id(units, o->unit);

        (void) e;
        if (!u)
                return 0;
        b->verdict[u - units->units] = o->verdict;
        count_verdict(is_department(u) ? &b->page->departments_before : &b->page->communes_before, o->verdict);
        return 0;
}

static int page_before(const Planner *p, LetterPage *page, ObligationVerdict *verdict, Err *e) {
        const DeadlineRule *rule = page->occurrence->rule;
        Date before = deadline_shift(rule, page->occurrence->before, -1);
        Occurrence previous;

        if (before == DATE_NONE)
                return 0;
        deadline_occurrence(rule, &p->settings->calendar, before, &previous);
        return store_visit_obligations(p->store, str_of(previous.id), before_visit,
                                       &(Before) { .planner = p, .page = page, .verdict = verdict }, e);
}

static ObligationVerdict verdict_of(const Planner *p, const PlanObligation *o) {
        for (size_t i = 0; o->verdict == VERDICT_NONE && i < p->plan->n_verdicts; i++)
                if (p->plan->verdicts[i].obligation == o)
                        return p->plan->verdicts[i].verdict;
        return o->verdict;
}

static int page_unit_cmp(const void *x, const void *y) {
        const PageUnit *a = x, *b = y;

        if (a->verdict != b->verdict)
                return a->verdict < b->verdict ? -1 : 1; /* late before unknown, on time first and left out */
        if (a->outstanding != b->outstanding)
                return a->outstanding > b->outstanding ? -1 : 1;
        return str_cmp(str_of(a->unit->id), str_of(b->unit->id));
}

static void page_add(const Planner *p, LetterPage *page, PageUnit *units, const PlanObligation *o,
                     const ObligationVerdict *before) {
        const Unit *u = &p->settings->units->units[o->unit];
        ObligationVerdict verdict = verdict_of(p, o);
        /* The page shows what the verdict was spoken on; what a unit did since is said beside it. */
        const ObligationCounts *counts = o->verdict == VERDICT_NONE ? &o->counts : &o->verdict_counts;

        count_verdict(is_department(u) ? &page->departments : &page->communes, verdict);
        page->waiting += counts->waiting;
        if (verdict == VERDICT_LATE)
                for (int r = 0; r < REASON_COUNT; r++)
                        page->by_reason[r] += counts->by_reason[r];
        if (verdict == VERDICT_LATE || verdict == VERDICT_UNKNOWN)
                units[page->n_units++] = (PageUnit) {
                        .unit = u,
                        .outstanding = counts->outstanding,
                        .verdict = verdict,
                        .unreadable = o->unreadable,
                        .late_before = before[o->unit] == VERDICT_LATE,
                        .finished_since = verdict == VERDICT_LATE && o->state == OBLIGATION_DONE,
                };
}

static int page_fill(const Planner *p, int occurrence, Arena *a, LetterPage *page, Err *e) {
        size_t n = p->settings->units->n_units;
        PageUnit *units = arena_get(a, sizeof(PageUnit) * (n + 1));
        ObligationVerdict *before = arena_get(a, sizeof(ObligationVerdict) * (n + 1));
        int r;

        if (!units || !before)
                return err_oom(e);
        memset(before, 0, sizeof(ObligationVerdict) * (n + 1));
        *page = (LetterPage) { .occurrence = &p->occurrences[occurrence], .units = units, .as_of = p->input.now };
        r = page_before(p, page, before, e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < p->n_obligations; i++)
                if (p->obligations[i].occurrence == occurrence)
                        page_add(p, page, units, &p->obligations[i], before);
        qsort(units, page->n_units, sizeof(PageUnit), page_unit_cmp);
        return 0;
}

int planner_pages(const Planner *p, const NewMessage *m, Arena *a, LetterPage **ret, size_t *ret_n, Err *e) {
        LetterPage *pages = arena_get(a, sizeof(LetterPage) * (m->n_claims + 1));
        size_t n = 0;

        if (!pages)
                return err_oom(e);
        for (size_t i = 0; i < m->n_claims; i++) {
                int r;

                if (m->claims[i].stage != STAGE_PAGE)
                        continue;
                r = page_fill(p, m->claims[i].occurrence, a, &pages[n++], e);
                if (r < 0)
                        return r;
        }
        *ret = pages;
        *ret_n = n;
        return 0;
}
