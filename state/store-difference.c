/* SPDX-License-Identifier: MIT */
/* Differences: rows for the fields whose base cannot be derived from the two sides (reconcile.h). */
#include <errno.h>

#include "state/model/kill.h"
#include "state/store-parts.h"

static int exception_read(sqlite3_stmt *q, Arena *a, FieldException *ret, Err *e) {
        Str name = stmt_str(q, 0);
        int outcome = stmt_word(q, 1, merge_outcomes, 0), r;

        *ret = (FieldException) { .since = sqlite3_column_int64(q, 3) };
        if (field_find(name, &ret->field) < 0 || outcome < 0)
                return store_damaged(e, "difference", name, "unknown field or outcome");
        ret->result = (MergeResult) { .outcome = (MergeOutcome) outcome, .of = (MergeOf) sqlite3_column_int(q, 2),
                                      .differs = sqlite3_column_int(q, 8) };
        r = store_value_read(a, ret->field, stmt_str(q, 4), &ret->base, e);
        if (r == 0)
                r = store_value_read(a, ret->field, stmt_str(q, 5), &ret->settled, e);
        if (r == 0)
                r = store_value_read(a, ret->field, stmt_str(q, 6), &ret->settled_for[SIDE_CENTRAL], e);
        if (r == 0)
                r = store_value_read(a, ret->field, stmt_str(q, 7), &ret->settled_for[SIDE_PORTAL], e);
        return r;
}

int difference_read(Store *s, Arena *a, int64_t record, FieldException ret[static FIELD_COUNT], size_t *ret_n, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        size_t n = 0;
        int r = stmt_use(s,
                         "SELECT field, outcome, holder, since, base, settled, settled_central, settled_portal, shown "
                         "FROM difference"
                         " WHERE record = ?",
                         &q, e);

        if (r == 0)
                r = stmt_bind(q, e, "i", record);
        while (r == 0 && (r = stmt_step(q, e)) > 0) {
                FieldException x;
                size_t at = n;

                if (n == FIELD_COUNT)
                        return store_damaged(e, "difference", stmt_str(q, 0), "more rows than fields");
                r = exception_read(q, a, &x, e);
                if (r < 0)
                        return r;
                for (; at > 0 && ret[at - 1].field > x.field; at--)
                        ret[at] = ret[at - 1];
                ret[at] = x;
                n++;
        }
        if (r == 0)
                *ret_n = n;
        return r;
}

static bool exception_same(const FieldException *x, const FieldException *y) {
        return x->result.outcome == y->result.outcome && x->result.of == y->result.of && x->since == y->since
                && reconcile_shown(x->result) == reconcile_shown(y->result) && value_eq(&x->base, &y->base)
                && x->settled.state == y->settled.state;
}

static int exception_write(Apply *a, int64_t record, const FieldException *x, Err *e) {
        bool keep = x->settled.state != VALUE_ABSENT;
        Str base;

        if (store_value_write(x->field, &x->base, &a->scratch, &base) < 0)
                return err_oom(e);
        return stmt_run(a->store, NULL, e,
                        "INSERT INTO difference (record, field, shown, outcome, holder, since, base) VALUES (?1, ?2, "
                        "?3, ?4, ?5, ?6, ?7)"
                        " ON CONFLICT (record, field) DO UPDATE SET shown = ?3, outcome = ?4, holder = ?5, since = ?6, "
                        "base = ?7,"
                        " settled = iif(?8, settled, NULL), settled_central = iif(?8, settled_central, NULL),"
                        " settled_portal = iif(?8, settled_portal, NULL), settled_by = iif(?8, settled_by, NULL),"
                        " settled_at = iif(?8, settled_at, NULL)",
                        "izdzdtSd", record, field_table[x->field].key, (int) reconcile_shown(x->result),
                        merge_outcomes[x->result.outcome], (int) x->result.of, x->since, base, (int) keep);
}

static int differences_write(Apply *a, int64_t record, const FieldException *old, size_t n_old,
                             const FieldException *now, size_t n_now, Err *e) {
        size_t i = 0, k = 0;
        int r = 0;

        while (r == 0 && (i < n_old || k < n_now)) {
                if (k == n_now || (i < n_old && old[i].field < now[k].field)) {
                        r = stmt_run(a->store, NULL, e, "DELETE FROM difference WHERE record = ? AND field = ?", "iz",
                                     record, field_table[old[i++].field].key);
                        continue;
                }
                bool same = i < n_old && old[i].field == now[k].field && exception_same(&old[i], &now[k]);
                if (i < n_old && old[i].field == now[k].field)
                        i++;
                if (!same)
                        r = exception_write(a, record, &now[k], e);
                k++;
        }
        return r;
}

/* Whose record it is when its code is not per unit: the lead unit that holds. */
static Str lead_of(const Value *const after[static SIDE_COUNT], const FieldException *x, size_t n) {
        const Value *lead = NULL;

        for (int s = SIDE_COUNT - 1; s >= 0; s--)
                if (after[s] && value_opinion(&after[s][FIELD_LEAD]))
                        lead = &after[s][FIELD_LEAD];
        for (size_t i = 0; i < n; i++) {
                if (x[i].field != FIELD_LEAD)
                        continue;
                lead = x[i].result.of == OF_CENTRAL && after[SIDE_CENTRAL] ? &after[SIDE_CENTRAL][FIELD_LEAD]
                        : x[i].result.of == OF_PORTAL && after[SIDE_PORTAL] ? &after[SIDE_PORTAL][FIELD_LEAD]
                        : x[i].result.of == OF_SETTLED                      ? &x[i].settled
                        : x[i].result.of == OF_BASE                         ? &x[i].base
                                                                            : lead;
        }
        return lead && lead->state == VALUE_SET ? lead->text : STR_NULL;
}

int apply_reconcile(Apply *a, const Stored *before, const Value *const after[static SIDE_COUNT], Str identity_unit,
                    Err *e) {
        const ListingContext *c = &a->listing->context;
        FieldException old[FIELD_COUNT], now[FIELD_COUNT];
        size_t n_old = 0, n_now;
        ReconcileInput in = {
                .before = { before->field[SIDE_CENTRAL], before->field[SIDE_PORTAL] },
                .after = { after[SIDE_CENTRAL], after[SIDE_PORTAL] },
                .fresh = { c->fresh[SIDE_CENTRAL], c->fresh[SIDE_PORTAL] },
                .exception = old,
                .now = a->now,
        };
        int r = before->differs ? difference_read(a->store, &a->arena, before->record, old, &n_old, e) : 0;

        if (r < 0)
                return r;
        in.n_exceptions = n_old;
        n_now = reconcile_record(c->policy, &in, now);
        r = differences_write(a, before->record, old, n_old, now, n_now, e);
        if (r < 0 || identity_unit.len > 0)
                return r;
        return stmt_run(a->store, NULL, e, "UPDATE record SET unit = ?2 WHERE id = ?1 AND unit <> ?2", "is",
                        before->record, lead_of(after, now, n_now));
}

static int settle_row(Store *s, Arena *a, int64_t record, FieldId field, const Value *value, const char *by,
                      Instant now, Err *e) {
        Text text[3] = { TEXT_INIT(1u << 20), TEXT_INIT(1u << 20), TEXT_INIT(1u << 20) };
        static const Value silent = { .state = VALUE_ABSENT };
        Str stored[3] = { STR_NULL };
        Stored sides;
        int changed = 0, r = stored_read(s, a, record, &sides, e);

        if (r < 0)
                return r;
        for (int i = 0; i < 3 && r == 0; i++) {
                const Value *v = i == 0 ? value : sides.field[i - 1] ? &sides.field[i - 1][field] : &silent;
                r = store_value_write(field, v->state == VALUE_INVALID ? &silent : v, &text[i], &stored[i]);
        }
        if (r == 0)
                r = stmt_run(s, &changed, e,
                             "UPDATE difference SET settled = ?3, settled_central = ?4, settled_portal = ?5, "
                             "settled_by = ?6, settled_at = ?7,"
                             " outcome = 'settled', holder = ?8 WHERE record = ?1 AND field = ?2 AND shown",
                             "izsSSztd", record, field_table[field].key, stored[0], stored[1], stored[2], by, now,
                             (int) OF_SETTLED);
        for (int i = 0; i < 3; i++)
                text_free(&text[i]);
        return r < 0 ? r : changed > 0 ? 0 : STORE_E_ABSENT;
}

int store_settle(Store *s, Str key, FieldId field, const Value *value, const char *by, Instant now, Err *e) {
        _cleanup_arena_ Arena arena = { 0 };
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        _cleanup_txn_ Txn txn = { 0 };
        int r;

        if (!value_opinion(value))
                return err_set(e, -EINVAL, RETRY_NEVER, "a settlement needs a value");
        r = txn_begin(s, &txn, e);
        if (r == 0)
                r = stmt_ask(s, &q, e, "SELECT id FROM record WHERE key = ?", "s", key);
        if (r <= 0)
                return r < 0 ? r : STORE_E_ABSENT;
        r = settle_row(s, &arena, sqlite3_column_int64(q, 0), field, value, by, now, e);
        if (r == 0)
                r = touched_add(s, sqlite3_column_int64(q, 0), e);
        stmt_resetp(&q);
        KILL_POINT("settle-before-commit");
        return r != 0 ? r : txn_commit(&txn, e);
}

int store_settled(Store *s, int64_t record, FieldId field, Text *by, Instant *ret_at, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(
                s, &q, e,
                "SELECT settled_by, settled_at FROM difference WHERE record = ? AND field = ? AND settled IS NOT NULL",
                "iz", record, field_table[field].key);

        if (r <= 0)
                return r < 0 ? r : STORE_E_ABSENT;
        if (text_add(by, stmt_str(q, 0)) < 0)
                return err_oom(e);
        *ret_at = stmt_instant(q, 1);
        return 0;
}
