/* SPDX-License-Identifier: MIT */
#include "connectors/listing/request.h"

#include <errno.h>

#include "connectors/http/http.h"

void request_text_init(RequestText *t) {
        *t = (RequestText) { .target = TEXT_INIT(REQUEST_TARGET_MAX), .body = TEXT_INIT(REQUEST_BODY_MAX),
                             .arena.max = REQUEST_BODY_MAX };
}

void request_text_free(RequestText *t) {
        text_free(&t->target);
        text_free(&t->body);
        arena_free(&t->arena);
        *t = (RequestText) { 0 };
}

BodyKind request_body_kind(const RequestPlan *p) {
        return p->json ? BODY_JSON : p->form.n ? BODY_FORM : p->raw ? BODY_RAW : BODY_NONE;
}

static bool pairs_use(PlanPairs pairs, const char *name) {
        for (size_t i = 0; i < pairs.n; i++)
                if (template_uses(pairs.at[i].value, name))
                        return true;
        return false;
}

bool request_body_uses(const RequestPlan *p, const char *name) {
        return pairs_use(p->form, name) || (p->json && template_uses(p->json, name)) ||
               (p->raw && template_uses(p->raw, name));
}

bool request_uses(const RequestPlan *p, const char *name) {
        return (p->path && template_uses(p->path, name)) || pairs_use(p->query, name) || pairs_use(p->headers, name) ||
               request_body_uses(p, name);
}

/* A value of a path must be a whole segment's worth of text: curl would walk up at "..". `slash`: it may end in one. */
static bool path_sound(Str path, bool slash) {
        Str rest = path, segment;
        str_split(&rest, '/', &segment); /* before the first '/' */
        while (str_split(&rest, '/', &segment))
                if (segment.len == 0 || str_eq(segment, STR(".")) || str_eq(segment, STR("..")))
                        return false;
        return slash || path.at[path.len - 1] != '/';
}

static int path_fill(Text *t, const char *path, const TemplateValues *v) {
        if (template_fill(t, path, v, TEMPLATE_PATH) < 0)
                return t->failed;
        return strchr(path, '<') && !path_sound(text_str(t), path[strlen(path) - 1] == '/') ? -EINVAL : 0;
}

/* The whole of it is one name. */
static bool one_name(const char *text) {
        Str name;
        return *text == '<' && text[template_name_at(text, &name)] == '\0';
}

static int pairs_fill(Text *t, PlanPairs pairs, const TemplateValues *v) {
        for (size_t i = 0; i < pairs.n; i++) {
                _cleanup_text_ Text value = TEXT_INIT(REQUEST_TARGET_MAX);
                if (template_fill(&value, pairs.at[i].value, v, TEMPLATE_PLAIN) < 0)
                        return value.failed;
                if (value.len > 0 || !one_name(pairs.at[i].value))
                        http_form_add(t, str_of(pairs.at[i].name), text_str(&value));
        }
        return t->failed;
}

static int headers_fill(RequestText *t, PlanPairs pairs, const TemplateValues *v) {
        PlanPair *filled = arena_get(&t->arena, (pairs.n + 1) * sizeof *filled);
        if (!filled)
                return -ENOMEM;
        for (size_t i = 0; i < pairs.n; i++) {
                _cleanup_text_ Text value = TEXT_INIT(REQUEST_TARGET_MAX);
                if (template_fill(&value, pairs.at[i].value, v, TEMPLATE_PLAIN) < 0)
                        return value.failed;
                filled[i] = pairs.at[i];
                filled[i].value = arena_copy(&t->arena, text_str(&value));
                if (!filled[i].value)
                        return -ENOMEM;
        }
        t->headers = (PlanPairs) { filled, pairs.n };
        return 0;
}

static int body_fill(RequestText *t, const RequestPlan *p, const TemplateValues *v) {
        static const char *const types[] = { [BODY_NONE] = NULL, [BODY_JSON] = "application/json",
                                             [BODY_FORM] = "application/x-www-form-urlencoded",
                                             [BODY_RAW] = "text/plain" };
        BodyKind kind = request_body_kind(p);
        t->post = p->method == 1;
        t->content_type = p->content_type ? p->content_type : types[kind];
        switch (kind) {
        case BODY_JSON:
                return template_json_fill(&t->body, p->json, v);
        case BODY_FORM:
                return pairs_fill(&t->body, p->form, v);
        case BODY_RAW:
                return template_fill(&t->body, p->raw, v, TEMPLATE_PLAIN);
        case BODY_NONE:
                break;
        }
        return 0;
}

int request_fill(const RequestPlan *p, const TemplateValues *v, Str parameters, RequestText *ret) {
        _cleanup_text_ Text query = TEXT_INIT(REQUEST_TARGET_MAX);
        int r = path_fill(&ret->target, p->path, v);
        if (r == 0)
                r = pairs_fill(&query, p->query, v);
        if (r == 0 && parameters.len) {
                if (query.len)
                        text_addc(&query, '&');
                r = text_add(&query, parameters);
        }
        if (r == 0 && query.len) {
                text_addc(&ret->target, '?');
                r = text_add(&ret->target, text_str(&query));
        }
        if (r == 0)
                r = headers_fill(ret, p->headers, v);
        return r == 0 ? body_fill(ret, p, v) : r;
}
