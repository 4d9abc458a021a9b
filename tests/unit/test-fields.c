/* SPDX-License-Identifier: MIT */
#include "state/model/fields.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static void test_keys_find_their_fields(void **state) {
        for (int f = 0; f < FIELD_COUNT; f++) {
                FieldId found = FIELD_COUNT;
                assert_int_equal(field_find(str_of(field_table[f].key), &found), 0);
                assert_int_equal(found, f); /* so that no key stands twice */
                assert_string_equal(field_keys[f], field_table[f].key);
                assert_true(field_table[f].vi[0] && field_table[f].en[0]);
                assert_true(utf8_valid(str_of(field_table[f].vi)));
                assert_true(field_table[f].kinds != 0 && (field_table[f].kinds & ~KIND_BOTH) == 0);
        }
        FieldId f = FIELD_DUE;
        assert_int_equal(field_find(STR("tit"), &f), -ENOENT);
        assert_int_equal(field_find(STR("title "), &f), -ENOENT);
        assert_int_equal(field_find(STR_NULL, &f), -ENOENT);
        assert_int_equal(f, FIELD_DUE);
}

static void test_labels_are_in_normal_form(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        for (int f = 0; f < FIELD_COUNT; f++) {
                Str in = str_of(field_table[f].vi), out;
                assert_int_equal(text_normalise(&a, in, &out), 0);
                assert_true(str_eq(in, out));
        }
}

static void test_words(void **state) {
        for (int i = 0; work_states[i]; i++) {
                assert_true(word_known(work_states, str_of(work_states[i])));
                assert_non_null(work_state_vn(str_of(work_states[i])));
                assert_false(word_known(review_states, str_of(work_states[i]))); /* the axes never mix */
        }
        for (int i = 0; review_states[i]; i++)
                assert_non_null(review_state_vn(str_of(review_states[i])));
        assert_string_equal(work_state_vn(STR("done")), "Hoàn thành");
        assert_string_equal(review_state_vn(STR("returned")), "Bị trả lại");
        assert_null(work_state_vn(STR("Done")));
        assert_null(review_state_vn(STR("")));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_keys_find_their_fields),
                cmocka_unit_test(test_labels_are_in_normal_form),
                cmocka_unit_test(test_words),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
