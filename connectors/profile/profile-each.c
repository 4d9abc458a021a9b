/* SPDX-License-Identifier: MIT */
/* Slices and details. */
#include <stdio.h>

#include "connectors/profile/profile-list.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define NAMES(...) ((const char *const[]) { __VA_ARGS__, NULL })

static const char *const each_words[] = { "unit", NULL };
static const char *const steps[] = { "month", "quarter", "year", NULL };

typedef struct EachKeys {
        int period, absent_status;
        const char *from, *to;
        ListKeys list;
        Select value;
} EachKeys;

#define KEY(k, t, field, ...) { .key = k, .type = t, .offset = offsetof(EachKeys, field), __VA_ARGS__ }
static const KeySpec period_keys[] = {
        KEY("period", KEY_CHOICE, period, .required = true, .choices = steps),
        KEY("from", KEY_TEXT, from, .required = true),
        KEY("to", KEY_TEXT, to),
        KEY("absent-status", KEY_INT, absent_status, .low = 400, .high = 499),
};
static const KeySpec value_keys[] = {
        PROFILE_LIST_KEYS(EachKeys, list),
        KEY("value", KEY_SELECT, value, .required = true),
        KEY("absent-status", KEY_INT, absent_status, .low = 400, .high = 499),
};
static void complain(ProfileReader *r, const Tree *t, ProfileMessage message, const char *key, const char *a,
                     const char *b) {
        profile_complain(r, &(Complaint) { message, SEVERITY_ERROR, t->origin, key, { a, b, NULL }, NULL });
}

/* "2025" or "2025-03", in months since year 0; the end of a year is its December. */
static bool month_read(const char *text, bool last, int *ret) {
        Str rest = str_of(text), year, month;
        int y, m = last ? 12 : 1;
        bool fine = str_split(&rest, '-', &year) && year.len == 4 && text_to_int(year, 2000, 2199, &y) == 0;
        if (fine && strchr(text, '-'))
                fine = str_split(&rest, '-', &month) && month.len == 2 && rest.len == 0 &&
                       text_to_int(month, 1, 12, &m) == 0;
        if (fine)
                *ret = y * 12 + m - 1;
        return fine;
}

static void compile_period(ProfileReader *r, const Tree *t, const EachKeys *k, EachPlan *ret) {
        ret->kind = EACH_PERIOD;
        ret->step = k->period;
        ret->to_month = -1;
        if (k->from && !month_read(k->from, false, &ret->from_month))
                complain(r, tree_get(t, "from"), PROFILE_EACH_MONTH, "from", k->from, NULL);
        if (k->to && !month_read(k->to, true, &ret->to_month))
                complain(r, tree_get(t, "to"), PROFILE_EACH_MONTH, "to", k->to, NULL);
        else if (k->to && ret->to_month < ret->from_month)
                complain(r, tree_get(t, "to"), PROFILE_EACH_ORDER, "to", k->to, k->from);
}

static void compile_values(ProfileReader *r, const Tree *t, EachKeys *k, EachPlan *ret) {
        ProfileNames names = { 0 };
        StreamPlan *parents = profile_alloc(r, 1, sizeof *parents);
        ret->kind = EACH_VALUE;
        profile_need(r, t, NAMES("path", "list", "paging"));
        profile_names_common(&names);
        profile_list_check(r, t, &k->list, &names);
        profile_list_finish(r, &k->list);
        if (k->value.text && (k->value.list || profile_select_rootless(&k->value)))
                complain(r, tree_get(t, "value"), PROFILE_SELECTOR_ONE, "value", k->value.text, NULL);
        ret->value = k->value;
        if (!parents)
                return;
        *parents = k->list.plan;
        parents->name = t->key;
        parents->origin = t->key_origin;
        ret->parents = parents;
}

/* A word, or a map that begins with what is gone through. */
void profile_each_compile(ProfileReader *r, const Tree *t, EachPlan *ret) {
        EachKeys k = { .list = PROFILE_LIST_DEFAULTS };
        size_t path = profile_enter(r, "each");
        if (t->kind == TREE_SCALAR) {
                if (strcmp(t->text, each_words[0]) == 0)
                        ret->kind = EACH_UNIT;
                else
                        profile_complain(r, &(Complaint) { PROFILE_EACH, SEVERITY_ERROR, t->origin, NULL,
                                                           { t->text, NULL, NULL },
                                                           text_nearest(str_of(t->text), each_words, 1) });
        } else if (t->kind == TREE_MAP && tree_get(t, "period")) {
                profile_read(r, t, period_keys, COUNT(period_keys), &k);
                compile_period(r, t, &k, ret);
        } else {
                profile_read(r, t, value_keys, COUNT(value_keys), &k);
                if (t->kind == TREE_MAP)
                        compile_values(r, t, &k, ret);
        }
        ret->absent_status = k.absent_status;
        profile_leave(r, path);
}

void profile_names_each(ProfileNames *n, const EachPlan *p) {
        if (p->kind != EACH_NONE)
                profile_name_add(n, "each", TEMPLATE_TOKEN);
        if (p->kind != EACH_PERIOD)
                return;
        profile_name_add(n, "period", TEMPLATE_TIME);
        profile_name_add(n, "period.end", TEMPLATE_TIME);
        profile_name_add(n, "period.year", TEMPLATE_NUMBER);
        profile_name_add(n, "period.month", TEMPLATE_NUMBER);
        profile_name_add(n, "period.quarter", TEMPLATE_NUMBER);
}

/* ---- details ---- */

typedef struct DetailKeys {
        DetailPlan plan;
} DetailKeys;

#define DETAIL(k, t, field, ...) { .key = k, .type = t, .offset = offsetof(DetailKeys, plan.field), __VA_ARGS__ }
static const KeySpec detail_keys[] = {
        PROFILE_REQUEST_KEYS(DetailKeys, plan.request),
        DETAIL("inside", KEY_SELECT, inside),
        DETAIL("record", KEY_SELECT, record),
        DETAIL("ok", KEY_SELECT, ok),
        DETAIL("ok-value", KEY_TEXT, ok_value),
        DETAIL("absent-status", KEY_INT, absent_status, .low = 400, .high = 499),
        DETAIL("row-shows-changes", KEY_FLAG, row_shows_changes),
};

/* <record.a.b> is $.a.b of the row: names of letters, digits and _ alone, as a template's name is. */
static void name_add(ProfileReader *r, const Tree *t, Str name, DetailPlan *p) {
        char select[220];
        size_t at;
        const char *why;
        DetailName *to = &p->names[p->n_names];
        for (size_t i = 0; i < p->n_names; i++)
                if (str_eq(str_of(p->names[i].name), name))
                        return;
        if (p->n_names == DETAIL_NAMES_MAX) {
                complain(r, t, PROFILE_TOO_MANY, NULL, "8", NULL);
                return;
        }
        to->name = arena_copy(r->arena, name);
        snprintf(select, sizeof select, "$.%.*s", (int) (name.len - 7), name.at + 7);
        int result = to->name ? select_compile(r->arena, select, &to->select, &at, &why) : -1;
        if (result < 0)
                r->failed = result;
        else if (result > 0)
                complain(r, t, PROFILE_PLACEHOLDER, NULL, to->name, "<record.NAME>");
        else
                p->n_names++;
}

static void names_in(ProfileReader *r, const Tree *t, const char *text, DetailPlan *p) {
        Str name;
        for (const char *at = text ? strchr(text, '<') : NULL; at; at = strchr(at + 1, '<'))
                if (template_name_at(at, &name) > 0 && name.len > 7 && name.len < 200 &&
                    str_starts(name, STR("record.")))
                        name_add(r, t, name, p);
}

static void names_collect(ProfileReader *r, const Tree *t, DetailPlan *p) {
        const PlanPairs pairs[] = { p->request.query, p->request.headers, p->request.form };
        const char *const texts[] = { p->request.path, p->request.json, p->request.raw };
        for (size_t i = 0; i < COUNT(texts); i++)
                names_in(r, t, texts[i], p);
        for (size_t i = 0; i < COUNT(pairs); i++)
                for (size_t j = 0; j < pairs[i].n; j++)
                        names_in(r, t, pairs[i].at[j].value, p);
}

void profile_details_compile(ProfileReader *r, const Tree *t, DetailPlan *ret) {
        DetailKeys k = { .plan.ok_value = "true" };
        ProfileNames names = { 0 };
        size_t path = profile_enter(r, "details");
        profile_read(r, t, detail_keys, COUNT(detail_keys), &k);
        if (t->kind == TREE_MAP) {
                profile_need(r, t, NAMES("path"));
                profile_names_common(&names);
                profile_name_add(&names, "record.", TEMPLATE_TOKEN);
                profile_request_check(r, t, &k.plan.request, &names);
                names_collect(r, t, &k.plan);
                if (k.plan.record.text && k.plan.record.list)
                        complain(r, tree_get(t, "record"), PROFILE_SELECTOR_ONE, "record", k.plan.record.text, NULL);
                if (k.plan.inside.text && k.plan.inside.list)
                        complain(r, tree_get(t, "inside"), PROFILE_SELECTOR_ONE, "inside", k.plan.inside.text, NULL);
        }
        profile_leave(r, path);
        *ret = k.plan;
}
