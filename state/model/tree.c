/* SPDX-License-Identifier: MIT */
#include "state/model/tree.h"

const Tree *tree_get(const Tree *map, const char *key) {
        if (!map || map->kind != TREE_MAP)
                return NULL;
        for (const Tree *t = map->child; t; t = t->next)
                if (t->key && strcmp(t->key, key) == 0)
                        return t;
        return NULL;
}

size_t tree_count(const Tree *t) {
        size_t n = 0;
        if (t && t->kind != TREE_SCALAR)
                for (const Tree *c = t->child; c; c = c->next)
                        n++;
        return n;
}
