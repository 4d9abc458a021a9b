/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "state/calendar.h"
#include "tests/unit/calendar-days.h"

static void test_days_are_the_dates(void **state) {
        static const int dates[][3] = {{2026, 1, 1}, {2026, 1, 2}, {2026, 1, 10}, {2026, 2, 16}, {2026, 2, 17},
                                       {2026, 2, 18},
                {2026, 2, 19}, {2026, 2, 20}, {2026, 4, 27}, {2026, 4, 30}, {2026, 5, 1}, {2026, 8, 22}, {2026, 8, 31},
                {2026, 9, 1}, {2026, 9, 2}, {2026, 11, 24}, {2027, 1, 1}, {2027, 4, 16}, {2027, 4, 30}, {2027, 5, 3},
                {2027, 9, 2}, {2027, 9, 3}, {2027, 11, 24}};

        assert_int_equal(calendar_2026.n_days, sizeof(dates) / sizeof(*dates));
        for (size_t i = 0; i < calendar_2026.n_days; i++)
                assert_int_equal(calendar_2026.days[i].date, day(dates[i][0], dates[i][1], dates[i][2]));
}

static void test_working(void **state) {
        assert_true(calendar_working(&calendar_2026, day(2026, 6, 19)));
        assert_false(calendar_working(&calendar_2026, day(2026, 6, 20)));
        assert_false(calendar_working(&calendar_2026, day(2026, 6, 21)));
        assert_false(calendar_working(&calendar_2026, day(2026, 2, 17)));
        assert_true(calendar_working(&calendar_2026, day(2026, 8, 22)));  /* a worked Saturday */
        assert_false(calendar_working(&calendar_2026, day(2026, 8, 31))); /* a Monday off for it */
        assert_true(calendar_working(&calendar_2026, day(2026, 11, 23)));
        assert_false(calendar_working(&calendar_2026, day(2026, 11, 24)));
        assert_string_equal(calendar_day(&calendar_2026, day(2026, 11, 24))->name, "Ngày Văn hóa Việt Nam");
        assert_null(calendar_day(&calendar_2026, day(2026, 6, 20)));
        assert_null(calendar_day(&calendar_2026, day(2030, 1, 1)));
        assert_true(calendar_filled(&calendar_2026, 2027));
        assert_false(calendar_filled(&calendar_2026, 2028));
        assert_false(calendar_filled(&calendar_2026, 2025));
}

static void test_add(void **state) {
        Date friday = day(2026, 6, 19);

        assert_int_equal(calendar_add(&calendar_2026, friday, 0), friday);
        assert_int_equal(calendar_add(&calendar_2026, friday, 1), day(2026, 6, 22));
        assert_int_equal(calendar_add(&calendar_2026, friday, -5), day(2026, 6, 12));
        assert_int_equal(calendar_add(&calendar_2026, day(2026, 6, 20), -1), friday);
        assert_int_equal(calendar_add(&calendar_2026, day(2026, 2, 13), 1), day(2026, 2, 23)); /* across Tết */
        assert_int_equal(calendar_add(&calendar_2026, day(2026, 2, 24), -3), day(2026, 2, 12));
        assert_int_equal(calendar_add(&calendar_2026, day(2026, 8, 21), 1), day(2026, 8, 22));
        assert_int_equal(calendar_add(&calendar_2026, day(2026, 8, 28), 1), day(2026, 9, 3));
}

static void test_last_first(void **state) {
        assert_int_equal(calendar_last(&calendar_2026, day(2026, 10, 24)), day(2026, 10, 23));
        assert_int_equal(calendar_first(&calendar_2026, day(2026, 10, 24)), day(2026, 10, 26));
        assert_int_equal(calendar_last(&calendar_2026, day(2026, 6, 19)), day(2026, 6, 19));
        assert_int_equal(calendar_first(&calendar_2026, day(2026, 6, 19)), day(2026, 6, 19));
        assert_int_equal(calendar_last(&calendar_2026, day(2026, 5, 3)), day(2026, 4, 29));
}

static void test_between(void **state) {
        assert_int_equal(calendar_between(&calendar_2026, day(2026, 7, 21), day(2026, 7, 24)), 3);
        assert_int_equal(calendar_between(&calendar_2026, day(2026, 7, 24), day(2026, 7, 21)), -3);
        assert_int_equal(calendar_between(&calendar_2026, day(2026, 7, 24), day(2026, 7, 24)), 0);
        assert_int_equal(calendar_between(&calendar_2026, day(2026, 7, 24), day(2026, 7, 26)), 0);
        assert_int_equal(calendar_between(&calendar_2026, day(2026, 2, 13), day(2026, 2, 23)), 1);
}

/* Whatever the day and the step, there and back is the same working day, and the count agrees with the walk. */
static void test_agree(void **state) {
        for (Date d = day(2026, 1, 1); d < day(2027, 12, 31); d += 3)
                for (int n = 1; n < 25; n += 4) {
                        Date to = calendar_add(&calendar_2026, d, n);

                        assert_true(calendar_working(&calendar_2026, to));
                        assert_int_equal(calendar_between(&calendar_2026, d, to), n);
                        assert_int_equal(calendar_add(&calendar_2026, to, -n), calendar_last(&calendar_2026, d));
                }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_days_are_the_dates), cmocka_unit_test(test_working), cmocka_unit_test(test_add),
                cmocka_unit_test(test_last_first),         cmocka_unit_test(test_between), cmocka_unit_test(test_agree),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
