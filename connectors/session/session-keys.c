/* SPDX-License-Identifier: MIT */
#include "connectors/session/session-keys.h"

#include <errno.h>

#include "connectors/http/http.h"
#include "connectors/http/jar.h"

#define HEAD "nq57d-session 1"

void contest_init(Contest *c) {
        *c = (Contest) { .last = INSTANT_NONE, .until = INSTANT_NONE };
}

bool contest_strike(Contest *c, Instant now) {
        Instant since = c->until > c->last ? c->until : c->last;
        Instant pause = CONTEST_PAUSE;
        bool near = c->strikes > 0 && now - since <= CONTEST_APART;
        if (c->strikes > 0 && now >= c->last && now - c->last < CONTEST_QUICK)
                return false;
        c->strikes = near && c->strikes < INT16_MAX ? c->strikes + 1 : near ? c->strikes : 1;
        c->last = now;
        if (c->strikes < CONTEST_STRIKES)
                return false;
        for (int i = CONTEST_STRIKES; i < c->strikes && pause < CONTEST_PAUSE_MAX; i++)
                pause *= 2;
        c->until = now + pause;
        return true;
}

void session_keys_init(SessionKeys *k) {
        *k = (SessionKeys) {
                .jar = TEXT_INIT(LIMIT_SESSION_BYTES), .token = TEXT_INIT(LIMIT_SESSION_BYTES / 4),
                .refresh = TEXT_INIT(LIMIT_SESSION_BYTES / 4), .csrf = TEXT_INIT(LIMIT_SESSION_BYTES / 4),
                .expires = INSTANT_NONE, .made = INSTANT_NONE,
        };
        contest_init(&k->contest);
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
        session_wipe(&k->csrf);
}

void session_keys_clear(SessionKeys *k) {
        SessionKeys left;
        session_keys_init(&left);
        left.handed = k->handed;
        left.contest = k->contest;
        session_keys_free(k);
        *k = left;
}

int session_keys_copy(const SessionKeys *from, SessionKeys *to) {
        const Text *const texts[] = { &from->jar, &from->token, &from->refresh, &from->csrf };
        Text *const copies[] = { &to->jar, &to->token, &to->refresh, &to->csrf };
        for (int i = 0; i < 4; i++)
                if (text_add(copies[i], text_str(texts[i])) < 0)
                        return -ENOMEM;
        SessionKeys k = *from;
        k.jar = to->jar;
        k.token = to->token;
        k.refresh = to->refresh;
        k.csrf = to->csrf;
        *to = k;
        return 0;
}

static void add_instants(Text *t, const char *key, const Instant *at, size_t n) {
        text_addf(t, "%s", key);
        for (size_t i = 0; i < n; i++)
                text_addf(t, "\t%lld", (long long) at[i]);
        text_addc(t, '\n');
}

int session_encode(const SessionKeys *k, Text *ret) {
        Str rest = text_str(&k->jar), line;
        text_add(ret, STR(HEAD "\n"));
        if (k->token.len)
                text_addf(ret, "token\t" STR_FMT "\n", STR_ARG(text_str(&k->token)));
        if (k->refresh.len)
                text_addf(ret, "refresh\t" STR_FMT "\n", STR_ARG(text_str(&k->refresh)));
        if (k->expires != INSTANT_NONE)
                add_instants(ret, "expires", &k->expires, 1);
        if (k->made != INSTANT_NONE)
                add_instants(ret, "made", &k->made, 1);
        if (k->handed)
                text_addf(ret, "handed\t%llu\n", (unsigned long long) k->handed);
        if (k->csrf_missed > 0)
                text_addf(ret, "csrf-missed\t%d\n", k->csrf_missed);
        if (k->renewing)
                text_add(ret, STR("renewing\t1\n"));
        if (k->lost)
                text_add(ret, STR("lost\t1\n"));
        if (k->contest.strikes > 0)
                add_instants(ret, "contest", (Instant[]) { k->contest.strikes, k->contest.last, k->contest.until }, 3);
        while (str_split(&rest, '\n', &line))
                if (line.len)
                        text_addf(ret, "cookie\t" STR_FMT "\n", STR_ARG(line));
        return ret->failed;
}

bool session_printable(Str s) {
        for (size_t i = 0; i < s.len; i++)
                if ((unsigned char) s.at[i] < 0x20 || s.at[i] == 0x7f)
                        return false;
        return true;
}

static int text_decode(Text *t, Str value) {
        return t->len || value.len == 0 || !session_printable(value) ? -EBADMSG : text_add(t, value);
}

static int instant_decode(Instant *at, Str value) {
        return *at == INSTANT_NONE ? text_to_int64(value, at) : -EBADMSG;
}

static int contest_decode(Contest *c, Str value) {
        Str part[3];
        int n = 0;
        if (c->strikes > 0)
                return -EBADMSG;
        while (n < 3 && str_split(&value, '\t', &part[n]))
                n++;
        if (n < 3 || value.len > 0 || text_to_int(part[0], 1, INT16_MAX, &c->strikes) < 0 ||
            text_to_int64(part[1], &c->last) < 0)
                return -EBADMSG;
        return text_to_int64(part[2], &c->until);
}

static int line_decode(SessionKeys *k, Str line) {
        Str key;
        if (!str_split(&line, '\t', &key))
                return -EBADMSG;
        if (str_eq(key, STR("cookie"))) {
                text_add(&k->jar, line);
                return jar_valid(line) ? text_addc(&k->jar, '\n') : -EBADMSG;
        }
        if (str_eq(key, STR("token")))
                return text_decode(&k->token, line);
        if (str_eq(key, STR("refresh")))
                return text_decode(&k->refresh, line);
        if (str_eq(key, STR("expires")))
                return instant_decode(&k->expires, line);
        if (str_eq(key, STR("made")))
                return instant_decode(&k->made, line);
        if (str_eq(key, STR("handed")))
                return k->handed ? -EBADMSG : text_to_uint64(line, &k->handed);
        if (str_eq(key, STR("contest")))
                return contest_decode(&k->contest, line);
        if (str_eq(key, STR("csrf-missed")))
                return k->csrf_missed ? -EBADMSG : text_to_int(line, 1, CSRF_MISSED_MAX, &k->csrf_missed);
        bool *flag = str_eq(key, STR("renewing")) ? &k->renewing : str_eq(key, STR("lost")) ? &k->lost : NULL;
        if (!flag || *flag || !str_eq(line, STR("1")))
                return -EBADMSG;
        *flag = true;
        return 0;
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

int session_basic(Str account, Str secret, bool client, Text *ret) {
        _cleanup_wipe_ Text both = TEXT_INIT(LIMIT_SESSION_BYTES * 4);
        if (client)
                http_form_encode(&both, account);
        else
                text_add(&both, account);
        text_addc(&both, ':');
        if (client)
                http_form_encode(&both, secret);
        else
                text_add(&both, secret);
        return both.failed ? both.failed : text_add_base64(ret, text_str(&both));
}

int session_password_words(Str account, Str secret, SessionWord *told, void *userdata) {
        int r = told(userdata, secret);
        for (int client = 0; client < 2 && r >= 0; client++) {
                _cleanup_wipe_ Text basic = TEXT_INIT(LIMIT_SESSION_BYTES * 8);
                r = session_basic(account, secret, client, &basic);
                if (r == 0)
                        r = told(userdata, text_str(&basic));
                else if (r == -E2BIG)
                        r = 0; /* it went out in no request either */
        }
        return r < 0 ? r : 0;
}
