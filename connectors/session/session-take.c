/* SPDX-License-Identifier: MIT */
/* What a step takes out of the answer it got. Answers to a login hold secrets: no sentence made here repeats them. */
#include <errno.h>
#include <stdio.h>

#include "connectors/decode/document.h"
#include "connectors/decode/html.h"
#include "connectors/record/dates.h"
#include "connectors/session/session-parts.h"

static const char *const places[] = {
        [TAKE_INPUT] = "input", [TAKE_ACTION] = "form action", [TAKE_META] = "meta tag",
        [TAKE_COOKIE] = "cookie", [TAKE_HEADER] = "header", [TAKE_JSON] = "value at",
};

static bool of_page(const TakePlan *t) {
        return t->from == TAKE_INPUT || t->from == TAKE_ACTION || t->from == TAKE_META;
}

static Fault missing(const TakePlan *t, char why[static 200]) {
        snprintf(why, 200, "no %s%s%.150s in the answer", places[t->from], t->what ? " " : "", t->what ? t->what : "");
        return FAULT_SELECTOR_MISSING;
}

static Fault give(const TakePlan *t, Str value, Text *ret, char why[static 200]) {
        if (!value.at || (value.len == 0 && t->from != TAKE_INPUT && t->from != TAKE_ACTION) ||
            !session_printable(value) || !utf8_valid(value))
                return t->optional ? FAULT_NONE : missing(t, why);
        text_clear(ret);
        if (text_add(ret, value) == 0)
                return FAULT_NONE;
        snprintf(why, 200, "the %s%s%.100s does not fit", places[t->from], t->what ? " " : "", t->what ? t->what : "");
        return FAULT_TOO_LARGE;
}

static Fault take_json(const TakePlan *t, json_object *root, Text *ret, char why[static 200]) {
        json_object *v = NULL;
        if (select_get(&t->select, root, &v) != SELECTED_VALUE || json_object_is_type(v, json_type_object) ||
            json_object_is_type(v, json_type_array))
                return t->optional ? FAULT_NONE : missing(t, why);
        return give(t, str_of(json_object_get_string(v)), ret, why);
}

static Fault take_cookie(const TakePlan *t, Str jar, Text *ret, char why[static 200]) {
        _cleanup_wipe_ Text value = TEXT_INIT(LIMIT_SESSION_BYTES);
        bool there = session_cookie(jar, t->what, &value);
        return give(t, there ? text_str(&value) : STR_NULL, ret, why);
}

typedef struct Answer {
        PlanNames form_has;
        const HttpResponse *r;
        Str jar;
        const TakePlan *takes;
        size_t n;
        Text *const *values; /* where each goes */
} Answer;

static Fault take_page(const Answer *a, char why[static 200]) {
        _cleanup_arena_ Arena scratch = { .max = LIMIT_LOGIN_BODY_BYTES };
        HtmlWant *wants = arena_get(&scratch, a->n * sizeof *wants);
        const char *lacking = NULL;
        size_t n = 0;
        if (!wants)
                return snprintf(why, 200, "out of memory"), FAULT_TOO_LARGE;
        for (size_t i = 0; i < a->n; i++)
                if (of_page(&a->takes[i]))
                        wants[n++] = (HtmlWant) { .kind = a->takes[i].from == TAKE_INPUT  ? HTML_INPUT
                                                         : a->takes[i].from == TAKE_META ? HTML_META
                                                                                          : HTML_ACTION,
                                                  .name = a->takes[i].what };
        if (n == 0)
                return FAULT_NONE;
        int r = html_take(&scratch, text_str(&a->r->body), a->form_has, wants, n, &lacking);
        if (r == HTML_E_NO_FORM)
                return snprintf(why, 200, "no form with `%.100s`", lacking), FAULT_SELECTOR_MISSING;
        if (r < 0)
                return snprintf(why, 200, "out of memory"), FAULT_TOO_LARGE;
        Fault f = FAULT_NONE;
        for (size_t i = 0, w = 0; i < a->n && f == FAULT_NONE; i++)
                if (of_page(&a->takes[i]))
                        f = give(&a->takes[i], wants[w++].value, a->values[i], why);
        return f;
}

static Fault take_all(const Answer *a, char why[static 200]) {
        _cleanup_(json_root_freep) json_object *root = NULL;
        bool json = false;
        char unused[160];
        Fault f = take_page(a, why);
        for (size_t i = 0; i < a->n; i++)
                json |= a->takes[i].from == TAKE_JSON;
        if (json && f == FAULT_NONE && (f = document_parse(text_str(&a->r->body), &root, unused)) != FAULT_NONE)
                snprintf(why, 200, "the answer is no JSON (%s)", fault_names[f]);
        for (size_t i = 0; i < a->n && f == FAULT_NONE; i++) {
                const TakePlan *t = &a->takes[i];
                if (t->from == TAKE_JSON)
                        f = take_json(t, root, a->values[i], why);
                else if (t->from == TAKE_COOKIE)
                        f = take_cookie(t, a->jar, a->values[i], why);
                else if (t->from == TAKE_HEADER)
                        f = give(t, http_header(a->r, t->what), a->values[i], why);
        }
        return f;
}

Fault session_take(Session *s, const StepPlan *step, const HttpResponse *r, char why[static 200]) {
        SessionAttempt *at = s->attempt;
        Text *values[SESSION_VALUES_MAX];
        for (size_t i = 0; i < step->n_takes; i++)
                values[i] = &at->values[step->takes[i].slot];
        return take_all(&(Answer) { step->form_has, r, text_str(&at->fresh.jar), step->takes, step->n_takes, values },
                        why);
}

Fault session_take_one(const TakePlan *t, const StepPlan *step, const HttpResponse *r, Str jar, Text *ret,
                       char why[static 200]) {
        return take_all(&(Answer) { step->form_has, r, jar, t, 1, (Text *const[]) { ret } }, why);
}

Fault session_take_values(const HttpResponse *r, Str jar, const TakePlan *takes, size_t n, Text *const *values,
                          char why[static 200]) {
        return take_all(&(Answer) { { 0 }, r, jar, takes, n, values }, why);
}

#define LIFETIME_MAX ((int64_t) 10 * 366 * 86400) /* s; what is more is no length of time but an instant */
#define EPOCH_MAX ((int64_t) 100000000000)        /* s; what is more is milliseconds */

/* Seconds or milliseconds from now, as a number or a text; or the instant itself, by the clock of those who wrote it.
 * 0: as good as nothing. */
static Instant lifetime_read(Str value, bool milliseconds, Instant ours, Instant theirs) {
        static const char *const formats[] = { "iso" };
        Instant since = theirs != INSTANT_NONE ? theirs : ours;
        const char *point = value.len ? memchr(value.at, '.', value.len) : NULL;
        int64_t n;
        Moment m;
        if (point)
                value.len = (size_t) (point - value.at);
        if (text_to_int64(value, &n) == 0) {
                if (milliseconds || n > EPOCH_MAX)
                        n /= 1000;
                if (n > EPOCH_MAX)
                        return 0;
                Instant lifetime = n > LIFETIME_MAX ? n * US_SECOND - since : n * US_SECOND;
                return lifetime > 0 && lifetime <= LIFETIME_MAX * US_SECOND ? lifetime : 0;
        }
        if (moment_read_any(formats, 1, value, 0, &m) == 0 && m.timed && m.instant > since)
                return m.instant - since;
        return 0;
}

/* Where the answer says nothing: what the token says of itself, by the clock of those who made it, or the profile,
 * whichever is shorter. */
static Instant lifetime_else(const SessionPlan *plan, Str token, Instant theirs) {
        Instant lifetime = plan->lifetime * US_SECOND;
        int64_t end;
        if (!session_jwt_end(token, &end))
                return lifetime;
        Instant left = end * US_SECOND - theirs;
        return left <= 0 || (lifetime > 0 && lifetime < left) ? lifetime : left;
}

/* Counted from the receipt, by our own clock. At least half of the time a token is in use, however short it lives
 * beside the leeway: else it would be renewed for ever. */
void session_keep_values(Session *s, Instant date) {
        const SessionPlan *plan = s->env->plan;
        SessionAttempt *a = s->attempt;
        Instant now = clock_wall(s->env->env->clock), leeway = plan->leeway * US_SECOND;
        Instant lifetime = lifetime_read(text_str(&a->values[VALUE_EXPIRES]), plan->expires_ms, now, date);
        if (lifetime == 0)
                lifetime = lifetime_else(plan, text_str(&a->values[VALUE_TOKEN]), date != INSTANT_NONE ? date : now);
        Instant used = lifetime - leeway > lifetime / 2 ? lifetime - leeway : lifetime / 2;
        session_wipe(&a->fresh.token);
        session_wipe(&a->fresh.refresh);
        a->fresh.token = a->values[VALUE_TOKEN];
        a->fresh.refresh = a->values[VALUE_REFRESH];
        a->values[VALUE_TOKEN] = a->values[VALUE_REFRESH] = TEXT_INIT(LIMIT_SESSION_BYTES / 4);
        a->fresh.expires = lifetime > 0 ? now + used + leeway : INSTANT_NONE;
        a->fresh.made = now;
}
