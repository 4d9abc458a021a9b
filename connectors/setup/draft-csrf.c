/* SPDX-License-Identifier: MIT */
#include <strings.h>

#include "connectors/decode/html.h"
#include "connectors/setup/draft-parts.h"
#include "connectors/tape/naming.h"

static bool forgery(const char *name) {
        char folded[80];
        name_fold(str_of(name), folded, sizeof folded);
        return strstr(folded, "csrf") || strstr(folded, "xsrf") || strcmp(folded, "requestverificationtoken") == 0;
}

/* As a browser's script reads it: percent-decoded. Only what comes up in tokens is. */
static bool same_value(Str cookie, const char *value) {
        size_t n = 0, length = strlen(value);
        for (size_t i = 0; i < cookie.len; i++, n++) {
                char c = cookie.at[i];
                if (c == '%' && i + 2 < cookie.len) {
                        static const char *const coded[] = { "3D", "2F", "2B", "3d", "2f", "2b" };
                        for (size_t k = 0; k < 6; k++)
                                if (memcmp(cookie.at + i + 1, coded[k], 2) == 0) {
                                        c = "=/+"[k % 3];
                                        i += 2;
                                        break;
                                }
                }
                if (n >= length || value[n] != c)
                        return false;
        }
        return n == length;
}

static const char *cookie_with(Draft *d, const HarEntry *e, const char *value) {
        const char *cookies = har_pair(e->headers, "cookie");
        Str rest = str_of(cookies), pair, name;
        while (cookies && str_split(&rest, ';', &pair)) {
                pair = str_trim(pair);
                if (str_split(&pair, '=', &name) && same_value(pair, value))
                        return arena_copy(&d->arena, name);
        }
        return NULL;
}

/* The tag that holds the value: its name attribute, when it is a meta tag or an input. */
static const char *tag_with(Draft *d, Str html, const char *value) {
        const char *at = memmem(html.at, html.len, value, strlen(value)), *open = at;
        while (open && open > html.at && *open != '<')
                open--;
        if (!open || *open != '<')
                return NULL;
        const char *end = memchr(open, '>', html.len - (size_t) (open - html.at));
        Str tag = { open, end ? (size_t) (end - open) : 0 };
        bool meta = tag.len > 5 && strncasecmp(tag.at, "<meta", 5) == 0;
        bool input = tag.len > 6 && strncasecmp(tag.at, "<input", 6) == 0;
        const char *name = meta || input ? memmem(tag.at, tag.len, "name=", 5) : NULL;
        if (!name || name + 7 >= tag.at + tag.len)
                return NULL;
        const char *first = name + 6, *last = memchr(first, name[5], (size_t) (tag.at + tag.len - first));
        if (!last || last == first || last - first > 100)
                return NULL;
        return draft_printf(d, "%s %.*s", meta ? "meta" : "input", (int) (last - first),
                            first);
}

void draft_csrf(Draft *d, const HarLog *log) {
        DraftSession *s = &d->session;
        const HarEntry *call = draft_first_call(d, log);
        for (size_t i = 0; call && i < call->headers.n; i++) {
                const HarPair *h = &call->headers.at[i];
                if (!forgery(h->name) || strlen(h->value) < 8)
                        continue;
                const char *cookie = cookie_with(d, call, h->value);
                s->csrf_header = h->name;
                if (cookie)
                        s->csrf_from = draft_printf(d, "cookie %s", cookie);
                for (const HarEntry *e = call - 1; e >= log->at && !s->csrf_from; e--)
                        if (strcmp(e->origin, d->origin) == 0 && html_looks_so(e->answer) &&
                            (s->csrf_from = tag_with(d, e->answer, h->value)))
                                s->csrf_path = e->path;
                if (!s->csrf_from) {
                        draft_note(d, true, "the calls carry {}, and where it comes from was not seen: see `csrf` in "
                                            "docs/profiles/sessions.md",
                                   "các lời gọi mang {}, chưa thấy lấy từ đâu: xem `csrf` trong "
                                   "docs/profiles/sessions.md",
                                   h->name);
                        s->csrf_header = NULL;
                }
                return;
        }
}
