/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/judge.h"

#include "state/obligation.h"

Instant ctl_known(const Ctl *c) {
        return c->tick != INSTANT_NONE && c->tick < c->now ? c->tick : c->now;
}

int judge_open(const Ctl *c, Judge *ret, Err *e) {
        Judge j = { .settings = c->settings, .today = when_date(c->now), .known = ctl_known(c) };
        int r = 0;

        if (c->settings) {
                r = coverage_read(c->store, c->settings, &j.coverage, e);
                if (r >= 0)
                        r = deadline_open(c->settings->deadlines, c->settings->n_deadlines, &c->settings->calendar,
                                          j.today, &j.occurrences, &j.n_occurrences, e);
        }
        if (r < 0) {
                judge_close(&j);
                return r;
        }
        *ret = j;
        return 0;
}

void judge_close(Judge *j) {
        coverage_free(&j->coverage);
        free(j->occurrences);
        j->occurrences = NULL;
}

ItemReason judge_record(const Judge *j, const RecordView *v, const Occurrence **ret_occurrence) {
        const UnitTable *units = j->settings ? j->settings->units : NULL;
        const Unit *u = units ? unit_by_id(units, v->unit) : NULL;

        u = u ? unit_owner(units, u) : NULL;
        for (size_t i = 0; u && i < j->n_occurrences; i++) {
                const Occurrence *o = &j->occurrences[i];
                unsigned readable = 0;
                ItemReason why;

                if (!(o->rule->unit_kinds & (1u << u->kind)) || !obligation_covers(o, v))
                        continue;
                for (int side = 0; side < SIDE_COUNT; side++)
                        if ((o->rule->sides & (1u << side)) &&
                            coverage_readable(&j->coverage, (size_t) (u - units->units), side, o->rule->record_kinds,
                                              j->known))
                                readable |= 1u << side;
                why = obligation_reason(o, v, readable, j->today);
                if (why.reason == REASON_NONE)
                        continue;
                if (ret_occurrence)
                        *ret_occurrence = o;
                return why;
        }
        return (ItemReason) { .reason = REASON_NONE, .field = FIELD_COUNT, .due = DATE_NONE };
}
