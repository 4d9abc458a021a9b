/* SPDX-License-Identifier: MIT */
#include "state/store-batch.h"

#include <stdlib.h>

#include "state/store-parts.h"

/* What a cursor shows; SQLite's own part comes first. */
typedef struct BatchCursor {
        sqlite3_vtab_cursor base;
        Batch *batch;
        sqlite3 *db;
        size_t at;
} BatchCursor;

typedef struct BatchTable {
        sqlite3_vtab base;
        Store *store;
} BatchTable;

enum {
        BATCH_RECORD,
        BATCH_KEY,
        BATCH_KIND,
        BATCH_CODE,
        BATCH_PERIOD,
        BATCH_UNIT,
        BATCH_SIDE,
        BATCH_HASH,
        BATCH_PARTITION,
        BATCH_PAGE,
        BATCH_RUN,
        BATCH_AT,
        BATCH_ALIAS,
        BATCH_FIELDS,
};
#define BATCH_TABLE                                                                                                    \
        "CREATE TABLE x (record, key, kind, code, period, unit, side, hash, partition, page, run, at, alias, fields)"

static int batch_connect(sqlite3 *db, void *store, int argc, const char *const *argv, sqlite3_vtab **ret,
                         char **error) {
        BatchTable *t;
        int r = sqlite3_declare_vtab(db, BATCH_TABLE);

        (void) argc;
        (void) argv;
        (void) error;
        if (r != SQLITE_OK)
                return r;
        t = calloc(1, sizeof *t);
        if (!t)
                return SQLITE_NOMEM;
        t->store = store;
        *ret = &t->base;
        return sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
}

static int batch_disconnect(sqlite3_vtab *t) {
        free(t);
        return SQLITE_OK;
}

/* There is one way to read it: from the first row to the last. */
static int batch_best_index(sqlite3_vtab *t, sqlite3_index_info *index) {
        (void) t;
        index->estimatedRows = BATCH_ROWS;
        index->estimatedCost = BATCH_ROWS;
        return SQLITE_OK;
}

static int batch_cursor_open(sqlite3_vtab *t, sqlite3_vtab_cursor **ret) {
        BatchCursor *c = calloc(1, sizeof *c);

        if (!c)
                return SQLITE_NOMEM;
        c->db = ((BatchTable *) t)->store->db;
        *ret = &c->base;
        return SQLITE_OK;
}

static int batch_cursor_close(sqlite3_vtab_cursor *c) {
        free(c);
        return SQLITE_OK;
}

static int batch_first(sqlite3_vtab_cursor *base, int index, const char *name, int argc, sqlite3_value **argv) {
        BatchCursor *c = (BatchCursor *) base;

        (void) index;
        (void) name;
        (void) argc;
        (void) argv;
        c->batch = ((BatchTable *) base->pVtab)->store->batch;
        c->at = 0;
        return SQLITE_OK;
}

static int batch_end(sqlite3_vtab_cursor *base) {
        const BatchCursor *c = (const BatchCursor *) base;

        return !c->batch || c->at == c->batch->n;
}

/* A row that was inserted is known by its number before the next one is asked for; if SQLite ever reads them all
 * first, the numbers stay 0, and the records are found by their keys. */
static int batch_next(sqlite3_vtab_cursor *base) {
        BatchCursor *c = (BatchCursor *) base;
        BatchRow *row = &c->batch->row[c->at++];

        if (c->batch->numbers) {
                row->record = sqlite3_last_insert_rowid(c->db);
                sqlite3_set_last_insert_rowid(c->db, 0);
        }
        return SQLITE_OK;
}

static void show_text(sqlite3_context *x, Str s) {
        sqlite3_result_text(x, s.at ? s.at : "", (int) s.len, SQLITE_STATIC);
}

static void show_side(sqlite3_context *x, const Apply *a, const BatchRow *row, int column) {
        const Staged *st = &row->staged;

        switch (column) {
        case BATCH_SIDE:
                sqlite3_result_int64(x, side_id(row->record, a->listing->partition.side));
                return;
        case BATCH_HASH:
                sqlite3_result_int64(x, (int64_t) st->hash);
                return;
        case BATCH_PARTITION:
                sqlite3_result_int64(x, a->listing->id);
                return;
        case BATCH_PAGE:
                sqlite3_result_int64(x, (int64_t) a->listing->pages[st->page].number);
                return;
        case BATCH_RUN:
                sqlite3_result_int64(x, a->run);
                return;
        case BATCH_AT:
                sqlite3_result_int64(x, apply_page_as_of(a, st->page));
                return;
        case BATCH_ALIAS:
                if (staged_alias(st).len > 0)
                        show_text(x, staged_alias(st));
                return;
        default:
                show_text(x, st->fields);
        }
}

static int batch_column(sqlite3_vtab_cursor *base, sqlite3_context *x, int column) {
        const BatchCursor *c = (const BatchCursor *) base;
        const BatchRow *row = &c->batch->row[c->at];
        const Staged *st = &row->staged;

        switch (column) {
        case BATCH_RECORD:
                sqlite3_result_int64(x, row->record);
                break;
        case BATCH_KEY:
                show_text(x, st->key);
                break;
        case BATCH_KIND:
                sqlite3_result_int(x, (int) st->kind);
                break;
        case BATCH_CODE:
                show_text(x, st->code);
                break;
        case BATCH_PERIOD:
                show_text(x, st->period);
                break;
        case BATCH_UNIT:
                show_text(x, staged_unit(st));
                break;
        default:
                show_side(x, c->batch->apply, row, column);
        }
        return SQLITE_OK;
}

static int batch_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret) {
        *ret = (sqlite3_int64) ((const BatchCursor *) base)->at;
        return SQLITE_OK;
}

int batch_open(Store *s, Err *e) {
        static const sqlite3_module module = {
                .xConnect = batch_connect,
                .xBestIndex = batch_best_index,
                .xDisconnect = batch_disconnect,
                .xOpen = batch_cursor_open,
                .xClose = batch_cursor_close,
                .xFilter = batch_first,
                .xNext = batch_next,
                .xEof = batch_end,
                .xColumn = batch_column,
                .xRowid = batch_rowid,
        };

        return sqlite3_create_module(s->db, "batch", &module, s) == SQLITE_OK ? 0 : stmt_err(s->db, e, "opening");
}

bool batch_full(const Batch *b) {
        return b->n == BATCH_ROWS;
}

void batch_add(Batch *b, const Staged *st, int64_t record) {
        b->row[b->n++] = (BatchRow) { *st, record };
}

/* The cursor takes what stands there at the first step. */
int batch_ask(Batch *b, const char *sql, sqlite3_stmt **ret, Err *e) {
        b->apply->store->batch = b;
        return stmt_use(b->apply->store, sql, ret, e);
}

/* OR FAIL, and no DO UPDATE, in which every failure is an ABORT: then SQLite need not be able to take back this
 * statement alone, for which it would write every page down as it was. A failure ends the whole transaction here. */
static int batch_run(Batch *b, const char *sql, Err *e) {
        b->apply->store->batch = b;
        return stmt_run(b->apply->store, NULL, e, sql, "");
}

int batch_put_records(Batch *b, Err *e) {
        int r;

        sqlite3_set_last_insert_rowid(b->apply->store->db, 0);
        b->numbers = true;
        r = batch_run(b,
                      "INSERT OR FAIL INTO record (key, kind, code, period, unit)"
                      " SELECT key, kind, code, period, unit FROM batch WHERE true ON CONFLICT (key) DO NOTHING",
                      e);
        b->numbers = false;
        return r;
}

int batch_put_sides(Batch *b, Err *e) {
        return batch_run(b,
                         "INSERT OR FAIL INTO side"
                         " SELECT side, hash, partition, page, run, at, NULL, NULL, alias, fields FROM batch"
                         " WHERE record > 0",
                         e);
}
