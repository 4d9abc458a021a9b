/* SPDX-License-Identifier: MIT */
/* History: what a side said before each change. What it said after is the next newer row's before, or what it says now.
 */
#include <errno.h>

#include "state/store-parts.h"

typedef struct Walk {
        Arena arena;
        Value now[SIDE_COUNT][FIELD_COUNT]; /* as of the row that is looked at */
        int (*visit)(void *u, const HistoryRow *h, Err *e);
        void *userdata;
} Walk;

static int decode(Walk *w, Str json, Value ret[static FIELD_COUNT], const char *table, Err *e) {
        Str copy;
        int r;

        if (arena_str(&w->arena, json, &copy) < 0)
                return err_oom(e);
        r = record_decode(&w->arena, copy, ret, NULL);
        if (r == -ENOMEM)
                return err_oom(e);
        return r < 0 ? store_damaged(e, table, json.len > 40 ? (Str) { json.at, 40 } : json,
                                     "fields are not canonical JSON")
                     : 0;
}

static int walk_sides(Store *s, int64_t record, Walk *w, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_use(s, "SELECT id, fields FROM side WHERE id IN (?1, " SQL_PORTAL_OF("?1") ")", &q, e);

        if (r == 0)
                r = stmt_bind(q, e, "i", record);
        while (r == 0 && (r = stmt_step(q, e)) > 0)
                r = decode(w, stmt_str(q, 1), w->now[side_of(sqlite3_column_int64(q, 0))], "side", e);
        return r;
}

static bool appeared(Str words, FieldId field) {
        Str part;

        while (str_split(&words, ' ', &part))
                if (str_eq(part, str_of(field_table[field].key)))
                        return true;
        return false;
}

static int walk_row(Walk *w, sqlite3_stmt *q, Err *e) {
        Value was[FIELD_COUNT];
        Side side = side_of(sqlite3_column_int64(q, 0));
        int r = decode(w, stmt_str(q, 3), was, "history", e);

        for (FieldId f = 0; f < FIELD_COUNT && r == 0; f++) {
                HistoryRow row = { .at = sqlite3_column_int64(q, 2),
                                   .run = sqlite3_column_int64(q, 1),
                                   .side = side,
                                   .field = f };

                if (was[f].state == VALUE_ABSENT && !appeared(stmt_str(q, 4), f))
                        continue;
                row.before = was[f];
                row.after = w->now[side][f];
                w->now[side][f] = was[f];
                r = w->visit(w->userdata, &row, e);
        }
        return r;
}

int store_visit_history(Store *s, int64_t record, int (*visit)(void *u, const HistoryRow *h, Err *e), void *userdata,
                        Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        _cleanup_free_ Walk *w = calloc(1, sizeof *w);
        int r;

        if (!w)
                return err_oom(e);
        w->visit = visit;
        w->userdata = userdata;
        r = walk_sides(s, record, w, e);
        if (r == 0)
                r = stmt_make(s,
                              "SELECT side, run, at, fields, appeared FROM history WHERE side IN (?1, " SQL_PORTAL_OF(
                                      "?1") ")"
                                            " ORDER BY id DESC",
                              &q, e);
        if (r == 0)
                r = stmt_bind(q, e, "i", record);
        while (r == 0 && (r = stmt_step(q, e)) > 0)
                r = walk_row(w, q, e);
        arena_free(&w->arena);
        return r;
}
