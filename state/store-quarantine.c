/* SPDX-License-Identifier: MIT */
/* Records that were put aside. A row lives until its page is read anew without it, and such a page is read anew by
 * every listing. */
#include <errno.h>

#include "state/store-parts.h"

int quarantine_seen(Apply *a, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        Listing *l = a->listing;
        bool was;
        int r = stmt_use(a->store,
                         "SELECT r.id, t.page FROM temp.put_aside t JOIN record r ON r.key = t.key WHERE t.listing = ?",
                         &q, e);

        if (r == 0)
                r = stmt_bind(q, e, "i", l->number);
        while (r == 0 && (r = stmt_step(q, e)) > 0) {
                int number = sqlite3_column_int(q, 1);
                int64_t record = sqlite3_column_int64(q, 0);

                r = 0;
                for (size_t i = l->n_pages; i > 0; i--)
                        if (l->pages[i - 1].number == number) {
                                r = stage_seen(l, record, false, &was, e);
                                if (r == 0)
                                        r = members_hold(l, &l->pages[i - 1], record, 0, e);
                                break;
                        }
        }
        return r;
}

/* Those of pages that were read anew, or are no more, and are not put aside again. */
static int quarantine_drop(Apply *a, Err *e) {
        static const char read[] = "DELETE FROM quarantine WHERE partition = ?1 AND page IN (SELECT page FROM "
                                   "temp.page_told WHERE listing = ?2 AND anew)"
                                   " AND slot NOT IN (SELECT slot FROM temp.put_aside WHERE listing = ?2)";
        static const char none[] = "DELETE FROM quarantine WHERE partition = ?1 AND (page > ?2 OR page = 0)"
                                   " AND slot NOT IN (SELECT slot FROM temp.put_aside WHERE listing = ?3)";
        Listing *l = a->listing;
        int64_t last = 0;
        int r = stmt_run(a->store, NULL, e, read, "ii", l->id, l->number);

        for (size_t i = 0; i < l->n_pages; i++)
                if (!l->pages[i].over && l->pages[i].number > last)
                        last = l->pages[i].number;
        if (r == 0 && a->judges)
                r = stmt_run(a->store, NULL, e, none, "iii", l->id, last, l->number);
        return r;
}

/* One that stands after `slot`, is a record's, and was not put aside again: *ret_record and the slot, in a->scratch. */
static int quarantine_next(Apply *a, int64_t *ret_record, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(a->store, &q, e,
                         "SELECT r.id, q.slot FROM quarantine q JOIN record r ON r.key = q.key WHERE q.partition = ?1"
                         " AND q.slot > ?2 AND q.slot NOT IN (SELECT slot FROM temp.put_aside WHERE listing = ?3)"
                         " ORDER BY q.slot LIMIT 1",
                         "isi", a->listing->id, text_str(&a->scratch), a->listing->number);

        if (r <= 0)
                return r;
        *ret_record = sqlite3_column_int64(q, 0);
        text_clear(&a->scratch);
        r = text_add(&a->scratch, stmt_str(q, 1));
        return r < 0 ? err_oom(e) : 1;
}

/* A listing of changes says nothing of pages: what it brought well is mended, and those without an identity are the
 * ones it brought, as it goes on from before them. */
static int quarantine_mend(Apply *a, Err *e) {
        Listing *l = a->listing;
        int64_t record;
        int r = 0;

        if (a->end->whole && l->n_pages > 0)
                r = stmt_run(a->store, NULL, e,
                             "DELETE FROM quarantine WHERE partition = ?1 AND slot GLOB '~#*' AND slot NOT IN"
                             " (SELECT '~' || slot FROM temp.put_aside WHERE listing = ?2)",
                             "ii", l->id, l->number);
        text_clear(&a->scratch);
        while (r == 0 && (r = quarantine_next(a, &record, e)) > 0) {
                r = 0;
                if (bits_have(&l->seen, record))
                        r = stmt_run(a->store, NULL, e, "DELETE FROM quarantine WHERE partition = ? AND slot = ?", "is",
                                     l->id, text_str(&a->scratch));
        }
        return r;
}

/* Those that stand, and of them those that this listing did not bring. */
static int quarantine_count(Apply *a, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(a->store, &q, e,
                         "SELECT (SELECT count(*) FROM quarantine WHERE partition = ?),"
                         " (SELECT count(*) FROM temp.put_aside WHERE listing = ?)",
                         "ii", a->listing->id, a->listing->number);

        if (r < 0)
                return r;
        a->report.quarantined = sqlite3_column_int64(q, 0);
        a->kept = a->report.quarantined - sqlite3_column_int64(q, 1);
        return 0;
}

int quarantine_apply(Apply *a, Err *e) {
        Listing *l = a->listing;
        bool changes = a->end->changes_only;
        int r = changes ? quarantine_mend(a, e) : quarantine_drop(a, e);

        if (r == 0 && l->quarantined > 0)
                r = stmt_run(
                        a->store, NULL, e,
                        "INSERT INTO quarantine SELECT ?1, iif(?4 AND slot GLOB '#*', '~' || slot, slot), iif(?4, 0, "
                        "page), key, unit, fault, field, value, nearest, sample, ?3, place"
                        " FROM temp.put_aside WHERE listing = ?2 ON CONFLICT (partition, slot) DO UPDATE SET page = "
                        "excluded.page,"
                        " unit = excluded.unit, fault = excluded.fault, field = excluded.field, value = excluded.value,"
                        " nearest = excluded.nearest, sample = excluded.sample, place = excluded.place WHERE (page, "
                        "unit, "
                        "fault, field, value, nearest, sample, place)"
                        " <> (excluded.page, excluded.unit, excluded.fault, excluded.field, excluded.value, "
                        "excluded.nearest,"
                        " excluded.sample, excluded.place)",
                        "iitd", l->id, l->number, a->now, (int) changes);
        return r == 0 ? quarantine_count(a, e) : r;
}

int store_visit_quarantine(Store *s, int (*visit)(void *u, const QuarantineRow *q, Err *e), void *userdata, Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        int r = stmt_make(s,
                          "SELECT p.source, p.stream, p.account, q.unit, coalesce(q.key, ''), q.field, q.value, "
                          "q.nearest, q.sample, q.fault,"
                          " q.since, q.place FROM quarantine q JOIN partition p ON p.id = q.partition"
                          " ORDER BY p.source, p.stream, p.account, q.page, q.slot",
                          &q, e);

        while (r == 0 && (r = stmt_step(q, e)) > 0) {
                int fault = stmt_word(q, 9, fault_names, FAULT_COUNT);

                if (fault < 0)
                        return store_damaged(e, "quarantine", stmt_str(q, 4), "unknown fault");
                r = visit(userdata,
                          &(QuarantineRow) { stmt_str(q, 0), stmt_str(q, 1), stmt_str(q, 2), stmt_str(q, 3),
                                             stmt_str(q, 4), stmt_str(q, 5), stmt_str(q, 6), stmt_str(q, 7),
                                             stmt_str(q, 8), (Fault) fault, sqlite3_column_int64(q, 10),
                                             stmt_str(q, 11) },
                          e);
        }
        return r;
}

static int invalid_row(sqlite3_stmt *q, int (*visit)(void *u, const InvalidRow *q, Err *e), void *userdata, Err *e) {
        _cleanup_arena_ Arena arena = { 0 };
        Value field[FIELD_COUNT];
        int r = record_decode(&arena, stmt_str(q, 5), field, NULL);

        if (r < 0)
                return r == -ENOMEM ? err_oom(e)
                                    : store_damaged(e, "side", stmt_str(q, 4), "fields are not canonical JSON");
        for (FieldId f = 0; f < FIELD_COUNT && r == 0; f++)
                if (field[f].state == VALUE_INVALID)
                        r = visit(userdata,
                                  &(InvalidRow) { stmt_str(q, 0), stmt_str(q, 1), stmt_str(q, 2), stmt_str(q, 3),
                                                  stmt_str(q, 4), str_of(field_table[f].key), field[f].raw,
                                                  sqlite3_column_int64(q, 6) },
                                  e);
        return r;
}

int store_visit_invalid(Store *s, int (*visit)(void *u, const InvalidRow *q, Err *e), void *userdata, Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        int r = stmt_make(s,
                          "SELECT p.source, p.stream, p.account, r.unit, r.key, s.fields, s.fetched_at FROM side s"
                          " JOIN record r ON r.id = " SQL_RECORD_OF("s.id") " JOIN partition p ON p.id = s.partition"
                          " WHERE s.missing_since IS NULL AND instr(s.fields, '{\"invalid\":') > 0"
                          " ORDER BY p.source, p.stream, p.account, r.key",
                          &q, e);

        while (r == 0 && (r = stmt_step(q, e)) > 0)
                r = invalid_row(q, visit, userdata, e);
        return r;
}
