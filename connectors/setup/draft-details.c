/* SPDX-License-Identifier: MIT */
/* A list whose rows were asked for one by one: an address in which a value of the row stands, and where in the answer
 * the record is. Then the rows and what was learnt of some of them are looked at together, as a profile sees them. */
#include <errno.h>
#include <stdio.h>

#include "connectors/decode/document.h"
#include "connectors/setup/draft-parts.h"
#include "connectors/setup/look-parts.h"
#include "state/model/room.h"
#include "state/model/strmap.h"

#define ROWS_MAX 2000
#define WAYS_MAX 24
#define ASKED_MAX 64
#define VALUE_BYTES 80
#define MEMBERS_MAX 16 /* of a row, its first: what names it stands at its front */

typedef struct Row {
        json_object *value; /* owned by `kept` of its Rows */
        const HarEntry *detail;
} Row;

/* The rows of a list, and which of them a text names. */
typedef struct Rows {
        json_object **kept; /* the answers */
        size_t n_kept, room_kept;
        Row *at;
        size_t n, room;
        StrMap values; /* text -> row * MEMBERS_MAX + member */
        Arena arena;
} Rows;

/* One shape of address: the place of the value, and the member of the row that it is. */
typedef struct Way {
        const char *path;  /* a template */
        const char *query; /* the parameter that holds it; NULL: it stands in the path */
        const char *member;
        const HarEntry *asked[ASKED_MAX];
        size_t row[ASKED_MAX];
        int n;
} Way;

typedef struct Ways {
        Way at[WAYS_MAX];
        int n;
} Ways;

static void rows_free(Rows *r) {
        for (size_t i = 0; i < r->n_kept; i++)
                json_object_put(r->kept[i]);
        free(r->kept);
        free(r->at);
        strmap_free(&r->values);
        arena_free(&r->arena);
}

static bool plain_name(const char *name) {
        for (const char *c = name; *c; c++)
                if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_'))
                        return false;
        return name[0] != '\0';
}

static bool is_scalar(json_object *v) {
        return json_object_is_type(v, json_type_string) || json_object_is_type(v, json_type_int);
}

/* -ENOMEM. */
static int row_index(Rows *r, size_t number) {
        uint32_t at = (uint32_t) (number * MEMBERS_MAX), end = at + MEMBERS_MAX;
        json_object_object_foreach(r->at[number].value, name, value) {
                const char *text = is_scalar(value) ? json_object_get_string(value) : "";
                size_t len = strlen(text);
                if (at == end)
                        break;
                const char *copy = len > 0 && len <= VALUE_BYTES && plain_name(name)
                                           ? arena_copy(&r->arena, str_of(text))
                                           : NULL;
                if (copy && strmap_put(&r->values, str_of(copy), at, NULL) == -ENOMEM)
                        return -ENOMEM;
                at++;
        }
        return 0;
}

static int rows_index(Rows *r) {
        int failed = strmap_reserve(&r->values, r->n * MEMBERS_MAX);
        for (size_t i = 0; i < r->n && failed == 0; i++)
                failed = row_index(r, i);
        return failed;
}

static int rows_take(Rows *r, Str body, const Select *list) {
        json_object *root = draft_document(body), *found = NULL;
        if (!root)
                return 0;
        if (ROOM_FOR_ONE(r->kept, r->n_kept, r->room_kept, 16) < 0) {
                json_object_put(root);
                return -ENOMEM;
        }
        r->kept[r->n_kept++] = root;
        if (select_get(list, root, &found) != SELECTED_VALUE || !json_object_is_type(found, json_type_array))
                return 0;
        for (size_t i = 0; i < json_object_array_length(found) && r->n < ROWS_MAX; i++) {
                json_object *row = json_object_array_get_idx(found, i);
                if (!json_object_is_type(row, json_type_object))
                        continue;
                if (ROOM_FOR_ONE(r->at, r->n, r->room, 64) < 0)
                        return -ENOMEM;
                r->at[r->n++] = (Row) { .value = row };
        }
        return 0;
}

static const char *member_name(const Rows *r, uint32_t place) {
        uint32_t at = 0;
        json_object_object_foreach(r->at[place / MEMBERS_MAX].value, name, value) {
                (void) value;
                if (at++ == place % MEMBERS_MAX)
                        return name;
        }
        return "";
}

/* ---- the addresses ---- */

static void way_add(Ways *w, const char *path, const char *query, const char *member, const HarEntry *e, size_t row) {
        int at = 0;
        while (at < w->n && (strcmp(w->at[at].path, path) != 0 || strcmp(w->at[at].member, member) != 0))
                at++;
        if (at == WAYS_MAX)
                return;
        if (at == w->n)
                w->at[w->n++] = (Way) { .path = path, .query = query, .member = member };
        Way *way = &w->at[at];
        for (int i = 0; i < way->n; i++)
                if (way->row[i] == row)
                        return;
        if (way->n < ASKED_MAX) {
                way->asked[way->n] = e;
                way->row[way->n++] = row;
        }
}

static void path_look(Draft *d, Ways *w, const Rows *r, const HarEntry *e) {
        Str rest = str_of(e->path), part;
        uint32_t place;
        while (str_split(&rest, '/', &part)) {
                if (part.len == 0 || !strmap_get(&r->values, part, &place))
                        continue;
                const char *member = arena_copy(&d->arena, str_of(member_name(r, place)));
                const char *path = member ? draft_printf(d, "%.*s<record.%s>%.*s", (int) (part.at - e->path), e->path,
                                                         member, (int) strlen(part.at + part.len), part.at + part.len)
                                          : NULL;
                if (path)
                        way_add(w, path, NULL, member, e, place / MEMBERS_MAX);
        }
}

static void query_look(Draft *d, Ways *w, const Rows *r, const HarEntry *e) {
        uint32_t place;
        if (e->query.n != 1 || !strmap_get(&r->values, str_of(e->query.at[0].value), &place))
                return;
        const char *member = arena_copy(&d->arena, str_of(member_name(r, place)));
        const char *path = member ? draft_printf(d, "%s?%s", e->path, e->query.at[0].name) : NULL;
        if (path)
                way_add(w, path, e->query.at[0].name, member, e, place / MEMBERS_MAX);
}

static const Way *ways_look(Draft *d, Ways *w, const HarLog *log, const DraftStream *s, const Rows *r) {
        const Way *best = NULL;
        for (const HarEntry *e = log->at; e < log->at + log->n; e++) {
                if (strcmp(e->method, "GET") != 0 || strcmp(e->origin, d->origin) != 0 || e->status != 200 ||
                    !draft_json(e->answer_type) || e->answer.len < 2 || strcmp(e->path, s->path) == 0)
                        continue;
                path_look(d, w, r, e);
                query_look(d, w, r, e);
        }
        for (int i = 0; i < w->n; i++)
                if (w->at[i].n >= 2 && (!best || w->at[i].n > best->n))
                        best = &w->at[i];
        return best;
}

/* ---- what they answer ---- */

/* Frames say how it went and hold the record alone. */
static json_object *unwrap(json_object *v, Text *path) {
        for (int depth = 0; depth < 3; depth++) {
                json_object *inner = NULL;
                const char *name_of = NULL;
                int objects = 0, others = 0;
                json_object_object_foreach(v, name, value) {
                        bool object = json_object_is_type(value, json_type_object);
                        objects += object;
                        others += !object;
                        if (object) {
                                inner = value;
                                name_of = name;
                        }
                }
                if (objects != 1 || others > 3 || look_step(path, name_of) < 0)
                        break;
                v = inner;
        }
        return v;
}

static int record_where(Draft *d, DraftStream *s, const Way *way) {
        _cleanup_(json_root_freep) json_object *root = draft_document(way->asked[0]->answer);
        _cleanup_text_ Text path = TEXT_INIT(500);
        Look look;
        char why[160];
        if (!json_object_is_type(root, json_type_object))
                return 1;
        text_addc(&path, '$');
        (void) unwrap(root, &path);
        s->detail_record = path.failed ? NULL : arena_copy(&d->arena, text_str(&path));
        if (!s->detail_record)
                return -ENOMEM;
        if (look_page(&d->arena, way->asked[0]->answer, &look, why) == 0) {
                const LookHint *ok = look_hint(&look, HINT_OK);
                s->detail_ok = ok && ok->type == LOOK_FLAG && strcmp(ok->value, "true") == 0 ? ok->path : NULL;
        }
        return 0;
}

static json_object *joined(json_object *row, json_object *detail) {
        json_object *both = json_object_new_object();
        if (!both)
                return NULL;
        if (json_object_object_add(both, "row", json_object_get(row)) < 0 ||
            (detail && json_object_object_add(both, "detail", json_object_get(detail)) < 0)) {
                json_object_put(both);
                return NULL;
        }
        return both;
}

static int join_one(const Row *row, const Select *where, json_object *all) {
        _cleanup_(json_root_freep) json_object *root = row->detail ? draft_document(row->detail->answer) : NULL;
        json_object *detail = NULL, *both;
        if (root && select_get(where, root, &detail) != SELECTED_VALUE)
                detail = NULL;
        both = joined(row->value, detail);
        if (!both || json_object_array_add(all, both) < 0) {
                json_object_put(both);
                return -ENOMEM;
        }
        return 0;
}

/* Those that were asked for come first: only so many are looked at. */
static int join_all(Draft *d, DraftStream *s, const Rows *r, json_object *all) {
        Select where;
        size_t at;
        const char *why;
        int failed = select_compile(&d->arena, s->detail_record, &where, &at, &why);
        for (int round = 0; round < 2 && failed == 0; round++)
                for (size_t i = 0; i < r->n && failed == 0; i++)
                        if ((r->at[i].detail ? 0 : 1) == round)
                                failed = join_one(&r->at[i], &where, all);
        return failed;
}

/* The two halves are no members, and what stands at their top has no parent. */
static void halves_drop(LookList *l) {
        int n = 0;
        for (int i = 0; i < l->n_members; i++) {
                LookMember m = l->members[i];
                bool top = strcmp(m.parent, "row") == 0 || strcmp(m.parent, "detail") == 0;
                if (strcmp(m.path, "$.row") == 0 || strcmp(m.path, "$.detail") == 0)
                        continue;
                if (top)
                        m.parent = "";
                l->members[n++] = m;
        }
        l->n_members = n;
}

static int details_take(Draft *d, DraftStream *s, Rows *r, const Way *way) {
        _cleanup_(json_root_freep) json_object *all = json_object_new_array();
        LookList list = *s->list;
        int failed = all ? record_where(d, s, way) : -ENOMEM;
        for (int i = 0; i < way->n; i++)
                r->at[way->row[i]].detail = way->asked[i];
        if (failed == 0)
                failed = join_all(d, s, r, all);
        if (failed == 0)
                failed = look_members(&d->arena, all, &list);
        if (failed != 0)
                return failed;
        halves_drop(&list);
        s->look.list[0] = list;
        s->details = way->n;
        s->detail_query = way->query;
        s->detail_member = way->member;
        s->detail_path = way->query ? arena_copy(&d->arena, (Str) { way->path, strcspn(way->path, "?") }) : way->path;
        return s->detail_path ? 0 : -ENOMEM;
}

/* Every answer at such an address, also of rows that are not looked at. */
static bool asked_so(const DraftStream *s, const HarEntry *e) {
        const char *gap = strstr(s->detail_path, "<record."), *after = gap ? strchr(gap, '>') : NULL;
        size_t before = gap ? (size_t) (gap - s->detail_path) : 0, len = strlen(e->path);
        if (!after)
                return strcmp(e->path, s->detail_path) == 0;
        size_t behind = strlen(after + 1);
        return len > before + behind && strncmp(e->path, s->detail_path, before) == 0 &&
               strcmp(e->path + len - behind, after + 1) == 0 &&
               !memchr(e->path + before, '/', len - before - behind);
}

/* A list may stand at such an address too: it has no record where the details have theirs. */
static bool holds_record(const HarEntry *e, const Select *where) {
        _cleanup_(json_root_freep) json_object *root = draft_document(e->answer);
        json_object *record = NULL;
        return root && where->n_steps > 0 && select_get(where, root, &record) == SELECTED_VALUE &&
               json_object_is_type(record, json_type_object);
}

static void listing_clear(Draft *d, const HarLog *log, const DraftStream *s, const Way *way, bool *listing) {
        Select where;
        size_t at;
        const char *why;
        bool framed = select_compile(&d->arena, s->detail_record, &where, &at, &why) == 0;
        for (const HarEntry *e = log->at; e < log->at + log->n; e++) {
                bool *is = &listing[e - log->at], asked = false;
                if (!*is || strcmp(e->origin, d->origin) != 0 || strcmp(e->method, "GET") != 0 || !asked_so(s, e))
                        continue;
                for (int i = 0; i < way->n && !asked; i++)
                        asked = strcmp(e->path, way->asked[i]->path) == 0;
                *is = !asked && !(framed && holds_record(e, &where));
        }
}

int draft_details(Draft *d, const HarLog *log, DraftStream *s, const HarEntry *const *calls, int n, bool *listing) {
        _cleanup_(rows_free) Rows r = { 0 };
        _cleanup_free_ Ways *w = calloc(1, sizeof *w);
        Select list;
        size_t at;
        const char *why;
        int failed = w ? select_compile(&d->arena, s->list->path, &list, &at, &why) : -ENOMEM;
        for (int i = 0; i < n && failed == 0; i++)
                failed = rows_take(&r, calls[i]->answer, &list);
        if (failed == 0)
                failed = rows_index(&r);
        const Way *way = failed == 0 && r.n > 0 ? ways_look(d, w, log, s, &r) : NULL;
        if (!way)
                return failed < 0 ? failed : 0;
        failed = details_take(d, s, &r, way);
        if (failed == 0)
                listing_clear(d, log, s, way, listing);
        return failed < 0 ? failed : 0;
}
