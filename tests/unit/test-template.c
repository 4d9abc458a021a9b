/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "connectors/language/template.h"

static const TemplateName names[] = {
        { "account", TEMPLATE_TEXT },
        { "record.id", TEMPLATE_TEXT },
        { "page", TEMPLATE_NUMBER },
        { "since", TEMPLATE_TIME },
};

static void fills(const char *text, TemplateEncoding encoding, const char *expected) {
        const TemplateValue at[] = { { "account", STR("a\"b/c Đ<page>"), INSTANT_NONE },
                                     { "record.id", STR("NV-1"), INSTANT_NONE },
                                     { "page", STR("7"), INSTANT_NONE },
                                     { "since", STR_NULL, 1781829000 * US_SECOND } };
        _cleanup_text_ Text t = TEXT_INIT(1000);
        assert_int_equal(template_fill(&t, text, &(TemplateValues) { at, 4, ZONE_OFFSET }, encoding), 0);
        assert_string_equal(t.at ? t.at : "", expected);
}

static void test_fill(void **state) {
        fills("", TEMPLATE_PLAIN, "");
        fills("x<page>y<record.id>", TEMPLATE_PLAIN, "x7yNV-1");
        fills("a < b, <b c>, <, <>, <<page>>", TEMPLATE_PLAIN, "a < b, <b c>, <, <>, <7>");
        fills("<account>", TEMPLATE_PLAIN, "a\"b/c Đ<page>"); /* what was filled in is not read again */
        fills("/x/<account>", TEMPLATE_PATH, "/x/a%22b%2Fc%20%C4%90%3Cpage%3E");
        fills("{\"a\":\"<account>\"}", TEMPLATE_JSON, "{\"a\":\"a\\\"b/c Đ<page>\"}");
        fills("[<gone>]", TEMPLATE_PLAIN, "[]");
}

static void test_times(void **state) {
        fills("<since>", TEMPLATE_PLAIN, "2026-06-19T00:30:00Z");
        fills("<since:iso>", TEMPLATE_PLAIN, "2026-06-19T00:30:00Z");
        fills("<since:epoch>", TEMPLATE_PLAIN, "1781829000");
        fills("<since:epoch-ms>", TEMPLATE_PLAIN, "1781829000000");
        fills("<since:dd/MM/yyyy HH:mm>", TEMPLATE_PLAIN, "19/06/2026 07:30");
        fills("<since:d/M/yyyy>", TEMPLATE_PATH, "19%2F6%2F2026");
}

static void complains(const char *text, int what, const char *name) {
        TemplateFault fault = { 0 };
        assert_int_equal(template_check(text, names, 4, &fault), what != 0);
        assert_int_equal(fault.what, what);
        if (name)
                assert_true(str_eq(fault.name, str_of(name)));
}

static void test_check(void **state) {
        complains("plain", 0, NULL);
        complains("<account> <page> <since> <since:yyyy-MM-ddTHH:mm:ssZ>", 0, NULL);
        complains("1 < 2 <not a name>", 0, NULL);
        complains("x<acount>", TEMPLATE_NAME_UNKNOWN, "acount");
        complains("/a/<page", TEMPLATE_UNCLOSED, "page");
        complains("p=<page&size=3", TEMPLATE_UNCLOSED, "page");
        complains("{\"p\": <page, \"a\": \"<account>\"}", TEMPLATE_UNCLOSED, "page");
        complains("<since:yyyy-MM", TEMPLATE_UNCLOSED, "since");
        complains("/x/<record.id/y", TEMPLATE_UNCLOSED, "record.id");
        complains("a <pages, <b, <page n='1'>, <page/>, </page>", 0, NULL); /* as XML writes it */
        complains("<page:iso>", TEMPLATE_FORMAT_USELESS, "iso");
        complains("<since:yyyy-mmm>", TEMPLATE_FORMAT_UNKNOWN, "yyyy-mmm");
        complains("<since:q>", TEMPLATE_FORMAT_UNKNOWN, "q");
        complains("<since:->", TEMPLATE_FORMAT_UNKNOWN, "-");
}

static void test_uses(void **state) {
        assert_true(template_uses("a<b<since:iso>", "since"));
        assert_false(template_uses("since <sinc>", "since"));
}

static void test_too_long(void **state) {
        _cleanup_text_ Text t = TEXT_INIT(3);
        const TemplateValue at[] = { { "page", STR("12345"), INSTANT_NONE } };
        assert_int_equal(template_fill(&t, "<page>", &(TemplateValues) { at, 1, 0 }, TEMPLATE_PLAIN), -E2BIG);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_fill),
                cmocka_unit_test(test_times),
                cmocka_unit_test(test_check),
                cmocka_unit_test(test_uses),
                cmocka_unit_test(test_too_long),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
