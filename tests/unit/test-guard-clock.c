/* SPDX-License-Identifier: MIT */
#include "daemon/guard-clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW (500000 * US_HOUR)

static void test_believed(void **state) {
        assert_null(clock_doubt(&(ClockFacts) { .now = NOW, .last_tick = INSTANT_NONE, .built = INSTANT_NONE }));
        assert_null(clock_doubt(&(ClockFacts) { .now = NOW, .last_tick = NOW - US_MINUTE, .built = NOW - US_DAY }));
        /* A machine that slept for forty days is no reason to hold mail. */
        assert_null(
                clock_doubt(&(ClockFacts) { .now = NOW, .last_tick = NOW - 40 * US_DAY, .built = NOW - 50 * US_DAY }));
        /* A small step back is what NTP does. */
        assert_null(
                clock_doubt(&(ClockFacts) { .now = NOW, .last_tick = NOW + 59 * US_MINUTE, .built = INSTANT_NONE }));
}

static void test_doubted(void **state) {
        assert_non_null(
                clock_doubt(&(ClockFacts) { .now = NOW, .last_tick = NOW + 2 * US_HOUR, .built = INSTANT_NONE }));
        assert_non_null(clock_doubt(&(ClockFacts) { .now = 0, .last_tick = INSTANT_NONE, .built = NOW }));
}

static const char *doubt(ClockSync sync) {
        return clock_doubt(
                &(ClockFacts) { .now = NOW, .last_tick = INSTANT_NONE, .built = INSTANT_NONE, .sync = sync });
}

static void test_synchronised(void **state) {
        assert_null(doubt(CLOCK_NOT_JUDGED));
        assert_null(doubt(CLOCK_SYNCHRONISED));
        assert_non_null(strstr(doubt(CLOCK_UNSYNCHRONISED), "not synchronised"));
        assert_non_null(strstr(doubt(CLOCK_SYNC_UNKNOWN), "mail.clock-check"));
}

/* Whatever this machine answers, it is an answer, and soon. */
static void test_this_machine(void **state) {
        ClockSync sync = clock_sync_read();

        assert_in_range(sync, CLOCK_SYNCHRONISED, CLOCK_SYNC_UNKNOWN);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(test_believed), cmocka_unit_test(test_doubted),
                                            cmocka_unit_test(test_synchronised), cmocka_unit_test(test_this_machine) };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
