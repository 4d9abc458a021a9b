/* SPDX-License-Identifier: MIT */
/* The short forms of a login, as the steps they stand for. */
#include "connectors/profile/profile-login.h"

#include <errno.h>

#include "connectors/language/template.h"
#include "connectors/limits.h"

#define NAMES(...) ((const char *const[]) { __VA_ARGS__, NULL })

static StepPlan *step_new(ProfileReader *r, SessionPlan *plan, size_t n) {
        profile_login_slot(r, plan, "token");
        StepPlan *steps = profile_alloc(r, n, sizeof *steps);
        return plan->values.at ? steps : NULL;
}

/* Pairs as templates, whose names are checked. */
static void pairs_check(ProfileReader *r, const SessionPlan *plan, const char *key, PlanPairs pairs,
                        const char *const *names) {
        for (size_t i = 0; i < pairs.n; i++)
                profile_login_template(r, plan, names, &(PlanPair) { key, pairs.at[i].value, pairs.at[i].origin });
}

static bool any_uses(PlanPairs pairs, const char *name) {
        for (size_t i = 0; i < pairs.n; i++)
                if (template_uses(pairs.at[i].value, name))
                        return true;
        return false;
}

/* The object of these names, with the values still to be filled in: what a literal needs escaped is so already. */
static const char *object_template(ProfileReader *r, PlanPairs pairs) {
        _cleanup_text_ Text t = TEXT_INIT(LIMIT_SESSION_BYTES);
        text_addc(&t, '{');
        for (size_t i = 0; i < pairs.n; i++) {
                if (i > 0)
                        text_addc(&t, ',');
                text_add_json(&t, str_of(pairs.at[i].name));
                text_addc(&t, ':');
                text_add_json(&t, str_of(pairs.at[i].value));
        }
        text_addc(&t, '}');
        const char *copy = t.failed ? NULL : arena_copy(r->arena, text_str(&t));
        if (!copy)
                r->failed = -ENOMEM;
        return copy;
}

/* A selector that some answers do not have. */
static void take_add(TakePlan *takes, size_t *n, int slot, const Select *select) {
        static const char *const names[] = { "token", "refresh", "expires" };
        if (select->text)
                takes[(*n)++] = (TakePlan) { .name = names[slot], .slot = slot, .from = TAKE_JSON, .what = select->text,
                                             .select = *select, .optional = slot != VALUE_TOKEN };
}

static void tokens_take(ProfileReader *r, const SessionKeySet *k, StepPlan *step) {
        TakePlan *takes = profile_alloc(r, VALUE_OTHERS, sizeof *takes);
        if (!takes)
                return;
        take_add(takes, &step->n_takes, VALUE_TOKEN, &k->token);
        take_add(takes, &step->n_takes, VALUE_REFRESH, &k->refresh_token);
        take_add(takes, &step->n_takes, VALUE_EXPIRES, &k->expires_in);
        step->takes = takes;
}

const char *const profile_refresh_names[] = { "account", "refresh", "token", NULL };

static void renew_by(SessionPlan *plan, StepPlan *step) {
        plan->renew = step;
        plan->n_renew = 1;
        plan->renew_refresh = true;
}

void profile_login_json(ProfileReader *r, const SessionKeySet *k, SessionPlan *plan) {
        StepPlan *steps = step_new(r, plan, 2);
        pairs_check(r, plan, "login-fields", k->login_fields, NAMES("account", "secret"));
        pairs_check(r, plan, "refresh-fields", k->refresh_fields, profile_refresh_names);
        pairs_check(r, plan, "refresh-headers", k->refresh_headers, profile_refresh_names);
        if (!steps)
                return;
        steps[0] = (StepPlan) { .name = "login", .post = true, .target = k->login_path,
                                .json = k->login_json ? k->login_json : object_template(r, k->login_fields),
                                .secret = any_uses(k->login_fields, "secret") ||
                                          (k->login_json && template_uses(k->login_json, "secret")),
                                .refused_status = k->refused_status,
                                .refused_text = k->refused_text };
        tokens_take(r, k, &steps[0]);
        plan->login = steps;
        plan->n_login = 1;
        plan->taken |= 1u << VALUE_TOKEN;
        if (!k->refresh_path)
                return;
        const char *fields = k->refresh_fields.n > 0 ? object_template(r, k->refresh_fields) : NULL;
        steps[1] = (StepPlan) { .name = "refresh", .post = true, .target = k->refresh_path,
                                .json = k->refresh_json ? k->refresh_json : fields,
                                .headers = k->refresh_headers,
                                .takes = steps[0].takes,
                                .n_takes = steps[0].n_takes };
        renew_by(plan, &steps[1]);
}

/* ---- html-form ---- */

/* Names of inputs can hold what a template's name cannot: each is known by its number. */
static bool hidden_take(ProfileReader *r, PlanNames hidden, SessionPlan *plan, TakePlan *takes, PlanPair *form) {
        for (size_t i = 0; i < hidden.n; i++) {
                _cleanup_text_ Text name = TEXT_INIT(40), value = TEXT_INIT(40);
                text_addf(&name, "hidden.%zu", i);
                text_addf(&value, "<hidden.%zu>", i);
                const char *copy = name.failed ? NULL : arena_copy(r->arena, text_str(&name));
                const char *use = value.failed ? NULL : arena_copy(r->arena, text_str(&value));
                if (!copy || !use) {
                        r->failed = -ENOMEM;
                        return false;
                }
                takes[i] = (TakePlan) { .name = copy, .from = TAKE_INPUT, .what = hidden.at[i],
                                        .slot = profile_login_slot(r, plan, copy) };
                form[i] = (PlanPair) { .name = hidden.at[i], .value = use };
        }
        return true;
}

void profile_login_form(ProfileReader *r, const SessionKeySet *k, SessionPlan *plan) {
        StepPlan *steps = step_new(r, plan, 2);
        PlanNames hidden = k->hidden_fields;
        PlanPairs fields = k->login_fields;
        TakePlan *takes = profile_alloc(r, hidden.n + 1, sizeof *takes);
        PlanPair *form = profile_alloc(r, hidden.n + fields.n, sizeof *form);
        const char **has = profile_alloc(r, fields.n, sizeof *has);
        pairs_check(r, plan, "login-fields", fields, NAMES("account", "secret"));
        if (hidden.n > SESSION_VALUES_MAX - VALUE_OTHERS - 1) {
                profile_complain(r, &(Complaint) { PROFILE_TOO_MANY, SEVERITY_ERROR, k->hidden_origin, "hidden-fields",
                                                   { "28", NULL, NULL }, NULL });
                return;
        }
        if (!steps || !takes || !form || !has || !hidden_take(r, hidden, plan, takes, form))
                return;
        for (size_t i = 0; i < fields.n; i++) {
                form[hidden.n + i] = fields.at[i];
                has[i] = fields.at[i].name;
        }
        takes[hidden.n] = (TakePlan) { .name = "action", .from = TAKE_ACTION,
                                       .slot = profile_login_slot(r, plan, "action") };
        steps[0] = (StepPlan) { .name = "form", .target = k->login_path, .follow = true, .takes = takes,
                                .n_takes = hidden.n + 1, .form_has = { has, fields.n } };
        steps[1] = (StepPlan) { .name = "login", .post = true, .target = "<action>", .follow = true,
                                .form = { form, hidden.n + fields.n }, .secret = any_uses(fields, "secret"),
                                .refused_status = k->refused_status, .refused_text = k->refused_text };
        plan->login = steps;
        plan->n_login = 2;
}

/* ---- oauth2 ---- */

static PlanPair *pair_add(PlanPair *at, const char *name, const char *value) {
        *at = (PlanPair) { .name = name, .value = value };
        return at + 1;
}

/* RFC 6749 4.4.2 and 6; the client's own credentials as 2.3.1 has them, or in the body. */
static StepPlan token_step(ProfileReader *r, const SessionKeySet *k, bool refresh) {
        PlanPair *form = profile_alloc(r, 6, sizeof *form), *end = form;
        StepPlan s = { .name = refresh ? "refresh" : "token", .post = true, .target = k->token_path, .secret = true,
                       .client_auth = k->client_auth, .refused_status = k->refused_status };
        if (!form)
                return s;
        end = pair_add(end, "grant_type", refresh ? "refresh_token" : "client_credentials");
        if (refresh)
                end = pair_add(end, "refresh_token", "<refresh>");
        if (k->scope)
                end = pair_add(end, "scope", k->scope);
        if (k->client_auth == CLIENT_BODY) {
                end = pair_add(end, "client_id", "<account>");
                end = pair_add(end, "client_secret", "<secret>");
        }
        s.form = (PlanPairs) { form, (size_t) (end - form) };
        tokens_take(r, k, &s);
        return s;
}

static void select_default(ProfileReader *r, Select *s, const char *text) {
        size_t at;
        const char *why;
        if (!s->text && select_compile(r->arena, text, s, &at, &why) < 0)
                r->failed = -ENOMEM;
}

void profile_login_oauth2(ProfileReader *r, const SessionKeySet *given, SessionPlan *plan) {
        SessionKeySet k = *given;
        StepPlan *steps = step_new(r, plan, 2);
        select_default(r, &k.token, "$.access_token");
        select_default(r, &k.refresh_token, "$.refresh_token");
        select_default(r, &k.expires_in, "$.expires_in");
        if (!steps)
                return;
        plan->taken |= 1u << VALUE_TOKEN;
        plan->only_failures_count = true;
        if (k.grant == GRANT_CLIENT) {
                steps[0] = token_step(r, &k, false);
                plan->login = steps;
                plan->n_login = 1;
        }
        /* some give a client a refresh token too, which is no better than its own secret: it is not used */
        if (k.grant == GRANT_REFRESH) {
                steps[1] = token_step(r, &k, true);
                renew_by(plan, &steps[1]);
        }
}
