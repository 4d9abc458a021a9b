/* SPDX-License-Identifier: MIT */
#include "connectors/tape/tape-redact.h"

#include <errno.h>
#include <stdio.h>

#define BUCKETS 4096
#define VALUES_MAX 100000

typedef struct Known {
        char *value;
        size_t len;
        char placeholder[32];
        struct Known *next; /* of its bucket, the longest first */
} Known;

struct Redactor {
        Known *bucket[BUCKETS];
        size_t n;
        unsigned numbered;
        bool begins[65536]; /* by the first two bytes */
};

int redactor_new(Redactor **ret) {
        *ret = calloc(1, sizeof **ret);
        return *ret ? 0 : -ENOMEM;
}

Redactor *redactor_free(Redactor *r) {
        for (size_t i = 0; r && i < BUCKETS; i++)
                while (r->bucket[i]) {
                        Known *k = r->bucket[i];
                        r->bucket[i] = k->next;
                        explicit_bzero(k->value, k->len);
                        free(k->value);
                        free(k);
                }
        free(r);
        return NULL;
}

static unsigned two(const char *at) {
        return (unsigned) (unsigned char) at[0] << 8 | (unsigned char) at[1];
}

static size_t bucket_of(const char *at) {
        uint32_t n = 2166136261u;
        for (int i = 0; i < REDACT_SHORTEST; i++)
                n = (n ^ (unsigned char) at[i]) * 16777619u;
        return n % BUCKETS;
}

static const Known *find(const Redactor *r, Str s) {
        if (s.len < REDACT_SHORTEST || !r->begins[two(s.at)])
                return NULL;
        for (const Known *k = r->bucket[bucket_of(s.at)]; k; k = k->next)
                if (k->len <= s.len && memcmp(k->value, s.at, k->len) == 0)
                        return k;
        return NULL;
}

static int form_add(Redactor *r, Str value, const char *placeholder) {
        const Known *there = find(r, value);
        if (value.len < REDACT_SHORTEST || (there && there->len == value.len))
                return 0;
        Known *k = calloc(1, sizeof *k), **at = &r->bucket[bucket_of(value.at)];
        char *copy = k ? malloc(value.len) : NULL;
        if (!copy) {
                free(k);
                return -ENOMEM;
        }
        memcpy(copy, value.at, value.len);
        *k = (Known) { .value = copy, .len = value.len };
        snprintf(k->placeholder, sizeof k->placeholder, "%s", placeholder);
        while (*at && (*at)->len > k->len)
                at = &(*at)->next;
        k->next = *at;
        *at = k;
        r->begins[two(value.at)] = true;
        r->n++;
        return 0;
}

/* Percent-encoded: blanks as + and *-._ plain in a form (WHATWG URL 5.2), else all but the unreserved ones (RFC 3986).
 */
static void percent(Text *t, Str s, bool form) {
        for (size_t i = 0; i < s.len; i++) {
                unsigned char b = (unsigned char) s.at[i];
                bool plain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') ||
                             (b && strchr(form ? "*-._" : "-._~", b));
                if (plain)
                        text_addc(t, (char) b);
                else if (form && b == ' ')
                        text_addc(t, '+');
                else
                        text_addf(t, "%%%02X", b);
        }
}

/* JSON as programs write it that put a '\\' before each '/'. */
static void slashes(Text *t, Str s) {
        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] == '/' || s.at[i] == '"' || s.at[i] == '\\')
                        text_addc(t, '\\');
                text_addc(t, s.at[i]);
        }
}

static void html(Text *t, Str s) {
        for (size_t i = 0; i < s.len; i++) {
                char c = s.at[i];
                if (c == '&')
                        text_add(t, STR("&amp;"));
                else if (c == '<')
                        text_add(t, STR("&lt;"));
                else if (c == '>')
                        text_add(t, STR("&gt;"));
                else if (c == '"')
                        text_add(t, STR("&quot;"));
                else
                        text_addc(t, c);
        }
}

int redactor_know(Redactor *r, Str value, const char *placeholder) {
        char name[32];
        if (value.len < REDACT_SHORTEST || r->n > VALUES_MAX || str_starts(value, STR("redacted-")))
                return 0;
        const Known *there = find(r, value);
        if (there && there->len == value.len)
                return 0;
        if (placeholder)
                snprintf(name, sizeof name, "%s", placeholder);
        else
                snprintf(name, sizeof name, "redacted-%u", ++r->numbered);
        int failed = form_add(r, value, name);
        for (int way = 0; way < 5 && failed == 0; way++) {
                Text t = TEXT_INIT(value.len * 6 + 16);
                Str written;
                if (way < 2)
                        percent(&t, value, way == 0);
                else if (way == 2)
                        text_add_json(&t, value);
                else if (way == 3)
                        slashes(&t, value);
                else
                        html(&t, value);
                written = text_str(&t);
                if (way == 2 && t.len >= 2)
                        written = (Str) { t.at + 1, t.len - 2 };
                failed = t.failed ? t.failed : form_add(r, written, name);
                if (t.at)
                        explicit_bzero(t.at, t.room);
                text_free(&t);
        }
        return failed;
}

int redactor_add(const Redactor *r, Text *t, Str s) {
        size_t from = 0, i = 0;
        while (i + REDACT_SHORTEST <= s.len) {
                const Known *k = find(r, (Str) { s.at + i, s.len - i });
                if (!k) {
                        i++;
                        continue;
                }
                text_add(t, (Str) { s.at + from, i - from });
                text_add(t, str_of(k->placeholder));
                i += k->len;
                from = i;
        }
        return from < s.len ? text_add(t, (Str) { s.at + from, s.len - from }) : t->failed;
}
