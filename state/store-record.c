/* SPDX-License-Identifier: MIT */
/* One record of a listing inside its transaction: its row, its side, its history, its differences. */
#include <errno.h>

#include "state/store-parts.h"

static int side_update(Apply *a, int64_t record, const Staged *st, Err *e) {
        return stmt_run(a->store, NULL, e,
                        "UPDATE side SET hash = ?2, partition = ?3, page = ?4, run = ?5, fetched_at = ?6,"
                        " missing_since = NULL, removed_at = NULL, code = ?7, fields = ?8 WHERE id = ?1",
                        "iiiiitSs", side_id(record, a->listing->partition.side), (int64_t) st->hash, a->listing->id,
                        (int64_t) a->listing->pages[st->page].number, a->run,
                        apply_page_as_of(a, st->page), staged_alias(st), st->fields);
}

/* The sides, and whether differences are kept of them, in one look: most of the cost of a record is that of asking. */
#define STORED_FROM(rows)                                                                                              \
        "SELECT r.id, EXISTS (SELECT 1 FROM difference d WHERE d.record = r.id), r.key,"                               \
        " c.hash, c.missing_since, c.removed_at, c.fields, p.hash, p.missing_since, p.removed_at, p.fields"            \
        " FROM " rows " LEFT JOIN side c ON c.id = r.id LEFT JOIN side p ON p.id = " SQL_PORTAL_OF("r.id")
#define STORED STORED_FROM("record r")

static int stored_side(sqlite3_stmt *q, int column, Arena *a, Side side, Stored *ret, Err *e) {
        Value *field;
        Str fields;

        ret->there[side] = true;
        ret->hash[side] = (uint64_t) sqlite3_column_int64(q, column);
        ret->missing[side] = sqlite3_column_type(q, column + 1) != SQLITE_NULL;
        ret->removed[side] = sqlite3_column_type(q, column + 2) != SQLITE_NULL;
        if (ret->removed[side])
                return 0;
        field = arena_get(a, FIELD_COUNT * sizeof *field);
        if (!field || arena_str(a, stmt_str(q, column + 3), &fields) < 0)
                return err_oom(e);
        ret->field[side] = field;
        return store_fields_read(a, fields, ret->hash[side], stmt_str(q, 2), field, e);
}

static int stored_row(sqlite3_stmt *q, Arena *a, Stored *ret, Err *e) {
        int r = 0;

        *ret = (Stored) { .record = sqlite3_column_int64(q, 0), .differs = sqlite3_column_int(q, 1) };
        for (int side = 0; side < SIDE_COUNT && r == 0; side++)
                if (sqlite3_column_type(q, 3 + 4 * side) != SQLITE_NULL)
                        r = stored_side(q, 3 + 4 * side, a, (Side) side, ret, e);
        return r;
}

int stored_read(Store *s, Arena *a, int64_t record, Stored *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(s, &q, e, STORED " WHERE r.id = ?", "i", record);

        return r > 0 ? stored_row(q, a, ret, e) : r < 0 ? r : store_damaged(e, "side", STR_NULL, "no such record");
}

/* record 0: there is none of that key. */
static int stored_find(Store *s, Arena *a, Str key, Stored *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(s, &q, e, STORED " WHERE r.key = ?", "s", key);

        *ret = (Stored) { .record = 0 };
        return r > 0 ? stored_row(q, a, ret, e) : r;
}

static int record_insert(Apply *a, const Staged *st, int64_t *ret_record, Err *e) {
        int inserted = 0;
        int r = stmt_run(a->store, &inserted, e,
                         "INSERT INTO record (key, kind, code, period, unit) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) "
                         "DO NOTHING",
                         "sdsss", st->key, (int) st->kind, st->code, st->period,
                         staged_unit(st));

        *ret_record = r == 0 && inserted > 0 ? sqlite3_last_insert_rowid(a->store->db) : 0;
        return r;
}

/* The record, new or put there since it was staged; it is a member of its page from here on. Whether it is new is tried
 * as it was with the one before: systems are read one after another. */
static int record_ensure(Apply *a, const Staged *st, Stored *ret, bool *ret_new, Err *e) {
        bool insert = a->last_was_new;
        int r = 0;

        *ret = (Stored) { .record = 0 };
        *ret_new = false;
        for (int turn = 0; turn < 2 && r == 0 && ret->record == 0; turn++, insert = !insert)
                if (insert) {
                        r = record_insert(a, st, &ret->record, e);
                        *ret_new = ret->record > 0;
                } else
                        r = stored_find(a->store, &a->arena, st->key, ret, e);
        if (r < 0)
                return r;
        if (ret->record == 0)
                return store_damaged(e, "record", st->key, "cannot be inserted, and is not there");
        a->last_was_new = *ret_new;
        return stage_member(a->listing, &a->listing->pages[st->page], ret->record, st->print, true, e);
}

static int history_write(Apply *a, int64_t record, const Value *old, const Value *now, Err *e) {
        _cleanup_text_ Text appeared = TEXT_INIT(4096);
        Value was[FIELD_COUNT] = { 0 };
        bool any = false;
        int r;

        for (FieldId f = 0; f < FIELD_COUNT; f++) {
                if (value_eq(&old[f], &now[f]))
                        continue;
                any = true;
                was[f] = old[f];
                if (old[f].state == VALUE_ABSENT)
                        (void) text_addf(&appeared, "%s%s", appeared.len > 0 ? " " : "", field_table[f].key);
        }
        if (!any)
                return 0; /* only written another way */
        text_clear(&a->scratch);
        r = record_encode(was, &a->scratch);
        if (r < 0 || appeared.failed)
                return err_oom(e);
        return stmt_run(a->store, NULL, e,
                        "INSERT INTO history (side, run, at, fields, appeared) VALUES (?, ?, ?, ?, ?)", "iitss",
                        side_id(record, a->listing->partition.side), a->run, a->now, text_str(&a->scratch),
                        text_str(&appeared));
}

void apply_sample(Apply *a, Str key, const char *what, Str from, Str to) {
        if (a->sampled++ >= 12)
                return;
        from = str_cut(from, 60);
        to = str_cut(to, 60);
        if (from.len + to.len > 0)
                (void) text_addf(&a->sample, STR_FMT " %s: " STR_FMT " -> " STR_FMT "\n", STR_ARG(key), what,
                                 STR_ARG(from), STR_ARG(to));
        else
                (void) text_addf(&a->sample, STR_FMT " %s\n", STR_ARG(key), what);
}

/* Counts a member whose merged fields changed, and keeps one of them to show. */
static void tally_change(Apply *a, const Staged *st, int64_t record, const Value *old, const Value *now) {
        const FieldMerge *merge = a->listing->context.policy->merge;

        if (!bits_have(&a->before, record))
                return;
        for (FieldId f = 0; f < FIELD_COUNT; f++) {
                if (merge[f] == MERGE_PER_SIDE || value_eq(&old[f], &now[f]))
                        continue;
                a->tally.changed++;
                if (a->listing->mapping_changed)
                        a->tally.profile_changed++;
                apply_sample(a, st->key, field_table[f].key, old[f].text, now[f].text);
                return;
        }
}

static void report_count(Apply *a, const Stored *stored, Side side, uint64_t hash) {
        if (!stored->there[side] || stored->removed[side])
                a->report.added++;
        else if (stored->missing[side])
                a->report.back++;
        else if (stored->hash[side] != hash)
                a->report.changed++;
        else
                a->report.same++; /* looked at because the mapping changed */
}

static int apply_sides(Apply *a, Err *e) {
        int r = a->sides.n > 0 ? batch_put_sides(&a->sides, e) : 0;

        a->sides.n = 0;
        return r;
}

/* It goes in with others: nobody looks at it before this record comes again, or the rows are read. */
static int side_wait(Apply *a, int64_t record, const Staged *st, Err *e) {
        batch_add(&a->sides, st, record);
        return batch_full(&a->sides) ? apply_sides(a, e) : 0;
}

static int apply_known(Apply *a, const Staged *st, const Stored *stored, Err *e) {
        Side side = a->listing->partition.side;
        const Value *after[SIDE_COUNT];
        Value *now = arena_get(&a->arena, FIELD_COUNT * sizeof *now);
        int r;

        if (!now)
                return err_oom(e);
        r = record_decode_kept(&a->arena, st->fields, now, e);
        if (r < 0)
                return r;
        report_count(a, stored, side, st->hash);
        if (!stored->there[side])
                r = side_wait(a, stored->record, st, e);
        else if (stored->removed[side] || stored->missing[side] || stored->hash[side] != st->hash)
                r = side_update(a, stored->record, st, e);
        if (r == 0 && stored->field[side] && stored->hash[side] != st->hash) {
                tally_change(a, st, stored->record, stored->field[side], now);
                r = history_write(a, stored->record, stored->field[side], now, e);
        }
        for (int s = 0; s < SIDE_COUNT; s++)
                after[s] = s == (int) side ? now : stored->field[s];
        return r < 0 ? r : apply_reconcile(a, stored, after, st->unit, e);
}

/* The record was put just now, or `stored` is what was there. */
static int apply_found(Apply *a, const Staged *st, bool is_new, Stored *stored, Err *e) {
        bool older = false, before = false;
        int r = 0;

        if (a->end->as_of != 0 && !is_new)
                r = apply_is_older(a, st, stored->record, &older, e);
        if (r < 0)
                return r;
        if (older) {
                a->report.older++;
                return 0;
        }
        r = bits_add(&a->touched, stored->record, &before, e);
        if (r == 0 && before && a->sides.n > 0) { /* its side may wait */
                r = apply_sides(a, e);
                if (r == 0)
                        r = stored_read(a->store, &a->arena, stored->record, stored, e);
        }
        if (r < 0)
                return r;
        if (!bits_have(&a->before, stored->record))
                a->tally.new_members++;
        if (!is_new || st->lone)
                return apply_known(a, st, stored, e);
        a->report.added++;
        return side_wait(a, stored->record, st, e);
}

static int apply_one(Apply *a, const Staged *st, Err *e) {
        Stored stored = { .record = st->record };
        bool is_new = false;
        int r;

        arena_clear(&a->arena);
        r = st->record == 0 ? record_ensure(a, st, &stored, &is_new, e)
                            : stored_read(a->store, &a->arena, st->record, &stored, e);
        return r == 0 ? apply_found(a, st, is_new, &stored, e) : r;
}

/* As apply_one: of a record that was put with its side. */
static int newcomer_in(Apply *a, const BatchRow *row, Err *e) {
        const Staged *st = &row->staged;
        int r = stage_member(a->listing, &a->listing->pages[st->page], row->record, st->print, true, e);

        if (r == 0)
                r = bits_add(&a->touched, row->record, &(bool) { false }, e);
        a->tally.new_members++;
        a->report.added++;
        return r;
}

/* Whose key was there already goes the way of one that is known, in its turn. */
static int apply_newcomers(Apply *a, Err *e) {
        Batch *b = &a->unnumbered;
        int r = batch_put_records(b, e);

        if (r == 0)
                r = batch_put_sides(b, e);
        for (size_t i = 0; i < b->n && r == 0; i++) {
                a->last_was_new = b->row[i].record > 0;
                r = a->last_was_new ? newcomer_in(a, &b->row[i], e) : apply_one(a, &b->row[i].staged, e);
        }
        return r;
}

/* `q` shows what there is of the record, or NULL. */
static int apply_known_row(Apply *a, sqlite3_stmt *q, const Staged *st, Err *e) {
        Stored stored;
        int r;

        if (sqlite3_column_type(q, 0) == SQLITE_NULL)
                return apply_one(a, st, e);
        arena_clear(&a->arena);
        a->last_was_new = false;
        r = stored_row(q, &a->arena, &stored, e);
        if (r == 0)
                r = stage_member(a->listing, &a->listing->pages[st->page], stored.record, st->print, true, e);
        return r == 0 ? apply_found(a, st, false, &stored, e) : r;
}

static int apply_acquaintances(Apply *a, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        Batch *b = &a->unnumbered;
        int r = batch_ask(b, STORED_FROM("batch b LEFT JOIN record r ON r.key = b.key"), &q, e);

        for (size_t i = 0; r == 0 && (r = stmt_step(q, e)) > 0; i++)
                r = apply_known_row(a, q, &b->row[i].staged, e);
        return r;
}

/* Whether they are new is guessed as it was with the record before: systems are read one after another. */
static int apply_unnumbered(Apply *a, Err *e) {
        int r = a->unnumbered.n == 0 ? 0 : a->last_was_new ? apply_newcomers(a, e) : apply_acquaintances(a, e);

        a->unnumbered.n = 0;
        return r;
}

int apply_waiting(Apply *a, Err *e) {
        int r = apply_unnumbered(a, e);

        return r == 0 ? apply_sides(a, e) : r;
}

int apply_record(Apply *a, const Staged *st, Err *e) {
        bool waits = st->record == 0 && !st->lone;
        int r = 0;

        if (waits)
                batch_add(&a->unnumbered, st, 0);
        if (!waits || batch_full(&a->unnumbered))
                r = apply_unnumbered(a, e);
        return r == 0 && !waits ? apply_one(a, st, e) : r;
}
