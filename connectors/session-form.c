/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>

#include "connectors/html.h"
#include "connectors/session-parts.h"

void session_form_begin(Session *s) {
        session_send(
                s, STEP_FORM,
                &(HttpRequest) { .target = s->env->plan->login_path, .jar = &s->fresh.jar, .follow = LIMIT_REDIRECTS });
}

static int body_write(Text *t, const HtmlForm *form, PlanPairs fields, const Fillings *f) {
        _cleanup_wipe_ Text value = TEXT_INIT(LIMIT_SESSION_BYTES);
        for (size_t i = 0; i < form->hidden.n; i++)
                http_form_add(t, str_of(form->hidden.at[i].name), str_of(form->hidden.at[i].value));
        for (size_t i = 0; i < fields.n; i++) {
                text_clear(&value);
                if (session_fill(&value, fields.at[i].value, f) < 0)
                        return value.failed;
                http_form_add(t, str_of(fields.at[i].name), text_str(&value));
        }
        return t->failed;
}

static void form_send(Session *s, const HttpResponse *r, const HtmlForm *form) {
        const SessionPlan *plan = s->env->plan;
        _cleanup_wipe_ Text secret = TEXT_INIT(4096), body = TEXT_INIT(LIMIT_SESSION_BYTES * 2);
        if (!session_secret(s, &secret))
                return;
        Fillings f = { .account = str_of(s->account), .secret = text_str(&secret) };
        if (body_write(&body, form, plan->login_fields, &f) < 0) {
                session_fail(s, FAULT_TOO_LARGE, RETRY_RECONFIGURE, "the login of %s does not fit", s->account);
                return;
        }
        session_send(s, STEP_FORM_SENT,
                     &(HttpRequest) { .target = form->action[0] ? form->action : r->url,
                                      .referer = r->url,
                                      .post = true,
                                      .body = text_str(&body),
                                      .content_type = "application/x-www-form-urlencoded",
                                      .jar = &s->fresh.jar,
                                      .follow = LIMIT_REDIRECTS,
                                      .stop_path = plan->login_path });
}

static void form_seen(Session *s, const HttpResponse *r) {
        const SessionPlan *plan = s->env->plan;
        _cleanup_arena_ Arena scratch = { .max = LIMIT_LOGIN_BODY_BYTES };
        HtmlForm form;
        const char *missing;
        int result = html_form(&scratch, text_str(&r->body), plan->hidden_fields, plan->login_fields, &form, &missing);
        if (result < 0)
                session_fail(s, FAULT_NETWORK, RETRY_LATER, "out of memory");
        else if (result > 0)
                session_fail(s, FAULT_SELECTOR_MISSING, RETRY_RECONFIGURE, "%s: no login form with `%s`", r->path,
                             missing);
        else
                form_send(s, r, &form);
}

static bool has_proof(const Session *s, const HttpResponse *r) {
        const SessionPlan *plan = s->env->plan;
        return r->status == 200 && r->body.len > 0 && strcmp(r->path, plan->proof_path) == 0 &&
               memmem(r->body.at, r->body.len, plan->proof_text, strlen(plan->proof_text)) != NULL;
}

static bool back_at_login(const Session *s, const HttpResponse *r) {
        return r->location_path || strcmp(r->path, s->env->plan->login_path) == 0 ||
               html_login_page(text_str(&r->body));
}

static void sent_seen(Session *s, const HttpResponse *r) {
        const SessionPlan *plan = s->env->plan;
        if (has_proof(s, r))
                session_succeed(s);
        else if (back_at_login(s, r))
                session_fail(s, FAULT_LOGIN_REFUSED, RETRY_RECONFIGURE,
                             "%s shows its login page again: name or password of %s were refused", s->env->source,
                             s->account);
        else
                session_send(s, STEP_PROOF,
                             &(HttpRequest) { .target = plan->proof_path,
                                              .jar = &s->fresh.jar,
                                              .follow = LIMIT_REDIRECTS,
                                              .stop_path = plan->login_path });
}

static void proof_seen(Session *s, const HttpResponse *r) {
        const SessionPlan *plan = s->env->plan;
        if (has_proof(s, r))
                session_succeed(s);
        else if (back_at_login(s, r))
                session_fail(s, FAULT_SESSION_LOST, RETRY_LATER, "logged in as %s, but %s leads back to the login page",
                             s->account, plan->proof_path);
        else
                session_fail(s, FAULT_SELECTOR_MISSING, RETRY_RECONFIGURE,
                             "%s does not show `%s`: nothing proves that %s is logged in", plan->proof_path,
                             plan->proof_text, s->account);
}

void session_form_answer(Session *s, HttpResponse *r) {
        if (s->step == STEP_FORM_SENT && r->status == s->env->plan->refused_status) {
                session_fail(s, FAULT_LOGIN_REFUSED, RETRY_RECONFIGURE, "%s refuses the password of %s (status %d)",
                             s->env->source, s->account, r->status);
                return;
        }
        if (session_bad_status(s, r))
                return;
        if (s->step == STEP_FORM)
                form_seen(s, r);
        else if (s->step == STEP_FORM_SENT)
                sent_seen(s, r);
        else
                proof_seen(s, r);
}
