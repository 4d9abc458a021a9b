/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "connectors/http/http-call.h"
#include "connectors/http/jar.h"

#define BODY_EXPECTED_MAX (1 << 20)

/* Room for as much as was said to come, so that a large page is not copied as it grows. Said by the other side: an
 * estimate, and never more than a little. */
static void body_expect(HttpCall *c) {
        curl_off_t said = 0;
        if (curl_easy_getinfo(c->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &said) == CURLE_OK && said > 0)
                (void) text_reserve(&c->body_in, said < BODY_EXPECTED_MAX ? (size_t) said : BODY_EXPECTED_MAX);
}

static int body_add(HttpCall *c, Str bytes) {
        c->body_bytes += bytes.len;
        if (c->body_bytes > c->q.body_max)
                return -E2BIG; /* also of bytes that unpack to nothing */
        if (!c->gzip) {
                if (c->body_in.len == 0 && !c->played)
                        body_expect(c);
                return text_add(&c->body_in, bytes);
        }
        int r = c->gunzip ? 0 : gunzip_new(&c->gunzip);
        return r < 0 ? r : gunzip_add(c->gunzip, bytes, &c->body_in);
}

size_t http_answer_body(char *at, size_t size, size_t n, void *userdata) {
        HttpCall *c = userdata;
        int r = c->foreign ? -EPROTO : body_add(c, (Str) { at, size * n });
        c->too_large |= r == -E2BIG;
        c->broken |= r == GUNZIP_E_BROKEN;
        return r == 0 ? size * n : 0;
}

/* "Name: value", without the blanks around the value. */
static bool header_split(Str line, Str *ret_name, Str *ret_value) {
        const char *colon = memchr(line.at, ':', line.len);
        if (!colon || colon == line.at)
                return false;
        *ret_name = (Str) { line.at, (size_t) (colon - line.at) };
        *ret_value = str_trim((Str) { colon + 1, line.len - ret_name->len - 1 });
        return true;
}

static bool str_case_is(Str s, const char *word) {
        return s.len == strlen(word) && strncasecmp(s.at, word, s.len) == 0;
}

static void hop_reset(HttpCall *c) {
        text_clear(&c->location);
        text_clear(&c->kept);
        text_clear(&c->head_in);
        c->retry_after[0] = '\0';
        c->gunzip = gunzip_free(c->gunzip);
        c->body_bytes = 0;
        c->cookies = c->gzip = c->foreign = c->broken = false;
}

void http_answer_begin(HttpCall *c) {
        c->header_bytes = 0;
        text_clear(&c->body_in);
        hop_reset(c);
}

/* gzip alone was asked for; what else comes cannot be read. */
static void encoding_seen(HttpCall *c, Str value) {
        if (str_case_is(value, "gzip") || str_case_is(value, "x-gzip"))
                c->gzip = true;
        else if (value.len > 0 && !str_case_is(value, "identity")) {
                c->foreign = true;
                snprintf(c->encoding, sizeof c->encoding, STR_FMT, STR_ARG(value));
                for (char *at = c->encoding; *at; at++) /* people read it */
                        if ((unsigned char) *at < ' ' || (unsigned char) *at > '~')
                                *at = '?';
        }
}

static bool wanted(const HttpCall *c, Str name) {
        static const char *const always[] = { HTTP_KEPT };
        for (size_t i = 0; i < sizeof always / sizeof *always; i++)
                if (str_case_is(name, always[i]))
                        return true;
        for (size_t i = 0; i < c->q.keep.n; i++)
                if (str_case_is(name, c->q.keep.at[i]))
                        return true;
        return false;
}

static void header_seen(HttpCall *c, Str name, Str value) {
        if (str_case_is(name, "location"))
                text_add(&c->location, value);
        else if (str_case_is(name, "retry-after"))
                snprintf(c->retry_after, sizeof c->retry_after, STR_FMT, STR_ARG(value));
        else if (str_case_is(name, "content-encoding"))
                encoding_seen(c, value);
        else if (str_case_is(name, "set-cookie"))
                c->cookies = true;
        if (!wanted(c, name))
                return;
        text_add(&c->kept, name);
        text_addc(&c->kept, ':');
        text_add(&c->kept, value);
        text_addc(&c->kept, '\n');
}

size_t http_answer_header(char *at, size_t size, size_t n, void *userdata) {
        HttpCall *c = userdata;
        Str line = { at, size * n }, name, value;
        c->header_bytes += line.len;
        if (c->header_bytes > LIMIT_HEADER_BYTES) {
                c->too_large = true;
                return 0;
        }
        if (str_starts(line, STR("HTTP/")))
                hop_reset(c);
        else if (header_split(line, &name, &value))
                header_seen(c, name, value);
        if (c->http->o.tap && !str_starts(line, STR("HTTP/")))
                text_add(&c->head_in, line);
        return c->kept.failed || c->location.failed ? 0 : line.len;
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
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
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

void http_answer_cookies(HttpCall *c, HttpResponse *r) {
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

static const char *what_happened(const HttpCall *c, CURLcode code, char foreign[static 100]) {
        if (c->too_large)
                return "more bytes than the limit";
        if (c->foreign) {
                snprintf(foreign, 100, "packed as `%s`, where gzip alone was asked for", c->encoding);
                return foreign;
        }
        if (c->broken)
                return "a broken gzip stream";
        if (code == CURLE_OK)
                return "the gzip stream ends before its trailer";
        return c->error[0] ? c->error : curl_easy_strerror(code);
}

/* A date as every server of today writes it (IMF-fixdate, RFC 9110 5.6.7); other forms are libcurl's. */
static bool date_fixed(Str s, Instant *ret) {
        static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
        int n[5], at[5] = { 5, 12, 17, 20, 23 }, width[5] = { 2, 4, 2, 2, 2 };
        Date day;
        if (s.len != 29 || memcmp(s.at + 25, " GMT", 4) != 0 || s.at[3] != ',' || s.at[19] != ':' || s.at[22] != ':')
                return false;
        for (int i = 0; i < 5; i++)
                if (text_to_int((Str) { s.at + at[i], (size_t) width[i] }, 0, 9999, &n[i]) < 0)
                        return false;
        const char *month = memmem(months, sizeof months - 1, s.at + 8, 3);
        if (!month || (month - months) % 3 != 0 || n[2] > 23 || n[3] > 59 || n[4] > 60 ||
            !date_from_ymd(n[1], (int) (month - months) / 3 + 1, n[0], &day))
                return false;
        *ret = day * US_DAY + n[2] * US_HOUR + n[3] * US_MINUTE + n[4] * US_SECOND;
        return true;
}

static void times_read(const HttpCall *c, HttpResponse *r) {
        Instant ours = clock_wall(c->http->o.clock);
        char text[64];
        Str date = http_header(r, "date");
        r->date = r->retry_after = INSTANT_NONE;
        if (!date_fixed(date, &r->date) && date.len > 0 && date.len < sizeof text) {
                memcpy(text, date.at, date.len);
                text[date.len] = '\0';
                time_t at = curl_getdate(text, NULL);
                r->date = at < 0 ? INSTANT_NONE : at * US_SECOND;
        }
        Instant theirs = r->date == INSTANT_NONE ? ours : r->date;
        if (c->retry_after[0] && http_retry_after(str_of(c->retry_after), theirs, ours, &r->retry_after) < 0)
                r->retry_after = INSTANT_NONE;
}

void http_answer_fill(HttpCall *c, CURLcode code, HttpResponse *r) {
        long status = 0, sent = 0;
        if (c->played) {
                status = c->played->status;
                sent = 1;
        } else {
                curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
                curl_easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &sent);
        }
        long tunnel = 0, version = 0;
        curl_easy_getinfo(c->easy, CURLINFO_HTTP_VERSION, &version);
        c->http->multiplexes |= version == CURL_HTTP_VERSION_2_0;
        curl_easy_getinfo(c->easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
        if (tunnel != 0 && tunnel / 100 != 2)
                sent = 0; /* only the proxy heard of it */
        r->status = (int) status;
        r->sent = sent > 0 || c->hops > 1;
        r->headers = text_str(&c->kept);
        times_read(c, r);
        if (c->played && c->played->fault != FAULT_NONE) {
                r->fault = c->played->fault;
                r->retry = c->played->retry;
                snprintf(r->detail, sizeof r->detail, "%s", c->played->detail ? c->played->detail : "");
                return;
        }
        if (code == CURLE_OK && (!c->gunzip || gunzip_whole(c->gunzip)))
                return;
        CodeMeaning m = code_meaning(c, code);
        char foreign[100];
        r->fault = m.fault;
        r->retry = m.retry;
        snprintf(r->detail, sizeof r->detail, "%.100s: %.170s", c->at.path, what_happened(c, code, foreign));
}
