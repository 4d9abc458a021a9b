/* SPDX-License-Identifier: MIT */
/* The bytes of a configuration file before libyaml sees them: what nobody sees on a screen is an error with its place.
 */
#pragma once

#include "config/notice.h"

/* Without a BOM; true when nothing was found. At most 20 findings are put, one a line. Tabs, no-break spaces and
 * invisible characters inside comments are let be. CR is allowed before LF only. */
bool characters_check(Str text, const char *file, Notices *n);

Str characters_without_bom(Str text);

/* The slice of `text` from (line, column) on, both from 1, columns in characters; empty when there is no such place. */
typedef struct LineIndex {
        Str text;
        size_t *start; /* byte offset of each line */
        size_t n;
} LineIndex;
int line_index_make(Str text, LineIndex *ret); /* 0, -ENOMEM */
void line_index_free(LineIndex *x);
Str line_index_from(const LineIndex *x, int line, int column); /* to the end of that line */
