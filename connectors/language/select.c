/* SPDX-License-Identifier: MIT */
#include "connectors/language/select.h"

/* json-c's lookup wants NUL-terminated names: select_compile ends each one so. */
static bool child_named(json_object *at, Str name, json_object **ret) {
        return json_object_is_type(at, json_type_object) && json_object_object_get_ex(at, name.at, ret);
}

static bool child_indexed(json_object *at, int index, json_object **ret) {
        if (!json_object_is_type(at, json_type_array))
                return false;
        size_t n = json_object_array_length(at), i = (size_t) index;
        if (index < 0) {
                if ((size_t) -index > n)
                        return false;
                i = n - (size_t) -index;
        }
        if (i >= n)
                return false;
        *ret = json_object_array_get_idx(at, i);
        return true;
}

/* How many plain steps could be walked; *ret is where it ended. */
static int walk_plain(const Select *s, int from, json_object *root, json_object **ret) {
        int i = from;
        *ret = root;
        for (; i < s->n_steps && *ret; i++) {
                const SelectStep *step = &s->steps[i];
                json_object *child = NULL;
                if (!(step->name.at ? child_named(*ret, step->name, &child) : child_indexed(*ret, step->index, &child)))
                        break;
                *ret = child;
        }
        return i;
}

static bool literal_is(const SelectFilter *f, json_object *v) {
        switch (f->literal) {
        case LITERAL_TEXT:
                return json_object_is_type(v, json_type_string) &&
                       str_eq((Str) { json_object_get_string(v), (size_t) json_object_get_string_len(v) }, f->text);
        case LITERAL_NUMBER:
                return (json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_double)) &&
                       !(json_object_get_double(v) < f->number) && !(json_object_get_double(v) > f->number);
        case LITERAL_FLAG:
                return json_object_is_type(v, json_type_boolean) && (bool) json_object_get_boolean(v) == f->flag;
        case LITERAL_NULL:
                return v == NULL;
        case LITERAL_NONE:
                break;
        }
        return true;
}

bool select_passes(const SelectFilter *f, json_object *child) {
        bool there = true;
        for (int i = 0; i < f->n_path && there; i++)
                there = child_named(child, f->path[i], &child);
        return f->literal == LITERAL_NONE ? there : f->differs != (there && literal_is(f, child));
}

typedef struct Walk {
        const Select *select;
        SelectFound found;
        void *userdata;
} Walk;

static int walk_from(Walk *w, int i, json_object *at);

/* Calls `each` for the children of an array or object until it returns something else than 0. */
static int children(Walk *w, int i, json_object *at, int (*each)(Walk *w, int i, json_object *child)) {
        int r = 0;
        if (json_object_is_type(at, json_type_array)) {
                size_t n = json_object_array_length(at);
                for (size_t k = 0; k < n && r == 0; k++)
                        r = each(w, i, json_object_array_get_idx(at, k));
        } else if (json_object_is_type(at, json_type_object)) {
                struct json_object_iterator it = json_object_iter_begin(at), end = json_object_iter_end(at);
                for (; r == 0 && !json_object_iter_equal(&it, &end); json_object_iter_next(&it))
                        r = each(w, i, json_object_iter_peek_value(&it));
        }
        return r;
}

static int child_found(Walk *w, int i, json_object *child) {
        (void) i;
        return w->found(w->userdata, child);
}

static int child_walked(Walk *w, int i, json_object *child) {
        return walk_from(w, i + 1, child);
}

static int child_filtered(Walk *w, int i, json_object *child) {
        return select_passes(w->select->steps[i].filter, child) ? walk_from(w, i + 1, child) : 0;
}

/* One step without what `..` adds. */
static int walk_here(Walk *w, int i, json_object *at) {
        const SelectStep *step = &w->select->steps[i];
        json_object *child = NULL;
        switch (step->kind) {
        case SELECT_NAME:
                return child_named(at, step->name, &child) ? walk_from(w, i + 1, child) : 0;
        case SELECT_INDEX:
                return child_indexed(at, step->index, &child) ? walk_from(w, i + 1, child) : 0;
        case SELECT_ALL:
                return children(w, i, at, child_walked);
        case SELECT_FILTER:
                break;
        }
        return children(w, i, at, child_filtered);
}

static int walk_from(Walk *w, int i, json_object *at);

/* Depth is bounded by the parser's (LIMIT_JSON_DEPTH); a selector holds one `..`, so each place is passed once. */
static int walk_deep(Walk *w, int i, json_object *at) {
        int r = walk_here(w, i, at);
        return r != 0 ? r : children(w, i, at, walk_deep);
}

static int walk_from(Walk *w, int i, json_object *at) {
        if (i < w->select->n_steps)
                return w->select->steps[i].deep ? walk_deep(w, i, at) : walk_here(w, i, at);
        return w->select->list ? children(w, i, at, child_found) : w->found(w->userdata, at);
}

int select_each(const Select *s, int from, json_object *root, SelectFound found, void *userdata) {
        Walk w = { .select = s, .found = found, .userdata = userdata };
        return walk_from(&w, from, root);
}

typedef struct First {
        json_object *at;
        int n;
} First;

static int first_found(void *userdata, json_object *v) {
        First *f = userdata;
        f->n++;
        if (!f->at)
                f->at = v;
        return f->n > 1 && f->at;
}

static Selected walk_many(const Select *s, int from, json_object *root, json_object **ret) {
        First f = { 0 };
        Select without_end = *s;
        without_end.list = false;
        select_each(&without_end, from, root, first_found, &f);
        if (f.n == 0)
                return SELECTED_MISSING;
        *ret = f.at;
        return f.n > 1 ? SELECTED_SEVERAL : f.at ? SELECTED_VALUE : SELECTED_NULL;
}

Selected select_walk(const Select *s, int from, json_object *root, json_object **ret) {
        json_object *at;
        if (s->many)
                return walk_many(s, from, root, ret);
        int reached = walk_plain(s, from, root, &at);
        if (!at)
                return SELECTED_NULL;
        if (reached < s->n_steps)
                return SELECTED_MISSING;
        *ret = at;
        return SELECTED_VALUE;
}

static void step_print(const SelectStep *step, Text *t) {
        if (!step->name.at)
                text_addf(t, "[%d]", step->index);
        else
                text_addf(t, ".%s", step->name.at);
}

/* What stands at a place, by its kind: the names of an object's members, a list's length, else the value's start. */
static void place_print(json_object *at, Text *t) {
        if (json_object_is_type(at, json_type_object)) {
                int n = 0;
                text_add(t, STR("an object of"));
                json_object_object_foreach(at, key, value) {
                        (void) value;
                        if (n++ < 8)
                                text_addf(t, "%s %.40s", n > 1 ? "," : "", key);
                }
                text_add(t, n == 0 ? STR(" nothing") : n > 8 ? STR(", ...") : STR(""));
        } else if (json_object_is_type(at, json_type_array)) {
                text_addf(t, "a list of %zu", json_object_array_length(at));
        } else {
                text_addf(t, "%.60s", at ? json_object_to_json_string_ext(at, JSON_C_TO_STRING_PLAIN) : "null");
        }
}

void select_explain(const Select *s, int from, json_object *root, Text *ret) {
        json_object *at = root;
        int reached = s->many ? from : walk_plain(s, from, root, &at);
        text_addc(ret, '$');
        for (int i = 0; i < reached; i++)
                step_print(&s->steps[i], ret);
        text_add(ret, STR(" is "));
        place_print(at, ret);
}

/* Whether every place that `b` names is one that `a` names too. */
static bool step_covers(const SelectStep *a, const SelectStep *b) {
        if (a->deep || b->deep || a->kind == SELECT_FILTER || b->kind == SELECT_FILTER)
                return false;
        if (a->kind == SELECT_ALL)
                return true;
        return a->kind == b->kind && (a->name.at ? str_eq(a->name, b->name) : a->index == b->index);
}

bool select_within(const Select *outer, const Select *inner) {
        if (inner->n_steps < outer->n_steps)
                return false;
        for (int i = 0; i < outer->n_steps; i++)
                if (!step_covers(&outer->steps[i], &inner->steps[i]))
                        return false;
        return true;
}
