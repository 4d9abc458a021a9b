/* SPDX-License-Identifier: MIT */
#include "state/store-stmt.h"

#include <assert.h>
#include <errno.h>
#include <xxhash.h>

static int stmt_code(int sqlite, Retry *ret_retry) {
        static const struct { int sqlite, code; Retry retry; } table[] = {
                { SQLITE_BUSY, -EBUSY, RETRY_LATER },      { SQLITE_LOCKED, -EBUSY, RETRY_LATER },
                { SQLITE_FULL, -ENOSPC, RETRY_LATER },     { SQLITE_READONLY, -EROFS, RETRY_NEVER },
                { SQLITE_CORRUPT, -EBADMSG, RETRY_NEVER }, { SQLITE_NOTADB, -EBADMSG, RETRY_NEVER },
                { SQLITE_NOMEM, -ENOMEM, RETRY_LATER },    { SQLITE_CANTOPEN, -EACCES, RETRY_LATER },
                { SQLITE_PERM, -EACCES, RETRY_NEVER },     { SQLITE_CONSTRAINT, -EPROTO, RETRY_NEVER },
        };

        for (size_t i = 0; i < sizeof table / sizeof *table; i++)
                if (table[i].sqlite == (sqlite & 0xff)) {
                        *ret_retry = table[i].retry;
                        return table[i].code;
                }
        *ret_retry = RETRY_LATER;
        return -EIO;
}

int stmt_err(sqlite3 *db, Err *e, const char *doing) {
        Retry retry;
        int code = stmt_code(sqlite3_errcode(db), &retry);

        return err_set(e, code, retry, "store: %s: %s", doing, sqlite3_errmsg(db));
}

int stmt_exec(sqlite3 *db, const char *sql, Err *e) {
        return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : stmt_err(db, e, "writing");
}

static StmtSlot *stmt_slot(Store *s, const char *sql) {
        size_t at = ((uintptr_t) sql >> 4) * 0x9e3779b1u;

        for (size_t i = 0; i < STMT_SLOTS; i++) {
                StmtSlot *slot = &s->slot[(at + i) % STMT_SLOTS];
                if (slot->sql == sql || !slot->sql)
                        return slot;
        }
        return NULL;
}

int stmt_use(Store *s, const char *sql, sqlite3_stmt **ret, Err *e) {
        StmtSlot *slot = stmt_slot(s, sql);

        assert(slot);
        if (!slot->sql) {
                if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &slot->stmt, NULL) != SQLITE_OK)
                        return stmt_err(s->db, e, "preparing");
                slot->sql = sql;
        }
        *ret = slot->stmt;
        return 0;
}

int stmt_make(Store *s, const char *sql, sqlite3_stmt **ret, Err *e) {
        sqlite3_stmt *q = NULL;

        if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
                return stmt_err(s->db, e, "preparing");
        *ret = q;
        return 0;
}

void stmt_resetp(sqlite3_stmt **q) {
        if (!*q)
                return;
        (void) sqlite3_reset(*q); /* repeats the error of the last step, which was reported */
        (void) sqlite3_clear_bindings(*q);
}

void stmt_finalizep(sqlite3_stmt **q) {
        (void) sqlite3_finalize(*q);
}

static int bind_text(sqlite3_stmt *q, int i, Str s) {
        return sqlite3_bind_text(q, i, s.at ? s.at : "", (int) s.len, SQLITE_STATIC);
}

static int bind_one(sqlite3_stmt *q, int i, char type, va_list *ap) {
        Instant t;
        Str s;

        switch (type) {
        case 'i':
                return sqlite3_bind_int64(q, i, va_arg(*ap, int64_t));
        case 'd':
                return sqlite3_bind_int(q, i, va_arg(*ap, int));
        case 't':
                t = va_arg(*ap, Instant);
                return t == INSTANT_NONE ? sqlite3_bind_null(q, i) : sqlite3_bind_int64(q, i, t);
        case 's':
                return bind_text(q, i, va_arg(*ap, Str));
        case 'S':
                s = va_arg(*ap, Str);
                return s.len > 0 ? bind_text(q, i, s) : sqlite3_bind_null(q, i);
        case 'z':
                return sqlite3_bind_text(q, i, va_arg(*ap, const char *), -1, SQLITE_STATIC);
        case 'b':
                s = va_arg(*ap, Str);
                return sqlite3_bind_blob(q, i, s.at ? s.at : "", (int) s.len, SQLITE_STATIC);
        }
        assert(false);
        return SQLITE_MISUSE;
}

static int bind_all(sqlite3_stmt *q, Err *e, const char *types, va_list *ap) {
        for (int i = 0; types[i]; i++)
                if (bind_one(q, i + 1, types[i], ap) != SQLITE_OK)
                        return stmt_err(sqlite3_db_handle(q), e, "binding");
        return 0;
}

int stmt_bind(sqlite3_stmt *q, Err *e, const char *types, ...) {
        va_list ap;
        int r;

        va_start(ap, types);
        r = bind_all(q, e, types, &ap);
        va_end(ap);
        return r;
}

int stmt_step(sqlite3_stmt *q, Err *e) {
        int r = sqlite3_step(q);

        if (r == SQLITE_ROW)
                return 1;
        return r == SQLITE_DONE ? 0
                                : stmt_err(sqlite3_db_handle(q), e, sqlite3_stmt_readonly(q) ? "reading" : "writing");
}

int store_sync_none(Store *s, Err *e) {
        return stmt_exec(s->db, "PRAGMA synchronous=NORMAL", e);
}

static int sync_again(Store *s, Err *e) {
        int r = stmt_exec(s->db, "PRAGMA synchronous=FULL", e);

        s->unflushed = r < 0;
        return r;
}

void store_sync_each(Store *s) {
        (void) sync_again(s, NULL);
}

/* Takes the statement, binds, steps once; *ret is the caller's to give back in any case. */
static int stmt_first(Store *s, const char *sql, const char *types, va_list *ap, sqlite3_stmt **ret, Err *e) {
        int r = s->unflushed && sqlite3_get_autocommit(s->db) ? sync_again(s, e) : 0;

        if (r == 0)
                r = stmt_use(s, sql, ret, e);
        if (r == 0)
                r = bind_all(*ret, e, types, ap);
        return r == 0 ? stmt_step(*ret, e) : r;
}

int stmt_run(Store *s, int *ret_changed, Err *e, const char *sql, const char *types, ...) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        va_list ap;
        int r;

        va_start(ap, types);
        r = stmt_first(s, sql, types, &ap, &q, e);
        va_end(ap);
        if (r < 0)
                return r;
        if (ret_changed)
                *ret_changed = sqlite3_changes(s->db);
        return 0;
}

int stmt_ask(Store *s, sqlite3_stmt **ret, Err *e, const char *sql, const char *types, ...) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        va_list ap;
        int r;

        va_start(ap, types);
        r = stmt_first(s, sql, types, &ap, &q, e);
        va_end(ap);
        if (r > 0)
                *ret = TAKE_PTR(q);
        return r;
}

int stmt_word(sqlite3_stmt *q, int column, const char *const *names, int n) {
        Str word = stmt_str(q, column);

        for (int i = 0; n > 0 ? i < n : names[i] != NULL; i++)
                if (names[i] && str_eq(word, str_of(names[i])))
                        return i;
        return -1;
}

int txn_begin(Store *s, Txn *ret, Err *e) {
        int r = stmt_run(s, NULL, e, "BEGIN IMMEDIATE", "");

        if (r == 0)
                ret->store = s;
        return r;
}

int txn_commit(Txn *t, Err *e) {
        int r = stmt_run(t->store, NULL, e, "COMMIT", "");

        if (r == 0)
                t->store = NULL;
        return r;
}

void txn_endp(Txn *t) {
        if (!t->store)
                return;
        /* A full disk or a failed write may have rolled it back already. */
        if (!sqlite3_get_autocommit(t->store->db))
                (void) sqlite3_exec(t->store->db, "ROLLBACK", NULL, NULL, NULL);
        t->store = NULL;
}

int store_flush(Store *s, Err *e) {
        sqlite3_file *wal = NULL;

        if (sqlite3_file_control(s->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) != SQLITE_OK || !wal ||
            !wal->pMethods || wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL) != SQLITE_OK)
                return err_set(e, -EIO, RETRY_LATER, "store: the log cannot be flushed");
        return 0;
}

int store_damaged(Err *e, const char *table, Str key, const char *what) {
        return err_set(e, -EBADMSG, RETRY_NEVER, "store: damaged row in table %s, key `" STR_FMT "`: %s", table,
                       STR_ARG(key), what);
}

int store_fields_read(Arena *a, Str json, uint64_t hash, Str of, Value ret[static FIELD_COUNT], Err *e) {
        int r = XXH3_64bits(json.at, json.len) == hash ? record_decode_kept(a, json, ret, NULL) : -EBADMSG;

        if (r == -ENOMEM)
                return err_oom(e);
        return r < 0 ? store_damaged(e, "side", of, "fields are not as they were written") : 0;
}

int store_value_write(FieldId field, const Value *v, Text *t, Str *ret) {
        Value all[FIELD_COUNT] = { 0 };
        int r;

        text_clear(t);
        *ret = STR_NULL;
        if (v->state == VALUE_ABSENT)
                return 0;
        all[field] = *v;
        r = record_encode(all, t);
        if (r == 0)
                *ret = text_str(t);
        return r;
}

int store_value_read(Arena *a, FieldId field, Str json, Value *ret, Err *e) {
        Value all[FIELD_COUNT];
        Str copy;
        int r;

        *ret = (Value) { .state = VALUE_ABSENT };
        if (json.len == 0)
                return 0;
        if (arena_str(a, json, &copy) < 0)
                return err_oom(e);
        r = record_decode(a, copy, all, e);
        if (r == 0)
                *ret = all[field];
        return r;
}
