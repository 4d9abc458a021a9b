/* SPDX-License-Identifier: MIT */
#include "state/model/finding.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static void test_list_keeps_copies(void **state) {
        FindingList l = { 0 };
        FindingSink sink = finding_list_sink(&l);
        char file[] = "accounts.yaml", subject[] = "units.24412";
        Finding f = { SEVERITY_ERROR, "key-unknown", { file, 12, 5 }, subject, "unknown key", "khóa lạ", "focal" };
        finding_put(&sink, &f);
        f.severity = SEVERITY_NOTE;
        f.origin.file = NULL;
        f.subject = f.nearest = NULL;
        finding_put(&sink, &f);
        memset(file, 'x', sizeof file - 1);
        memset(subject, 'x', sizeof subject - 1);

        assert_int_equal(l.n, 2);
        assert_int_equal(l.errors, 1);
        assert_int_equal(l.lost, 0);
        assert_string_equal(l.at[0].origin.file, "accounts.yaml");
        assert_string_equal(l.at[0].subject, "units.24412");
        assert_string_equal(l.at[0].nearest, "focal");
        assert_null(l.at[1].origin.file);
        finding_put(NULL, &f);
        finding_list_free(&l);
        assert_int_equal(l.n, 0);
}

static void test_what_cannot_be_kept_is_counted(void **state) {
        FindingList l = { 0 };
        FindingSink sink = finding_list_sink(&l);
        Finding f = { SEVERITY_ERROR, "code", { NULL, 0, 0 }, NULL, "en", "vi", NULL };
        for (int i = 0; i < 10100; i++)
                finding_put(&sink, &f);
        assert_int_equal(l.n, 10000);
        assert_int_equal(l.lost, 100);
        assert_int_equal(l.errors, 10100);
        finding_list_free(&l);

        l.arena.max = 10;
        finding_put(&sink, &f);
        assert_int_equal(l.n, 0);
        assert_int_equal(l.lost, 1);
        assert_int_equal(l.errors, 1);
        finding_list_free(&l);
}

static void check_format(const Finding *f, bool vi, const char *expected) {
        _cleanup_text_ Text t = TEXT_INIT(1000);
        assert_int_equal(finding_format(f, vi, &t), 0);
        assert_str(text_str(&t), expected);
}

static void test_format(void **state) {
        Finding f = { SEVERITY_ERROR, "key-unknown", { "a.yaml", 12, 5 }, "mail.mod", "unknown key", "khóa lạ",
                "mode" };
        check_format(&f, false, "a.yaml:12:5: mail.mod: unknown key (did you mean `mode`?)");
        check_format(&f, true, "a.yaml:12:5: mail.mod: khóa lạ (có phải là `mode`?)");
        f.origin.column = 0;
        f.nearest = NULL;
        check_format(&f, false, "a.yaml:12: mail.mod: unknown key");
        f.origin.line = 0;
        f.subject = "";
        check_format(&f, false, "a.yaml: unknown key");
        f.origin.file = NULL;
        f.vi = NULL;
        check_format(&f, true, "unknown key");
        f.subject = "a\x1B[0m\n";
        check_format(&f, false, "a\\x1B[0m\\x0A: unknown key");
        _cleanup_text_ Text small = TEXT_INIT(5);
        assert_int_equal(finding_format(&f, false, &small), -E2BIG);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_list_keeps_copies),
                cmocka_unit_test(test_what_cannot_be_kept_is_counted),
                cmocka_unit_test(test_format),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
