/* SPDX-License-Identifier: MIT */
/* A map from text to a small number, for tables that are built once and asked often. Keys are borrowed: they must
 * outlive the map. */
#pragma once

#include "state/model/text.h"

typedef struct StrMap {
        struct StrMapSlot *slots;
        size_t n_slots, n; /* a power of two, or 0 */
} StrMap;

int strmap_reserve(StrMap *m, size_t n); /* before the first put: room for n keys; 0, -ENOMEM */

/* 0; -EEXIST when the key is there (ret_old, may be NULL, gets its number, and the map stays); -ENOSPC over the
 * reservation. */
int strmap_put(StrMap *m, Str key, uint32_t number, uint32_t *ret_old);
bool strmap_get(const StrMap *m, Str key, uint32_t *ret);
void strmap_set(StrMap *m, Str key, uint32_t number); /* another number for a key that is there */
void strmap_free(StrMap *m);
