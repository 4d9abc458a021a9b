/* SPDX-License-Identifier: MIT */
/* Requests filled in: what a value may do to a path, a query and a JSON body, which is nothing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "connectors/decode/split.h"
#include "connectors/listing/request.h"

static const TemplateName names[] = { { "unit", TEMPLATE_TEXT }, { "page", TEMPLATE_NUMBER },
                                      { "cursor", TEMPLATE_TOKEN }, { "config.", TEMPLATE_TEXT } };

static TemplateValues values_of(TemplateValue at[3], const char *unit, const char *cursor) {
        at[0] = (TemplateValue) { "unit", str_of(unit), INSTANT_NONE };
        at[1] = (TemplateValue) { "page", STR("3"), INSTANT_NONE };
        at[2] = (TemplateValue) { "cursor", str_of(cursor), INSTANT_NONE };
        return (TemplateValues) { at, 3, ZONE_OFFSET };
}

static void json_is(const char *text, const char *unit, const char *cursor, const char *expected) {
        TemplateValue at[3];
        TemplateValues v = values_of(at, unit, cursor);
        _cleanup_text_ Text t = TEXT_INIT(1000);
        const char *problem = NULL, *why = NULL;
        size_t where = 0;
        assert_int_equal(template_json_fill(&t, text, &v), 0);
        if (strcmp(t.at, expected) != 0)
                fail_msg("%s: %s", text, t.at);
        assert_int_equal(split_check(text_str(&t), &problem, &where, &why), 0);
        assert_null(problem);
}

static void test_json(void **state) {
        json_is("{\"u\":\"<unit>\",\"p\":<page>}", "24\"4\\1\n2", "", "{\"u\":\"24\\\"4\\\\1\\u000a2\",\"p\":3}");
        json_is("{\"after\":<cursor>}", "", "", "{\"after\":null}");
        json_is("{\"after\":<cursor>}", "", "1234", "{\"after\":1234}");
        json_is("{\"after\":<cursor>}", "", "-7", "{\"after\":-7}");
        json_is("{\"after\":<cursor>}", "", "007", "{\"after\":\"007\"}");
        json_is("{\"after\":<cursor>}", "", "1\",\"x\":\"", "{\"after\":\"1\\\",\\\"x\\\":\\\"\"}");
        json_is("{\"after\":<cursor>}", "", "12345678901234567890", "{\"after\":\"12345678901234567890\"}");
        json_is("{\"q\":\"a < b \\\"<unit>\\\" <page>\"}", "x", "", "{\"q\":\"a < b \\\"x\\\" 3\"}");
}

static void test_json_samples(void **state) {
        _cleanup_text_ Text t = TEXT_INIT(1000);
        Str bare = STR_NULL;
        assert_true(template_json_sample("{\"a\":\"<unit> <config.x>\",\"b\":[<page>,<cursor>]}", names, 4, &t, &bare));
        assert_string_equal(t.at, "{\"a\":\"x x\",\"b\":[ 0 , 0 ]}");
        assert_false(template_json_sample("{\"a\":<unit>}", names, 4, &t, &bare));
        assert_true(str_eq(bare, STR("unit")));
        assert_false(template_json_sample("{\"a\":<config.year>}", names, 4, &t, &bare));
}

static int fill(const RequestPlan *p, const char *unit, const char *cursor, const char *target, const char *body) {
        TemplateValue at[3];
        TemplateValues v = values_of(at, unit, cursor);
        RequestText t;
        request_text_init(&t);
        int r = request_fill(p, &v, STR("size=5"), &t);
        if (r == 0) {
                assert_string_equal(t.target.at, target);
                assert_string_equal(t.body.at ? t.body.at : "", body);
        }
        request_text_free(&t);
        return r;
}

static void test_targets(void **state) {
        static const PlanPair query[] = { { "q", "đ <unit>", { 0 } }, { "after", "<cursor>", { 0 } },
                                          { "s[]", "new", { 0 } }, { "s[]", "open", { 0 } } };
        static const PlanPair form[] = { { "p", "<page>", { 0 } }, { "c", "<cursor>", { 0 } } };
        RequestPlan p = { .method = 1, .path = "/u/<unit>/x", .query = { query, 4 }, .form = { form, 2 } };
        assert_int_equal(
                fill(&p, "a/b c", "", "/u/a%2Fb%20c/x?q=%C4%91+a%2Fb+c&s%5B%5D=new&s%5B%5D=open&size=5", "p=3"), 0);
        assert_int_equal(fill(&p, "7", "k&1", "/u/7/x?q=%C4%91+7&after=k%261&s%5B%5D=new&s%5B%5D=open&size=5",
                              "p=3&c=k%261"), 0);
        /* nothing, and what walks up, makes no path */
        assert_int_equal(fill(&p, "", "", "", ""), -EINVAL);
        assert_int_equal(fill(&p, ".", "", "", ""), -EINVAL);
        assert_int_equal(fill(&p, "..", "", "", ""), -EINVAL);
        p.path = "/u/<unit>";
        assert_int_equal(fill(&p, "", "", "", ""), -EINVAL);
        assert_int_equal(fill(&p, "..", "", "", ""), -EINVAL);
        assert_true(request_uses(&p, "page") && request_uses(&p, "unit") && !request_uses(&p, "size"));
}

static void test_headers(void **state) {
        static const PlanPair headers[] = { { "X-Unit", "u:<unit>", { 0 } } };
        RequestPlan p = { .path = "/x", .headers = { headers, 1 } };
        TemplateValue at[3];
        TemplateValues v = values_of(at, "7", "");
        RequestText t;
        request_text_init(&t);
        assert_int_equal(request_fill(&p, &v, STR_NULL, &t), 0);
        assert_string_equal(t.target.at, "/x");
        assert_int_equal(t.headers.n, 1);
        assert_string_equal(t.headers.at[0].value, "u:7");
        assert_null(t.content_type);
        assert_false(t.post);
        request_text_free(&t);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_json),
                cmocka_unit_test(test_json_samples),
                cmocka_unit_test(test_targets),
                cmocka_unit_test(test_headers),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
