/* SPDX-License-Identifier: MIT */
/* The page of the token against forged requests. That it gives none says nothing about the session, which stays as good
 * as it was, unless the page shows that nobody is logged in. */
#include "connectors/decode/document.h"
#include "connectors/session/session-parts.h"

bool session_says_lost(const SessionPlan *plan, json_object *root) {
        json_object *v = NULL;
        return plan->lost.text && select_get(&plan->lost, root, &v) == SELECTED_VALUE &&
               strcmp(json_object_get_string(v), plan->lost_value) == 0;
}

bool session_body_says_lost(const SessionPlan *plan, Str body) {
        _cleanup_(json_root_freep) json_object *root = NULL;
        char why[160];
        return plan->lost.text && document_parse(body, &root, why) == FAULT_NONE && session_says_lost(plan, root);
}

bool session_csrf_shows_out(Session *s, const HttpResponse *r) {
        const SessionPlan *plan = s->env->plan;
        SessionAttempt *a = s->attempt;
        bool only = a->csrf_only;
        if (statuses_have(&plan->lost_status, r->status) || session_at_login(s, r) ||
            session_body_says_lost(plan, text_str(&r->body))) {
                a->out = true;
                if (only)
                        session_lost(s, r->status);
                if (s->attempt)
                        session_fail(s, FAULT_SESSION_LOST, only ? RETRY_NOW : RETRY_LATER,
                                     "%s shows that %s is not logged in", r->path, s->account);
                return true;
        }
        a->answered = r->status < 500 && r->status != 408 && r->status != 429;
        return false;
}

bool session_csrf_keeps(Session *s) {
        SessionAttempt *a = s->attempt;
        Err e = { 0 };
        if (!a || a->phase != PHASE_CSRF || a->out)
                return false;
        if (a->answered && ++a->fresh.csrf_missed >= CSRF_MISSED_MAX) {
                s->failure.retry = RETRY_NOW; /* logged in anew */
                return false;
        }
        if (!a->csrf_only)
                return session_adopt(s, &e) == 0;
        if (s->keys.csrf_missed != a->fresh.csrf_missed) {
                s->keys.csrf_missed = a->fresh.csrf_missed;
                (void) session_save(s, &s->keys, &e); /* failing, it is counted once more */
        }
        return true;
}
