/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>

#include "connectors/http/gate.h"
#include "connectors/limits.h"

#define SECOND ((uint64_t) 1000000)
#define WALL(hour, minute) when_at(20623, (hour), (minute)) /* 19/6/2026 */

static Instant until(const char *hours, int hour, int minute) {
        QuietHours q;
        Str wrong;
        assert_int_equal(quiet_parse(str_of(hours), &q, &wrong), 0);
        return quiet_until(&q, WALL(hour, minute));
}

static void test_quiet(void **state) {
        assert_true(until("22:00-05:00", 21, 59) == INSTANT_NONE);
        assert_true(until("22:00-05:00", 22, 0) == WALL(24 + 5, 0));
        assert_true(until("22:00-05:00", 0, 0) == WALL(5, 0));
        assert_true(until("22:00-05:00", 4, 59) == WALL(5, 0));
        assert_true(until("22:00-05:00", 5, 0) == INSTANT_NONE);
        assert_true(until("12:00-13:00 , 13:00-13:30", 12, 15) == WALL(13, 30)); /* windows that touch */
        assert_true(until("20:00-24:00, 0:00-1:00", 23, 0) == WALL(25, 0));
        QuietHours none = { 0 };
        assert_true(quiet_until(&none, WALL(12, 0)) == INSTANT_NONE);
}

static void test_quiet_wrong(void **state) {
        static const char *const bad[] = {
                "22:00", "22:00-", "-05:00", "22-5", "22:00-25:00", "22:60-23:00", "24:01-1:00", "10:00-10:00",
                "24:00-1:00", "1:00-2:00;3:00-4:00", "x", "", "1:0-2:00", "1:00-2:00,x",
                "0:00-0:01,1:00-1:01,2:00-2:01,3:00-3:01,4:00-4:01,5:00-5:01,6:00-6:01,7:00-7:01,8:00-8:01"
        };
        QuietHours q;
        Str wrong;
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                if (quiet_parse(str_of(bad[i]), &q, &wrong) != -EINVAL)
                        fail_msg("`%s` was taken", bad[i]);
        assert_int_equal(quiet_parse(STR("00:00-23:30"), &q, &wrong), -ERANGE);
        assert_int_equal(quiet_parse(STR("00:00-12:00, 11:00-23:30"), &q, &wrong), -ERANGE);
        assert_int_equal(quiet_parse(STR("1:00-2:00, 3:00-2x"), &q, &wrong), -EINVAL);
        assert_true(str_eq(wrong, STR("3:00-2x")));
}

static GateAnswer ask(Gate *g, uint64_t now, Instant wall) {
        GateAnswer a;
        gate_ask(g, now, wall, &a);
        return a;
}

static void test_gap_and_rate(void **state) {
        Gate g;
        assert_int_equal(gate_init(&g, &(GateOptions) { .per_minute = 3, .gap = 2 * US_SECOND }), 0);
        uint64_t now = 100 * SECOND;
        for (int i = 0; i < 3; i++) {
                uint64_t at = ask(&g, now, WALL(8, 0)).at;
                assert_true(i == 0 ? at <= now : at == now + 2 * SECOND);
                gate_sent(&g, now = at > now ? at : now);
        }
        assert_true(ask(&g, now, WALL(8, 0)).at == 160 * SECOND); /* a minute after the first */
        gate_done(&g);
}

static void test_quiet_refuses(void **state) {
        GateOptions o = { 0 };
        Gate g;
        Str wrong;
        assert_int_equal(quiet_parse(STR("22:00-05:00"), &o.quiet, &wrong), 0);
        assert_int_equal(gate_init(&g, &o), 0);
        GateAnswer a = ask(&g, 1, WALL(23, 0));
        assert_true(a.fault == FAULT_QUIET && a.until == WALL(29, 0));
        assert_non_null(strstr(a.detail, "05:00"));
        assert_true(ask(&g, 1, WALL(6, 0)).fault == FAULT_NONE);
        gate_done(&g);
}

static void test_hold(void **state) {
        Gate g;
        Instant wall = WALL(8, 0);
        uint64_t now = 100 * SECOND;
        assert_int_equal(gate_init(&g, &(GateOptions) { 0 }), 0);
        gate_hold(&g, wall + 3 * US_SECOND, now, wall);
        assert_true(ask(&g, now, wall).fault == FAULT_NONE && ask(&g, now, wall).at == now + 3 * SECOND);
        gate_hold(&g, wall + US_SECOND, now, wall); /* a shorter one does not shorten it */
        assert_true(ask(&g, now, wall).at == now + 3 * SECOND);
        gate_hold(&g, wall + US_HOUR, now, wall);
        GateAnswer a = ask(&g, now, wall);
        assert_true(a.fault == FAULT_RATE_LIMITED && a.until == wall + US_HOUR);
        assert_true(ask(&g, now, wall + US_HOUR).at <= now); /* the clock was set right, or the machine slept */
        gate_hold(&g, wall + 1000 * US_DAY, now, wall);
        a = ask(&g, now, wall);
        assert_true(a.fault == FAULT_RATE_LIMITED && a.until == wall + LIMIT_RETRY_AFTER_SECONDS * US_SECOND);
        gate_done(&g);
}

static void test_breaker(void **state) {
        Gate g;
        Instant wall = WALL(8, 0);
        uint64_t now = 100 * SECOND;
        assert_int_equal(gate_init(&g, &(GateOptions) { .breaker_after = 3 }), 0);
        assert_false(gate_failed(&g, false, FAULT_NETWORK, "refused", now, wall));
        assert_false(gate_failed(&g, false, FAULT_NETWORK, "refused", now, wall));
        assert_false(gate_served(&g)); /* in a row */
        assert_false(gate_failed(&g, false, FAULT_NETWORK, "refused", now, wall));
        assert_false(gate_failed(&g, false, FAULT_NETWORK, "refused", now, wall));
        assert_true(ask(&g, now, wall).fault == FAULT_NONE);
        assert_true(gate_failed(&g, false, FAULT_TLS, "expired", now, wall));
        GateAnswer a = ask(&g, now, wall);
        assert_true(a.fault == FAULT_TLS && a.until == wall + GATE_BREAKER_PAUSE);
        assert_non_null(strstr(a.detail, "expired"));
        now += GATE_BREAKER_PAUSE;
        wall += GATE_BREAKER_PAUSE;
        assert_true(ask(&g, now, wall).fault == FAULT_NONE); /* one in trial... */
        assert_true(gate_sent(&g, now));
        assert_true(ask(&g, now, wall).at == UINT64_MAX); /* ...and no other beside it */
        assert_false(gate_failed(&g, true, FAULT_NETWORK, "refused", now, wall));
        assert_true(ask(&g, now, wall).until == wall + 2 * GATE_BREAKER_PAUSE);
        now += 2 * GATE_BREAKER_PAUSE;
        gate_sent(&g, now);
        assert_true(gate_served(&g));
        assert_true(ask(&g, now, wall).fault == FAULT_NONE);
        for (int i = 0; i < 3; i++)
                gate_failed(&g, false, FAULT_NETWORK, "refused", now, wall);
        assert_true(ask(&g, now, wall).until == wall + GATE_BREAKER_PAUSE); /* it begins anew */
        gate_done(&g);
}

static void test_breaker_pause_is_bounded(void **state) {
        Gate g;
        Instant wall = WALL(8, 0);
        uint64_t now = 100 * SECOND;
        assert_int_equal(gate_init(&g, &(GateOptions) { .breaker_after = 1 }), 0);
        gate_failed(&g, false, FAULT_NETWORK, "refused", now, wall);
        for (int i = 0; i < 20; i++) {
                now = g.open_until;
                wall = g.open_wall;
                assert_true(gate_sent(&g, now));
                gate_failed(&g, true, FAULT_NETWORK, "refused", now, wall);
                assert_true(ask(&g, now, wall).until <= wall + GATE_BREAKER_LONGEST);
        }
        now = g.open_until;
        assert_true(gate_sent(&g, now));
        gate_dropped(&g, true); /* the trial was given up by us: another may go */
        assert_true(ask(&g, now, wall).fault == FAULT_NONE && ask(&g, now, wall).at <= now);
        gate_done(&g);
}

/* Requests that were under way when the breaker opened, or that never left, are no trial: their end lets no second one
 * out beside it, and says nothing of how it went. */
static void test_one_trial_at_a_time(void **state) {
        Gate g;
        Instant wall = WALL(8, 0);
        uint64_t now = 100 * SECOND;
        assert_int_equal(gate_init(&g, &(GateOptions) { .breaker_after = 1 }), 0);
        assert_false(gate_sent(&g, now));
        assert_false(gate_sent(&g, now));
        assert_true(gate_failed(&g, false, FAULT_NETWORK, "refused", now, wall));
        now = g.open_until;
        wall = g.open_wall;
        assert_true(gate_sent(&g, now));
        gate_dropped(&g, false);
        assert_true(ask(&g, now, wall).at == UINT64_MAX);
        assert_false(gate_failed(&g, false, FAULT_NETWORK, "refused", now, wall));
        assert_true(ask(&g, now, wall).at == UINT64_MAX && g.pause == GATE_BREAKER_PAUSE);
        assert_true(gate_served(&g));
        gate_done(&g);
}

static void test_no_breaker(void **state) {
        Gate g;
        assert_int_equal(gate_init(&g, &(GateOptions) { 0 }), 0);
        for (int i = 0; i < 100; i++)
                assert_false(gate_failed(&g, false, FAULT_NETWORK, "refused", 1, WALL(8, 0)));
        assert_true(ask(&g, 1, WALL(8, 0)).fault == FAULT_NONE);
        gate_done(&g);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_quiet),         cmocka_unit_test(test_quiet_wrong),
                cmocka_unit_test(test_gap_and_rate),  cmocka_unit_test(test_quiet_refuses),
                cmocka_unit_test(test_hold),          cmocka_unit_test(test_breaker),
                cmocka_unit_test(test_no_breaker),    cmocka_unit_test(test_breaker_pause_is_bounded),
                cmocka_unit_test(test_one_trial_at_a_time),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
