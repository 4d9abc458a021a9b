/* SPDX-License-Identifier: MIT */
/* An attempt to be let in: where it begins, what it may cost, which phase comes next. */
#include <errno.h>
#include <stdio.h>

#include "connectors/session/session-parts.h"

void session_uncount(Session *s) {
        const Vault *v = s->env->env->vault;
        Err e = { 0 };
        if (v && v->login_attempt_undo) /* failing, it stays counted, which is the safe side */
                (void) v->login_attempt_undo(v->userdata, str_of(s->env->source), str_of(s->account), &e);
}

/* Asked before every attempt with a password. */
static bool budget(Session *s) {
        const Vault *v = s->env->env->vault;
        Instant again = INSTANT_NONE;
        Err e = { 0 };
        int r = v ? v->login_attempt_try(v->userdata, str_of(s->env->source), str_of(s->account),
                                         s->env->logins_per_hour, US_HOUR, &again, &e)
                  : 0;
        s->attempt->counted = r == 0;
        if (r == 0)
                return true;
        s->failure.retry_after = r == VAULT_E_BUDGET ? again : INSTANT_NONE;
        if (r == VAULT_E_BUDGET)
                session_fail(s, FAULT_LOGIN_BUDGET, RETRY_LATER,
                             "%s of %s: %d logins an hour are allowed, all were used", s->account, s->env->source,
                             s->env->logins_per_hour);
        else
                session_fail(s, FAULT_LOGIN_BUDGET, RETRY_LATER, "%.250s", e.text);
        return false;
}

bool session_secret(Session *s) {
        const SourceEnv *env = s->env->env;
        Text *secret = &s->attempt->secret;
        Err e = { 0 };
        if (secret->len > 0)
                return true;
        int r = env->secret ? env->secret(env->secret_userdata, s->env->source, s->account, secret, &e) : 1;
        if (r == 0)
                return true;
        if (r > 0)
                session_fail(s, FAULT_NO_SECRET, RETRY_RECONFIGURE, "there is no password for the account %s of %s",
                             s->account, s->env->source);
        else
                session_fail(s, FAULT_NO_SECRET, e.retry, "%.250s", e.text);
        return false;
}

/* The secret is what is sent with each request: nothing is asked for it. */
static bool keys_from_secret(Session *s) {
        const SessionPlan *plan = s->env->plan;
        SessionKeys *k = &s->attempt->fresh;
        int64_t end;
        bool secure;
        if (!session_secret(s))
                return false;
        Str secret = text_str(&s->attempt->secret);
        if (!session_printable(secret)) {
                session_fail(s, FAULT_NO_SECRET, RETRY_RECONFIGURE,
                             "what stands for the account %s of %s cannot be sent", s->account, s->env->source);
                return false;
        }
        text_add(&k->token, secret);
        k->made = clock_wall(s->env->env->clock);
        if (plan->kind == SESSION_KIND_BEARER && session_jwt_end(secret, &end)) {
                k->expires = (end + plan->leeway) * US_SECOND; /* of use until then: nothing can be made before */
                if (end * US_SECOND <= k->made) {
                        session_token_over(s, end * US_SECOND);
                        return false;
                }
        }
        if (plan->place != CARRIER_COOKIE)
                return true;
        const char *host = http_host(s->env->http, &secure);
        text_addf(&k->jar, "%s\tFALSE\t/\t%s\t0\t%s\t", host, secure ? "TRUE" : "FALSE", plan->carrier);
        if (session_value(s, k, &k->jar) == 0 && text_addc(&k->jar, '\n') == 0)
                return true;
        session_fail(s, FAULT_TOO_LARGE, RETRY_RECONFIGURE, "the key of %s does not fit", s->account);
        return false;
}

static void login(Session *s) {
        const SessionPlan *plan = s->env->plan;
        if (session_contested(s) || (plan->budget && !budget(s)))
                return;
        if (plan->n_login > 0)
                session_step_send(s);
        else if (plan->place == CARRIER_NONE || keys_from_secret(s))
                session_phase(s, PHASE_PROOF);
}

/* A token that serves once: that it went out is written down before it does, so that a refusal after a crash can be
 * explained. */
static bool renewal_noted(Session *s) {
        Err e = { 0 };
        if (!s->env->plan->handed)
                return true;
        bool before = s->keys.renewing;
        s->keys.renewing = true;
        if (session_save(s, &s->keys, &e) == 0)
                return true;
        s->keys.renewing = before;
        session_fail(s, FAULT_SESSION_LOST, RETRY_LATER, "the session could not be stored: %.200s", e.text);
        return false;
}

static void renew(Session *s) {
        SessionAttempt *a = s->attempt;
        a->step = 0;
        text_add(&a->values[VALUE_TOKEN], text_str(&s->keys.token));
        if (text_add(&a->values[VALUE_REFRESH], text_str(&s->keys.refresh)) < 0) {
                session_fail(s, FAULT_TOO_LARGE, RETRY_LATER, "out of memory");
                return;
        }
        a->was_renewing = s->keys.renewing;
        if ((!s->env->plan->renew->secret || budget(s)) && renewal_noted(s))
                session_step_send(s);
}

void session_phase(Session *s, SessionPhase phase) {
        const SessionPlan *plan = s->env->plan;
        s->attempt->phase = phase;
        if (phase == PHASE_RENEW)
                renew(s);
        else if (phase == PHASE_LOGIN)
                login(s);
        else if (phase == PHASE_PROOF && !plan->proof)
                session_phase(s, PHASE_CSRF);
        else if (phase == PHASE_DONE || (phase == PHASE_CSRF && !plan->csrf.page))
                session_succeed(s);
        else
                session_step_send(s);
}

/* Without a refresh token, what a session is renews it: before it ends, and not after it was found lost. */
static bool renewable(const Session *s) {
        const SessionPlan *plan = s->env->plan;
        const SessionKeys *k = &s->keys;
        if (plan->n_renew == 0 || plan->renew_refresh)
                return plan->n_renew > 0 && k->refresh.len > 0;
        bool ended = k->expires != INSTANT_NONE && clock_wall(s->env->env->clock) >= k->expires;
        return !k->lost && !ended && k->token.len + k->jar.len > 0;
}

static SessionPhase first_phase(const Session *s, bool there) {
        const SessionPlan *plan = s->env->plan;
        if (there)
                return PHASE_CSRF;
        if (renewable(s))
                return PHASE_RENEW;
        return plan->kind == SESSION_KIND_HANDED_OVER ? PHASE_PROOF : PHASE_LOGIN;
}

void session_begin(Session *s) {
        const SessionPlan *plan = s->env->plan;
        Instant now = clock_wall(s->env->env->clock);
        bool alive = s->keys.expires == INSTANT_NONE || now + plan->leeway * US_SECOND < s->keys.expires;
        bool there = s->state == SESSION_IN && alive;
        s->failure = (SessionFailure) { .retry_after = INSTANT_NONE };
        if (plan->handed && !renewable(s) && !there && (plan->n_renew > 0 || !alive || s->keys.lost)) {
                session_over(s, 0);
                return;
        }
        s->state = SESSION_BUSY;
        int r = session_attempt_new(plan, &s->attempt);
        SessionPhase phase = first_phase(s, there);
        if (r == 0 && phase != PHASE_LOGIN)
                r = session_keys_copy(&s->keys, &s->attempt->fresh);
        if (r < 0) {
                session_fail(s, FAULT_TOO_LARGE, RETRY_LATER, "out of memory");
                return;
        }
        s->attempt->csrf_only = there;
        s->attempt->fresh.handed = s->keys.handed;
        s->attempt->fresh.contest = s->keys.contest;
        session_phase(s, phase);
}

/* A refresh that is refused was no attempt with a password: the login follows, for those who wait already. */
void session_login_instead(Session *s, const HttpResponse *r) {
        const SessionPlan *plan = s->env->plan;
        SessionAttempt *a = s->attempt;
        if (plan->n_login == 0) {
                session_renewal_refused(s, r->status);
                return;
        }
        session_wipe(&s->keys.refresh);
        s->keys.refresh = TEXT_INIT(LIMIT_SESSION_BYTES / 4);
        for (size_t i = 0; i < a->n_values; i++) {
                session_wipe(&a->values[i]);
                a->values[i] = TEXT_INIT(LIMIT_SESSION_BYTES / 4);
        }
        session_keys_clear(&a->fresh);
        text_clear(&a->url);
        a->step = 0;
        session_phase(s, PHASE_LOGIN);
}
