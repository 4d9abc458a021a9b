/* SPDX-License-Identifier: MIT */
/* The pieces of a session that need no network: what the vault keeps, what a person writes, who else uses the account,
 * and what a login takes from a page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <errno.h>

#include "connectors/decode/html.h"
#include "connectors/session/session-keys.h"

#define NOW ((Instant) 1781829000 * US_SECOND) /* 2026-06-19 07:30 +07:00 */
#define COOKIE "127.0.0.1\tFALSE\t/\tFALSE\t0\ts\t1\n"

static void test_text(void **state) {
        SessionKeys k, back;
        _cleanup_text_ Text t = TEXT_INIT(10000);
        session_keys_init(&k);
        text_add(&k.token, STR("tok.en"));
        text_add(&k.refresh, STR("re fresh"));
        text_add(&k.jar, STR(COOKIE));
        text_add(&k.csrf, STR("not kept"));
        k.csrf_missed = 1;
        k.expires = NOW;
        k.made = NOW - 1;
        k.handed = UINT64_MAX;
        k.renewing = k.lost = true;
        k.contest = (Contest) { .strikes = 7, .last = NOW, .until = NOW + US_HOUR };
        assert_int_equal(session_encode(&k, &t), 0);
        assert_int_equal(session_decode(text_str(&t), &back), 0);
        assert_true(str_eq(text_str(&back.token), STR("tok.en")) && str_eq(text_str(&back.refresh), STR("re fresh")));
        assert_true(str_eq(text_str(&back.jar), text_str(&k.jar)) && back.expires == NOW && back.made == NOW - 1);
        assert_true(back.handed == UINT64_MAX && back.renewing && back.lost && back.csrf.len == 0);
        assert_int_equal(back.csrf_missed, 1);
        assert_true(back.contest.strikes == 7 && back.contest.last == NOW && back.contest.until == NOW + US_HOUR);
        session_keys_clear(&back);
        assert_true(back.token.len + back.refresh.len + back.jar.len == 0 && back.handed == UINT64_MAX);
        assert_true(back.expires == INSTANT_NONE && back.contest.strikes == 7 && !back.lost);
        session_keys_free(&back);
        session_keys_free(&k);
}

/* What an earlier version wrote. */
static void test_text_of_before(void **state) {
        SessionKeys back;
        assert_int_equal(session_decode(STR("nq57d-session 1\ntoken\tt\nexpires\t5\ncookie\t" COOKIE), &back), 0);
        assert_true(back.expires == 5 && back.made == INSTANT_NONE && back.handed == 0 && !back.lost);
        assert_true(str_eq(text_str(&back.token), STR("t")) && str_eq(text_str(&back.jar), STR(COOKIE)));
        session_keys_free(&back);
}

static void test_text_broken(void **state) {
        SessionKeys back;
        static const char *const bad[] = { "",
                                           "x",
                                           "nq57d-session 2\n",
                                           "nq57d-session 1\ntoken\n",
                                           "nq57d-session 1\nexpires\tx\n",
                                           "nq57d-session 1\nwhat\tx\n",
                                           "nq57d-session 1\ncookie\tx\n",
                                           "nq57d-session 1\ntoken\ta\rb\n",
                                           "nq57d-session 1\ntoken\ta\ntoken\tb\n",
                                           "nq57d-session 1\nrefresh\ta\nrefresh\ta\n",
                                           "nq57d-session 1\nexpires\t1\nexpires\t1\n",
                                           "nq57d-session 1\ntoken\t\n",
                                           "nq57d-session 1\nlost\t2\n",
                                           "nq57d-session 1\nlost\t1\nlost\t1\n",
                                           "nq57d-session 1\nhanded\t0x1\n",
                                           "nq57d-session 1\ncontest\t0\t1\t1\n",
                                           "nq57d-session 1\ncontest\t1\t1\n",
                                           "nq57d-session 1\ncontest\t1\t1\t1\t1\n",
                                           "nq57d-session 1\nexpires\t99999999999999999999\n" };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_true(session_decode(str_of(bad[i]), &back) < 0);
}

/* ---- what a person writes ---- */

static void handed(const char *text, SessionKeys *k) {
        int line = -1;
        assert_int_equal(session_handed(str_of(text), "a.vn", true, k, &line), 0);
}

static void test_handed(void **state) {
        SessionKeys k;
        handed("\xef\xbb\xbf# from Chrome, by Nga\r\nCookie: PHPSESSID=abc=1; remember = x%20y ;\r\n"
               "Expires:  20/6/2026 17:00\r\n\r\n",
               &k);
        assert_true(
                str_eq(text_str(&k.jar),
                       STR("a.vn\tFALSE\t/\tTRUE\t0\tPHPSESSID\tabc=1\na.vn\tFALSE\t/\tTRUE\t0\tremember\tx%20y\n")));
        assert_true(k.expires == NOW + 33 * US_HOUR + 30 * US_MINUTE && k.handed != 0);
        session_keys_free(&k);
        handed("authorization: Bearer ey.J\nrefresh:r 1\nexpires: 2026-06-19\n", &k);
        assert_true(str_eq(text_str(&k.token), STR("ey.J")) && str_eq(text_str(&k.refresh), STR("r 1")));
        assert_true(k.expires == NOW + 16 * US_HOUR + 30 * US_MINUTE); /* a day is over at its end */
        session_keys_free(&k);
        handed("# Netscape HTTP Cookie File\n#HttpOnly_a.vn\tFALSE\t/\tTRUE\t0\ts\t1\n\n", &k);
        assert_true(str_eq(text_str(&k.jar), STR("#HttpOnly_a.vn\tFALSE\t/\tTRUE\t0\ts\t1\n")));
        uint64_t before = k.handed;
        session_keys_free(&k);
        handed("# Netscape HTTP Cookie File\n#HttpOnly_a.vn\tFALSE\t/\tTRUE\t0\ts\t2\n\n", &k);
        assert_true(k.handed != before); /* another session is told from the one before */
        session_keys_free(&k);
}

static void test_handed_broken(void **state) {
        static const struct {
                const char *text;
                int line;
        } bad[] = {
                { "", 0 },
                { "# nothing\nexpires: 2026-06-20\n", 0 },
                { "token: a\nmật khẩu: b\n", 2 },
                { "token: a\nToken: b\n", 2 },
                { "token:\n", 1 },
                { "expires: mai\n", 1 },
                { "expires: 2026-06-20\nexpires: 2026-06-21\n", 2 },
                { "cookie: abc\n", 1 },
                { "cookie: =1\n", 1 },
                { "cookie: a=1\x01\n", 1 },
                { "a.vn\tFALSE\t/\n", 1 },
                { "PHPSESSID=abc\n", 1 },
                { "token: \xff\n", 1 },
        };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                SessionKeys k;
                int line = -1;
                assert_int_equal(session_handed(str_of(bad[i].text), "a.vn", true, &k, &line), -EBADMSG);
                assert_int_equal(line, bad[i].line);
        }
}

static void test_cookie(void **state) {
        static const char *const jar = "a.vn\tFALSE\t/\tFALSE\t0\tXSRF-TOKEN\told\n"
                                       "a.vn\tFALSE\t/a\tFALSE\t0\tXSRF-TOKEN\tab%3D%3d%zz%4\n"
                                       "a.vn\tFALSE\t/\tFALSE\t0\tempty\t\n";
        _cleanup_text_ Text t = TEXT_INIT(100), none = TEXT_INIT(100);
        assert_true(session_cookie(str_of(jar), "XSRF-TOKEN", &t));
        assert_true(str_eq(text_str(&t), STR("ab==%zz%4")));
        assert_false(session_cookie(str_of(jar), "xsrf-token", &none));
        assert_false(session_cookie(str_of(jar), "empty", &none));
        assert_false(session_cookie(STR_NULL, "a", &none));
}

/* ---- who else uses the account ---- */

static void test_contest(void **state) {
        Contest c;
        contest_init(&c);
        for (int i = 1; i < CONTEST_STRIKES; i++)
                assert_false(contest_strike(&c, NOW + i * US_HOUR));
        Instant at = NOW + CONTEST_STRIKES * US_HOUR, pause = CONTEST_PAUSE;
        for (int i = 0; i < 6; i++) {
                assert_true(contest_strike(&c, at));
                assert_true(c.until - at == pause);
                at = c.until + US_MINUTE; /* tried again after the pause, and lost again */
                pause = 2 * pause > CONTEST_PAUSE_MAX ? CONTEST_PAUSE_MAX : 2 * pause;
        }
        for (int i = 0; i < 20; i++) /* a system that ends one after another is no person */
                assert_false(contest_strike(&c, c.last + CONTEST_QUICK - 1));
        assert_false(contest_strike(&c, c.until + CONTEST_APART + 1)); /* peace for a while: it begins anew */
        assert_int_equal(c.strikes, 1);
}

static void test_no_contest(void **state) {
        Contest c;
        contest_init(&c);
        for (int i = 0; i < 1000; i++) /* a system that drops every session twice a day is no person */
                assert_false(contest_strike(&c, NOW + i * 12 * US_HOUR));
}

/* ---- what a login takes from a page ---- */

static void test_login_page(void **state) {
        assert_true(html_login_page(STR("<form><input type=PASSWORD name=p></form>")));
        assert_false(html_login_page(STR("<html><form><input name=q></form>")));
        assert_false(html_login_page(STR("{\"a\":\"<input type=password>\"}")));
}

static const char *const page =
        "<html><head><meta name=csrf-token content='m&quot;1'><meta property=og:x content=2></head>"
        "<form action=/search><input name=q><input name=_token value=wrong></form><form method=post action='/login'>"
        "<input type=hidden name=_token value='a&amp;b'><input name=u><input type=PASSWORD name=p></form>"
        "<input name=outside value=o>";

static void test_form(void **state) {
        static const char *const has[] = { "u", "p" }, *const wrong[] = { "user" };
        _cleanup_arena_ Arena a = { 0 };
        HtmlWant wants[] = { { HTML_INPUT, "_token", STR_NULL }, { HTML_ACTION, NULL, STR_NULL },
                             { HTML_META, "csrf-token", STR_NULL } };
        const char *missing = NULL;
        assert_int_equal(html_take(&a, str_of(page), (PlanNames) { has, 2 }, wants, 3, &missing), 0);
        assert_true(str_eq(wants[0].value, STR("a&b")) && str_eq(wants[1].value, STR("/login")));
        assert_true(str_eq(wants[2].value, STR("m\"1")));
        assert_int_equal(html_take(&a, str_of(page), (PlanNames) { wrong, 1 }, wants, 3, &missing), HTML_E_NO_FORM);
        assert_string_equal(missing, "user");
        assert_int_equal(html_take(&a, STR("<p>x"), (PlanNames) { has, 2 }, wants, 3, &missing), HTML_E_NO_FORM);
        assert_string_equal(missing, "form");
        assert_int_equal(html_take(&a, STR(""), (PlanNames) { 0 }, wants, 1, &missing), 0);
        assert_null(wants[0].value.at);
}

/* What a browser reads as two forms beside each other is none inside the other, with and without <html> around them. */
static void test_bare_page(void **state) {
        static const char *const bare = "<form action=/search><input name=q></form><form action='/in'><input name=_t "
                                        "value=1><input name=u></form>";
        static const char *const has[] = { "u" };
        _cleanup_arena_ Arena a = { 0 };
        HtmlWant wants[] = { { HTML_INPUT, "_t", STR_NULL }, { HTML_ACTION, NULL, STR_NULL } };
        const char *missing = NULL;
        assert_int_equal(html_take(&a, str_of(bare), (PlanNames) { has, 1 }, wants, 2, &missing), 0);
        assert_true(str_eq(wants[1].value, STR("/in")) && str_eq(wants[0].value, STR("1")));
}

/* Without a form to be known by, an input stands anywhere; an action asks for the form that has the rest. */
static void test_anywhere(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        HtmlWant one[] = { { HTML_INPUT, "outside", STR_NULL }, { HTML_META, "og:x", STR_NULL } };
        HtmlWant two[] = { { HTML_INPUT, "_token", STR_NULL }, { HTML_INPUT, "u", STR_NULL },
                           { HTML_ACTION, NULL, STR_NULL } };
        const char *missing = NULL;
        assert_int_equal(html_take(&a, str_of(page), (PlanNames) { 0 }, one, 2, &missing), 0);
        assert_true(str_eq(one[0].value, STR("o")) && str_eq(one[1].value, STR("2")));
        assert_int_equal(html_take(&a, str_of(page), (PlanNames) { 0 }, two, 3, &missing), 0);
        assert_true(str_eq(two[0].value, STR("a&b")) && two[1].value.at && two[1].value.len == 0);
}

static void test_html_text(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        Str text;
        assert_int_equal(html_text(&a, STR("<p>Đã <b>ban</b> hành</p><script>x</script><p>A &amp; B</p>"), &text), 0);
        assert_non_null(memmem(text.at, text.len, "Đã ban hành", strlen("Đã ban hành")));
        assert_non_null(memmem(text.at, text.len, "A & B", 5));
        assert_null(memmem(text.at, text.len, "x", 1));
}

static void test_jwt(void **state) {
        static const char *const bad[] = {
                "", "eyJ", "eyJ.x", "eyJhbGciOiJub25lIn0.e30.x", "eyJhbGciOiJub25lIn0.eyJleHAiOjB9.x",
                "eyJhbGciOiJub25lIn0.eyJleHAiOiIxNzgxODMyNjAwIn0.x", "eyJhbGciOiJub25lIn0.eyJleHAiOjE3ODE4MzI2MDB9",
                "eyJhbGciOiJub25lIn0.eyJleHAiOjE3ODE4MzI2MDB9.x.y", "eyJhbGciOiJub25lIn0.eyJleHAiOjE3ODE4MzI2MDB9=.x",
                "eyJhbGciOiJub25lIn0.eyJleHAiOjFlMzB9.x", "eyJhbGciOiJub25lIn0.W10.x", "eyJhbGciOiJub25lIn0..x",
        };
        int64_t end = 7;
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_false(session_jwt_end(str_of(bad[i]), &end));
        assert_int_equal(end, 7);
        assert_true(session_jwt_end(STR("eyJhbGciOiJub25lIn0.eyJleHAiOjE3ODE4MzI2MDB9.c2ln"), &end));
        assert_int_equal(end, 1781832600);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_jwt),
                cmocka_unit_test(test_text),       cmocka_unit_test(test_text_of_before),
                cmocka_unit_test(test_text_broken), cmocka_unit_test(test_handed),
                cmocka_unit_test(test_handed_broken), cmocka_unit_test(test_cookie),
                cmocka_unit_test(test_contest),    cmocka_unit_test(test_no_contest),
                cmocka_unit_test(test_login_page), cmocka_unit_test(test_form),
                cmocka_unit_test(test_bare_page),  cmocka_unit_test(test_anywhere),   cmocka_unit_test(test_html_text),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
