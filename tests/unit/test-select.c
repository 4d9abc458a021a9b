/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "connectors/language/select.h"

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
                { "", 0 },           { "a.b", 0 },          { "$a", 1 },          { "$.", 2 },
                { "$..", 3 },        { "$.9", 2 },          { "$.a-b", 3 },       { "$[", 2 },
                { "$[-]", 3 },       { "$[01]", 4 },        { "$[1", 3 },         { "$['a", 4 },
                { "$['a'", 5 },      { "$['\\n']", 3 },     { "$[-01]", 5 },      { "$[*", 3 },
                { "$.a b", 3 },      { "$[100001]", 8 },    { "$.\xff", 0 },      { "$.a.b.c.d.e.f.g.h.i.j.k.l.m", 27 },
                { "$..a..b", 5 },    { "$[1,2]", 3 },       { "$[1:2]", 3 },      { "$[?]", 3 },
                { "$[?@.a=='x]", 11 }, { "$[?@.a==x]", 8 }, { "$[?@.a<3]", 6 },   { "$[?@.a==1 && @.b==2]", 10 },
                { "$[?(@.a==1]", 10 }, { "$[?@.a=1]", 6 },  { "$[?@[0]==1]", 5 }, { "$[?@.a==nan]", 8 },
                { "$[?@.a==0x10]", 9 }, { "$[?@.a.b.c.d.e]", 12 }, { "$[?@.a==1e999]", 8 },
        };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                _cleanup_arena_ Arena a = { 0 };
                Select s;
                size_t at = 999;
                const char *why = NULL;
                assert_int_equal(select_compile(&a, bad[i].text, &s, &at, &why), SELECT_E_SYNTAX);
                assert_non_null(why);
                assert_non_null(select_reason_vi(why));
                assert_int_equal(at, bad[i].at);
        }
}

static int print_found(void *userdata, json_object *v) {
        text_addf(userdata, "%s ", v ? json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN) : "null");
        return 0;
}

static void check_each(const char *text, const char *json, const char *want) {
        _cleanup_arena_ Arena a = { 0 };
        _cleanup_text_ Text t = TEXT_INIT(4000);
        json_object *root = json_tokener_parse(json), *first = NULL;
        Select s;
        size_t at;
        const char *why = NULL;
        if (select_compile(&a, text, &s, &at, &why) != 0)
                fail_msg("%s: %s", text, why);
        assert_int_equal(select_each(&s, 0, root, print_found, &t), 0);
        if (strcmp(t.at ? t.at : "", want) != 0)
                fail_msg("%s: seen `%s`, wanted `%s`", text, t.at ? t.at : "", want);
        if (!s.list) {
                size_t n = 0;
                for (const char *c = want; *c; c++)
                        n += *c == ' ';
                Selected found = select_get(&s, root, &first);
                assert_int_equal(found == SELECTED_SEVERAL, n > 1);
                assert_int_equal(found == SELECTED_MISSING, n == 0);
        }
        json_object_put(root);
}

static void test_several(void **state) {
        const char *rows =
                "{\"rows\":[{\"t\":\"x\",\"v\":1},{\"t\":\"y\",\"v\":2.50},{\"v\":null},{\"t\":null,\"v\":true}],"
                "\"o\":{\"v\":{\"v\":7}}}";
        check_each("$.rows[*].v", rows, "1 2.50 null true ");
        check_each("$.rows[-1].v", rows, "true ");
        check_each("$.rows[-4].t", rows, "\"x\" ");
        check_each("$.rows[-5].t", rows, "");
        check_each("$.rows[?@.t=='y'].v", rows, "2.50 ");
        check_each("$.rows[?(@.t == \"x\")].v", rows, "1 ");
        check_each("$.rows[?@['t']!='y'].v", rows, "1 null true ");
        check_each("$.rows[?@.t].v", rows, "1 2.50 true ");
        check_each("$.rows[?@.t==null].v", rows, "true ");
        check_each("$.rows[?@.v==2.5].t", rows, "\"y\" ");
        check_each("$.rows[?@.v==true].v", rows, "true ");
        check_each("$.rows[?@.v==1].v", rows, "1 ");
        check_each("$..v", rows, "1 2.50 null true {\"v\":7} 7 ");
        check_each("$.o..v", rows, "{\"v\":7} 7 ");
        check_each("$..[0].t", rows, "\"x\" ");
        check_each("$.o.*", rows, "{\"v\":7} ");
        check_each("$.*.v", rows, "{\"v\":7} ");
        check_each("$.o.v[*]", rows, "7 ");
        check_each("$[ 'rows' ][ 0 ].v", rows, "1 ");
        check_each("$.l[?@=='b']", "{\"l\":[\"a\",\"b\"]}", "\"b\" ");
        check_each("$.rows[*]", "{\"rows\":\"text\"}", "");
        check_each("$..*", "{\"a\":[1]}", "[1] 1 ");
}

static void test_explained(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        _cleanup_text_ Text t = TEXT_INIT(400);
        json_object *root = json_tokener_parse(document);
        Select s;
        size_t at;
        const char *why;
        assert_int_equal(select_compile(&a, "$.a.b[1].y.z", &s, &at, &why), 0);
        select_explain(&s, 0, root, &t);
        assert_string_equal(t.at, "$.a.b[1] is an object of x-y");
        text_clear(&t);
        assert_int_equal(select_compile(&a, "$.zz", &s, &at, &why), 0);
        select_explain(&s, 0, root, &t);
        assert_string_equal(t.at, "$ is an object of a, it's, tên, n, l");
        json_object_put(root);
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
                cmocka_unit_test(test_several),
                cmocka_unit_test(test_explained),
                cmocka_unit_test(test_within),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
