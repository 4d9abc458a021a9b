/* SPDX-License-Identifier: MIT */
#include "connectors/setup/har.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <strings.h>

#include "connectors/decode/code-points.h"
#include "connectors/decode/document.h"
#include "connectors/limits.h"

#define PAIRS_MAX 300

const char *har_pair(HarPairs pairs, const char *name) {
        for (size_t i = 0; i < pairs.n; i++)
                if (strcasecmp(pairs.at[i].name, name) == 0)
                        return pairs.at[i].value;
        return NULL;
}

static json_object *member(json_object *o, const char *name, json_type type) {
        json_object *v = NULL;
        if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, name, &v))
                return NULL;
        return json_object_is_type(v, type) ? v : NULL;
}

static Str text_member(json_object *o, const char *name) {
        json_object *v = member(o, name, json_type_string);
        return v ? (Str) { json_object_get_string(v), (size_t) json_object_get_string_len(v) } : STR_NULL;
}

/* A text as a C string: a NUL inside ends it, which no name, address or header has. */
static const char *copy(HarLog *l, Str s) {
        return arena_copy(&l->arena, (Str) { s.at, s.at ? strnlen(s.at, s.len) : 0 });
}

/* name and value pairs; those of HTTP/2 that begin with ':' are no headers. */
static int pairs_read(HarLog *l, json_object *list, HarPairs *ret) {
        size_t n = list ? json_object_array_length(list) : 0, kept = 0;
        n = n > PAIRS_MAX ? PAIRS_MAX : n;
        HarPair *at = arena_get(&l->arena, (n + 1) * sizeof *at);
        if (!at)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                json_object *o = json_object_array_get_idx(list, i);
                Str name = text_member(o, "name"), value = text_member(o, "value");
                if (name.len == 0 || name.at[0] == ':')
                        continue;
                at[kept] = (HarPair) { .name = copy(l, name), .value = copy(l, value) };
                if (!at[kept].name || !at[kept].value)
                        return -ENOMEM;
                kept++;
        }
        *ret = (HarPairs) { at, kept };
        return 0;
}

static const char *percent_decoded(HarLog *l, Str s) {
        char *out = arena_get(&l->arena, s.len + 1);
        size_t n = 0;
        for (size_t i = 0; out && i < s.len; i++) {
                int high = i + 2 < s.len ? hex_digit(s.at[i + 1]) : -1;
                int low = i + 2 < s.len ? hex_digit(s.at[i + 2]) : -1;
                if (s.at[i] == '%' && high >= 0 && low >= 0 && (high || low)) {
                        out[n++] = (char) (high * 16 + low);
                        i += 2;
                } else
                        out[n++] = s.at[i] == '+' ? ' ' : s.at[i];
        }
        if (!out)
                return NULL;
        out[n] = '\0';
        return utf8_valid((Str) { out, n }) ? out : copy(l, s); /* of another encoding: as it stands */
}

/* application/x-www-form-urlencoded (WHATWG URL 5.1), of a query or a body. */
static int form_read(HarLog *l, Str text, HarPairs *ret) {
        HarPair *at = arena_get(&l->arena, PAIRS_MAX * sizeof *at);
        Str part, name;
        size_t n = 0;
        if (!at)
                return -ENOMEM;
        while (n < PAIRS_MAX && str_split(&text, '&', &part)) {
                if (!str_split(&part, '=', &name) || name.len == 0)
                        continue;
                at[n] = (HarPair) { .name = percent_decoded(l, name), .value = percent_decoded(l, part) };
                if (!at[n].name || !at[n].value)
                        return -ENOMEM;
                n++;
        }
        *ret = (HarPairs) { at, n };
        return 0;
}

/* Without the parameters of its segments (RFC 3986 3.3): some servers write the session there, as ;jsessionid=. */
static const char *path_copy(HarLog *l, Str path) {
        char *to = arena_get(&l->arena, path.len + 1);
        size_t n = 0;
        bool kept = true;
        for (size_t i = 0; to && i < path.len; i++) {
                kept = path.at[i] == '/' || (kept && path.at[i] != ';');
                if (kept)
                        to[n++] = path.at[i];
        }
        if (to)
                to[n] = '\0';
        return to;
}

/* 1: an address of no web page (data:, chrome-extension:, ...), which is left out. */
static int url_read(HarLog *l, Str url, HarEntry *e) {
        bool web = str_starts(url, STR("http://")) || str_starts(url, STR("https://"));
        if (!web || url.len > 16384)
                return 1;
        const char *fragment = memchr(url.at, '#', url.len);
        url.len = fragment ? (size_t) (fragment - url.at) : url.len;
        const char *host = url.at + (url.at[4] == 's' ? 8 : 7), *end = url.at + url.len;
        const char *path = host < end ? memchr(host, '/', (size_t) (end - host)) : NULL;
        const char *query = memchr(url.at, '?', url.len);
        if (query && (!path || path > query))
                path = NULL;
        Str origin = { url.at, (size_t) ((path ? path : query ? query : end) - url.at) };
        Str p = path ? (Str) { path, (size_t) ((query ? query : end) - path) } : STR("/");
        e->url = copy(l, url);
        e->origin = copy(l, origin);
        e->path = path_copy(l, p);
        if (!e->url || !e->origin || !e->path)
                return -ENOMEM;
        return query ? form_read(l, (Str) { query + 1, (size_t) (end - query - 1) }, &e->query) : 0;
}

static const char *type_of(HarLog *l, Str s) {
        const char *semicolon = s.len ? memchr(s.at, ';', s.len) : NULL;
        return copy(l, str_trim((Str) { s.at, semicolon ? (size_t) (semicolon - s.at) : s.len }));
}

static int base64_value(char c) {
        if (c >= 'A' && c <= 'Z')
                return c - 'A';
        if (c >= 'a' && c <= 'z')
                return c - 'a' + 26;
        if (c >= '0' && c <= '9')
                return c - '0' + 52;
        return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* RFC 4648 4; what is no base64 ends it. */
static int base64_read(HarLog *l, Str s, Str *ret) {
        char *out = arena_get(&l->arena, s.len / 4 * 3 + 4);
        size_t n = 0;
        unsigned bits = 0;
        int have = 0;
        if (!out)
                return -ENOMEM;
        for (size_t i = 0; i < s.len && s.at[i] != '='; i++) {
                int v = base64_value(s.at[i]);
                if (v < 0)
                        break;
                bits = (bits << 6 | (unsigned) v) & 0xffffff;
                have += 6;
                if (have >= 8) {
                        have -= 8;
                        out[n++] = (char) (bits >> have & 0xff);
                }
        }
        *ret = utf8_valid((Str) { out, n }) ? (Str) { out, n } : STR_NULL; /* a picture, or nothing that can be read */
        return 0;
}

static int request_read(HarLog *l, json_object *q, HarEntry *e) {
        json_object *post = member(q, "postData", json_type_object);
        Str body = text_member(post, "text");
        e->method = copy(l, text_member(q, "method"));
        e->content_type = type_of(l, text_member(post, "mimeType"));
        if (!e->method || !e->content_type || arena_str(&l->arena, body, &e->body) < 0)
                return -ENOMEM;
        int r = pairs_read(l, member(q, "headers", json_type_array), &e->headers);
        bool form = strcasecmp(e->content_type, "application/x-www-form-urlencoded") == 0;
        if (r == 0 && form && e->body.len > 0)
                r = form_read(l, e->body, &e->form);
        else if (r == 0 && post) /* multipart, or a browser that keeps the fields alone */
                r = pairs_read(l, member(post, "params", json_type_array), &e->form);
        return r;
}

static int answer_read(HarLog *l, json_object *a, HarEntry *e) {
        json_object *content = member(a, "content", json_type_object), *status = member(a, "status", json_type_int);
        Str text = text_member(content, "text");
        e->status = status ? json_object_get_int(status) : 0;
        e->answer_type = type_of(l, text_member(content, "mimeType"));
        if (!e->answer_type)
                return -ENOMEM;
        int r = pairs_read(l, member(a, "headers", json_type_array), &e->answer_headers);
        if (r < 0)
                return r;
        l->bodies += text.len > 0;
        if (str_eq(text_member(content, "encoding"), STR("base64")))
                return base64_read(l, text, &e->answer);
        return arena_str(&l->arena, text, &e->answer);
}

static int entry_read(HarLog *l, json_object *o) {
        json_object *q = member(o, "request", json_type_object), *a = member(o, "response", json_type_object);
        HarEntry e = { 0 };
        int r = q && a ? url_read(l, text_member(q, "url"), &e) : 1;
        if (r != 0)
                return r < 0 ? r : 0;
        r = request_read(l, q, &e);
        if (r == 0)
                r = answer_read(l, a, &e);
        if (r == 0)
                l->at[l->n++] = e;
        return r;
}

static int log_read(HarLog *l, json_object *root, char why[static 200]) {
        json_object *log = member(root, "log", json_type_object), *entries = member(log, "entries", json_type_array);
        json_object *browser = member(log, "browser", json_type_object);
        size_t n = entries ? json_object_array_length(entries) : 0;
        if (!entries) {
                snprintf(why, 200, "no log.entries in it: this is no recording of a browser (HAR)");
                return HAR_E_NONE;
        }
        if (n > HAR_ENTRIES) {
                snprintf(why, 200, "%zu entries, the most are %d: record less", n, HAR_ENTRIES);
                return HAR_E_NONE;
        }
        l->at = arena_get(&l->arena, (n + 1) * sizeof *l->at);
        l->browser = copy(l, text_member(browser, "name"));
        int r = l->at && l->browser ? 0 : -ENOMEM;
        for (size_t i = 0; i < n && r == 0; i++)
                r = entry_read(l, json_object_array_get_idx(entries, i));
        return r;
}

int har_read(Str file, HarLog *ret, char why[static 200]) {
        _cleanup_(json_root_freep) json_object *root = NULL;
        HarLog l = { 0 };
        if (file.len > HAR_BYTES) {
                snprintf(why, 200, "%zu bytes, the most are %u: record less", file.len, HAR_BYTES);
                return HAR_E_NONE;
        }
        if (file.len >= 3 && memcmp(file.at, "\xef\xbb\xbf", 3) == 0)
                file = (Str) { file.at + 3, file.len - 3 };
        if (!utf8_valid(file)) {
                snprintf(why, 200, "not UTF-8: this is no recording of a browser (HAR)");
                return HAR_E_NONE;
        }
        json_tokener *t = json_tokener_new_ex(HAR_DEPTH);
        if (!t)
                return -ENOMEM;
        root = json_tokener_parse_ex(t, file.at, (int) file.len);
        snprintf(why, 200, "at byte %zu: %s", json_tokener_get_parse_end(t),
                 json_tokener_error_desc(json_tokener_get_error(t)));
        json_tokener_free(t);
        if (!root)
                return HAR_E_NONE;
        int r = log_read(&l, root, why);
        if (r != 0) {
                har_free(&l);
                return r;
        }
        *ret = l;
        return 0;
}

void har_free(HarLog *l) {
        arena_free(&l->arena);
        *l = (HarLog) { 0 };
}
