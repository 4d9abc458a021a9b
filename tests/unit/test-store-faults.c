/* SPDX-License-Identifier: MIT */
/* What goes wrong around a store: full disks, damage, a second writer, a newer version, kills and stops. Each time the
 * state is what it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "state/model/kill.h"
#include "tests/unit/store-pages.h"

static void sql(World *w, const char *text) {
        sqlite3 *db = NULL;

        assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
        (void) sqlite3_busy_timeout(db, 1000);
        if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
                fail_msg("%s: %s", text, sqlite3_errmsg(db));
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void put_many(World *w, Listing *l, int n, int progress) {
        char line[128];

        for (int i = 0; i < n; i++) {
                (void) snprintf(line, sizeof line, "24412/N%04d progress=%d title=Một_nhiệm_vụ_có_tên_khá_dài", i,
                                progress);
                world_put(w, l, line);
        }
}

static int apply_many(World *w, int n, int progress) {
        Partition p = world_partition(SIDE_CENTRAL);
        Listing *l = world_begin(w, &p);
        ListingEnd end = world_end();
        ListingReport r;

        put_many(w, l, n, progress);
        return world_apply(w, l, &end, &r);
}

static void test_second_writer(void **state) {
        World *w = world_new();
        Store *other = NULL;
        Err e = { 0 };
        char pid[24];

        (void) state;
        assert_int_equal(store_open(w->path, STORE_WRITE, &w->clock, &other, &e), STORE_E_LOCKED);
        (void) snprintf(pid, sizeof pid, "%d", (int) getpid());
        assert_non_null(strstr(e.text, pid));
        assert_null(other);
        w->store = store_close(w->store);
        world_open(w);
        world_free(w);
}

static int count(void *u, const RecordView *v, Err *e) {
        (void) v;
        (void) e;
        (*(int *) u)++;
        return 0;
}

static void test_reader(void **state) {
        World *w = world_new();
        Store *reader = NULL;
        Err e = { 0 };
        struct stat st;
        int n = 0;

        (void) state;
        assert_int_equal(apply_many(w, 10, 1), 0);
        for (int i = 0; i < 2; i++) { /* beside the writer; and without it, from the WAL it left */
                assert_int_equal(store_open(w->path, STORE_READ, &w->clock, &reader, &e), 0);
                n = 0;
                assert_int_equal(store_visit_all(reader, &w->policy, count, &n, &e), 0);
                assert_int_equal(n, 10);
                assert_true(store_tick(reader, w->now, &e) < 0); /* it never writes */
                err_clear(&e);
                assert_null(store_vault(reader));
                reader = store_close(reader);
                if (i == 0)
                        w->store = store_close(w->store);
        }
        assert_int_equal(stat(w->path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0640);
        world_open(w);
        (void) snprintf(w->path + strlen(w->path), 8, ".none");
        assert_int_equal(store_open(w->path, STORE_READ, &w->clock, &reader, &e), STORE_E_ABSENT);
        world_free(w);
}

static void test_versions(void **state) {
        World *w = world_new();
        Store *s = NULL;
        Err e = { 0 };

        (void) state;
        w->store = store_close(w->store);
        sql(w, "PRAGMA user_version = 99");
        assert_int_equal(store_open(w->path, STORE_WRITE, &w->clock, &s, &e), STORE_E_NEWER);
        assert_non_null(strstr(e.text, "99"));
        err_clear(&e);
        assert_int_equal(store_open(w->path, STORE_READ, &w->clock, &s, &e), STORE_E_NEWER);
        err_clear(&e);
        sql(w, "PRAGMA user_version = 1; PRAGMA application_id = 7");
        assert_int_equal(store_open(w->path, STORE_WRITE, &w->clock, &s, &e), -EINVAL);
        assert_null(s);
        world_free(w);
}

/* Views follow the table of fields without a migration. */
static void test_views_renewed(void **state) {
        World *w = world_new();

        (void) state;
        assert_int_equal(apply_many(w, 3, 1), 0);
        w->store = store_close(w->store);
        sql(w, "DROP VIEW v_mail; CREATE VIEW v_mail AS SELECT 1");
        world_open(w);
        sql(w, "SELECT kind FROM v_mail; SELECT progress FROM v_sides; SELECT portal_work FROM v_records; SELECT base "
               "FROM v_differences;"
               "SELECT last_day FROM v_outstanding; SELECT milliseconds FROM v_runs; SELECT nearest FROM v_quarantine");
        world_free(w);
}

static void test_damaged_row(void **state) {
        World *w = world_new();
        char *before, *after;
        int n = 0;

        (void) state;
        assert_int_equal(apply_many(w, 5, 1), 0);
        sql(w, "UPDATE side SET fields = '{\"progress\":50}' WHERE id = (SELECT id FROM record WHERE key = "
               "'24412/task/N0003')");
        before = world_export(w);
        assert_int_equal(store_visit_all(w->store, &w->policy, count, &n, &w->err), -EBADMSG);
        assert_int_equal(n, 3);
        assert_non_null(strstr(w->err.text, "table side"));
        assert_non_null(strstr(w->err.text, "24412/task/N0003"));
        err_clear(&w->err);
        assert_int_equal(apply_many(w, 5, 2), -EBADMSG);
        assert_non_null(strstr(w->err.text, "table side"));
        after = world_export(w);
        assert_string_equal(before, after); /* nothing half done */
        free(before);
        free(after);
        world_free(w);
}

static void test_disk_full(void **state) {
        World *w = world_new();
        char *before, *after;
        int r;

        (void) state;
        assert_int_equal(apply_many(w, 5, 1), 0);
        before = world_export(w);
        for (int pages = 1; pages <= 3; pages++) {
                pid_t child = fork();
                int status;

                if (child == 0) {
                        struct sigaction ignore = { .sa_handler = SIG_IGN };
                        (void) sigaction(SIGXFSZ, &ignore, NULL);
                        {
                                Partition p = world_partition(SIDE_CENTRAL);
                                Listing *l = world_begin(w, &p);
                                ListingEnd end = world_end();
                                ListingReport report;

                                put_many(w, l, 3000, 2);
                                assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit) { (rlim_t) pages * 65536,
                                                                                            (rlim_t) pages * 65536 }),
                                                 0);
                                r = world_apply(w, l, &end, &report);
                        }
                        _exit(r < 0 ? 42 : 1);
                }
                assert_int_equal(waitpid(child, &status, 0), child);
                assert_true(WIFEXITED(status));
                assert_int_equal(WEXITSTATUS(status), 42);
                w->store = store_close(w->store);
                world_open(w);
                after = world_export(w);
                assert_string_equal(before, after);
                free(after);
        }
        free(before);
        world_free(w);
}

static bool stop_now(void *u) {
        return ++*(int *) u >= 2;
}

static void test_stop(void **state) {
        World *w = world_new();
        char *before, *after;
        int asked = 0;

        (void) state;
        assert_int_equal(apply_many(w, 5, 1), 0);
        before = world_export(w);
        store_set_stop(w->store, stop_now, &asked);
        assert_int_equal(apply_many(w, 2000, 2), LISTING_E_STOPPED);
        assert_int_equal(asked, 2);
        after = world_export(w);
        assert_string_equal(before, after);
        store_set_stop(w->store, NULL, NULL);
        assert_int_equal(apply_many(w, 2000, 2), 0);
        free(before);
        free(after);
        world_free(w);
}

#if NQ57_TEST_BUILD
/* Dies at the point in a child; returns whether it got there. */
static bool killed_at(World *w, const char *point) {
        pid_t child;
        int status;

        w->store = store_close(w->store);
        child = fork();
        if (child == 0) {
                (void) setenv("NQ57_KILL_AT", point, 1);
                world_open(w);
                _exit(apply_many(w, 2000, 2) == 0 ? 0 : 1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        world_open(w);
        if (!WIFSIGNALED(status))
                return false;
        assert_int_equal(WTERMSIG(status), SIGKILL);
        return true;
}

static void test_kill(void **state) {
        static const struct { const char *point; bool after; } points[] = {
                { "stage-flush", false }, { "stage-flush:2", false }, { "apply-begin", false }, { "apply-rows", false },
                { "apply-before-commit", false }, { "apply-after-commit", true },
        };
        World *w = world_new();
        char *before, *undisturbed;

        (void) state;
        assert_int_equal(apply_many(w, 100, 1), 0);
        before = world_export(w);
        for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
                char *after;

                assert_true(killed_at(w, points[i].point));
                after = world_export(w);
                assert_int_equal(strcmp(before, after) == 0, !points[i].after);
                free(after);
        }
        undisturbed = world_export(w);
        assert_int_equal(apply_many(w, 2000, 2), 0); /* as if nothing had happened */
        char *again = world_export(w);
        assert_string_equal(undisturbed, again);
        free(again);
        free(undisturbed);
        free(before);
        world_free(w);
}
#endif

#ifndef __SANITIZE_ADDRESS__ /* which takes room of its own */
static long peak_kib(void) {
        struct rusage u;

        (void) getrusage(RUSAGE_SELF, &u);
        return u.ru_maxrss;
}

/* One unknown word in a profile puts every record aside: that costs disk and no memory, also when they go again. */
static void test_many_put_aside(void **state) {
        World *w = world_new();
        Partition p = world_partition(SIDE_CENTRAL);
        ListingEnd end = world_end();
        ListingReport report;
        Listing *l;
        long before;
        char sample[500], code[16];

        (void) state;
        memset(sample, 'x', sizeof sample);
        l = world_begin(w, &p);
        world_put(w, l, "24412/A progress=1");
        before = peak_kib();
        for (int i = 0; i < 40000; i++) {
                (void) snprintf(code, sizeof code, "N%05d", i);
                const Quarantine q = { .fault = FAULT_WORD_UNKNOWN, .identity_known = true, .field = STR("work"),
                                       .identity = { KIND_TASK, str_of(code), STR(""), STR("24412") },
                                       .unit = STR("24412"), .sample = { sample, sizeof sample } };

                assert_true(listing_quarantine(l, &q, &w->err) >= 0);
        }
        end.completeness = LISTING_PARTIAL;
        assert_int_equal(world_apply(w, l, &end, &report), 0);
        assert_int_equal(report.quarantined, 40000);
        if (peak_kib() - before > 8192)
                fail_msg("%ld KiB more", peak_kib() - before);
        world_free(w);
}
#endif

/* ---- files of older versions ---- */

static void file_of_version_1(World *w) {
        const char *source = getenv("NQ57_SOURCE");
        sqlite3 *db = NULL;
        char path[4096];
        FILE *f;
        static char text[65536];

        w->store = store_close(w->store);
        assert_int_equal(unlink(w->path), 0);
        (void) snprintf(path, sizeof path, "%s-wal", w->path);
        (void) unlink(path);
        (void) snprintf(path, sizeof path, "%s/tests/fixtures/stores/v1.sql", source ? source : ".");
        f = fopen(path, "re");
        assert_non_null(f);
        text[fread(text, 1, sizeof text - 1, f)] = '\0';
        (void) fclose(f);
        assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
        if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
                fail_msg("%s", sqlite3_errmsg(db));
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int version_of(World *w) {
        sqlite3_stmt *q = NULL;
        sqlite3 *db = NULL;
        int version;

        assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &q, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(q), SQLITE_ROW);
        version = sqlite3_column_int(q, 0);
        (void) sqlite3_finalize(q);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        return version;
}

static void expect_upgraded(World *w) {
        const char *const *pages = PAGES("24412/A progress=1 title=Một;24412/B progress=2",
                                         "24412/C progress=3;24413/A progress=4");
        char *text = world_export(w);

        assert_non_null(strstr(text, "side 24412/task/A portal A missing  removed  {\"title\":\"Một\""));
        assert_non_null(strstr(text, "difference 24412/task/B progress conflict"));
        assert_non_null(strstr(text, "side 24413/task/A central A missing 2026-06-10"));
        assert_non_null(strstr(text, "history 24412/task/B central {\"progress\":\"5\"}"));
        assert_non_null(strstr(text, "partition nq57-daklak tasks acc  members 4"));
        free(text);
        assert_int_equal(read_pages(w, world_end(), pages), 4); /* nothing was remembered of it */
        assert_int_equal(read_pages(w, world_end(), pages), 0);
}

static void test_version_1(void **state) {
        World *w = world_new();

        (void) state;
        file_of_version_1(w);
        world_open(w);
        assert_int_equal(version_of(w), 9);
        expect_upgraded(w);
        world_free(w);
}

#if NQ57_TEST_BUILD
static void test_upgrade_interrupted(void **state) {
        World *w = world_new();
        pid_t child;
        int status;

        (void) state;
        file_of_version_1(w);
        child = fork();
        if (child == 0) {
                (void) setenv("NQ57_KILL_AT", "schema-before-commit", 1);
                (void) store_open(w->path, STORE_WRITE, &w->clock, &w->store, &w->err);
                _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(version_of(w), 1);
        world_open(w);
        expect_upgraded(w);
        world_free(w);
}
#endif

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_second_writer),
                cmocka_unit_test(test_reader),
                cmocka_unit_test(test_versions),
                cmocka_unit_test(test_views_renewed),
                cmocka_unit_test(test_damaged_row),
                cmocka_unit_test(test_disk_full),
                cmocka_unit_test(test_stop),
#ifndef __SANITIZE_ADDRESS__
                cmocka_unit_test(test_many_put_aside),
#endif
                cmocka_unit_test(test_version_1),
#if NQ57_TEST_BUILD
                cmocka_unit_test(test_upgrade_interrupted),
                cmocka_unit_test(test_kill),
#endif
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
