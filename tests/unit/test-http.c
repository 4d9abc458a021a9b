/* SPDX-License-Identifier: MIT */
/* The pieces of HTTP that need no network: addresses, Retry-After, forms, cookie jars. */
#include "connectors/http/loopback.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <errno.h>

#include "connectors/http/gunzip.h"
#include "connectors/http/http-url.h"
#include "connectors/http/http.h"
#include "connectors/http/jar.h"
#include "connectors/http/rate.h"
#include "connectors/limits.h"
#include "connectors/record/dates.h"

#define NOW ((Instant) 1781829000 * US_SECOND) /* Fri, 19 Jun 2026 00:30:00 GMT */

static void test_retry_after(void **state) {
        Instant at;
        assert_int_equal(http_retry_after(STR("120"), NOW, NOW, &at), 0);
        assert_int_equal(at - NOW, 120 * US_SECOND);
        assert_int_equal(http_retry_after(STR("0"), NOW, NOW, &at), 0);
        assert_int_equal(at - NOW, US_SECOND); /* never at once */
        assert_int_equal(http_retry_after(STR("Fri, 19 Jun 2026 00:31:00 GMT"), NOW, NOW, &at), 0);
        assert_int_equal(at - NOW, 60 * US_SECOND);
        assert_int_equal(http_retry_after(STR("Fri, 19 Jun 2015 00:31:00 GMT"), NOW, NOW, &at), 0);
        assert_int_equal(at - NOW, US_SECOND);
        assert_int_equal(http_retry_after(STR("999999999999"), NOW, NOW, &at), 0);
        assert_true(at - NOW > (Instant) LIMIT_RETRY_AFTER_SECONDS * US_SECOND);
        /* a date is by their clock, which is an hour behind ours: the pause is what they meant */
        assert_int_equal(http_retry_after(STR("Thu, 18 Jun 2026 23:31:00 GMT"), NOW - US_HOUR, NOW, &at), 0);
        assert_true(at == NOW + US_MINUTE);
        assert_int_equal(http_retry_after(STR("7"), NOW - US_HOUR, NOW, &at), 0);
        assert_true(at == NOW + 7 * US_SECOND);
        static const char *const junk[] = { "", "soon", "-5", "1.5", "12 apples", "::::::::" };
        for (size_t i = 0; i < sizeof junk / sizeof *junk; i++)
                assert_true(http_retry_after(str_of(junk[i]), NOW, NOW, &at) < 0);
}

static bool allowed(const char *base, const char *link) {
        static const char *const names[] = { "sso.example.vn" };
        UrlParts b = { 0 }, p = { 0 };
        assert_int_equal(url_resolve(NULL, base, &b), 0);
        bool fine = url_resolve(b.url, link, &p) == 0 && url_allowed(&b, (PlanNames) { names, 1 }, &p);
        url_parts_free(&b);
        url_parts_free(&p);
        return fine;
}

static void test_addresses(void **state) {
        const char *base = "https://a.example.vn/app";
        assert_true(allowed(base, "/x"));
        assert_true(allowed(base, "https://A.example.vn/x"));
        assert_true(allowed(base, "https://sso.example.vn/x"));
        assert_false(allowed(base, "http://a.example.vn/x"));
        assert_false(allowed(base, "https://a.example.vn:8443/x"));
        assert_false(allowed(base, "https://b.example.vn/x"));
        assert_false(allowed(base, "//b.example.vn/x"));
        assert_false(allowed(base, "http://sso.example.vn/x"));
        assert_false(allowed(base, "https://sso.example.vn:444/x"));
        assert_false(allowed(base, "https://u:p@a.example.vn/x"));
        assert_false(allowed(base, "ftp://a.example.vn/x"));
        assert_true(url_loopback(STR("127.0.0.1")) && url_loopback(STR("127.9.9.9")) && url_loopback(STR("[::1]")));
        assert_false(url_loopback(STR("localhost")) || url_loopback(STR("128.0.0.1")) ||
                     url_loopback(STR("127.0.0.1.example.vn")) || url_loopback(STR("[::2]")));
}

static void test_form(void **state) {
        _cleanup_text_ Text t = TEXT_INIT(200);
        http_form_add(&t, STR("a b"), STR("x&y=z"));
        http_form_add(&t, STR("tên"), STR("1"));
        assert_string_equal(t.at, "a+b=x%26y%3Dz&t%C3%AAn=1");
}

#define COOKIE(name, value) "127.0.0.1\tFALSE\t/\tFALSE\t0\t" name "\t" value "\n"

static void check_merge(const char *jar, const char *sent, const char *back, const char *want) {
        _cleanup_text_ Text t = TEXT_INIT(LIMIT_SESSION_BYTES);
        text_add(&t, str_of(jar));
        assert_int_equal(jar_merge(&t, str_of(sent), str_of(back)), 0);
        assert_true(str_eq(text_str(&t), str_of(want)));
}

static void test_jar(void **state) {
        check_merge("", "", COOKIE("s", "1"), COOKIE("s", "1"));
        check_merge(COOKIE("s", "1"), COOKIE("s", "1"), COOKIE("s", "2"), COOKIE("s", "2"));
        check_merge(COOKIE("s", "1"), COOKIE("s", "1"), "", "");
        /* somebody logged in anew meanwhile: a late answer to the old session takes nothing away */
        check_merge(COOKIE("s", "new"), COOKIE("s", "old"), "", COOKIE("s", "new"));
        check_merge(COOKIE("s", "new"), COOKIE("s", "old"), COOKIE("s", "older"), COOKIE("s", "new"));
        assert_true(jar_valid(STR(COOKIE("s", "1") COOKIE("t", ""))));
        assert_false(jar_valid(STR("s=1\n")));
        assert_false(jar_valid(STR("a\tb\tc\td\te\tf\tg\th\n")));
}

/* Lines as libcurl writes them: HttpOnly stands before the domain; domain, path and name together name a cookie. */
static void test_jar_names(void **state) {
        static const char *const hidden = "#HttpOnly_a.example.vn\tFALSE\t/\tTRUE\t0\ts\t1\n";
        static const char *const deep = "#HttpOnly_a.example.vn\tFALSE\t/api\tTRUE\t0\ts\t2\n";
        static const char *const wide = "#HttpOnly_.example.vn\tTRUE\t/\tTRUE\t1893456000\ts\t3\n";
        _cleanup_text_ Text all = TEXT_INIT(1000), two = TEXT_INIT(1000);
        text_addf(&all, "%s%s%s", hidden, deep, wide);
        text_addf(&two, "%s%s", hidden, wide);
        assert_true(jar_valid(text_str(&all)));
        check_merge("", "", all.at, all.at);
        check_merge(all.at, all.at, two.at, two.at); /* the deep one was deleted */
        check_merge(hidden, hidden, deep, deep);     /* another path is another cookie */
        check_merge(all.at, "", "", all.at);
        assert_false(jar_valid(STR("a.example.vn\tFALSE\t/\tTRUE\t0\ts\t1\r\n")));
        assert_false(jar_valid(STR("a.example.vn\tFALSE\t/\tTRUE\t0\n")));
}

static void test_jar_too_large(void **state) {
        _cleanup_text_ Text jar = TEXT_INIT(LIMIT_SESSION_BYTES), back = TEXT_INIT(LIMIT_SESSION_BYTES * 2);
        text_add(&jar, STR(COOKIE("s", "1")));
        text_addf(&back, "127.0.0.1\tFALSE\t/\tFALSE\t0\tbig\t%0*d\n", (int) LIMIT_SESSION_BYTES, 0);
        assert_int_equal(jar_merge(&jar, STR(""), text_str(&back)), -E2BIG);
        assert_true(str_eq(text_str(&jar), STR(COOKIE("s", "1"))));
}

static void check_drop(const char *url, const char *name, const char *want) {
        _cleanup_text_ Text t = TEXT_INIT(1000);
        assert_int_equal(text_add(&t, str_of(url)), 0);
        http_query_drop(&t, name);
        assert_true(str_eq(text_str(&t), str_of(want)));
}

static void test_query_drop(void **state) {
        check_drop("https://a/x?key=1", "key", "https://a/x");
        check_drop("https://a/x?key=1&p=2&key=3&q", "key", "https://a/x?p=2&q");
        check_drop("https://a/x?p=2&k%65y=1", "key", "https://a/x?p=2");
        check_drop("https://a/x?my+key=1&p=%zz", "my key", "https://a/x?p=%zz");
        check_drop("https://a/x?key&keys=1&ke=2&=3", "key", "https://a/x?keys=1&ke=2&=3");
        check_drop("https://a/x?key%00=1&%=2&%6=3", "key", "https://a/x?key%00=1&%=2&%6=3");
        check_drop("https://a/key=1", "key", "https://a/key=1");
        check_drop("", "key", "");
}

static void test_cookie_of_host(void **state) {
        static const struct {
                const char *domain;
                bool ours;
        } cases[] = { { "a.example.vn", true }, { ".example.vn", true }, { "#HttpOnly_.example.vn", true },
                      { "example.vn", true },   { "b.example.vn", false }, { "ample.vn", false },
                      { "A.EXAMPLE.vn", true }, { "x.a.example.vn", false }, { ".", false } };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                _cleanup_text_ Text t = TEXT_INIT(1000);
                text_addf(&t, "%s\tTRUE\t/\tTRUE\t0\ts\t1", cases[i].domain);
                assert_int_equal(jar_is_of(text_str(&t), "a.example.vn"), cases[i].ours);
        }
}

static void check_gunzip(const char *bytes, size_t len, size_t step, int want, bool whole, const char *text) {
        _cleanup_(gunzip_freep) Gunzip *g = NULL;
        _cleanup_text_ Text t = TEXT_INIT(64);
        int r = gunzip_new(&g);
        for (size_t at = 0; at < len && r == 0; at += step)
                r = gunzip_add(g, (Str) { bytes + at, len - at < step ? len - at : step }, &t);
        assert_int_equal(r, want);
        assert_int_equal(gunzip_whole(g), whole);
        if (text && want == 0)
                assert_true(str_eq(text_str(&t), str_of(text)));
}

static void test_gunzip(void **state) {
        static const char hello[] =
                "\x1f\x8b\x08\0\0\0\0\0\x02\x03\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\x05\0\0\0";
        char bytes[2 * sizeof hello];
        size_t n = sizeof hello - 1;
        memcpy(bytes, hello, n);
        memcpy(bytes + n, hello, n);
        for (size_t step = 1; step <= 2 * n; step++) {
                check_gunzip(bytes, n, step, 0, true, "hello");
                check_gunzip(bytes, 2 * n, step, 0, true, "hellohello");
        }
        for (size_t cut = 1; cut < n; cut++)
                check_gunzip(bytes, cut, 7, 0, false, NULL);
        check_gunzip("", 0, 1, 0, true, "");
        bytes[n - 6] ^= 1; /* the checksum */
        check_gunzip(bytes, n, 5, GUNZIP_E_BROKEN, false, "");
        check_gunzip("{}", 2, 1, GUNZIP_E_BROKEN, false, "");
}

static void test_moments(void **state) {
        Moment m;
        assert_int_equal(moment_read("dd/MM/yyyy HH:mm", STR("18/06/2026 15:30"), ZONE_OFFSET, &m), 0);
        assert_true(m.timed && m.instant == when_at(m.date, 15, 30));
        assert_int_equal(moment_read("dd/MM/yyyy HH:mm", STR("18/06/2026 15:30"), 0, &m), 0);
        assert_true(m.instant == when_at(m.date, 22, 30));
        assert_int_equal(moment_read("epoch", STR("1782752400"), 0, &m), 0); /* 30/6/2026 00:00 +07 */
        char iso[DATE_TEXT];
        assert_string_equal(date_iso(m.date, iso), "2026-06-30");
        assert_int_equal(moment_read("epoch-ms", STR("1782752400000"), 0, &m), 0);
        assert_string_equal(date_iso(m.date, iso), "2026-06-30");
        assert_true(moment_read("epoch", STR("1782752400000"), 0, &m) < 0);
        assert_true(moment_read("dd/MM/yyyy", STR("31/02/2026"), 0, &m) < 0);
        assert_true(moment_read("dd/MM/yyyy", STR("1/2/2026"), 0, &m) < 0);
        assert_int_equal(moment_read("d/M/yyyy", STR("1/2/2026"), 0, &m), 0);
        assert_true(moment_read("dd/MM/yyyy", STR("01/02/2026 x"), 0, &m) < 0);
        assert_true(moment_read("yyyyyyyy", STR("20262026"), 0, &m) < 0);
}

static void test_rate(void **state) {
        Rate r;
        assert_int_equal(rate_init(&r, 3), 0);
        for (uint64_t t = 10; t < 13; t++) {
                assert_true(rate_ready(&r) <= t);
                rate_sent(&r, t);
        }
        assert_true(rate_ready(&r) == 10 + 60000000);
        rate_sent(&r, 60000010);
        assert_true(rate_ready(&r) == 11 + 60000000);
        rate_done(&r);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_retry_after), cmocka_unit_test(test_addresses),
                cmocka_unit_test(test_form),        cmocka_unit_test(test_jar),
                cmocka_unit_test(test_jar_names),   cmocka_unit_test(test_jar_too_large),
                cmocka_unit_test(test_query_drop), cmocka_unit_test(test_cookie_of_host),
                cmocka_unit_test(test_gunzip),      cmocka_unit_test(test_moments),
                cmocka_unit_test(test_rate),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
