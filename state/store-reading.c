/* SPDX-License-Identifier: MIT */
/* Of files that each tell of some units (ListingEnd.changes_only, with an as_of): as of when each unit was told of. A
 * unit whose file did not come is as old as the last one that did, whatever the others brought since. */
#include <errno.h>

#include "state/store-parts.h"

static int unit_of(Apply *a, int64_t record, Text *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(a->store, &q, e, "SELECT unit FROM record WHERE id = ?", "i", record);

        text_clear(ret);
        if (r > 0 && text_add(ret, stmt_str(q, 0)) < 0)
                return err_oom(e);
        return r < 0 ? r : 0;
}

static int reading_put(Apply *a, Str unit, Instant as_of, Err *e) {
        return stmt_run(a->store, NULL, e,
                        "INSERT INTO reading (partition, unit, as_of) VALUES (?1, ?2, ?3)"
                        " ON CONFLICT (partition, unit) DO UPDATE SET as_of = ?3 WHERE as_of < ?3",
                        "ist", a->listing->id, unit, as_of);
}

/* Records of a file come unit by unit: what was just written down is not written again. */
static int page_readings(Apply *a, const ListingPage *p, Members *members, Err *e) {
        _cleanup_text_ Text unit = TEXT_INIT(RECORD_KEY_MAX), last = TEXT_INIT(RECORD_KEY_MAX);
        int r = members_gather(a->listing, p, members, e);

        for (size_t i = 0; i < members->n && r == 0; i++) {
                r = unit_of(a, members->at[i].id, &unit, e);
                if (r < 0 || unit.len == 0 || str_eq(text_str(&unit), text_str(&last)))
                        continue;
                r = reading_put(a, text_str(&unit), p->as_of, e);
                text_clear(&last);
                if (r == 0 && text_add(&last, text_str(&unit)) < 0)
                        return err_oom(e);
        }
        return r;
}

int readings_write(Apply *a, Err *e) {
        Members members = { 0 };
        int r = 0;

        for (size_t i = 0; a->end->changes_only && i < a->listing->n_pages && r == 0; i++)
                if (a->listing->pages[i].as_of != 0)
                        r = page_readings(a, &a->listing->pages[i], &members, e);
        free(members.at);
        return r;
}

int reading_is_older(Apply *a, int64_t record, Instant as_of, bool *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r;

        *ret = false;
        if (as_of == 0 || !a->end->changes_only || !a->listing->remembers)
                return 0;
        r = stmt_ask(a->store, &q, e,
                     "SELECT 1 FROM record r JOIN reading g ON g.unit = r.unit WHERE r.id = ? AND g.partition = ?"
                     " AND g.as_of > ?",
                     "iit", record, a->listing->id, as_of);
        *ret = r > 0;
        return r < 0 ? r : 0;
}

int store_visit_readings(Store *s, int (*visit)(void *u, const UnitAsOf *p, Err *e), void *userdata, Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        int r = stmt_make(s,
                          "SELECT p.source, p.side, p.stream, p.kind, p.account, p.unit, g.unit, g.as_of FROM reading g"
                          " JOIN partition p ON p.id = g.partition",
                          &q, e);

        while (r == 0 && (r = stmt_step(q, e)) > 0)
                r = visit(userdata,
                          &(UnitAsOf) { .partition = { (const char *) sqlite3_column_text(q, 0),
                                                       (Side) sqlite3_column_int(q, 1),
                                                       (const char *) sqlite3_column_text(q, 2),
                                                       (RecordKind) sqlite3_column_int(q, 3),
                                                       (const char *) sqlite3_column_text(q, 4),
                                                       (const char *) sqlite3_column_text(q, 5) },
                                        .unit = stmt_str(q, 6),
                                        .as_of = sqlite3_column_int64(q, 7) },
                          e);
        return r;
}
