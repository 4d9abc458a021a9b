/* SPDX-License-Identifier: MIT */
#include "state/model/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

#include "state/model/fields.h"

static void test_typing_slips(void **state) {
        assert_string_equal(text_nearest(STR("progres"), field_keys, FIELD_COUNT), "progress");
        assert_string_equal(text_nearest(STR("porgress"), field_keys, FIELD_COUNT), "progress"); /* a swap costs one */
        assert_string_equal(text_nearest(STR("Completed-On"), field_keys, FIELD_COUNT), "completed_on");
        assert_string_equal(text_nearest(STR("title"), field_keys, FIELD_COUNT), "title");
        assert_null(text_nearest(STR("xyzzy"), field_keys, FIELD_COUNT));
        assert_null(text_nearest(STR("to"), field_keys, FIELD_COUNT));
        assert_null(text_nearest(STR(""), field_keys, FIELD_COUNT));
        assert_null(text_nearest(STR("title"), NULL, 0));
}

static void test_counts_characters_not_bytes(void **state) {
        const char *const names[] = { "đơn vị" };
        assert_string_equal(text_nearest(STR("đon vi"), names, 1), "đơn vị");
        assert_null(text_nearest(STR("don vi"), names, 1)); /* three of six */
}

static void test_ties_go_to_the_first(void **state) {
        const char *const names[] = { "abcdex", "abcdey" };
        assert_string_equal(text_nearest(STR("abcdez"), names, 2), "abcdex");
}

static void test_hostile_words(void **state) {
        char word[5000];
        memset(word, 'a', sizeof word);
        const char *const names[] = { "a\xFFz", "aaaa" };
        assert_null(text_nearest((Str) { word, sizeof word }, names, 2));
        assert_string_equal(text_nearest(STR("aaa"), names, 2), "aaaa");
        assert_null(text_nearest(STR("\xFF\xFE"), names, 2));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_typing_slips),
                cmocka_unit_test(test_counts_characters_not_bytes),
                cmocka_unit_test(test_ties_go_to_the_first),
                cmocka_unit_test(test_hostile_words),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
