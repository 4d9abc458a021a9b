/* SPDX-License-Identifier: MIT */
#include "state/store-judged.h"

#include <errno.h>

#include "state/store-parts.h"
#include "state/store-plan-parts.h"

#define TOUCHED_MAX 16384 /* more than that and everything is judged anew */
#define TOUCHED_ALL 0     /* in place of a record */

int store_judged_read(Store *s, Str unit, Str mark, Text *records, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(s, &q, e, "SELECT records FROM judged WHERE unit = ? AND mark = ?", "ss", unit, mark);

        if (r <= 0)
                return r < 0 ? r : 1;
        return text_add(records, stmt_blob(q, 0)) < 0 ? err_oom(e) : 0;
}

/* What `q` gives, which is sorted. */
static int ids_read(sqlite3_stmt *q, Arena *a, Touched *ret, Err *e) {
        int64_t *id = NULL;
        size_t room = 0;
        int r;

        while ((r = stmt_step(q, e)) > 0) {
                if (ret->n == room) { /* what is outgrown stays in the arena: twice the whole at most */
                        int64_t *grown = arena_get(a, (room ? room * 2 : 256) * sizeof *grown);

                        if (!grown)
                                return err_oom(e);
                        if (ret->n > 0)
                                memcpy(grown, id, ret->n * sizeof *grown);
                        ret->record = id = grown;
                        room = room ? room * 2 : 256;
                }
                id[ret->n++] = sqlite3_column_int64(q, 0);
        }
        return r;
}

int store_touched_read(Store *s, Arena *a, Touched *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        Touched t = { 0 };
        int r = stmt_use(s, "SELECT record FROM touched ORDER BY record", &q, e);

        if (r == 0)
                r = ids_read(q, a, &t, e);
        if (r < 0)
                return r;
        t.all = t.n > 0 && t.record[0] == TOUCHED_ALL;
        *ret = t;
        return 0;
}

int store_put_aside_read(Store *s, Arena *a, Touched *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        Touched t = { 0 };
        /* CROSS: those that stand aside are looked up among the records, not the records among them. */
        int r = stmt_use(s,
                         "SELECT DISTINCT r.id FROM quarantine q CROSS JOIN record r ON r.key = q.key ORDER BY 1", &q,
                         e);

        if (r == 0)
                r = ids_read(q, a, &t, e);
        if (r == 0)
                *ret = t;
        return r;
}

bool touched_have(const Touched *t, int64_t record) {
        size_t from = 0, to = t->n;

        while (from < to) {
                size_t middle = from + (to - from) / 2;

                if (t->record[middle] == record)
                        return true;
                if (t->record[middle] < record)
                        from = middle + 1;
                else
                        to = middle;
        }
        return false;
}

/* Without a judgement there is nothing to spoil: a first listing notes nothing. */
static int touched_wanted(Store *s, bool *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(s, &q, e,
                         "SELECT EXISTS (SELECT 1 FROM judged) AND NOT EXISTS (SELECT 1 FROM touched WHERE record = 0)",
                         "");

        if (r > 0)
                *ret = sqlite3_column_int(q, 0);
        return r < 0 ? r : 0;
}

int touched_add(Store *s, int64_t record, Err *e) {
        return stmt_run(s, NULL, e, "INSERT OR IGNORE INTO touched VALUES (?)", "i", record);
}

int touched_write(Apply *a, Err *e) {
        const Bits *touched = &a->touched;
        bool wanted = false;
        int r = touched->n_words == 0 ? 0 : touched_wanted(a->store, &wanted, e);

        if (r < 0 || !wanted)
                return r;
        if (bits_count(touched) > TOUCHED_MAX)
                return touched_add(a->store, TOUCHED_ALL, e);
        for (int64_t id = bits_next(touched, 0); id >= 0 && r == 0; id = bits_next(touched, id + 1))
                r = touched_add(a->store, id, e);
        return r;
}

static bool judged_listed(const PlanCommit *c, Str unit) {
        size_t from = 0, to = c->n_judged;

        while (from < to) {
                size_t middle = from + (to - from) / 2;
                int order = str_cmp(c->judged[middle], unit);

                if (order == 0)
                        return true;
                if (order < 0)
                        from = middle + 1;
                else
                        to = middle;
        }
        return false;
}

/* What this plan did not look at would miss the records that are forgotten with it. */
static int judged_drop(Store *s, const PlanCommit *c, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_use(s, "SELECT unit FROM judged ORDER BY unit", &q, e);

        while (r == 0 && (r = stmt_step(q, e)) > 0) {
                Str unit = stmt_str(q, 0);

                r = judged_listed(c, unit) ? 0
                                           : stmt_run(s, NULL, e, "DELETE FROM judged WHERE unit = ?", "s", unit);
        }
        return r;
}

int judged_commit(Store *s, const PlanCommit *c, Err *e) {
        int r = 0;

        if (!c->judged)
                return 0;
        r = judged_drop(s, c, e);
        if (r == 0)
                r = stmt_run(s, NULL, e,
                             "INSERT OR REPLACE INTO judged SELECT unit, mark, records FROM temp.judged_next", "");
        if (r == 0)
                r = store_judged_begin(s, e);
        return r == 0 ? stmt_run(s, NULL, e, "DELETE FROM touched", "") : r;
}

int store_judged_begin(Store *s, Err *e) {
        return s->mode == STORE_READ ? 0 : stmt_run(s, NULL, e, "DELETE FROM temp.judged_next", "");
}

int store_judged_put(Store *s, Str unit, Str mark, Str records, Err *e) {
        return s->mode == STORE_READ ? 0
                                     : stmt_run(s, NULL, e, "INSERT OR REPLACE INTO temp.judged_next VALUES (?, ?, ?)",
                                                "ssb", unit, mark, records);
}
