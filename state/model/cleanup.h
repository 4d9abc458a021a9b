/* SPDX-License-Identifier: MIT */
/* Scope-exit ownership. A destructor used here takes NULL and half-built objects and returns NULL. */
#pragma once

#include <stdlib.h>

#define _cleanup_(fn) __attribute__((cleanup(fn)))

/* Declares `fn##p`, the cleanup form of a destructor `T *fn(T *)`. */
#define DEFINE_CLEANUP(T, fn)                                                                                          \
        static inline void fn##p(T **object) {                                                                         \
                if (*object)                                                                                           \
                        *object = fn(*object);                                                                         \
        }

/* Hands ownership over: yields the pointer and leaves NULL behind. */
#define TAKE_PTR(pointer)                                                                                              \
        ({                                                                                                             \
                __typeof__(pointer) taken_ = (pointer);                                                                \
                (pointer) = NULL;                                                                                      \
                taken_;                                                                                                \
        })

static inline void cleanup_freep(void *pointer) {
        free(*(void **) pointer);
}
#define _cleanup_free_ _cleanup_(cleanup_freep)

void cleanup_closep(int *fd);
#define _cleanup_close_ _cleanup_(cleanup_closep)
