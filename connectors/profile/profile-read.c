/* SPDX-License-Identifier: MIT */
#include "connectors/profile/profile-read.h"

#include <errno.h>
#include <stdio.h>

#include "connectors/profile/profile-parts.h"
#include "connectors/profile/profile-sentences.h"

#define SENTENCE_MAX 1000
#define PATH_MAX_BYTES 400
#define PAIRS_MAX 200
#define KEYS_MAX 128 /* that a wrong one is compared with */
#define SELECTS_MAX 8

/* `sentence` with {1}..{3} filled in; a value from the file is cut at 120 bytes. */
static void fill(Text *t, const char *sentence, const char *const arg[3]) {
        for (const char *at = sentence; *at; at++) {
                int i = at[0] == '{' && at[1] >= '1' && at[1] <= '3' && at[2] == '}' ? at[1] - '1' : -1;
                if (i < 0) {
                        text_addc(t, *at);
                        continue;
                }
                text_add(t, str_cut(str_of(arg[i] ? arg[i] : ""), 120));
                at += 2;
        }
}

static bool same_place(Origin a, Origin b) {
        return a.line == b.line && a.column == b.column && a.file == b.file;
}

static bool stands_in(const Tree *map, Origin at) {
        if (same_place(map->origin, at) || same_place(map->key_origin, at))
                return true;
        for (const Tree *t = map->child; t; t = t->next)
                if (same_place(t->origin, at) || same_place(t->key_origin, at))
                        return true;
        return false;
}

bool profile_misread(const ProfileReader *r, const Tree *map) {
        for (size_t i = 0; i < r->n_misread; i++)
                if (r->misread[i].map == map && !r->misread[i].meant)
                        return true;
        return false;
}

/* Under another choice, or with the key as it was meant, nothing of this might be wrong. */
static bool follows_from_misread(const ProfileReader *r, const Complaint *c) {
        bool missing = c->message == PROFILE_KEY_MISSING, words = c->message == PROFILE_WORDS_UNKNOWN;
        bool source = c->message == PROFILE_FIELD_SOURCE;
        bool of_choice = missing || c->message == PROFILE_KEY_USELESS || c->message == PROFILE_KEY_NEEDS ||
                         c->message == PROFILE_PAGING_UNTOLD || c->message == PROFILE_ONE_OF;
        for (size_t i = 0; i < r->n_misread && (of_choice || words || source); i++) {
                const ProfileMisread *m = &r->misread[i];
                const char *key = missing ? c->arg[0] : words ? "words" : NULL;
                bool meant = m->meant && (source || (key && strcmp(m->meant, key) == 0));
                if (words ? meant : stands_in(m->map, c->origin) && (meant || (of_choice && !m->meant)))
                        return true;
        }
        return false;
}

static void misread_add(ProfileReader *r, const Tree *map, const char *meant) {
        if (r->n_misread < PROFILE_MISREAD_MAX)
                r->misread[r->n_misread++] = (ProfileMisread) { map, meant };
}

void profile_complain(ProfileReader *r, const Complaint *c) {
        if (follows_from_misread(r, c)) { /* nor is it right: who looks at `errors` must not go on */
                r->errors += c->severity == SEVERITY_ERROR;
                return;
        }
        const ProfileSentence *s = &profile_sentences[c->message];
        _cleanup_text_ Text en = TEXT_INIT(SENTENCE_MAX), vi = TEXT_INIT(SENTENCE_MAX);
        size_t path = profile_enter(r, c->key);
        fill(&en, s->en, c->arg);
        fill(&vi, s->vi, (const char *const[]) { c->arg[0], c->arg[1], c->arg[3] ? c->arg[3] : c->arg[2] });
        Finding f = {
                .severity = c->severity, .code = s->code, .origin = c->origin, .nearest = c->nearest,
                .subject = r->path.at, .en = en.failed ? s->en : en.at, .vi = vi.failed ? s->vi : vi.at,
        };
        finding_put(r->sink, &f);
        profile_leave(r, path);
        if (c->severity == SEVERITY_ERROR)
                r->errors++;
}

static void bad(ProfileReader *r, const Tree *t, ProfileMessage message, const char *a, const char *b, const char *c) {
        profile_complain(r, &(Complaint) { message, SEVERITY_ERROR, t->origin, NULL, { a, b, c }, NULL });
}

size_t profile_enter(ProfileReader *r, const char *key) {
        size_t length = r->path.len;
        if (key && length < PATH_MAX_BYTES / 2) {
                if (length)
                        text_addc(&r->path, '.');
                text_add(&r->path, str_of(key));
        }
        return length;
}

void profile_leave(ProfileReader *r, size_t length) {
        if (r->path.at && length <= r->path.len) {
                r->path.len = length;
                r->path.at[length] = '\0';
                if (r->path.failed == -E2BIG)
                        r->path.failed = 0;
        }
}

void *profile_alloc(ProfileReader *r, size_t n, size_t size) {
        size_t bytes = n > 0 ? n * size : 1;
        void *at = arena_get(r->arena, bytes);
        if (!at) {
                r->failed = -ENOMEM;
                return NULL;
        }
        return memset(at, 0, bytes);
}

Str profile_key_written(ProfileReader *r, Str name) {
        _cleanup_text_ Text t = TEXT_INIT(name.len * 6 + 3); /* every byte escaped, the quotes, the colon */
        Str copy = STR_NULL;
        text_add_json(&t, name);
        if (text_addc(&t, ':') < 0 || arena_str(r->arena, text_str(&t), &copy) < 0)
                r->failed = -ENOMEM;
        return copy;
}

static bool plain_name(const char *text) {
        size_t n = strlen(text);
        for (size_t i = 0; i < n; i++)
                if ((unsigned char) text[i] < 0x20 || text[i] == 0x7f)
                        return false;
        return n >= 1 && n <= 100;
}

bool profile_path_sound(const char *text) {
        if (text[0] != '/' || text[1] == '/')
                return false;
        for (const char *at = text; *at; at++)
                if ((unsigned char) *at <= 0x20 || (unsigned char) *at >= 0x7f || strchr("?#\\\"<>", *at))
                        return false;
        return strlen(text) <= 500;
}

/* RFC 9110 5.6.2: a token. */
bool profile_header_name(const char *text) {
        size_t n = strlen(text);
        for (const char *at = text; *at; at++)
                if ((unsigned char) *at <= 0x20 || (unsigned char) *at >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", *at))
                        return false;
        return n >= 1 && n <= 100;
}

bool profile_header_value(const char *value) {
        for (const char *at = value; *at; at++)
                if ((unsigned char) *at < 0x20 || *at == 0x7f)
                        return false;
        return utf8_valid(str_of(value)) && strlen(value) <= 4000;
}

static void read_int(ProfileReader *r, const Tree *t, const KeySpec *s, int *out) {
        char low[16], high[16];
        if (text_to_int(str_of(t->text), s->low, s->high, out) == 0)
                return;
        snprintf(low, sizeof low, "%d", s->low);
        snprintf(high, sizeof high, "%d", s->high);
        bad(r, t, PROFILE_NOT_NUMBER, t->text, low, high);
}

static void read_choice(ProfileReader *r, const Tree *t, const char *const *choices, int *out) {
        _cleanup_text_ Text list = TEXT_INIT(SENTENCE_MAX);
        int n = 0;
        for (; choices[n]; n++) {
                if (strcmp(choices[n], t->text) == 0) {
                        *out = n;
                        return;
                }
                text_addf(&list, "%s%s", n ? ", " : "", choices[n]);
        }
        const char *nearest = text_nearest(str_of(t->text), choices, (size_t) n);
        profile_complain(r, &(Complaint) { PROFILE_NOT_ONE_OF, SEVERITY_ERROR, t->origin, NULL,
                                           { t->text, list.at, NULL }, nearest });
}

static void read_flag(ProfileReader *r, const Tree *t, bool *out) {
        static const char *const words[] = { "no", "yes", "false", "true", NULL };
        int choice = 0;
        read_choice(r, t, words, &choice);
        *out = choice % 2 == 1;
}

static void read_select(ProfileReader *r, const Tree *t, Select *out) {
        size_t at;
        const char *why;
        char where[16];
        int result = select_compile(r->arena, t->text, out, &at, &why);
        if (result < 0)
                r->failed = result;
        if (result != SELECT_E_SYNTAX)
                return;
        snprintf(where, sizeof where, "%zu", at + 1);
        profile_complain(r, &(Complaint) { PROFILE_SELECTOR, SEVERITY_ERROR, t->origin, NULL,
                                           { t->text, where, why, select_reason_vi(why) }, NULL });
}

static void read_selects(ProfileReader *r, const Tree *t, PlanSelects *out) {
        size_t n = 0, count = t->kind == TREE_LIST ? tree_count(t) : 1;
        if (count > SELECTS_MAX) {
                bad(r, t, PROFILE_TOO_MANY, "8", NULL, NULL);
                return;
        }
        Select *selects = profile_alloc(r, count, sizeof *selects);
        if (!selects)
                return;
        for (const Tree *c = t->kind == TREE_LIST ? t->child : t; c; c = t->kind == TREE_LIST ? c->next : NULL)
                if (c->kind != TREE_SCALAR)
                        bad(r, c, PROFILE_WANTS_TEXT, NULL, NULL, NULL);
                else
                        read_select(r, c, &selects[n++]);
        *out = (PlanSelects) { selects, n };
}

static void read_zone(ProfileReader *r, const Tree *t, int64_t *out) {
        const char *z = t->text;
        int hours, minutes;
        if (strcmp(z, "Z") == 0) {
                *out = 0;
                return;
        }
        if (strlen(z) != 6 || (z[0] != '+' && z[0] != '-') || z[3] != ':' ||
            text_to_int((Str) { z + 1, 2 }, 0, 14, &hours) < 0 ||
            text_to_int((Str) { z + 4, 2 }, 0, 59, &minutes) < 0) {
                bad(r, t, PROFILE_ZONE, z, NULL, NULL);
                return;
        }
        *out = (z[0] == '-' ? -1 : 1) * (hours * US_HOUR + minutes * US_MINUTE);
}

static void read_pair(ProfileReader *r, const Tree *t, const char *name, PlanPair *pairs, size_t *n) {
        if (t->kind != TREE_SCALAR)
                bad(r, t, PROFILE_WANTS_TEXT, NULL, NULL, NULL);
        else if (*n == PAIRS_MAX)
                bad(r, t, PROFILE_TOO_MANY, "200", NULL, NULL);
        else
                pairs[(*n)++] = (PlanPair) { name, t->text, t->origin };
}

/* A list of texts gives the name as often. */
static void read_pairs(ProfileReader *r, const Tree *t, PlanPairs *out) {
        size_t n = 0;
        PlanPair *pairs = profile_alloc(r, PAIRS_MAX, sizeof *pairs);
        if (!pairs)
                return;
        for (const Tree *c = t->child; c; c = c->next) {
                if (!plain_name(c->key))
                        bad(r, c, PROFILE_NAME, c->key, NULL, NULL);
                else if (c->kind != TREE_LIST)
                        read_pair(r, c, c->key, pairs, &n);
                else
                        for (const Tree *v = c->child; v; v = v->next)
                                read_pair(r, v, c->key, pairs, &n);
        }
        *out = (PlanPairs) { pairs, n };
}

static void read_names(ProfileReader *r, const Tree *t, PlanNames *out) {
        size_t n = 0, count = t->kind == TREE_LIST ? tree_count(t) : 1;
        const char **names = profile_alloc(r, count, sizeof *names);
        if (!names)
                return;
        for (const Tree *c = t->kind == TREE_LIST ? t->child : t; c; c = t->kind == TREE_LIST ? c->next : NULL) {
                if (c->kind != TREE_SCALAR)
                        bad(r, c, PROFILE_WANTS_TEXT, NULL, NULL, NULL);
                else if (!plain_name(c->text))
                        bad(r, c, PROFILE_NAME, c->text, NULL, NULL);
                else
                        names[n++] = c->text;
        }
        *out = (PlanNames) { names, n };
}

static void read_statuses(ProfileReader *r, const Tree *t, const KeySpec *s, PlanStatuses *out) {
        PlanStatuses read = { 0 };
        for (const Tree *c = t->kind == TREE_LIST ? t->child : t; c; c = t->kind == TREE_LIST ? c->next : NULL) {
                int status = 0;
                if (c->kind != TREE_SCALAR)
                        bad(r, c, PROFILE_WANTS_TEXT, NULL, NULL, NULL);
                else if (read.n == PLAN_STATUSES_MAX)
                        bad(r, c, PROFILE_TOO_MANY, "8", NULL, NULL);
                else
                        read_int(r, c, s, &status);
                if (status)
                        read.at[read.n++] = (short) status;
        }
        *out = read;
}

static bool shape_fits(ProfileReader *r, const Tree *t, KeyType type) {
        if (type == KEY_TREE)
                return true;
        if (type == KEY_PAIRS && t->kind != TREE_MAP)
                bad(r, t, PROFILE_WANTS_MAP, NULL, NULL, NULL);
        else if ((type == KEY_NAMES || type == KEY_SELECTS || type == KEY_STATUSES) && t->kind == TREE_MAP)
                bad(r, t, PROFILE_WANTS_LIST, NULL, NULL, NULL);
        else if (type != KEY_PAIRS && type != KEY_NAMES && type != KEY_SELECTS && type != KEY_STATUSES &&
                 t->kind != TREE_SCALAR)
                bad(r, t, PROFILE_WANTS_TEXT, NULL, NULL, NULL);
        else
                return true;
        return false;
}

void profile_useless(ProfileReader *r, const Tree *t, const char *key, const char *because) {
        const Tree *at = tree_get(t, key);
        if (at)
                profile_complain(r, &(Complaint) { PROFILE_KEY_USELESS, SEVERITY_ERROR, at->key_origin, key,
                                                   { key, because, NULL }, NULL });
}

static bool target_sound(const char *text) {
        char path[500];
        size_t n = strcspn(text, "?");
        if (n >= sizeof path || strpbrk(text + n, " #\t\r\n"))
                return false;
        memcpy(path, text, n);
        path[n] = '\0';
        return profile_path_sound(path);
}

static void read_text(ProfileReader *r, const Tree *t, KeyType type, const char **out) {
        if ((type == KEY_PATH && !profile_path_sound(t->text)) || (type == KEY_TARGET && !target_sound(t->text)))
                bad(r, t, PROFILE_PATH, t->text, NULL, NULL);
        else if (type == KEY_NAME && !plain_name(t->text))
                bad(r, t, PROFILE_NAME, t->text, NULL, NULL);
        else if (type == KEY_HEADER && !profile_header_name(t->text))
                bad(r, t, PROFILE_HEADER, t->text, NULL, NULL);
        else
                *out = t->text;
}

static void read_key(ProfileReader *r, const Tree *t, const KeySpec *s, void *out) {
        if (!shape_fits(r, t, s->type))
                return;
        switch (s->type) {
        case KEY_TEXT:
        case KEY_PATH:
        case KEY_TARGET:
        case KEY_NAME:
        case KEY_HEADER:
                read_text(r, t, s->type, out);
                return;
        case KEY_FLAG:
                read_flag(r, t, out);
                return;
        case KEY_INT:
                read_int(r, t, s, out);
                return;
        case KEY_CHOICE:
                read_choice(r, t, s->choices, out);
                return;
        case KEY_SELECT:
                read_select(r, t, out);
                return;
        case KEY_SELECTS:
                read_selects(r, t, out);
                return;
        case KEY_PAIRS:
                read_pairs(r, t, out);
                return;
        case KEY_NAMES:
                read_names(r, t, out);
                return;
        case KEY_STATUSES:
                read_statuses(r, t, s, out);
                return;
        case KEY_ZONE:
                read_zone(r, t, out);
                return;
        case KEY_TREE:
                *(const Tree **) out = t;
        }
}

static void unknown(ProfileReader *r, const Tree *map, const Tree *t, const KeySpec *specs, size_t n) {
        const char *keys[KEYS_MAX];
        size_t count = 0;
        for (; count < n && count < KEYS_MAX; count++)
                keys[count] = specs[count].key;
        const char *nearest = text_nearest(str_of(t->key), keys, count);
        profile_complain(r, &(Complaint) { PROFILE_KEY_UNKNOWN, SEVERITY_ERROR, t->key_origin, t->key,
                                           { NULL, NULL, NULL }, nearest });
        if (nearest)
                misread_add(r, map, nearest);
}

void profile_read(ProfileReader *r, const Tree *map, const KeySpec *specs, size_t n, void *out) {
        if (map->kind != TREE_MAP) {
                bad(r, map, PROFILE_WANTS_MAP, NULL, NULL, NULL);
                return;
        }
        for (const Tree *t = map->child; t; t = t->next) {
                const KeySpec *spec = NULL;
                for (size_t i = 0; i < n && !spec; i++)
                        if (strcmp(specs[i].key, t->key) == 0)
                                spec = &specs[i];
                if (!spec) {
                        unknown(r, map, t, specs, n);
                        continue;
                }
                size_t path = profile_enter(r, t->key);
                int errors = r->errors;
                read_key(r, t, spec, (char *) out + spec->offset);
                if (spec->type == KEY_CHOICE && r->errors > errors)
                        misread_add(r, map, NULL);
                profile_leave(r, path);
        }
        for (size_t i = 0; i < n; i++)
                if (specs[i].required && !tree_get(map, specs[i].key))
                        bad(r, map, PROFILE_KEY_MISSING, specs[i].key, NULL, NULL);
}

static bool among(const char *const *names, const char *name) {
        for (; *names; names++)
                if (strcmp(*names, name) == 0)
                        return true;
        return false;
}

void profile_only(ProfileReader *r, const Tree *map, const KeySpec *specs, size_t n, const char *const *applies,
                  const char *because) {
        for (const Tree *t = map->child; t; t = t->next) {
                bool known = false;
                for (size_t i = 0; i < n; i++)
                        known |= strcmp(specs[i].key, t->key) == 0;
                if (known && !among(applies, t->key))
                        profile_complain(r, &(Complaint) { PROFILE_KEY_USELESS, SEVERITY_ERROR, t->key_origin, t->key,
                                                           { t->key, because, NULL }, NULL });
        }
}

void profile_need(ProfileReader *r, const Tree *map, const char *const *keys) {
        for (; *keys; keys++)
                if (!tree_get(map, *keys))
                        bad(r, map, PROFILE_KEY_MISSING, *keys, NULL, NULL);
}
