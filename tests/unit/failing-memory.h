/* SPDX-License-Identifier: MIT */
/* Allocations that fail when a test says so. What is included between this header and "failing-memory-end.h" allocates
 * through them. */
#pragma once

#include <stdlib.h>

static int allocations_left = -1; /* until one fails; -1: none does */

static inline int allocation_fails(void) {
        if (allocations_left < 0)
                return 0;
        return allocations_left-- == 0;
}

static inline void *failing_malloc(size_t size) {
        return allocation_fails() ? NULL : malloc(size);
}

static inline void *failing_calloc(size_t n, size_t size) {
        return allocation_fails() ? NULL : calloc(n, size);
}

static inline void *failing_realloc(void *at, size_t size) {
        return allocation_fails() ? NULL : realloc(at, size);
}

static inline void *failing_reallocarray(void *at, size_t n, size_t size) {
        return allocation_fails() ? NULL : reallocarray(at, n, size);
}

#define malloc failing_malloc
#define calloc failing_calloc
#define realloc failing_realloc
#define reallocarray failing_reallocarray
