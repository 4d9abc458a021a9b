/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <strings.h>

#include "connectors/http/http-call.h"
#include "connectors/http/jar.h"

/* Of the system or a session host, though it was set for a whole domain. */
static bool jar_ours(const Http *h, Str line) {
        bool ours = jar_is_of(line, h->base.host);
        for (size_t i = 0; i < h->o.session_hosts.n && !ours; i++)
                ours = jar_is_of(line, h->o.session_hosts.at[i]);
        return ours;
}

/* At another host what is the session's stays behind. */
static int jar_pick(HttpCall *c) {
        Str rest = text_str(c->q.jar), line;
        if (!c->left_origin)
                return text_add(&c->jar_sent, rest);
        while (str_split(&rest, '\n', &line))
                if (line.len > 0 && !jar_ours(c->http, line)) {
                        text_add(&c->jar_sent, line);
                        text_addc(&c->jar_sent, '\n');
                }
        return c->jar_sent.failed;
}

static int jar_send(HttpCall *c) {
        Str rest, line;
        if (!c->q.jar)
                return 0;
        curl_easy_setopt(c->easy, CURLOPT_COOKIELIST, "ALL");
        text_clear(&c->jar_sent);
        if (jar_pick(c) < 0)
                return -ENOMEM;
        for (rest = text_str(&c->jar_sent); str_split(&rest, '\n', &line);) {
                _cleanup_free_ char *copy = line.len ? str_dup(line) : NULL;
                if (copy && curl_easy_setopt(c->easy, CURLOPT_COOKIELIST, copy) != CURLE_OK)
                        return -ENOMEM;
        }
        return 0;
}

/* A handle that is kept asks by GET. */
static CURLcode body_set(HttpCall *c) {
        if (!c->q.post)
                return c->hops > 1 ? curl_easy_setopt(c->easy, CURLOPT_HTTPGET, 1L) : CURLE_OK;
        CURLcode code = curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
        if (code == CURLE_OK)
                code = curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) c->q.body.len);
        return code == CURLE_OK ? curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, c->body) : code;
}

/* What ends a line of a request, or is none of HTTP's (RFC 9110 5.5), never gets into one. */
static bool plain(const char *s) {
        for (; *s; s++)
                if (((unsigned char) *s < 0x20 && *s != '\t') || *s == 0x7f)
                        return false;
        return true;
}

/* Lines stand in a Text one after another, each with a letter before it that says where it goes, and a NUL after. */
enum { LINE_ALWAYS = 'a', LINE_BODY = 'b', LINE_OWN = 'o' };

static int line_add(Text *t, char scope, const char *name, const char *value) {
        if (!plain(name) || !plain(value) || !name[0] || strpbrk(name, ":; \t"))
                return -EINVAL;
        text_addc(t, scope);
        text_add(t, str_of(name));
        text_add(t, value[0] ? STR(": ") : STR(";")); /* "Name;": libcurl sends it empty */
        text_add(t, str_of(value));
        return text_add(t, (Str) { "", 1 });
}

static const char *line_next(const Text *t, const char *line) {
        const char *next = line ? line + strlen(line) + 1 : t->at;
        return next && next < t->at + t->len ? next : NULL;
}

static int count(const Text *t) {
        int n = 0;
        for (const char *line = line_next(t, NULL); line; line = line_next(t, line))
                n++;
        return n;
}

int http_request_fixed(Http *h) {
        int r = line_add(&h->lines, LINE_ALWAYS, "User-Agent", "nq57d");
        if (r == 0)
                r = line_add(&h->lines, LINE_ALWAYS, "Accept-Encoding", "gzip");
        for (size_t i = 0; i < h->o.headers.n && r == 0; i++)
                r = line_add(&h->lines, LINE_ALWAYS, h->o.headers.at[i].name, h->o.headers.at[i].value);
        return r == 0 ? text_add(&h->lines, (Str) { "bExpect:", sizeof "bExpect:" }) : r; /* takes libcurl's away */
}

static int own_lines(HttpCall *c) {
        const HttpRequest *q = &c->q;
        int r = q->post && q->content_type ? line_add(&c->lines, LINE_BODY, "Content-Type", q->content_type) : 0;
        if (r == 0 && q->header)
                r = line_add(&c->lines, LINE_OWN, q->header, q->value);
        if (r == 0 && q->etag)
                r = line_add(&c->lines, LINE_ALWAYS, "If-None-Match", q->etag);
        if (r == 0 && q->modified)
                r = line_add(&c->lines, LINE_ALWAYS, "If-Modified-Since", q->modified);
        for (size_t i = 0; i < q->headers.n && r == 0; i++)
                r = line_add(&c->lines, LINE_OWN, q->headers.at[i].name, q->headers.at[i].value);
        return r;
}

static bool replaced(const HttpCall *c, const char *fixed) {
        size_t n = strcspn(fixed + 1, ":;");
        for (int i = 0; i < c->n_nodes; i++) {
                const char *own = c->nodes[i].data;
                if (strncasecmp(own, fixed + 1, n) == 0 && (own[n] == ':' || own[n] == ';'))
                        return true;
        }
        return false;
}

static bool goes(const HttpCall *c, char scope) {
        return scope == LINE_ALWAYS || (scope == LINE_BODY && c->q.post) || (scope == LINE_OWN && !c->left_origin);
}

/* A list as libcurl reads it, of lines that are ours: nothing is copied. */
static struct curl_slist *list_make(HttpCall *c) {
        c->n_nodes = 0;
        for (const char *line = line_next(&c->lines, NULL); line; line = line_next(&c->lines, line))
                if (goes(c, line[0]))
                        c->nodes[c->n_nodes++].data = (char *) line + 1;
        int own = c->n_nodes, n = own;
        for (const char *line = line_next(&c->http->lines, NULL); line; line = line_next(&c->http->lines, line))
                if (goes(c, line[0]) && !replaced(c, line))
                        c->nodes[n++].data = (char *) line + 1;
        c->n_nodes = n;
        for (int i = 0; i < n; i++)
                c->nodes[i].next = i + 1 < n ? &c->nodes[i + 1] : NULL;
        return c->nodes;
}

/* Never in the URL; without a user, nothing is sent. libcurl counts the answer to a challenge as a redirect; it follows
 * none by itself. */
static bool auth_set(CURL *easy, unsigned long kind, const char *user, const char *password) {
        return curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long) kind) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long) (kind == CURLAUTH_DIGEST)) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_USERNAME, user) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_PASSWORD, password) == CURLE_OK;
}

/* Who we are is for the system alone, by our certificate too. */
static bool nobody_set(CURL *easy) {
        return auth_set(easy, CURLAUTH_BASIC, NULL, NULL) &&
               curl_easy_setopt(easy, CURLOPT_SSLCERT, NULL) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, NULL) == CURLE_OK;
}

int http_request_hop(HttpCall *c) {
        bool fine = curl_easy_setopt(c->easy, CURLOPT_URL, c->at.url) == CURLE_OK && /* for its messages */
                    curl_easy_setopt(c->easy, CURLOPT_CURLU, c->at.parsed) == CURLE_OK &&
                    curl_easy_setopt(c->easy, CURLOPT_PIPEWAIT, (long) c->http->multiplexes) == CURLE_OK &&
                    curl_easy_setopt(c->easy, CURLOPT_FRESH_CONNECT, (long) c->q.once) == CURLE_OK &&
                    curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, list_make(c)) == CURLE_OK &&
                    body_set(c) == CURLE_OK && (!c->left_origin || nobody_set(c->easy));
        return fine ? jar_send(c) : -ENOMEM;
}

/* What is the same for every request of a system. */
static int easy_make(Http *h, CURL **ret, Err *e) {
        CURL *easy = loop_curl_easy(h->curl, h->loopback, h->o.timeout_seconds);
        if (!easy)
                return err_oom(e);
        bool fine = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, http_answer_body) == CURLE_OK &&
                    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, http_answer_header) == CURLE_OK &&
                    curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L) == CURLE_OK &&
                    curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "") == CURLE_OK; /* once: libcurl keeps a list of them */
        int r = fine ? http_tls_set(h, easy, e) : err_oom(e);
        if (r < 0)
                curl_easy_cleanup(easy);
        else
                *ret = easy;
        return r;
}

int http_request_setup(HttpCall *c, Err *e) {
        Http *h = c->http;
        int r = own_lines(c);
        if (r == -EINVAL)
                return err_set(e, r, RETRY_RECONFIGURE, "a header holds what no header may hold");
        if (r < 0)
                return err_oom(e);
        c->nodes = calloc((size_t) (count(&c->lines) + count(&h->lines)), sizeof *c->nodes);
        if (!c->nodes)
                return err_oom(e);
        if (h->n_idle > 0)
                c->easy = h->idle[--h->n_idle];
        else if ((r = easy_make(h, &c->easy, e)) < 0)
                return r;
        bool fine = curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c) == CURLE_OK &&
                    curl_easy_setopt(c->easy, CURLOPT_HEADERDATA, c) == CURLE_OK &&
                    curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->error) == CURLE_OK &&
                    (c->q.auth == HTTP_AUTH_NONE ||
                     auth_set(c->easy, c->q.auth == HTTP_AUTH_DIGEST ? CURLAUTH_DIGEST : CURLAUTH_BASIC, c->q.user,
                              c->q.password));
        return fine ? 0 : err_oom(e);
}

/* Nothing of this call stays in a handle that is kept. */
void http_request_done(HttpCall *c, bool reuse) {
        Http *h = c->http;
        CURL *easy = TAKE_PTR(c->easy);
        if (!easy)
                return;
        bool marked = c->q.auth == HTTP_AUTH_DIGEST || c->left_origin; /* keeps a challenge; lacks our certificate */
        if (!reuse || h->n_idle == HTTP_IDLE_MAX || marked) {
                curl_easy_cleanup(easy);
                return;
        }
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
        curl_easy_setopt(easy, CURLOPT_CURLU, NULL);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
        if (c->q.auth != HTTP_AUTH_NONE)
                auth_set(easy, CURLAUTH_BASIC, NULL, NULL);
        if (c->body) {
                curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
                curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
        }
        curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
        h->idle[h->n_idle++] = easy;
}
