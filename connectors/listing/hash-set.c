/* SPDX-License-Identifier: MIT */
#include "connectors/listing/hash-set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* 0 marks a free place. */
static uint64_t kept(uint64_t hash) {
        return hash ? hash : 1;
}

static size_t place(const uint64_t *at, size_t room, uint64_t hash) {
        size_t i = (size_t) ((hash * 0x9e3779b97f4a7c15ull) >> 32) & (room - 1);
        while (at[i] != 0 && at[i] != hash)
                i = (i + 1) & (room - 1);
        return i;
}

bool hash_set_has(const HashSet *s, uint64_t hash) {
        return s->room && s->at[place(s->at, s->room, kept(hash))] != 0;
}

static int grow(HashSet *s) {
        if ((s->n + 1) * 2 <= s->room)
                return 0;
        size_t room = s->room ? s->room * 2 : 16;
        uint64_t *at = calloc(room, sizeof *at);
        if (!at)
                return -ENOMEM;
        for (size_t i = 0; i < s->room; i++)
                if (s->at[i])
                        at[place(at, room, s->at[i])] = s->at[i];
        free(s->at);
        s->at = at;
        s->room = room;
        return 0;
}

int hash_set_add(HashSet *s, uint64_t hash) {
        if (grow(s) < 0)
                return -ENOMEM;
        size_t i = place(s->at, s->room, kept(hash));
        s->n += s->at[i] == 0;
        s->at[i] = kept(hash);
        return 0;
}

void hash_set_clear(HashSet *s) {
        if (s->n)
                memset(s->at, 0, s->room * sizeof *s->at);
        s->n = 0;
}

void hash_set_free(HashSet *s) {
        free(s->at);
        *s = (HashSet) { 0 };
}
