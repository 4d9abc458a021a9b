/* SPDX-License-Identifier: MIT */
/* Sessions that a person put into the secrets folder. */
#include <errno.h>
#include <strings.h>
#include <xxhash.h>

#include "connectors/decode/code-points.h"
#include "connectors/http/jar.h"
#include "connectors/record/dates.h"
#include "connectors/session/session-keys.h"

static bool key_is(Str key, const char *word) {
        return key.len == strlen(word) && strncasecmp(key.at, word, key.len) == 0;
}

/* What ends an instant: a date alone is over with its day. */
static int expires_read(Str value, Instant *ret) {
        static const char *const formats[] = { "iso", "vn", "yyyy-MM-dd HH:mm", "d/M/yyyy HH:mm", "HH:mm d/M/yyyy" };
        Moment m;
        if (*ret != INSTANT_NONE ||
            moment_read_any(formats, sizeof formats / sizeof *formats, value, ZONE_OFFSET, &m) < 0)
                return -EBADMSG;
        *ret = m.timed ? m.instant : when_at(m.date, 24, 0);
        return 0;
}

typedef struct Home {
        const char *host;
        bool secure;
} Home;

/* `a=1; b=2`, as a browser shows the header it sends. */
static int cookies_read(Text *jar, Str value, const Home *home) {
        Str pair, name;
        while (str_split(&value, ';', &pair)) {
                pair = str_trim(pair);
                if (pair.len == 0)
                        continue;
                Str rest = pair;
                if (!memchr(pair.at, '=', pair.len) || !str_split(&rest, '=', &name) || str_trim(name).len == 0)
                        return -EBADMSG;
                text_addf(jar, "%s\tFALSE\t/\t%s\t0\t" STR_FMT "\t" STR_FMT "\n", home->host,
                          home->secure ? "TRUE" : "FALSE", STR_ARG(str_trim(name)), STR_ARG(str_trim(rest)));
        }
        return jar->failed;
}

static int token_read(Text *t, Str value) {
        if (value.len > 7 && strncasecmp(value.at, "bearer ", 7) == 0)
                value = str_trim((Str) { value.at + 7, value.len - 7 });
        return t->len || value.len == 0 ? -EBADMSG : text_add(t, value);
}

static int line_read(SessionKeys *k, Str line, const Home *home) {
        Str key, value = line;
        if (memchr(line.at, '\t', line.len)) {
                if (!jar_valid(line))
                        return -EBADMSG;
                text_add(&k->jar, line);
                return text_addc(&k->jar, '\n');
        }
        if (!session_printable(line) || !utf8_valid(line) || !memchr(line.at, ':', line.len))
                return -EBADMSG;
        str_split(&value, ':', &key);
        key = str_trim(key);
        value = str_trim(value);
        if (key_is(key, "cookie"))
                return cookies_read(&k->jar, value, home);
        if (key_is(key, "token") || key_is(key, "authorization"))
                return token_read(&k->token, value);
        if (key_is(key, "refresh"))
                return token_read(&k->refresh, value);
        return key_is(key, "expires") ? expires_read(value, &k->expires) : -EBADMSG;
}

static bool comment(Str line) {
        return line.len == 0 || (line.at[0] == '#' && !str_starts(line, STR("#HttpOnly_")));
}

int session_handed(Str text, const char *host, bool secure, SessionKeys *ret, int *ret_line) {
        const Home home = { host, secure };
        SessionKeys k;
        Str line, rest = text;
        int number = 0, r = 0;
        session_keys_init(&k);
        if (str_starts(rest, STR("\xef\xbb\xbf")))
                rest = (Str) { rest.at + 3, rest.len - 3 };
        while (r == 0 && str_split(&rest, '\n', &line)) {
                number++;
                if (line.len > 0 && line.at[line.len - 1] == '\r')
                        line.len--;
                if (!comment(line))
                        r = line_read(&k, line, &home);
        }
        if (r == 0 && k.jar.len + k.token.len + k.refresh.len == 0) {
                number = 0;
                r = -EBADMSG;
        }
        if (r < 0) {
                session_keys_free(&k);
                *ret_line = number;
                return r == -ENOMEM || r == -E2BIG ? r : -EBADMSG;
        }
        k.handed = XXH3_64bits(text.at, text.len) | 1; /* never 0 */
        *ret = k;
        return 0;
}

static int add_decoded(Text *t, Str s) {
        for (size_t i = 0; i < s.len; i++) {
                int high = s.at[i] == '%' && i + 2 < s.len ? hex_digit(s.at[i + 1]) : -1;
                int low = high >= 0 ? hex_digit(s.at[i + 2]) : -1;
                text_addc(t, low >= 0 ? (char) (high * 16 + low) : s.at[i]);
                i += low >= 0 ? 2 : 0;
        }
        return t->failed;
}

bool session_cookie(Str jar, const char *name, Text *ret) {
        Str line, part, found = STR_NULL;
        while (str_split(&jar, '\n', &line)) {
                int n = 0;
                bool ours = false;
                for (; str_split(&line, '\t', &part); n++) {
                        ours |= n == 5 && str_eq(part, str_of(name));
                        if (n == 6 && ours)
                                found = part;
                }
        }
        return found.len > 0 && add_decoded(ret, found) == 0;
}
