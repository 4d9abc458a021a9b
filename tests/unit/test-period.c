/* SPDX-License-Identifier: MIT */
#include "state/model/period.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static void test_forms(void **state) {
        static const char *const rows[][2] = {
                { "2026", "2026" },          { "Năm 2026", "2026" },         { " năm  2026 ", "2026" },
                { "2026-06", "2026-06" },    { "06/2026", "2026-06" },       { "6/2026", "2026-06" },
                { "Tháng 6/2026", "2026-06" }, { "tháng 6 năm 2026", "2026-06" }, { "2026-10", "2026-10" },
                { "Quý III/2026", "2026-Q3" }, { "Quí 3 năm 2026", "2026-Q3" }, { "QUÝ IV/2026", "2026-Q4" },
                { "2026-Q3", "2026-Q3" },    { "Q1/2026", "2026-Q1" },       { "Quy\xCC\x81 I/2026", "2026-Q1" },
                { "2026-H1", "2026-H1" },    { "6 tháng đầu năm 2026", "2026-H1" }, { "6 tháng cuối năm 2026",
                "2026-H2" },
                { "2026-T40", "2026-T40" },  { "Tuần 7/2026", "2026-T07" },  { "2026-T53", "2026-T53" },
                { "2026-W40", "2026-T40" },
        };
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                _cleanup_arena_ Arena a = { 0 };
                Str out;
                assert_int_equal(period_read(&a, str_of(rows[i][0]), &out), 0);
                assert_str(out, rows[i][1]);
                Str again;
                assert_int_equal(period_read(&a, out, &again), 0);
                assert_true(str_eq(out, again));
        }
}

static void test_what_is_no_period(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        Str out = STR("untouched");
        const char *bad[] = { "", "26", "13/2026", "0/2026", "Quý V/2026", "Q5/2026", "2026-T54", "2025-T53", "T6/2026",
                              "2026-H3", "tháng", "quý 2026", "1899", "2026/2027/2028", "+6/2026", "6/2026 x", "\xFF",
                              "a b c d e f g 2026", "9 tháng 2026", "20260" };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                if (period_read(&a, str_of(bad[i]), &out) != -EINVAL)
                        fail_msg("\"%s\" was read", bad[i]);
        assert_str(out, "untouched");
}

static void test_no_memory(void **state) {
        Arena none = { .max = 1 };
        Str out;
        assert_int_equal(period_read(&none, STR("2026"), &out), -ENOMEM);
        arena_free(&none);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_forms),
                cmocka_unit_test(test_what_is_no_period),
                cmocka_unit_test(test_no_memory),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
