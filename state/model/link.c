/* SPDX-License-Identifier: MIT */
#include "state/model/link.h"

#include <errno.h>

#include "state/model/strmap.h"

enum { KINDS = 2 };

/* Numbers are places in `links`. */
typedef struct LinkIndex {
        StrMap by_code[KINDS][SIDE_COUNT];
        StrMap by_canonical[KINDS];
} LinkIndex;

static int kind_place(RecordKind kind) {
        return kind == KIND_TASK ? 0 : 1;
}

static LinkIndex *link_index_free(LinkIndex *x) {
        if (!x)
                return NULL;
        for (int k = 0; k < KINDS; k++) {
                for (int s = 0; s < SIDE_COUNT; s++)
                        strmap_free(&x->by_code[k][s]);
                strmap_free(&x->by_canonical[k]);
        }
        free(x);
        return NULL;
}
DEFINE_CLEANUP(LinkIndex, link_index_free)

static int index_reserve(LinkIndex *x, size_t n) {
        for (int k = 0; k < KINDS; k++) {
                int r = strmap_reserve(&x->by_canonical[k], n);
                for (int s = 0; s < SIDE_COUNT && r == 0; s++)
                        r = strmap_reserve(&x->by_code[k][s], n);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int index_add(LinkIndex *x, const Link *l, uint32_t place, Err *e) {
        if ((l->kind != KIND_TASK && l->kind != KIND_INDICATOR) || !l->canonical || !l->canonical[0])
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "link %u: no kind or no canonical code", place + 1);

        int k = kind_place(l->kind);
        if (strmap_put(&x->by_canonical[k], str_of(l->canonical), place, NULL) < 0)
                return err_set(e, -EEXIST, RETRY_RECONFIGURE, "link `%s` is given twice", l->canonical);
        for (int s = 0; s < SIDE_COUNT; s++) {
                Str code = str_of(l->code[s] ? l->code[s] : l->canonical);
                if (code.len > 0 && strmap_put(&x->by_code[k][s], code, place, NULL) < 0)
                        return err_set(e, -EEXIST, RETRY_RECONFIGURE, "link `%s`: the %s code `%s` is linked twice",
                                       l->canonical, side_names[s], code.at);
        }
        return 0;
}

int link_table_index(LinkTable *t, Err *e) {
        _cleanup_(link_index_freep) LinkIndex *x = calloc(1, sizeof *x);
        if (!x || t->n_links > UINT32_MAX || index_reserve(x, t->n_links) < 0)
                return err_oom(e);

        for (size_t i = 0; i < t->n_links; i++) {
                int r = index_add(x, &t->links[i], (uint32_t) i, e);
                if (r < 0)
                        return r;
        }
        link_index_free(t->index);
        t->index = TAKE_PTR(x);
        return 0;
}

LinkTable *link_table_free(LinkTable *t) {
        if (!t)
                return NULL;
        link_index_free(t->index);
        free(t->links);
        arena_free(&t->arena);
        free(t);
        return NULL;
}

Str link_canonical(const LinkTable *t, RecordKind kind, Side side, Str code) {
        uint32_t place;
        if (!t || !t->index || !strmap_get(&t->index->by_code[kind_place(kind)][side], code, &place))
                return code;
        return str_of(t->links[place].canonical);
}

bool link_expected(const LinkTable *t, RecordKind kind, Side side, Str canonical) {
        uint32_t place;
        if (!t || !t->index || !strmap_get(&t->index->by_canonical[kind_place(kind)], canonical, &place))
                return true;
        const char *code = t->links[place].code[side];
        return !code || code[0];
}
