/* SPDX-License-Identifier: MIT */
/* A set of 64-bit hashes: open addressing, grown at half. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct HashSet {
        uint64_t *at;
        size_t n, room;
} HashSet;

bool hash_set_has(const HashSet *s, uint64_t hash);
int hash_set_add(HashSet *s, uint64_t hash); /* 0, -ENOMEM */
void hash_set_clear(HashSet *s);             /* keeps the memory */
void hash_set_free(HashSet *s);
