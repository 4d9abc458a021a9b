/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "state/merge.h"
#include "state/store-plan.h"

static void test_every_word_stands_in_both_languages(void **state) {
        for (int w = W_NONE + 1; w < WORD_COUNT; w++) {
                assert_true(words_get(w, false)[0] != '\0');
                assert_true(words_get(w, true)[0] != '\0');
                assert_true(utf8_valid(str_of(words_get(w, true))));
        }
}

/* A group that slips by one row would name everything after it wrongly. */
static void test_groups_stand_in_the_order_of_their_enums(void **state) {
        assert_int_equal(W_MESSAGE_FIRST + MESSAGE_SENT, W_MESSAGE_SENT);
        assert_int_equal(W_MESSAGE_FIRST + MESSAGE_UNKNOWN, W_MESSAGE_UNKNOWN);
        assert_int_equal(W_MESSAGE_FIRST + MESSAGE_PREVIEW, W_MESSAGE_PREVIEW);
        assert_int_equal(W_OBLIGATION_FIRST + OBLIGATION_UNKNOWN, W_OBLIGATION_UNKNOWN);
        assert_int_equal(W_VERDICT_FIRST + VERDICT_LATE, W_VERDICT_LATE);
        assert_int_equal(W_VERDICT_FIRST + VERDICT_UNKNOWN, W_VERDICT_UNKNOWN);
        assert_int_equal(W_COMPLETENESS_FIRST + 2, W_COMPLETENESS_FAILED);
        assert_int_equal(W_MERGED_FIRST + MERGED_CONFLICT, W_MERGED_CONFLICT);
        assert_int_equal(W_MERGED_FIRST + MERGED_SETTLED, W_MERGED_SETTLED);
        assert_int_equal(W_OF_FIRST + OF_SETTLED, W_OF_SETTLED);
        assert_int_equal(W_POLICY_FIRST + MERGE_PER_SIDE, W_POLICY_PER_SIDE);
        assert_int_equal(W_HELD_FIRST + HELD_LATE, W_HELD_LATE);
        assert_int_equal(W_HELD_FIRST + HELD_FROM_T1, W_HELD_FROM_T1);
        assert_int_equal(W_HELD_FIRST + HELD_FROM_PLUS1, W_HELD_FROM_PLUS1);
        assert_int_equal(W_HELD_FIRST + HELD_VACANT, W_HELD_VACANT);
        assert_int_equal(W_HELD_FIRST + HELD_NO_STAGE, W_HELD_NO_STAGE);
}

static void locale_set(const char *all, const char *messages, const char *lang) {
        assert_int_equal(setenv("LC_ALL", all, 1) + setenv("LC_MESSAGES", messages, 1) + setenv("LANG", lang, 1), 0);
}

static void test_the_language_comes_from_the_first_that_is_set(void **state) {
        locale_set("", "", "vi_VN.UTF-8");
        assert_true(words_vi(NULL));
        assert_false(words_vi("en"));
        locale_set("", "en_US.UTF-8", "vi_VN.UTF-8");
        assert_false(words_vi(NULL));
        assert_true(words_vi("vi"));
        locale_set("vi", "en_US.UTF-8", "C");
        assert_true(words_vi(NULL));
        locale_set("C.UTF-8", "", "vi_VN");
        assert_false(words_vi(NULL));
        locale_set("vietnamese", "", "");
        assert_false(words_vi(NULL));
}

static void check_value(FieldId field, Value v, bool vi, const char *expected) {
        _cleanup_text_ Text t = TEXT_INIT(1000);

        words_value(field, &v, vi, &t);
        assert_string_equal(t.at ? t.at : "", expected);
}

static Value set(const char *text) {
        return (Value) { .state = VALUE_SET, .text = str_of(text) };
}

static void test_values_as_people_read_them(void **state) {
        check_value(FIELD_WORK, set("in_progress"), false, "in_progress");
        check_value(FIELD_WORK, set("in_progress"), true, work_state_vn(STR("in_progress")));
        check_value(FIELD_DUE, set("recurring: Thường xuyên"), false, "Thường xuyên");
        check_value(FIELD_DUE, set("recurring: Thường xuyên"), true, "Thường xuyên");
        check_value(FIELD_DUE, set("2026-06-30"), false, "2026-06-30");
        check_value(FIELD_DUE, set("2026-06-30"), true, "30/6/2026");
        check_value(FIELD_DUE, set("2026-Q3"), true, "quý III/2026");
        check_value(FIELD_RETURNED_ON, set("2026-06-09"), true, "9/6/2026");
        check_value(FIELD_UPDATED_AT, set("2026-06-19T00:30:00Z"), false, "2026-06-19 07:30");
        check_value(FIELD_UPDATED_AT, set("2026-06-19T00:30:00Z"), true, "07:30 19/6/2026");
        check_value(FIELD_NOT_APPLICABLE, set("true"), true, "có");
        check_value(FIELD_PROGRESS, (Value) { .state = VALUE_ABSENT }, true, "-");
        check_value(FIELD_PROGRESS, (Value) { .state = VALUE_NULL }, true, "(null)");
        check_value(FIELD_RESULT, (Value) { .state = VALUE_EMPTY }, true, "(trống)");
        check_value(FIELD_PROGRESS, (Value) { .state = VALUE_INVALID, .raw = STR("n/a") }, false, "(unreadable) n/a");
}

static void test_times(void **state) {
        char when[WHEN_TEXT], date[DATE_TEXT];

        assert_string_equal(words_when(when_at(20623, 7, 30), false, when), "2026-06-19 07:30");
        assert_string_equal(words_when(INSTANT_NONE, true, when), "-");
        assert_string_equal(words_date(20623, true, date), "19/6/2026");
        assert_string_equal(words_date(DATE_NONE, false, date), "-");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_word_stands_in_both_languages),
                cmocka_unit_test(test_groups_stand_in_the_order_of_their_enums),
                cmocka_unit_test(test_the_language_comes_from_the_first_that_is_set),
                cmocka_unit_test(test_values_as_people_read_them),
                cmocka_unit_test(test_times),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
