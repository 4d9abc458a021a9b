/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <strings.h>

#include "connectors/http/http-call.h"

bool http_tap_answers(const Http *h) {
        return h->o.tap && h->o.tap->ask;
}

/* What the tap is told of the request; an answer is added to it. */
static HttpExchange exchange(const HttpCall *c) {
        const HttpOptions *o = &c->http->o;
        return (HttpExchange) { .source = o->source ? o->source : "",
                                .method = c->q.post ? "POST" : "GET",
                                .url = c->at.url,
                                .headers = o->headers,
                                .secret_name = c->q.header,
                                .content_type = c->q.post ? c->q.content_type : NULL,
                                .body = c->q.post ? c->q.body : STR_NULL,
                                .account = c->q.account ? c->q.account : "",
                                .conditional = c->conditional,
                                .login = c->q.login,
                                .began = c->began,
                                .ended = clock_wall(o->clock) };
}

void http_tap_seen(const HttpCall *c, const HttpResponse *r) {
        const HttpTap *tap = c->http->o.tap;
        if (!tap || !tap->seen)
                return;
        HttpExchange x = exchange(c);
        x.fault = r->fault;
        x.retry = r->retry;
        x.detail = r->detail;
        x.status = r->status;
        x.answer_headers = text_str(&c->head_in);
        x.answer = text_str(&c->body_in);
        tap->seen(tap->userdata, &x);
}

/* An answer that was written down: through the same checks as one from the network, cookies included. */
static void answered(void *call, const HttpExchange *x) {
        HttpCall *c = call;
        Str rest = x->answer_headers, line;
        Text cookie = TEXT_INIT(LIMIT_SESSION_BYTES);
        c->played = x;
        while (str_split(&rest, '\n', &line)) {
                http_answer_header((char *) line.at, 1, line.len, c);
                text_clear(&cookie);
                if (line.len > 11 && strncasecmp(line.at, "set-cookie:", 11) == 0 && c->q.jar &&
                    text_add(&cookie, str_trim(line)) == 0)
                        curl_easy_setopt(c->easy, CURLOPT_COOKIELIST, cookie.at);
        }
        text_free(&cookie);
        c->gzip = c->foreign = false;
        size_t taken = http_answer_body((char *) x->answer.at, 1, x->answer.len, c);
        http_call_done(c, c->easy, taken == x->answer.len ? CURLE_OK : CURLE_WRITE_ERROR);
}

int http_tap_ask(HttpCall *c, Err *e) {
        const HttpTap *tap = c->http->o.tap;
        HttpExchange x = exchange(c);
        return tap->ask(tap->userdata, &x, answered, c, e);
}

void http_tap_forget(HttpCall *c) {
        c->http->o.tap->forget(c->http->o.tap->userdata, c);
}
