/* SPDX-License-Identifier: MIT */
#include "state/model/strmap.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static void test_many_keys(void **state) {
        enum { KEYS = 5000 };
        static char keys[KEYS][16];
        StrMap m = { 0 };
        uint32_t number = 7;
        assert_false(strmap_get(&m, STR("x"), &number));
        assert_int_equal(strmap_put(&m, STR("x"), 1, NULL), -ENOSPC);
        assert_int_equal(strmap_reserve(&m, KEYS), 0);
        for (uint32_t i = 0; i < KEYS; i++) {
                snprintf(keys[i], sizeof keys[i], "24412.%u", i);
                assert_int_equal(strmap_put(&m, str_of(keys[i]), i, NULL), 0);
        }
        for (uint32_t i = 0; i < KEYS; i++) {
                assert_true(strmap_get(&m, str_of(keys[i]), &number));
                assert_int_equal(number, i);
        }
        assert_false(strmap_get(&m, STR("24412.5000"), &number));
        assert_false(strmap_get(&m, STR_NULL, &number));
        strmap_free(&m);
        assert_false(strmap_get(&m, STR("24412.1"), &number));
}

static void test_first_writer_stays(void **state) {
        StrMap m = { 0 };
        uint32_t number = 0;
        assert_int_equal(strmap_reserve(&m, 2), 0);
        assert_int_equal(strmap_put(&m, STR(""), 3, NULL), 0);
        assert_int_equal(strmap_put(&m, STR(""), 4, &number), -EEXIST);
        assert_int_equal(number, 3);
        strmap_set(&m, STR(""), 9);
        strmap_set(&m, STR("unknown"), 9);
        assert_true(strmap_get(&m, STR_NULL, &number));
        assert_int_equal(number, 9);
        assert_false(strmap_get(&m, STR("unknown"), &number));
        strmap_free(&m);
}

static void test_full(void **state) {
        StrMap m = { 0 };
        char keys[40][16];
        assert_int_equal(strmap_reserve(&m, 4), 0);
        int put = 0;
        for (int i = 0; i < 40; i++) {
                snprintf(keys[i], sizeof keys[i], "%d", i);
                put += strmap_put(&m, str_of(keys[i]), 0, NULL) == 0;
        }
        assert_int_equal(put, 4);
        strmap_free(&m);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_many_keys),
                cmocka_unit_test(test_first_writer_stays),
                cmocka_unit_test(test_full),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
