/* SPDX-License-Identifier: MIT */
/* `steps` of a login, and the small parts that the other kinds use too: what is taken, what proves, what is filled in.
 */
#include <errno.h>
#include <stdio.h>

#include "connectors/decode/document.h"
#include "connectors/language/template.h"
#include "connectors/profile/profile-login.h"

#include "connectors/profile/profile-request.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define STEPS_MAX 16

static void complain(ProfileReader *r, ProfileMessage message, Origin origin, const char *key, const char *seen) {
        profile_complain(r, &(Complaint) { message, SEVERITY_ERROR, origin, key, { seen, NULL, NULL }, NULL });
}

int profile_login_slot(ProfileReader *r, SessionPlan *plan, const char *name) {
        const char **names;
        if (!plan->values.at) {
                names = profile_alloc(r, SESSION_VALUES_MAX, sizeof *names);
                if (!names)
                        return 0;
                names[VALUE_TOKEN] = "token";
                names[VALUE_REFRESH] = "refresh";
                names[VALUE_EXPIRES] = "expires";
                plan->values = (PlanNames) { names, VALUE_OTHERS };
        }
        names = (const char **) plan->values.at;
        for (size_t i = 0; i < plan->values.n; i++)
                if (strcmp(names[i], name) == 0)
                        return (int) i;
        if (plan->values.n == SESSION_VALUES_MAX)
                return 0;
        names[plan->values.n] = name;
        return (int) plan->values.n++;
}

static bool name_fits(const char *name) {
        for (const char *at = name; *at; at++)
                if (!((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') ||
                      strchr(".-_", *at)))
                        return false;
        return name[0] && strlen(name) <= 60 && strcmp(name, "account") != 0 && strcmp(name, "secret") != 0;
}

static bool select_read(ProfileReader *r, const PlanPair *p, const char *text, Select *ret) {
        size_t at = 0;
        const char *why = "";
        char where[16];
        int result = select_compile(r->arena, text, ret, &at, &why);
        if (result < 0)
                r->failed = result;
        snprintf(where, sizeof where, "%zu", at + 1);
        if (result == SELECT_E_SYNTAX)
                profile_complain(r, &(Complaint) { PROFILE_SELECTOR, SEVERITY_ERROR, p->origin, p->name,
                                                   { text, where, why, select_reason_vi(why) }, NULL });
        return result == 0;
}

bool profile_login_take(ProfileReader *r, const PlanPair *p, TakePlan *ret) {
        static const char *const words[] = {
                [TAKE_INPUT] = "input ",   [TAKE_ACTION] = "action",  [TAKE_META] = "meta ",
                [TAKE_COOKIE] = "cookie ", [TAKE_HEADER] = "header ", [TAKE_JSON] = "json "
        };
        TakePlan t = { .name = p->name, .from = -1, .origin = p->origin };
        for (size_t i = 0; i < COUNT(words); i++)
                if (strncmp(p->value, words[i], strlen(words[i])) == 0) {
                        t.from = (int) i;
                        t.what = p->value + strlen(words[i]);
                }
        bool fits = t.from == TAKE_ACTION ? t.what[0] == '\0' : t.from >= 0 && t.what[0] && strlen(t.what) <= 100;
        if (!fits || (t.from == TAKE_HEADER && !profile_header_name(t.what))) {
                complain(r, PROFILE_TAKE, p->origin, p->name, p->value);
                return false;
        }
        if (t.from == TAKE_ACTION)
                t.what = NULL;
        if (t.from == TAKE_JSON && !select_read(r, p, t.what, &t.select))
                return false;
        *ret = t;
        return true;
}

static void known_names(const SessionPlan *plan, const char *const *more, ProfileNames *known) {
        known->n = 0;
        for (; *more; more++)
                profile_name_add(known, *more, TEMPLATE_TEXT);
        for (size_t i = 0; i < plan->values.n; i++)
                if (plan->taken >> i & 1)
                        profile_name_add(known, plan->values.at[i], TEMPLATE_TEXT);
}

bool profile_login_template(ProfileReader *r, const SessionPlan *plan, const char *const *names, const PlanPair *p) {
        ProfileNames known;
        known_names(plan, names, &known);
        return profile_template(r, p->value, p->origin, p->name, &known);
}

/* ---- what proves a session, and the token against forgery ---- */

void profile_login_proof(ProfileReader *r, const SessionKeySet *k, SessionPlan *plan) {
        if (!k->proof_path || !(plan->proof = profile_alloc(r, 1, sizeof *plan->proof)))
                return;
        const char *path = arena_copy(r->arena, (Str) { k->proof_path, strcspn(k->proof_path, "?") });
        if (!path)
                r->failed = -ENOMEM;
        *plan->proof = (StepPlan) { .name = "proof", .target = k->proof_path, .follow = true, .expect_status = 200,
                                    .expect_path = path, .expect_text = k->proof_text, .expect = k->proof };
        if (plan->n_login == 0 && !plan->handed)
                plan->proof->refused_status = plan->lost_status;
}

typedef struct CsrfKeys {
        const char *header, *field, *from, *path;
        PlanStatuses rejected;
} CsrfKeys;

#define CSRF(k, t, member, ...) { .key = k, .type = t, .offset = offsetof(CsrfKeys, member), __VA_ARGS__ }
static const KeySpec csrf_keys[] = {
        CSRF("header", KEY_HEADER, header),
        CSRF("field", KEY_NAME, field),
        CSRF("from", KEY_TEXT, from, .required = true),
        CSRF("path", KEY_TARGET, path),
        CSRF("rejected-status", KEY_STATUSES, rejected, .low = 400, .high = 499),
};

static void csrf_compile(ProfileReader *r, const Tree *map, SessionPlan *plan) {
        CsrfKeys k = { .rejected = { { 403, 419 }, 2 } };
        CsrfPlan *c = &plan->csrf;
        int errors = r->errors;
        profile_read(r, map, csrf_keys, COUNT(csrf_keys), &k);
        if (r->errors > errors || !k.from)
                return;
        if (!k.header == !k.field)
                complain(r, PROFILE_ONE_OF, map->origin, NULL, "header, field");
        PlanPair from = { "from", k.from, tree_get(map, "from")->origin };
        if (!profile_login_take(r, &from, &c->take))
                return;
        if (c->take.from != TAKE_COOKIE && !k.path)
                complain(r, PROFILE_KEY_MISSING, map->origin, NULL, "path");
        if (k.path && (c->page = profile_alloc(r, 1, sizeof *c->page))) {
                const char **keep = profile_alloc(r, 1, sizeof *keep);
                *c->page = (StepPlan) { .name = "csrf", .target = k.path, .follow = true };
                if (keep && c->take.from == TAKE_HEADER) {
                        keep[0] = c->take.what;
                        c->page->keep = (PlanNames) { keep, 1 };
                }
        }
        c->header = k.header;
        c->field = k.field;
        c->rejected = k.rejected;
}

void profile_login_csrf(ProfileReader *r, const Tree *map, SessionPlan *plan) {
        size_t path = profile_enter(r, "csrf");
        csrf_compile(r, map, plan);
        profile_leave(r, path);
}

/* ---- steps ---- */

typedef struct StepKeys {
        const char *get, *post, *json, *expect_path, *expect_text, *refused_text;
        PlanPairs form, headers, take;
        int expect_status;
        PlanStatuses refused_status;
        bool follow;
} StepKeys;

#define STEP(k, t, member, ...) { .key = k, .type = t, .offset = offsetof(StepKeys, member), __VA_ARGS__ }
static const KeySpec step_keys[] = {
        STEP("get", KEY_TEXT, get),
        STEP("post", KEY_TEXT, post),
        STEP("form", KEY_PAIRS, form),
        STEP("json", KEY_TEXT, json),
        STEP("headers", KEY_PAIRS, headers),
        STEP("take", KEY_PAIRS, take),
        STEP("follow", KEY_FLAG, follow),
        STEP("expect-status", KEY_INT, expect_status, .low = 200, .high = 499),
        STEP("expect-path", KEY_PATH, expect_path),
        STEP("expect-text", KEY_TEXT, expect_text),
        STEP("refused-status", KEY_STATUSES, refused_status, .low = 200, .high = 499),
        STEP("refused-text", KEY_TEXT, refused_text),
};

/* A path, with a query or without, or one name alone. */
static bool target_fits(const char *target) {
        size_t n = strlen(target);
        if (target[0] == '<')
                return n > 2 && strchr(target, '>') == target + n - 1;
        for (const char *at = target; *at; at++)
                if ((unsigned char) *at <= 0x20 || (unsigned char) *at >= 0x7f || strchr("#\\\"", *at))
                        return false;
        return target[0] == '/' && target[1] != '/' && n <= 500;
}

static const char *const login_names[] = { "account", "secret", NULL };

static void templates_check(ProfileReader *r, const Tree *t, const StepKeys *k, const char *const *names,
                            const SessionPlan *plan) {
        const char *key = k->get ? "get" : "post", *target = k->get ? k->get : k->post;
        PlanPair p = { key, target, tree_get(t, key)->origin };
        if (!target_fits(target))
                complain(r, PROFILE_STEP_TARGET, p.origin, key, target);
        profile_login_template(r, plan, names, &p);
        for (size_t i = 0; i < k->form.n; i++)
                profile_login_template(r, plan, names, &k->form.at[i]);
        for (size_t i = 0; i < k->headers.n; i++) {
                const PlanPair *h = &k->headers.at[i];
                profile_login_template(r, plan, names, h);
                if (!profile_header_name(h->name) || !profile_header_value(h->value))
                        complain(r, PROFILE_HEADER, h->origin, "headers", h->name);
        }
}

void profile_login_body(ProfileReader *r, const SessionPlan *plan, const char *const *names, const PlanPair *p) {
        ProfileNames known;
        _cleanup_text_ Text sample = TEXT_INIT(LIMIT_SESSION_BYTES);
        _cleanup_(json_root_freep) json_object *root = NULL;
        char why[160];
        Str bare;
        known_names(plan, names, &known);
        if (!profile_login_template(r, plan, names, p))
                return;
        if (!template_json_sample(p->value, known.at, known.n, &sample, &bare)) {
                _cleanup_free_ char *seen = str_dup(bare);
                complain(r, PROFILE_JSON_BARE, p->origin, p->name, seen);
        } else if (document_parse(text_str(&sample), &root, why) != FAULT_NONE) {
                profile_complain(r, &(Complaint) { PROFILE_JSON, SEVERITY_ERROR, p->origin, p->name,
                                                   { p->value, why, NULL }, NULL });
        }
}

static bool secret_goes(const StepKeys *k) {
        bool goes = template_uses(k->get ? k->get : k->post, "secret") || (k->json && template_uses(k->json, "secret"));
        for (size_t i = 0; i < k->form.n; i++)
                goes |= template_uses(k->form.at[i].value, "secret");
        for (size_t i = 0; i < k->headers.n; i++)
                goes |= template_uses(k->headers.at[i].value, "secret");
        return goes;
}

static void takes_compile(ProfileReader *r, const StepKeys *k, SessionPlan *plan, StepPlan *step) {
        TakePlan *takes = profile_alloc(r, k->take.n, sizeof *takes);
        const char **keep = profile_alloc(r, k->take.n, sizeof *keep);
        size_t n_keep = 0, path = profile_enter(r, "take");
        for (size_t i = 0; i < k->take.n && takes && keep; i++) {
                const PlanPair *p = &k->take.at[i];
                TakePlan *t = &takes[step->n_takes];
                if (!name_fits(p->name)) {
                        complain(r, PROFILE_TAKE_NAME, p->origin, NULL, p->name);
                        continue;
                }
                if (!profile_login_take(r, p, t))
                        continue;
                t->slot = profile_login_slot(r, plan, p->name);
                t->optional = t->slot == VALUE_REFRESH || t->slot == VALUE_EXPIRES;
                if (t->slot == 0 && strcmp(p->name, "token") != 0)
                        complain(r, PROFILE_TOO_MANY, p->origin, NULL, "29");
                if (t->from == TAKE_HEADER)
                        keep[n_keep++] = t->what;
                step->n_takes++;
        }
        profile_leave(r, path);
        step->takes = takes;
        step->keep = (PlanNames) { keep, n_keep };
        for (size_t i = 0; i < step->n_takes; i++)
                plan->taken |= 1u << takes[i].slot;
}

static void body_check(ProfileReader *r, const Tree *t, const StepKeys *k) {
        if (k->get && (k->form.n > 0 || k->json))
                profile_complain(r, &(Complaint) { PROFILE_KEY_USELESS, SEVERITY_ERROR,
                                                   tree_get(t, k->json ? "json" : "form")->key_origin, NULL,
                                                   { k->json ? "json" : "form", "get", NULL }, NULL });
        if (k->form.n > 0 && k->json)
                complain(r, PROFILE_ONE_OF, t->key_origin, NULL, "form, json");
}

static void step_compile(ProfileReader *r, const Tree *t, const char *const *names, SessionPlan *plan,
                         StepPlan *ret) {
        StepKeys k = { .follow = true, .refused_status = { { 401 }, 1 } };
        int errors = r->errors;
        profile_read(r, t, step_keys, COUNT(step_keys), &k);
        if (r->errors > errors)
                return;
        if (!k.get == !k.post) {
                complain(r, PROFILE_ONE_OF, t->key_origin, NULL, "get, post");
                return;
        }
        body_check(r, t, &k);
        templates_check(r, t, &k, names, plan);
        if (k.json)
                profile_login_body(r, plan, names, &(PlanPair) { "json", k.json, tree_get(t, "json")->origin });
        *ret = (StepPlan) { .name = t->key, .post = k.post, .target = k.post ? k.post : k.get, .form = k.form,
                            .headers = k.headers, .json = k.json, .secret = secret_goes(&k), .follow = k.follow,
                            .expect_status = k.expect_status, .expect_path = k.expect_path,
                            .expect_text = k.expect_text, .refused_status = k.refused_status,
                            .refused_text = k.refused_text };
        takes_compile(r, &k, plan, ret);
}

/* Steps of one map, in its order. */
static StepPlan *steps_compile(ProfileReader *r, const Tree *map, const char *const *names, SessionPlan *plan,
                               size_t *ret_n) {
        StepPlan *steps = NULL;
        if (map->kind != TREE_MAP || !map->child)
                complain(r, PROFILE_WANTS_MAP, map->origin, NULL, NULL);
        else if (tree_count(map) > STEPS_MAX)
                complain(r, PROFILE_TOO_MANY, map->origin, NULL, "16");
        else if ((steps = profile_alloc(r, tree_count(map), sizeof *steps)))
                for (const Tree *t = map->child; t; t = t->next) {
                        size_t inner = profile_enter(r, t->key);
                        step_compile(r, t, names, plan, &steps[(*ret_n)++]);
                        profile_leave(r, inner);
                }
        return steps;
}

void profile_login_steps(ProfileReader *r, const SessionKeySet *k, SessionPlan *plan) {
        size_t path = profile_enter(r, "steps");
        plan->login = steps_compile(r, k->steps, login_names, plan, &plan->n_login);
        profile_leave(r, path);
        const StepPlan *first = plan->n_login > 0 ? &plan->login[0] : NULL;
        if (!plan->login_path && first && first->target && !first->post && first->target[0] == '/' &&
            !strpbrk(first->target, "?<"))
                plan->login_path = first->target;
}

static bool step_uses(const StepPlan *s, const char *name) {
        bool uses = (s->target && template_uses(s->target, name)) || (s->json && template_uses(s->json, name));
        for (size_t i = 0; i < s->form.n; i++)
                uses |= template_uses(s->form.at[i].value, name);
        for (size_t i = 0; i < s->headers.n; i++)
                uses |= template_uses(s->headers.at[i].value, name);
        return uses;
}

/* Of what the login took, only what is kept with the session is still there; and never a password. */
void profile_login_renew(ProfileReader *r, const Tree *map, SessionPlan *plan) {
        static const char *const names[] = { "account", NULL };
        size_t path = profile_enter(r, "renew");
        unsigned taken = plan->taken;
        plan->taken &= 1u << VALUE_TOKEN | 1u << VALUE_REFRESH;
        plan->renew = steps_compile(r, map, names, plan, &plan->n_renew);
        plan->taken |= taken;
        profile_leave(r, path);
        for (size_t i = 0; i < plan->n_renew; i++)
                plan->renew_refresh |= step_uses(&plan->renew[i], "refresh");
}
