/* SPDX-License-Identifier: MIT */
#include "connectors/session.h"

#include <errno.h>
#include <stdio.h>

#include "connectors/session-parts.h"

void session_init(Session *s, const SessionEnv *env, const char *account) {
        *s = (Session) { .env = env, .account = account };
        session_keys_init(&s->keys);
        session_keys_init(&s->fresh);
}

void session_done(Session *s) {
        s->call = http_abandon(s->call);
        session_keys_free(&s->keys);
        session_keys_free(&s->fresh);
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

void session_fail(Session *s, Fault fault, Retry retry, const char *format, ...) {
        va_list args;
        s->failure = (SessionFailure) { .fault = fault, .retry = retry, .retry_after = s->failure.retry_after };
        va_start(args, format);
        vsnprintf(s->failure.detail, sizeof s->failure.detail, format, args);
        va_end(args);
        s->state = fault == FAULT_LOGIN_REFUSED || s->unsure ? SESSION_REFUSED : SESSION_OUT;
        s->unsure = false;
        session_keys_free(&s->fresh);
        session_keys_init(&s->fresh);
        SessionFailure copy = s->failure;
        tell(s, &copy);
}

static int save(Session *s, Err *e) {
        const Vault *v = s->env->env->vault;
        _cleanup_wipe_ Text text = TEXT_INIT(LIMIT_SESSION_BYTES * 2);
        int r = session_encode(&s->fresh, &text);
        if (r < 0)
                return err_set(e, r, RETRY_LATER, "the session is too large to keep");
        return v ? v->session_save(v->userdata, str_of(s->env->source), str_of(s->account), text_str(&text), e) : 0;
}

void session_succeed(Session *s) {
        Err e = { 0 };
        if (save(s, &e) < 0) {
                session_fail(s, FAULT_SESSION_LOST, RETRY_LATER, "the session could not be stored: %.200s", e.text);
                return;
        }
        session_keys_free(&s->keys);
        s->keys = s->fresh;
        session_keys_init(&s->fresh);
        s->generation++;
        s->state = SESSION_IN;
        tell(s, NULL);
}

bool session_secret(Session *s, Text *ret) {
        const SourceEnv *env = s->env->env;
        Err e = { 0 };
        int r = env->secret ? env->secret(env->secret_userdata, s->env->source, s->account, ret, &e) : 1;
        if (r == 0)
                return true;
        if (r > 0)
                session_fail(s, FAULT_NO_SECRET, RETRY_RECONFIGURE, "there is no password for the account %s of %s",
                             s->account, s->env->source);
        else
                session_fail(s, FAULT_NO_SECRET, e.retry, "%.250s", e.text);
        return false;
}

bool session_bad_status(Session *s, const HttpResponse *r) {
        if (r->status < 400 && r->status >= 200)
                return false;
        s->failure.retry_after = r->retry_after;
        if (r->status == 429)
                session_fail(s, FAULT_RATE_LIMITED, RETRY_LATER, "%s answers 429 to a login", r->path);
        else
                session_fail(s, FAULT_HTTP_STATUS, r->status >= 500 || r->status == 408 ? RETRY_NOW : RETRY_LATER,
                             "%s answers %d to a login", r->path, r->status);
        return true;
}

/* A system that is down must not use up the logins of the hour: what never left was no attempt. */
static void attempt_undo(Session *s) {
        const Vault *v = s->env->env->vault;
        Err e = { 0 };
        if (v && v->login_attempt_undo) /* failing, it stays counted, which is the safe side */
                (void) v->login_attempt_undo(v->userdata, str_of(s->env->source), str_of(s->account), &e);
}

static void answered(void *userdata, HttpResponse *r) {
        Session *s = userdata;
        SessionStep step = s->step;
        bool password = step == STEP_LOGIN || step == STEP_FORM_SENT,
             unsent = password && r->fault != FAULT_NONE && !r->sent;
        s->call = NULL;
        s->requests += r->hops;
        s->failure.retry_after = r->fault == FAULT_NONE ? INSTANT_NONE : r->retry_after; /* not let out */
        s->unsure = r->fault != FAULT_NONE && r->sent && (s->step == STEP_LOGIN || s->step == STEP_FORM_SENT);
        if (s->unsure)
                session_fail(s, r->fault, RETRY_LATER, "%s; whether the login was counted is unknown", r->detail);
        else if (r->fault != FAULT_NONE)
                session_fail(s, r->fault, r->retry, "%s", r->detail);
        else if (s->env->plan->kind == SESSION_KIND_JSON_LOGIN)
                session_json_answer(s, r);
        else
                session_form_answer(s, r);
        if (unsent || (step == STEP_FORM && s->step == STEP_FORM))
                attempt_undo(s);
        if (r->body.at)
                explicit_bzero(r->body.at, r->body.len);
}

void session_send(Session *s, SessionStep step, HttpRequest *q) {
        Err e = { 0 };
        s->step = step;
        q->body_max = LIMIT_LOGIN_BODY_BYTES;
        q->login = true;
        q->account = s->account;
        if (http_send(s->env->http, q, answered, s, &s->call, &e) < 0)
                session_fail(s, e.code == -EPERM ? FAULT_REDIRECT : FAULT_NETWORK, e.retry, "%.250s", e.text);
}

/* Asks the budget before every attempt with a password. */
static bool budget(Session *s) {
        const Vault *v = s->env->env->vault;
        Instant again = INSTANT_NONE;
        Err e = { 0 };
        int r = v ? v->login_attempt_try(v->userdata, str_of(s->env->source), str_of(s->account),
                                         s->env->logins_per_hour, US_HOUR, &again, &e)
                  : 0;
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

static void login(Session *s) {
        if (!budget(s))
                return;
        if (s->env->plan->kind == SESSION_KIND_JSON_LOGIN)
                session_json_begin(s, false);
        else
                session_form_begin(s);
}

static void load(Session *s) {
        const Vault *v = s->env->env->vault;
        _cleanup_arena_ Arena scratch = { .max = LIMIT_SESSION_BYTES * 4 };
        SessionKeys keys;
        Str text;
        Err e = { 0 };
        s->loaded = true;
        if (!v || v->session_load(v->userdata, str_of(s->env->source), str_of(s->account), &scratch, &text, &e) != 0 ||
            session_decode(text, &keys) < 0)
                return;
        session_keys_free(&s->keys);
        s->keys = keys;
        s->generation++;
        s->state = SESSION_IN;
}

static bool renewable(const Session *s) {
        return s->env->plan->refresh_path && s->keys.refresh.len > 0;
}

static bool expired(const Session *s) {
        if (s->keys.expires == INSTANT_NONE)
                return false;
        return clock_wall(s->env->env->clock) + s->env->plan->leeway * US_SECOND >= s->keys.expires;
}

/* The key is read once and lives as long as the session. */
static void key_read(Session *s) {
        if (!session_secret(s, &s->fresh.token))
                return;
        session_keys_free(&s->keys);
        s->keys = s->fresh;
        session_keys_init(&s->fresh);
        s->generation++;
        s->state = SESSION_IN;
}

int session_want(Session *s, SessionWaiter *w) {
        int kind = s->env->plan->kind;
        if (kind == SESSION_KIND_NONE)
                return SESSION_READY;
        if (kind == SESSION_KIND_API_KEY) {
                if (s->state == SESSION_OUT)
                        key_read(s);
                return s->state == SESSION_IN ? SESSION_READY : SESSION_FAILED;
        }
        if (!s->loaded)
                load(s);
        if (s->state == SESSION_IN && !expired(s))
                return SESSION_READY;
        if (s->state == SESSION_REFUSED)
                return SESSION_FAILED;
        bool begin = s->state != SESSION_BUSY;
        if (begin) {
                s->state = SESSION_BUSY;
                s->failure = (SessionFailure) { .retry_after = INSTANT_NONE };
                if (renewable(s))
                        session_json_begin(s, true);
                else
                        login(s);
                if (s->state != SESSION_BUSY)
                        return SESSION_FAILED;
        }
        w->next = s->waiters;
        w->waiting = true;
        s->waiters = w;
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

void session_lost(Session *s, unsigned generation) {
        if (s->state == SESSION_IN && s->generation == generation)
                s->state = SESSION_OUT;
}

void session_discard(Session *s, unsigned generation) {
        const Vault *v = s->env->env->vault;
        Err e = { 0 };
        if (s->state != SESSION_IN || s->generation != generation)
                return;
        session_keys_free(&s->keys);
        session_keys_init(&s->keys);
        s->state = SESSION_OUT;
        if (v) /* should it stay there, it is found wanting once more and no harm is done */
                (void) v->session_save(v->userdata, str_of(s->env->source), str_of(s->account), STR_NULL, &e);
}

void session_forgive(Session *s) {
        if (s->state == SESSION_REFUSED)
                s->state = SESSION_OUT;
}

int session_header(const Session *s, Text *ret) {
        const SessionPlan *plan = s->env->plan;
        if (!plan->header || s->keys.token.len == 0)
                return 1;
        Str token = text_str(&s->keys.token);
        bool key = plan->kind == SESSION_KIND_API_KEY;
        Fillings f = { .account = str_of(s->account), .token = token, .secret = key ? token : STR_NULL };
        return session_fill(ret, plan->value, &f);
}
