/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>

#include "connectors/decode/document.h"
#include "connectors/setup/draft-parts.h"
#include "connectors/tape/naming.h"

#define PARAMETERS 40
#define CALLS 200

/* One parameter over the calls of a stream, in the order of the calls. */
typedef struct Parameter {
        const char *name;
        const char *value[CALLS];
        int n;       /* calls that have it */
        bool moves;  /* not always the same */
        bool body;   /* of a POST's body, not of the query */
        bool text;   /* in JSON: a string */
} Parameter;

typedef struct Parameters {
        Parameter at[PARAMETERS];
        int n;
} Parameters;

static void parameter_add(Parameters *p, const char *name, const char *value, bool body, bool text) {
        int at = 0;
        while (at < p->n && (strcmp(p->at[at].name, name) != 0 || p->at[at].body != body))
                at++;
        if (at == PARAMETERS)
                return;
        if (at == p->n)
                p->at[p->n++] = (Parameter) { .name = name, .body = body, .text = text };
        Parameter *m = &p->at[at];
        m->moves = m->moves || (m->n > 0 && strcmp(m->value[m->n - 1], value) != 0);
        if (m->n < CALLS)
                m->value[m->n++] = value;
}

static json_object *json_body(const HarEntry *e) {
        char why[160];
        json_object *root = NULL;
        if (!draft_json(e->content_type) || e->body.len == 0 || document_parse(e->body, &root, why) != FAULT_NONE)
                return NULL;
        if (json_object_is_type(root, json_type_object))
                return root;
        json_object_put(root);
        return NULL;
}

static void body_read(Draft *d, Parameters *p, const HarEntry *e) {
        _cleanup_(json_root_freep) json_object *root = json_body(e);
        for (size_t k = 0; k < e->form.n; k++)
                parameter_add(p, e->form.at[k].name, e->form.at[k].value, true, true);
        if (!root)
                return;
        json_object_object_foreach(root, name, value) {
                const char *own = arena_copy(&d->arena, str_of(name));
                const char *text = arena_copy(&d->arena, str_of(value ? json_object_to_json_string(value) : "null"));
                bool string = json_object_is_type(value, json_type_string);
                if (string)
                        text = arena_copy(&d->arena, str_of(json_object_get_string(value)));
                if (own && text)
                        parameter_add(p, own, text, true, string);
        }
}

static void parameters_read(Draft *d, Parameters *p, const HarEntry *const *calls, int n) {
        for (int i = 0; i < n && i < CALLS; i++) {
                for (size_t k = 0; k < calls[i]->query.n; k++)
                        parameter_add(p, calls[i]->query.at[k].name, calls[i]->query.at[k].value, false, true);
                if (strcmp(calls[i]->method, "POST") == 0)
                        body_read(d, p, calls[i]);
        }
}

static bool number_of(const char *text, int64_t *ret) {
        return text_to_int64(str_of(text), ret) == 0;
}

static int64_t lowest(const Parameter *m) {
        int64_t low = INT64_MAX, n;
        for (int i = 0; i < m->n; i++)
                if (number_of(m->value[i], &n) && n < low)
                        low = n;
        return low == INT64_MAX ? -1 : low;
}

/* The smallest step it goes up by; 0: it is no number, or never goes up. */
static int64_t step_of(const Parameter *m) {
        int64_t step = 0, a, b;
        for (int i = 1; i < m->n; i++) {
                if (!number_of(m->value[i - 1], &a) || !number_of(m->value[i], &b))
                        return 0;
                if (b > a && (step == 0 || b - a < step))
                        step = b - a;
        }
        return step;
}

static Parameter *by_hint(Parameters *p, LookHintKind kind) {
        for (int i = 0; i < p->n; i++)
                if (look_hint_of(str_of(p->at[i].name)) == kind)
                        return &p->at[i];
        return NULL;
}

/* A parameter whose value stood in the answer before: a cursor; *ret_path says where. */
static const char *cursor_from(Draft *d, const HarEntry *before, const char *value) {
        Look look;
        char why[160];
        if (!value[0] || look_page(&d->arena, before->answer, &look, why) != 0)
                return NULL;
        for (int i = 0; i < look.n_hints; i++)
                if (look.hint[i].kind == HINT_CURSOR && strncmp(look.hint[i].value, value, 40) == 0)
                        return look.hint[i].path;
        return NULL;
}

static Parameter *cursor_find(Draft *d, Parameters *p, DraftStream *s, const HarEntry *const *calls, int n) {
        for (int i = 0; i < p->n; i++)
                for (int k = 1; k < n && k < CALLS; k++) {
                        int at = k - (n - p->at[i].n); /* the first call has none */
                        const char *value = at >= 0 ? p->at[i].value[at] : NULL;
                        const char *path = value ? cursor_from(d, calls[k - 1], value) : NULL;
                        if (path && !number_of(value, &(int64_t) { 0 })) {
                                s->cursor = path;
                                return &p->at[i];
                        }
                }
        return NULL;
}

static const char *total_of(const DraftStream *s) {
        for (int i = 0; i < s->look.n_hints; i++)
                if (s->look.hint[i].kind == HINT_TOTAL && s->look.hint[i].number >= s->page_records)
                        return s->look.hint[i].path;
        return NULL;
}

static const char *hint_path(const DraftStream *s, LookHintKind kind) {
        const LookHint *h = look_hint(&s->look, kind);
        return h ? h->path : NULL;
}

/* The parameter that pages: one that moved as such a parameter does, else one of such a name. */
static Parameter *pager_find(Draft *d, DraftStream *s, Parameters *p, const HarEntry *const *calls, int n) {
        Parameter *m = cursor_find(d, p, s, calls, n);
        if (m) {
                s->paging = "cursor";
                s->paging_seen = true;
                return m;
        }
        for (int i = 0; i < p->n; i++) {
                LookHintKind hint = look_hint_of(str_of(p->at[i].name));
                int64_t step = p->at[i].moves ? step_of(&p->at[i]) : 0;
                if (step == 0 || (hint != HINT_PAGE && hint != HINT_OFFSET && hint != HINT_COUNT))
                        continue;
                s->paging = hint == HINT_OFFSET || (hint == HINT_COUNT && step > 1) ? "offset" : "page";
                s->paging_seen = true;
                return &p->at[i];
        }
        if ((m = by_hint(p, HINT_PAGE)))
                s->paging = "page";
        else if ((m = by_hint(p, HINT_OFFSET)))
                s->paging = "offset";
        else if ((m = by_hint(p, HINT_CURSOR)))
                s->paging = "cursor";
        else
                s->paging = "none";
        return m;
}

/* Numbers that only keep a browser from its cache, and times of the day. */
static bool breaks_cache(const Parameter *m) {
        int64_t n;
        char folded[40];
        name_fold(str_of(m->name), folded, sizeof folded);
        bool named = folded[0] == '\0' || strcmp(folded, "t") == 0 || strcmp(folded, "ts") == 0 ||
                     strcmp(folded, "timestamp") == 0 || strcmp(folded, "nocache") == 0 || strcmp(folded, "rnd") == 0;
        return named && number_of(m->value[0], &n) && n > 100000000;
}

static void query_keep(Draft *d, DraftStream *s, const Parameters *p, const Parameter *pager, const Parameter *size) {
        HarPair *at = arena_get(&d->arena, PARAMETERS * sizeof *at);
        size_t n = 0;
        for (int i = 0; at && i < p->n; i++) {
                const Parameter *m = &p->at[i];
                if (m->body || m == pager || m == size || breaks_cache(m) || m->value[m->n - 1][0] == '\0')
                        continue;
                if (!draft_harmless(m->name, m->value[0])) {
                        draft_note(d, true, "{}: a parameter whose value was not taken over; is it needed?",
                                   "{}: tham số có giá trị không được chép lại; có cần không?",
                                   draft_printf(d, "%s ?%s=...", s->path, m->name));
                        continue;
                }
                if (m->moves || m->n < s->calls)
                        draft_note(d, true, "{}: a filter that changed while recording; keep it only if it belongs to "
                                            "every poll",
                                   "{}: bộ lọc đã thay đổi khi ghi; chỉ giữ nếu lần đọc nào cũng cần",
                                   draft_printf(d, "%s ?%s", s->path, m->name));
                else
                        at[n++] = (HarPair) { .name = m->name, .value = m->value[0] };
        }
        s->query = (HarPairs) { at, at ? n : 0 };
}

/* A parameter of a POST's body as it stands in the template. */
static void template_value(Text *t, const Parameter *m, const char *as, bool json) {
        if (!json)
                text_addf(t, "%s", as ? as : m->value[0]);
        else if (as)
                text_addf(t, m->text ? "\"%s\"" : "%s", as);
        else if (m->text)
                text_add_json(t, str_of(m->value[0]));
        else
                text_addf(t, "%s", m->value[0]);
}

static void body_write(Draft *d, DraftStream *s, const Parameters *p, const Parameter *pager, const Parameter *size,
                       bool json) {
        static const char *const names[] = { "<page>", "<offset>", "<cursor>" };
        _cleanup_text_ Text t = TEXT_INIT(4000);
        const char *moving = strcmp(s->paging, "page") == 0     ? names[0]
                             : strcmp(s->paging, "offset") == 0 ? names[1]
                                                                : names[2];
        bool any = false;
        for (int i = 0; i < p->n; i++) {
                const Parameter *m = &p->at[i];
                const char *as = m == pager ? moving : m == size ? "<size>" : NULL;
                if (!m->body)
                        continue;
                if (!as && !draft_harmless(m->name, m->value[0])) {
                        draft_note(d, true, "{}: a value of the request's body was not taken over; is it needed?",
                                   "{}: một giá trị trong nội dung gửi không được chép lại; có cần không?",
                                   draft_printf(d, "%s %s", s->path, m->name));
                        continue;
                }
                text_add(&t, any ? (json ? STR(", ") : STR("\n")) : json ? STR("{") : STR(""));
                any = true;
                if (json)
                        text_add_json(&t, str_of(m->name));
                else
                        text_addf(&t, "%s", m->name);
                text_add(&t, STR(": "));
                template_value(&t, m, as, json);
        }
        if (json)
                text_add(&t, any ? STR("}") : STR("{}"));
        const char *text = t.failed ? NULL : arena_copy(&d->arena, text_str(&t));
        if (json)
                s->json = text;
        else
                s->form = any ? text : NULL;
}

static void page_size(DraftStream *s, Parameters *p, Parameter **ret) {
        Parameter *size = by_hint(p, HINT_SIZE);
        const LookHint *said = look_hint(&s->look, HINT_SIZE);
        if (size && number_of(size->value[0], &s->size) && s->size > 0) {
                s->size_parameter = size->name;
                *ret = size;
        } else {
                s->size = said && said->number > 0 ? said->number : s->page_records;
                *ret = NULL;
        }
}

/* The number a header gives as a total: all of it, or what Content-Range has behind its '/' (RFC 9110 14.4). */
static bool header_total(const HarPair *h, int64_t *ret) {
        static const char *const parts[] = { "total", "tongso", "count" };
        const char *slash = strrchr(h->value, '/');
        char folded[80];
        name_fold(str_of(h->name), folded, sizeof folded);
        if (strcmp(folded, "contentrange") == 0)
                return slash && text_to_int64(str_trim(str_of(slash + 1)), ret) == 0;
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
                if (strstr(folded, parts[i]) && !strstr(folded, "limit") && !strstr(folded, "page"))
                        return text_to_int64(str_trim(str_of(h->value)), ret) == 0;
        return false;
}

/* One that every answer has, and that is never below what was received. */
static bool total_holds(const DraftStream *s, const HarEntry *const *calls, int n, const char *name) {
        for (int i = 0; i < n; i++) {
                const char *value = har_pair(calls[i]->answer_headers, name);
                int64_t total;
                if (!value || !header_total(&(HarPair) { name, value }, &total) || total < s->list->records)
                        return false;
        }
        return n > 0;
}

/* Totals and the next page's address can stand in headers as well (RFC 8288 for Link). */
static void headers_look(DraftStream *s, const HarEntry *const *calls, int n) {
        for (int i = 0; i < n; i++) {
                const char *link = har_pair(calls[i]->answer_headers, "link");
                if (link && strstr(link, "next") && strstr(link, "rel=") && !s->paging_seen)
                        s->paging = "link";
        }
        for (size_t i = 0; n > 0 && i < calls[0]->answer_headers.n && !s->total && !s->total_header; i++)
                if (total_holds(s, calls, n, calls[0]->answer_headers.at[i].name))
                        s->total_header = calls[0]->answer_headers.at[i].name;
        if (s->next && strcmp(s->paging, "none") == 0)
                s->paging = "next";
}

void draft_paging(Draft *d, DraftStream *s, const HarEntry *const *calls, int n) {
        _cleanup_free_ Parameters *p = calloc(1, sizeof *p);
        Parameter *size = NULL;
        if (!p) {
                s->paging = "none";
                return;
        }
        parameters_read(d, p, calls, n);
        page_size(s, p, &size);
        Parameter *pager = pager_find(d, s, p, calls, n);
        s->page_parameter = pager ? pager->name : NULL;
        s->first_page = pager && lowest(pager) == 0 ? 0 : 1;
        s->total = total_of(s);
        s->more = hint_path(s, HINT_MORE);
        s->next = hint_path(s, HINT_NEXT);
        if (!s->cursor)
                s->cursor = hint_path(s, HINT_CURSOR);
        query_keep(d, s, p, pager, size);
        if (strcmp(s->method, "POST") == 0)
                body_write(d, s, p, pager, size, calls[0]->form.n == 0);
        headers_look(s, calls, n);
        if (pager && !s->paging_seen)
                draft_note(d, false,
                           "{}: paging is told by a parameter's name alone; record the second page to be sure",
                           "{}: cách phân trang chỉ đoán theo tên tham số; hãy ghi cả trang thứ hai cho chắc", s->path);
}
