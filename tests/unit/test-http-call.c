/* SPDX-License-Identifier: MIT */
/* Requests over a real connection, against a server that gives them back as they came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <malloc.h>

#include "connectors/http/http.h"
#include "tests/unit/stub-http.h"

#define REDIRECT(status, to) "HTTP/1.1 " status "\r\nLocation: " to "\r\nContent-Length: 0\r\n\r\n"

static const StubAnswer answers[] = {
        { "/moved", REDIRECT("302 Found", "/there") },
        { "/other", REDIRECT("303 See Other", "/there") },
        { "/kept", REDIRECT("307 Temporary Redirect", "/there") },
        { "/twice", REDIRECT("307 Temporary Redirect", "/kept") },
        { "/for-ever", REDIRECT("308 Permanent Redirect", "/there") },
        { "/closes", STUB_CLOSES "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" },
        { "/drops", STUB_CLOSES },
        { "/fresh", "HTTP/1.1 304 Not Modified\r\nETag: W/\"a\"\r\n\r\n" },
        { "/headers",
          "HTTP/1.1 200 OK\r\nDate: Fri, 19 Jun 2026 00:30:00 GMT\r\nETag:  \"v:1\" \r\nLink: <a>; rel=next\r\n"
          "X-Total-Count: 1234\r\nlink: <b>; rel=last\r\nSet-Cookie: s=1\r\nX-Empty:\r\nContent-Length: 2\r\n\r\n{}" },
        { NULL, NULL },
};

static Instant wall(void *userdata) {
        return *(Instant *) userdata;
}

/* One system, and the last answer's parts copied out. */
typedef struct World {
        Stub stub;
        sd_event *loop;
        Http *http;
        Instant now;
        Clock clock;
        char url[64];
        HttpResponse r;
        char body[65536], headers[4096];
        bool done;
} World;

static void world_open(World *w, PlanPairs headers) {
        Err e = { 0 };
        *w = (World) { .stub = stub_start(answers), .now = (Instant) 1781829000 * US_SECOND };
        w->clock = (Clock) { .wall = wall, .boottime = wall, .userdata = &w->now };
        snprintf(w->url, sizeof w->url, "http://127.0.0.1:%d", w->stub.port);
        assert_true(sd_event_new(&w->loop) >= 0);
        HttpOptions o = { .loop = w->loop, .clock = &w->clock, .base_url = w->url, .headers = headers,
                          .concurrency = 2, .timeout_seconds = 20 };
        assert_int_equal(http_new(&o, &w->http, &e), 0);
}

static void world_close(World *w) {
        http_free(w->http);
        sd_event_unref(w->loop);
        stub_stop(w->stub);
}

static void done(void *userdata, HttpResponse *r) {
        World *w = userdata;
        w->r = *r;
        snprintf(w->body, sizeof w->body, "%.*s", (int) r->body.len, r->body.at ? r->body.at : "");
        snprintf(w->headers, sizeof w->headers, STR_FMT, STR_ARG(r->headers));
        w->r.headers = str_of(w->headers);
        w->done = true;
}

static void ask_any(World *w, HttpRequest q) {
        HttpCall *call = NULL;
        Err e = { 0 };
        if (!q.body_max)
                q.body_max = sizeof w->body - 1;
        w->done = false;
        assert_int_equal(http_send(w->http, &q, done, w, &call, &e), 0);
        while (!w->done)
                assert_true(sd_event_run(w->loop, UINT64_MAX) >= 0);
}

static void ask(World *w, HttpRequest q) {
        ask_any(w, q);
        assert_int_equal(w->r.fault, FAULT_NONE);
}

static bool sent(const World *w, const char *line) {
        return strstr(w->body, line) != NULL;
}

static const PlanPair fixed[] = { { .name = "Accept", .value = "application/json" },
                                  { .name = "X-Site", .value = "a" } };

static void test_headers_sent(void **state) {
        static const PlanPair own[] = { { .name = "accept", .value = "text/csv" }, { .name = "X-Empty", .value = "" } };
        World w;
        world_open(&w, (PlanPairs) { fixed, 2 });
        ask(&w, (HttpRequest) { .target = "/a", .header = "Authorization", .value = "Bearer t", .headers = { own, 2 },
                                .etag = "W/\"x\"", .modified = "Fri, 19 Jun 2026 00:30:00 GMT" });
        assert_true(sent(&w, "GET /a HTTP/1.1\r\n") && sent(&w, "Authorization: Bearer t\r\n"));
        assert_true(sent(&w, "accept: text/csv\r\n") && !sent(&w, "application/json"));
        assert_true(sent(&w, "X-Site: a\r\n") && sent(&w, "X-Empty:\r\n"));
        assert_true(sent(&w, "If-None-Match: W/\"x\"\r\n"));
        assert_true(sent(&w, "If-Modified-Since: Fri, 19 Jun 2026 00:30:00 GMT\r\n"));
        ask(&w, (HttpRequest) { .target = "/b" }); /* nothing of the first stays */
        assert_true(sent(&w, "Accept: application/json\r\n") && !sent(&w, "Bearer") && !sent(&w, "If-"));
        world_close(&w);
}

/* A connection that lies idle stays on the loop: closed by the other side, it does not keep the loop busy, and the next
 * request is made on another. */
static void test_closed_while_idle(void **state) {
        World w;
        int turns = 0;
        world_open(&w, (PlanPairs) { 0 });
        for (int i = 0; i < 3; i++) {
                ask(&w, (HttpRequest) { .target = "/closes" });
                for (turns = 0; turns < 10 && sd_event_run(w.loop, 100 * 1000) > 0;)
                        turns++;
                assert_in_range(turns, 0, 5);
        }
        ask(&w, (HttpRequest) { .target = "/after" });
        assert_true(sent(&w, "GET /after HTTP/1.1\r\n"));
        world_close(&w);
}

static void test_headers_that_end_a_line(void **state) {
        static const char *const bad[] = { "a\r\nX: y", "a\nb", "a\x7f", "a\x01" };
        World w;
        HttpCall *call = NULL;
        world_open(&w, (PlanPairs) { 0 });
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                Err e = { 0 };
                HttpRequest q = { .target = "/a", .header = "Authorization", .value = bad[i], .body_max = 10 };
                assert_int_equal(http_send(w.http, &q, done, &w, &call, &e), -EINVAL);
                q = (HttpRequest) { .target = "/a", .etag = bad[i], .body_max = 10 };
                assert_int_equal(http_send(w.http, &q, done, &w, &call, &(Err) { 0 }), -EINVAL);
        }
        world_close(&w);
}

static HttpRequest list(const char *target) {
        return (HttpRequest) { .target = target, .post = true, .body = STR("{\"page\":1}"),
                               .content_type = "application/json", .follow = 3 };
}

/* RFC 9110 15.4: 307 and 308 repeat the request, the others ask for the new place with GET and without a body. */
static void test_post_over_redirects(void **state) {
        World w;
        world_open(&w, (PlanPairs) { 0 });
        ask(&w, list("/kept"));
        assert_true(sent(&w, "POST /there HTTP/1.1\r\n") && sent(&w, "{\"page\":1}") && w.r.hops == 2);
        assert_true(sent(&w, "Content-Type: application/json\r\n"));
        ask(&w, list("/for-ever"));
        assert_true(sent(&w, "POST /there HTTP/1.1\r\n") && sent(&w, "{\"page\":1}"));
        ask(&w, list("/moved"));
        assert_true(sent(&w, "GET /there HTTP/1.1\r\n") && !sent(&w, "Content-") && !sent(&w, "page"));
        ask(&w, list("/other"));
        assert_true(sent(&w, "GET /there HTTP/1.1\r\n") && !sent(&w, "Content-"));
        world_close(&w);
}

/* A password that is sent again and again is counted once. */
static void test_login_over_redirects(void **state) {
        World w;
        world_open(&w, (PlanPairs) { 0 });
        HttpRequest login = list("/kept");
        login.login = true;
        ask(&w, login);
        assert_true(sent(&w, "POST /there HTTP/1.1\r\n") && w.r.hops == 2);
        login.target = "/twice";
        ask_any(&w, login);
        assert_true(w.r.fault == FAULT_REDIRECT && w.r.sent && w.r.hops == 2);
        ask(&w, list("/twice"));
        assert_true(sent(&w, "POST /there HTTP/1.1\r\n") && w.r.hops == 3);
        world_close(&w);
}

static size_t used(void) {
        return mallinfo2().uordblks;
}

/* A handle serves for as long as the daemon runs. */
static void test_handles_do_not_grow(void **state) {
        World w;
        Text jar = TEXT_INIT(1000);
        world_open(&w, (PlanPairs) { 0 });
        text_add(&jar, STR("127.0.0.1\tFALSE\t/\tFALSE\t0\tsid\tone\n"));
        const HttpRequest q = { .target = "/a", .jar = &jar };
        ask(&w, q);
        size_t before = used();
        for (int i = 0; i < 200; i++)
                ask(&w, q);
        assert_true(sent(&w, "Cookie: sid=one\r\n"));
        assert_true(used() < before + 200 * 32);
        text_free(&jar);
        world_close(&w);
}

static int connection(World *w, HttpRequest q) {
        static const char *const names[] = { "X-Connection" };
        q.keep = (PlanNames) { names, 1 };
        ask(w, q);
        Str number = http_header(&w->r, "x-connection");
        int n = 0;
        assert_int_equal(text_to_int(number, 1, 1000, &n), 0);
        return n;
}

static void test_connections(void **state) {
        World w;
        world_open(&w, (PlanPairs) { 0 });
        HttpRequest login = list("/login");
        login.once = true;
        int first = connection(&w, (HttpRequest) { .target = "/a" });
        assert_int_equal(connection(&w, list("/list")), first);
        assert_int_equal(connection(&w, list("/list")), first);
        assert_true(connection(&w, login) != first);
        world_close(&w);
}

/* The system closes a connection that was kept when the next request comes on it. A list is asked for again by libcurl
 * itself, on another connection; a password is not, by POST or in an address: it never came on one that was kept. */
static void test_kept_connection_dies(void **state) {
        World w;
        for (int i = 0; i < 3; i++) {
                HttpRequest q = i == 1 ? list("/drops") : (HttpRequest) { .target = "/drops" };
                q.once = i > 0;
                world_open(&w, (PlanPairs) { 0 });
                int first = connection(&w, (HttpRequest) { .target = "/a" });
                ask_any(&w, q);
                assert_true(w.r.fault == FAULT_NETWORK && w.r.sent);
                int after = connection(&w, (HttpRequest) { .target = "/b" });
                assert_int_equal(after, q.once ? first : first + 2); /* two connections died of the list */
                world_close(&w);
        }
}

static void test_headers_kept(void **state) {
        static const char *const names[] = { "x-total-count", "X-Empty" };
        World w;
        world_open(&w, (PlanPairs) { 0 });
        ask(&w, (HttpRequest) { .target = "/headers", .keep = { names, 2 } });
        assert_true(str_eq(http_header(&w.r, "etag"), STR("\"v:1\"")));
        assert_true(str_eq(http_header(&w.r, "X-Total-Count"), STR("1234")));
        assert_true(http_header(&w.r, "x-empty").at && http_header(&w.r, "x-empty").len == 0);
        assert_true(!http_header(&w.r, "set-cookie").at && !http_header(&w.r, "x-total").at);
        assert_true(w.r.date == w.now);
        Str rest = w.r.headers, link;
        assert_true(http_header_next(&rest, "link", &link) && str_eq(link, STR("<a>; rel=next")));
        assert_true(http_header_next(&rest, "link", &link) && str_eq(link, STR("<b>; rel=last")));
        assert_false(http_header_next(&rest, "link", &link));
        world_close(&w);
}

static void test_not_modified(void **state) {
        World w;
        world_open(&w, (PlanPairs) { 0 });
        ask(&w, (HttpRequest) { .target = "/fresh", .etag = "W/\"a\"" });
        assert_true(w.r.status == 304 && w.body[0] == '\0' && w.r.date == INSTANT_NONE);
        assert_true(str_eq(http_header(&w.r, "etag"), STR("W/\"a\"")));
        world_close(&w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_headers_sent),   cmocka_unit_test(test_headers_that_end_a_line),
                cmocka_unit_test(test_closed_while_idle), cmocka_unit_test(test_kept_connection_dies),
                cmocka_unit_test(test_connections),    cmocka_unit_test(test_post_over_redirects),
                cmocka_unit_test(test_headers_kept),   cmocka_unit_test(test_not_modified),
                cmocka_unit_test(test_login_over_redirects), cmocka_unit_test(test_handles_do_not_grow),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
