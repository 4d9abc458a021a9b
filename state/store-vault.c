/* SPDX-License-Identifier: MIT */
/* Sessions and the login budget. They stand in a file of their own, readable by the daemon's user only: the store
 * itself is readable by a group, and a session is as good as a password while it lasts. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/model/kill.h"
#include "state/store-stmt.h"

#define VAULT_SCHEMA                                                                                                   \
        "CREATE TABLE IF NOT EXISTS session (source TEXT NOT NULL, account TEXT NOT NULL, session TEXT NOT NULL,"      \
        " saved_at INTEGER NOT NULL, PRIMARY KEY (source, account)) STRICT, WITHOUT ROWID;"                            \
        "CREATE TABLE IF NOT EXISTS attempt (source TEXT NOT NULL, account TEXT NOT NULL, at INTEGER NOT NULL) "       \
        "STRICT;"                                                                                                      \
        "CREATE INDEX IF NOT EXISTS attempt_of ON attempt (source, account, at);"

/* A login is two commits: with a log, which has the mode of the file, each is one flush and not four. */
#define VAULT_PRAGMAS                                                                                                  \
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-64; PRAGMA secure_delete=ON;"            \
        "PRAGMA wal_autocheckpoint=64; PRAGMA journal_size_limit=0;"

static int vault_make(Store *s, const char *sql, sqlite3_stmt **ret, Err *e) {
        return sqlite3_prepare_v2(s->vault_db, sql, -1, ret, NULL) == SQLITE_OK ? 0 : stmt_err(s->vault_db, e, "vault");
}

static int vault_load(void *u, Str source, Str account, Arena *a, Str *ret_session, Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        int r;

        r = vault_make(u, "SELECT session FROM session WHERE source = ? AND account = ?", &q, e);
        if (r == 0)
                r = stmt_bind(q, e, "ss", source, account);
        if (r == 0)
                r = stmt_step(q, e);
        if (r < 0)
                return r;
        if (r == 0)
                return 1;
        return arena_str(a, stmt_str(q, 0), ret_session) < 0 ? err_oom(e) : 0;
}

static int vault_save(void *u, Str source, Str account, Str session, Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        Store *s = u;
        int r;

        KILL_POINT("session-before-save");
        if (session.len == 0) {
                r = vault_make(s, "DELETE FROM session WHERE source = ? AND account = ?", &q, e);
                if (r == 0)
                        r = stmt_bind(q, e, "ss", source, account);
        } else {
                r = vault_make(s, "INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?)", &q, e);
                if (r == 0)
                        r = stmt_bind(q, e, "ssst", source, account, session, clock_wall(s->clock));
        }
        if (r == 0)
                r = stmt_step(q, e);
        KILL_POINT("session-after-save");
        if (r == 0 && session.len == 0) { /* what was thrown away is to be found nowhere: not in the log either */
                (void) sqlite3_reset(q);
                r = stmt_exec(s->vault_db, "PRAGMA wal_checkpoint(TRUNCATE)", e);
        }
        return r;
}

/* Attempts since `from`, and the oldest of them. A clock that ran back leaves attempts in the future: they count. */
static int attempts_since(Store *s, Str source, Str account, Instant from, int64_t *ret_n, Instant *ret_oldest,
                          Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        int r;

        r = vault_make(s, "SELECT count(*), min(at) FROM attempt WHERE source = ? AND account = ? AND at > ?", &q, e);
        if (r == 0)
                r = stmt_bind(q, e, "sst", source, account, from);
        if (r == 0)
                r = stmt_step(q, e);
        if (r <= 0)
                return r;
        *ret_n = sqlite3_column_int64(q, 0);
        *ret_oldest = stmt_instant(q, 1);
        return 0;
}

static int attempt_count(Store *s, Str source, Str account, Instant now, Instant from, Err *e) {
        static const char *const sql[] = {
                "DELETE FROM attempt WHERE source = ? AND account = ? AND at <= ?",
                "INSERT INTO attempt VALUES (?, ?, ?)",
        };

        for (int i = 0; i < 2; i++) {
                _cleanup_made_ sqlite3_stmt *q = NULL;
                int r = vault_make(s, sql[i], &q, e);

                if (r == 0)
                        r = stmt_bind(q, e, "sst", source, account, i == 0 ? from : now);
                if (r == 0)
                        r = stmt_step(q, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int vault_attempt(void *u, Str source, Str account, int limit, Instant window, Instant *ret_again, Err *e) {
        Store *s = u;
        Instant now = clock_wall(s->clock), from = now - window, oldest = INSTANT_NONE;
        int64_t n = 0;
        int r;

        r = attempts_since(s, source, account, from, &n, &oldest, e);
        if (r < 0)
                return r;
        if (n >= limit) {
                *ret_again = oldest == INSTANT_NONE ? now + window : oldest + window;
                return VAULT_E_BUDGET;
        }
        r = attempt_count(s, source, account, now, from, e);
        KILL_POINT("login-after-count");
        return r;
}

static int vault_undo(void *u, Str source, Str account, Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        int r = vault_make(u,
                           "DELETE FROM attempt WHERE rowid = (SELECT max(rowid) FROM attempt"
                           " WHERE source = ? AND account = ?)",
                           &q, e);

        if (r == 0)
                r = stmt_bind(q, e, "ss", source, account);
        return r == 0 ? stmt_step(q, e) : r;
}

int store_open_vault(const char *path, const Clock *clock, Store **ret, Err *e) {
        _cleanup_(store_closep) Store *s = calloc(1, sizeof *s);
        _cleanup_text_ Text name = TEXT_INIT(4096);
        int r;

        if (!s || text_addf(&name, "%s.vault", path) < 0)
                return err_oom(e);
        s->lock_fd = -1;
        s->clock = clock;
        if (access(name.at, F_OK) < 0)
                return STORE_E_ABSENT;
        r = store_vault_open(s, path, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}

/* Made here with its mode, so that it is never readable by others, not even for a moment. Closed before SQLite opens
 * it: who closes a file drops all locks of his process on it, and another process would take the log for left. */
static int vault_file(const char *name, Err *e) {
        _cleanup_close_ int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

        if (fd < 0 || fchmod(fd, 0600) < 0)
                return err_set(e, -errno, RETRY_LATER, "store: cannot open %s: %s", name, strerror(errno));
        return 0;
}

int store_vault_open(Store *s, const char *path, Err *e) {
        _cleanup_text_ Text name = TEXT_INIT(4096);
        int r;

        if (text_addf(&name, "%s.vault", path) < 0)
                return err_set(e, name.failed, RETRY_RECONFIGURE, "store: the path is too long");
        r = vault_file(name.at, e);
        if (r < 0)
                return r;
        if (sqlite3_open_v2(name.at, &s->vault_db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
                return stmt_err(s->vault_db, e, "opening the vault");
        (void) sqlite3_busy_timeout(s->vault_db, 2000);
        (void) sqlite3_db_config(s->vault_db, SQLITE_DBCONFIG_LOOKASIDE, NULL, 0, 0);
        r = stmt_exec(s->vault_db, VAULT_PRAGMAS, e);
        if (r == 0)
                r = stmt_exec(s->vault_db, VAULT_SCHEMA, e);
        if (r < 0)
                return r;
        s->vault = (Vault) { vault_load, vault_save, vault_attempt, vault_undo, s };
        return 0;
}
