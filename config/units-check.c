/* SPDX-License-Identifier: MIT */
/* What cannot be true of the units together: parents, cycles, codes and accounts twice, access that leads nowhere. */
#include <errno.h>

#include "config/build.h"
#include "state/model/strmap.h"

typedef struct Check {
        Build *b;
        const UnitTable *table;
        const Tree *const *at;
        StrMap ids;
        const char **id_list;
} Check;

static void put(Check *c, size_t unit, const char *key, const Notice *notice) {
        Notice n = *notice;
        const Tree *t = c->at[unit], *v = key ? tree_get(t, key) : NULL;
        NoticePath path = notice_path("units", t->key, key);
        n.at = v ? v->origin : t->key_origin;
        n.subject = path.text;
        notice_put(c->b->notices, &n);
}

static void resolve_parent(Check *c, size_t i) {
        Unit *u = &c->table->units[i];
        const Tree *t = tree_get(c->at[i], "parent");
        uint32_t parent;
        if (!t || t->kind != TREE_SCALAR || !t->text[0]) {
                if (!t && u->kind == UNIT_SUB)
                        put(c, i, NULL, &(Notice) { .id = NOTICE_PARENT_MISSING });
                return;
        }
        if (strmap_get(&c->ids, str_of(t->text), &parent))
                u->parent = (int) parent;
        else
                put(c, i, "parent",
                    &(Notice) { .id = NOTICE_PARENT_UNKNOWN,
                                .seen = t->text,
                                .nearest = text_nearest(str_of(t->text), c->id_list, c->table->n_units) });
}

/* Cuts each cycle at its first unit, so that it is said once and nobody walks in circles later. */
static void cut_cycles(Check *c) {
        for (size_t i = 0; i < c->table->n_units; i++) {
                Unit *u = &c->table->units[i];
                _cleanup_text_ Text chain = TEXT_INIT(2000);
                text_addf(&chain, "%s", u->id);
                int p = u->parent;
                for (size_t steps = 0; p >= 0 && (size_t) p != i && steps <= c->table->n_units; steps++) {
                        text_addf(&chain, " < %s", c->table->units[p].id);
                        p = c->table->units[p].parent;
                }
                if (p < 0 || (size_t) p != i)
                        continue;
                text_addf(&chain, " < %s", u->id);
                put(c, i, "parent", &(Notice) { .id = NOTICE_PARENT_CYCLE, .seen = chain.failed ? u->id : chain.at });
                u->parent = -1;
        }
}

static int check_side(Check *c, Side side, const SourceOptions *source) {
        static const char *const code_keys[SIDE_COUNT] = { "central-code", "portal-code" };
        const char *name = side_names[side];
        StrMap codes = { 0 }, accounts = { 0 };
        int r = strmap_reserve(&codes, c->table->n_units);
        if (r == 0)
                r = strmap_reserve(&accounts, c->table->n_units);
        for (size_t i = 0; i < c->table->n_units && r == 0; i++) {
                const Unit *u = &c->table->units[i];
                const UnitAccess *a = &u->access[side];
                const Tree *typed = tree_get(c->at[i], name);
                uint32_t other;
                if (strmap_put(&codes, str_of(a->code), (uint32_t) i, &other) < 0)
                        put(c, i, tree_get(c->at[i], code_keys[side]) ? code_keys[side] : NULL,
                            &(Notice) { .id = NOTICE_CODE_TWICE, .seen = a->code, .en = c->table->units[other].id });
                if (a->account && strmap_put(&accounts, str_of(a->account), (uint32_t) i, &other) < 0)
                        put(c, i, name,
                            &(Notice) {
                                    .id = NOTICE_ACCOUNT_TWICE, .seen = a->account, .en = c->table->units[other].id });
                if (source && !typed && u->kind != UNIT_SUB && u->kind != UNIT_PROVINCE)
                        put(c, i, NULL,
                            &(Notice) { .id = NOTICE_ACCESS_MISSING,
                                        .seen = name,
                                        .en = "an account name, `supervised`, `parent` or `none (reason)`",
                                        .vi = "tên tài khoản, `supervised`, `parent` hoặc `none (lý "
                                              "do)`" });
                if (source && a->mode == ACCOUNT_SUPERVISED && !source->supervisor && !source->files)
                        put(c, i, name, &(Notice) { .id = NOTICE_SUPERVISOR_MISSING, .seen = source->id });
                if (typed && a->mode == ACCOUNT_PARENT && !tree_get(c->at[i], "parent"))
                        put(c, i, name, &(Notice) { .id = NOTICE_ACCESS_PARENT });
        }
        strmap_free(&codes);
        strmap_free(&accounts);
        return r;
}

/* One code of a space, also as the own code on that side, means one unit. */
static int check_codes(Check *c) {
        static const char *const further[SIDE_COUNT] = { "code-central", "code-portal" };
        StrMap codes = { 0 };
        size_t n = 0;
        for (size_t i = 0; i < c->table->n_units; i++)
                n += c->table->units[i].n_codes + SIDE_COUNT;
        _cleanup_arena_ Arena a = { 0 };
        int r = strmap_reserve(&codes, n);
        for (size_t i = 0; i < c->table->n_units && r == 0; i++) {
                const Unit *u = &c->table->units[i];
                for (size_t k = 0; k < u->n_codes + SIDE_COUNT && r == 0; k++) {
                        UnitCode code = k < u->n_codes ? u->codes[k]
                                                       : (UnitCode) { further[k - u->n_codes],
                                                                      u->access[k - u->n_codes].code };
                        _cleanup_text_ Text key = TEXT_INIT(1000);
                        uint32_t other = (uint32_t) i;
                        text_addf(&key, "%s=%s", code.space, code.code);
                        const char *kept = key.failed ? NULL : arena_copy(&a, text_str(&key));
                        if (!kept)
                                r = -ENOMEM;
                        else if (strmap_put(&codes, str_of(kept), (uint32_t) i, &other) < 0 && other != i &&
                                 k < u->n_codes)
                                put(c, i, code.space,
                                    &(Notice) { .id = NOTICE_CODE_TWICE, .seen = code.code,
                                                .en = c->table->units[other].id });
                }
        }
        strmap_free(&codes);
        return r;
}

/* A profile that looks units up by a code nobody has would put every record aside. */
static void check_spaces(Check *c, const SourceOptions *source) {
        const char *space;
        Origin at;
        for (size_t i = 0; source && source->profile && (space = profile_unit_space(source->profile, i, &at)); i++) {
                const char *spaces[64];
                size_t n = 0;
                if (unit_space_known(c->table, space))
                        continue;
                for (size_t u = 0; u < c->table->n_units && n < 64; u++)
                        for (size_t k = 0; k < c->table->units[u].n_codes && n < 64; k++)
                                spaces[n++] = c->table->units[u].codes[k].space;
                notice_put(c->b->notices, &(Notice) { .id = NOTICE_SPACE_UNKNOWN,
                                                      .at = at,
                                                      .subject = "unit-by",
                                                      .seen = space,
                                                      .nearest = text_nearest(str_of(space), spaces, n) });
        }
}

/* `code-edco` beside a profile's `code-edoc`: a code that nothing would ever find. */
static void check_code_keys(Check *c) {
        const char *used[64] = { "code-central", "code-portal" }, *space;
        size_t n = 2;
        Origin at;
        for (int s = 0; s < SIDE_COUNT; s++) {
                const SourceOptions *o = settings_source(c->b->settings, (Side) s);
                for (size_t i = 0; o && o->profile && n < 64 && (space = profile_unit_space(o->profile, i, &at)); i++)
                        used[n++] = space;
        }
        for (size_t i = 0; i < c->table->n_units; i++)
                for (const Tree *t = c->at[i]->child; t; t = t->next) {
                        const char *near = str_starts(str_of(t->key), STR("code-"))
                                                   ? text_nearest(str_of(t->key), used, n)
                                                   : NULL;
                        NoticePath path = notice_path("units", c->at[i]->key, t->key);
                        if (near && strcmp(near, t->key) != 0)
                                notice_put(c->b->notices, &(Notice) { .id = NOTICE_SPACE_UNUSED, .at = t->key_origin,
                                                                      .subject = path.text, .seen = t->key,
                                                                      .nearest = near });
                }
}

int build_unit_checks(Build *b, const UnitTable *t, const Tree *const *at, Err *e) {
        Check c = { .b = b, .table = t, .at = at };
        _cleanup_free_ const char **ids = calloc(t->n_units + 1, sizeof *ids);
        if (!ids || strmap_reserve(&c.ids, t->n_units) < 0)
                return err_oom(e);
        c.id_list = ids;
        for (size_t i = 0; i < t->n_units; i++) {
                ids[i] = t->units[i].id;
                (void) strmap_put(&c.ids, str_of(ids[i]), (uint32_t) i, NULL);
        }
        for (size_t i = 0; i < t->n_units; i++)
                resolve_parent(&c, i);
        cut_cycles(&c);
        strmap_free(&c.ids);

        if (check_codes(&c) < 0)
                return err_oom(e);
        for (int s = 0; s < SIDE_COUNT; s++)
                check_spaces(&c, settings_source(b->settings, (Side) s));
        check_code_keys(&c);
        for (int s = 0; s < SIDE_COUNT; s++)
                if (check_side(&c, (Side) s, settings_source(b->settings, (Side) s)) < 0)
                        return err_oom(e);
        return 0;
}
