/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

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

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sessions),
                cmocka_unit_test(test_budget),
                cmocka_unit_test(test_tick_and_birth),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
