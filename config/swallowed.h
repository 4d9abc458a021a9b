/* SPDX-License-Identifier: MIT */
/* What YAML accepts in silence and a person did not mean. */
#pragma once

#include "config/notice.h"

/* One value as libyaml reports it. */
typedef struct Scalar {
        Str text;
        Origin at;
        const char *path; /* key path */
        bool flat, plain, block, several_lines, anchor, tag;
        bool own_line; /* it does not stand on the line of its key */
        Str after;     /* the rest of the line behind the value */
        Origin after_at;
} Scalar;

void swallowed_check(const Scalar *s, Notices *n);

/* What an administrator may do about a message of libyaml; "" when nothing better is known. */
void swallowed_hint(const char *problem, const char **ret_en, const char **ret_vi);
