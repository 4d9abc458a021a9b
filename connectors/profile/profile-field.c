/* SPDX-License-Identifier: MIT */
#include "connectors/profile/profile-parts.h"

#include "connectors/record/dates.h"
#include "connectors/record/repair.h"
#include "state/model/due.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define NAMES(...) ((const char *const[]) { __VA_ARGS__, NULL })

typedef struct FieldKeys {
        Select from, member;
        PlanSelects first_of, join;
        EvidencePlan evidence;
        const char *constant, *separator, *split, *unit_by;
        bool account_unit, required, html;
        int mark, thousands, unknown, date_only, percent, negative, repair, nothing;
        int64_t zone;
        PlanNames dates;
        const Tree *words;
} FieldKeys;

const char *const profile_marks[] = { "point", "comma", NULL };
const char *const profile_thousands[] = { "none", "point", "comma", "space", "apostrophe", NULL };
static const char *const unknowns[] = { "default", "quarantine", "invalid", "keep", NULL };
static const char *const unit_bys[] = { "code", "name", "id", NULL };
static const char *const percents[] = { "no", "yes", "fraction", NULL };
static const char *const negatives[] = { "sign", "parentheses", NULL };
static const char *const date_onlys[] = { "start", "end", NULL };
static const char *const nothings[] = { "as-seen", "null", NULL };

#define KEY(k, t, field, ...) { .key = k, .type = t, .offset = offsetof(FieldKeys, field), __VA_ARGS__ }
static const KeySpec keys[] = {
        KEY("from", KEY_SELECT, from),
        KEY("first-of", KEY_SELECTS, first_of),
        KEY("join", KEY_SELECTS, join),
        KEY("separator", KEY_TEXT, separator),
        KEY("split", KEY_TEXT, split),
        KEY("constant", KEY_TEXT, constant),
        KEY("account-unit", KEY_FLAG, account_unit),
        KEY("required", KEY_FLAG, required),
        KEY("nothing", KEY_CHOICE, nothing, .choices = nothings),
        KEY("html", KEY_FLAG, html),
        KEY("percent", KEY_CHOICE, percent, .choices = percents),
        KEY("negative", KEY_CHOICE, negative, .choices = negatives),
        KEY("repair", KEY_CHOICE, repair, .choices = repair_names),
        KEY("decimal-mark", KEY_CHOICE, mark, .choices = profile_marks),
        KEY("thousands", KEY_CHOICE, thousands, .choices = profile_thousands),
        KEY("dates", KEY_NAMES, dates),
        KEY("zone", KEY_ZONE, zone),
        KEY("date-only", KEY_CHOICE, date_only, .choices = date_onlys),
        KEY("words", KEY_TREE, words),
        KEY("unknown", KEY_CHOICE, unknown, .choices = unknowns),
        KEY("unit-by", KEY_TEXT, unit_by),
        KEY("member", KEY_SELECT, member),
        KEY("name", KEY_SELECT, evidence.part[EVIDENCE_NAME]),
        KEY("number", KEY_SELECT, evidence.part[EVIDENCE_NUMBER]),
        KEY("date", KEY_SELECT, evidence.part[EVIDENCE_DATE]),
        KEY("url", KEY_SELECT, evidence.part[EVIDENCE_URL]),
};

#define COMMON "from", "first-of", "constant", "account-unit", "required", "nothing"
#define ONE COMMON, "html"
#define TEXTS "join", "separator", "repair"
#define LISTS "join", "split", "repair"
static const char *const *keys_of(FieldType type) {
        static const char *const text[] = { ONE, TEXTS, "words", "unknown", NULL };
        static const char *const decimal[] = { ONE, "decimal-mark", "thousands", "percent", "negative", NULL };
        static const char *const date[] = { ONE, "join", "separator", "dates", "zone", "date-only", NULL };
        static const char *const due[] = { ONE, TEXTS, "dates", "zone", "words", "unknown", NULL };
        static const char *const word[] = { ONE, TEXTS, "words", "unknown", NULL };
        static const char *const unit[] = { ONE, TEXTS, "unit-by", "unknown", NULL };
        static const char *const units[] = { COMMON, LISTS, "unit-by", "member", NULL };
        static const char *const evidence[] = { COMMON, LISTS,  "name",  "number", "date",
                                                 "url",  "dates", "zone", NULL };
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

static void check_dates(ProfileReader *r, const Tree *t, const FieldPlan *f) {
        const Tree *dates = tree_get(t, "dates");
        for (size_t i = 0; dates && i < f->dates.n; i++)
                if (!moment_format_valid(f->dates.at[i]))
                        profile_complain(r, &(Complaint) { PROFILE_DATE_FORMAT, SEVERITY_ERROR, dates->origin, "dates",
                                                           { f->dates.at[i], NULL, NULL }, NULL });
}

bool profile_select_rootless(const Select *s) {
        return s->n_steps > 0 ? !s->steps[0].deep && s->steps[0].kind == SELECT_INDEX : !s->list;
}

/* What a constant must be to be one, NULL when it is. */
static const char *constant_wants(ProfileReader *r, const FieldPlan *f) {
        Str text = str_of(f->constant), canonical;
        Moment m;
        switch (f->type) {
        case TYPE_WORK_STATE:
                return word_known(work_states, text) ? NULL : "not_started, in_progress, done, suspended, cancelled";
        case TYPE_REVIEW_STATE:
                return word_known(review_states, text) ? NULL : "draft, submitted, returned, approved, locked";
        case TYPE_FLAG:
                return str_eq(text, STR("true")) || str_eq(text, STR("false")) ? NULL : "true, false";
        case TYPE_DECIMAL:
                return decimal_read(r->arena, text, f->mark, f->thousands, &canonical) == 0 ? NULL : "123.4";
        case TYPE_DATE:
        case TYPE_INSTANT:
                return moment_read_any(f->dates.at, f->dates.n, text, f->zone, &m) == 0 ? NULL : "`dates`";
        case TYPE_DUE:
                return moment_read_any(f->dates.at, f->dates.n, text, f->zone, &m) == 0 ||
                                       due_read(r->arena, text, &canonical) == 0
                               ? NULL
                               : "`dates`, 6/2026, Quý III/2026, Thường xuyên";
        case TYPE_TEXT:
        case TYPE_UNIT:
        case TYPE_UNITS:
        case TYPE_EVIDENCE:
                break;
        }
        return text.len ? NULL : "a";
}

static void check_constant(ProfileReader *r, const Tree *t, const FieldPlan *f) {
        const char *wants = f->constant ? constant_wants(r, f) : NULL;
        if (wants)
                profile_complain(r, &(Complaint) { PROFILE_WORD_MEANING,
                                                   SEVERITY_ERROR,
                                                   tree_get(t, "constant")->origin,
                                                   "constant",
                                                   { f->constant, t->key, wants },
                                                   NULL });
}

static void check_source(ProfileReader *r, const Tree *t, const FieldKeys *k, FieldType type) {
        int sources = (tree_get(t, "from") != NULL) + (tree_get(t, "first-of") != NULL) +
                      (tree_get(t, "join") != NULL) + (tree_get(t, "constant") != NULL) + k->account_unit;
        if (sources != 1)
                profile_complain(r, &(Complaint) { .message = PROFILE_FIELD_SOURCE,
                                                   .severity = SEVERITY_ERROR,
                                                   .origin = t->origin });
        bool listed = type == TYPE_UNITS || type == TYPE_EVIDENCE;
        if (k->nothing && (k->constant || k->account_unit))
                profile_useless(r, t, "nothing", k->constant ? "constant" : "account-unit");
        if (k->account_unit && type != TYPE_UNIT)
                profile_useless(r, t, "account-unit", t->key);
        if (k->constant && listed)
                profile_useless(r, t, "constant", "a list");
        if (k->separator && !k->join.n)
                profile_useless(r, t, "separator", "no `join`");
        if (k->unknown == UNKNOWN_KEEP && type != TYPE_TEXT && type != TYPE_DUE)
                profile_complain(r, &(Complaint) { PROFILE_NOT_ONE_OF,
                                                   SEVERITY_ERROR,
                                                   tree_get(t, "unknown")->origin,
                                                   "unknown",
                                                   { "keep", "quarantine, invalid", NULL },
                                                   NULL });
}

/* What a field is read from, each selector with what is wrong with it where it stands. */
static void read_sources(ProfileReader *r, const Tree *t, const FieldKeys *k, FieldPlan *f) {
        static const char *const sources[] = { "from", "first-of", "join" };
        const PlanSelects selects[] = { { &k->from, k->from.text != NULL }, k->first_of, k->join };
        bool listed = f->type == TYPE_UNITS || f->type == TYPE_EVIDENCE;
        for (int i = 0; i < 3; i++) {
                SlotSelect *at = selects[i].n ? profile_alloc(r, selects[i].n, sizeof *at) : NULL;
                for (size_t s = 0; at && s < selects[i].n; s++) {
                        const Select *select = &selects[i].at[s];
                        at[s] = (SlotSelect) { .select = *select, .slot = -1 };
                        bool rootless = select->text && profile_select_rootless(select);
                        if (rootless || (select->list && !listed && i == TAKE_ONE))
                                profile_complain(r,
                                                 &(Complaint) { rootless ? PROFILE_SELECTOR_ROOT : PROFILE_SELECTOR_ONE,
                                                                SEVERITY_ERROR,
                                                                tree_get(t, sources[i])->origin,
                                                                sources[i],
                                                                { select->text, NULL, NULL },
                                                                NULL });
                }
                if (!at)
                        continue;
                f->from = at;
                f->n_from = selects[i].n;
                f->take = i;
        }
}

static char thousands_of(int choice) {
        return "\0.,\x20'"[choice];
}

static void read_unit_by(ProfileReader *r, const Tree *t, const FieldKeys *k, FieldPlan *f) {
        if (!k->unit_by)
                return;
        for (int i = 0; unit_bys[i]; i++)
                if (strcmp(unit_bys[i], k->unit_by) == 0) {
                        f->unit_by = i;
                        return;
                }
        f->unit_by = UNIT_BY_SPACE;
        f->unit_space = k->unit_by;
        if (!str_starts(str_of(k->unit_by), STR("code-")) || !k->unit_by[5])
                profile_complain(r, &(Complaint) { PROFILE_NOT_ONE_OF,
                                                   SEVERITY_ERROR,
                                                   tree_get(t, "unit-by")->origin,
                                                   "unit-by",
                                                   { k->unit_by, "code, name, id, code-...", NULL },
                                                   text_nearest(str_of(k->unit_by), unit_bys, 3) });
}

static bool names_member(const Select *s) {
        return s->n_steps == 1 && s->steps[0].kind == SELECT_NAME && !s->many && !s->list;
}

/* The names of the parts, when each is one member of the document and no other part's. */
static void evidence_names(ProfileReader *r, EvidencePlan *e) {
        size_t n = 0;
        for (int i = 0; i < EVIDENCE_PARTS; i++) {
                if (!e->part[i].text)
                        continue;
                if (!names_member(&e->part[i]))
                        return;
                Str name = e->part[i].steps[0].name;
                for (size_t k = 0; k < n; k++)
                        if (str_eq(e->names[k], name))
                                return;
                e->names[n] = name;
                e->written[n] = profile_key_written(r, name);
                e->named[n++] = (EvidencePart) i;
        }
        e->n_names = n;
}

static void plan_fill(ProfileReader *r, FieldPlan *f, const FieldKeys *k, const Tree *t) {
        f->separator = k->separator ? k->separator : " ";
        f->split = k->split;
        f->constant = k->constant;
        f->account_unit = k->account_unit;
        f->html = k->html;
        f->nothing_null = k->nothing == 1;
        f->percent = k->percent;
        f->negative = k->negative;
        f->repair = k->repair;
        f->mark = k->mark == PROFILE_MARK_COMMA ? ',' : '.';
        f->thousands = thousands_of(k->thousands);
        f->unknown = k->unknown == UNKNOWN_DEFAULT ? (int) unknown_of(f->id, f->type) : k->unknown;
        f->required = tree_get(t, "required") ? k->required : f->unknown == UNKNOWN_QUARANTINE;
        if (f->required && f->nothing_null)
                profile_useless(r, t, "nothing", "a required field");
        f->date_only = k->date_only;
        f->zone = k->zone;
        f->dates = k->dates;
        f->member = k->member;
        f->evidence = k->evidence;
        evidence_names(r, &f->evidence);
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
                        .zone = defaults->zone,
                        .repair = defaults->repair };
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
                plan_fill(r, &f, &k, &map);
                read_sources(r, &map, &k, &f);
        } else {
                profile_read(r, t, keys, COUNT(keys), &k);
                plan_fill(r, &f, &k, t);
                read_sources(r, t, &k, &f);
                read_unit_by(r, t, &k, &f);
                if (t->kind == TREE_MAP) {
                        profile_only(r, t, keys, COUNT(keys), keys_of(f.type), t->key);
                        check_source(r, t, &k, f.type);
                        check_dates(r, t, &f);
                        check_constant(r, t, &f);
                }
        }
        field_words(r, t, &k, kind, words, &f);
        profile_leave(r, path);
        *ret = f;
        return true;
}
