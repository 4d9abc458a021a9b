/* SPDX-License-Identifier: MIT */
/* What planning reads, and how a plan becomes state: obligations, verdicts, messages, in one transaction. */

#include "state/model/kill.h"
#include "state/store-plan-parts.h"

static int claim_cmp(const void *a, const void *b) {
        const PlanClaim *x = a, *y = b;
        int r = str_cmp(x->occurrence, y->occurrence);

        if (r == 0)
                r = str_cmp(x->unit, y->unit);
        return r ? r : str_cmp(x->person, y->person);
}

/* Claims of an occurrence, but for those of messages that have not left: today's may still be planned anew, and those
 * of an earlier day are superseded by the plan that asks. */
#define CLAIMS_OF                                                                                                      \
        " FROM claim c JOIN message m ON m.id = c.message WHERE c.occurrence = ?1 AND c.void = 0"                      \
        " AND m.state NOT IN ('planned', 'held', 'temporary')"

static int claims_count(Store *s, const Occurrence *o, size_t *n, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(s, &q, e, "SELECT count(*)" CLAIMS_OF, "z", o->id);

        if (r > 0)
                *n += (size_t) sqlite3_column_int64(q, 0);
        return r < 0 ? r : 0;
}

static int claim_read(sqlite3_stmt *q, const Occurrence *o, Arena *a, PlanClaim *ret, Err *e) {
        int stage = stmt_word(q, 2, stage_names, STAGE_COUNT), seat = stmt_word(q, 3, seat_kinds, SEAT_KIND_COUNT);

        if (stage < 0 || seat < 0)
                return store_damaged(e, "claim", str_of(o->id), "unknown stage or seat");
        *ret = (PlanClaim) { .occurrence = str_of(o->id), .stage = (Stage) stage, .seat = (SeatKind) seat,
                             .sent = sqlite3_column_int(q, 4), .preview = sqlite3_column_int(q, 5) };
        if (arena_str(a, stmt_str(q, 0), &ret->unit) < 0 || arena_str(a, stmt_str(q, 1), &ret->person) < 0)
                return err_oom(e);
        return 0;
}

static int claims_read(Store *s, const Occurrence *o, Arena *a, PlanClaim *claims, size_t room, size_t *n, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_use(
                s,
                "SELECT c.unit, c.person, c.stage, c.seat, m.state IN ('sending', 'sent', 'unknown') OR m.unknowns > 0,"
                " m.state = 'preview'" CLAIMS_OF,
                &q, e);

        if (r == 0)
                r = stmt_bind(q, e, "z", o->id);
        while (r == 0 && *n < room && (r = stmt_step(q, e)) > 0)
                r = claim_read(q, o, a, &claims[(*n)++], e);
        return r;
}

static int last_mails(Store *s, Arena *a, PlanLastMail **ret, size_t *ret_n, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        PlanLastMail *last = NULL;
        size_t n = 0, room = 0;
        int r = stmt_use(s,
                         "SELECT person, max(day) FROM message WHERE kind <> 'ops' AND state IN ('sending', 'sent', "
                         "'unknown', 'preview')"
                         " GROUP BY person ORDER BY person",
                         &q, e);

        while (r >= 0 && (r = stmt_step(q, e)) > 0) {
                if (n == room) { /* what is outgrown stays in the arena: twice the whole at most */
                        PlanLastMail *grown = arena_get(a, (room ? room * 2 : 64) * sizeof *grown);

                        if (!grown)
                                return err_oom(e);
                        if (n > 0)
                                memcpy(grown, last, n * sizeof *grown);
                        last = grown;
                        room = room ? room * 2 : 64;
                }
                if (arena_str(a, stmt_str(q, 0), &last[n].person) < 0)
                        return err_oom(e);
                if (date_parse_iso(stmt_str(q, 1), &last[n].day) < 0)
                        return store_damaged(e, "message", stmt_str(q, 0), "day");
                n++;
        }
        *ret = last;
        *ret_n = n;
        return r;
}

int store_plan_read(Store *s, const Occurrence *o, size_t n, Arena *a, PlanClaim **ret_claims, size_t *ret_n_claims,
                    PlanLastMail **ret_last, size_t *ret_n_last, Err *e) {
        PlanClaim *claims;
        size_t room = 0, n_claims = 0;
        int r = 0;

        for (size_t i = 0; i < n && r == 0; i++)
                r = claims_count(s, &o[i], &room, e);
        if (r < 0)
                return r;
        claims = arena_get(a, (room + 1) * sizeof *claims);
        if (!claims)
                return err_oom(e);
        for (size_t i = 0; i < n && r == 0; i++)
                r = claims_read(s, &o[i], a, claims, room, &n_claims, e);
        if (r == 0)
                r = last_mails(s, a, ret_last, ret_n_last, e);
        if (r < 0)
                return r;
        if (n_claims > 1)
                qsort(claims, n_claims, sizeof *claims, claim_cmp);
        *ret_claims = claims;
        *ret_n_claims = n_claims;
        return 0;
}

int store_plan_commit(Store *s, const PlanCommit *c, PlanReport *ret, Err *e) {
        _cleanup_txn_ Txn txn = { 0 };
        PlanReport report = { 0 };
        int r = txn_begin(s, &txn, e);

        if (r == 0)
                r = obligations_commit(s, c, &report, e);
        if (r == 0)
                r = drafts_commit(s, c, &report, e);
        if (r == 0)
                r = judged_commit(s, c, e);
        if (r == 0 && c->sending_time)
                r = morning_mark(s, c->now, e);
        KILL_POINT("plan-before-commit");
        if (r == 0)
                r = txn_commit(&txn, e);
        KILL_POINT("plan-after-commit");
        if (r == 0)
                *ret = report;
        return r;
}
