/* SPDX-License-Identifier: MIT */
#include "connectors/loopback.h"
#include "connectors/http.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "connectors/gunzip.h"
#include "connectors/http-url.h"
#include "connectors/jar.h"

struct Http {
        HttpOptions o;
        LoopCurl *curl;
        UrlParts base;
        bool loopback;
};

struct HttpCall {
        Http *http;
        CURL *easy;
        struct curl_slist *headers;
        HttpRequest q;
        char *body;           /* ours: the request's body until the answer came */
        UrlParts at;
        HttpDone *done;
        void *userdata;
        Text body_in, location, jar_sent;
        Text head_in;         /* the answer's header lines, for the tap */
        Instant began;
        const HttpExchange *played; /* the answer, when the tap gives it */
        char retry_after[64];
        Gunzip *gunzip;
        size_t header_bytes, body_bytes; /* as received, over all hops' headers and of this body */
        bool cookies, gzip, foreign, broken, too_large;
        int hops;
        char error[CURL_ERROR_SIZE];
};

int http_new(const HttpOptions *o, Http **ret, Err *e) {
        _cleanup_(http_freep) Http *h = calloc(1, sizeof *h);
        if (!h)
                return err_oom(e);
        h->o = *o;
        int r = url_resolve(NULL, o->base_url, &h->base);
        if (r == -ENOMEM)
                return err_oom(e);
        if (r < 0)
                return err_set(e, r, RETRY_RECONFIGURE, "%s is no address", o->base_url);
        h->loopback = url_loopback(str_of(h->base.host));
        bool http = strcmp(h->base.scheme, "http") == 0;
        if ((!http && strcmp(h->base.scheme, "https") != 0) || (http && !h->loopback) || h->base.user)
                return err_set(e, -EINVAL, RETRY_RECONFIGURE,
                               "%s: https is required, without a user in it (http only to 127.0.0.1)", o->base_url);
        r = loop_curl_new(o->loop, o->concurrency, &h->curl, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(h);
        return 0;
}

Http *http_free(Http *h) {
        if (!h)
                return NULL;
        loop_curl_free(h->curl);
        url_parts_free(&h->base);
        free(h);
        return NULL;
}

static HttpCall *call_free(HttpCall *c) {
        if (!c)
                return NULL;
        if (c->easy)
                curl_easy_cleanup(c->easy);
        curl_slist_free_all(c->headers);
        if (c->body)
                explicit_bzero(c->body, c->q.body.len);
        free(c->body);
        gunzip_free(c->gunzip);
        url_parts_free(&c->at);
        text_free(&c->body_in);
        text_free(&c->location);
        text_free(&c->jar_sent);
        text_free(&c->head_in);
        free(c);
        return NULL;
}
DEFINE_CLEANUP(HttpCall, call_free)

static bool tap_answers(const HttpCall *c) {
        return c->http->o.tap && c->http->o.tap->ask;
}

HttpCall *http_abandon(HttpCall *c) {
        if (c && tap_answers(c))
                c->http->o.tap->forget(c->http->o.tap->userdata, c);
        else if (c)
                loop_curl_remove(c->http->curl, c->easy);
        return call_free(c);
}

static int body_add(HttpCall *c, Str bytes) {
        c->body_bytes += bytes.len;
        if (c->body_bytes > c->q.body_max)
                return -E2BIG; /* also of bytes that unpack to nothing */
        if (!c->gzip)
                return text_add(&c->body_in, bytes);
        int r = c->gunzip ? 0 : gunzip_new(&c->gunzip);
        return r < 0 ? r : gunzip_add(c->gunzip, bytes, &c->body_in);
}

static size_t body_written(char *at, size_t size, size_t n, void *userdata) {
        HttpCall *c = userdata;
        int r = c->foreign ? -EPROTO : body_add(c, (Str) { at, size * n });
        c->too_large |= r == -E2BIG;
        c->broken |= r == GUNZIP_E_BROKEN;
        return r == 0 ? size * n : 0;
}

static bool header_value(Str line, const char *name, Str *ret) {
        size_t n = strlen(name);
        if (line.len <= n || line.at[n] != ':' || strncasecmp(line.at, name, n) != 0)
                return false;
        *ret = str_trim((Str) { line.at + n + 1, line.len - n - 1 });
        return true;
}

static bool str_case_is(Str s, const char *word) {
        return s.len == strlen(word) && strncasecmp(s.at, word, s.len) == 0;
}

static void header_reset(HttpCall *c) {
        text_clear(&c->location);
        text_clear(&c->head_in);
        c->retry_after[0] = '\0';
        c->gunzip = gunzip_free(c->gunzip);
        c->body_bytes = 0;
        c->cookies = c->gzip = c->foreign = c->broken = false;
}

/* gzip alone was asked for; what else comes cannot be read. */
static void encoding_seen(HttpCall *c, Str value) {
        if (str_case_is(value, "gzip") || str_case_is(value, "x-gzip"))
                c->gzip = true;
        else if (value.len > 0 && !str_case_is(value, "identity"))
                c->foreign = true;
}

static size_t header_seen(char *at, size_t size, size_t n, void *userdata) {
        HttpCall *c = userdata;
        Str line = { at, size * n }, value;
        c->header_bytes += line.len;
        if (c->header_bytes > LIMIT_HEADER_BYTES) {
                c->too_large = true;
                return 0;
        }
        if (str_starts(line, STR("HTTP/")))
                header_reset(c);
        else if (header_value(line, "location", &value))
                text_add(&c->location, value);
        else if (header_value(line, "retry-after", &value))
                snprintf(c->retry_after, sizeof c->retry_after, STR_FMT, STR_ARG(value));
        else if (header_value(line, "content-encoding", &value))
                encoding_seen(c, value);
        else if (header_value(line, "set-cookie", &value))
                c->cookies = true;
        if (c->http->o.tap && !str_starts(line, STR("HTTP/")))
                text_add(&c->head_in, line);
        return line.len;
}

static bool all_digits(Str s) {
        for (size_t i = 0; i < s.len; i++)
                if (s.at[i] < '0' || s.at[i] > '9')
                        return false;
        return s.len > 0;
}

int http_retry_after(Str value, Instant now, Instant *ret) {
        int64_t seconds;
        char text[64];
        if (all_digits(value)) {
                if (text_to_int64(value, &seconds) < 0 || seconds > INT32_MAX)
                        seconds = INT32_MAX;
        } else {
                if (value.len < 8 || value.len >= sizeof text || !memchr(value.at, ':', value.len))
                        return -EINVAL;
                memcpy(text, value.at, value.len);
                text[value.len] = '\0';
                time_t date = curl_getdate(text, NULL);
                if (date < 0)
                        return -EINVAL;
                seconds = (int64_t) date - now / US_SECOND;
        }
        *ret = now + (seconds < 1 ? 1 : seconds) * US_SECOND;
        return 0;
}

void http_form_add(Text *t, Str name, Str value) {
        Str both[2] = { name, value };
        if (t->len)
                text_addc(t, '&');
        for (int k = 0; k < 2; k++) {
                if (k == 1)
                        text_addc(t, '=');
                for (size_t i = 0; i < both[k].len; i++) {
                        unsigned char b = (unsigned char) both[k].at[i];
                        bool plain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') ||
                                     (b && strchr("*-._", b));
                        if (b == ' ')
                                text_addc(t, '+');
                        else if (plain)
                                text_addc(t, (char) b);
                        else
                                text_addf(t, "%%%02X", b);
                }
        }
}

typedef struct CodeMeaning {
        Fault fault;
        Retry retry;
} CodeMeaning;

static CodeMeaning code_meaning(const HttpCall *c, CURLcode code) {
        if (c->foreign)
                return (CodeMeaning) { FAULT_NOT_JSON, RETRY_LATER };
        switch (code) {
        case CURLE_OK: /* ...but the gzip stream has no end */
        case CURLE_PARTIAL_FILE:
                return (CodeMeaning) { FAULT_TRUNCATED_BODY, RETRY_NOW };
        case CURLE_WRITE_ERROR:
                if (c->broken)
                        return (CodeMeaning) { FAULT_TRUNCATED_BODY, RETRY_NOW };
                return (CodeMeaning) { c->too_large ? FAULT_TOO_LARGE : FAULT_NETWORK, RETRY_LATER };
        case CURLE_RECV_ERROR:
                return (CodeMeaning) { c->body_bytes ? FAULT_TRUNCATED_BODY : FAULT_NETWORK, RETRY_NOW };
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        case CURLE_SSL_INVALIDCERTSTATUS:
                return (CodeMeaning) { FAULT_TLS, RETRY_LATER };
        case CURLE_FILESIZE_EXCEEDED:
        case CURLE_OUT_OF_MEMORY: /* also of one header line beyond libcurl's own limit */
                return (CodeMeaning) { FAULT_TOO_LARGE, RETRY_LATER };
        default:
                return (CodeMeaning) { c->too_large ? FAULT_TOO_LARGE : FAULT_NETWORK,
                                       c->too_large ? RETRY_LATER : RETRY_NOW };
        }
}

static void jar_back(HttpCall *c, HttpResponse *r) {
        struct curl_slist *cookies = NULL;
        _cleanup_text_ Text back = TEXT_INIT(LIMIT_SESSION_BYTES);
        if (!c->q.jar || !c->cookies || curl_easy_getinfo(c->easy, CURLINFO_COOKIELIST, &cookies) != CURLE_OK)
                return;
        for (struct curl_slist *s = cookies; s; s = s->next)
                text_addf(&back, "%s\n", s->data);
        curl_slist_free_all(cookies);
        if (!back.failed && jar_merge(c->q.jar, text_str(&c->jar_sent), text_str(&back)) == 0)
                return;
        r->fault = FAULT_TOO_LARGE;
        snprintf(r->detail, sizeof r->detail, "more than %u bytes of cookies", LIMIT_SESSION_BYTES);
}

static int jar_send(HttpCall *c) {
        Str rest, line;
        curl_easy_setopt(c->easy, CURLOPT_COOKIELIST, "ALL");
        if (!c->q.jar)
                return 0;
        curl_easy_setopt(c->easy, CURLOPT_COOKIEFILE, "");
        text_clear(&c->jar_sent);
        if (text_add(&c->jar_sent, text_str(c->q.jar)) < 0)
                return -ENOMEM;
        for (rest = text_str(&c->jar_sent); str_split(&rest, '\n', &line);) {
                _cleanup_free_ char *copy = line.len ? str_dup(line) : NULL;
                if (copy && curl_easy_setopt(c->easy, CURLOPT_COOKIELIST, copy) != CURLE_OK)
                        return -ENOMEM;
        }
        return 0;
}

static void call_done(void *userdata, CURL *easy, CURLcode code);

/* What the tap is told of the request; an answer is added to it. */
static HttpExchange tap_exchange(const HttpCall *c) {
        const HttpOptions *o = &c->http->o;
        return (HttpExchange) { .source = o->source ? o->source : "",
                                .method = c->q.post ? "POST" : "GET",
                                .url = c->at.url,
                                .headers = o->headers,
                                .secret_name = c->q.header,
                                .content_type = c->q.post ? c->q.content_type : NULL,
                                .body = c->q.post ? c->q.body : STR_NULL,
                                .login = c->q.login,
                                .began = c->began,
                                .ended = clock_wall(o->clock) };
}

static void tap_seen(const HttpCall *c, const HttpResponse *r) {
        const HttpTap *tap = c->http->o.tap;
        if (!tap || !tap->seen)
                return;
        HttpExchange x = tap_exchange(c);
        x.fault = r->fault;
        x.retry = r->retry;
        x.detail = r->detail;
        x.status = r->status;
        x.answer_headers = text_str(&c->head_in);
        x.answer = text_str(&c->body_in);
        tap->seen(tap->userdata, &x);
}

/* An answer that was written down: through the same checks as one from the network, cookies included. */
static void tap_answered(void *call, const HttpExchange *x) {
        HttpCall *c = call;
        Str rest = x->answer_headers, line;
        Text cookie = TEXT_INIT(LIMIT_SESSION_BYTES);
        c->played = x;
        while (str_split(&rest, '\n', &line)) {
                header_seen((char *) line.at, 1, line.len, c);
                text_clear(&cookie);
                if (strncasecmp(line.at ? line.at : "", "set-cookie:", 11) == 0 && c->q.jar &&
                    text_add(&cookie, str_trim(line)) == 0)
                        curl_easy_setopt(c->easy, CURLOPT_COOKIELIST, cookie.at);
        }
        text_free(&cookie);
        c->gzip = c->foreign = false;
        size_t taken = body_written((char *) x->answer.at, 1, x->answer.len, c);
        call_done(c, c->easy, taken == x->answer.len ? CURLE_OK : CURLE_WRITE_ERROR);
}

static int tap_ask(HttpCall *c, Err *e) {
        const HttpTap *tap = c->http->o.tap;
        HttpExchange x = tap_exchange(c);
        return tap->ask(tap->userdata, &x, tap_answered, c, e);
}

/* Sends the request as it stands to c->at. */
static int call_start(HttpCall *c, Err *e) {
        c->header_bytes = 0;
        text_clear(&c->body_in);
        header_reset(c);
        c->hops++;
        CURLcode code = curl_easy_setopt(c->easy, CURLOPT_URL, c->at.url);
        /* on a kept connection that dies libcurl sends again by itself, and what is posted here is a password */
        if (code == CURLE_OK)
                code = curl_easy_setopt(c->easy, CURLOPT_FRESH_CONNECT, (long) c->q.post);
        if (code == CURLE_OK && c->q.post)
                code = curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
        if (code == CURLE_OK && c->q.post)
                code = curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) c->q.body.len);
        if (code == CURLE_OK && c->q.post)
                code = curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, c->body);
        if (code == CURLE_OK && !c->q.post)
                code = curl_easy_setopt(c->easy, CURLOPT_HTTPGET, 1L);
        if (code != CURLE_OK || jar_send(c) < 0)
                return err_oom(e);
        c->began = clock_wall(c->http->o.clock);
        if (tap_answers(c))
                return tap_ask(c, e);
        return loop_curl_add(c->http->curl, c->easy, call_done, c, e);
}

/* A redirect: resolved and judged; followed when asked for. true: another request is under way. */
static bool redirect(HttpCall *c, HttpResponse *r) {
        UrlParts to = { 0 };
        Err e = { 0 };
        char *location = text_take(&c->location);
        c->location = TEXT_INIT(8192);
        int status = r->status, resolved = location ? url_resolve(c->at.url, location, &to) : -ENOMEM;
        if (resolved < 0 || !url_allowed(&c->http->base, c->http->o.allowed_hosts, &to)) {
                r->fault = FAULT_REDIRECT;
                r->retry = RETRY_RECONFIGURE;
                snprintf(r->detail, sizeof r->detail, "%s redirects to %.150s, which the profile does not allow",
                         c->at.path, resolved == 0 ? to.url : "something that is no address");
                free(location);
                url_parts_free(&to);
                return false;
        }
        free(location);
        bool stop = c->q.stop_path && strcmp(to.path, c->q.stop_path) == 0;
        if (stop || c->hops > c->q.follow) {
                text_clear(&c->location);
                text_add(&c->location, str_of(to.path));
                r->location_path = c->location.at;
                url_parts_free(&to);
                return false;
        }
        url_parts_free(&c->at);
        c->at = to;
        if (status != 307 && status != 308)
                c->q.post = false;
        if (call_start(c, &e) == 0)
                return true;
        r->fault = FAULT_NETWORK;
        r->retry = RETRY_LATER;
        snprintf(r->detail, sizeof r->detail, "%.250s", e.text);
        return false;
}

static const char *what_happened(const HttpCall *c, CURLcode code) {
        if (c->too_large)
                return "more bytes than the limit";
        if (c->foreign)
                return "compressed in a way that was not asked for";
        if (c->broken)
                return "a broken gzip stream";
        if (code == CURLE_OK)
                return "the gzip stream ends before its trailer";
        return c->error[0] ? c->error : curl_easy_strerror(code);
}

static void response_fill(HttpCall *c, CURLcode code, HttpResponse *r) {
        long status = 0, sent = 0;
        if (c->played) {
                status = c->played->status;
                sent = 1;
        } else {
                curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
                curl_easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &sent);
        }
        r->status = (int) status;
        r->sent = sent > 0 || c->hops > 1;
        if (c->retry_after[0] &&
            http_retry_after(str_of(c->retry_after), clock_wall(c->http->o.clock), &r->retry_after) < 0)
                r->retry_after = INSTANT_NONE;
        if (c->played && c->played->fault != FAULT_NONE) {
                r->fault = c->played->fault;
                r->retry = c->played->retry;
                snprintf(r->detail, sizeof r->detail, "%s", c->played->detail ? c->played->detail : "");
                return;
        }
        if (code == CURLE_OK && (!c->gunzip || gunzip_whole(c->gunzip)))
                return;
        CodeMeaning m = code_meaning(c, code);
        r->fault = m.fault;
        r->retry = m.retry;
        snprintf(r->detail, sizeof r->detail, "%.100s: %.170s", c->at.path, what_happened(c, code));
}

static void call_done(void *userdata, CURL *easy, CURLcode code) {
        HttpCall *c = userdata;
        HttpResponse r = { .retry_after = INSTANT_NONE };
        response_fill(c, code, &r);
        jar_back(c, &r);
        tap_seen(c, &r);
        c->played = NULL;
        if (r.fault == FAULT_NONE && r.status >= 300 && r.status < 400 && c->location.len && redirect(c, &r))
                return;
        r.body = c->body_in;
        c->body_in = TEXT_INIT(0);
        r.url = c->at.url;
        r.path = c->at.path;
        r.hops = c->hops;
        c->done(c->userdata, &r);
        text_free(&r.body);
        call_free(c);
}

static int add_header(HttpCall *c, const char *name, const char *value) {
        _cleanup_text_ Text line = TEXT_INIT(LIMIT_SESSION_BYTES);
        text_addf(&line, "%s: %s", name, value);
        struct curl_slist *list = line.failed ? NULL : curl_slist_append(c->headers, line.at);
        if (!list)
                return -ENOMEM;
        c->headers = list;
        return 0;
}

static int call_headers(HttpCall *c) {
        const HttpOptions *o = &c->http->o;
        int r = add_header(c, "User-Agent", "nq57d");
        if (r == 0)
                r = add_header(c, "Accept-Encoding", "gzip");
        for (size_t i = 0; i < o->headers.n && r == 0; i++)
                r = add_header(c, o->headers.at[i].name, o->headers.at[i].value);
        if (r == 0 && c->q.header)
                r = add_header(c, c->q.header, c->q.value);
        if (r == 0 && c->q.post && c->q.content_type)
                r = add_header(c, "Content-Type", c->q.content_type);
        return r == 0 ? add_header(c, "Expect", "") : r;
}

static int call_setup(HttpCall *c) {
        const HttpOptions *o = &c->http->o;
        c->easy = loop_curl_easy(c->http->loopback, o->timeout_seconds);
        if (!c->easy || call_headers(c) < 0)
                return -ENOMEM;
        bool fine = curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers) == CURLE_OK &&
                    curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, body_written) == CURLE_OK &&
                    curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c) == CURLE_OK &&
                    curl_easy_setopt(c->easy, CURLOPT_HEADERFUNCTION, header_seen) == CURLE_OK &&
                    curl_easy_setopt(c->easy, CURLOPT_HEADERDATA, c) == CURLE_OK &&
                    curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->error) == CURLE_OK &&
                    curl_easy_setopt(c->easy, CURLOPT_HTTP_CONTENT_DECODING, 0L) == CURLE_OK &&
                    (!o->ca_file || curl_easy_setopt(c->easy, CURLOPT_CAINFO, o->ca_file) == CURLE_OK) &&
                    (!c->http->loopback || curl_easy_setopt(c->easy, CURLOPT_PROXY, "") == CURLE_OK);
        return fine ? 0 : -ENOMEM;
}

/* Below the base: a path is put after the base's own prefix; anything else is resolved as a link on a page would be. */
static int call_target(HttpCall *c, Err *e) {
        const UrlParts *base = &c->http->base;
        _cleanup_text_ Text joined = TEXT_INIT(16384);
        const char *target = c->q.target;
        if (target[0] == '/' && !c->q.referer) {
                size_t prefix = strlen(base->path);
                while (prefix > 0 && base->path[prefix - 1] == '/')
                        prefix--;
                text_add(&joined, (Str) { base->path, prefix });
                text_add(&joined, str_of(target));
                if (joined.failed)
                        return err_oom(e);
                target = joined.at;
        }
        int r = url_resolve(c->q.referer ? c->q.referer : base->url, target, &c->at);
        if (r == -ENOMEM)
                return err_oom(e);
        if (r < 0 || !url_allowed(base, c->http->o.allowed_hosts, &c->at))
                return err_set(e, -EPERM, RETRY_RECONFIGURE, "%.200s is not an address the profile allows",
                               c->q.target);
        return 0;
}

int http_send(Http *h, const HttpRequest *q, HttpDone *done, void *userdata, HttpCall **ret, Err *e) {
        _cleanup_(call_freep) HttpCall *c = calloc(1, sizeof *c);
        if (!c)
                return err_oom(e);
        c->http = h;
        c->q = *q;
        c->done = done;
        c->userdata = userdata;
        c->body_in = TEXT_INIT(q->body_max);
        c->location = TEXT_INIT(8192);
        c->jar_sent = TEXT_INIT(LIMIT_SESSION_BYTES);
        c->head_in = TEXT_INIT(LIMIT_HEADER_BYTES);
        int r = call_target(c, e);
        if (r < 0)
                return r;
        if (q->post && !(c->body = str_dup(q->body)))
                return err_oom(e);
        c->q.body.at = c->body;
        if (call_setup(c) < 0)
                return err_oom(e);
        r = call_start(c, e);
        c->q.value = NULL; /* copied, and not ours to keep; names live as long as the profile */
        if (r < 0)
                return r;
        *ret = TAKE_PTR(c);
        return 0;
}
