/* SPDX-License-Identifier: MIT */
#include "daemon/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

#define NOW (1000 * US_HOUR)

static ScheduleInput base(void) {
        return (ScheduleInput) {
                .now = NOW, .last_end = NOW - US_MINUTE, .poll_minutes = 30, .wait_until = INSTANT_NONE
        };
}

static void test_first_poll_is_spread(void **state) {
        uint64_t seed = 1;
        Instant least = INT64_MAX, most = 0;

        for (int i = 0; i < 1000; i++) {
                ScheduleInput in = base();
                ScheduleNext next;

                in.last_end = INSTANT_NONE;
                in.random = check_random(&seed);
                next = schedule_next(&in);
                assert_string_equal(next.why, "first poll");
                assert_in_range(next.at - NOW, 0, SCHEDULE_FIRST_SPREAD);
                least = next.at < least ? next.at : least;
                most = next.at > most ? next.at : most;
        }
        assert_true(most - least > SCHEDULE_FIRST_SPREAD / 2);
}

static void test_interval_with_jitter(void **state) {
        uint64_t seed = 2;

        for (int i = 0; i < 1000; i++) {
                ScheduleInput in = base();
                Instant wait;

                in.random = check_random(&seed);
                wait = schedule_next(&in).at - in.last_end;
                assert_in_range(wait, 27 * US_MINUTE, 33 * US_MINUTE);
        }
}

static void test_backoff_grows_to_its_cap(void **state) {
        static const int minutes[] = { 1, 2, 4, 8, 16, 32, 60, 60, 60 };
        uint64_t seed = 3;

        for (int failures = 1; failures <= 9; failures++) {
                ScheduleInput in = base();
                Instant wait;

                in.failures = failures;
                in.random = check_random(&seed);
                wait = schedule_next(&in).at - in.last_end;
                assert_string_equal(schedule_next(&in).why, "back-off");
                assert_in_range(wait, minutes[failures - 1] * US_MINUTE / 2, minutes[failures - 1] * US_MINUTE * 3 / 2);
        }
}

static void test_source_may_ask_for_patience(void **state) {
        ScheduleInput in = base();

        in.wanted = true;
        in.wait_until = NOW + 2 * US_HOUR;
        assert_int_equal(schedule_next(&in).at, NOW + 2 * US_HOUR);
        assert_string_equal(schedule_next(&in).why, "asked by the source");
        in.wait_until = NOW - US_HOUR;
        assert_int_equal(schedule_next(&in).at, NOW);
        assert_string_equal(schedule_next(&in).why, "wanted");
}

static void test_reconfigure_waits_long(void **state) {
        ScheduleInput in = base();

        in.failures = 1;
        in.retry = RETRY_RECONFIGURE;
        assert_int_equal(schedule_next(&in).at, in.last_end + SCHEDULE_BACKOFF_CAP);
}

static void test_mail_retry(void **state) {
        static const int minutes[] = { 1, 1, 5, 15, 30, 30, 30 };
        uint64_t seed = 4;

        for (int attempts = 0; attempts < 7; attempts++)
                for (int i = 0; i < 100; i++)
                        assert_in_range(schedule_mail_retry(attempts, check_random(&seed)),
                                        minutes[attempts] * US_MINUTE * 8 / 10,
                                        minutes[attempts] * US_MINUTE * 12 / 10);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_first_poll_is_spread), cmocka_unit_test(test_interval_with_jitter),
                cmocka_unit_test(test_backoff_grows_to_its_cap), cmocka_unit_test(test_source_may_ask_for_patience),
                cmocka_unit_test(test_reconfigure_waits_long), cmocka_unit_test(test_mail_retry),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
