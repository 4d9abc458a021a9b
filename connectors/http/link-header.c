/* SPDX-License-Identifier: MIT */
#include "connectors/http/link-header.h"

#include <errno.h>
#include <strings.h>

typedef struct Link {
        Str target, rel;
        bool has_rel, anchored;
} Link;

static bool is_blank(char c) {
        return c == ' ' || c == '\t';
}

static void skip(Str *s, const char *what) {
        while (s->len > 0 && strchr(what, *s->at) && *s->at) {
                s->at++;
                s->len--;
        }
}

static Str take_until(Str *s, const char *what) {
        size_t n = 0;
        while (n < s->len && (!s->at[n] || !strchr(what, s->at[n])))
                n++;
        Str part = { s->at, n };
        *s = (Str) { s->at + n, s->len - n };
        return part;
}

/* A quoted value; an escape keeps its backslash, as no relation holds one. */
static bool quoted(Str *s, Str *ret) {
        size_t n = 1;
        while (n < s->len && s->at[n] != '"')
                n += s->at[n] == '\\' ? 2 : 1;
        if (n >= s->len)
                return false;
        *ret = (Str) { s->at + 1, n - 1 };
        *s = (Str) { s->at + n + 1, s->len - n - 1 };
        return true;
}

static bool name_is(Str s, const char *name) {
        return s.len == strlen(name) && strncasecmp(s.at, name, s.len) == 0;
}

static bool parameter(Str *s, Link *l) {
        Str value = STR_NULL, name = str_trim(take_until(s, "=;,"));
        if (s->len > 0 && *s->at == '=') {
                skip(s, "=");
                skip(s, " \t");
                if (s->len > 0 && *s->at == '"') {
                        if (!quoted(s, &value))
                                return false;
                } else {
                        value = str_trim(take_until(s, ";,"));
                }
        }
        skip(s, " \t");
        if (name_is(name, "anchor"))
                l->anchored = true;
        if (name_is(name, "rel") && !l->has_rel) {
                l->has_rel = true;
                l->rel = value;
        }
        return true;
}

/* 0, 1 at the end, -EBADMSG. */
static int link_read(Str *s, Link *ret) {
        *ret = (Link) { 0 };
        skip(s, " \t,");
        if (s->len == 0)
                return 1;
        if (*s->at != '<')
                return -EBADMSG;
        *s = (Str) { s->at + 1, s->len - 1 };
        ret->target = str_trim(take_until(s, ">"));
        if (s->len == 0)
                return -EBADMSG;
        *s = (Str) { s->at + 1, s->len - 1 };
        skip(s, " \t");
        while (s->len > 0 && *s->at == ';') {
                skip(s, "; \t");
                if (s->len > 0 && *s->at != ',' && !parameter(s, ret))
                        return -EBADMSG;
        }
        return s->len == 0 || *s->at == ',' ? 0 : -EBADMSG;
}

static bool says_next(Str rel) {
        while (rel.len > 0) {
                size_t n = 0;
                while (n < rel.len && !is_blank(rel.at[n]))
                        n++;
                if (name_is((Str) { rel.at, n }, "next"))
                        return true;
                n += n < rel.len;
                rel = (Str) { rel.at + n, rel.len - n };
        }
        return false;
}

int link_header_next(Str value, Str *ret) {
        Link l;
        int r;
        while ((r = link_read(&value, &l)) == 0) {
                if (l.anchored || !says_next(l.rel))
                        continue;
                *ret = l.target;
                return 0;
        }
        return r;
}
