/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "connectors/decode/document.h"
#include "connectors/record/dates.h"
#include "connectors/setup/look-parts.h"
#include "connectors/tape/naming.h"

#define RECORDS_LOOKED 500
#define MEMBER_DEPTH 3
#define WORD_BYTES 60
#define ZONE (7 * US_HOUR)

/* Tried in this order; of two that read the same values the first stands. */
static const char *const formats[] = {
        "iso", "dd/MM/yyyy", "dd/MM/yyyy HH:mm", "dd/MM/yyyy HH:mm:ss", "HH:mm dd/MM/yyyy", "HH:mm:ss dd/MM/yyyy",
        "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "d/M/yyyy", "d/M/yyyy H:mm", "dd-MM-yyyy", "dd-MM-yyyy HH:mm",
        "dd.MM.yyyy", "yyyy/MM/dd", "yyyy/MM/dd HH:mm:ss", "yyyyMMdd", "epoch", "epoch-ms",
};
#define FORMATS (sizeof formats / sizeof *formats)

typedef struct Tally {
        LookMember m;
        int dates[FORMATS];
} Tally;

typedef struct Members {
        Arena *arena;
        Tally *at;
        int n;
        Text path;
        int failed;
} Members;

unsigned look_type(json_object *v) {
        switch (json_object_get_type(v)) {
        case json_type_null: return LOOK_NULL;
        case json_type_boolean: return LOOK_FLAG;
        case json_type_int:
        case json_type_double: return LOOK_NUMBER;
        case json_type_string: return LOOK_TEXT;
        case json_type_array: return LOOK_LIST;
        default: return LOOK_OBJECT;
        }
}

bool look_vocabulary(const LookMember *m, int records) {
        return m->n_words > 0 && m->n_words <= 12 && m->dates == 0 && (m->n_words * 2 <= m->texts || records < 6);
}

/* Epoch counts of this century only: a small number is a number. */
static bool date_reads(size_t i, Str text) {
        Moment at;
        int64_t n;
        if (strcmp(formats[i], "epoch") == 0 && (text_to_int64(text, &n) < 0 || n < 946684800))
                return false;
        if (strcmp(formats[i], "epoch-ms") == 0 && (text_to_int64(text, &n) < 0 || n < 946684800000))
                return false;
        if (strcmp(formats[i], "yyyyMMdd") == 0 && text.len != 8)
                return false;
        return moment_read(formats[i], text, ZONE, &at) == 0;
}

static void odd_add(Members *s, LookMember *m, Str text) {
        for (int i = 0; i < m->n_odd; i++)
                if (str_eq(str_of(m->odd[i]), text))
                        return;
        if (m->n_odd == LOOK_ODD || text.len > WORD_BYTES)
                return;
        m->odd[m->n_odd] = arena_copy(s->arena, text);
        if (m->odd[m->n_odd])
                m->n_odd++;
        else
                s->failed = -ENOMEM;
}

static void dates_count(Members *s, Tally *t, Str text) {
        bool any = false;
        for (size_t i = 0; i < FORMATS && text.len >= 6 && text.len <= 40; i++) {
                bool reads = date_reads(i, text);
                t->dates[i] += reads;
                any = any || reads;
        }
        if (!any)
                odd_add(s, &t->m, text);
}

static void decimals_count(LookMember *m, Str text) {
        _cleanup_arena_ Arena a = { .max = 4096 };
        Str read;
        bool percent = text.len > 1 && text.at[text.len - 1] == '%';
        Str number = percent ? str_trim((Str) { text.at, text.len - 1 }) : text;
        if (number.len == 0 || number.len > 30)
                return;
        bool point = memchr(number.at, '.', number.len), comma = memchr(number.at, ',', number.len);
        if (decimal_read(&a, number, comma ? ',' : '.', 0, &read) < 0)
                return;
        m->percents += percent;
        if (comma)
                m->commas++;
        else if (point)
                m->points++;
        else
                m->integers++;
}

static void word_count(Members *s, LookMember *m, Str text) {
        if (m->n_words < 0)
                return;
        for (int i = 0; i < m->n_words; i++)
                if (str_eq(str_of(m->word[i]), text)) {
                        m->word_count[i]++;
                        return;
                }
        if (m->n_words == LOOK_WORDS || text.len > WORD_BYTES) {
                m->n_words = -1;
                return;
        }
        m->word[m->n_words] = arena_copy(s->arena, text);
        if (!m->word[m->n_words])
                s->failed = -ENOMEM;
        m->word_count[m->n_words++] = 1;
}

/* The name of an element that `rest` begins with, ended as in a tag; empty: none that people's texts are written in. */
static Str tag_name(Str rest) {
        static const char names[] = "a b br p i u s em strong div span ul ol li table tbody thead tr td th h1 h2 h3 h4 "
                                    "h5 h6 font img hr pre sub sup blockquote center small strike o:p";
        char name[12];
        size_t n = 0;
        while (n < rest.len && n + 1 < sizeof name && !strchr(" \t\r\n/><", rest.at[n])) {
                char c = rest.at[n];
                name[n++] = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
        }
        name[n] = '\0';
        bool ended = n > 0 && n < rest.len && strchr(" \t\r\n/>", rest.at[n]);
        return ended && name_listed(names, name) ? (Str) { rest.at, n } : STR_NULL;
}

/* HTML as an editor makes it: an element that is closed again, or one that needs no end. `a < b`, `<code>` alone or
 * `<tỉnh>` are what somebody typed. */
static bool markup(Str text) {
        const char *end = text.at + text.len;
        for (const char *open = text.at; open && open < end; open++) {
                open = memchr(open, '<', (size_t) (end - open));
                if (!open)
                        break;
                Str name = tag_name((Str) { open + 1, (size_t) (end - open - 1) });
                char close[16];
                if (name.len == 0 || !memchr(open, '>', (size_t) (end - open)))
                        continue;
                bool alone = (name.len == 2 && strchr("bBhH", name.at[0]) && strchr("rR", name.at[1])) ||
                             (name.len == 3 && strncasecmp(name.at, "img", 3) == 0);
                (void) snprintf(close, sizeof close, "</%.*s>", (int) name.len, name.at);
                if (alone || strcasestr(open, close))
                        return true;
        }
        return false;
}

static void value_count(Members *s, Tally *t, json_object *v) {
        LookMember *m = &t->m;
        Str text = { json_object_get_string(v), 0 };
        text.len = json_object_is_type(v, json_type_string) ? (size_t) json_object_get_string_len(v)
                                                            : text.at ? strlen(text.at) : 0;
        text = str_trim(text);
        if (text.len == 0) {
                m->empty++;
                return;
        }
        if (!m->sample) {
                char shown[60];
                document_sample(text, shown, sizeof shown);
                m->sample = arena_copy(s->arena, str_of(shown));
                if (!m->sample)
                        s->failed = -ENOMEM;
        }
        m->texts++;
        if (!json_object_is_type(v, json_type_boolean)) {
                dates_count(s, t, text);
                decimals_count(m, text);
                m->html = m->html || markup(text);
        }
        word_count(s, m, text);
}

static Tally *tally_of(Members *s, const char *name, const char *parent) {
        for (int i = 0; i < s->n; i++)
                if (strcmp(s->at[i].m.path, s->path.at) == 0)
                        return &s->at[i];
        if (s->n == LOOK_MEMBERS)
                return NULL;
        Tally *t = &s->at[s->n];
        *t = (Tally) { .m = { .path = arena_copy(s->arena, text_str(&s->path)),
                              .name = arena_copy(s->arena, str_of(name)),
                              .parent = arena_copy(s->arena, str_of(parent)) } };
        if (!t->m.path || !t->m.name || !t->m.parent) {
                s->failed = -ENOMEM;
                return NULL;
        }
        s->n++;
        return t;
}

static void object_count(Members *s, json_object *o, const char *parent, int depth);

/* The members of the objects in a list of a record, from the first record that has any. */
static void inner_count(Members *s, Tally *t, json_object *list) {
        LookList inner = { 0 };
        if (t->m.inner || json_object_array_length(list) == 0 ||
            !json_object_is_type(json_object_array_get_idx(list, 0), json_type_object))
                return;
        if (look_members(s->arena, list, &inner) < 0)
                s->failed = -ENOMEM;
        t->m.inner = inner.members;
        t->m.n_inner = inner.n_members;
}

static void member_count(Members *s, const char *name, const char *parent, json_object *v, int depth) {
        Tally *t = tally_of(s, name, parent);
        if (!t)
                return;
        t->m.seen++;
        t->m.types |= look_type(v);
        switch (look_type(v)) {
        case LOOK_NULL:
                t->m.nulls++;
                return;
        case LOOK_LIST:
                if (depth > 0)
                        inner_count(s, t, v);
                return;
        case LOOK_OBJECT:
                if (depth > 0)
                        object_count(s, v, name, depth - 1);
                return;
        default:
                value_count(s, t, v);
        }
}

/* A row that is a list: its places are its members, `$['#1']` the first. */
static void places_count(Members *s, json_object *row) {
        for (size_t i = 0; i < json_object_array_length(row) && i < LOOK_MEMBERS; i++) {
                size_t kept = s->path.len;
                char name[16];
                snprintf(name, sizeof name, "#%zu", i + 1);
                if (s->failed < 0 || look_step(&s->path, name) < 0) {
                        s->failed = s->failed < 0 ? s->failed : -ENOMEM;
                        return;
                }
                member_count(s, name, "", json_object_array_get_idx(row, i), MEMBER_DEPTH - 1);
                s->path.len = kept;
                s->path.at[kept] = '\0';
        }
}

static void object_count(Members *s, json_object *o, const char *parent, int depth) {
        json_object_object_foreach(o, name, value) {
                size_t kept = s->path.len;
                if (s->failed < 0 || look_step(&s->path, name) < 0) {
                        s->failed = s->failed < 0 ? s->failed : -ENOMEM;
                        return;
                }
                member_count(s, name, parent, value, depth);
                s->path.len = kept;
                s->path.at[kept] = '\0';
        }
}

static void tally_end(Tally *t) {
        size_t best = 0;
        for (size_t i = 1; i < FORMATS; i++)
                if (t->dates[i] > t->dates[best])
                        best = i;
        /* one text in two at least: a deadline may be "Thường xuyên" as well */
        if (t->dates[best] > 0 && t->dates[best] * 2 >= t->m.texts) {
                t->m.date = formats[best];
                t->m.dates = t->dates[best];
        } else
                t->m.n_odd = 0;
}

static int members_take(Members *s, LookList *ret) {
        ret->members = arena_get(s->arena, (size_t) (s->n + 1) * sizeof *ret->members);
        if (!ret->members)
                return -ENOMEM;
        for (int i = 0; i < s->n; i++) {
                tally_end(&s->at[i]);
                ret->members[i] = s->at[i].m;
        }
        ret->n_members = s->n;
        return 0;
}

int look_members(Arena *a, json_object *list, LookList *ret) {
        size_t n = json_object_array_length(list);
        Members s = { .arena = a, .at = calloc(LOOK_MEMBERS, sizeof *s.at), .path = TEXT_INIT(2000) };
        ret->records = n > INT32_MAX ? INT32_MAX : (int) n;
        if (!s.at)
                return -ENOMEM;
        text_addc(&s.path, '$');
        for (size_t i = 0; i < n && i < RECORDS_LOOKED && s.failed == 0; i++) {
                json_object *o = json_object_array_get_idx(list, i);
                if (json_object_is_type(o, json_type_object))
                        object_count(&s, o, "", MEMBER_DEPTH);
                else if (json_object_is_type(o, json_type_array))
                        places_count(&s, o);
        }
        int r = s.failed < 0 ? s.failed : members_take(&s, ret);
        text_free(&s.path);
        free(s.at);
        return r;
}
