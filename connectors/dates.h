/* SPDX-License-Identifier: MIT */
/* Dates and times as a source writes them. Formats are named (iso, vn, epoch, epoch-ms) or patterns of yyyy MM dd HH mm
 * ss (M, d, H alone: one or two digits), every other character standing for itself. Pure. */
#pragma once

#include "state/model/when.h"

typedef struct Moment {
        bool timed;      /* else a civil date alone */
        Date date;       /* in the product's zone */
        Instant instant; /* when timed */
} Moment;

/* `zone`: µs east of UTC for a format that carries none. 0, -EINVAL. */
int moment_read(const char *format, Str written, int64_t zone, Moment *ret);

/* The first of `formats` that fits the whole text. 0, -EINVAL. */
int moment_read_any(const char *const *formats, size_t n, Str written, int64_t zone, Moment *ret);
