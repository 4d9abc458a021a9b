/* SPDX-License-Identifier: MIT */
#include "connectors/session/session.h"

#include <errno.h>
#include <stdio.h>

#include "connectors/session/session-parts.h"

void session_init(Session *s, const SessionEnv *env, const char *account) {
        *s = (Session) { .env = env, .account = account, .used = INSTANT_NONE };
        session_keys_init(&s->keys);
}

void session_done(Session *s) {
        s->attempt = session_attempt_free(s->attempt);
        session_keys_free(&s->keys);
}

/* Tells everybody who waits; a waiter may want the session again at once, and then stands in the next queue. */
static void tell(Session *s, const SessionFailure *f) {
        SessionWaiter *w = s->waiters;
        s->waiters = NULL;
        while (w) {
                SessionWaiter *next = w->next;
                w->waiting = false;
                w->next = NULL;
                w->ready(w->userdata, f);
                w = next;
        }
}

/* Not to be tried again in this run. */
static bool final(const Session *s, Fault fault) {
        return fault == FAULT_LOGIN_REFUSED || fault == FAULT_SESSION_OVER || (s->attempt && s->attempt->unsure);
}

/* What goes out with each request is read anew by each process; everything else is kept. */
static bool kept(const SessionPlan *plan) {
        return plan->n_login > 0 || plan->handed;
}

int session_save(Session *s, const SessionKeys *k, Err *e) {
        const Vault *v = s->env->env->vault;
        _cleanup_wipe_ Text text = TEXT_INIT(LIMIT_SESSION_BYTES * 2);
        if (!v || !kept(s->env->plan))
                return 0;
        int r = session_encode(k, &text);
        if (r < 0)
                return err_set(e, r, RETRY_LATER, "the session is too large to keep");
        return v->session_save(v->userdata, str_of(s->env->source), str_of(s->account), text_str(&text), e);
}

int session_adopt(Session *s, Err *e) {
        const SessionPlan *plan = s->env->plan;
        SessionAttempt *a = s->attempt;
        bool changed = !a->csrf_only || a->fresh.csrf_missed != s->keys.csrf_missed;
        a->fresh.renewing = a->fresh.lost = false;
        int r = changed ? session_save(s, &a->fresh, e) : 0;
        if (r < 0)
                return r;
        s->untried = a->counted && plan->n_login == 0 && !plan->handed && !plan->proof;
        if (a->counted && plan->only_failures_count && !s->untried)
                session_uncount(s);
        session_keys_free(&s->keys);
        s->keys = a->fresh;
        session_keys_init(&a->fresh);
        s->generation++;
        return 0;
}

void session_fail(Session *s, Fault fault, Retry retry, const char *format, ...) {
        va_list args;
        s->failure = (SessionFailure) { .fault = fault, .retry = retry, .retry_after = s->failure.retry_after,
                                        .ours = fault == FAULT_LOGIN_BUDGET || fault == FAULT_SESSION_CONTESTED };
        va_start(args, format);
        vsnprintf(s->failure.detail, sizeof s->failure.detail, format, args);
        va_end(args);
        utf8_mend(s->failure.detail);
        session_redact(s, s->failure.detail);
        bool kept_all = session_csrf_keeps(s);
        s->state = kept_all ? SESSION_IN : final(s, fault) ? SESSION_REFUSED : SESSION_OUT;
        if (!kept_all && s->attempt && s->attempt->counted && !s->attempt->exposed)
                session_uncount(s);
        s->attempt = session_attempt_free(s->attempt);
        SessionFailure copy = s->failure;
        tell(s, &copy);
}

void session_succeed(Session *s) {
        Err e = { 0 };
        s->attempt->fresh.csrf_missed = 0;
        if (session_adopt(s, &e) < 0) {
                s->attempt->out = true;
                session_fail(s, FAULT_SESSION_LOST, RETRY_LATER, "the session could not be stored: %.200s", e.text);
                return;
        }
        s->attempt = session_attempt_free(s->attempt);
        s->state = SESSION_IN;
        s->csrf_old = false;
        tell(s, NULL);
}

static void load(Session *s) {
        const Vault *v = s->env->env->vault;
        _cleanup_arena_ Arena scratch = { .max = LIMIT_SESSION_BYTES * 4 };
        SessionKeys keys;
        Str text;
        Err e = { 0 };
        s->loaded = true;
        if (!v || !kept(s->env->plan) ||
            v->session_load(v->userdata, str_of(s->env->source), str_of(s->account), &scratch, &text, &e) != 0 ||
            session_decode(text, &keys) < 0)
                return;
        session_keys_free(&s->keys);
        s->keys = keys;
        s->generation++;
        if (!keys.lost && keys.jar.len + keys.token.len > 0)
                s->state = SESSION_IN;
}

static bool expired(const Session *s) {
        if (s->keys.expires == INSTANT_NONE)
                return false;
        return clock_wall(s->env->env->clock) + s->env->plan->leeway * US_SECOND >= s->keys.expires;
}

static void wait_in_line(Session *s, SessionWaiter *w) {
        w->next = s->waiters;
        w->waiting = true;
        s->waiters = w;
}

int session_want(Session *s, SessionWaiter *w) {
        const SessionPlan *plan = s->env->plan;
        if (plan->nothing)
                return SESSION_READY;
        if (!s->loaded)
                load(s);
        if (s->state != SESSION_BUSY && plan->handed && !session_look(s))
                return SESSION_FAILED;
        if (s->state == SESSION_REFUSED)
                return SESSION_FAILED;
        bool there = s->state == SESSION_IN && !expired(s) && !session_csrf_wanted(s, &s->keys);
        if (!there && s->state != SESSION_BUSY) {
                session_begin(s);
                there = s->state == SESSION_IN;
                if (!there && s->state != SESSION_BUSY)
                        return SESSION_FAILED;
        }
        if (there && !s->trying) {
                s->trying = s->untried;
                return SESSION_READY;
        }
        wait_in_line(s, w);
        return SESSION_WAIT;
}

void session_leave(Session *s, SessionWaiter *w) {
        for (SessionWaiter **at = &s->waiters; *at; at = &(*at)->next)
                if (*at == w) {
                        *at = w->next;
                        break;
                }
        w->next = NULL;
        w->waiting = false;
}

/* A session that was lost long before its time, or soon after it was last let in. */
static bool early(const Session *s, Instant now) {
        Instant last = s->used > s->keys.made ? s->used : s->keys.made;
        if (s->keys.expires != INSTANT_NONE)
                return now < s->keys.expires - s->env->plan->leeway * US_SECOND;
        return last != INSTANT_NONE && now - last < CONTEST_SOON;
}

void session_lost(Session *s, int status) {
        const SessionPlan *plan = s->env->plan;
        Instant now = clock_wall(s->env->env->clock);
        s->trying = s->untried = false;
        if (plan->kind == SESSION_KIND_HANDED_OVER) {
                session_over(s, status);
        } else if (plan->n_login == 0 && !plan->handed) {
                session_keys_clear(&s->keys);
                session_fail(s, FAULT_LOGIN_REFUSED, RETRY_RECONFIGURE, "%s refuses what %s is let in with (status %d)",
                             s->env->source, s->account, status);
        } else {
                s->state = SESSION_OUT;
                s->keys.lost = true;
                if (early(s, now))
                        session_lost_early(s, now);
        }
}

void session_used(Session *s, unsigned generation, SessionUse use, int status) {
        if (s->state != SESSION_IN || s->generation != generation || s->env->plan->nothing)
                return;
        bool tried = s->trying;
        if (use == SESSION_USE_LOST) {
                session_lost(s, status);
                return;
        }
        if (use == SESSION_USE_LET_IN)
                s->used = clock_wall(s->env->env->clock);
        if (!tried)
                return;
        s->trying = false;
        if (use == SESSION_USE_LET_IN)
                s->untried = false;
        else
                s->state = SESSION_OUT; /* whoever tries next counts it anew */
        if (use != SESSION_USE_UNKNOWN)
                session_uncount(s);
        tell(s, NULL);
}

bool session_csrf_rejected(Session *s, unsigned generation, int status) {
        const CsrfPlan *csrf = &s->env->plan->csrf;
        if (!csrf->page || !statuses_have(&csrf->rejected, status))
                return false;
        if (s->state == SESSION_IN && s->generation == generation)
                s->csrf_old = true;
        return true;
}

void session_discard(Session *s, unsigned generation) {
        const Vault *v = s->env->env->vault;
        Err e = { 0 };
        if (s->state != SESSION_IN || s->generation != generation)
                return;
        s->state = SESSION_OUT;
        s->keys.lost = true;
        if (!s->env->plan->handed) /* nobody took it away: it was never accepted */
                session_keys_clear(&s->keys);
        bool keep = s->env->plan->handed || s->keys.contest.strikes >= CONTEST_STRIKES;
        /* should it stay there, it is found wanting once more and no harm is done */
        if (keep)
                (void) session_save(s, &s->keys, &e);
        else if (v && kept(s->env->plan))
                (void) v->session_save(v->userdata, str_of(s->env->source), str_of(s->account), STR_NULL, &e);
        if (!keep)
                contest_init(&s->keys.contest);
}

void session_forgive(Session *s) {
        s->looked = false;
        if (s->state == SESSION_REFUSED)
                s->state = SESSION_OUT;
}
