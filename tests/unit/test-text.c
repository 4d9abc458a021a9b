/* SPDX-License-Identifier: MIT */
#include "state/model/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static void test_str(void **state) {
        assert_true(str_cmp(STR("a"), STR("b")) < 0);
        assert_true(str_cmp(STR("ab"), STR("a")) > 0);
        assert_int_equal(str_cmp(STR_NULL, STR("")), 0);
        assert_true(str_cmp(STR("\x7F"), STR("\xC3")) < 0);
        assert_true(str_starts(STR("abc"), STR("ab")));
        assert_true(str_starts(STR("abc"), STR_NULL));
        assert_false(str_starts(STR("a"), STR("ab")));
        assert_str(str_trim(STR(" \t\r\n a b \v\f")), "a b");
        assert_str(str_trim(STR(" \n ")), "");

        char *copy = str_dup(STR_NULL);
        assert_string_equal(copy, "");
        free(copy);
}

static void test_split(void **state) {
        Str rest = STR("a,,b,"), part;
        const char *expected[] = { "a", "", "b" };
        for (size_t i = 0; i < 3; i++) {
                assert_true(str_split(&rest, ',', &part));
                assert_str(part, expected[i]);
        }
        assert_false(str_split(&rest, ',', &part));
        rest = STR_NULL;
        assert_false(str_split(&rest, ',', &part));
}

static void test_buffer_grows_to_its_maximum(void **state) {
        _cleanup_text_ Text t = TEXT_INIT(1000);
        for (int i = 0; i < 1000; i++)
                assert_int_equal(text_addc(&t, (char) ('a' + i % 26)), 0);
        assert_int_equal(t.len, 1000);
        assert_int_equal(t.at[1000], '\0');
        assert_int_equal(text_addc(&t, 'x'), -E2BIG);
        assert_int_equal(t.len, 1000);
        assert_int_equal(text_add(&t, STR_NULL), -E2BIG); /* marked: a run of adds is checked once, at its end */
        text_clear(&t);
        assert_int_equal(text_add(&t, STR("again")), 0);
        assert_string_equal(t.at, "again");
}

static void test_buffer_without_a_maximum_takes_nothing(void **state) {
        _cleanup_text_ Text t = { 0 };
        assert_int_equal(text_add(&t, STR("")), 0);
        assert_string_equal(t.at, "");
        assert_int_equal(text_addc(&t, 'x'), -E2BIG);
}

static void test_format(void **state) {
        _cleanup_text_ Text t = TEXT_INIT(2000);
        char long_text[700];
        memset(long_text, 'y', sizeof long_text - 1);
        long_text[sizeof long_text - 1] = '\0';
        assert_int_equal(text_addf(&t, "%d-%s", 7, "x"), 0);
        assert_int_equal(text_addf(&t, "%s", long_text), 0);
        assert_int_equal(t.len, 3 + 699);
        assert_int_equal(strlen(t.at), t.len);
        assert_int_equal(text_addf(&t, "%s%s", long_text, long_text), -E2BIG);
}

static void test_take(void **state) {
        Text t = TEXT_INIT(10);
        char *taken = text_take(&t);
        assert_string_equal(taken, "");
        free(taken);
        text_add(&t, STR("abc"));
        taken = text_take(&t);
        assert_string_equal(taken, "abc");
        free(taken);
        assert_null(t.at);
        text_add(&t, STR("more than ten bytes"));
        assert_null(text_take(&t));
        assert_int_equal(t.failed, 0);
}

static void test_reserve_is_a_hint(void **state) {
        _cleanup_text_ Text t = TEXT_INIT(100);
        assert_int_equal(text_reserve(&t, 101), -E2BIG);
        assert_int_equal(text_add(&t, STR("ok")), 0);
        assert_int_equal(text_reserve(&t, 98), 0);
        const char *before = t.at;
        for (int i = 0; i < 98; i++)
                assert_int_equal(text_addc(&t, '.'), 0);
        assert_ptr_equal(t.at, before);
}

static void test_arena(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        char *first = arena_copy(&a, STR("first"));
        for (size_t size = 0; size < 5000; size += 37) {
                char *at = arena_get(&a, size);
                assert_non_null(at);
                assert_int_equal((uintptr_t) at % 8, 0);
                memset(at, 0xAA, size);
        }
        assert_string_equal(first, "first");
        char *large = arena_get(&a, 3 * 1024 * 1024);
        assert_non_null(large);
        memset(large, 1, 3 * 1024 * 1024);

        arena_clear(&a);
        assert_int_equal(a.total, 0);
        assert_ptr_equal(arena_get(&a, 8), large); /* the largest block is kept */
}

static void test_arena_limit(void **state) {
        _cleanup_arena_ Arena a = { .max = 64 };
        Str out = STR("untouched");
        assert_non_null(arena_get(&a, 40));
        assert_int_equal(arena_str(&a, STR("123456789012345678901234567890"), &out), -ENOMEM);
        assert_str(out, "untouched");
        assert_null(arena_get(&a, SIZE_MAX));
        assert_null(arena_get(&a, SIZE_MAX - 16));
        assert_non_null(arena_get(&a, 24));
        assert_null(arena_get(&a, 1));
        arena_clear(&a);
        assert_int_equal(arena_str(&a, STR("x"), &out), 0);
        assert_str(out, "x");
}

static void test_numbers(void **state) {
        int64_t i = 7;
        assert_int_equal(text_to_int64(STR("-9223372036854775808"), &i), 0);
        assert_true(i == INT64_MIN);
        assert_int_equal(text_to_int64(STR("9223372036854775807"), &i), 0);
        assert_true(i == INT64_MAX);
        assert_int_equal(text_to_int64(STR("9223372036854775808"), &i), -ERANGE);
        assert_true(i == INT64_MAX);
        const char *bad[] = { "", "-", "+", " 1", "1 ", "0x10", "1.0", "--1", "1e3", "99999999999999999999x" };
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
                assert_int_equal(text_to_int64(str_of(bad[k]), &i), -EINVAL);

        uint64_t u;
        assert_int_equal(text_to_uint64(STR("18446744073709551615"), &u), 0);
        assert_true(u == UINT64_MAX);
        assert_int_equal(text_to_uint64(STR("18446744073709551616"), &u), -ERANGE);
        assert_int_equal(text_to_uint64(STR("99999999999999999999999999"), &u), -ERANGE);
        assert_int_equal(text_to_uint64(STR("+1"), &u), -EINVAL);

        int n;
        assert_int_equal(text_to_int(STR("007"), 0, 9, &n), 0);
        assert_int_equal(n, 7);
        assert_int_equal(text_to_int(STR("10"), 0, 9, &n), -ERANGE);
        assert_int_equal(text_to_int(STR("-1"), 0, 9, &n), -ERANGE);
}

static void test_json_literal(void **state) {
        _cleanup_text_ Text t = TEXT_INIT(1000);
        text_add_json(&t, STR("a\"b\\c\b\f\n\r\t\x01\x1F/\x7Fđ\xE2\x80\xA8\xF0\x9F\x98\x80"));
        assert_string_equal(t.at, "\"a\\\"b\\\\c\\b\\f\\n\\r\\t\\u0001\\u001f/\x7Fđ\xE2\x80\xA8\xF0\x9F\x98\x80\"");
        text_clear(&t);
        text_add_json(&t, STR_NULL);
        assert_string_equal(t.at, "\"\"");
        _cleanup_text_ Text small = TEXT_INIT(3);
        assert_int_equal(text_add_json(&small, STR("ab")), -E2BIG);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_str),
                cmocka_unit_test(test_split),
                cmocka_unit_test(test_buffer_grows_to_its_maximum),
                cmocka_unit_test(test_buffer_without_a_maximum_takes_nothing),
                cmocka_unit_test(test_format),
                cmocka_unit_test(test_take),
                cmocka_unit_test(test_reserve_is_a_hint),
                cmocka_unit_test(test_arena),
                cmocka_unit_test(test_arena_limit),
                cmocka_unit_test(test_numbers),
                cmocka_unit_test(test_json_literal),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
