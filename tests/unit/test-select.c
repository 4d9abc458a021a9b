/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "connectors/select.h"

static const char *const document =
        "{\"a\":{\"b\":[1,{\"x-y\":\"two\"},null]},\"it's\":3,\"tên\":\"bốn\",\"n\":null,\"l\":[]}";

static void check_found(const char *text, Selected want, const char *json) {
        _cleanup_arena_ Arena a = { 0 };
        json_object *root = json_tokener_parse(document), *found = NULL;
        Select s;
        size_t at;
        const char *why;
        assert_int_equal(select_compile(&a, text, &s, &at, &why), 0);
        assert_int_equal(select_get(&s, root, &found), want);
        if (want == SELECTED_VALUE)
                assert_string_equal(
                        json_object_to_json_string_ext(found, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
                        json);
        json_object_put(root);
}

static void test_found(void **state) {
        check_found("$", SELECTED_VALUE, document);
        check_found("$.a.b[0]", SELECTED_VALUE, "1");
        check_found("$.a.b[1]['x-y']", SELECTED_VALUE, "\"two\"");
        check_found("$['a'][\"b\"][0]", SELECTED_VALUE, "1");
        check_found("$['it\\'s']", SELECTED_VALUE, "3");
        check_found("$.tên", SELECTED_VALUE, "\"bốn\"");
        check_found("$.l[*]", SELECTED_VALUE, "[]");
}

static void test_null_is_not_missing(void **state) {
        check_found("$.n", SELECTED_NULL, NULL);
        check_found("$.n.deeper", SELECTED_NULL, NULL);
        check_found("$.a.b[2]", SELECTED_NULL, NULL);
        check_found("$.zz", SELECTED_MISSING, NULL);
        check_found("$.a.b[3]", SELECTED_MISSING, NULL);
        check_found("$.a.b.c", SELECTED_MISSING, NULL);
        check_found("$.tên.x", SELECTED_MISSING, NULL);
        check_found("$.a[0]", SELECTED_MISSING, NULL);
}

typedef struct Bad {
        const char *text;
        size_t at;
} Bad;

static void test_mistakes(void **state) {
        static const Bad bad[] = {
                { "", 0 },      { "a.b", 0 },       { "$a", 1 },     { "$.", 2 },
                { "$..a", 2 },  { "$.9", 2 },       { "$.a-b", 3 },  { "$[", 2 },
                { "$[-1]", 2 }, { "$[01]", 4 },     { "$[1", 3 },    { "$['a", 4 },
                { "$['a'", 5 }, { "$['\\n']", 3 },  { "$[*].a", 3 }, { "$[*", 3 },
                { "$.a b", 3 }, { "$[100001]", 8 }, { "$.\xff", 0 }, { "$.a.b.c.d.e.f.g.h.i.j.k.l.m", 27 },
        };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                _cleanup_arena_ Arena a = { 0 };
                Select s;
                size_t at = 999;
                const char *why = NULL;
                assert_int_equal(select_compile(&a, bad[i].text, &s, &at, &why), SELECT_E_SYNTAX);
                assert_non_null(why);
                assert_int_equal(at, bad[i].at);
        }
}

static void test_within(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        Select outer, inner, beside;
        size_t at;
        const char *why;
        assert_int_equal(select_compile(&a, "$.d.items", &outer, &at, &why), 0);
        assert_int_equal(select_compile(&a, "$.d.items.n", &inner, &at, &why), 0);
        assert_int_equal(select_compile(&a, "$.d.total", &beside, &at, &why), 0);
        assert_true(select_within(&outer, &inner));
        assert_false(select_within(&outer, &beside));
        assert_false(select_within(&inner, &outer));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_found),
                cmocka_unit_test(test_null_is_not_missing),
                cmocka_unit_test(test_mistakes),
                cmocka_unit_test(test_within),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
