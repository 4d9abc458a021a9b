/* SPDX-License-Identifier: MIT */
/* Which day's letters were planned already, and which of them have not left yet. */
#include "state/store-plan-parts.h"

int morning_mark(Store *s, Instant now, Err *e) {
        char today[DATE_TEXT];

        (void) date_iso(when_date(now), today);
        return stmt_run(s, NULL, e, "UPDATE store SET mailed = ?1 WHERE mailed IS NOT ?1", "z", today);
}

static int morning_day(Store *s, Date *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(s, &q, e, "SELECT mailed FROM store WHERE mailed IS NOT NULL", "");

        if (r > 0 && date_parse_iso(stmt_str(q, 0), ret) < 0)
                return store_damaged(e, "store", STR("mailed"), "day");
        return r < 0 ? r : 0;
}

static int morning_count(Store *s, const char *today, size_t *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(s, &q, e, "SELECT count(*) FROM message WHERE kind <> 'ops' AND day = ?1"
                                   " AND state IN ('planned', 'held', 'temporary')", "z", today);

        if (r > 0)
                *ret = (size_t) sqlite3_column_int64(q, 0);
        return r < 0 ? r : 0;
}

static int morning_open(Store *s, const char *today, Arena *a, Str *open, size_t room, size_t *n, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_use(s, "SELECT DISTINCT person FROM message WHERE kind <> 'ops' AND day = ?1"
                            " AND state IN ('planned', 'held', 'temporary') ORDER BY person", &q, e);

        if (r == 0)
                r = stmt_bind(q, e, "z", today);
        while (r == 0 && *n < room && (r = stmt_step(q, e)) > 0)
                r = arena_str(a, stmt_str(q, 0), &open[(*n)++]) < 0 ? err_oom(e) : 0;
        return r < 0 ? r : 0;
}

int store_morning_read(Store *s, Instant now, Arena *a, PlanMorning *ret, Err *e) {
        PlanMorning morning = { .planned = DATE_NONE };
        char today[DATE_TEXT];
        size_t room = 0;
        Str *open;
        int r = morning_day(s, &morning.planned, e);

        (void) date_iso(when_date(now), today);
        if (r == 0)
                r = morning_count(s, today, &room, e);
        if (r < 0)
                return r;
        open = arena_get(a, (room + 1) * sizeof *open);
        if (!open)
                return err_oom(e);
        r = morning_open(s, today, a, open, room, &morning.n_open, e);
        if (r < 0)
                return r;
        morning.open = open;
        *ret = morning;
        return 0;
}
