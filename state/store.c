/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/store-parts.h"

/* cache 2 MiB; pages of 16 KiB: fewer, larger writes for rows of half a KiB. The WAL file is cut back after a large
 * listing. Debian's SQLite overwrites what is deleted: that costs a read, a copy and a write of every freed page, and
 * only the vault has something to hide. */
#define PRAGMAS_WRITE                                                                                                  \
        "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA "                            \
        "journal_size_limit=16777216;"                                                                                 \
        "PRAGMA wal_autocheckpoint=256;"
#define PRAGMAS                                                                                                        \
        "PRAGMA cache_size=-2048; PRAGMA mmap_size=0; PRAGMA trusted_schema=OFF; PRAGMA foreign_keys=ON;"              \
        "PRAGMA temp_store=FILE; PRAGMA cell_size_check=ON; PRAGMA secure_delete=OFF;"

#define BUSY_WAIT_MS 10
#define BUSY_TRIES 500

/* Somebody else writes (a backup, a person with sqlite3): waited for, unless the process is asked to end. */
static int store_busy(void *userdata, int tries) {
        const Store *s = userdata;

        if (tries >= BUSY_TRIES || (s->stop && s->stop(s->stop_userdata)))
                return 0;
        (void) usleep(BUSY_WAIT_MS * 1000);
        return 1;
}

static int store_open_file(Store *s, const char *path, Err *e) {
        int flags = s->mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, on = 1,
            r;

        /* A store is used from one thread: its mutexes would guard nothing. Nor does anybody ask how much memory SQLite
         * has; when it already runs, it goes on counting. */
        (void) sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        flags |= SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX;
        if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK)
                return s->db ? stmt_err(s->db, e, "opening") : err_oom(e);
        (void) sqlite3_busy_handler(s->db, store_busy, s);
        (void) sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        (void) sqlite3_file_control(s->db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
        if (s->mode == STORE_WRITE) {
                r = stmt_exec(s->db, PRAGMAS_WRITE, e);
                if (r < 0)
                        return r;
        }
        return stmt_exec(s->db, PRAGMAS, e);
}

static int store_read_born(Store *s, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(s, &q, e, "SELECT born FROM store", "");

        if (r < 0)
                return r;
        if (r == 0)
                return store_damaged(e, "store", STR("1"), "the row is missing");
        s->born = sqlite3_column_int64(q, 0);
        return 0;
}

/* SQLite gives -wal and -shm the mode of the file. */
static int store_file_mode(const char *path, Err *e) {
        if (chmod(path, 0640) < 0)
                return err_set(e, -errno, RETRY_LATER, "store: cannot set the mode of %s: %s", path, strerror(errno));
        return 0;
}

static int store_open_write(Store *s, const char *path, Err *e) {
        int r = store_lock(path, &s->lock_fd, e);

        if (r != 0)
                return r;
        r = store_open_file(s, path, e);
        if (r == 0)
                r = store_file_mode(path, e);
        if (r == 0)
                r = store_schema(s, e);
        if (r == 0)
                r = store_vault_open(s, path, e);
        if (r == 0)
                r = store_stage_open(s, e);
        if (r == 0)
                r = batch_open(s, e);
        return r;
}

static int store_open_read(Store *s, const char *path, Err *e) {
        int r;

        if (access(path, F_OK) < 0 && errno == ENOENT)
                return STORE_E_ABSENT;
        r = store_open_file(s, path, e);
        if (r == 0)
                r = store_schema_check(s, e);
        return r;
}

int store_open(const char *path, StoreMode mode, const Clock *clock, Store **ret, Err *e) {
        _cleanup_(store_closep) Store *s = calloc(1, sizeof *s);
        const char *slash;
        int r;

        if (!s)
                return err_oom(e);
        s->mode = mode;
        s->clock = clock;
        s->lock_fd = -1;
        slash = strrchr(path, '/');
        s->directory = str_dup(slash ? (Str) { path, slash == path ? 1 : (size_t) (slash - path) } : STR("."));
        if (!s->directory)
                return err_oom(e);
        s->fresh[SIDE_CENTRAL] = s->fresh[SIDE_PORTAL] = true;
        r = mode == STORE_WRITE ? store_open_write(s, path, e) : store_open_read(s, path, e);
        if (r == 0)
                r = store_read_born(s, e);
        if (r != 0)
                return r;
        *ret = TAKE_PTR(s);
        return 0;
}

Store *store_close(Store *s) {
        if (!s)
                return NULL;
        for (size_t i = 0; i < STMT_SLOTS; i++)
                (void) sqlite3_finalize(s->slot[i].stmt);
        (void) sqlite3_close(s->db);
        (void) sqlite3_close(s->vault_db);
        cleanup_closep(&s->lock_fd);
        free(s->directory);
        free(s);
        return NULL;
}

const Vault *store_vault(Store *s) {
        return s->vault_db ? &s->vault : NULL;
}

Instant store_born(const Store *s) {
        return s->born;
}

int store_last_tick(Store *s, Instant *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(s, &q, e, "SELECT tick FROM store", "");

        if (r > 0)
                *ret = stmt_instant(q, 0);
        return r < 0 ? r : 0;
}

int store_tick(Store *s, Instant now, Err *e) {
        return stmt_run(s, NULL, e, "UPDATE store SET tick = ?", "t", now);
}

void store_set_stop(Store *s, bool (*stop)(void *userdata), void *userdata) {
        s->stop = stop;
        s->stop_userdata = userdata;
}

void store_set_fresh(Store *s, const bool fresh[static SIDE_COUNT]) {
        for (int i = 0; i < SIDE_COUNT; i++)
                s->fresh[i] = fresh[i];
}
