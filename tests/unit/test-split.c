/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "connectors/decode/split.h"

static const char *const good =
        "{\"code\":0,\"data\":{\"total\":3,\"items\":[{\"a\":\"x]}\\\"\"}, [1,2] ,\"s\"],\"after\":{\"k\":[1]}}}";

static int cut(SplitPage *p, const char *path, Str page) {
        _cleanup_arena_ Arena a = { 0 };
        Select list;
        size_t at;
        const char *why;
        assert_int_equal(select_compile(&a, path, &list, &at, &why), 0);
        return split_page(p, &list, page);
}

static void test_spans_and_skeleton(void **state) {
        SplitPage p = { 0 };
        assert_int_equal(cut(&p, "$.data.items", str_of(good)), 0);
        assert_int_equal(p.n_spans, 3);
        assert_true(str_eq(p.spans[0].bytes, STR("{\"a\":\"x]}\\\"\"}")));
        assert_true(str_eq(p.spans[1].bytes, STR("[1,2]")));
        assert_true(str_eq(p.spans[2].bytes, STR("\"s\"")));
        assert_true(str_eq(p.head, STR("{\"code\":0,\"data\":{\"total\":3,\"items\":[")));
        assert_true(str_eq(p.tail, STR("],\"after\":{\"k\":[1]}}}")));
        assert_int_equal(cut(&p, "$", STR("\xef\xbb\xbf [ ] ")), 0);
        assert_int_equal(p.n_spans, 0);
        assert_int_equal(cut(&p, "$[1].l", STR("[{\"l\":[1]},{\"l\":[2,3]}]")), 0);
        assert_int_equal(p.n_spans, 2);
        split_free(&p);
}

static void check_lists(const char *path, const char *page, int want, size_t spans, const char *skeleton) {
        SplitPage p = { 0 };
        _cleanup_text_ Text t = TEXT_INIT(4000);
        int r = cut(&p, path, str_of(page));
        if (r != want || (r == 0 && p.n_spans != spans))
                fail_msg("%s: result %d, %zu records", path, r, p.n_spans);
        split_skeleton(&p, &t);
        if (r == 0)
                assert_string_equal(t.at, skeleton);
        split_free(&p);
}

static void test_several_lists(void **state) {
        const char *groups =
                "{\"g\":[{\"n\":\"a\",\"l\":[1,2]},{\"n\":\"b\",\"l\":[]},{\"n\":\"c\",\"l\":[3]}],\"total\":3}";
        const char *bare = "{\"g\":[{\"n\":\"a\",\"l\":[]},{\"n\":\"b\",\"l\":[]},{\"n\":\"c\",\"l\":[]}],\"total\":3}";
        check_lists("$.g[*].l", groups, 0, 3, bare);
        check_lists("$.g[*].l[*]", groups, 0, 3, bare);
        check_lists("$..l", groups, 0, 3, bare);
        check_lists("$.g[?@.n=='c'].l", groups, 0, 1,
                    "{\"g\":[{\"n\":\"a\",\"l\":[1,2]},{\"n\":\"b\",\"l\":[]},{\"n\":\"c\",\"l\":[]}],\"total\":3}");
        check_lists("$.g[?@.n=='z'].l", groups, SPLIT_E_NO_LIST, 0, NULL);
        check_lists("$.g[*].x", groups, SPLIT_E_NO_LIST, 0, NULL);
        check_lists("$.g[*].l", "{\"g\":[]}", 0, 0, "{\"g\":[]}");
        check_lists("$.g[*].l", "{\"g\":[{\"l\":[1]},{\"m\":[2]}]}", SPLIT_E_NO_LIST, 0, NULL);
        check_lists("$.g[*].l", "{\"g\":[{\"l\":[1]},{\"l\":null}]}", SPLIT_E_NO_LIST, 0, NULL);
        check_lists("$.*.l", "{\"a\":{\"l\":[1]},\"b\":{\"l\":[2]}}", 0, 2, "{\"a\":{\"l\":[]},\"b\":{\"l\":[]}}");
        check_lists("$..l", "{\"a\":{\"l\":{\"l\":[1]}}}", SPLIT_E_NO_LIST, 0, NULL);
}

/* Strings, escapes and brackets at every place of the blocks in which records are passed over. */
static void test_blocks(void **state) {
        SplitPage p = { 0 };
        _cleanup_text_ Text record = TEXT_INIT(4000), page = TEXT_INIT(9000);
        for (int pad = 0; pad < 140; pad++) {
                text_clear(&record);
                text_clear(&page);
                text_addf(&record, "{\"p\":\"%0*d\\\"]}\\\\\",\"q\":[{\"\\\\\":\"{\"}],\"\\\\\\\"[\":1}", pad + 1, 0);
                text_addf(&page, "[%s,\"]\", %s]", record.at, record.at);
                assert_int_equal(cut(&p, "$", text_str(&page)), 0);
                assert_int_equal(p.n_spans, 3);
                assert_true(str_eq(p.spans[0].bytes, text_str(&record)));
                assert_true(str_eq(p.spans[2].bytes, text_str(&record)));
                for (size_t n = 1; n < page.len; n++)
                        assert_int_equal(cut(&p, "$", (Str) { page.at, n }), SPLIT_E_TRUNCATED);
                page.at[record.len] = ']';
                assert_int_equal(cut(&p, "$", text_str(&page)), SPLIT_E_NOT_JSON);
                assert_int_equal(p.at, record.len);
        }
        split_free(&p);
}

/* Cut at every byte: never a shorter list, always a named result. */
static void test_cut_everywhere(void **state) {
        SplitPage p = { 0 };
        for (size_t n = 0; n < strlen(good); n++) {
                char *copy = str_dup((Str) { good, n });
                int r = cut(&p, "$.data.items", (Str) { copy, n });
                assert_int_equal(r, n == 0 ? SPLIT_E_EMPTY : SPLIT_E_TRUNCATED);
                free(copy);
        }
        split_free(&p);
}

typedef struct Case {
        const char *page;
        int want;
} Case;

static void test_pages(void **state) {
        static const Case cases[] = {
                { " \r\n\t", SPLIT_E_EMPTY },
                { "{}", SPLIT_E_NO_LIST },
                { "[]", SPLIT_E_NO_LIST },
                { "1", SPLIT_E_NO_LIST },
                { "{\"l\":{}}", SPLIT_E_NO_LIST },
                { "{\"l\":null}", SPLIT_E_NO_LIST },
                { "{\"l\":[1,]}", SPLIT_E_NOT_JSON },
                { "{\"l\":[1 2]}", SPLIT_E_NOT_JSON },
                { "{\"l\":[]}x", SPLIT_E_NOT_JSON },
                { "{\"l\":[],\"l\":[1]}", SPLIT_E_NOT_JSON },
                { "{\"l\":[],\"n\":01}", SPLIT_E_NOT_JSON },
                { "{\"l\":[],\"n\":NaN}", SPLIT_E_NOT_JSON },
                { "{'l':[]}", SPLIT_E_NOT_JSON },
                { "{\"l\":[{\"a\":1]}]}", SPLIT_E_NOT_JSON },
                { "<html>", SPLIT_E_NOT_JSON },
                { "{\"l\":[}", SPLIT_E_NOT_JSON },
                { "{\"l\":[],\"n\":9223372036854775808}", SPLIT_E_NOT_JSON },
                { "{\"l\":[],\"n\":9223372036854775807}", 0 },
                { "{\"x\":{\"l\":[9]},\"l\":[1]}", 0 },
                { "{\"\\u006c\":[1]}", 0 },
        };
        SplitPage p = { 0 };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                if (cut(&p, "$.l", str_of(cases[i].page)) != cases[i].want)
                        fail_msg("%s", cases[i].page);
        split_free(&p);
}

static void test_depth(void **state) {
        _cleanup_text_ Text t = TEXT_INIT(100000);
        SplitPage p = { 0 };
        text_add(&t, STR("{\"x\":"));
        for (int i = 0; i < 10000; i++)
                text_addc(&t, '[');
        assert_int_equal(cut(&p, "$.l", text_str(&t)), SPLIT_E_NOT_JSON);
        split_free(&p);
}

static void test_too_many(void **state) {
        _cleanup_text_ Text t = TEXT_INIT(100000);
        SplitPage p = { 0 };
        for (int i = 0; i <= LIMIT_PAGE_RECORDS; i++)
                text_add(&t, i ? STR(",1") : STR("[1"));
        text_addc(&t, ']');
        assert_int_equal(cut(&p, "$", text_str(&t)), SPLIT_E_TOO_MANY);
        split_free(&p);
}

/* What json-c would change in silence, or refuse: a problem of that record. */
static void count_member(void *userdata, const SplitMember *m) {
        *(int *) userdata += m->value.len > 0;
}

static void test_records(void **state) {
        static const char *const bad[] = {
                "{\"a\":1,\"a\":2}",
                "{\"a\":1,\"\\u0061\":2}",
                "{\"a\\u0000b\":1}",
                "{\"a\":9223372036854775808}",
                "{\"a\":-9223372036854775809}",
                "{\"a\":\"\\ud800\"}",
                "{\"a\":\"\\udc00\\ud800\"}",
                "{\"a\":NaN}",
                "{\"a\":Infinity}",
                "{\"a\":01}",
                "{\"a\":1.}",
                "{\"a\":.5}",
                "{\"a\":+1}",
                "{\"a\":1e}",
                "{\"a\" 1}",
                "{a:1}",
                "{\"a\":1,}",
                "{\"a\":tru}",
                "{\"a\":'x'}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"\n\"}",
                "{\"o\":{\"b\":1,\"c\":2,\"b\":3}}",
                "{\"a\":[1,]}",
        };
        static const char *const fine[] = {
                "{}",
                "{\"a\":9223372036854775807,\"b\":-9223372036854775808}",
                "{\"a\":\"\\ud83d\\ude00\"}",
                "{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":2}]}",
                "{\"a\":-0,\"b\":1.5e+10,\"c\":12345678901234567890.5}",
                "{\"t\\u00ean\":\"\\n\"}",
        };
        static const int members[] = { 0, 2, 1, 2, 3, 1 };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                SplitSpan s = { .bytes = str_of(bad[i]) };
                split_record(&s);
                if (!s.problem)
                        fail_msg("%s", bad[i]);
                SplitSpan again = { .bytes = s.bytes };
                split_members(&again, NULL, count_member, &(int) { 0 });
                if (!again.problem)
                        fail_msg("%s, told", bad[i]);
        }
        for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
                SplitSpan s = { .bytes = str_of(fine[i]) };
                split_record(&s);
                if (s.problem)
                        fail_msg("%s: %s", fine[i], s.problem);
                int n = 0;
                assert_true(split_members(&s, NULL, count_member, &n));
                if (s.problem || n != members[i])
                        fail_msg("%s, told %d: %s", fine[i], n, s.problem ? s.problem : "");
        }
}

typedef struct Told { Str key[4], value[4]; int n; } Told;

static void tell_member(void *userdata, const SplitMember *m) {
        Told *told = userdata;
        told->key[told->n] = m->key;
        told->value[told->n++] = m->value;
}

static void test_members(void **state) {
        (void) state;
        Told told = { 0 };
        SplitSpan s = { .bytes = STR("{ \"a\" : -1.50 , \"o\":{\"a\":[1, 2]} ,\"t\":\"x\\\"y\", \"n\":null}") };
        assert_true(split_members(&s, NULL, tell_member, &told));
        assert_null(s.problem);
        static const char *const wanted[][2] = {
                { "a", "-1.50" }, { "o", "{\"a\":[1, 2]}" }, { "t", "\"x\\\"y\"" }, { "n", "null" },
        };
        assert_int_equal(told.n, 4);
        for (int i = 0; i < 4; i++) {
                assert_true(str_eq(told.key[i], str_of(wanted[i][0])));
                assert_true(str_eq(told.value[i], str_of(wanted[i][1])));
        }

        SplitSpan text = { .bytes = STR("\"[1]\"") }, broken = { .bytes = STR("\"[1") };
        assert_false(split_members(&text, NULL, tell_member, &told));
        assert_null(text.problem);
        assert_false(split_members(&broken, NULL, tell_member, &told));
        assert_non_null(broken.problem);
        assert_int_equal(told.n, 4);
}

typedef struct Row { char text[80]; } Row;

static void tell_place(void *userdata, const SplitMember *m) {
        Row *row = userdata;
        size_t n = strlen(row->text);
        snprintf(row->text + n, sizeof row->text - n, STR_FMT "=" STR_FMT ";", STR_ARG(m->key), STR_ARG(m->value));
}

/* A list is told by places, as strictly as an object by its keys. */
static void test_places(void **state) {
        (void) state;
        static const char *const bad[] = { "[1", "[1,", "[1,]", "[,1]", "[1}", "[1] 2", "[1:2]",
                                           "[{\"a\":1,\"a\":2}]" };
        Row row = { "" }, none = { "" };
        SplitSpan s = { .bytes = STR("[ \"a\" ,[1, 2],{\"#1\":3} , null ]") }, empty = { .bytes = STR("[ ]") };
        assert_true(split_members(&s, NULL, tell_place, &row));
        assert_null(s.problem);
        assert_string_equal(row.text, "#1=\"a\";#2=[1, 2];#3={\"#1\":3};#4=null;");
        assert_true(split_members(&empty, NULL, tell_place, &none));
        assert_null(empty.problem);
        assert_string_equal(none.text, "");
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                SplitSpan b = { .bytes = str_of(bad[i]) };
                assert_true(split_members(&b, NULL, tell_place, &row));
                if (!b.problem)
                        fail_msg("%s", bad[i]);
        }
}

static void tell_name(void *userdata, const SplitMember *m) {
        Row *row = userdata;
        size_t n = strlen(row->text);
        snprintf(row->text + n, sizeof row->text - n, "%d" STR_FMT "%s;", m->name, STR_ARG(m->key),
                 m->plain ? "!" : "");
}

/* Names that are looked for are told by their places, however they are written and in whatever order, also when the
 * record before had another; and one that stands twice is seen to. */
static void test_names(void **state) {
        (void) state;
        static const Str names[] = { { "a", 1 }, { "tên", 4 }, { "q\"", 2 }, { "#2", 2 } },
                         written[] = { { "\"a\":", 4 }, { "\"tên\":", 7 }, { "\"q\\\"\":", 6 }, { "\"#2\":", 5 } };
        static const struct { const char *record, *told; } cases[] = {
                { "{\"a\":\"\",\"tên\":\"x\",\"q\\\"\":1}", "0a!;1tên!;2q\";" },
                { "{\"a\": \"\\n\", \"t\\u00ean\" :\"x\"}", "0a;1tên!;" },
                { "{\"q\\u0022\":[],\"z\":1,\"tên\":2,\"a\":3}", "2q\";-1z;1tên;0a;" },
                { "{\"q\\\"\":[],\"z\":1,\"tên\":2,\"a\":3}", "2q\";-1z;1tên;0a;" },
                { "{\"ab\":1,\"aa\":\"y\"}", "-1ab;-1aa!;" },
                { "{}", "" },
                { "[\"x\",2]", "-1#1!;3#2;" },
        };
        static const char *const bad[] = { "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "{\"\\u0061\":1,\"a\":2}",
                                           "{\"a\":1,\"b\":2,\"a\":1}", "{\"a\":", "{\"a\"", "{\"a\" 1}", "{\"a\":}" };
        SplitNames all = split_names(names, written, 4), none = split_names(NULL, NULL, 0);
        for (int round = 0; round < 2; round++)
                for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                        Row row = { "" };
                        SplitSpan s = { .bytes = str_of(cases[i].record) };
                        assert_true(split_members(&s, &all, tell_name, &row));
                        assert_null(s.problem);
                        assert_string_equal(row.text, cases[i].told);
                }
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                Row row = { "" };
                SplitSpan s = { .bytes = str_of(bad[i]) }, nobody = s;
                split_members(&s, &all, tell_name, &row);
                split_members(&nobody, &none, tell_name, &(Row) { "" });
                assert_non_null(s.problem);
                assert_string_equal(s.problem, nobody.problem);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_spans_and_skeleton),
                cmocka_unit_test(test_members),
                cmocka_unit_test(test_places),
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_several_lists),
                cmocka_unit_test(test_cut_everywhere),
                cmocka_unit_test(test_blocks),
                cmocka_unit_test(test_pages),
                cmocka_unit_test(test_depth),
                cmocka_unit_test(test_too_many),
                cmocka_unit_test(test_records),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
