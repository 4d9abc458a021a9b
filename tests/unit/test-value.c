/* SPDX-License-Identifier: MIT */
#include "state/model/value.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static void check(const char *written, char mark, char thousands, const char *expected) {
        _cleanup_arena_ Arena a = { 0 };
        Str out, again;
        int r = decimal_read(&a, str_of(written), mark, thousands, &out);
        if (r != 0)
                fail_msg("\"%s\": %d", written, r);
        assert_str(out, expected);
        assert_int_equal(decimal_read(&a, out, '.', 0, &again), 0);
        assert_true(str_eq(out, again));
}

static void test_decimals(void **state) {
        check("1.234,5", ',', '.', "1234.5");
        check("1,234.5", '.', ',', "1234.5");
        check("-0", '.', 0, "0");
        check("-0,00", ',', '.', "0");
        check("00.50", '.', 0, "0.5");
        check("007", '.', 0, "7");
        check("+96,5", ',', '.', "96.5");
        check("-12.50", '.', 0, "-12.5");
        check("100", ',', '.', "100");
        check("12.345.678", ',', '.', "12345678");
        check("1 234,5", ',', ' ', "1234.5");
        check("123456789012345678901234567890", '.', 0, "123456789012345678901234567890");
        check("0.123456789012345678901234567890", '.', 0, "0.12345678901234567890123456789");
}

static void test_what_is_no_decimal(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        Str out = STR("untouched");
        const char *bad[] = { "", "-", "+", "0,25đ", "12%", "1.23,5", "12.34", "1..234", ".123", "1.234.",
                              "1.234.5", "1234.567",
                              ",5", "5,", "1,2,3", " 1", "1 ", "1e5", "NaN", "0x1", "--1", "1,-2", "١" };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                if (decimal_read(&a, str_of(bad[i]), ',', '.', &out) != -EINVAL)
                        fail_msg("\"%s\" was read", bad[i]);
        char digits[5000];
        memset(digits, '1', sizeof digits);
        assert_int_equal(decimal_read(&a, (Str) { digits, sizeof digits }, '.', 0, &out), -EINVAL);
        assert_int_equal(decimal_read(&a, (Str) { digits, 200 }, '.', 0, &out), 0);
        assert_int_equal(out.len, 200);
        assert_int_equal(decimal_read(&a, STR("1.5"), '.', '.', &out), -EINVAL);
}

static void hundredfold(const char *canonical, const char *expected) {
        _cleanup_arena_ Arena a = { 0 };
        Str out;
        assert_int_equal(decimal_hundredfold(&a, str_of(canonical), &out), 0);
        assert_str(out, expected);
}

static void test_hundredfold(void **state) {
        char digits[200];
        _cleanup_arena_ Arena a = { 0 };
        Str out = STR_NULL;
        hundredfold("0.6", "60");
        hundredfold("-0.005", "-0.5");
        hundredfold("0", "0");
        hundredfold("12.3456", "1234.56");
        memset(digits, '7', sizeof digits);
        assert_int_equal(decimal_hundredfold(&a, (Str) { digits, sizeof digits - 2 }, &out), 0);
        assert_int_equal(out.len, sizeof digits);
        assert_int_equal(decimal_hundredfold(&a, (Str) { digits, sizeof digits - 1 }, &out), -EINVAL);
}

static void test_canonical_text_is_not_copied(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        Str in = STR("60.5"), out;
        assert_int_equal(decimal_read(&a, in, '.', 0, &out), 0);
        assert_ptr_equal(out.at, in.at);
        Arena none = { .max = 1 };
        assert_int_equal(decimal_read(&none, STR("1,50"), ',', 0, &out), -ENOMEM);
        arena_free(&none);
}

static void test_order(void **state) {
        const char *ordered[] = { "-100", "-12.5", "-12", "-0.5", "-0.25", "0", "0.25", "0.3", "1", "9", "9.99", "10",
                                  "123456789012345678901234567890", "123456789012345678901234567891" };
        size_t n = sizeof ordered / sizeof *ordered;
        for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k < n; k++)
                        assert_int_equal(decimal_cmp(str_of(ordered[i]), str_of(ordered[k])), (i > k) - (i < k));
}

static void test_statements(void **state) {
        Value absent = { 0 }, null = { .state = VALUE_NULL }, empty = { .state = VALUE_EMPTY };
        Value zero = { VALUE_SET, STR("0"), STR("-0") }, zero2 = { VALUE_SET, STR("0"), STR_NULL };
        Value invalid = { .state = VALUE_INVALID, .raw = STR("n/a") };
        const Value *all[] = { &absent, &null, &empty, &zero, &invalid };
        for (size_t i = 0; i < 5; i++)
                for (size_t k = 0; k < 5; k++)
                        assert_int_equal(value_eq(all[i], all[k]), i == k);
        assert_true(value_eq(&zero, &zero2));
        zero2.text = STR("1");
        assert_false(value_eq(&zero, &zero2));
        assert_true(value_opinion(&null) && value_opinion(&empty) && value_opinion(&zero));
        assert_false(value_opinion(&absent) || value_opinion(&invalid));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_decimals),
                cmocka_unit_test(test_what_is_no_decimal),
                cmocka_unit_test(test_hundredfold),
                cmocka_unit_test(test_canonical_text_is_not_copied),
                cmocka_unit_test(test_order),
                cmocka_unit_test(test_statements),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
