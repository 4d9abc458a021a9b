/* SPDX-License-Identifier: MIT */
/* Selectors: a subset of JSONPath (RFC 9535): `$`, `.name`, `['name']`, `["name"]`, `[3]`, and one `[*]` at the very
 * end where a list is wanted. Compiled once, so that a mistake is found at load and never while records pass. */
#pragma once

#include <json-c/json.h>

#include "state/model/text.h"

#define SELECT_STEPS_MAX 12

typedef struct SelectStep {
        Str name;  /* a member's name, unescaped; at NULL: an index */
        int index;
} SelectStep;

typedef struct Select {
        const char *text; /* as written; NULL: not configured */
        const SelectStep *steps;
        int n_steps;
        bool list;        /* ended in [*] */
} Select;

enum { SELECT_E_SYNTAX = 1 };

/* Names and steps are copied into `a`. SELECT_E_SYNTAX: *ret_at is the byte where it went wrong and *ret_why a constant
 * sentence part ("expected a name"). -ENOMEM. */
int select_compile(Arena *a, const char *text, Select *ret, size_t *ret_at, const char **ret_why);

typedef enum Selected {
        SELECTED_VALUE,   /* *ret is a value that is not null */
        SELECTED_NULL,    /* it, or an object on the way to it, is an explicit null */
        SELECTED_MISSING, /* no such member, or something else than an object or array on the way */
} Selected;

/* Walks the steps from `from` (of 0.. n_steps) on; *ret is borrowed from `root`. */
Selected select_walk(const Select *s, int from, json_object *root, json_object **ret);
static inline Selected select_get(const Select *s, json_object *root, json_object **ret) {
        return select_walk(s, 0, root, ret);
}

/* Whether everything `inner` could reach lies at or below what `outer` names. */
bool select_within(const Select *outer, const Select *inner);
