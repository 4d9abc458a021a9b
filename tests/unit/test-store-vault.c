/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <sys/wait.h>

#include "tests/unit/model-check.h"
#include "tests/unit/store-world.h"

static void reopen(World *w) {
        w->store = store_close(w->store);
        world_open(w);
}

static void test_sessions(void **state) {
        World *w = world_new();
        _cleanup_arena_ Arena arena = { 0 };
        const Vault *v = store_vault(w->store);
        struct stat st;
        char path[160];
        Str s;

        (void) state;
        assert_int_equal(v->session_load(v->userdata, STR("a"), STR("x"), &arena, &s, &w->err), 1);
        assert_int_equal(v->session_save(v->userdata, STR("a"), STR("x"), STR("one"), &w->err), 0);
        assert_int_equal(v->session_save(v->userdata, STR("a"), STR("x"), STR("two"), &w->err), 0);
        assert_int_equal(v->session_save(v->userdata, STR("b"), STR("x"), STR("other"), &w->err), 0);
        reopen(w);
        v = store_vault(w->store);
        assert_int_equal(v->session_load(v->userdata, STR("a"), STR("x"), &arena, &s, &w->err), 0);
        assert_str(s, "two");
        assert_int_equal(v->session_save(v->userdata, STR("a"), STR("x"), STR(""), &w->err), 0);
        assert_int_equal(v->session_load(v->userdata, STR("a"), STR("x"), &arena, &s, &w->err), 1);
        assert_int_equal(v->session_load(v->userdata, STR("b"), STR("x"), &arena, &s, &w->err), 0);
        (void) snprintf(path, sizeof path, "%s.vault", w->path);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600); /* a session is as good as a password */
        world_free(w);
}

static int look_in(const char *path) {
        sqlite3 *db = NULL;
        bool ok = sqlite3_open(path, &db) == SQLITE_OK &&
                  sqlite3_exec(db, "SELECT * FROM session", NULL, NULL, NULL) == SQLITE_OK;

        return sqlite3_close(db) == SQLITE_OK && ok ? 0 : 1;
}

/* Another program opens the vault, looks, and goes. A child alone would know of the locks that are held here. */
static void look_in_beside(const char *path) {
        pid_t child = fork();
        int status;

        if (child == 0) {
                (void) execl("/proc/self/exe", "beside", path, (char *) NULL);
                _exit(2);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
}

/* `nq57ctl probe` beside the daemon is not the last to have it open: the log that it finds stays. */
static void test_somebody_beside(void **state) {
        World *w = world_new();
        _cleanup_arena_ Arena arena = { 0 };
        const Vault *v = store_vault(w->store);
        char path[160], log[168];
        struct stat st;
        Str s;

        (void) state;
        (void) snprintf(path, sizeof path, "%s.vault", w->path);
        (void) snprintf(log, sizeof log, "%s-wal", path);
        assert_int_equal(v->session_save(v->userdata, STR("a"), STR("x"), STR("one"), &w->err), 0);
        look_in_beside(path);
        assert_int_equal(stat(log, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_int_equal(v->session_save(v->userdata, STR("a"), STR("x"), STR("two"), &w->err), 0);
        look_in_beside(path);
        reopen(w);
        v = store_vault(w->store);
        assert_int_equal(v->session_load(v->userdata, STR("a"), STR("x"), &arena, &s, &w->err), 0);
        assert_str(s, "two");
        world_free(w);
}

/* A session that was thrown away is in no file any more. */
static void test_thrown_away(void **state) {
        static const char token[] = "a-token-that-is-gone";
        const char *const ends[] = { "", "-wal" };
        World *w = world_new();
        const Vault *v = store_vault(w->store);

        (void) state;
        assert_int_equal(v->session_save(v->userdata, STR("a"), STR("x"), STR(token), &w->err), 0);
        assert_int_equal(v->session_save(v->userdata, STR("a"), STR("x"), STR(""), &w->err), 0);
        for (size_t i = 0; i < 2; i++) {
                static char bytes[1 << 20];
                char path[168];
                FILE *f;
                size_t n;

                (void) snprintf(path, sizeof path, "%s.vault%s", w->path, ends[i]);
                f = fopen(path, "re");
                assert_non_null(f);
                n = fread(bytes, 1, sizeof bytes, f);
                assert_int_equal(fclose(f), 0);
                assert_null(memmem(bytes, n, token, strlen(token)));
        }
        world_free(w);
}

static void test_budget(void **state) {
        World *w = world_new();
        Instant again = 0, first = w->now;

        (void) state;
        for (int i = 0; i < 3; i++) {
                const Vault *v = store_vault(w->store);

                assert_int_equal(v->login_attempt_try(v->userdata, STR("a"), STR("x"), 3, US_HOUR, &again, &w->err), 0);
                w->now += US_MINUTE;
                reopen(w); /* kept across restarts */
        }
        const Vault *v = store_vault(w->store);
        assert_int_equal(v->login_attempt_try(v->userdata, STR("a"), STR("x"), 3, US_HOUR, &again, &w->err),
                         VAULT_E_BUDGET);
        assert_true(again == first + US_HOUR);
        assert_int_equal(v->login_attempt_try(v->userdata, STR("a"), STR("y"), 3, US_HOUR, &again, &w->err),
                         0);      /* another account */
        w->now -= 30 * US_MINUTE; /* a clock that ran back gives nothing away */
        assert_int_equal(v->login_attempt_try(v->userdata, STR("a"), STR("x"), 3, US_HOUR, &again, &w->err),
                         VAULT_E_BUDGET);
        w->now = first + US_HOUR + 1;
        assert_int_equal(v->login_attempt_try(v->userdata, STR("a"), STR("x"), 3, US_HOUR, &again, &w->err), 0);
        assert_int_equal(v->login_attempt_try(v->userdata, STR("a"), STR("x"), 3, US_HOUR, &again, &w->err),
                         VAULT_E_BUDGET);
        assert_int_equal(v->login_attempt_undo(v->userdata, STR("a"), STR("x"), &w->err), 0); /* it never left */
        assert_int_equal(v->login_attempt_try(v->userdata, STR("a"), STR("x"), 3, US_HOUR, &again, &w->err), 0);
        assert_int_equal(v->login_attempt_try(v->userdata, STR("a"), STR("x"), 3, US_HOUR, &again, &w->err),
                         VAULT_E_BUDGET);
        world_free(w);
}

static void test_tick_and_birth(void **state) {
        World *w = world_new();
        Instant born = store_born(w->store), tick = 0;

        (void) state;
        assert_true(born == WORLD_START);
        assert_int_equal(store_last_tick(w->store, &tick, &w->err), 0);
        assert_true(tick == INSTANT_NONE);
        w->now += US_DAY;
        assert_int_equal(store_tick(w->store, w->now, &w->err), 0);
        reopen(w);
        assert_true(store_born(w->store) == born);
        assert_int_equal(store_last_tick(w->store, &tick, &w->err), 0);
        assert_true(tick == w->now);
        world_free(w);
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sessions),
                cmocka_unit_test(test_somebody_beside),
                cmocka_unit_test(test_thrown_away),
                cmocka_unit_test(test_budget),
                cmocka_unit_test(test_tick_and_birth),
        };

        if (argc > 1 && strcmp(argv[0], "beside") == 0)
                return look_in(argv[1]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
