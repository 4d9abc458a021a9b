/* SPDX-License-Identifier: MIT */
/* Obligations as stored: their state of today, and the verdict that stands. */
#include <errno.h>
#include <stdio.h>

#include "state/store-plan-parts.h"

/* Counts as verdict_write puts them. */
static int counts_read(Str text, ObligationCounts *ret) {
        int *into[] = { &ret->records,
                        &ret->outstanding,
                        &ret->waiting,
                        &ret->quarantined,
                        &ret->by_reason[REASON_OVERDUE],
                        &ret->by_reason[REASON_RETURNED],
                        &ret->by_reason[REASON_NEVER_ENTERED],
                        &ret->by_reason[REASON_NOT_SUBMITTED],
                        &ret->by_reason[REASON_NOT_UPDATED],
                        &ret->by_reason[REASON_NO_EVIDENCE],
                        &ret->by_reason[REASON_DIFFERS] };
        Str rest = text, part;

        for (size_t i = 0; i < sizeof into / sizeof *into; i++)
                if (!str_split(&rest, ' ', &part) || text_to_int(part, 0, INT32_MAX, into[i]) < 0)
                        return -EBADMSG;
        return 0;
}

int store_verdict(Store *s, const char *occurrence, Str unit, ObligationVerdict *ret, ObligationCounts *ret_counts,
                  Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        ObligationCounts counts = { 0 };
        int verdict = VERDICT_NONE;
        int r = stmt_ask(s, &q, e, "SELECT verdict, verdict_counts FROM obligation WHERE occurrence = ? AND unit = ?",
                         "zs", occurrence, unit);

        if (r < 0)
                return r;
        if (r > 0)
                verdict = stmt_word(q, 0, obligation_verdicts, VERDICT_UNKNOWN + 1);
        if (verdict < 0 || (verdict != VERDICT_NONE && counts_read(stmt_str(q, 1), &counts) < 0))
                return store_damaged(e, "obligation", unit, "unknown verdict or count");
        *ret = (ObligationVerdict) verdict;
        *ret_counts = counts;
        return 0;
}

#define COUNTS                                                                                                         \
        "records, outstanding, waiting, quarantined, overdue, returned, never_entered, not_submitted, not_updated,"    \
        " no_evidence, differs, unreadable"
#define COUNTS_NEW                                                                                                     \
        "excluded.records, excluded.outstanding, excluded.waiting, excluded.quarantined, excluded.overdue,"            \
        " excluded.returned, excluded.never_entered, excluded.not_submitted, excluded.not_updated, "                   \
        "excluded.no_evidence,"                                                                                        \
        " excluded.differs, excluded.unreadable"

/* The as-of of a verdict stays that of its day. */
static int obligation_write(Store *s, const PlanCommit *c, const PlanObligation *p, Err *e) {
        const Occurrence *o = &c->input->occurrences[p->occurrence];
        const ObligationCounts *n = &p->counts;
        char before[DATE_TEXT], strict[DATE_TEXT];

        return stmt_run(
                s, NULL, e,
                "INSERT INTO obligation (occurrence, unit, before, strict, state, central_as_of, portal_as_of, " COUNTS
                ")"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (occurrence, unit) DO "
                "UPDATE SET"
                " state = excluded.state, before = excluded.before, strict = excluded.strict, (" COUNTS
                ") = (" COUNTS_NEW "),"
                " central_as_of = iif(verdict = '', excluded.central_as_of, central_as_of),"
                " portal_as_of = iif(verdict = '', excluded.portal_as_of, portal_as_of)"
                " WHERE (state, before, strict, " COUNTS
                ") <> (excluded.state, excluded.before, excluded.strict, " COUNTS_NEW ")",
                "zzzzzttdddddddddddd", o->id, c->input->units->units[p->unit].id, date_iso(o->before, before),
                date_iso(o->strict, strict), obligation_states[p->state], p->as_of[SIDE_CENTRAL], p->as_of[SIDE_PORTAL],
                n->records, n->outstanding, n->waiting, n->quarantined, n->by_reason[REASON_OVERDUE],
                n->by_reason[REASON_RETURNED], n->by_reason[REASON_NEVER_ENTERED], n->by_reason[REASON_NOT_SUBMITTED],
                n->by_reason[REASON_NOT_UPDATED], n->by_reason[REASON_NO_EVIDENCE], n->by_reason[REASON_DIFFERS],
                (int) p->unreadable);
}

static int verdict_write(Store *s, const PlanCommit *c, const NewVerdict *v, PlanReport *report, Err *e) {
        const PlanObligation *p = v->obligation;
        const ObligationCounts *n = &p->counts;
        char counts[160];
        int changed = 0, r;

        (void) snprintf(counts, sizeof counts, "%d %d %d %d %d %d %d %d %d %d %d", n->records, n->outstanding,
                        n->waiting, n->quarantined, n->by_reason[REASON_OVERDUE], n->by_reason[REASON_RETURNED],
                        n->by_reason[REASON_NEVER_ENTERED], n->by_reason[REASON_NOT_SUBMITTED],
                        n->by_reason[REASON_NOT_UPDATED], n->by_reason[REASON_NO_EVIDENCE],
                        n->by_reason[REASON_DIFFERS]);
        r = stmt_run(s, &changed, e,
                     "UPDATE obligation SET verdict = ?3, verdict_at = ?4, verdict_counts = ?5, central_as_of = ?6, "
                     "portal_as_of = ?7"
                     " WHERE occurrence = ?1 AND unit = ?2 AND verdict = ''",
                     "zzztztt", c->input->occurrences[p->occurrence].id, c->input->units->units[p->unit].id,
                     obligation_verdicts[v->verdict], c->now, counts, p->as_of[SIDE_CENTRAL], p->as_of[SIDE_PORTAL]);
        if (r == 0)
                report->verdicts += changed;
        return r;
}

int obligations_commit(Store *s, const PlanCommit *c, PlanReport *report, Err *e) {
        const PlanInput *in = c->input;
        int r = 0;

        for (size_t i = 0; i < in->n_obligations && r == 0; i++)
                r = obligation_write(s, c, &in->obligations[i], e);
        for (size_t i = 0; i < c->n_verdicts && r == 0; i++)
                if (c->verdicts[i].verdict != VERDICT_NONE)
                        r = verdict_write(s, c, &c->verdicts[i], report, e);
        for (size_t i = 0; i < in->n_occurrences && r == 0; i++)
                r = stmt_run(s, NULL, e,
                             "UPDATE obligation SET finished_at = ?2 WHERE occurrence = ?1 AND verdict IN ('late', "
                             "'unknown') AND state = 'done'"
                             " AND finished_at IS NULL",
                             "zt", in->occurrences[i].id, c->now);
        return r;
}

static int obligation_read(sqlite3_stmt *q, ObligationRow *ret, Err *e) {
        int state = stmt_word(q, 4, obligation_states, OBLIGATION_UNKNOWN + 1);
        int verdict = stmt_word(q, 5, obligation_verdicts, VERDICT_UNKNOWN + 1);
        static const int reason[] = { REASON_OVERDUE,       REASON_RETURNED,    REASON_NEVER_ENTERED,
                                      REASON_NOT_SUBMITTED, REASON_NOT_UPDATED, REASON_NO_EVIDENCE,
                                      REASON_DIFFERS };

        *ret = (ObligationRow) {
                .occurrence = stmt_str(q, 0),
                .unit = stmt_str(q, 1),
                .state = (ObligationState) state,
                .verdict = (ObligationVerdict) verdict,
                .as_of = { stmt_instant(q, 6), stmt_instant(q, 7) },
                .verdict_at = stmt_instant(q, 9),
                .finished_at = stmt_instant(q, 10),
                .counts = { .records = sqlite3_column_int(q, 11),
                            .outstanding = sqlite3_column_int(q, 12),
                            .waiting = sqlite3_column_int(q, 13),
                            .quarantined = sqlite3_column_int(q, 14) },
                .unreadable = (unsigned) sqlite3_column_int(q, 22),
        };
        for (int i = 0; i < 7; i++)
                ret->counts.by_reason[reason[i]] = sqlite3_column_int(q, 15 + i);
        if (state < 0 || verdict < 0 || date_parse_iso(stmt_str(q, 2), &ret->before) < 0 ||
            date_parse_iso(stmt_str(q, 3), &ret->strict) < 0 ||
            (verdict != VERDICT_NONE && counts_read(stmt_str(q, 8), &ret->verdict_counts) < 0))
                return store_damaged(e, "obligation", ret->unit, "unknown word, date or count");
        return 0;
}

int store_visit_obligations(Store *s, Str occurrence, int (*visit)(void *u, const ObligationRow *o, Err *e),
                            void *userdata, Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        ObligationRow row;
        int r = stmt_make(s,
                          "SELECT occurrence, unit, before, strict, state, verdict, central_as_of, portal_as_of, "
                          "verdict_counts, verdict_at,"
                          " finished_at, " COUNTS
                          " FROM obligation WHERE ?1 IS NULL OR occurrence = ?1 ORDER BY strict, occurrence, unit",
                          &q, e);

        if (r == 0)
                r = stmt_bind(q, e, "S", occurrence);
        while (r == 0 && (r = stmt_step(q, e)) > 0) {
                r = obligation_read(q, &row, e);
                if (r == 0)
                        r = visit(userdata, &row, e);
        }
        return r;
}
