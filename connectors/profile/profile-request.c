/* SPDX-License-Identifier: MIT */
/* What a request asks for: whether its path, parameters, headers and body can be made of the names that are known. */
#include "connectors/profile/profile-request.h"

#include <errno.h>

#include "connectors/decode/split.h"

#define CONFIG_NAMES_MAX 32

const char *const profile_methods[] = { "GET", "POST", NULL };

void profile_name_add(ProfileNames *n, const char *name, TemplateKind kind) {
        if (n->n < PROFILE_NAMES_MAX)
                n->at[n->n++] = (TemplateName) { name, kind };
}

static void list_names(const ProfileNames *n, Text *t) {
        for (size_t i = 0; i < n->n; i++) {
                bool family = n->at[i].name[strlen(n->at[i].name) - 1] == '.';
                text_addf(t, "%s<%s%s>", i ? ", " : "", n->at[i].name, family ? "..." : "");
        }
}

/* Names of values that nq57d.yaml gives, once each. */
static void note_config(ProfileReader *r, Str name) {
        Str family = STR("config.");
        if (!str_starts(name, family))
                return;
        name = (Str) { name.at + family.len, name.len - family.len };
        for (size_t i = 0; i < r->n_config; i++)
                if (str_eq(str_of(r->config[i]), name))
                        return;
        if (!r->config)
                r->config = profile_alloc(r, CONFIG_NAMES_MAX, sizeof *r->config);
        char *copy = r->config && r->n_config < CONFIG_NAMES_MAX ? arena_copy(r->arena, name) : NULL;
        if (copy)
                r->config[r->n_config++] = copy;
        else
                r->failed = r->n_config < CONFIG_NAMES_MAX ? -ENOMEM : r->failed;
}

bool profile_template(ProfileReader *r, const char *text, Origin origin, const char *key, const ProfileNames *names) {
        TemplateFault fault;
        Str name;
        for (const char *at = strchr(text, '<'); at; at = strchr(at + 1, '<'))
                if (template_name_at(at, &name) > 0)
                        note_config(r, name);
        if (template_check(text, names->at, names->n, &fault) == 0)
                return true;
        _cleanup_text_ Text list = TEXT_INIT(900);
        _cleanup_free_ char *seen = str_dup(fault.name);
        list_names(names, &list);
        static const ProfileMessage messages[] = { [TEMPLATE_NAME_UNKNOWN] = PROFILE_PLACEHOLDER,
                                                   [TEMPLATE_FORMAT_UNKNOWN] = PROFILE_TEMPLATE_FORMAT,
                                                   [TEMPLATE_FORMAT_USELESS] = PROFILE_TEMPLATE_USELESS,
                                                   [TEMPLATE_UNCLOSED] = PROFILE_TEMPLATE_UNCLOSED };
        profile_complain(r, &(Complaint) { messages[fault.what], SEVERITY_ERROR, origin, key,
                                           { seen, list.at ? list.at : "-", NULL }, NULL });
        return false;
}

static void complain(ProfileReader *r, const Tree *t, ProfileMessage message, const char *key, const char *a,
                     const char *b) {
        const Tree *at = tree_get(t, key);
        bool of_key = message == PROFILE_KEY_USELESS || message == PROFILE_KEY_NEEDS;
        profile_complain(r, &(Complaint) { message, SEVERITY_ERROR, of_key ? at->key_origin : at->origin, key,
                                           { a, b, NULL }, NULL });
}

static void check_path(ProfileReader *r, const Tree *t, const char *path, const ProfileNames *names) {
        _cleanup_text_ Text plain = TEXT_INIT(1000);
        Str name;
        if (!profile_template(r, path, tree_get(t, "path")->origin, "path", names))
                return;
        for (const char *at = path; *at;) {
                size_t n = *at == '<' ? template_name_at(at, &name) : 0;
                text_addc(&plain, n > 0 ? 'x' : *at);
                at += n > 0 ? n : 1;
        }
        if (plain.failed == -ENOMEM)
                r->failed = -ENOMEM;
        else if (plain.failed || !profile_path_sound(plain.at ? plain.at : ""))
                complain(r, t, PROFILE_PATH, "path", path, NULL);
}

static void check_pairs(ProfileReader *r, PlanPairs pairs, const char *key, const ProfileNames *names) {
        for (size_t i = 0; i < pairs.n; i++)
                profile_template(r, pairs.at[i].value, pairs.at[i].origin, key, names);
}

static void check_headers(ProfileReader *r, PlanPairs pairs, const ProfileNames *names) {
        check_pairs(r, pairs, "headers", names);
        for (size_t i = 0; i < pairs.n; i++)
                if (!profile_header_free(pairs.at[i].name) || !profile_header_value(pairs.at[i].value))
                        profile_complain(r, &(Complaint) { PROFILE_HEADER,
                                                           SEVERITY_ERROR,
                                                           pairs.at[i].origin,
                                                           "headers",
                                                           { pairs.at[i].name, NULL, NULL },
                                                           NULL });
}

/* Whatever the names stand for, it is JSON. */
static void check_json(ProfileReader *r, const Tree *t, const char *json, const ProfileNames *names) {
        _cleanup_text_ Text sample = TEXT_INIT(LIMIT_RECORD_BYTES);
        Str bare;
        size_t at = 0;
        const char *problem = NULL, *why = NULL;
        if (!profile_template(r, json, tree_get(t, "json")->origin, "json", names))
                return;
        if (!template_json_sample(json, names->at, names->n, &sample, &bare)) {
                _cleanup_free_ char *seen = str_dup(bare);
                complain(r, t, PROFILE_JSON_BARE, "json", seen, NULL);
                return;
        }
        if (sample.failed == -ENOMEM)
                r->failed = -ENOMEM;
        int result = split_check(text_str(&sample), &problem, &at, &why);
        if (result != 0 || problem)
                complain(r, t, PROFILE_JSON, "json", json,
                         problem ? problem : result == SPLIT_E_NOT_JSON && why ? why : "it is cut off");
}

static void check_body(ProfileReader *r, const Tree *t, const RequestPlan *p) {
        static const char *const bodies[] = { "json", "form", "body" };
        const char *first = NULL;
        for (size_t i = 0; i < 3; i++) {
                if (!tree_get(t, bodies[i]))
                        continue;
                if (first)
                        complain(r, t, PROFILE_KEY_USELESS, bodies[i], bodies[i], first);
                first = first ? first : bodies[i];
        }
        if (first && p->method == 0)
                complain(r, t, PROFILE_KEY_NEEDS, first, first, "method: POST");
        if (p->content_type && !first)
                complain(r, t, PROFILE_KEY_NEEDS, "content-type", "content-type", "json`, `form` or `body");
        if (p->content_type && !profile_header_value(p->content_type))
                complain(r, t, PROFILE_HEADER, "content-type", p->content_type, NULL);
        if (p->raw && !p->content_type)
                complain(r, t, PROFILE_KEY_NEEDS, "body", "body", "content-type");
}

void profile_request_check(ProfileReader *r, const Tree *t, const RequestPlan *p, const ProfileNames *names) {
        ProfileNames of_body = *names;
        if (r->token_in_body) /* nowhere else: addresses and headers are shown, and remembered */
                profile_name_add(&of_body, "token", TEMPLATE_TEXT);
        if (p->path)
                check_path(r, t, p->path, names);
        check_pairs(r, p->query, "query", names);
        check_pairs(r, p->form, "form", &of_body);
        check_headers(r, p->headers, names);
        if (p->json)
                check_json(r, t, p->json, &of_body);
        if (p->raw)
                profile_template(r, p->raw, tree_get(t, "body")->origin, "body", &of_body);
        r->token_used |= request_body_uses(p, "token");
        check_body(r, t, p);
}

void profile_names_common(ProfileNames *n) {
        profile_name_add(n, "account", TEMPLATE_TEXT);
        profile_name_add(n, "unit", TEMPLATE_TEXT);
        profile_name_add(n, "unit.id", TEMPLATE_TEXT);
        profile_name_add(n, "unit.name", TEMPLATE_TEXT);
        profile_name_add(n, "today", TEMPLATE_TIME);
        profile_name_add(n, "config.", TEMPLATE_TEXT);
}

void profile_names_paging(ProfileNames *n, const PagingPlan *p) {
        if (p->kind == PAGING_PAGE)
                profile_name_add(n, "page", TEMPLATE_NUMBER);
        if (p->kind == PAGING_OFFSET)
                profile_name_add(n, "offset", TEMPLATE_NUMBER);
        if (p->kind == PAGING_CURSOR || p->kind == PAGING_KEYSET)
                profile_name_add(n, "cursor", TEMPLATE_TOKEN);
        if (p->size > 0)
                profile_name_add(n, "size", TEMPLATE_NUMBER);
}
