/* SPDX-License-Identifier: MIT */
#include "state/model/due.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static void check(const char *written, const char *canonical, DueKind kind, const char *last) {
        _cleanup_arena_ Arena a = { 0 };
        Str out;
        int r = due_read(&a, str_of(written), &out);
        if (r != 0)
                fail_msg("\"%s\": %d", written, r);
        assert_str(out, canonical);

        Due due;
        char text[DATE_TEXT];
        assert_int_equal(due_parse(out, &due), 0);
        assert_int_equal(due.kind, kind);
        assert_string_equal(date_iso(due.last, text), last);
}

static void test_dates(void **state) {
        check("30/11/2026", "2026-11-30", DUE_DATE, "2026-11-30");
        check("15/08/2026", "2026-08-15", DUE_DATE, "2026-08-15");
        check("30-6-2026", "2026-06-30", DUE_DATE, "2026-06-30");
        check("2026-06-30", "2026-06-30", DUE_DATE, "2026-06-30");
        check("Ngày 30/6/2026", "2026-06-30", DUE_DATE, "2026-06-30");
        check("2026-06-30T00:00:00", "2026-06-30", DUE_DATE, "2026-06-30");
        check("2026-06-30T23:59:59+07:00", "2026-06-30", DUE_DATE, "2026-06-30");
        check("2026-06-29T17:00:00Z", "2026-06-30", DUE_DATE, "2026-06-30"); /* midnight in Hà Nội */
}

static void test_months_and_quarters(void **state) {
        check("6/2025", "2025-06", DUE_MONTH, "2025-06-30");
        check("2/2028", "2028-02", DUE_MONTH, "2028-02-29");
        check("Tháng 12/2026", "2026-12", DUE_MONTH, "2026-12-31");
        check("Quý III/2026", "2026-Q3", DUE_QUARTER, "2026-09-30");
        check("quý I năm 2027", "2027-Q1", DUE_QUARTER, "2027-03-31");
}

static void test_words(void **state) {
        check("Thường xuyên", "recurring: Thường xuyên", DUE_RECURRING, "");
        check("Thường xuyên trong năm", "recurring: Thường xuyên trong năm", DUE_RECURRING, "");
        check("Hàng tuần / Hàng tháng", "recurring: Hàng tuần / Hàng tháng", DUE_RECURRING, "");
        check("Hằng tháng, hạn ngày 25", "recurring: Hằng tháng, hạn ngày 25", DUE_RECURRING, "");
        check("hàng  quí", "recurring: hàng quí", DUE_RECURRING, "");
        check("Định kỳ 6 tháng", "recurring: Định kỳ 6 tháng", DUE_RECURRING, "");
        check("Thươ\xCC\x80ng xuyên", "recurring: Thường xuyên", DUE_RECURRING, "");
        check("20 ngày sau khi Tỉnh uỷ ban hành", "relative: 20 ngày sau khi Tỉnh uỷ ban hành", DUE_RELATIVE, "");
        check("Trong vòng 30 ngày kể từ ngày ký", "relative: Trong vòng 30 ngày kể từ ngày ký", DUE_RELATIVE, "");
}

static void test_what_is_no_deadline(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        Str out = STR("untouched");
        const char *bad[] = { "", " ", "31/6/2026", "29/2/2026", "2026", "Năm 2026", "2026-T40", "sớm nhất", "Hàng hóa",
                              "30/6",
                              "Q5/2026", "\xFF", "2026-06-30T25:00:00" };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                if (due_read(&a, str_of(bad[i]), &out) != -EINVAL)
                        fail_msg("\"%s\" was read", bad[i]);
        assert_str(out, "untouched");

        Due due = { .kind = DUE_NONE };
        const char *not_canonical[] = { "", "30/6/2026", "2026-6", "2026-13", "2026-00", "2026-Q0", "2026-Q5",
                                        "2026-q3",
                                        "2026-+6", "recurring: ", "recurring:x", "relative: ", "1800-01",
                                        "2026-02-30" };
        for (size_t i = 0; i < sizeof not_canonical / sizeof *not_canonical; i++)
                assert_int_equal(due_parse(str_of(not_canonical[i]), &due), -EINVAL);
        assert_int_equal(due.kind, DUE_NONE);
}

static void test_as_an_official_reads_it(void **state) {
        static const char *const rows[][2] = {
                { "2026-06-30", "30/6" },     { "2027-01-05", "5/1/2027" },
                { "2026-06", "tháng 6/2026" }, { "2026-Q3", "quý III/2026" },
                { "recurring: Thường xuyên", "Thường xuyên" }, { "relative: 20 ngày sau khi ký", "20 ngày sau khi ký" },
        };
        Date today;
        assert_true(date_from_ymd(2026, 7, 21, &today));
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                _cleanup_text_ Text t = TEXT_INIT(200);
                assert_int_equal(due_vn(&t, str_of(rows[i][0]), today), 0);
                assert_str(text_str(&t), rows[i][1]);
        }
        _cleanup_text_ Text t = TEXT_INIT(200);
        assert_int_equal(due_vn(&t, STR("2026-06-30"), DATE_NONE), 0);
        assert_str(text_str(&t), "30/6/2026");
        assert_int_equal(due_vn(&t, STR("soon"), today), -EINVAL);
        assert_str(text_str(&t), "30/6/2026");
}

static void test_no_memory(void **state) {
        Arena none = { .max = 1 };
        Str out;
        assert_int_equal(due_read(&none, STR("Thường xuyên"), &out), -ENOMEM);
        assert_int_equal(due_read(&none, STR("30/6/2026"), &out), -ENOMEM);
        assert_int_equal(due_read(&none, STR("6/2026"), &out), -ENOMEM);
        arena_free(&none);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_dates),
                cmocka_unit_test(test_months_and_quarters),
                cmocka_unit_test(test_words),
                cmocka_unit_test(test_what_is_no_deadline),
                cmocka_unit_test(test_as_an_official_reads_it),
                cmocka_unit_test(test_no_memory),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
