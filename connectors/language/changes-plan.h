/* SPDX-License-Identifier: MIT */
/* How a stream is asked only for what changed, as compiled. docs/profiles/changes.md explains each key. Private to
 * connectors/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ChangesKind { CHANGES_TIME, CHANGES_ID } ChangesKind;
#define CHANGES_STATUSES 8

typedef struct ChangesPlan {
        bool given;
        int kind;                 /* ChangesKind */
        const char *parameter;    /* of the query; NULL: the request's templates name <since> */
        const char *format;       /* of the time in it, as of template.h */
        const char *const *dates; /* how records write it */
        size_t n_dates;
        int64_t zone;
        int64_t overlap;          /* µs, or ids */
        int64_t full_every;       /* µs between two listings that read everything */
        int64_t too_old_after;    /* µs; 0: never */
        int status[CHANGES_STATUSES]; /* answers that mean: too long ago */
        size_t n_statuses;
} ChangesPlan;
