/* SPDX-License-Identifier: MIT */
/* A new store is written without a log until its first cycle has ended (store_filled). Cut off before, it is mended by
 * whoever writes next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "state/model/kill.h"
#include "tests/unit/store-pages.h"

#define MANY 9000 /* records: more than the cache holds, so that pages reach the file before the commit */

static World *world_unfilled(void) {
        World *w = world_new();
        char log[sizeof w->path + 8];

        w->store = store_close(w->store);
        assert_int_equal(unlink(w->path), 0);
        for (int i = 0; i < 2; i++) {
                (void) snprintf(log, sizeof log, "%s%s", w->path, i == 0 ? "-wal" : "-shm");
                (void) unlink(log);
        }
        world_open(w);
        return w;
}

static sqlite3 *file_open(World *w) {
        sqlite3 *db = NULL;

        assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
        (void) sqlite3_busy_timeout(db, 1000);
        return db;
}

static bool says(sqlite3 *db, const char *sql, const char *expected) {
        sqlite3_stmt *q = NULL;
        bool same;

        if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK || sqlite3_step(q) != SQLITE_ROW)
                fail_msg("%s: %s", sql, sqlite3_errmsg(db));
        same = strcmp((const char *) sqlite3_column_text(q, 0), expected) == 0;
        (void) sqlite3_finalize(q);
        return same;
}

static bool file_says(World *w, const char *sql, const char *expected) {
        sqlite3 *db = file_open(w);
        bool same = says(db, sql, expected);

        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        return same;
}

static bool has_log(World *w) {
        return !file_says(w, "PRAGMA journal_mode", "delete");
}

static int apply_many(World *w, int n) {
        Partition p = world_partition(SIDE_CENTRAL);
        Listing *l = world_begin(w, &p);
        ListingEnd end = world_end();
        ListingReport r;
        char line[128];

        for (int i = 0; i < n; i++) {
                (void) snprintf(line, sizeof line, "24412/N%04d progress=1 title=%0*d", i, 80, i);
                world_put(w, l, line);
        }
        return world_apply(w, l, &end, &r);
}

static int count(void *u, const RecordView *v, Err *e) {
        (void) v;
        (void) e;
        (*(int *) u)++;
        return 0;
}

static int read_beside(World *w, int *ret_n, Err *e) {
        Store *reader = NULL;
        int r = store_open(w->path, STORE_READ, &w->clock, &reader, e);

        *ret_n = 0;
        if (r == 0)
                r = store_visit_all(reader, &w->policy, count, ret_n, e);
        store_close(reader);
        return r;
}

static void test_a_first_cycle(void **state) {
        World *w = world_unfilled();
        int n = 0;

        (void) state;
        assert_int_equal(apply_many(w, 100), 0);
        assert_false(has_log(w));
        assert_int_equal(read_beside(w, &n, &w->err), 0);
        assert_int_equal(n, 100);
        assert_int_equal(store_flush(w->store, &w->err), 0);
        assert_int_equal(store_filled(w->store, &w->err), 0);
        assert_true(has_log(w));
        assert_int_equal(store_filled(w->store, &w->err), 0);
        assert_int_equal(read_beside(w, &n, &w->err), 0);
        assert_int_equal(n, 100);
        assert_int_equal(store_tick(w->store, w->now, &w->err), 0);
        world_free(w);
}

/* Ended before its first cycle has: the next start does not wait for another. */
static void test_opened_again(void **state) {
        World *w = world_unfilled();

        (void) state;
        w->store = store_close(w->store);
        world_open(w);
        assert_true(has_log(w));
        world_free(w);
}

static bool no_patience(void *userdata) {
        (void) userdata;
        return true;
}

static void test_while_somebody_reads(void **state) {
        World *w = world_unfilled();
        sqlite3 *db;

        (void) state;
        assert_int_equal(apply_many(w, 10), 0);
        db = file_open(w);
        assert_int_equal(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
        assert_true(says(db, "SELECT count(*) FROM record", "10"));
        store_set_stop(w->store, no_patience, NULL);
        assert_int_equal(store_filled(w->store, &w->err), 0);
        assert_true(says(db, "PRAGMA journal_mode", "delete"));
        store_set_stop(w->store, NULL, NULL);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        assert_int_equal(store_filled(w->store, &w->err), 0);
        assert_true(has_log(w));
        world_free(w);
}

#if NQ57_TEST_BUILD
static void fill_killed(World *w, const char *point) {
        pid_t child = fork();
        int status;

        if (child == 0) {
                (void) setenv("NQ57_KILL_AT", point, 1);
                world_open(w);
                (void) apply_many(w, MANY);
                _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
}

static void test_cut_off(void **state) {
        static const struct { const char *point; int n; } points[] = {
                { "apply-begin", 0 }, { "apply-rows", 0 }, { "apply-before-commit", 0 }, { "apply-after-commit", MANY },
        };

        (void) state;
        for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
                World *w = world_unfilled();
                Err e = { 0 };
                int n = 0;

                w->store = store_close(w->store);
                assert_int_equal(unlink(w->path), 0);
                fill_killed(w, points[i].point);
                if (strcmp(points[i].point, "apply-rows") == 0) { /* a reader may not roll back, and says who does */
                        assert_int_equal(read_beside(w, &n, &e), -EBUSY);
                        assert_non_null(strstr(e.text, "the daemon mends it when it starts"));
                        err_clear(&e);
                }
                world_open(w);
                assert_true(has_log(w));
                assert_true(file_says(w, "PRAGMA integrity_check", "ok"));
                assert_int_equal(read_beside(w, &n, &e), 0);
                assert_int_equal(n, points[i].n);
                assert_int_equal(apply_many(w, MANY), 0);
                assert_int_equal(read_beside(w, &n, &e), 0);
                assert_int_equal(n, MANY);
                world_free(w);
        }
}
#endif

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_first_cycle),
                cmocka_unit_test(test_opened_again),
                cmocka_unit_test(test_while_somebody_reads),
#if NQ57_TEST_BUILD
                cmocka_unit_test(test_cut_off),
#endif
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
