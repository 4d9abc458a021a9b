/* SPDX-License-Identifier: MIT */
#include "state/model/when.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

#include <time.h>

static Date day(int year, int month, int number) {
        Date d = DATE_NONE;
        assert_true(date_from_ymd(year, month, number, &d));
        return d;
}

static void test_every_day_of_three_centuries(void **state) {
        Date expected = day(1900, 1, 1);
        Weekday weekday = MONDAY; /* 1900-01-01 */
        for (int year = 1900; year <= 2199; year++)
                for (int month = 1; month <= 12; month++)
                        for (int number = 1; number <= date_month_days(year, month); number++) {
                                int y, m, d;
                                assert_int_equal(day(year, month, number), expected);
                                date_to_ymd(expected, &y, &m, &d);
                                assert_true(y == year && m == month && d == number);
                                assert_int_equal(date_weekday(expected), weekday);
                                expected++;
                                weekday = weekday == SUNDAY ? MONDAY : weekday + 1;
                        }
        assert_int_equal(day(1970, 1, 1), 0);
}

static void test_days_that_are_none(void **state) {
        Date d = 77;
        assert_false(date_from_ymd(2026, 2, 29, &d));
        assert_false(date_from_ymd(2100, 2, 29, &d));
        assert_true(date_from_ymd(2000, 2, 29, &d));
        d = 77;
        assert_false(date_from_ymd(2026, 4, 31, &d));
        assert_false(date_from_ymd(2026, 0, 1, &d));
        assert_false(date_from_ymd(2026, 13, 1, &d));
        assert_false(date_from_ymd(2026, 1, 0, &d));
        assert_false(date_from_ymd(1899, 12, 31, &d));
        assert_false(date_from_ymd(2200, 1, 1, &d));
        assert_int_equal(d, 77);
}

static void test_extreme_dates_do_not_overflow(void **state) {
        int year, month, number;
        char buf[DATE_TEXT], when[WHEN_TEXT];
        date_to_ymd(INT32_MAX, &year, &month, &number);
        assert_true(month >= 1 && month <= 12 && number >= 1 && number <= 31);
        date_to_ymd(INT32_MIN + 1, &year, &month, &number);
        assert_true(month >= 1 && month <= 12 && number >= 1 && number <= 31);
        assert_true(strlen(date_vn(INT32_MIN + 1, buf)) < DATE_TEXT);
        assert_true(strlen(date_iso(INT32_MIN + 1, buf)) < DATE_TEXT);
        assert_true(strlen(when_iso(INT64_MAX, when)) < WHEN_TEXT);
        assert_true(strlen(when_rfc5322(INT64_MIN + 1, when)) < WHEN_TEXT);
        assert_true(date_weekday(INT32_MIN + 1) >= MONDAY && date_weekday(INT32_MIN + 1) <= SUNDAY);
}

static void test_iso_dates(void **state) {
        Date d = 5;
        assert_int_equal(date_parse_iso(STR("2028-02-29"), &d), 0);
        assert_int_equal(d, day(2028, 2, 29));
        const char *bad[] = { "", "2026-2-29", "2026-02-29", "2026-06-20 ", " 2026-06-20", "20260620", "2026/06/20",
                              "2026-06-2", "+026-06-20", "2026-06-20T", "2026-13-01" };
        d = 5;
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_int_equal(date_parse_iso(str_of(bad[i]), &d), -EINVAL);
        assert_int_equal(d, 5);
}

static void test_vietnamese_dates(void **state) {
        Date d;
        const char *good[] = { "20/6/2026", "20/06/2026", "20-6-2026", "20.6.2026", "20.06.2026" };
        for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
                assert_int_equal(date_parse_vn(str_of(good[i]), &d), 0);
                assert_int_equal(d, day(2026, 6, 20));
        }
        const char *bad[] = { "20/6-2026", "20/6/26", "31/6/2026", "6/20/2026", "20 6 2026", "20/6/2026x", "/6/2026",
                              "020/6/2026", "20/6/", "20", "" };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_int_equal(date_parse_vn(str_of(bad[i]), &d), -EINVAL);
}

static void test_the_civil_day_is_in_hanoi(void **state) {
        Instant t;
        assert_int_equal(when_parse_iso(STR("2026-06-19T16:59:59Z"), &t), 0);
        assert_int_equal(when_date(t), day(2026, 6, 19));
        assert_int_equal(when_date(t + US_SECOND), day(2026, 6, 20));
        assert_int_equal(when_date(INSTANT_NONE), DATE_NONE);
        assert_true(when_at(day(2026, 6, 19), 24, 0) == t + US_SECOND);
        assert_true(when_at(day(2026, 12, 31), 24, 0) == when_at(day(2027, 1, 1), 0, 0));
        assert_true(when_at(DATE_NONE, 7, 30) == INSTANT_NONE);

        Civil c;
        when_civil(t, &c);
        assert_true(c.year == 2026 && c.month == 6 && c.day == 19 && c.hour == 23 && c.minute == 59 && c.second == 59);
        when_civil(-1, &c);
        assert_true(c.year == 1970 && c.month == 1 && c.day == 1 && c.hour == 6 && c.second == 59);
}

static void test_rfc3339(void **state) {
        Instant t, base = when_at(day(2026, 6, 19), 7, 30);
        const char *same[] = { "2026-06-19T07:30:00+07:00", "2026-06-19T00:30:00Z", "2026-06-19t00:30z",
                               "2026-06-19 07:30+07:00", "2026-06-18T18:30:00-06:00",
                               "2026-06-19T00:30:00.000000000Z" };
        for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
                assert_int_equal(when_parse_iso(str_of(same[i]), &t), 0);
                assert_true(t == base);
        }
        assert_int_equal(when_parse_iso(STR("2026-06-19T00:30:00.1234567Z"), &t), 0);
        assert_true(t == base + 123456);
        assert_int_equal(when_parse_iso(STR("2026-06-19T00:29:60Z"), &t), 0); /* a leap second */
        assert_true(t == base);

        const char *bad[] = { "2026-06-19", "2026-06-19T07:30:00", "2026-06-19T24:00:00Z", "2026-06-19T07:60Z",
                              "2026-06-19T07:30:61Z", "2026-06-19T07:30:00.Z", "2026-06-19T07:30:00+0700",
                              "2026-06-19T07:30:00+24:00", "2026-06-19T07:30:00Zx", "2026-06-19T7:30Z", "" };
        t = 1;
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_int_equal(when_parse_iso(str_of(bad[i]), &t), -EINVAL);
        assert_true(t == 1);
}

static void test_texts(void **state) {
        char d[DATE_TEXT], w[WHEN_TEXT];
        Date june = day(2026, 6, 9);
        assert_string_equal(date_iso(june, d), "2026-06-09");
        assert_string_equal(date_vn(june, d), "9/6/2026");
        assert_string_equal(date_vn_short(june, d), "9/6");
        assert_string_equal(date_iso(DATE_NONE, d), "");
        assert_string_equal(date_vn(DATE_NONE, d), "");
        assert_string_equal(date_vn_short(DATE_NONE, d), "");
        Instant t = when_at(day(2026, 6, 19), 7, 30) + 999999;
        assert_string_equal(when_iso(t, w), "2026-06-19T07:30:00+07:00");
        assert_string_equal(when_utc(t, w), "2026-06-19T00:30:00Z");
        assert_string_equal(when_rfc5322(t, w), "Fri, 19 Jun 2026 07:30:00 +0700");
        assert_string_equal(when_rfc5322(when_at(day(2026, 12, 31), 24, 0), w), "Fri, 1 Jan 2027 00:00:00 +0700");
        assert_string_equal(when_iso(INSTANT_NONE, w), "");
        assert_string_equal(weekday_vn(date_weekday(day(2026, 7, 24))), "thứ Sáu");
        assert_string_equal(weekday_vn(SUNDAY), "Chủ nhật");
        assert_string_equal(weekday_en(WEDNESDAY), "Wednesday");
}

/* libc's own calendar, for a spread of instants. */
static void test_agrees_with_libc(void **state) {
        uint64_t seed = 57;
        for (int i = 0; i < 20000; i++) {
                int64_t seconds = (int64_t) (check_random(&seed) % 9000000000u) - 2000000000;
                time_t shifted = (time_t) (seconds + 7 * 3600);
                struct tm tm;
                assert_non_null(gmtime_r(&shifted, &tm));
                Civil c;
                when_civil(seconds * US_SECOND, &c);
                assert_true(c.year == tm.tm_year + 1900 && c.month == tm.tm_mon + 1 && c.day == tm.tm_mday);
                assert_true(c.hour == tm.tm_hour && c.minute == tm.tm_min && c.second == tm.tm_sec);
                assert_int_equal(date_weekday(when_date(seconds * US_SECOND)) % 7, tm.tm_wday);

                char text[WHEN_TEXT];
                Instant back;
                if (c.year < 2200 && when_parse_iso(str_of(when_utc(seconds * US_SECOND, text)), &back) == 0)
                        assert_true(back == seconds * US_SECOND);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_day_of_three_centuries),
                cmocka_unit_test(test_days_that_are_none),
                cmocka_unit_test(test_extreme_dates_do_not_overflow),
                cmocka_unit_test(test_iso_dates),
                cmocka_unit_test(test_vietnamese_dates),
                cmocka_unit_test(test_the_civil_day_is_in_hanoi),
                cmocka_unit_test(test_rfc3339),
                cmocka_unit_test(test_texts),
                cmocka_unit_test(test_agrees_with_libc),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
