/* SPDX-License-Identifier: MIT */
#include "connectors/profile-parts.h"

#include "state/model/due.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define NAMES(...) ((const char *const[]) { __VA_ARGS__, NULL })

typedef struct FieldKeys {
        Select from, member;
        EvidencePlan evidence;
        const char *constant;
        bool account_unit, required, html, percent;
        int mark, thousands, unknown, unit_by, date_only;
        int64_t zone;
        PlanNames dates;
        const Tree *words;
} FieldKeys;

const char *const profile_marks[] = { "point", "comma", NULL };
const char *const profile_thousands[] = { "none", "point", "comma", "space", NULL };
static const char *const unknowns[] = { "default", "quarantine", "invalid", "keep", NULL };
static const char *const unit_bys[] = { "code", "name", "id", NULL };
static const char *const date_onlys[] = { "start", "end", NULL };

#define KEY(k, t, field, ...) { .key = k, .type = t, .offset = offsetof(FieldKeys, field), __VA_ARGS__ }
static const KeySpec keys[] = {
        KEY("from", KEY_SELECT, from),
        KEY("constant", KEY_TEXT, constant),
        KEY("account-unit", KEY_FLAG, account_unit),
        KEY("required", KEY_FLAG, required),
        KEY("html", KEY_FLAG, html),
        KEY("percent", KEY_FLAG, percent),
        KEY("decimal-mark", KEY_CHOICE, mark, .choices = profile_marks),
        KEY("thousands", KEY_CHOICE, thousands, .choices = profile_thousands),
        KEY("dates", KEY_NAMES, dates),
        KEY("zone", KEY_ZONE, zone),
        KEY("date-only", KEY_CHOICE, date_only, .choices = date_onlys),
        KEY("words", KEY_TREE, words),
        KEY("unknown", KEY_CHOICE, unknown, .choices = unknowns),
        KEY("unit-by", KEY_CHOICE, unit_by, .choices = unit_bys),
        KEY("member", KEY_SELECT, member),
        KEY("name", KEY_SELECT, evidence.name),
        KEY("number", KEY_SELECT, evidence.number),
        KEY("date", KEY_SELECT, evidence.date),
        KEY("url", KEY_SELECT, evidence.url),
};

#define COMMON "from", "constant", "account-unit", "required"
static const char *const *keys_of(FieldType type) {
        static const char *const text[] = { COMMON, "words", "unknown", "html", NULL };
        static const char *const decimal[] = { COMMON, "decimal-mark", "thousands", "percent", NULL };
        static const char *const date[] = { COMMON, "dates", "zone", "date-only", NULL };
        static const char *const due[] = { COMMON, "dates", "zone", "words", NULL };
        static const char *const word[] = { COMMON, "words", "unknown", NULL };
        static const char *const unit[] = { COMMON, "unit-by", "unknown", NULL };
        static const char *const units[] = { COMMON, "unit-by", "member", NULL };
        static const char *const evidence[] = { COMMON, "name", "number", "date", "url", "dates", "zone", NULL };
        switch (type) {
        case TYPE_TEXT:
                return text;
        case TYPE_DECIMAL:
                return decimal;
        case TYPE_DATE:
        case TYPE_INSTANT:
                return date;
        case TYPE_DUE:
                return due;
        case TYPE_UNIT:
                return unit;
        case TYPE_UNITS:
                return units;
        case TYPE_EVIDENCE:
                return evidence;
        case TYPE_FLAG:
        case TYPE_WORK_STATE:
        case TYPE_REVIEW_STATE:
                break;
        }
        return word;
}

/* A status or a lead unit that nobody knows must not look like a valid one; free text may. */
static UnknownPolicy unknown_of(FieldId id, FieldType type) {
        if (type == TYPE_WORK_STATE || type == TYPE_REVIEW_STATE || id == FIELD_LEAD)
                return UNKNOWN_QUARANTINE;
        return type == TYPE_TEXT || type == TYPE_DUE ? UNKNOWN_KEEP : UNKNOWN_INVALID;
}

bool profile_date_format(const char *format) {
        static const char *const names[] = { "iso", "vn", "epoch", "epoch-ms" };
        for (size_t i = 0; i < COUNT(names); i++)
                if (strcmp(names[i], format) == 0)
                        return true;
        return strstr(format, "yyyy") && strstr(format, "M") && strstr(format, "d") && strlen(format) <= 40;
}

static void check_dates(ProfileReader *r, const Tree *t, const FieldPlan *f) {
        const Tree *dates = tree_get(t, "dates");
        for (size_t i = 0; dates && i < f->dates.n; i++)
                if (!profile_date_format(f->dates.at[i]))
                        profile_complain(r, &(Complaint) { PROFILE_DATE_FORMAT, SEVERITY_ERROR, dates->origin, "dates",
                                                           { f->dates.at[i], NULL, NULL }, NULL });
}

bool profile_select_rootless(const Select *s) {
        return s->n_steps > 0 ? !s->steps[0].deep && s->steps[0].kind == SELECT_INDEX : !s->list;
}

static void check_source(ProfileReader *r, const Tree *t, const FieldKeys *k, FieldType type) {
        int sources = (tree_get(t, "from") != NULL) + (tree_get(t, "constant") != NULL) + k->account_unit;
        if (sources != 1)
                profile_complain(r, &(Complaint) { .message = PROFILE_FIELD_SOURCE,
                                                   .severity = SEVERITY_ERROR,
                                                   .origin = t->origin });
        bool listed = type == TYPE_UNITS || type == TYPE_EVIDENCE;
        if (k->account_unit && type != TYPE_UNIT)
                profile_only(r, t, &keys[2], 1, NAMES("from"), field_table[FIELD_TITLE].key);
        if (k->constant && listed)
                profile_only(r, t, &keys[1], 1, NAMES("from"), "a list");
        if (k->unknown == UNKNOWN_KEEP && type != TYPE_TEXT && type != TYPE_DUE)
                profile_complain(r, &(Complaint) { PROFILE_NOT_ONE_OF,
                                                   SEVERITY_ERROR,
                                                   tree_get(t, "unknown")->origin,
                                                   "unknown",
                                                   { "keep", "quarantine, invalid", NULL },
                                                   NULL });
}

static char thousands_of(int choice) {
        return "\0.,\x20"[choice];
}

static void plan_fill(FieldPlan *f, const FieldKeys *k, const Tree *t) {
        f->from.select = k->from;
        f->from.slot = -1;
        f->constant = k->constant;
        f->account_unit = k->account_unit;
        f->html = k->html;
        f->percent = k->percent;
        f->mark = k->mark == PROFILE_MARK_COMMA ? ',' : '.';
        f->thousands = thousands_of(k->thousands);
        f->unknown = k->unknown == UNKNOWN_DEFAULT ? (int) unknown_of(f->id, f->type) : k->unknown;
        f->required = tree_get(t, "required") ? k->required : f->unknown == UNKNOWN_QUARANTINE;
        f->unit_by = k->unit_by;
        f->date_only = k->date_only;
        f->zone = k->zone;
        f->dates = k->dates;
        f->member = k->member;
        f->evidence = k->evidence;
        f->origin = t->key_origin;
}

static bool find_field(ProfileReader *r, const Tree *t, RecordKind kind, FieldId *ret) {
        if (field_find(str_of(t->key), ret) < 0) {
                profile_complain(r, &(Complaint) { PROFILE_KEY_UNKNOWN,
                                                   SEVERITY_ERROR,
                                                   t->key_origin,
                                                   t->key,
                                                   { NULL, NULL, NULL },
                                                   text_nearest(str_of(t->key), field_keys, FIELD_COUNT) });
                return false;
        }
        if (!(field_table[*ret].kinds & kind)) {
                profile_complain(r, &(Complaint) { PROFILE_FIELD_KIND, SEVERITY_ERROR, t->key_origin, t->key,
                                                   { t->key, kind == KIND_TASK ? "task" : "indicator", NULL }, NULL });
                return false;
        }
        return true;
}

static void field_words(ProfileReader *r, const Tree *t, const FieldKeys *k, RecordKind kind, const Tree *words,
                        FieldPlan *f) {
        bool wanted = f->type == TYPE_WORK_STATE || f->type == TYPE_REVIEW_STATE;
        if (k->words)
                profile_words_compile(r, k->words, words, kind, f->id, f);
        else if (wanted && !k->constant)
                profile_complain(r, &(Complaint) { PROFILE_WORDS_WANTED, SEVERITY_ERROR, t->key_origin, NULL,
                                                   { t->key, NULL, NULL }, NULL });
}

bool profile_field_compile(ProfileReader *r, const Tree *t, RecordKind kind, const Tree *words,
                           const ProfileDefaults *defaults, FieldPlan *ret) {
        FieldId id;
        if (!find_field(r, t, kind, &id))
                return false;
        FieldPlan f = { .id = id, .type = field_table[id].type };
        FieldKeys k = { .mark = defaults->mark,
                        .thousands = defaults->thousands,
                        .dates = defaults->dates,
                        .zone = defaults->zone };
        size_t path = profile_enter(r, t->key);
        if (t->kind == TREE_SCALAR) {
                const Tree only = { .kind = TREE_SCALAR,
                                    .origin = t->origin,
                                    .key_origin = t->key_origin,
                                    .key = "from",
                                    .text = t->text };
                const Tree map = { .kind = TREE_MAP, .origin = t->origin, .key_origin = t->key_origin, .key = t->key,
                                   .child = (Tree *) &only };
                profile_read(r, &map, keys, COUNT(keys), &k);
                plan_fill(&f, &k, &map);
        } else {
                profile_read(r, t, keys, COUNT(keys), &k);
                plan_fill(&f, &k, t);
                if (t->kind == TREE_MAP) {
                        profile_only(r, t, keys, COUNT(keys), keys_of(f.type), t->key);
                        check_source(r, t, &k, f.type);
                        check_dates(r, t, &f);
                }
        }
        field_words(r, t, &k, kind, words, &f);
        profile_leave(r, path);
        *ret = f;
        return true;
}
