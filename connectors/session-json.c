/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>

#include "connectors/document.h"
#include "connectors/session-parts.h"

static int body_write(Text *t, PlanPairs fields, const Fillings *f) {
        _cleanup_wipe_ Text value = TEXT_INIT(LIMIT_SESSION_BYTES);
        text_addc(t, '{');
        for (size_t i = 0; i < fields.n; i++) {
                text_clear(&value);
                if (session_fill(&value, fields.at[i].value, f) < 0)
                        return value.failed;
                if (i > 0)
                        text_addc(t, ',');
                text_add_json(t, str_of(fields.at[i].name));
                text_addc(t, ':');
                text_add_json(t, text_str(&value));
        }
        return text_addc(t, '}');
}

static void credentials_send(Session *s, bool refresh, const Fillings *f) {
        const SessionPlan *plan = s->env->plan;
        _cleanup_wipe_ Text body = TEXT_INIT(LIMIT_SESSION_BYTES * 2);
        if (body_write(&body, refresh ? plan->refresh_fields : plan->login_fields, f) < 0) {
                session_fail(s, FAULT_TOO_LARGE, RETRY_RECONFIGURE, "the login of %s does not fit", s->account);
                return;
        }
        session_send(s, refresh ? STEP_REFRESH : STEP_LOGIN,
                     &(HttpRequest) { .target = refresh ? plan->refresh_path : plan->login_path,
                                      .post = true,
                                      .body = text_str(&body),
                                      .content_type = "application/json",
                                      .jar = &s->fresh.jar });
}

void session_json_begin(Session *s, bool refresh) {
        _cleanup_wipe_ Text secret = TEXT_INIT(4096);
        if (!refresh && !session_secret(s, &secret))
                return;
        if (refresh && text_add(&s->fresh.jar, text_str(&s->keys.jar)) < 0) {
                session_fail(s, FAULT_TOO_LARGE, RETRY_LATER, "out of memory");
                return;
        }
        credentials_send(s, refresh,
                         &(Fillings) { .account = str_of(s->account),
                                       .secret = text_str(&secret),
                                       .refresh = text_str(&s->keys.refresh) });
}

/* A refresh that is refused was no attempt with a password: the login follows, for those who wait already. */
static void login_instead(Session *s) {
        SessionWaiter *w = s->waiters;
        session_wipe(&s->keys.refresh);
        s->keys.refresh = TEXT_INIT(LIMIT_SESSION_BYTES / 4);
        text_clear(&s->fresh.jar);
        s->state = SESSION_OUT;
        s->waiters = NULL;
        while (w) {
                SessionWaiter *next = w->next;
                w->next = NULL;
                w->waiting = false;
                int r = session_want(s, w);
                if (r == SESSION_FAILED)
                        w->ready(w->userdata, &s->failure);
                else if (r == SESSION_READY)
                        w->ready(w->userdata, NULL);
                w = next;
        }
}

/* Tokens go into a header: what could end one does not pass. */
static bool token_text(json_object *v, Text *ret) {
        Str s = { json_object_get_string(v), (size_t) json_object_get_string_len(v) };
        if (!json_object_is_type(v, json_type_string) || s.len == 0)
                return false;
        for (size_t i = 0; i < s.len; i++)
                if ((unsigned char) s.at[i] < 0x20 || s.at[i] == 0x7f)
                        return false;
        return text_add(ret, s) == 0;
}

/* Seconds, as a number or a text; what is neither is as good as nothing. Counted from the receipt, by our own clock. At
 * least half of the time a token is in use, however short it lives beside the leeway: else it would be renewed for
 * ever. */
static void expiry_read(Session *s, json_object *root) {
        const SessionPlan *plan = s->env->plan;
        json_object *v = NULL;
        int seconds = plan->lifetime;
        if (plan->expires_in.text && select_get(&plan->expires_in, root, &v) == SELECTED_VALUE) {
                int given;
                if (text_to_int(str_of(json_object_get_string(v)), 1, 10 * 366 * 86400, &given) == 0)
                        seconds = given;
        }
        Instant leeway = plan->leeway * US_SECOND, lifetime = seconds * US_SECOND;
        Instant used = lifetime - leeway > lifetime / 2 ? lifetime - leeway : lifetime / 2;
        s->fresh.expires = seconds > 0 ? clock_wall(s->env->env->clock) + used + leeway : INSTANT_NONE;
}

static void tokens_read(Session *s, const HttpResponse *r) {
        const SessionPlan *plan = s->env->plan;
        _cleanup_(json_root_freep) json_object *root = NULL;
        json_object *v = NULL;
        char why[160];
        Fault fault = document_parse(text_str(&r->body), &root, why);
        if (fault != FAULT_NONE) {
                session_fail(s, fault, RETRY_LATER, "%s: the answer to a login is no JSON: %s", r->path, why);
                return;
        }
        if (select_get(&plan->token, root, &v) != SELECTED_VALUE || !token_text(v, &s->fresh.token)) {
                session_fail(s, FAULT_SELECTOR_MISSING, RETRY_RECONFIGURE,
                             "%s: no token at %s in the answer to a login", r->path, plan->token.text);
                return;
        }
        if (plan->refresh_token.text && select_get(&plan->refresh_token, root, &v) == SELECTED_VALUE)
                (void) token_text(v, &s->fresh.refresh);
        if (s->step == STEP_REFRESH && s->fresh.refresh.len == 0) /* none was given: the old one goes on (RFC 6749 6) */
                text_add(&s->fresh.refresh, text_str(&s->keys.refresh));
        expiry_read(s, root);
        session_succeed(s);
}

void session_json_answer(Session *s, HttpResponse *r) {
        const SessionPlan *plan = s->env->plan;
        bool refresh = s->step == STEP_REFRESH;
        if (refresh && r->status >= 400 && r->status < 500 && r->status != 408 && r->status != 429)
                login_instead(s);
        else if (r->status == plan->refused_status)
                session_fail(s, FAULT_LOGIN_REFUSED, RETRY_RECONFIGURE, "%s refuses the password of %s (status %d)",
                             s->env->source, s->account, r->status);
        else if (r->status >= 300 && r->status < 400)
                session_fail(s, FAULT_REDIRECT, RETRY_LATER, "%s redirects a login", r->path);
        else if (!session_bad_status(s, r))
                tokens_read(s, r);
}
