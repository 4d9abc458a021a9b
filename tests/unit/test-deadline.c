/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "state/deadline.h"
#include "tests/unit/calendar-days.h"

#define RULE(name) .id = (name), .first = DATE_NONE, .last = DATE_NONE, .once = DATE_NONE, .window_from = DATE_NONE

static const DeadlineRule monthly_25 = {RULE("monthly-25"), .day_of_month = 25};
static const DeadlineRule monthly_20 = {RULE("monthly-20"), .day_of_month = 20};
static const DeadlineRule month_end = {RULE("month-end"), .day_of_month = 31};

/* "before": the last day in time, and the last working day on or before it. */
static const struct { int before[3], strict[3], safe[3]; } table[] = {
        {{2026, 1, 25}, {2026, 1, 24}, {2026, 1, 23}},   {{2026, 5, 25}, {2026, 5, 24}, {2026, 5, 22}},
        {{2026, 7, 25}, {2026, 7, 24}, {2026, 7, 24}},   {{2026, 8, 25}, {2026, 8, 24}, {2026, 8, 24}},
        {{2026, 9, 25}, {2026, 9, 24}, {2026, 9, 24}},   {{2026, 10, 25}, {2026, 10, 24}, {2026, 10, 23}},
        {{2026, 11, 25}, {2026, 11, 24}, {2026, 11, 23}}, {{2026, 12, 25}, {2026, 12, 24}, {2026, 12, 24}},
        {{2027, 1, 25}, {2027, 1, 24}, {2027, 1, 22}},   {{2027, 2, 25}, {2027, 2, 24}, {2027, 2, 24}},
        {{2027, 3, 25}, {2027, 3, 24}, {2027, 3, 24}},   {{2027, 4, 25}, {2027, 4, 24}, {2027, 4, 23}},
        {{2027, 5, 25}, {2027, 5, 24}, {2027, 5, 24}},   {{2027, 6, 25}, {2027, 6, 24}, {2027, 6, 24}},
        {{2027, 7, 25}, {2027, 7, 24}, {2027, 7, 23}},   {{2027, 8, 25}, {2027, 8, 24}, {2027, 8, 24}},
        {{2027, 9, 25}, {2027, 9, 24}, {2027, 9, 24}},   {{2027, 10, 25}, {2027, 10, 24}, {2027, 10, 22}},
        {{2027, 11, 25}, {2027, 11, 24}, {2027, 11, 23}}, {{2027, 12, 25}, {2027, 12, 24}, {2027, 12, 24}},
};

static Date ymd(const int at[3]) {
        return day(at[0], at[1], at[2]);
}

static void test_table(void **state) {
        for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
                Occurrence o;

                deadline_occurrence(&monthly_25, &calendar_2026, ymd(table[i].before), &o);
                assert_int_equal(o.strict, ymd(table[i].strict));
                assert_int_equal(o.safe, ymd(table[i].safe));
                assert_int_equal(o.strict_end, when_at(o.before, 0, 0));
        }
}

static void test_occurrence(void **state) {
        const DeadlineRule once = {RULE("criteria"), .once = 20631};
        Occurrence o;

        deadline_occurrence(&monthly_20, &calendar_2026, day(2026, 6, 20), &o);
        assert_string_equal(o.id, "monthly-20@2026-06-20");
        assert_int_equal(o.strict, day(2026, 6, 19));
        assert_int_equal(o.window_from, when_at(day(2026, 5, 20), 0, 0));
        /* T of 20/7 is Friday 17/7, five working days before it 10/7 */
        assert_int_equal(o.next_first, day(2026, 7, 10));
        deadline_occurrence(&once, &calendar_2026, day(2026, 6, 27), &o);
        assert_string_equal(o.id, "criteria@2026-06-27");
        assert_int_equal(o.safe, day(2026, 6, 26));
        assert_int_equal(o.window_from, when_at(day(2026, 5, 27), 0, 0));
        assert_int_equal(o.next_first, DATE_NONE);
}

static void test_units_finish(void **state) {
        const DeadlineRule early = {RULE("early"), .day_of_month = 25, .units_finish = 3};
        Occurrence o;

        deadline_occurrence(&early, &calendar_2026, day(2026, 10, 25), &o);
        assert_int_equal(o.safe, day(2026, 10, 20)); /* three working days before Friday 23/10 */
        assert_int_equal(o.strict, o.safe);
        assert_int_equal(o.strict_end, when_at(day(2026, 10, 21), 0, 0));
        deadline_occurrence(&early, &calendar_2026, day(2026, 11, 25), &o);
        assert_int_equal(o.window_from, when_at(day(2026, 10, 21), 0, 0));
}

static void test_first_and_last(void **state) {
        DeadlineRule r = {RULE("r"), .day_of_month = 20};
        Occurrence o;

        r.first = day(2026, 6, 20);
        r.last = day(2026, 7, 20);
        deadline_occurrence(&r, &calendar_2026, day(2026, 6, 20), &o);
        assert_int_equal(o.window_from, when_at(day(2026, 5, 20), 0, 0));
        r.window_from = day(2026, 1, 1);
        deadline_occurrence(&r, &calendar_2026, day(2026, 6, 20), &o);
        assert_int_equal(o.window_from, when_at(day(2026, 1, 1), 0, 0));
        deadline_occurrence(&r, &calendar_2026, day(2026, 7, 20), &o);
        assert_int_equal(o.window_from, when_at(day(2026, 6, 20), 0, 0));
        assert_int_equal(o.next_first, DATE_NONE);
        assert_int_equal(deadline_shift(&r, day(2026, 7, 20), 1), DATE_NONE);
        assert_int_equal(deadline_shift(&r, day(2026, 7, 20), -1), day(2026, 6, 20));
        assert_int_equal(deadline_shift(&r, day(2026, 7, 20), -2), DATE_NONE);
}

static void test_short_months(void **state) {
        Occurrence o;

        assert_int_equal(deadline_shift(&month_end, day(2026, 1, 31), 1), day(2026, 2, 28));
        assert_int_equal(deadline_shift(&month_end, day(2026, 2, 28), 1), day(2026, 3, 31));
        assert_int_equal(deadline_shift(&month_end, day(2026, 1, 31), -1), day(2025, 12, 31));
        assert_int_equal(deadline_shift(&month_end, day(2026, 12, 31), 14), day(2028, 2, 29));
        deadline_occurrence(&month_end, &calendar_2026, day(2026, 2, 28), &o);
        assert_int_equal(o.window_from, when_at(day(2026, 1, 31), 0, 0));
}

static void open_is(const DeadlineRule *rules, size_t n, Date today, const char *expected) {
        _cleanup_free_ Occurrence *open = NULL;
        _cleanup_text_ Text ids = TEXT_INIT(1024);
        size_t n_open = 0;

        assert_int_equal(deadline_open(rules, n, &calendar_2026, today, &open, &n_open, NULL), 0);
        for (size_t i = 0; i < n_open; i++)
                (void) text_addf(&ids, "%s%s", i ? " " : "", open[i].id);
        assert_string_equal(ids.at ? ids.at : "", expected);
}

static void test_open(void **state) {
        const DeadlineRule rules[] = {monthly_25, monthly_20, {RULE("criteria"), .once = 20631}};

        open_is(rules, 3, day(2026, 6, 19), "monthly-20@2026-06-20 monthly-25@2026-06-25 criteria@2026-06-27");
        open_is(rules, 3, day(2026, 6, 18), "monthly-20@2026-06-20 monthly-25@2026-06-25");
        open_is(rules, 1, day(2026, 7, 16), "monthly-25@2026-06-25");
        open_is(rules, 1, day(2026, 7, 17), "monthly-25@2026-07-25"); /* T-5 of the next one closes it */
        open_is(&rules[2], 1, day(2026, 6, 18), "");
        open_is(&rules[2], 1, day(2026, 7, 24), "criteria@2026-06-27");
        open_is(&rules[2], 1, day(2026, 7, 27), "criteria@2026-06-27"); /* +1 is Monday 29/6, +4w Monday 27/7 */
        open_is(&rules[2], 1, day(2026, 7, 28), "");
        open_is(rules, 0, day(2026, 6, 19), "");
}

/* Exactly one occurrence of a monthly rule without end is open on any day, and they follow each other. */
static void test_open_always_one(void **state) {
        Date before = day(2025, 12, 1);

        for (Date d = day(2026, 1, 10); d < day(2027, 12, 1); d++) {
                _cleanup_free_ Occurrence *open = NULL;
                size_t n = 0;

                assert_int_equal(deadline_open(&monthly_20, 1, &calendar_2026, d, &open, &n, NULL), 0);
                assert_int_equal(n, 1);
                assert_true(open->before == before || open->before == deadline_shift(&monthly_20, before, 1) ||
                            d == day(2026, 1, 10));
                assert_true(d < open->next_first);
                before = open->before;
        }
}

static void test_next(void **state) {
        const DeadlineRule rules[] = {monthly_25, monthly_20, {RULE("criteria"), .once = 20631}};
        DeadlineRule over = monthly_20;
        Occurrence o;

        assert_true(deadline_next(rules, 3, &calendar_2026, day(2026, 6, 19), &o));
        assert_string_equal(o.id, "monthly-20@2026-06-20");
        assert_true(deadline_next(rules, 3, &calendar_2026, day(2026, 6, 20), &o));
        assert_string_equal(o.id, "monthly-25@2026-06-25");
        assert_true(deadline_next(&rules[2], 1, &calendar_2026, day(2026, 6, 1), &o));
        assert_false(deadline_next(&rules[2], 1, &calendar_2026, day(2026, 6, 27), &o));
        over.last = day(2026, 5, 20);
        assert_false(deadline_next(&over, 1, &calendar_2026, day(2026, 6, 1), &o));
        assert_false(deadline_next(rules, 0, &calendar_2026, day(2026, 6, 1), &o));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_table),          cmocka_unit_test(test_occurrence),
                cmocka_unit_test(test_units_finish),   cmocka_unit_test(test_first_and_last),
                cmocka_unit_test(test_short_months),   cmocka_unit_test(test_open),
                cmocka_unit_test(test_open_always_one), cmocka_unit_test(test_next),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
