/* SPDX-License-Identifier: MIT */
#include "connectors/decode/split.h"
#include "connectors/profile/profile-changes.h"
#include "connectors/profile/profile-format.h"
#include "connectors/profile/profile-list.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

typedef struct StreamKeys {
        int kind, code_case;
        ListKeys list;
        Select code, period;
        FormatKeys format;
        const Tree *fields, *each, *details, *drift, *changes;
} StreamKeys;

static const char *const kinds[] = { "task", "indicator", NULL };
static const RecordKind kind_values[] = { KIND_TASK, KIND_INDICATOR };
static const char *const code_cases[] = { "keep", "upper", NULL };

#define KEY(k, t, field, ...) { .key = k, .type = t, .offset = offsetof(StreamKeys, field), __VA_ARGS__ }
static const KeySpec keys[] = {
        KEY("kind", KEY_CHOICE, kind, .required = true, .choices = kinds),
        PROFILE_LIST_KEYS(StreamKeys, list),
        PROFILE_FORMAT_KEYS(StreamKeys, format),
        KEY("each", KEY_TREE, each),
        KEY("details", KEY_TREE, details),
        KEY("changes", KEY_TREE, changes),
        KEY("validators", KEY_FLAG, list.plan.validators),
        KEY("code", KEY_SELECT, code, .required = true),
        KEY("period", KEY_SELECT, period),
        KEY("codes-per-unit", KEY_FLAG, list.plan.codes_per_unit),
        KEY("code-case", KEY_CHOICE, code_case, .choices = code_cases),
        KEY("code-html", KEY_FLAG, list.plan.code_html),
        KEY("fields", KEY_TREE, fields, .required = true),
        KEY("drift", KEY_TREE, drift),
};

static void refuse(ProfileReader *r, const Tree *t, const char *key, ProfileMessage message, const Select *s) {
        profile_complain(r, &(Complaint) { message, SEVERITY_ERROR, tree_get(t, key)->origin, key,
                                           { s->text, NULL, NULL }, NULL });
}

static void check_request(ProfileReader *r, const Tree *t, StreamKeys *k, const StreamPlan *s) {
        ProfileNames names = { 0 };
        profile_names_common(&names);
        profile_names_each(&names, &s->each);
        if (s->changes.given)
                profile_name_add(&names, "since", s->changes.kind == CHANGES_TIME ? TEMPLATE_TIME : TEMPLATE_NUMBER);
        profile_list_check(r, t, &k->list, &names);
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
        if (*n == SPLIT_NAMES_MAX)
                return -1;
        slots[*n] = name;
        return (int) (*n)++;
}

static void slot_set(Str *slots, size_t *n, SlotSelect *s) {
        bool named = s->select.text && s->select.n_steps > 0 && s->select.steps[0].name.at && !s->select.steps[0].deep;
        s->slot = named ? slot_of(slots, n, s->select.steps[0].name) : -1;
}

static bool is_member(const FieldPlan *f) {
        return f->n_from == 1 && f->take == TAKE_ONE && f->from->slot >= 0 && f->from->select.n_steps == 1 &&
               !f->from->select.list && !f->account_unit && !f->constant && f->type != TYPE_UNITS &&
               f->type != TYPE_EVIDENCE;
}

/* A word may set further fields, and one that is kept though nobody knows it is counted. */
static bool is_alone(const FieldPlan *f) {
        for (size_t i = 0; i < f->n_words; i++)
                if (f->words[i].n_also > 0)
                        return false;
        return f->n_words == 0 || f->unknown != UNKNOWN_KEEP;
}

static void assign_slots(ProfileReader *r, StreamPlan *s, FieldPlan *fields) {
        Str *slots = profile_alloc(r, SPLIT_NAMES_MAX, sizeof *slots);
        if (!slots)
                return;
        slot_set(slots, &s->n_slots, &s->code);
        slot_set(slots, &s->n_slots, &s->period);
        slot_set(slots, &s->n_slots, &s->by);
        for (size_t i = 0; i < s->n_fields; i++) {
                for (size_t k = 0; k < fields[i].n_from; k++)
                        slot_set(slots, &s->n_slots, &fields[i].from[k]);
                fields[i].one_member = is_member(&fields[i]);
                fields[i].alone = is_alone(&fields[i]);
        }
        Str *written = profile_alloc(r, SPLIT_NAMES_MAX, sizeof *written);
        for (size_t i = 0; written && i < s->n_slots; i++)
                written[i] = profile_key_written(r, slots[i]);
        s->slots = slots;
        s->slots_written = written;
}

static bool sets_field(const FieldPlan *f, FieldId id) {
        for (size_t i = 0; i < f->n_words; i++)
                for (size_t j = 0; j < f->words[i].n_also; j++)
                        if (f->words[i].also[j].field == id)
                                return true;
        return false;
}

/* `sound`: each of the fields could be read. */
static void check_fields(ProfileReader *r, const Tree *t, bool sound, const StreamPlan *s) {
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
        if (s->codes_per_unit && !lead && sound)
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

static void compile_changes(ProfileReader *r, const Tree *t, const ProfileDefaults *defaults, StreamPlan *s) {
        profile_changes_compile(r, t, defaults, request_uses(&s->request, "since"), s);
        check_identity(r, t, "by", &s->by.select);
}

static void compile_parts(ProfileReader *r, const Tree *t, const ProfileDefaults *defaults, StreamKeys *k,
                          StreamPlan *s) {
        s->code.select = k->code;
        s->period.select = k->period;
        check_identity(r, t, "code", &k->code);
        check_identity(r, t, "period", &k->period);
        if (k->each)
                profile_each_compile(r, k->each, &s->each);
        if (k->details)
                profile_details_compile(r, k->details, &s->details);
        if (k->changes)
                compile_changes(r, k->changes, defaults, s);
        check_request(r, t, k, s);
        profile_list_finish(r, &k->list);
}

void profile_stream_compile(ProfileReader *r, const Tree *t, const Tree *words, const ProfileDefaults *defaults,
                            StreamPlan *ret) {
        StreamKeys k = { .list = PROFILE_LIST_DEFAULTS };
        k.list.plan.validators = true;
        size_t path = profile_enter(r, t->key);
        profile_read(r, t, keys, COUNT(keys), &k);
        if (t->kind == TREE_MAP) {
                StreamPlan *s = &k.list.plan;
                s->name = t->key;
                s->kind = profile_misread(r, t) ? KIND_TASK | KIND_INDICATOR : kind_values[k.kind];
                s->origin = t->key_origin;
                s->code_upper = k.code_case == 1;
                s->repair = defaults->repair;
                profile_drift_compile(r, k.drift, &s->drift);
                compile_parts(r, t, defaults, &k, s);
                if (k.fields) {
                        int errors = r->errors;
                        compile_fields(r, k.fields, words, defaults, s);
                        check_fields(r, t, r->errors == errors, s);
                        if (k.format.kind == FORMAT_XLSX || k.format.files)
                                profile_format_dates(r, (FieldPlan *) s->fields, s->n_fields);
                        profile_format_compile(r, t, &k.format, s);
                }
        }
        profile_leave(r, path);
        *ret = k.list.plan;
}
