/* SPDX-License-Identifier: MIT */
#include "connectors/profile-format.h"
#include "connectors/profile-request.h"

#include "connectors/split.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define SLOTS_MAX 64

typedef struct StreamKeys {
        int kind, next_host, code_case;
        StreamPlan plan;
        Select code, period, next;
        FormatKeys format;
        const Tree *fields;
} StreamKeys;

static const char *const kinds[] = { "task", "indicator", NULL };
static const RecordKind kind_values[] = { KIND_TASK, KIND_INDICATOR };
static const char *const code_cases[] = { "keep", "upper", NULL };

#define KEY(k, t, field, ...) { .key = k, .type = t, .offset = offsetof(StreamKeys, field), __VA_ARGS__ }
static const KeySpec keys[] = {
        KEY("kind", KEY_CHOICE, kind, .required = true, .choices = kinds),
        PROFILE_REQUEST_KEYS(StreamKeys, plan.request),
        KEY("list", KEY_SELECT, plan.list),
        KEY("ok", KEY_SELECT, plan.ok),
        KEY("ok-value", KEY_TEXT, plan.ok_value),
        KEY("paging", KEY_CHOICE, plan.paging.kind, .choices = profile_pagings),
        KEY("stop", KEY_CHOICE, plan.paging.stop, .choices = profile_stops),
        KEY("total", KEY_SELECT, plan.paging.total),
        KEY("total-header", KEY_HEADER, plan.paging.total_header),
        KEY("total-means", KEY_CHOICE, plan.paging.total_means, .choices = profile_total_means),
        KEY("total-cap", KEY_INT, plan.paging.total_cap, .low = 1, .high = 100000000),
        KEY("page-parameter", KEY_NAME, plan.paging.page_parameter),
        KEY("first-page", KEY_INT, plan.paging.first_page, .low = 0, .high = 1),
        KEY("offset-parameter", KEY_NAME, plan.paging.offset_parameter),
        KEY("overlap", KEY_FLAG, plan.paging.overlap),
        KEY("short-pages", KEY_FLAG, plan.paging.short_pages),
        KEY("size-parameter", KEY_NAME, plan.paging.size_parameter),
        KEY("size", KEY_INT, plan.paging.size, .low = 1, .high = LIMIT_PAGE_RECORDS),
        KEY("cursor-parameter", KEY_NAME, plan.paging.cursor_parameter),
        KEY("cursor", KEY_SELECT, plan.paging.cursor),
        KEY("cursor-header", KEY_HEADER, plan.paging.cursor_header),
        KEY("first-cursor", KEY_TEXT, plan.paging.first_cursor),
        KEY("next", KEY_SELECT, next),
        KEY("next-host", KEY_CHOICE, next_host, .choices = profile_next_hosts),
        KEY("key", KEY_SELECT, plan.paging.key),
        KEY("more", KEY_SELECT, plan.paging.more),
        KEY("end-status", KEY_INT, plan.paging.end_status, .low = 400, .high = 499),
        PROFILE_FORMAT_KEYS(StreamKeys, format),
        KEY("code", KEY_SELECT, code, .required = true),
        KEY("period", KEY_SELECT, period),
        KEY("codes-per-unit", KEY_FLAG, plan.codes_per_unit),
        KEY("code-case", KEY_CHOICE, code_case, .choices = code_cases),
        KEY("fields", KEY_TREE, fields, .required = true),
};

static void refuse(ProfileReader *r, const Tree *t, const char *key, ProfileMessage message, const Select *s) {
        profile_complain(r, &(Complaint) { message, SEVERITY_ERROR, tree_get(t, key)->origin, key,
                                           { s->text, NULL, NULL }, NULL });
}

static PlanNames headers_read(ProfileReader *r, const PagingPlan *p) {
        const char **names = profile_alloc(r, 2, sizeof *names);
        size_t n = 0;
        if (names && p->total_header)
                names[n++] = p->total_header;
        if (names && p->cursor_header)
                names[n++] = p->cursor_header;
        return (PlanNames) { names, n };
}

static void check_request(ProfileReader *r, const Tree *t, const StreamPlan *s) {
        ProfileNames names = { 0 };
        profile_names_common(&names);
        profile_names_paging(&names, &s->paging);
        if (tree_get(t, "changes"))
                profile_name_add(&names, "since", TEMPLATE_TIME);
        profile_request_check(r, t, &s->request, &names);
}

/* The list is an array: what goes on by a name from it can never be there. */
static void check_beside_list(ProfileReader *r, const Tree *t, const Select *list, const char *key, const Select *s) {
        if (!s->text)
                return;
        if (list->text && select_within(list, s))
                profile_complain(r, &(Complaint) { PROFILE_TOTAL_IN_LIST, SEVERITY_ERROR, tree_get(t, key)->origin, key,
                                                   { s->text, list->text, NULL }, NULL });
        else if (s->list)
                refuse(r, t, key, PROFILE_SELECTOR_ONE, s);
}

/* A part of the identity: one value of a record. */
static void check_identity(ProfileReader *r, const Tree *t, const char *key, const Select *s) {
        if (s->text && profile_select_rootless(s))
                refuse(r, t, key, PROFILE_SELECTOR_ROOT, s);
        else if (s->text && s->list)
                refuse(r, t, key, PROFILE_SELECTOR_ONE, s);
}

static int slot_of(Str *slots, size_t *n, Str name) {
        for (size_t i = 0; i < *n; i++)
                if (str_eq(slots[i], name))
                        return (int) i;
        if (*n == SLOTS_MAX)
                return -1;
        slots[*n] = name;
        return (int) (*n)++;
}

static void slot_set(Str *slots, size_t *n, SlotSelect *s) {
        bool named = s->select.text && s->select.n_steps > 0 && s->select.steps[0].name.at && !s->select.steps[0].deep;
        s->slot = named ? slot_of(slots, n, s->select.steps[0].name) : -1;
}

static void assign_slots(ProfileReader *r, StreamPlan *s, FieldPlan *fields) {
        Str *slots = profile_alloc(r, SLOTS_MAX, sizeof *slots);
        if (!slots)
                return;
        slot_set(slots, &s->n_slots, &s->code);
        slot_set(slots, &s->n_slots, &s->period);
        for (size_t i = 0; i < s->n_fields; i++)
                for (size_t k = 0; k < fields[i].n_from; k++)
                        slot_set(slots, &s->n_slots, &fields[i].from[k]);
        s->slots = slots;
}

static bool sets_field(const FieldPlan *f, FieldId id) {
        for (size_t i = 0; i < f->n_words; i++)
                for (size_t j = 0; j < f->words[i].n_also; j++)
                        if (f->words[i].also[j].field == id)
                                return true;
        return false;
}

static void check_fields(ProfileReader *r, const Tree *t, const StreamPlan *s) {
        bool lead = false;
        for (size_t i = 0; i < s->n_fields; i++) {
                lead |= s->fields[i].id == FIELD_LEAD;
                for (size_t j = 0; j < s->n_fields; j++)
                        if (sets_field(&s->fields[j], s->fields[i].id))
                                profile_complain(r, &(Complaint) { PROFILE_FIELD_TWICE,
                                                                   SEVERITY_ERROR,
                                                                   s->fields[i].origin,
                                                                   "fields",
                                                                   { field_table[s->fields[i].id].key, NULL, NULL },
                                                                   NULL });
        }
        if (s->codes_per_unit && !lead)
                profile_complain(r, &(Complaint) { .message = PROFILE_CODE_UNIT,
                                                   .severity = SEVERITY_ERROR,
                                                   .origin = tree_get(t, "codes-per-unit")->origin,
                                                   .key = "codes-per-unit" });
}

static void compile_fields(ProfileReader *r, const Tree *fields, const Tree *words, const ProfileDefaults *defaults,
                           StreamPlan *s) {
        size_t path = profile_enter(r, "fields");
        if (fields->kind != TREE_MAP) {
                profile_complain(r, &(Complaint) { .message = PROFILE_WANTS_MAP,
                                                   .severity = SEVERITY_ERROR,
                                                   .origin = fields->origin });
                profile_leave(r, path);
                return;
        }
        FieldPlan *plans = profile_alloc(r, tree_count(fields), sizeof *plans);
        for (const Tree *f = fields->child; plans && f; f = f->next)
                if (profile_field_compile(r, f, s->kind, words, defaults, &plans[s->n_fields]))
                        s->n_fields++;
        profile_leave(r, path);
        s->fields = plans;
        if (plans)
                assign_slots(r, s, plans);
}

void profile_stream_compile(ProfileReader *r, const Tree *t, const Tree *words, const ProfileDefaults *defaults,
                            StreamPlan *ret) {
        StreamKeys k = { .plan.paging.first_page = 1, .plan.ok_value = "true" };
        size_t path = profile_enter(r, t->key);
        profile_read(r, t, keys, COUNT(keys), &k);
        if (t->kind == TREE_MAP) {
                StreamPlan *s = &k.plan;
                s->name = t->key;
                s->kind = kind_values[k.kind];
                s->origin = t->key_origin;
                s->code.select = k.code;
                s->period.select = k.period;
                s->code_upper = k.code_case == 1;
                s->repair = defaults->repair;
                if (s->list.text && !split_follows(&s->list))
                        refuse(r, t, "list", PROFILE_SELECTOR_PATH, &s->list);
                check_identity(r, t, "code", &k.code);
                check_identity(r, t, "period", &k.period);
                s->paging.any_host = k.next_host == 1;
                s->path = s->request.path;
                if (tree_get(t, "paging"))
                        profile_paging_check(r, t, &s->paging, &s->request);
                check_request(r, t, s);
                if (k.next.text)
                        s->paging.cursor = k.next;
                s->keep = headers_read(r, &s->paging);
                check_beside_list(r, t, &s->list, "total", &s->paging.total);
                check_beside_list(r, t, &s->list, k.next.text ? "next" : "cursor", &s->paging.cursor);
                check_beside_list(r, t, &s->list, "more", &s->paging.more);
                check_beside_list(r, t, &s->list, "ok", &s->ok);
                if (k.fields) {
                        compile_fields(r, k.fields, words, defaults, s);
                        check_fields(r, t, s);
                        if (k.format.kind == FORMAT_XLSX || k.format.files)
                                profile_format_dates(r, (FieldPlan *) s->fields, s->n_fields);
                        profile_format_compile(r, t, &k.format, s);
                }
        }
        profile_leave(r, path);
        *ret = k.plan;
}
