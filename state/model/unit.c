/* SPDX-License-Identifier: MIT */
#include "state/model/unit.h"

#include <errno.h>
#include <limits.h>

#include "state/model/strmap.h"

const char *const unit_kinds[UNIT_KIND_COUNT + 1] = {
        "province", "department", "commune", "ward", "special-zone", "sub-unit", NULL,
};

const char *unit_kind_vn(UnitKind kind) {
        static const char *const labels[UNIT_KIND_COUNT] = {
                [UNIT_PROVINCE] = "tỉnh",        [UNIT_DEPARTMENT] = "sở, ban, ngành",
                [UNIT_COMMUNE] = "xã",           [UNIT_WARD] = "phường",
                [UNIT_SPECIAL_ZONE] = "đặc khu", [UNIT_SUB] = "bộ phận",
        };
        return labels[kind];
}

#define PLACE_SEVERAL UINT32_MAX /* a name that more than one unit has */

/* Numbers are places in `units`. */
typedef struct UnitIndex {
        StrMap by_id, by_code[SIDE_COUNT], by_name, by_folded;
        StrMap by_space; /* "code-edoc=000.00.24.H15" */
        const char **near; /* loose forms: id, name, name without its first word, and codes */
        uint32_t *near_place;
        size_t n_near;
} UnitIndex;

static UnitIndex *unit_index_free(UnitIndex *x) {
        if (!x)
                return NULL;
        strmap_free(&x->by_id);
        strmap_free(&x->by_name);
        strmap_free(&x->by_folded);
        strmap_free(&x->by_space);
        for (int s = 0; s < SIDE_COUNT; s++)
                strmap_free(&x->by_code[s]);
        free(x->near);
        free(x->near_place);
        free(x);
        return NULL;
}
DEFINE_CLEANUP(UnitIndex, unit_index_free)

static int index_reserve(UnitIndex *x, size_t n, size_t n_codes) {
        int r = strmap_reserve(&x->by_id, n);
        if (r == 0)
                r = strmap_reserve(&x->by_space, n_codes);
        for (int s = 0; s < SIDE_COUNT && r == 0; s++)
                r = strmap_reserve(&x->by_code[s], n);
        if (r == 0)
                r = strmap_reserve(&x->by_name, n);
        if (r == 0)
                r = strmap_reserve(&x->by_folded, n);
        size_t most = n * (3 + SIDE_COUNT) + n_codes;
        x->near = calloc(most + 1, sizeof *x->near);
        x->near_place = calloc(most + 1, sizeof *x->near_place);
        return r == 0 && x->near && x->near_place ? 0 : -ENOMEM;
}

static void add_name(StrMap *m, Str name, uint32_t place) {
        if (strmap_put(m, name, place, NULL) == -EEXIST)
                strmap_set(m, name, PLACE_SEVERAL);
}

static void add_near(UnitIndex *x, const char *text, uint32_t place) {
        x->near[x->n_near] = text;
        x->near_place[x->n_near++] = place;
}

static int add_near_code(UnitTable *t, UnitIndex *x, const char *code, uint32_t place) {
        Str loose;
        int r = text_fold_loose(&t->arena, str_of(code), &loose);
        if (r == 0)
                add_near(x, loose.at, place);
        return r == -ENOMEM ? r : 0;
}

static int add_codes(UnitTable *t, UnitIndex *x, uint32_t place, Err *e) {
        const Unit *u = &t->units[place];
        for (size_t i = 0; i < u->n_codes; i++) {
                const UnitCode *c = &u->codes[i];
                _cleanup_text_ Text key = TEXT_INIT(1000);
                uint32_t old = place;
                text_addf(&key, "%s=%s", c->space, c->code);
                const char *kept = key.failed ? NULL : arena_copy(&t->arena, text_str(&key));
                if (!kept || add_near_code(t, x, c->code, place) < 0)
                        return err_oom(e);
                if (strmap_put(&x->by_space, str_of(kept), place, &old) < 0 && old != place)
                        return err_set(e, -EEXIST, RETRY_RECONFIGURE, "units `%s` and `%s` have the same %s `%s`",
                                       t->units[old].id, u->id, c->space, c->code);
        }
        return 0;
}

static int index_add(UnitTable *t, UnitIndex *x, uint32_t place, Err *e) {
        Unit *u = &t->units[place];
        if (strmap_put(&x->by_id, str_of(u->id), place, NULL) < 0)
                return err_set(e, -EEXIST, RETRY_RECONFIGURE, "unit `%s` is given twice", u->id);

        for (int s = 0; s < SIDE_COUNT; s++) {
                if (!u->access[s].code)
                        u->access[s].code = u->id;
                uint32_t old;
                if (strcmp(u->access[s].code, u->id) != 0 && add_near_code(t, x, u->access[s].code, place) < 0)
                        return err_oom(e);
                if (strmap_put(&x->by_code[s], str_of(u->access[s].code), place, &old) < 0)
                        return err_set(e, -EEXIST, RETRY_RECONFIGURE, "units `%s` and `%s` have the same %s code `%s`",
                                       t->units[old].id, u->id, side_names[s], u->access[s].code);
        }

        Str name, folded, loose, loose_id;
        int r = text_normalise(&t->arena, str_of(u->name), &name);
        if (r == 0)
                r = text_fold(&t->arena, name, &folded);
        if (r == 0)
                r = text_fold_loose(&t->arena, name, &loose);
        if (r == 0)
                r = text_fold_loose(&t->arena, str_of(u->id), &loose_id);
        if (r == -ENOMEM)
                return err_oom(e);
        if (r < 0)
                return err_set(e, r, RETRY_RECONFIGURE, "unit `%s`: its name or key is not UTF-8", u->id);

        add_name(&x->by_name, name, place);
        add_name(&x->by_folded, folded, place);
        add_near(x, loose_id.at, place);
        add_near(x, loose.at, place);
        const char *second = memchr(loose.at, ' ', loose.len);
        if (second)
                add_near(x, second + 1, place);
        return 0;
}

typedef struct Placed {
        Unit unit;
        size_t old;
} Placed;

static int placed_order(const void *a, const void *b) {
        return strcmp(((const Placed *) a)->unit.id, ((const Placed *) b)->unit.id);
}

/* By id, and parents follow to their new places. */
static int units_sort(UnitTable *t) {
        _cleanup_free_ Placed *placed = calloc(t->n_units + 1, sizeof *placed);
        _cleanup_free_ int *moved = calloc(t->n_units + 1, sizeof *moved);
        if (!placed || !moved)
                return -ENOMEM;

        for (size_t i = 0; i < t->n_units; i++)
                placed[i] = (Placed) { t->units[i], i };
        qsort(placed, t->n_units, sizeof *placed, placed_order);
        for (size_t i = 0; i < t->n_units; i++)
                moved[placed[i].old] = (int) i;
        for (size_t i = 0; i < t->n_units; i++) {
                t->units[i] = placed[i].unit;
                if (t->units[i].parent >= 0)
                        t->units[i].parent = moved[t->units[i].parent];
        }
        return 0;
}

static int units_check(const UnitTable *t, Err *e) {
        for (size_t i = 0; i < t->n_units; i++) {
                const Unit *u = &t->units[i];
                if (!u->id || !u->id[0] || !u->name || u->parent < -1 || u->parent >= (int) t->n_units)
                        return err_set(e, -EINVAL, RETRY_RECONFIGURE, "unit %zu: no key, no name, or no such parent",
                                       i + 1);
        }
        for (size_t i = 0; i < t->n_units; i++) {
                size_t steps = 0;
                for (int p = t->units[i].parent; p >= 0; p = t->units[p].parent)
                        if (++steps > t->n_units)
                                return err_set(e, -ELOOP, RETRY_RECONFIGURE, "unit `%s` is its own ancestor",
                                               t->units[i].id);
        }
        return 0;
}

static int units_people(UnitTable *t) {
        size_t n = 0;
        for (size_t i = 0; i < t->n_units; i++)
                n += t->units[i].n_seats;
        _cleanup_free_ Seat **seats = calloc(n + 1, sizeof *seats);
        if (!seats)
                return -ENOMEM;

        n = 0;
        for (size_t i = 0; i < t->n_units; i++)
                for (size_t k = 0; k < t->units[i].n_seats; k++)
                        seats[n++] = &t->units[i].seats[k];
        return person_assign(&t->arena, seats, n);
}

int unit_table_index(UnitTable *t, Err *e) {
        if (t->n_units > INT_MAX)
                return err_oom(e);
        int r = units_check(t, e);
        if (r < 0)
                return r;

        _cleanup_(unit_index_freep) UnitIndex *x = calloc(1, sizeof *x);
        size_t n_codes = 0;
        for (size_t i = 0; i < t->n_units; i++)
                n_codes += t->units[i].n_codes;
        if (!x || index_reserve(x, t->n_units, n_codes) < 0 || units_sort(t) < 0)
                return err_oom(e);
        for (size_t i = 0; i < t->n_units; i++) {
                r = index_add(t, x, (uint32_t) i, e);
                if (r == 0)
                        r = add_codes(t, x, (uint32_t) i, e);
                if (r < 0)
                        return r;
        }
        r = units_people(t);
        if (r < 0)
                return r == -ENOMEM ? err_oom(e) : err_set(e, r, RETRY_RECONFIGURE,
                        "the name of a person is not UTF-8");

        unit_index_free(t->index);
        t->index = TAKE_PTR(x);
        return 0;
}

UnitTable *unit_table_free(UnitTable *t) {
        if (!t)
                return NULL;
        unit_index_free(t->index);
        for (size_t i = 0; t->units && i < t->n_units; i++)
                free(t->units[i].seats);
        free(t->units);
        arena_free(&t->arena);
        free(t);
        return NULL;
}

static const Unit *unit_at(const UnitTable *t, const StrMap *m, Str key) {
        uint32_t place;
        return strmap_get(m, key, &place) && place != PLACE_SEVERAL ? &t->units[place] : NULL;
}

const Unit *unit_by_id(const UnitTable *t, Str id) {
        return t->index ? unit_at(t, &t->index->by_id, id) : NULL;
}

const Unit *unit_by_code(const UnitTable *t, Side side, Str code) {
        static const char *const further[SIDE_COUNT] = { "code-central", "code-portal" };
        const Unit *u = t->index ? unit_at(t, &t->index->by_code[side], code) : NULL;
        return u || !t->index || t->index->by_space.n == 0 ? u : unit_by_space(t, further[side], code);
}

const Unit *unit_by_space(const UnitTable *t, const char *space, Str code) {
        char key[200];
        size_t n = strlen(space);
        if (!t->index || n + code.len + 1 > sizeof key)
                return NULL;
        memcpy(key, space, n);
        key[n] = '=';
        memcpy(key + n + 1, code.at, code.len);
        return unit_at(t, &t->index->by_space, (Str) { key, n + 1 + code.len });
}

bool unit_space_known(const UnitTable *t, const char *space) {
        for (size_t i = 0; i < t->n_units; i++)
                for (size_t k = 0; k < t->units[i].n_codes; k++)
                        if (strcmp(t->units[i].codes[k].space, space) == 0)
                                return true;
        return false;
}

const Unit *unit_by_name(const UnitTable *t, Str name) {
        if (!t->index)
                return NULL;
        _cleanup_arena_ Arena scratch = { 0 };
        Str exact, folded;
        uint32_t place;
        if (text_normalise(&scratch, name, &exact) < 0)
                return NULL;
        if (strmap_get(&t->index->by_name, exact, &place) && place != PLACE_SEVERAL)
                return &t->units[place];
        if (text_fold(&scratch, exact, &folded) < 0)
                return NULL;
        return unit_at(t, &t->index->by_folded, folded);
}

const Unit *unit_near(const UnitTable *t, Str text) {
        if (!t->index)
                return NULL;
        _cleanup_arena_ Arena scratch = { 0 };
        Str loose;
        if (text_fold_loose(&scratch, text, &loose) < 0)
                return NULL;

        const UnitIndex *x = t->index;
        const char *near = text_nearest(loose, x->near, x->n_near);
        for (size_t i = 0; near && i < x->n_near; i++)
                if (x->near[i] == near)
                        return &t->units[x->near_place[i]];
        return NULL;
}

const Unit *unit_reader(const UnitTable *t, const Unit *u, Side side) {
        while (u->access[side].mode == ACCOUNT_PARENT && u->parent >= 0)
                u = &t->units[u->parent];
        return u;
}

const Unit *unit_owner(const UnitTable *t, const Unit *u) {
        while (u->kind == UNIT_SUB && u->parent >= 0)
                u = &t->units[u->parent];
        return u;
}
