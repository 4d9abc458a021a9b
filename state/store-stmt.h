/* SPDX-License-Identifier: MIT */
/* Private to the store: its object, prepared statements kept by their text, and transactions. SQL stands where it is
 * used. */
#pragma once

#include <sqlite3.h>

#include "state/model/err.h"
#include "state/model/record.h"
#include "state/store.h"

typedef struct StmtSlot { const char *sql; sqlite3_stmt *stmt; } StmtSlot;

/* side.id: the number of the record, and above its 32 bits whose side it is. So what one system says stands together:
 * a first listing appends, and no page waits to be written once more for the other system. */
#define SIDE_SHIFT 32
static inline int64_t side_id(int64_t record, Side side) {
        return record | (int64_t) side << SIDE_SHIFT;
}
static inline Side side_of(int64_t id) {
        return (Side) (id >> SIDE_SHIFT);
}
static inline int64_t side_record(int64_t id) {
        return id & UINT32_MAX;
}
#define SQL_SIDE_OF(id) "(" id " >> 32)"
#define SQL_RECORD_OF(id) "(" id " & 4294967295)"
#define SQL_PORTAL_OF(record) "(" record " + 4294967296)" /* that of central is the record's own number */

#define STMT_SLOTS 256 /* a power of two, well over the number of statements in the sources */

struct Store {
        sqlite3 *db, *vault_db;
        StoreMode mode;
        int lock_fd;
        char *directory;               /* of the file; temporary files stand there too */
        const Clock *clock;
        Vault vault;
        Instant born;
        bool fresh[SIDE_COUNT];
        bool (*stop)(void *userdata);
        void *stop_userdata;
        bool unflushed;                /* commits are not flushed, though they are to be: put right at the next */
        int64_t listings;              /* number of the last one begun: the key of its staged rows */
        struct Batch *batch;           /* what the table `batch` shows (store-batch.h) */
        StmtSlot slot[STMT_SLOTS];
};

/* The error of the last call on `db`, with its retry class; `doing` names what was attempted. */
int stmt_err(sqlite3 *db, Err *e, const char *doing);
int stmt_exec(sqlite3 *db, const char *sql, Err *e); /* any number of statements without results */

/* A statement is prepared once per place in the source (`sql` is a literal) and reset when it leaves scope. */
int stmt_use(Store *s, const char *sql, sqlite3_stmt **ret, Err *e);
/* For walks whose callback may come back to the store: a statement of its own. */
int stmt_make(Store *s, const char *sql, sqlite3_stmt **ret, Err *e);
void stmt_resetp(sqlite3_stmt **q);
void stmt_finalizep(sqlite3_stmt **q);
#define _cleanup_stmt_ _cleanup_(stmt_resetp)
#define _cleanup_made_ _cleanup_(stmt_finalizep)

/* types: i int64_t, d int, t Instant (none: NULL), s Str, z const char * (NULL: NULL), b Str as a blob, S Str ("" is
 * NULL). Texts are borrowed until the statement is reset. */
int stmt_bind(sqlite3_stmt *q, Err *e, const char *types, ...);
int stmt_step(sqlite3_stmt *q, Err *e); /* 1 a row, 0 done, negative */

/* Bind, run, reset; *ret_changed (may be NULL) rows touched. */
int stmt_run(Store *s, int *ret_changed, Err *e, const char *sql, const char *types, ...);
/* Bind and step once: 1 a row (read it from *ret before it leaves scope), 0 none. */
int stmt_ask(Store *s, sqlite3_stmt **ret, Err *e, const char *sql, const char *types, ...);

static inline Str stmt_str(sqlite3_stmt *q, int column) {
        const char *at = (const char *) sqlite3_column_text(q, column);
        return (Str) { at, at ? (size_t) sqlite3_column_bytes(q, column) : 0 };
}
static inline Str stmt_blob(sqlite3_stmt *q, int column) {
        const char *at = sqlite3_column_blob(q, column);
        return (Str) { at, at ? (size_t) sqlite3_column_bytes(q, column) : 0 };
}
static inline Instant stmt_instant(sqlite3_stmt *q, int column) {
        return sqlite3_column_type(q, column) == SQLITE_NULL ? INSTANT_NONE : sqlite3_column_int64(q, column);
}
/* The index of the column's word in `names` (`n` of them, or up to NULL when n is 0); -1: damaged. */
int stmt_word(sqlite3_stmt *q, int column, const char *const *names, int n);

/* BEGIN IMMEDIATE; what is not committed when it leaves scope is rolled back. */
typedef struct Txn { Store *store; } Txn;
int txn_begin(Store *s, Txn *ret, Err *e);
int txn_commit(Txn *t, Err *e);
void txn_endp(Txn *t);
#define _cleanup_txn_ _cleanup_(txn_endp)

/* Between transactions: whether each commit is flushed to the disk (synchronous FULL, as it stands but for a moment) or
 * with the next one that is (NORMAL). Going back that fails, for want of memory, is made up for before the next
 * statement, which fails if it cannot be. */
int store_sync_none(Store *s, Err *e);
void store_sync_each(Store *s);

/* Rows that cannot be what the store writes: names table and key. */
int store_damaged(Err *e, const char *table, Str key, const char *what);

/* The fields of a side, which are as they were written: `hash` says so. Texts borrow from `json` or live in `a`; `of`
 * says in the error whose they are. */
int store_fields_read(Arena *a, Str json, uint64_t hash, Str of, Value ret[static FIELD_COUNT], Err *e);

/* One field's value as stored beside a record: a record with that field alone; NULL in the column for no value. */
int store_value_write(FieldId field, const Value *v, Text *t, Str *ret);
int store_value_read(Arena *a, FieldId field, Str json, Value *ret, Err *e);

int store_schema(Store *s, Err *e);          /* migrates; STORE_E_NEWER */
int store_schema_check(Store *s, Err *e);    /* reading only: the version must be ours; STORE_E_NEWER */
int store_lock(const char *path, int *ret_fd, Err *e); /* STORE_E_LOCKED */
int store_vault_open(Store *s, const char *path, Err *e);
