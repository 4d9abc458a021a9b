/* SPDX-License-Identifier: MIT */
/* Secrets out of texts, and what of an exchange counts as one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "connectors/tape/tape-parts.h"

static void check(const Redactor *r, const char *text, const char *want) {
        _cleanup_text_ Text t = TEXT_INIT(4000);
        assert_int_equal(redactor_add(r, &t, str_of(text)), 0);
        assert_string_equal(t.at ? t.at : "", want);
}

static void test_every_way_of_writing(void **state) {
        _cleanup_(redactor_freep) Redactor *r = NULL;
        assert_int_equal(redactor_new(&r), 0);
        assert_int_equal(redactor_know(r, STR("p\"w & ö"), REDACT_PASSWORD), 0);
        assert_int_equal(redactor_know(r, STR("tokentoken"), NULL), 0);
        assert_int_equal(redactor_know(r, STR("tokentokenlonger"), NULL), 0);
        assert_int_equal(redactor_know(r, STR("tokentoken"), NULL), 0); /* known already: the same number */
        assert_int_equal(redactor_know(r, STR("abc"), NULL), 0);        /* too short to be told from words */
        check(r, "x=p\"w & ö;", "x=redacted-password;");
        check(r, "a=p%22w+%26+%C3%B6&b", "a=redacted-password&b");
        check(r, "a=p%22w%20%26%20%C3%B6", "a=redacted-password");
        check(r, "{\"a\":\"p\\\"w & ö\"}", "{\"a\":\"redacted-password\"}");
        check(r, "<i value=\"p&quot;w &amp; ö\">", "<i value=\"redacted-password\">");
        check(r, "tokentoken tokentokenlonger toke", "redacted-1 redacted-2 toke");
        check(r, "abc", "abc");
        check(r, "", "");
}

static void known(const HttpExchange *x, const char *text, const char *want) {
        _cleanup_(redactor_freep) Redactor *r = NULL;
        assert_int_equal(redactor_new(&r), 0);
        assert_int_equal(tape_secrets(r, x), 0);
        check(r, text, want);
}

/* What details of errors were rid of, and recordings were not, while each kept a list of its own. */
static void test_as_details_of_errors_are_rid_of_it(void **state) {
        _cleanup_(redactor_freep) Redactor *r = NULL;
        assert_int_equal(redactor_new(&r), 0);
        assert_int_equal(redactor_know(r, STR("p'w<x>&+/y"), REDACT_PASSWORD), 0);
        check(r, "<p>p&#39;w&lt;x&gt;&amp;+/y</p>", "<p>redacted-password</p>");
        check(r, "{\"a\":\"p\\u0027w\\u003cx\\u003e\\u0026\\u002b/y\"}", "{\"a\":\"redacted-password\"}");
        check(r, "\"p'w<x>&+\\/y\"", "\"redacted-password\"");
}

/* One secret has one name, whoever wrote it first; of two the longer is meant. */
static void test_one_name(void **state) {
        _cleanup_(redactor_freep) Redactor *r = NULL;
        assert_int_equal(redactor_new(&r), 0);
        assert_int_equal(redactor_know(r, STR("a b/c"), REDACT_PASSWORD), 0);
        assert_int_equal(redactor_know(r, STR("a+b%2fc"), NULL), 0); /* as a form says it */
        assert_int_equal(redactor_know(r, STR("a b/c d"), NULL), 0);
        check(r, "a+b%2fc a+b%2fc+d a%20b/c%20d a b\\/c a b\\/c\\u0020d a+b%2f",
              "redacted-password redacted-1 redacted-1 redacted-password redacted-1 a+b%2f");
}

static void test_what_counts_as_a_secret(void **state) {
        HttpExchange x = { .url = "https://a.vn/login?api_key=0123456789&page=2",
                           .login = true,
                           .body = STR("tai_khoan=an&mat_khau=bi+mat"),
                           .answer_headers = STR("Set-Cookie: sid=c0ok1e; Path=/\r\nServer: x\r\n"),
                           .answer =
                                   STR("<form><input type=\"hidden\" name=\"_t\" value=\"hidden12\"><meta name=\"csrf-"
                                       "token\" content=\"meta1234\"><input type=\"text\" value=\"Xa Ea H'leo\">") };
        known(&x, "0123456789 an bi+mat c0ok1e hidden12 meta1234 Xa Ea H'leo",
              "redacted-2 an redacted-3 redacted-1 redacted-4 redacted-5 Xa Ea H'leo");
        x = (HttpExchange) { .url = "https://a.vn/login", .login = true,
                             .body = STR("{\"username\":\"an.nguyen\",\"password\":\"bi mat\"}"),
                             .answer = STR("{\"data\":{\"accessToken\":\"abcdefgh\",\"jti\":\"9f8e7d6c5b4a39281706\","
                                           "\"unit\":\"So Noi vu\",\"expiresIn\":3600}}") };
        known(&x, "an.nguyen bi mat abcdefgh 9f8e7d6c5b4a39281706 So Noi vu",
              "an.nguyen redacted-3 redacted-1 redacted-2 So Noi vu");
        /* on a page of data a code is no secret because its member is called key */
        x = (HttpExchange) { .url = "https://a.vn/list",
                             .answer =
                                     STR("{\"rows\":[{\"key\":\"NV-II-08-2026-01\",\"token\":\"9f8e7d6c5b4a39281706\","
                                         "\"password\":\"moi\"}]}") };
        known(&x, "NV-II-08-2026-01 9f8e7d6c5b4a39281706", "NV-II-08-2026-01 redacted-1");
}

static void test_cookies_last(void **state) {
        _cleanup_(redactor_freep) Redactor *r = NULL;
        _cleanup_text_ Text t = TEXT_INIT(1000);
        HttpExchange x = { .url = "https://a.vn/",
                           .answer_headers =
                                   STR("Set-Cookie: a=long-value; Expires=Fri, 27 Nov 2026 00:00:00 GMT; Path=/\r\n"
                                       "Set-Cookie: b=xy; HttpOnly\r\nSet-Cookie: c=; Expires=Thu, 01 Jan "
                                       "1970 00:00:00 GMT\r\nX-Auth-Token: geheim\r\nContent-Length: 5\r\n"
                                       "ETag: \"1\"\r\n") };
        assert_int_equal(redactor_new(&r), 0);
        assert_int_equal(tape_secrets(r, &x), 0);
        assert_int_equal(tape_headers(r, &x, &t), 0);
        assert_string_equal(t.at, "Set-Cookie: a=redacted-1; Path=/\r\nSet-Cookie: b=redacted; HttpOnly\r\n"
                                  "Set-Cookie: c=; Expires=Thu, 01 Jan 1970 00:00:00 GMT\r\nX-Auth-Token: redacted\r\n"
                                  "ETag: \"1\"\r\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_way_of_writing),
                cmocka_unit_test(test_as_details_of_errors_are_rid_of_it),
                cmocka_unit_test(test_one_name),
                cmocka_unit_test(test_what_counts_as_a_secret),
                cmocka_unit_test(test_cookies_last),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
