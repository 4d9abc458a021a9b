/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "connectors/http/http-call.h"
#include "connectors/http/loopback.h"

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
        r = http_queue_open(h, e);
        if (r < 0)
                return r;
        h->lines = TEXT_INIT(LIMIT_SESSION_BYTES);
        r = http_request_fixed(h);
        if (r == -EINVAL)
                return err_set(e, r, RETRY_RECONFIGURE, "a header of the profile holds what no header may hold");
        if (r < 0)
                return err_oom(e);
        *ret = TAKE_PTR(h);
        return 0;
}

Http *http_free(Http *h) {
        if (!h)
                return NULL;
        http_queue_close(h);
        http_tls_close(h);
        while (h->n_idle > 0)
                curl_easy_cleanup(h->idle[--h->n_idle]);
        loop_curl_free(h->curl);
        text_free(&h->lines);
        url_parts_free(&h->base);
        free(h);
        return NULL;
}

const char *http_host(const Http *h, bool *ret_secure) {
        *ret_secure = strcmp(h->base.scheme, "https") == 0;
        return h->base.host;
}

static HttpCall *call_end(HttpCall *c, bool whole) {
        if (!c)
                return NULL;
        http_request_done(c, whole);
        if (c->lines.at)
                explicit_bzero(c->lines.at, c->lines.len);
        if (c->body)
                explicit_bzero(c->body, c->q.body.len);
        free(c->body);
        free(c->nodes);
        gunzip_free(c->gunzip);
        url_parts_free(&c->at);
        text_free(&c->lines);
        text_free(&c->body_in);
        text_free(&c->kept);
        text_free(&c->location);
        text_free(&c->jar_sent);
        text_free(&c->head_in);
        free(c);
        return NULL;
}

static HttpCall *call_free(HttpCall *c) {
        return call_end(c, false);
}
DEFINE_CLEANUP(HttpCall, call_free)

HttpCall *http_abandon(HttpCall *c) {
        if (!c)
                return NULL;
        if (c->queued)
                http_queue_leave(c);
        else if (http_tap_answers(c->http))
                http_tap_forget(c);
        else
                loop_curl_remove(c->http->curl, c->easy);
        if (!c->queued)
                http_queue_ended(c, NULL);
        return call_free(c);
}

int http_call_start(HttpCall *c, Err *e) {
        http_answer_begin(c);
        c->hops++;
        if (http_request_hop(c) < 0)
                return err_oom(e);
        c->began = clock_wall(c->http->o.clock);
        if (http_tap_answers(c->http))
                return http_tap_ask(c, e);
        return loop_curl_add(c->http->curl, c->easy, http_call_done, c, e);
}

static bool at_home(const Http *h, const UrlParts *at) {
        return url_allowed(&h->base, h->o.session_hosts, at);
}

static bool allowed(const Http *h, const UrlParts *at) {
        return at_home(h, at) || url_allowed(&h->base, h->o.allowed_hosts, at);
}

bool http_at_home(const Http *h, const char *target) {
        UrlParts at = { 0 };
        if (target[0] == '/' && target[1] != '/')
                return true;
        bool home = url_resolve(h->base.url, target, &at) == 0 && at_home(h, &at);
        url_parts_free(&at);
        return home;
}

static bool same_origin(const UrlParts *a, const UrlParts *b) {
        return strcasecmp(a->host, b->host) == 0 && strcmp(a->scheme, b->scheme) == 0 && strcmp(a->port, b->port) == 0;
}

/* Paths of a profile stand below the base URL, and so do those it compares with. */
static const char *path_below(const Http *h, const UrlParts *at) {
        size_t n = strlen(h->base.path);
        while (n > 0 && h->base.path[n - 1] == '/')
                n--;
        bool below = same_origin(&h->base, at) && strncmp(at->path, h->base.path, n) == 0 && at->path[n] == '/';
        return below ? at->path + n : at->path;
}

/* A body that holds a password is sent once more where 307 or 308 say so, to the same place, and no second time: each
 * time may count at the other end. One that holds a token goes to no other host. */
static bool body_astray(HttpCall *c, const UrlParts *to, HttpResponse *r) {
        if (!c->q.post || (r->status != 307 && r->status != 308))
                return false;
        if (c->q.sealed && !at_home(c->http, to)) {
                r->fault = FAULT_REDIRECT;
                r->retry = RETRY_RECONFIGURE;
                snprintf(r->detail, sizeof r->detail, "%.100s wants a request that holds a token sent on to %.100s",
                         c->at.path, to->host);
                return true;
        }
        bool first = !c->repeated && same_origin(&c->at, to);
        c->repeated = true;
        if (!c->q.login || first)
                return false;
        r->fault = FAULT_REDIRECT;
        r->retry = RETRY_LATER;
        snprintf(r->detail, sizeof r->detail, "%.100s wants the login sent once more, to %.60s%.60s", c->at.path,
                 to->host, to->path);
        return true;
}

/* A redirect: resolved and judged; followed when asked for. true: another request is under way. */
static bool redirect(HttpCall *c, HttpResponse *r) {
        UrlParts to = { 0 };
        Err e = { 0 };
        char *location = text_take(&c->location);
        c->location = TEXT_INIT(8192);
        int status = r->status, resolved = location ? url_resolve(c->at.url, location, &to) : -ENOMEM;
        if (resolved < 0 || !allowed(c->http, &to)) {
                r->fault = FAULT_REDIRECT;
                r->retry = RETRY_RECONFIGURE;
                snprintf(r->detail, sizeof r->detail,
                         "%.100s redirects to %s%s%.60s%.60s, which the profile does not allow", c->at.path,
                         resolved == 0 ? to.scheme : "", resolved == 0 ? "://" : "something that is no address",
                         resolved == 0 ? to.host : "",
                         resolved == 0 ? to.path : ""); /* not its query: it may repeat ours */
                free(location);
                url_parts_free(&to);
                return false;
        }
        free(location);
        bool stop = c->q.stop_path && strcmp(path_below(c->http, &to), c->q.stop_path) == 0;
        if (stop || c->hops > c->q.follow) {
                text_clear(&c->location);
                text_add(&c->location, str_of(path_below(c->http, &to)));
                r->location_path = c->location.at;
                url_parts_free(&to);
                return false;
        }
        if (body_astray(c, &to, r)) {
                url_parts_free(&to);
                return false;
        }
        c->left_origin |= !at_home(c->http, &to);
        url_parts_free(&c->at);
        c->at = to;
        if (status != 307 && status != 308)
                c->q.post = false;
        if (http_queue_add(c, &e) == 0)
                return true;
        r->fault = FAULT_NETWORK;
        r->retry = RETRY_LATER;
        snprintf(r->detail, sizeof r->detail, "%.250s", e.text);
        return false;
}

void http_call_tell(HttpCall *c, HttpResponse *r) {
        r->body = c->body_in;
        c->body_in = TEXT_INIT(0);
        r->url = c->at.url;
        r->path = path_below(c->http, &c->at);
        r->hops = c->hops;
        c->done(c->userdata, r);
        text_free(&r->body);
        call_end(c, true);
}

void http_call_done(void *userdata, CURL *easy, CURLcode code) {
        HttpCall *c = userdata;
        HttpResponse r = { 0 };
        http_answer_fill(c, code, &r);
        http_answer_cookies(c, &r);
        http_tap_seen(c, &r);
        c->played = NULL;
        http_queue_ended(c, &r);
        if (r.fault == FAULT_NONE && r.status >= 300 && r.status < 400 && c->location.len && redirect(c, &r))
                return;
        http_call_tell(c, &r);
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
        int r = c->q.referer ? 1 : url_beside(base, target, &c->at);
        if (r == 1)
                r = url_resolve(c->q.referer ? c->q.referer : base->url, target, &c->at);
        if (r == -ENOMEM)
                return err_oom(e);
        if (r < 0 || !allowed(c->http, &c->at))
                return err_set(e, -EPERM, RETRY_RECONFIGURE, "%.*s is not an address the profile allows",
                               (int) (strcspn(c->q.target, "?") > 200 ? 200 : strcspn(c->q.target, "?")), c->q.target);
        c->left_origin = !at_home(c->http, &c->at);
        if (c->left_origin && (c->q.once || c->q.sealed))
                return err_set(e, -EPERM, RETRY_RECONFIGURE,
                               "%s to %.200s, and the profile does not name it in session-hosts",
                               c->q.once ? "the login leads" : "a request that holds a token goes", c->at.host);
        return 0;
}

int http_send(Http *h, const HttpRequest *q, HttpDone *done, void *userdata, HttpCall **ret, Err *e) {
        _cleanup_(call_freep) HttpCall *c = calloc(1, sizeof *c);
        if (!c)
                return err_oom(e);
        c->http = h;
        c->q = *q;
        c->conditional = q->etag || q->modified;
        c->done = done;
        c->userdata = userdata;
        c->body_in = TEXT_INIT(q->body_max);
        c->lines = TEXT_INIT(LIMIT_SESSION_BYTES);
        c->kept = TEXT_INIT(LIMIT_HEADER_BYTES * 2);
        c->location = TEXT_INIT(8192);
        c->head_in = TEXT_INIT(LIMIT_HEADER_BYTES);
        c->jar_sent = TEXT_INIT(LIMIT_SESSION_BYTES);
        int r = call_target(c, e);
        if (r < 0)
                return r;
        if (q->post && !(c->body = str_dup(q->body)))
                return err_oom(e);
        c->q.body.at = c->body;
        r = http_request_setup(c, e);
        if (r < 0)
                return r;
        r = http_queue_add(c, e);
        /* copied, not ours to keep; names live as long as the profile */
        c->q.value = c->q.etag = c->q.modified = c->q.user = c->q.password = NULL;
        c->q.headers = (PlanPairs) { 0 };
        if (r < 0)
                return r;
        *ret = TAKE_PTR(c);
        return 0;
}
