/* SPDX-License-Identifier: MIT */
/* Dates and times as a source writes them: named formats, or patterns of yyyy yy MM MMM dd HH mm ss SSS a z (M, d, H
 * alone: one or two digits; words in 'quotes'), every other character standing for itself. docs/profiles/fields.md
 * lists them. Years 1900 to 2199. The host's zone is never read. Pure. */
#pragma once

#include "state/model/when.h"

typedef struct Moment {
        bool timed;      /* else a civil date alone */
        Date date;       /* in the product's zone; of "24:00" the day that ends */
        Instant instant; /* when timed */
} Moment;

/* NULL-ended: iso vn epoch epoch-ms excel excel-1904 dotnet */
extern const char *const moment_names[];

/* Whether `format` is a name or a pattern with a day in it. */
bool moment_format_valid(const char *format);

/* `zone`: µs east of UTC for what carries none. `written` is trimmed text. 0, -EINVAL. */
int moment_read(const char *format, Str written, int64_t zone, Moment *ret);

/* The first of `formats` that fits the whole text. 0, -EINVAL. */
int moment_read_any(const char *const *formats, size_t n, Str written, int64_t zone, Moment *ret);

/* Private to dates*.c: the parts of a moment as written. */
typedef struct MomentParts {
        int year, month, day, hour, minute, second, micro;
        bool timed, zoned;
        int64_t zone; /* when zoned */
} MomentParts;
int moment_from_parts(const MomentParts *p, int64_t zone, Moment *ret);
int moment_pattern(const char *format, Str written, MomentParts *ret);
int moment_vn(Str written, MomentParts *ret);
bool moment_digits(Str *rest, size_t least, size_t most, int *ret); /* takes the run of digits, when it fits */
bool moment_word(Str *rest, const char *word); /* takes it, in lower case as `word` or with a capital */
bool moment_zone(Str *rest, int64_t *ret);                          /* takes Z, +07:00, +0700, +07 */
