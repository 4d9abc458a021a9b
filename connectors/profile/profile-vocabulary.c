/* SPDX-License-Identifier: MIT */
#include "connectors/profile/profile-parts.h"

#include <errno.h>

#include "state/model/due.h"

#define ALSO_MAX 4
#define WORDS_MAX 500

typedef struct Vocabulary {
        ProfileReader *r;
        const Tree *node; /* the word being read */
        RecordKind kind;
        FieldId id;
} Vocabulary;

static void join(Text *t, const char *const *words) {
        for (; *words; words++)
                text_addf(t, "%s%s", t->len ? ", " : "", *words);
}

static void wrong(Vocabulary *v, const char *seen, const char *field, const char *const *words, const char *takes) {
        _cleanup_text_ Text list = TEXT_INIT(500);
        const char *nearest = NULL;
        size_t n = 0;
        if (words) {
                join(&list, words);
                while (words[n])
                        n++;
                nearest = text_nearest(str_of(seen), words, n);
        }
        profile_complain(v->r, &(Complaint) { PROFILE_WORD_MEANING, SEVERITY_ERROR, v->node->origin, v->node->key,
                                              { seen, field, words ? list.at : takes }, nearest });
}

/* `meaning` as the canonical text of a field; at NULL stands for null. */
static bool meaning_read(Vocabulary *v, FieldId id, Str meaning, Str *ret) {
        static const char *const flags[] = { "true", "false", NULL };
        const Field *field = &field_table[id];
        const char *text = arena_copy(v->r->arena, meaning);
        if (!text) {
                v->r->failed = -ENOMEM;
                return false;
        }
        *ret = (Str) { text, meaning.len };
        const char *const *words = field->type == TYPE_WORK_STATE     ? work_states
                                   : field->type == TYPE_REVIEW_STATE ? review_states
                                   : field->type == TYPE_FLAG         ? flags
                                                                      : NULL;
        if (meaning.len == 0) {
                wrong(v, "", field->key, words, "a text");
                return false;
        }
        if (strcmp(text, "null") == 0) {
                *ret = STR_NULL;
                return true;
        }
        if (words && !word_known(words, meaning)) {
                wrong(v, text, field->key, words, NULL);
                return false;
        }
        if (field->type == TYPE_DUE) {
                int r = due_read(v->r->arena, meaning, ret);
                if (r == -ENOMEM)
                        v->r->failed = r;
                else if (r < 0)
                        wrong(v, text, field->key, NULL, "a date, month, quarter or recurring words");
                return r == 0;
        }
        return true;
}

/* "claims_late true": another field that the same word speaks about. */
static bool also_read(Vocabulary *v, Str part, WordSet *ret) {
        Str name;
        char key[64];
        Str rest = part;
        if (!str_split(&rest, ' ', &name) || name.len >= sizeof key)
                return false;
        memcpy(key, name.at, name.len);
        key[name.len] = '\0';
        if (field_find(name, &ret->field) < 0 || !(field_table[ret->field].kinds & v->kind)) {
                profile_complain(v->r, &(Complaint) { PROFILE_FIELD_KIND, SEVERITY_ERROR, v->node->origin, v->node->key,
                                                      { key, v->kind == KIND_TASK ? "task" : "indicator", NULL },
                                                      text_nearest(name, field_keys, FIELD_COUNT) });
                return false;
        }
        FieldType type = field_table[ret->field].type;
        if (ret->field == v->id ||
            (type != TYPE_FLAG && type != TYPE_TEXT && type != TYPE_WORK_STATE && type != TYPE_REVIEW_STATE)) {
                wrong(v, key, field_table[v->id].key, NULL, "another field of type flag, text or status");
                return false;
        }
        return meaning_read(v, ret->field, str_trim(rest), &ret->text);
}

static bool word_read(Vocabulary *v, Word *ret) {
        if (v->node->kind != TREE_SCALAR) {
                profile_complain(v->r, &(Complaint) { .message = PROFILE_WANTS_TEXT, .severity = SEVERITY_ERROR,
                                                      .origin = v->node->origin, .key = v->node->key });
                return false;
        }
        Str rest = str_of(v->node->text), part = STR_NULL;
        WordSet also[ALSO_MAX];
        str_split(&rest, ',', &part);
        if (!meaning_read(v, v->id, str_trim(part), &ret->text))
                return false;
        while (str_split(&rest, ',', &part)) {
                if (ret->n_also == ALSO_MAX || !also_read(v, str_trim(part), &also[ret->n_also]))
                        return false;
                ret->n_also++;
        }
        WordSet *copy = profile_alloc(v->r, ALSO_MAX * 2, sizeof *copy);
        if (!copy)
                return false;
        memcpy(copy, also, ret->n_also * sizeof *copy);
        ret->also = copy;
        if (text_normalise(v->r->arena, str_of(v->node->key), &ret->word) < 0 ||
            text_fold(v->r->arena, ret->word, &ret->folded) < 0) {
                v->r->failed = -ENOMEM;
                return false;
        }
        return true;
}

static bool same_meaning(const Word *a, const Word *b) {
        bool same = str_eq(a->text, b->text) && (a->text.at == NULL) == (b->text.at == NULL) && a->n_also == b->n_also;
        for (size_t i = 0; same && i < a->n_also; i++)
                same = a->also[i].field == b->also[i].field && str_eq(a->also[i].text, b->also[i].text);
        return same;
}

static void check_twice(Vocabulary *v, const Word *words, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (str_eq(words[i].folded, words[n].folded) && !same_meaning(&words[i], &words[n]))
                        profile_complain(v->r, &(Complaint) { PROFILE_WORD_TWICE,
                                                              SEVERITY_ERROR,
                                                              v->node->key_origin,
                                                              NULL,
                                                              { v->node->key, NULL, NULL },
                                                              NULL });
}

static bool also_has(const Word *w, FieldId id) {
        for (size_t i = 0; i < w->n_also; i++)
                if (w->also[i].field == id)
                        return true;
        return false;
}

/* A word that does not speak of a flag other words set denies it: else a claim once made would stay for ever. */
static void deny_flags(Word *words, size_t n) {
        FieldId flags[ALSO_MAX];
        size_t n_flags = 0;
        for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < words[i].n_also; j++) {
                        FieldId id = words[i].also[j].field;
                        bool known = field_table[id].type != TYPE_FLAG;
                        for (size_t f = 0; f < n_flags; f++)
                                known |= flags[f] == id;
                        if (!known && n_flags < ALSO_MAX)
                                flags[n_flags++] = id;
                }
        for (size_t i = 0; i < n; i++)
                for (size_t f = 0; f < n_flags; f++)
                        if (!also_has(&words[i], flags[f]))
                                ((WordSet *) words[i].also)[words[i].n_also++] = (WordSet) { flags[f], STR("false") };
}

static const Tree *find(ProfileReader *r, const Tree *name, const Tree *words) {
        const char *names[64];
        size_t n = 0;
        if (name->kind != TREE_SCALAR) {
                profile_complain(r, &(Complaint) { .message = PROFILE_WANTS_TEXT,
                                                   .severity = SEVERITY_ERROR,
                                                   .origin = name->origin,
                                                   .key = "words" });
                return NULL;
        }
        const Tree *table = tree_get(words, name->text);
        if (table)
                return table;
        for (const Tree *t = words && words->kind == TREE_MAP ? words->child : NULL; t && n < 64; t = t->next)
                names[n++] = t->key;
        profile_complain(r, &(Complaint) { PROFILE_WORDS_UNKNOWN, SEVERITY_ERROR, name->origin, "words",
                                           { name->text, NULL, NULL }, text_nearest(str_of(name->text), names, n) });
        return NULL;
}

void profile_words_compile(ProfileReader *r, const Tree *name, const Tree *words, RecordKind kind, FieldId id,
                           FieldPlan *ret) {
        const Tree *table = find(r, name, words);
        if (!table)
                return;
        if (table->kind != TREE_MAP || tree_count(table) > WORDS_MAX) {
                profile_complain(r, &(Complaint) { .message = PROFILE_WANTS_MAP,
                                                   .severity = SEVERITY_ERROR,
                                                   .origin = table->origin });
                return;
        }
        Vocabulary v = { .r = r, .kind = kind, .id = id };
        Word *at = profile_alloc(r, tree_count(table), sizeof *at);
        size_t n = 0, path = profile_enter(r, name->text);
        for (v.node = table->child; at && v.node; v.node = v.node->next)
                if (word_read(&v, &at[n])) {
                        check_twice(&v, at, n);
                        n++;
                } else {
                        at[n] = (Word) { 0 };
                }
        profile_leave(r, path);
        if (at)
                deny_flags(at, n);
        ret->words = at;
        ret->n_words = n;
}
