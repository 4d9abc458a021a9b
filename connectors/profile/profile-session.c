/* SPDX-License-Identifier: MIT */
#include "connectors/profile/profile-login.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define KEY(k, t, field, ...) { .key = k, .type = t, .offset = offsetof(SessionKeySet, field), __VA_ARGS__ }

static const char *const kinds[] = { "none",   "basic",      "digest",    "bearer", "api-key",
                                     "oauth2", "json-login", "html-form", "steps",  "handed-over", NULL };
static const char *const grants[] = { "client-credentials", "refresh-token", NULL };
static const char *const client_auths[] = { "body", "basic", "basic-raw", NULL }; /* ClientAuth */
static const char *const expires_units[] = { "seconds", "milliseconds", NULL };

static const KeySpec keys[] = {
        KEY("kind", KEY_CHOICE, kind, .required = true, .choices = kinds),
        KEY("header", KEY_HEADER, header),
        KEY("query", KEY_NAME, query),
        KEY("cookie", KEY_HEADER, cookie),
        KEY("body", KEY_FLAG, body),
        KEY("value", KEY_TEXT, value),
        KEY("login-path", KEY_PATH, login_path),
        KEY("login-fields", KEY_PAIRS, login_fields),
        KEY("login-json", KEY_TEXT, login_json),
        KEY("hidden-fields", KEY_NAMES, hidden_fields),
        KEY("token-path", KEY_PATH, token_path),
        KEY("grant", KEY_CHOICE, grant, .choices = grants),
        KEY("client-auth", KEY_CHOICE, client_auth, .choices = client_auths),
        KEY("scope", KEY_TEXT, scope),
        KEY("token", KEY_SELECT, token),
        KEY("refresh-token", KEY_SELECT, refresh_token),
        KEY("expires-in", KEY_SELECT, expires_in),
        KEY("expires-in-unit", KEY_CHOICE, expires_unit, .choices = expires_units),
        KEY("refresh-path", KEY_PATH, refresh_path),
        KEY("refresh-fields", KEY_PAIRS, refresh_fields),
        KEY("refresh-json", KEY_TEXT, refresh_json),
        KEY("refresh-headers", KEY_PAIRS, refresh_headers),
        KEY("steps", KEY_TREE, steps),
        KEY("renew", KEY_TREE, renew),
        KEY("csrf", KEY_TREE, csrf),
        KEY("lifetime", KEY_INT, lifetime, .low = 10, .high = 30 * 86400),
        KEY("leeway", KEY_INT, leeway, .low = 0, .high = 86400),
        KEY("warn-before", KEY_INT, warn_before, .low = 60, .high = 30 * 86400),
        KEY("proof-path", KEY_TARGET, proof_path),
        KEY("proof-text", KEY_TEXT, proof_text),
        KEY("proof", KEY_SELECT, proof),
        KEY("login-text", KEY_TEXT, login_text),
        KEY("refused-status", KEY_STATUSES, refused_status, .low = 400, .high = 499),
        KEY("refused-text", KEY_TEXT, refused_text),
        KEY("lost-status", KEY_STATUSES, lost_status, .low = 400, .high = 499),
        KEY("lost-path", KEY_PATH, lost_path),
        KEY("lost", KEY_SELECT, lost),
        KEY("lost-value", KEY_TEXT, lost_value),
};

typedef struct KindRules {
        const char *const *applies, *const *needs, *const *value_may_hold;
} KindRules;

#define NAMES(...) ((const char *const[]) { __VA_ARGS__, NULL })
#define PROOF "kind", "proof-path", "proof-text", "proof", "csrf"
#define LOST "lost-status", "lost-path", "lost", "lost-value", "login-text"
#define CARRIER "header", "query", "cookie", "value"
#define ENDS "lifetime", "leeway"
static const char *const nothing[] = { NULL };

/* At file scope, so that the lists of names live as long as the program. */
static const KindRules kind_rules[] = {
        [SESSION_KIND_NONE] = { NAMES(PROOF), nothing, nothing },
        [SESSION_KIND_BASIC] = { NAMES(PROOF, LOST), nothing, nothing },
        [SESSION_KIND_DIGEST] = { NAMES(PROOF, LOST), nothing, nothing },
        [SESSION_KIND_BEARER] = { NAMES(PROOF, LOST), nothing, nothing },
        [SESSION_KIND_API_KEY] = { NAMES(PROOF, LOST, CARRIER, "body"), nothing, NAMES("account", "secret") },
        [SESSION_KIND_OAUTH2] = { NAMES(PROOF, LOST, ENDS, "token-path", "grant", "client-auth", "scope", "token",
                                        "refresh-token", "expires-in", "expires-in-unit", "refused-status", "header",
                                        "body", "value"),
                                  NAMES("token-path"), NAMES("account", "token") },
        [SESSION_KIND_JSON_LOGIN] = { NAMES(PROOF, LOST, ENDS, "header", "query", "value", "login-path", "login-fields",
                                            "login-json", "token", "refresh-token", "expires-in", "expires-in-unit",
                                            "refresh-path", "refresh-fields", "refresh-json", "refresh-headers",
                                            "refused-status", "refused-text", "body"),
                                      NAMES("login-path", "token"),
                                      NAMES("account", "token") },
        [SESSION_KIND_HTML_FORM] = { NAMES(PROOF, LOST, ENDS, "login-path", "login-fields", "hidden-fields",
                                           "refused-status", "refused-text"),
                                     NAMES("login-path", "login-fields"), nothing },
        [SESSION_KIND_STEPS] = { NAMES(PROOF, LOST, ENDS, "header", "query", "body", "value", "steps", "renew",
                                       "expires-in-unit"),
                                 NAMES("steps"),
                                 NAMES("account", "token") },
        [SESSION_KIND_HANDED_OVER] = { NAMES(PROOF, LOST, "leeway", "warn-before", "header", "query", "body", "value"),
                                       nothing,
                                       NAMES("account", "token") },
};

static void complain(ProfileReader *r, const Tree *t, const char *key, ProfileMessage m, const char *seen) {
        const Tree *at = key ? tree_get(t, key) : NULL;
        profile_complain(r, &(Complaint) { m, SEVERITY_ERROR, at ? at->origin : t->origin, at ? key : NULL,
                                           { seen, NULL, NULL }, NULL });
}

/* ---- how a token or a key is sent ---- */

static void value_check(ProfileReader *r, const Tree *t, const SessionPlan *plan, const char *const *may_hold) {
        const Tree *value = tree_get(t, "value");
        if (!value || !plan->value)
                return;
        SessionPlan none = { 0 }; /* only these, whatever the steps take */
        profile_login_template(r, &none, may_hold, &(PlanPair) { "value", plan->value, value->origin });
        if (!profile_header_value(plan->value))
                complain(r, t, "value", PROFILE_HEADER, plan->value);
}

static void carrier_compile(ProfileReader *r, const Tree *t, const SessionKeySet *k, SessionPlan *plan) {
        const char *const names[] = { [CARRIER_HEADER] = k->header, [CARRIER_QUERY] = k->query,
                                      [CARRIER_COOKIE] = k->cookie };
        int n = 0;
        for (int i = CARRIER_HEADER; i <= CARRIER_COOKIE; i++)
                if (names[i]) {
                        plan->place = i;
                        plan->carrier = names[i];
                        n++;
                }
        if (k->body) {
                plan->place = CARRIER_BODY;
                n++;
        }
        plan->value = k->value;
        bool needed = k->value || k->kind == SESSION_KIND_API_KEY || k->kind == SESSION_KIND_JSON_LOGIN;
        if (n > 1 || (n == 0 && needed))
                complain(r, t, NULL, PROFILE_ONE_OF,
                         k->kind == SESSION_KIND_API_KEY ? "header, query, cookie, body" : "header, query, body");
        else if (n == 1 && !k->value && k->kind != SESSION_KIND_OAUTH2 && !k->body)
                complain(r, t, NULL, PROFILE_KEY_MISSING, "value");
        else if (k->body && (k->value || k->proof_path))
                profile_useless(r, t, k->value ? "value" : "proof-path", "body: yes");
        value_check(r, t, plan, kind_rules[k->kind].value_may_hold);
}

static void carrier_fixed(SessionPlan *plan, const char *value) {
        if (plan->place == CARRIER_BODY || (plan->place != CARRIER_NONE && plan->value))
                return;
        plan->place = CARRIER_HEADER;
        plan->carrier = plan->carrier ? plan->carrier : "Authorization";
        plan->value = value;
}

/* ---- kinds ---- */

/* A cookie alone does not say whether anybody is logged in. */
static void proof_check(ProfileReader *r, const Tree *t, const SessionKeySet *k, const SessionPlan *plan) {
        bool cookies = k->kind == SESSION_KIND_HTML_FORM ||
                       (k->kind == SESSION_KIND_STEPS && plan->place == CARRIER_NONE);
        if (!k->proof_path && (k->proof_text || k->proof.text))
                complain(r, t, NULL, PROFILE_KEY_MISSING, "proof-path");
        else if (!k->proof_path ? cookies : !k->proof_text && !k->proof.text)
                complain(r, t, k->proof_path ? "proof-path" : NULL, PROFILE_NO_PROOF, NULL);
        if (k->lost.text && !k->lost_value)
                complain(r, t, NULL, PROFILE_KEY_MISSING, "lost-value");
        if (k->lost_value && !k->lost.text)
                complain(r, t, NULL, PROFILE_KEY_MISSING, "lost");
}

/* What is posted as JSON: fields side by side, or a body of any shape. */
static void body_check(ProfileReader *r, const Tree *t, const SessionPlan *plan, bool fields, const PlanPair *json,
                       const char *const *names, const char *both) {
        const Tree *at = tree_get(t, json->name);
        if (fields == !!json->value)
                complain(r, t, NULL, PROFILE_ONE_OF, both);
        else if (json->value)
                profile_login_body(r, plan, names, &(PlanPair) { json->name, json->value, at->origin });
}

static void headers_check(ProfileReader *r, const Tree *t, PlanPairs headers) {
        for (size_t i = 0; i < headers.n; i++)
                if (!profile_header_name(headers.at[i].name) || !profile_header_value(headers.at[i].value))
                        complain(r, t, "refresh-headers", PROFILE_HEADER, headers.at[i].name);
}

static void kind_compile(ProfileReader *r, const Tree *t, const SessionKeySet *k, SessionPlan *plan) {
        switch (k->kind) {
        case SESSION_KIND_BASIC:
        case SESSION_KIND_DIGEST:
                plan->place = CARRIER_AUTH;
                plan->budget = plan->only_failures_count = true;
                break;
        case SESSION_KIND_BEARER:
                carrier_fixed(plan, "Bearer <secret>");
                break;
        case SESSION_KIND_OAUTH2:
                plan->handed = k->grant == GRANT_REFRESH;
                plan->budget = true;
                carrier_fixed(plan, "Bearer <token>");
                profile_login_oauth2(r, k, plan);
                break;
        case SESSION_KIND_JSON_LOGIN:
                plan->budget = true;
                body_check(r, t, plan, k->login_fields.n > 0,
                           &(PlanPair) { .name = "login-json", .value = k->login_json },
                           NAMES("account", "secret"), "login-fields, login-json");
                profile_login_json(r, k, plan);
                if (!k->refresh_path)
                        break;
                profile_need(r, t, NAMES("refresh-token"));
                if (k->refresh_headers.n == 0 || k->refresh_json || k->refresh_fields.n > 0)
                        body_check(r, t, plan, k->refresh_fields.n > 0,
                                   &(PlanPair) { .name = "refresh-json", .value = k->refresh_json },
                                   profile_refresh_names, "refresh-fields, refresh-json");
                headers_check(r, t, k->refresh_headers);
                break;
        case SESSION_KIND_HTML_FORM:
                plan->budget = true;
                profile_login_form(r, k, plan);
                break;
        case SESSION_KIND_STEPS:
                plan->budget = true;
                profile_login_steps(r, k, plan);
                if (plan->place != CARRIER_NONE && !(plan->taken >> VALUE_TOKEN & 1))
                        complain(r, t, "value", PROFILE_NO_TOKEN, "token");
                if (k->renew)
                        profile_login_renew(r, k->renew, plan);
                break;
        case SESSION_KIND_HANDED_OVER:
                plan->handed = true;
                carrier_fixed(plan, "Bearer <token>");
                break;
        default: /* api-key: how it is sent is all there is to it */
                break;
        }
}

static void check(ProfileReader *r, const Tree *t, const SessionKeySet *k, SessionPlan *plan) {
        const KindRules *rules = &kind_rules[k->kind];
        int errors = r->errors;
        profile_only(r, t, keys, COUNT(keys), rules->applies, kinds[k->kind]);
        profile_need(r, t, rules->needs);
        if (r->errors > errors)
                return;
        carrier_compile(r, t, k, plan);
        kind_compile(r, t, k, plan);
        proof_check(r, t, k, plan);
        profile_login_proof(r, k, plan);
        if (k->csrf)
                profile_login_csrf(r, k->csrf, plan);
        profile_login_slot(r, plan, "token");
        plan->nothing = k->kind == SESSION_KIND_NONE && !plan->proof && !k->csrf;
}

void profile_session_compile(ProfileReader *r, const Tree *t, SessionPlan *ret) {
        SessionKeySet k = { .leeway = 60, .warn_before = 86400, .client_auth = CLIENT_BASIC,
                            .lost_status = { { 401 }, 1 } };
        size_t path = profile_enter(r, "session");
        int errors = r->errors;
        profile_read(r, t, keys, COUNT(keys), &k);
        const Tree *hidden = tree_get(t, "hidden-fields");
        k.hidden_origin = hidden ? hidden->origin : t->origin;
        if (k.refused_status.n == 0)
                k.refused_status = k.kind == SESSION_KIND_OAUTH2 ? (PlanStatuses) { { 400, 401 }, 2 }
                                                                 : (PlanStatuses) { { 401 }, 1 };
        SessionPlan plan = { .kind = k.kind, .lifetime = k.lifetime, .expires_ms = k.expires_unit == 1,
                             .leeway = k.leeway, .warn_before = k.warn_before,
                             .login_text = k.login_text, .login_path = k.lost_path ? k.lost_path : k.login_path,
                             .lost_status = k.lost_status, .lost = k.lost, .lost_value = k.lost_value };
        if (t->kind == TREE_MAP && (r->errors == errors || tree_get(t, "kind")) && !profile_misread(r, t))
                check(r, t, &k, &plan);
        r->token_in_body = plan.place == CARRIER_BODY;
        profile_leave(r, path);
        *ret = plan;
}
