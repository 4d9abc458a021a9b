/* SPDX-License-Identifier: MIT */
#include "connectors/http/jar.h"

#include <errno.h>
#include <strings.h>

#include "connectors/limits.h"

/* Domain, path and name: what makes two lines the same cookie. */
typedef struct CookieName {
        Str domain, path, name;
} CookieName;

static bool cookie_name(Str line, CookieName *ret) {
        Str part[7];
        size_t n = 0;
        while (n < 7 && str_split(&line, '\t', &part[n]))
                n++;
        if (n < 6 || line.len > 0)
                return false;
        *ret = (CookieName) { part[0], part[2], part[5] };
        return true;
}

static bool same_cookie(Str a, Str b) {
        CookieName x, y;
        return cookie_name(a, &x) && cookie_name(b, &y) && str_eq(x.domain, y.domain) && str_eq(x.path, y.path) &&
               str_eq(x.name, y.name);
}

static bool find(Str jar, Str line, Str *ret) {
        Str at;
        while (str_split(&jar, '\n', &at))
                if (at.len && same_cookie(at, line)) {
                        *ret = at;
                        return true;
                }
        return false;
}

static void put_line(Text *t, Str line) {
        text_add(t, line);
        text_addc(t, '\n');
}

/* What becomes of a line of the jar: nobody else changed it since it was sent, so the answer decides; else it stays. */
static Str line_merged(Str line, Str sent, Str back) {
        Str before, after;
        if (!find(sent, line, &before) || !str_eq(before, line))
                return line;
        return find(back, line, &after) ? after : STR_NULL;
}

int jar_merge(Text *jar, Str sent, Str back) {
        _cleanup_text_ Text merged = TEXT_INIT(LIMIT_SESSION_BYTES);
        Str rest = text_str(jar), line, other;
        while (str_split(&rest, '\n', &line)) {
                Str kept = line.len ? line_merged(line, sent, back) : line;
                if (kept.len)
                        put_line(&merged, kept);
        }
        for (rest = back; str_split(&rest, '\n', &line);)
                if (line.len && !find(text_str(jar), line, &other) && !find(sent, line, &other))
                        put_line(&merged, line);
        if (merged.failed)
                return merged.failed;
        text_clear(jar);
        return text_add(jar, text_str(&merged));
}

bool jar_is_of(Str line, const char *host) {
        const Str only_http = STR("#HttpOnly_");
        CookieName c;
        if (!cookie_name(line, &c))
                return false;
        Str domain = c.domain, whole = str_of(host);
        if (str_starts(domain, only_http))
                domain = (Str) { domain.at + only_http.len, domain.len - only_http.len };
        if (str_starts(domain, STR(".")))
                domain = (Str) { domain.at + 1, domain.len - 1 };
        if (domain.len == 0 || domain.len > whole.len ||
            strncasecmp(whole.at + whole.len - domain.len, domain.at, domain.len) != 0)
                return false;
        return domain.len == whole.len || whole.at[whole.len - domain.len - 1] == '.';
}

bool jar_valid(Str jar) {
        Str line;
        CookieName name;
        for (size_t i = 0; i < jar.len; i++)
                if ((unsigned char) jar.at[i] < 0x20 && jar.at[i] != '\n' && jar.at[i] != '\t')
                        return false;
        while (str_split(&jar, '\n', &line))
                if (line.len && !cookie_name(line, &name))
                        return false;
        return true;
}
