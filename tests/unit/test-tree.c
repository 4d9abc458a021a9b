/* SPDX-License-Identifier: MIT */
#include "state/model/tree.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static void test_get_and_count(void **state) {
        Tree second = { .kind = TREE_SCALAR, .key = "head", .text = "vacant" };
        Tree first = { .kind = TREE_SCALAR, .key = "focal", .text = "", .next = &second };
        Tree map = { .kind = TREE_MAP, .child = &first }, empty = { .kind = TREE_MAP };
        assert_ptr_equal(tree_get(&map, "focal"), &first);
        assert_ptr_equal(tree_get(&map, "head"), &second);
        assert_null(tree_get(&map, "hea"));
        assert_null(tree_get(&empty, "head"));
        assert_null(tree_get(&first, "head"));
        assert_null(tree_get(NULL, "head"));
        assert_int_equal(tree_count(&map), 2);
        assert_int_equal(tree_count(&empty), 0);
        assert_int_equal(tree_count(&first), 0);
        assert_int_equal(tree_count(NULL), 0);
}

static void test_a_list_has_no_keys(void **state) {
        Tree member = { .kind = TREE_SCALAR, .text = "a" };
        Tree list = { .kind = TREE_LIST, .child = &member };
        assert_null(tree_get(&list, "a"));
        assert_int_equal(tree_count(&list), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_get_and_count),
                cmocka_unit_test(test_a_list_has_no_keys),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
