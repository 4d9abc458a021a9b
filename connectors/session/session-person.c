/* SPDX-License-Identifier: MIT */
/* Where a session meets people: those who hand one over, and those who use the same account. */
#include <errno.h>
#include <stdio.h>

#include "connectors/session/session-parts.h"

static void put(Session *s, const char *code, const char *en, const char *vi) {
        char subject[200];
        snprintf(subject, sizeof subject, "%s/%s", s->env->source, s->account);
        finding_put(s->env->env->news,
                    &(Finding) { .severity = SEVERITY_WARNING, .code = code, .subject = subject, .en = en, .vi = vi });
}

/* ---- a session that was handed over ---- */

static bool unreadable(Session *s, int r, int line) {
        const char *source = s->env->source, *account = s->account;
        if (r == -ENOMEM)
                session_fail(s, FAULT_NO_SECRET, RETRY_LATER, "out of memory");
        else if (line > 0)
                session_fail(
                        s, FAULT_NO_SECRET, RETRY_RECONFIGURE,
                        "%s.%s.session:%d: expected `cookie: name=value`, `token:`, `refresh:`, `expires: 20/6/2026 "
                        "17:00` or a line of a cookies.txt",
                        source, account, line);
        else
                session_fail(s, FAULT_NO_SECRET, RETRY_RECONFIGURE, "%s.%s.session holds no cookie and no token",
                             source, account);
        return false;
}

/* It takes the place of what was kept; a contest stays. */
static bool taken(Session *s, SessionKeys *k) {
        Err e = { 0 };
        k->contest = s->keys.contest;
        session_keys_free(&s->keys);
        s->keys = *k;
        session_keys_init(k);
        s->told = false;
        s->generation++;
        bool way_in = s->keys.jar.len + s->keys.token.len > 0;
        s->state = way_in && !s->env->plan->proof ? SESSION_IN : SESSION_OUT;
        if (session_save(s, &s->keys, &e) == 0)
                return true;
        session_fail(s, FAULT_SESSION_LOST, RETRY_LATER, "the session could not be stored: %.200s", e.text);
        return false;
}

static bool read_new(Session *s, Str text) {
        SessionKeys k;
        bool secure;
        int line = 0;
        const char *host = http_host(s->env->http, &secure);
        int r = session_handed(text, host, secure, &k, &line);
        if (r < 0)
                return unreadable(s, r, line);
        bool fine = k.handed == s->keys.handed || taken(s, &k);
        session_keys_free(&k);
        return fine;
}

static void when_text(Instant t, bool vi, char to[static 64]) {
        Civil c;
        when_civil(t, &c);
        snprintf(to, 64, vi ? "%02d:%02d ngày %d/%d/%d" : "%02d:%02d on %d/%d/%d", c.hour, c.minute, c.day, c.month,
                 c.year);
}

static void warn(Session *s) {
        Instant now = clock_wall(s->env->env->clock), end = s->keys.expires;
        char en[400], vi[400], at[64];
        if (s->told || end == INSTANT_NONE || now >= end || end - now > s->env->plan->warn_before * US_SECOND)
                return;
        s->told = true;
        when_text(end, false, at);
        snprintf(en, sizeof en, "the session that was handed over ends at %s: put a new one into %s.%s.session", at,
                 s->env->source, s->account);
        when_text(end, true, at);
        snprintf(vi, sizeof vi, "phiên đăng nhập được giao hết hạn lúc %s: hãy ghi phiên mới vào %s.%s.session", at,
                 s->env->source, s->account);
        put(s, "session-ending", en, vi);
}

bool session_look(Session *s) {
        const SourceEnv *env = s->env->env;
        _cleanup_wipe_ Text text = TEXT_INIT(LIMIT_SESSION_BYTES);
        Err e = { 0 };
        if (s->looked)
                return true;
        int r = env->handed ? env->handed(env->handed_userdata, s->env->source, s->account, &text, &e) : 1;
        if (r < 0) {
                session_fail(s, FAULT_NO_SECRET, e.retry, "%.250s", e.text);
                return false;
        }
        if (r > 0) { /* withdrawn, or never given */
                session_keys_clear(&s->keys);
                session_fail(s, FAULT_NO_SECRET, RETRY_RECONFIGURE,
                             "no session was handed over: %s.%s.session is not there", s->env->source, s->account);
                return false;
        }
        if (!read_new(s, text_str(&text)))
                return false;
        s->looked = true;
        warn(s);
        return true;
}

void session_over(Session *s, int status) {
        char why[100], at[64] = "";
        Err e = { 0 };
        Instant end = s->keys.expires;
        bool ended = status == 0 && !s->keys.lost && end != INSTANT_NONE;
        if (ended)
                when_text(end, false, at);
        snprintf(why, sizeof why, status ? "is not accepted any more (status %d)" : "is not accepted any more", status);
        s->keys.lost = !ended;
        if (!ended) /* so that it is not tried again after a restart; if it is, no harm is done */
                (void) session_save(s, &s->keys, &e);
        session_fail(s, FAULT_SESSION_OVER, RETRY_RECONFIGURE,
                     "the session that was handed over for %s %s%s: put a new one into %s.%s.session", s->account,
                     ended ? "ended at " : why, at, s->env->source, s->account);
}

void session_token_over(Session *s, Instant end) {
        char at[64];
        when_text(end, false, at);
        session_fail(s, FAULT_SESSION_OVER, RETRY_RECONFIGURE,
                     "the token of %s ended at %s, as it says itself: put a new one into %s.secrets", s->account, at,
                     s->env->source);
}

void session_renewal_refused(Session *s, int status) {
        bool cut_off = s->attempt->was_renewing;
        Err e = { 0 };
        if (status == 401) { /* RFC 6749 5.2: the client itself is not known */
                session_fail(s, FAULT_LOGIN_REFUSED, RETRY_RECONFIGURE, "%s refuses the client %s (status 401)",
                             s->env->source, s->account);
                return;
        }
        session_keys_clear(&s->keys);
        s->keys.lost = true;
        (void) session_save(s, &s->keys, &e);
        session_fail(
                s, FAULT_SESSION_OVER, RETRY_RECONFIGURE,
                "%s does not take the refresh token of %s any more (status %d)%s: put a new one into %s.%s.session",
                s->env->source, s->account, status,
                cut_off ? "; the renewal before was cut off, and the system may have used it up then" : "",
                s->env->source, s->account);
}

/* ---- an account that two use ---- */

void session_lost_early(Session *s, Instant now) {
        char en[500], vi[500], at[64];
        Err e = { 0 };
        s->keys.lost = true;
        bool paused = contest_strike(&s->keys.contest, now);
        (void) session_save(s, &s->keys, &e); /* failing, a restart begins to count anew */
        if (!paused)
                return;
        when_text(s->keys.contest.until, false, at);
        snprintf(en, sizeof en,
                 "somebody else seems to use this account: %d sessions in a row ended early. No login before %s. Give "
                 "nq57d an account of its own, read the unit through the supervising account (`supervised`), or hand a "
                 "session over",
                 s->keys.contest.strikes, at);
        when_text(s->keys.contest.until, true, at);
        snprintf(vi, sizeof vi,
                 "dường như có người đang dùng chung tài khoản này: %d phiên liên tiếp bị ngắt sớm. Không đăng nhập "
                 "trước "
                 "%s. Hãy cấp cho nq57d một tài khoản riêng, đọc qua tài khoản giám sát (`supervised`), hoặc giao sẵn "
                 "một phiên đăng nhập",
                 s->keys.contest.strikes, at);
        put(s, "session-contested", en, vi);
}

bool session_contested(Session *s) {
        const Contest *c = &s->keys.contest;
        char at[64];
        if (c->until == INSTANT_NONE || clock_wall(s->env->env->clock) >= c->until)
                return false;
        when_text(c->until, false, at);
        s->failure.retry_after = c->until;
        session_fail(
                s, FAULT_SESSION_CONTESTED, RETRY_LATER,
                "%d sessions of %s in a row ended early: somebody else seems to use the account; no login before %s",
                c->strikes, s->account, at);
        return true;
}
