/* SPDX-License-Identifier: MIT */
/* The machine that every login runs on: a step is sent, its answer judged, what it shows taken, the next one sent. */
#include "connectors/session/session.h"

#include <errno.h>
#include <stdio.h>

#include "connectors/decode/document.h"
#include "connectors/decode/html.h"
#include "connectors/language/template.h"
#include "connectors/session/session-parts.h"

int session_attempt_new(const SessionPlan *plan, SessionAttempt **ret) {
        SessionAttempt *a = calloc(1, sizeof *a);
        Text *values = a ? calloc(plan->values.n, sizeof *values) : NULL;
        if (!values) {
                free(a);
                return -ENOMEM;
        }
        session_keys_init(&a->fresh);
        a->secret = TEXT_INIT(SESSION_SECRET_BYTES);
        a->url = TEXT_INIT(16384);
        for (size_t i = 0; i < plan->values.n; i++)
                values[i] = TEXT_INIT(LIMIT_SESSION_BYTES / 4);
        a->values = values;
        a->n_values = plan->values.n;
        *ret = a;
        return 0;
}

SessionAttempt *session_attempt_free(SessionAttempt *a) {
        if (!a)
                return NULL;
        a->call = http_abandon(a->call);
        for (size_t i = 0; i < a->n_values; i++)
                session_wipe(&a->values[i]);
        session_keys_free(&a->fresh);
        session_wipe(&a->secret);
        text_free(&a->url);
        free(a->values);
        free(a);
        return NULL;
}

const StepPlan *session_step(const Session *s) {
        const SessionPlan *plan = s->env->plan;
        const SessionAttempt *a = s->attempt;
        switch (a->phase) {
        case PHASE_RENEW:
                return a->step < plan->n_renew ? &plan->renew[a->step] : NULL;
        case PHASE_LOGIN:
                return a->step < plan->n_login ? &plan->login[a->step] : NULL;
        case PHASE_PROOF:
                return plan->proof;
        case PHASE_CSRF:
                return plan->csrf.page;
        case PHASE_DONE:
                break;
        }
        return NULL;
}

/* ---- a step is sent ---- */

typedef struct Outgoing {
        SessionPass pass;
        Text target, body, user, password;
        Text filled[2 * SESSION_VALUES_MAX]; /* headers */
        PlanPair headers[2 * SESSION_VALUES_MAX];
        size_t n_headers;
} Outgoing;

static void outgoing_done(Outgoing *o) {
        session_pass_done(&o->pass);
        session_wipe(&o->target);
        session_wipe(&o->body);
        session_wipe(&o->user);
        session_wipe(&o->password);
        for (size_t i = 0; i < o->n_headers; i++)
                session_wipe(&o->filled[i]);
}

static size_t values_fill(const Session *s, TemplateValue *to) {
        const SessionPlan *plan = s->env->plan;
        const SessionAttempt *a = s->attempt;
        size_t n = 0;
        to[n++] = (TemplateValue) { "account", str_of(s->account), INSTANT_NONE };
        to[n++] = (TemplateValue) { "secret", text_str(&a->secret), INSTANT_NONE };
        for (size_t i = 0; i < plan->values.n; i++)
                to[n++] = (TemplateValue) { plan->values.at[i], text_str(&a->values[i]), INSTANT_NONE };
        return n;
}

static int form_write(Text *t, PlanPairs fields, const TemplateValues *v) {
        _cleanup_wipe_ Text value = TEXT_INIT(LIMIT_SESSION_BYTES);
        for (size_t i = 0; i < fields.n; i++) {
                text_clear(&value);
                if (template_fill(&value, fields.at[i].value, v, TEMPLATE_PLAIN) < 0)
                        return value.failed;
                http_form_add(t, str_of(fields.at[i].name), text_str(&value));
        }
        return t->failed;
}

static int headers_write(Outgoing *o, const StepPlan *step, const SessionAttempt *a, const TemplateValues *v) {
        for (size_t i = 0; i < step->headers.n; i++) {
                Text *t = &o->filled[o->n_headers];
                *t = TEXT_INIT(LIMIT_SESSION_BYTES / 4);
                if (template_fill(t, step->headers.at[i].value, v, TEMPLATE_PLAIN) < 0)
                        return t->failed;
                o->headers[o->n_headers++] =
                        (PlanPair) { .name = step->headers.at[i].name, .value = t->at ? t->at : "" };
        }
        if (a->url.len && step->post) /* as a browser would: some refuse a form without it */
                o->headers[o->n_headers++] = (PlanPair) { .name = "Referer", .value = a->url.at };
        return 0;
}

/* An address that was taken stands as it is; what is filled into a path is a part of it. */
static int target_write(Outgoing *o, const StepPlan *step, const TemplateValues *v) {
        bool path = step->target[0] == '/';
        return template_fill(&o->target, step->target, v, path ? TEMPLATE_PATH : TEMPLATE_PLAIN);
}

/* A password, wherever it stands in the request, and a refresh token, which many systems take once. */
static bool once(const Session *s, const StepPlan *step) {
        SessionPhase phase = s->attempt->phase;
        return step->secret || step->post || phase == PHASE_RENEW ||
               (phase == PHASE_PROOF && s->env->plan->place == CARRIER_AUTH);
}

/* RFC 6749 2.3.1: form-encoded before they are joined, or a ':' or '%' in them would be read as something else. */
static int client_sign(const Session *s, const StepPlan *step, Outgoing *o, HttpRequest *q) {
        o->user = TEXT_INIT(SESSION_SECRET_BYTES * 3);
        o->password = TEXT_INIT(SESSION_SECRET_BYTES * 3);
        if (step->client_auth == CLIENT_BASIC) {
                http_form_encode(&o->user, str_of(s->account));
                http_form_encode(&o->password, text_str(&s->attempt->secret));
        } else {
                text_add(&o->user, str_of(s->account));
                text_add(&o->password, text_str(&s->attempt->secret));
        }
        q->auth = HTTP_AUTH_BASIC;
        q->user = o->user.at;
        q->password = o->password.at;
        return o->user.failed ? o->user.failed : o->password.failed;
}

static int request_write(Session *s, const StepPlan *step, Outgoing *o, HttpRequest *q) {
        TemplateValue values[SESSION_VALUES_MAX + 2];
        TemplateValues v = { values, values_fill(s, values), 0 };
        SessionAttempt *a = s->attempt;
        o->target = TEXT_INIT(16384);
        o->body = TEXT_INIT(LIMIT_SESSION_BYTES * 2);
        int r = target_write(o, step, &v);
        if (r == 0)
                r = step->json ? template_fill(&o->body, step->json, &v, TEMPLATE_JSON)
                               : form_write(&o->body, step->form, &v);
        if (r == 0)
                r = headers_write(o, step, a, &v);
        if (r < 0)
                return r;
        bool page = step->target[0] != '/' && a->url.len > 0;
        const char *login = s->env->plan->login_path;
        *q = (HttpRequest) { .target = o->target.len ? o->target.at : page ? a->url.at : "/",
                             .referer = page ? a->url.at : NULL,
                             .post = step->post,
                             .login = true,
                             .once = once(s, step),
                             .account = s->account,
                             .body = text_str(&o->body),
                             .content_type = step->json ? "application/json" : "application/x-www-form-urlencoded",
                             .headers = { o->headers, o->n_headers },
                             .keep = step->keep,
                             .body_max = LIMIT_LOGIN_BODY_BYTES,
                             .follow = step->follow ? LIMIT_REDIRECTS : 0,
                             .stop_path = login && (step->post || strcmp(step->target, login) != 0) ? login : NULL };
        if (step->client_auth != CLIENT_BODY)
                r = client_sign(s, step, o, q);
        if (r < 0)
                return r;
        if (a->phase == PHASE_PROOF || a->phase == PHASE_CSRF)
                return session_sign_with(s, &a->fresh, &o->pass, q);
        q->jar = &a->fresh.jar;
        return 0;
}

static void answered(void *userdata, HttpResponse *r);

void session_step_send(Session *s) {
        const StepPlan *step = session_step(s);
        _cleanup_(outgoing_done) Outgoing o = { 0 };
        HttpRequest q;
        Err e = { 0 };
        if (step->secret && !session_secret(s))
                return;
        if (request_write(s, step, &o, &q) < 0)
                session_fail(s, FAULT_TOO_LARGE, RETRY_RECONFIGURE, "the login of %s does not fit", s->account);
        else if (http_send(s->env->http, &q, answered, s, &s->attempt->call, &e) < 0)
                session_fail(s, http_send_fault(e.code), e.retry, "%.250s", e.text);
}

/* ---- its answer ---- */

static bool holds(const HttpResponse *r, const char *text) {
        return text && r->body.len > 0 && memmem(r->body.at, r->body.len, text, strlen(text));
}

static bool value_there(const HttpResponse *r, const Select *select) {
        _cleanup_(json_root_freep) json_object *root = NULL;
        json_object *v = NULL;
        char why[160];
        return document_parse(text_str(&r->body), &root, why) == FAULT_NONE &&
               select_get(select, root, &v) == SELECTED_VALUE;
}

/* Whether the answer is what the step expects; else what it is not, in `why`. */
static bool as_expected(const StepPlan *step, const HttpResponse *r, char why[static 200]) {
        if (step->expect_status && r->status != step->expect_status)
                snprintf(why, 200, "expected status %d, seen %d", step->expect_status, r->status);
        else if (step->expect_path && strcmp(r->path, step->expect_path) != 0)
                snprintf(why, 200, "expected to be led to %.80s, seen %.80s", step->expect_path, r->path);
        else if (step->expect_text && !holds(r, step->expect_text))
                snprintf(why, 200, "%.80s does not show `%.100s`", r->path, step->expect_text);
        else if (step->expect.text && !value_there(r, &step->expect))
                snprintf(why, 200, "%.80s has no value at %.100s", r->path, step->expect.text);
        else
                return true;
        return false;
}

bool session_at_login(const Session *s, const HttpResponse *r) {
        const SessionPlan *plan = s->env->plan;
        const char *path = r->location_path ? r->location_path : html_looks_so(text_str(&r->body)) ? r->path : NULL;
        return (path && plan->login_path && strcmp(path, plan->login_path) == 0) ||
               html_login_page(text_str(&r->body)) || holds(r, plan->login_text);
}

/* RFC 6749 5.2: what says that the request is no good says nothing about the client's secret. */
static bool blames_request(const Session *s, const HttpResponse *r) {
        static const char *const errors[] = { "\"invalid_request\"", "\"invalid_scope\"",
                                              "\"unsupported_grant_type\"" };
        for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
                if (s->env->plan->kind == SESSION_KIND_OAUTH2 && r->status == 400 && holds(r, errors[i]))
                        return true;
        return false;
}

static bool is_refusal(const Session *s, const StepPlan *step, const HttpResponse *r) {
        bool by_status = s->attempt->exposed && statuses_have(&step->refused_status, r->status);
        return (by_status && !blames_request(s, r)) || holds(r, step->refused_text);
}

/* With the system's own words: a wrong password is not all that it can mean. */
static void refused(Session *s, const HttpResponse *r) {
        char words[DOCUMENT_WORDS] = "";
        if (r->status >= 400 && r->status < 500)
                session_words(s, text_str(&r->body), words);
        session_fail(s, FAULT_LOGIN_REFUSED, RETRY_RECONFIGURE, "%s refuses %s %s%s (status %d)%s", s->env->source,
                     s->env->plan->n_login == 0 ? "what" : "the password of", s->account,
                     s->env->plan->n_login == 0 ? " is let in with" : "", r->status, words);
}

/* Where a login leads people need not be there for us: the proof decides. */
static bool led_astray(const Session *s, const StepPlan *step, const HttpResponse *r) {
        return r->status == 404 && r->hops > 1 && step->post && s->attempt->phase == PHASE_LOGIN && s->env->plan->proof;
}

/* Statuses that say nothing about the password. */
static bool bad_status(Session *s, const StepPlan *step, const HttpResponse *r) {
        char words[DOCUMENT_WORDS] = "";
        if ((r->status < 400 && r->status >= 200) || r->status == step->expect_status || led_astray(s, step, r))
                return false;
        s->failure.retry_after = r->retry_after;
        if (r->status < 500) /* what a program that broke prints may hold anybody's secrets */
                session_words(s, text_str(&r->body), words);
        if (r->status == 429)
                session_fail(s, FAULT_RATE_LIMITED, RETRY_LATER, "%s answers 429 to a login", r->path);
        else
                session_fail(s, FAULT_HTTP_STATUS, r->status >= 500 || r->status == 408 ? RETRY_NOW : RETRY_LATER,
                             "%s answers %d to a login%s", r->path, r->status, words);
        return true;
}

/* The step failed in a way that its status does not tell. */
static void disappointed(Session *s, const StepPlan *step, const HttpResponse *r, Fault f, const char *why) {
        const SessionAttempt *a = s->attempt;
        if (s->env->plan->kind == SESSION_KIND_HANDED_OVER && session_at_login(s, r))
                session_over(s, r->status);
        else if (a->phase == PHASE_PROOF && session_at_login(s, r))
                session_fail(s, FAULT_SESSION_LOST, RETRY_LATER, "logged in as %s, but %s leads back to the login page",
                             s->account, step->target);
        else if (a->exposed && session_at_login(s, r))
                session_fail(s, FAULT_LOGIN_REFUSED, RETRY_RECONFIGURE,
                             "%s shows its login page again: name or password of %s were refused", s->env->source,
                             s->account);
        else if (a->phase == PHASE_PROOF)
                session_fail(s, f, RETRY_RECONFIGURE, "%s: nothing proves that %s is logged in", why, s->account);
        else
                session_fail(s, f, f == FAULT_SELECTOR_MISSING ? RETRY_RECONFIGURE : RETRY_LATER, "%s (step `%s`): %s",
                             r->path, step->name, why);
}

/* A login that ends on the page that proves it needs no look at that page. */
static bool proves(const Session *s, const HttpResponse *r) {
        const StepPlan *proof = s->env->plan->proof;
        char why[200];
        return proof && r->status == 200 && !r->location_path && strcmp(r->path, proof->target) == 0 &&
               as_expected(proof, r, why); /* of an address with a query the path does not say enough */
}

static void step_done(Session *s, const HttpResponse *r) {
        const SessionPlan *plan = s->env->plan;
        SessionAttempt *a = s->attempt;
        text_clear(&a->url);
        if (r->url)
                text_add(&a->url, str_of(r->url));
        if ((a->phase == PHASE_LOGIN && ++a->step < plan->n_login) ||
            (a->phase == PHASE_RENEW && ++a->step < plan->n_renew)) {
                session_step_send(s);
                return;
        }
        if (a->phase == PHASE_RENEW || a->phase == PHASE_LOGIN)
                session_keep_values(s, r->date);
        if (a->phase == PHASE_RENEW || (a->phase == PHASE_LOGIN && proves(s, r)))
                session_phase(s, PHASE_CSRF);
        else
                session_phase(s, a->phase + 1);
}

/* The last page of a login by form may be the login page again, without any status to tell. */
static bool login_again(const Session *s, const StepPlan *step, const HttpResponse *r) {
        const SessionAttempt *a = s->attempt;
        return a->phase == PHASE_LOGIN && step->post && a->step + 1 == s->env->plan->n_login && !proves(s, r) &&
               session_at_login(s, r);
}

static Fault take(Session *s, const StepPlan *step, const HttpResponse *r, char why[static 200]) {
        SessionAttempt *a = s->attempt;
        if (a->phase == PHASE_CSRF)
                return session_take_one(&s->env->plan->csrf.take, step, r, text_str(&a->fresh.jar), &a->fresh.csrf,
                                        why);
        return session_take(s, step, r, why);
}

/* Whether the system says that it does not take the refresh token. One that a person handed over is not thrown away for
 * an address that was not there for a while: only what means "refused" does that. */
static bool renewal_refused(const Session *s, const StepPlan *step, int status) {
        if (s->attempt->phase != PHASE_RENEW || status < 400 || status >= 500 || status == 408 || status == 429)
                return false;
        return s->env->plan->n_login > 0 || statuses_have(&step->refused_status, status);
}

/* What else says so, of a session that a login can make anew: whatever is not what the renewal should show. */
static bool renewal_failed(Session *s, const StepPlan *step, const HttpResponse *r) {
        char why[200];
        if (s->attempt->phase != PHASE_RENEW || s->env->plan->n_login == 0 || r->status >= 500 || r->status == 408 ||
            r->status == 429)
                return false;
        return r->location_path || holds(r, step->refused_text) || session_at_login(s, r) ||
               !as_expected(step, r, why) || take(s, step, r, why) != FAULT_NONE;
}

static void judge(Session *s, const StepPlan *step, const HttpResponse *r) {
        const SessionPlan *plan = s->env->plan;
        const SessionAttempt *a = s->attempt;
        char why[200] = "led to the login page";
        Fault f;
        if (renewal_refused(s, step, r->status) || renewal_failed(s, step, r)) {
                session_login_instead(s, r);
        } else if (a->phase == PHASE_PROOF && plan->kind == SESSION_KIND_HANDED_OVER &&
                   statuses_have(&plan->lost_status, r->status)) {
                session_over(s, r->status);
        } else if (is_refusal(s, step, r)) {
                refused(s, r);
        } else if (r->location_path && (!step->follow || !session_at_login(s, r))) {
                session_fail(s, FAULT_REDIRECT, RETRY_LATER, "%s redirects a login", r->path);
        } else if (!bad_status(s, step, r)) {
                if (r->location_path || !as_expected(step, r, why) || login_again(s, step, r))
                        disappointed(s, step, r, FAULT_SELECTOR_MISSING, why);
                else if ((f = take(s, step, r, why)) != FAULT_NONE)
                        disappointed(s, step, r, f, why);
                else
                        step_done(s, r);
        }
}

static void answered(void *userdata, HttpResponse *r) {
        Session *s = userdata;
        SessionAttempt *a = s->attempt;
        const StepPlan *step = session_step(s);
        bool secret = step->secret || (a->phase == PHASE_PROOF && s->env->plan->place == CARRIER_AUTH);
        a->call = NULL;
        s->requests += r->hops;
        s->failure.retry_after = r->fault == FAULT_NONE ? INSTANT_NONE : r->retry_after; /* not let out */
        a->exposed |= secret && (r->fault == FAULT_NONE || r->sent);
        a->unsure = secret && r->fault != FAULT_NONE && r->sent && a->phase != PHASE_RENEW;
        if (a->phase == PHASE_RENEW && r->fault != FAULT_NONE && !r->sent)
                s->keys.renewing = a->was_renewing; /* it surely never left */
        if (a->unsure)
                session_fail(s, r->fault, RETRY_LATER, "%s; whether the login was counted is unknown", r->detail);
        else if (r->fault != FAULT_NONE)
                session_fail(s, r->fault, r->retry, "%s", r->detail);
        else if (a->phase != PHASE_CSRF || !session_csrf_shows_out(s, r))
                judge(s, step, r);
        if (r->body.at)
                explicit_bzero(r->body.at, r->body.len);
}
