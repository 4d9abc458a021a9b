/* SPDX-License-Identifier: MIT */
#include "config/schema.h"

#include <errno.h>

#include "config/typed.h"

#define PARTS_MAX 4
#define NAMES_MAX 96

/* Whether one part of a pattern ("*", "ops-N", "code-*", "url") is met by a part of a path. */
static bool part_matches(Str pattern, const char *part) {
        if (str_eq(pattern, STR("*")))
                return true;
        if (pattern.len > 2 && pattern.at[pattern.len - 1] == 'N' && pattern.at[pattern.len - 2] == '-')
                return strlen(part) == pattern.len && strncmp(part, pattern.at, pattern.len - 1) == 0 &&
                       part[pattern.len - 1] >= '2' && part[pattern.len - 1] <= '9';
        if (pattern.len > 2 && pattern.at[pattern.len - 1] == '*')
                return strlen(part) > pattern.len - 1 && strncmp(part, pattern.at, pattern.len - 1) == 0;
        return str_eq(pattern, str_of(part));
}

/* Whether the pattern begins with `parts`; *ret_rest is what is left of it. */
static bool path_matches(const char *pattern, const char *const *parts, size_t n, Str *ret_rest) {
        Str rest = str_of(pattern), part;
        for (size_t i = 0; i < n; i++)
                if (!str_split(&rest, '.', &part) || !part_matches(part, parts[i]))
                        return false;
        *ret_rest = rest;
        return true;
}

const Key *key_find(ConfigFile file, const char *const *parts, size_t n_parts) {
        Str rest;
        for (size_t i = 0; i < key_count; i++)
                if (key_table[i].file == file && path_matches(key_table[i].path, parts, n_parts, &rest) &&
                    rest.len == 0)
                        return &key_table[i];
        return NULL;
}

static const KeySection *section_find(ConfigFile file, const char *const *parts, size_t n) {
        Str rest;
        for (size_t i = 0; i < key_section_count; i++)
                if (key_sections[i].file == file && path_matches(key_sections[i].path, parts, n, &rest) &&
                    rest.len == 0)
                        return &key_sections[i];
        return NULL;
}

static KeyFault choice_read(const Key *k, Str s, int64_t *ret, const char **ret_nearest) {
        size_t n = 0;
        for (; k->choices[n]; n++)
                if (str_eq(s, str_of(k->choices[n]))) {
                        *ret = (int64_t) n;
                        return KEY_FINE;
                }
        *ret_nearest = text_nearest(s, k->choices, n);
        return KEY_SHAPE;
}

static KeyFault choices_read(const Key *k, Str s, int64_t *ret, Str *ret_seen, const char **ret_nearest) {
        int64_t mask = 0, one;
        for (Str part; str_split(&s, ',', &part);) {
                part = str_trim(part);
                KeyFault fault = choice_read(k, part, &one, ret_nearest);
                if (fault != KEY_FINE) {
                        *ret_seen = part;
                        return fault;
                }
                mask |= (int64_t) 1 << one;
        }
        *ret = mask;
        return KEY_FINE;
}

static KeyFault range_check(const Key *k, int64_t n) {
        return (k->min != 0 || k->max != 0) && (n < k->min || n > k->max) ? KEY_RANGE : KEY_FINE;
}

static KeyFault text_check(const Key *k, Str s) {
        bool fits = s.len >= (size_t) k->min && s.len <= (size_t) k->max;
        switch (k->type) {
        case KEY_WORD:
                return typed_word(s) ? KEY_FINE : KEY_SHAPE;
        case KEY_CODE:
        case KEY_LINKED:
                return typed_code(s, 64) ? KEY_FINE : KEY_SHAPE;
        case KEY_ACCOUNT:
                return memchr(s.at, ':', s.len) ? KEY_SECRET : typed_code(s, 128) ? KEY_FINE : KEY_SHAPE;
        case KEY_PATH:
                return s.len > 0 && s.at[0] == '/' && fits ? KEY_FINE : KEY_SHAPE;
        default:
                return fits ? KEY_FINE : KEY_RANGE;
        }
}

/* The valid word nearest to one in a value that is made of words: `30 minuts`, `3 workin days earlier`. */
static const char *word_near(KeyType type, Str s) {
        static const char *const times[] = { "seconds", "minutes", "hours", "days", "second", "minute", "hour", "day",
                                             "giây", "phút", "giờ", "ngày", NULL },
                                 *const working[] = { "working", "days", "day", "earlier", "same", NULL },
                                 *const monthly[] = { "monthly", "hằng", "tháng", NULL },
                                 *const seats[] = { "from", "until", "phone", "vacant", "since", NULL };
        const char *const *words = type == KEY_DURATION                             ? times
                                   : type == KEY_WORKDAYS || type == KEY_FINISH ? working
                                   : type == KEY_BEFORE                             ? monthly
                                   : type == KEY_SEAT                               ? seats
                                                                                    : NULL;
        size_t n = 0;
        Str word;
        while (words && words[n])
                n++;
        while (words && str_split(&s, ' ', &word)) {
                const char *near = text_nearest(word, words, n);
                if (near && !str_eq(word, str_of(near)))
                        return near;
        }
        return NULL;
}

static KeyFault number_read(const Key *k, Str s, KeyValue *v) {
        KeyFault fault;
        switch (k->type) {
        case KEY_INT:
                fault = s.len < 19 && text_to_int64(s, &v->number) == 0 ? KEY_FINE : KEY_SHAPE;
                break;
        case KEY_DURATION:
                fault = typed_duration(s, &v->number);
                break;
        case KEY_WORKDAYS:
                fault = typed_workdays(s, "", &v->number);
                break;
        case KEY_FINISH:
                fault = typed_finish(s, &v->number);
                break;
        default:
                fault = typed_before(s, v);
                return fault == KEY_FINE && v->date == DATE_NONE ? range_check(k, v->number) : fault;
        }
        return fault == KEY_FINE ? range_check(k, v->number) : fault;
}

static KeyFault address_read(const Key *k, Str s, KeyValue *v, Str *ret_seen) {
        Str rest = STR_NULL, host;
        switch (k->type) {
        case KEY_URL:
                return typed_url(s);
        case KEY_RELAY:
                return typed_relay(s);
        case KEY_PROXY:
                return typed_proxy(s);
        case KEY_HOST:
                return typed_host_port(s, &host) && host.len == s.len ? KEY_FINE : KEY_SHAPE;
        case KEY_SEAT:
                return typed_seat(s, v, ret_seen);
        default: {
                KeyFault fault = typed_person(s, v, &rest, ret_seen);
                return fault == KEY_FINE && rest.len > 0 ? KEY_SHAPE : fault;
        }
        }
}

KeyFault key_read(const Key *k, Str text, KeyValue *ret, Str *ret_seen, const char **ret_nearest) {
        KeyValue v = { .date = DATE_NONE, .until = DATE_NONE };
        KeyFault fault;
        *ret_seen = text;
        *ret_nearest = NULL;
        switch (k->type) {
        case KEY_INT:
        case KEY_DURATION:
        case KEY_WORKDAYS:
        case KEY_BEFORE:
        case KEY_FINISH:
                fault = number_read(k, text, &v);
                break;
        case KEY_CHOICE:
                fault = choice_read(k, text, &v.number, ret_nearest);
                break;
        case KEY_CHOICES:
                fault = choices_read(k, text, &v.number, ret_seen, ret_nearest);
                break;
        case KEY_FLAG:
                fault = typed_flag(text, &v.number);
                break;
        case KEY_URL:
        case KEY_PROXY:
        case KEY_RELAY:
        case KEY_HOST:
        case KEY_PERSON:
        case KEY_SEAT:
                fault = address_read(k, text, &v, ret_seen);
                break;
        case KEY_ACCESS:
                fault = typed_access(text, &v, ret_nearest);
                break;
        case KEY_DATE:
                fault = typed_date(text, &v.date);
                break;
        case KEY_PINS:
                fault = typed_pins(text, ret_seen);
                break;
        case KEY_HOURS:
                fault = typed_hours(text, ret_seen);
                break;
        case KEY_TIME:
                fault = typed_time(text, &v.number);
                break;
        default:
                fault = text_check(k, text);
        }
        if (fault == KEY_FINE)
                *ret = v;
        else if (fault == KEY_SHAPE && !*ret_nearest)
                *ret_nearest = word_near(k->type, *ret_seen);
        return fault;
}

KeyValue schema_value(ConfigFile file, const Tree *map, const char *pattern) {
        const char *last = strrchr(pattern, '.'), *nearest;
        const Key *k = NULL;
        for (size_t i = 0; i < key_count && !k; i++)
                if (key_table[i].file == file && strcmp(key_table[i].path, pattern) == 0)
                        k = &key_table[i];

        KeyValue v = { .date = DATE_NONE, .until = DATE_NONE };
        Str seen;
        if (!k)
                return v;
        const Tree *t = tree_get(map, last ? last + 1 : pattern);
        if (t && t->kind == TREE_SCALAR && key_read(k, str_of(t->text), &v, &seen, &nearest) == KEY_FINE) {
                v.given = true;
                v.at = t->origin;
                v.whole = t->text;
        } else if (k->fallback && key_read(k, str_of(k->fallback), &v, &seen, &nearest) == KEY_FINE)
                v.whole = k->fallback;
        return v;
}

/* Names that could stand at this place, for a suggestion. */
static const char *nearest_name(ConfigFile file, const char *const *parts, size_t n, const char *seen) {
        char names[NAMES_MAX][40];
        const char *list[NAMES_MAX] = { NULL };
        size_t count = 0;
        for (size_t i = 0; i < key_count + key_section_count && count < NAMES_MAX; i++) {
                bool key = i < key_count;
                const char *path = key ? key_table[i].path : key_sections[i - key_count].path;
                Str rest, part;
                if ((key ? key_table[i].file : key_sections[i - key_count].file) != file ||
                    !path_matches(path, parts, n, &rest) || !str_split(&rest, '.', &part) || rest.len > 0 ||
                    part.len >= sizeof names[0] || part.at[0] == '*')
                        continue;
                memcpy(names[count], part.at, part.len);
                names[count][part.len] = '\0';
                list[count] = names[count];
                count++;
        }
        const char *near = text_nearest(str_of(seen), list, count);
        for (size_t i = 0; near && i < key_count + key_section_count; i++) { /* a pointer that outlives this frame */
                const char *path = i < key_count ? key_table[i].path : key_sections[i - key_count].path;
                const char *last = strrchr(path, '.');
                last = last ? last + 1 : path;
                if (strcmp(last, near) == 0)
                        return last;
        }
        return NULL;
}

typedef struct Walk {
        ConfigFile file;
        Notices *notices;
        const char *parts[PARTS_MAX];
        size_t n;
        int failed;
} Walk;

static NoticePath walk_path(const Walk *w, const char *more) {
        const char *p[3] = { NULL, NULL, NULL };
        size_t n = 0;
        for (size_t i = 0; i < w->n && n < 3; i++)
                p[n++] = w->parts[i];
        if (more && n < 3)
                p[n] = more;
        return notice_path(p[0], p[1], p[2]);
}

static void put(Walk *w, const Notice *notice, const char *more) {
        Notice n = *notice;
        NoticePath path = walk_path(w, more);
        n.subject = path.text;
        notice_put(w->notices, &n);
}

static NoticeId fault_notice(KeyFault fault) {
        switch (fault) {
        case KEY_RANGE:
                return NOTICE_RANGE;
        case KEY_NO_SUCH_DAY:
                return NOTICE_DATE_IMPOSSIBLE;
        case KEY_BAD_ADDRESS:
                return NOTICE_ADDRESS;
        case KEY_SECRET:
                return NOTICE_SECRET;
        case KEY_PLAIN_HTTP:
                return NOTICE_URL_PLAIN;
        case KEY_NO_REASON:
                return NOTICE_ACCESS_REASON;
        case KEY_MISSPELT:
                return NOTICE_ACCESS_WORD;
        default:
                return NOTICE_VALUE_INVALID;
        }
}

/* A finding about a value that does not fit, with what would. */
static void put_expected(Walk *w, const Key *k, Notice notice) {
        _cleanup_text_ Text en = TEXT_INIT(2000), vi = TEXT_INIT(2000);
        key_expected(k, false, &en);
        key_expected(k, true, &vi);
        if (en.failed || vi.failed)
                w->failed = -ENOMEM;
        notice.en = en.at;
        notice.vi = vi.at;
        put(w, &notice, NULL);
}

static void check_value(Walk *w, const Key *k, const Tree *t) {
        if (t->kind != TREE_SCALAR || (!t->text[0] && !(k->type == KEY_TEXT && k->min == 0))) {
                put_expected(w, k, (Notice) { .id = NOTICE_VALUE_WANTED, .at = t->origin });
                return;
        }
        KeyValue v;
        Str seen;
        const char *nearest;
        KeyFault fault = key_read(k, str_of(t->text), &v, &seen, &nearest);
        if (fault == KEY_FINE)
                return;
        if (fault == KEY_SECRET) { /* what stands there is not repeated */
                put(w,
                    &(Notice) { .id = NOTICE_SECRET,
                                .at = t->origin,
                                .en = schema_secret_place_en,
                                .vi = schema_secret_place_vi },
                    NULL);
                return;
        }
        _cleanup_free_ char *shown = str_dup(seen);
        if (!shown)
                w->failed = -ENOMEM;
        put_expected(w, k, (Notice) { .id = fault_notice(fault), .at = t->origin, .nearest = nearest, .seen = shown });
}

static void check_name(Walk *w, const KeySection *s, const Tree *t) {
        Date date;
        KeyFault fault = KEY_FINE;
        if (s->names == KEY_WORD)
                fault = typed_word(str_of(t->key)) ? KEY_FINE : KEY_SHAPE;
        else if (s->names == KEY_CODE)
                fault = typed_code(str_of(t->key), 64) ? KEY_FINE : KEY_SHAPE;
        else if (s->names == KEY_DATE)
                fault = typed_date(str_of(t->key), &date);
        if (fault == KEY_FINE)
                return;
        put_expected(w, &(Key) { .type = s->names, .min = 1, .max = 64 },
                     (Notice) { .id = fault_notice(fault), .at = t->key_origin, .seen = t->key });
}

/* Told already: a key of this map that nobody knows was meant to be this one. */
static bool misspelt_there(Walk *w, const Tree *map, const char *name) {
        bool found = false;
        for (const Tree *t = map->child; t && !found && w->n < PARTS_MAX; t = t->next) {
                w->parts[w->n++] = t->key;
                bool known = key_find(w->file, w->parts, w->n) || section_find(w->file, w->parts, w->n);
                const char *near = known ? NULL : nearest_name(w->file, w->parts, w->n - 1, t->key);
                found = near && strcmp(near, name) == 0;
                w->n--;
        }
        return found;
}

static void check_missing(Walk *w, const Tree *map) {
        for (size_t i = 0; i < key_count + key_section_count; i++) {
                bool key = i < key_count, required = key ? key_table[i].required : key_sections[i - key_count].required;
                const Key *k = key ? &key_table[i] : NULL;
                const KeySection *s = key ? NULL : &key_sections[i - key_count];
                Str rest, part;
                if (!required || (key ? k->file : s->file) != w->file ||
                    !path_matches(key ? k->path : s->path, w->parts, w->n, &rest) || !str_split(&rest, '.', &part) ||
                    rest.len > 0)
                        continue;
                const char *last = part.at; /* the last part ends with the path */
                if (tree_get(map, last) || misspelt_there(w, map, last))
                        continue;
                put(w,
                    &(Notice) { .id = NOTICE_KEY_MISSING,
                                .at = w->n ? map->key_origin : map->origin,
                                .seen = last,
                                .en = key ? k->en : s->en,
                                .vi = key ? k->vi : s->vi },
                    NULL);
        }
}

/* Recursion is bounded by the depth of the patterns. */
static void check_map(Walk *w, const Tree *map) {
        for (const Tree *t = map->child; t && w->n < PARTS_MAX; t = t->next) {
                w->parts[w->n++] = t->key;
                const Key *k = key_find(w->file, w->parts, w->n);
                const KeySection *s = k ? NULL : section_find(w->file, w->parts, w->n);
                bool empty = t->kind == TREE_SCALAR && !t->text[0];
                if (k)
                        check_value(w, k, t);
                else if (!s && schema_names_secret(t->key))
                        put(w,
                            &(Notice) { .id = NOTICE_SECRET,
                                        .at = t->key_origin,
                                        .en = schema_secret_place_en,
                                        .vi = schema_secret_place_vi },
                            NULL);
                else if (!s)
                        put(w,
                            &(Notice) { .id = NOTICE_KEY_UNKNOWN,
                                        .at = t->key_origin,
                                        .nearest = nearest_name(w->file, w->parts, w->n - 1, t->key) },
                            NULL);
                else {
                        check_name(w, s, t);
                        if (t->kind == TREE_MAP)
                                check_map(w, t);
                        else if (!empty)
                                put(w, &(Notice) { .id = NOTICE_SECTION_WANTED, .at = t->origin }, NULL);
                        else
                                check_missing(w, t);
                }
                w->n--;
        }
        check_missing(w, map);
}

int schema_check(ConfigFile file, const Tree *root, Notices *n) {
        Walk w = { .file = file, .notices = n };
        check_map(&w, root);
        return w.failed;
}
