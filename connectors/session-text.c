/* SPDX-License-Identifier: MIT */
#include "connectors/session.h"

#include <errno.h>

#include "connectors/jar.h"
#include "connectors/session-parts.h"

#define HEAD "nq57d-session 1"

void session_keys_init(SessionKeys *k) {
        *k = (SessionKeys) {
                .jar = TEXT_INIT(LIMIT_SESSION_BYTES), .token = TEXT_INIT(LIMIT_SESSION_BYTES / 4),
                .refresh = TEXT_INIT(LIMIT_SESSION_BYTES / 4), .expires = INSTANT_NONE,
        };
}

void session_wipe(Text *t) {
        if (t->at)
                explicit_bzero(t->at, t->room);
        text_free(t);
}

void session_keys_free(SessionKeys *k) {
        session_wipe(&k->jar);
        session_wipe(&k->token);
        session_wipe(&k->refresh);
}

int session_encode(const SessionKeys *k, Text *ret) {
        Str rest = text_str(&k->jar), line;
        text_add(ret, STR(HEAD "\n"));
        if (k->token.len)
                text_addf(ret, "token\t" STR_FMT "\n", STR_ARG(text_str(&k->token)));
        if (k->refresh.len)
                text_addf(ret, "refresh\t" STR_FMT "\n", STR_ARG(text_str(&k->refresh)));
        if (k->expires != INSTANT_NONE)
                text_addf(ret, "expires\t%lld\n", (long long) k->expires);
        while (str_split(&rest, '\n', &line))
                if (line.len)
                        text_addf(ret, "cookie\t" STR_FMT "\n", STR_ARG(line));
        return ret->failed;
}

static bool printable(Str s) {
        for (size_t i = 0; i < s.len; i++)
                if ((unsigned char) s.at[i] < 0x20 || s.at[i] == 0x7f)
                        return false;
        return true;
}

static int line_decode(SessionKeys *k, Str line) {
        Str key;
        if (!str_split(&line, '\t', &key))
                return -EBADMSG;
        if (str_eq(key, STR("cookie"))) {
                text_add(&k->jar, line);
                return jar_valid(line) ? text_addc(&k->jar, '\n') : -EBADMSG;
        }
        if (line.len == 0 || !printable(line))
                return -EBADMSG;
        if (str_eq(key, STR("token")))
                return k->token.len ? -EBADMSG : text_add(&k->token, line);
        if (str_eq(key, STR("refresh")))
                return k->refresh.len ? -EBADMSG : text_add(&k->refresh, line);
        if (str_eq(key, STR("expires")))
                return k->expires == INSTANT_NONE && text_to_int64(line, &k->expires) == 0 ? 0 : -EBADMSG;
        return -EBADMSG;
}

int session_decode(Str text, SessionKeys *ret) {
        SessionKeys k;
        Str line;
        session_keys_init(&k);
        int r = str_split(&text, '\n', &line) && str_eq(line, STR(HEAD)) ? 0 : -EBADMSG;
        while (r == 0 && str_split(&text, '\n', &line))
                r = line_decode(&k, line);
        if (r != 0) {
                session_keys_free(&k);
                return r == -ENOMEM ? r : -EBADMSG;
        }
        *ret = k;
        return 0;
}

int session_fill(Text *t, const char *value, const Fillings *f) {
        static const char *const names[] = { "<account>", "<secret>", "<token>", "<refresh>" };
        const Str fillings[] = { f->account, f->secret, f->token, f->refresh };
        for (const char *at = value; *at;) {
                size_t skip = 0;
                for (size_t i = 0; i < 4 && !skip; i++)
                        if (strncmp(at, names[i], strlen(names[i])) == 0) {
                                text_add(t, fillings[i]);
                                skip = strlen(names[i]);
                        }
                if (!skip)
                        text_addc(t, *at);
                at += skip ? skip : 1;
        }
        return t->failed;
}
