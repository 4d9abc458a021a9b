/* SPDX-License-Identifier: MIT */
#include "connectors/profile-parts.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define KEY(k, t, field, ...) { .key = k, .type = t, .offset = offsetof(SessionPlan, field), __VA_ARGS__ }

static const char *const kinds[] = { "none", "api-key", "json-login", "html-form", NULL };

static const KeySpec keys[] = {
        KEY("kind", KEY_CHOICE, kind, .required = true, .choices = kinds),
        KEY("header", KEY_HEADER, header),
        KEY("value", KEY_TEXT, value),
        KEY("login-path", KEY_PATH, login_path),
        KEY("login-fields", KEY_PAIRS, login_fields),
        KEY("hidden-fields", KEY_NAMES, hidden_fields),
        KEY("token", KEY_SELECT, token),
        KEY("refresh-token", KEY_SELECT, refresh_token),
        KEY("expires-in", KEY_SELECT, expires_in),
        KEY("refresh-path", KEY_PATH, refresh_path),
        KEY("refresh-fields", KEY_PAIRS, refresh_fields),
        KEY("lifetime", KEY_INT, lifetime, .low = 10, .high = 30 * 86400),
        KEY("leeway", KEY_INT, leeway, .low = 0, .high = 86400),
        KEY("proof-path", KEY_PATH, proof_path),
        KEY("proof-text", KEY_TEXT, proof_text),
        KEY("login-text", KEY_TEXT, login_text),
        KEY("refused-status", KEY_INT, refused_status, .low = 400, .high = 499),
        KEY("lost-status", KEY_INT, lost_status, .low = 400, .high = 499),
};

typedef struct KindRules {
        const char *const *applies, *const *needs, *const *value_may_hold;
} KindRules;

#define NAMES(...) ((const char *const[]) { __VA_ARGS__, NULL })
static const char *const nothing[] = { NULL };

/* At file scope, so that the lists of names live as long as the program. */
static const KindRules kind_rules[] = {
        [SESSION_KIND_NONE] = { NAMES("kind"), nothing, nothing },
        [SESSION_KIND_API_KEY] = { NAMES("kind", "header", "value", "lost-status"), NAMES("header", "value"),
                                   NAMES("account", "secret") },
        [SESSION_KIND_JSON_LOGIN] = { NAMES("kind", "header", "value", "login-path", "login-fields", "token",
                                            "refresh-token", "expires-in", "refresh-path", "refresh-fields", "lifetime",
                                            "leeway", "login-text", "refused-status", "lost-status"),
                                      NAMES("header", "value", "login-path", "login-fields", "token"),
                                      NAMES("account", "token") },
        [SESSION_KIND_HTML_FORM] = { NAMES("kind", "login-path", "login-fields", "hidden-fields", "login-text",
                                           "proof-path", "proof-text", "refused-status", "lost-status"),
                                     NAMES("login-path", "login-fields", "proof-path", "proof-text"), nothing },
};

static void pairs_hold(ProfileReader *r, const char *key, PlanPairs pairs, const char *const *allowed) {
        for (size_t i = 0; i < pairs.n; i++)
                profile_placeholders(r, pairs.at[i].value, pairs.at[i].origin, key, allowed);
}

static void check(ProfileReader *r, const Tree *t, const SessionPlan *s) {
        KindRules rules = kind_rules[s->kind];
        profile_only(r, t, keys, COUNT(keys), rules.applies, kinds[s->kind]);
        profile_need(r, t, rules.needs);
        if (s->value) {
                Origin origin = tree_get(t, "value")->origin;
                profile_placeholders(r, s->value, origin, "value", rules.value_may_hold);
                if (!profile_header_value(s->value))
                        profile_complain(r, &(Complaint) { PROFILE_HEADER, SEVERITY_ERROR, origin, "value",
                                                           { s->value, NULL, NULL }, NULL });
        }
        pairs_hold(r, "login-fields", s->login_fields, NAMES("account", "secret"));
        pairs_hold(r, "refresh-fields", s->refresh_fields, NAMES("account", "refresh"));
        if (s->refresh_path)
                profile_need(r, t, NAMES("refresh-token", "refresh-fields"));
}

void profile_session_compile(ProfileReader *r, const Tree *t, SessionPlan *ret) {
        SessionPlan s = { .leeway = 60, .refused_status = 401, .lost_status = 401 };
        size_t path = profile_enter(r, "session");
        int errors = r->errors;
        profile_read(r, t, keys, COUNT(keys), &s);
        if (t->kind == TREE_MAP && (r->errors == errors || tree_get(t, "kind")))
                check(r, t, &s);
        profile_leave(r, path);
        *ret = s;
}
