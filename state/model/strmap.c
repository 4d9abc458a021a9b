/* SPDX-License-Identifier: MIT */
#include "state/model/strmap.h"

#include <errno.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

typedef struct StrMapSlot {
        Str key;
        uint32_t hash, number;
        bool used;
} StrMapSlot;

int strmap_reserve(StrMap *m, size_t n) {
        size_t slots = 8;
        while (slots < n * 2) /* at most half full: a miss ends quickly */
                slots *= 2;

        StrMapSlot *at = calloc(slots, sizeof *at);
        if (!at)
                return -ENOMEM;
        free(m->slots);
        *m = (StrMap) { .slots = at, .n_slots = slots };
        return 0;
}

/* The slot of the key, or the free one where it belongs. */
static StrMapSlot *strmap_slot(const StrMap *m, Str key, uint32_t *ret_hash) {
        uint32_t hash = (uint32_t) XXH3_64bits(key.len ? key.at : "", key.len);
        size_t mask = m->n_slots - 1, i = hash & mask;
        while (m->slots[i].used && !(m->slots[i].hash == hash && str_eq(m->slots[i].key, key)))
                i = (i + 1) & mask;
        *ret_hash = hash;
        return &m->slots[i];
}

int strmap_put(StrMap *m, Str key, uint32_t number, uint32_t *ret_old) {
        if (m->n_slots == 0)
                return -ENOSPC;
        uint32_t hash;
        StrMapSlot *slot = strmap_slot(m, key, &hash);
        if (slot->used) {
                if (ret_old)
                        *ret_old = slot->number;
                return -EEXIST;
        }
        if (m->n >= m->n_slots / 2)
                return -ENOSPC;
        *slot = (StrMapSlot) { .key = key, .hash = hash, .number = number, .used = true };
        m->n++;
        return 0;
}

bool strmap_get(const StrMap *m, Str key, uint32_t *ret) {
        if (m->n == 0)
                return false;
        uint32_t hash;
        const StrMapSlot *slot = strmap_slot(m, key, &hash);
        if (!slot->used)
                return false;
        *ret = slot->number;
        return true;
}

void strmap_set(StrMap *m, Str key, uint32_t number) {
        if (m->n == 0)
                return;
        uint32_t hash;
        StrMapSlot *slot = strmap_slot(m, key, &hash);
        if (slot->used)
                slot->number = number;
}

void strmap_free(StrMap *m) {
        free(m->slots);
        *m = (StrMap) { 0 };
}
