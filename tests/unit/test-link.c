/* SPDX-License-Identifier: MIT */
#include "state/model/link.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static LinkTable *table_new(const Link *links, size_t n) {
        LinkTable *t = calloc(1, sizeof *t);
        assert_non_null(t);
        t->links = calloc(n + 1, sizeof *t->links);
        assert_non_null(t->links);
        if (n > 0)
                memcpy(t->links, links, n * sizeof *links);
        t->n_links = n;
        return t;
}

static const Link sample[] = {
        { KIND_INDICATOR, "CT25", { NULL, "II.5.1" } },
        { KIND_INDICATOR, "CT26", { "KPI-26", "" } },
        { KIND_TASK, "CT25", { "NV-1", NULL } },
};

static void test_codes(void **state) {
        _cleanup_(link_table_freep) LinkTable *t = table_new(sample, 3);
        assert_int_equal(link_table_index(t, NULL), 0);
        assert_str(link_canonical(t, KIND_INDICATOR, SIDE_PORTAL, STR("II.5.1")), "CT25");
        assert_str(link_canonical(t, KIND_INDICATOR, SIDE_CENTRAL, STR("II.5.1")), "II.5.1");
        assert_str(link_canonical(t, KIND_INDICATOR, SIDE_CENTRAL, STR("CT25")), "CT25");
        assert_str(link_canonical(t, KIND_INDICATOR, SIDE_CENTRAL, STR("KPI-26")), "CT26");
        assert_str(link_canonical(t, KIND_TASK, SIDE_CENTRAL, STR("NV-1")), "CT25");
        assert_str(link_canonical(t, KIND_TASK, SIDE_PORTAL, STR("NV-1")), "NV-1");
        Str own = STR("unlinked");
        assert_ptr_equal(link_canonical(t, KIND_TASK, SIDE_PORTAL, own).at, own.at);
        assert_int_equal(link_canonical(t, KIND_TASK, SIDE_PORTAL, STR("")).len, 0);
}

static void test_expected(void **state) {
        _cleanup_(link_table_freep) LinkTable *t = table_new(sample, 3);
        assert_int_equal(link_table_index(t, NULL), 0);
        assert_true(link_expected(t, KIND_INDICATOR, SIDE_CENTRAL, STR("CT26")));
        assert_false(link_expected(t, KIND_INDICATOR, SIDE_PORTAL, STR("CT26")));
        assert_true(link_expected(t, KIND_TASK, SIDE_PORTAL, STR("CT26")));
        assert_true(link_expected(t, KIND_TASK, SIDE_PORTAL, STR("unlinked")));
}

static void check_refused(const Link *links, size_t n, int code, const char *part) {
        _cleanup_(link_table_freep) LinkTable *t = table_new(links, n);
        Err e = { 0 };
        assert_int_equal(link_table_index(t, &e), code);
        if (!strstr(e.text, part))
                fail_msg("%s", e.text);
        assert_str(link_canonical(t, KIND_TASK, SIDE_PORTAL, STR("x")), "x");
        assert_true(link_expected(t, KIND_TASK, SIDE_PORTAL, STR("x")));
}

static void test_wrong_tables(void **state) {
        const Link twice[] = { { KIND_TASK, "A", { "1", "2" } }, { KIND_TASK, "A", { "3", "4" } } };
        check_refused(twice, 2, -EEXIST, "`A` is given twice");
        const Link code[] = { { KIND_TASK, "A", { "1", "2" } }, { KIND_TASK, "B", { "3", "2" } } };
        check_refused(code, 2, -EEXIST, "portal code `2`");
        const Link own[] = { { KIND_TASK, "A", { "B", "2" } }, { KIND_TASK, "B", { NULL, "3" } } };
        check_refused(own, 2, -EEXIST, "central code `B`");
        const Link nameless[] = { { KIND_TASK, "", { "1", "2" } } };
        check_refused(nameless, 1, -EINVAL, "no canonical code");
        const Link kindless[] = { { KIND_BOTH, "A", { "1", "2" } } };
        check_refused(kindless, 1, -EINVAL, "no kind");
}

static void test_no_table(void **state) {
        assert_str(link_canonical(NULL, KIND_TASK, SIDE_PORTAL, STR("x")), "x");
        assert_true(link_expected(NULL, KIND_TASK, SIDE_PORTAL, STR("x")));
        assert_null(link_table_free(NULL));
        _cleanup_(link_table_freep) LinkTable *empty = table_new(NULL, 0);
        assert_int_equal(link_table_index(empty, NULL), 0);
        assert_str(link_canonical(empty, KIND_TASK, SIDE_PORTAL, STR("x")), "x");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_codes),
                cmocka_unit_test(test_expected),
                cmocka_unit_test(test_wrong_tables),
                cmocka_unit_test(test_no_table),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
