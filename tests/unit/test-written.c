/* SPDX-License-Identifier: MIT */
/* A secret is known again in whatever way programs write it, and nothing else is taken for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "connectors/session/session-keys.h"
#include "connectors/session/written.h"

#define WORD "p'<w>&\"d+/ \\ậ😀%2"

/* The way that goes furthest, and how far. */
static size_t furthest(const char *text, const char *word, bool *ret_whole) {
        size_t most = 0;
        *ret_whole = false;
        for (int way = 0; way < WRITTEN_WAYS; way++) {
                bool whole;
                size_t n = written_goes((WrittenWay) way, str_of(text), str_of(word), &whole);
                if (n > most || (n == most && whole)) {
                        most = n;
                        *ret_whole = whole;
                }
        }
        return most;
}

/* As programs that exist write it: what stands behind it is no part of it. */
static void test_as_programs_write_it(void **state) {
        static const char *const written[] = {
                WORD,
                /* forms and addresses: browsers and PHP, .NET, Python's quote, scripts */
                "p%27%3Cw%3E%26%22d%2B%2F+%5C%E1%BA%AD%F0%9F%98%80%252",
                "p'%3cw%3e%26%22d%2b%2f+%5c%e1%ba%ad%f0%9f%98%80%252",
                "p%27%3Cw%3E%26%22d%2B/%20%5C%E1%BA%AD%F0%9F%98%80%252",
                "p'%3Cw%3E%26%22d%2B%2F%20%5C%E1%BA%AD%F0%9F%98%80%252",
                "p'%3Cw%3E&%22d+/%20%5C%E1%BA%AD%F0%9F%98%80%252",
                /* JSON: as little as it has to be, PHP, Go, .NET; a script */
                "p'<w>&\\\"d+/ \\\\ậ😀%2",
                "p'<w>&\\\"d+\\/ \\\\\\u1ead\\ud83d\\ude00%2",
                "p'\\u003cw\\u003e\\u0026\\\"d+/ \\\\ậ😀%2",
                "p\\u0027\\u003Cw\\u003E\\u0026\\u0022d\\u002B/ \\\\\\u1EAD\\uD83D\\uDE00%2",
                "p\\'\\x3cw\\x3e\\x26\\x22d+\\/ \\\\ậ😀%2",
                /* HTML: PHP, Python, Go; all as numbers */
                "p&#039;&lt;w&gt;&amp;&quot;d+/ \\ậ😀%2",
                "p&#x27;&lt;w&gt;&amp;&quot;d+/ \\ậ😀%2",
                "p&#39;&lt;w&gt;&amp;&#34;d+/ \\&#7853;&#128512;%2",
                "p&apos;&#60;w&#62;&#38;&#34;d&#43;&#47;&#32;&#92;&#X1EAD;&#x1f600;&#37;2",
                /* JSON in a form, in a cookie, in JSON, in an attribute */
                "p'%3Cw%3E%26%5C%22d%2B%5C%2F+%5C%5C%E1%BA%AD%5Cud83d%5Cude00%252",
                "p'%3Cw%3E%26%5C%22d+%2F%20%5C%5C%5Cu1ead%F0%9F%98%80%252",
                "p'<w>&\\\\\\\"d+\\\\\\/ \\\\\\\\\\\\u1ead\\\\ud83d\\\\ude00%2",
                "p&#039;&lt;w&gt;&amp;\\&quot;d+\\/ \\\\\\u1ead😀%2",
        };
        for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
                _cleanup_text_ Text t = TEXT_INIT(1000);
                bool whole;
                text_addf(&t, "%s;", written[i]);
                if (furthest(t.at, WORD, &whole) != strlen(written[i]) || !whole)
                        fail_msg("%s: %zu of %zu bytes", written[i], furthest(t.at, WORD, &whole), strlen(written[i]));
        }
}

static void test_what_is_another_word(void **state) {
        static const char *const other[] = {
                "Password", "passwor", "pass\\u0077ore", "p%61sswore", "", "%", "&", "\\"
        };
        for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
                bool whole;
                (void) furthest(other[i], "password", &whole);
                assert_false(whole);
        }
        bool whole;
        assert_int_equal(written_goes(WRITTEN_PERCENT, STR("a+bc"), STR("a bc"), &whole), 1);
        assert_int_equal(written_goes(WRITTEN_JSON, STR("\\ud83dx"), STR("\xed\xa0\xbdx"), &whole), 0);
        assert_int_equal(written_goes(WRITTEN_HTML, STR("&#x110000;"), STR("abcd"), &whole), 0);
        assert_int_equal(written_goes(WRITTEN_HTML, STR("&#97"), STR("a"), &whole), 0); /* it may go on */
}

/* What a sample cuts off is told by its beginning; half an escape says something of the next character. */
static void test_cut_off(void **state) {
        static const struct { const char *text; size_t goes; } cut[] = {
                { "0123", 4 },           { "0123%", 5 },           { "0123%2", 6 },          { "0123\\", 5 },
                { "0123\\u00", 8 },      { "0123&", 5 },           { "0123&lt", 7 } ,         { "0123&#3", 7 },
                { "0123&#x2", 8 },       { "0123%5C", 7 },         { "0123%5Cu00", 10 },     { "0123%4", 6 },
                { "0123%41", 4 },        { "0123 and so on", 4 },  { "0123&amp;", 4 },
        };
        for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
                bool whole;
                assert_int_equal(furthest(cut[i].text, "0123<tail", &whole), cut[i].goes);
                assert_false(whole);
        }
}

static void test_what_a_word_begins_with(void **state) {
        char head[WRITTEN_SHORTEST];
        for (int way = 0; way < WRITTEN_WAYS; way++) {
                assert_int_equal(written_head((WrittenWay) way, STR("abcde"), sizeof head, head), sizeof head);
                assert_memory_equal(head, "abcd", sizeof head);
                assert_int_equal(written_head((WrittenWay) way, STR("abc"), sizeof head, head), 3);
        }
        assert_int_equal(written_head(WRITTEN_JSON, STR("a\\u1eadb"), sizeof head, head), sizeof head);
        assert_memory_equal(head, "a\xe1\xba\xad", sizeof head);
        assert_int_equal(written_head(WRITTEN_JSON_JSON, STR("\\\\\\/\\\\\\\\bc"), sizeof head, head), sizeof head);
        assert_memory_equal(head, "/\\bc", sizeof head);
        assert_int_equal(written_head(WRITTEN_HTML, STR("&a&b"), sizeof head, head),
                         sizeof head); /* nothing that is escaped */
        assert_memory_equal(head, "&a&b", sizeof head);
        assert_int_equal(written_head(WRITTEN_HTML, STR("&amp;&lt;"), sizeof head, head), 2);
}

static int told(void *userdata, Str word) {
        Text *t = userdata;
        text_add(t, word);
        return text_addc(t, '\n');
}

static void test_what_a_password_goes_out_as(void **state) {
        _cleanup_text_ Text t = TEXT_INIT(1000);
        assert_int_equal(session_password_words(STR("an"), STR("a b"), told, &t), 0);
        assert_string_equal(t.at, "a b\nYW46YSBi\nYW46YSti\n");
        _cleanup_text_ Text none = TEXT_INIT(0);
        assert_true(session_password_words(STR("an"), STR("a b"), told, &none) < 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_as_programs_write_it),   cmocka_unit_test(test_what_is_another_word),
                cmocka_unit_test(test_cut_off),                cmocka_unit_test(test_what_a_word_begins_with),
                cmocka_unit_test(test_what_a_password_goes_out_as),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
