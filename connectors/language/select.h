/* SPDX-License-Identifier: MIT */
/* Selectors: a subset of JSONPath (RFC 9535). `$`, `.name`, `['name']`, `[3]`, `[-1]` name one place and are plain;
 * `[*]`, `.*`, `..name` (and `..` before any bracket, once) and `[?@.a.b=='x']` (==, != with a text, a number, true,
 * false or null; no comparison: is it there) name several. Blanks may stand inside brackets. Unions, slices, functions
 * and && are refused by name. Compiled once, so that a mistake is found at load and never while records pass. */
#pragma once

#include <json-c/json.h>

#include "state/model/text.h"

#define SELECT_STEPS_MAX 12
#define SELECT_FILTER_NAMES 4

typedef enum SelectKind { SELECT_NAME, SELECT_INDEX, SELECT_ALL, SELECT_FILTER } SelectKind;
typedef enum SelectLiteral { LITERAL_NONE, LITERAL_TEXT, LITERAL_NUMBER, LITERAL_FLAG, LITERAL_NULL } SelectLiteral;

/* A child passes when what lies at its members `path` is (or `differs`: is not) the literal. RFC 9535 2.3.5.2.2:
 * nothing there is equal to nothing, so it differs from every literal. */
typedef struct SelectFilter {
        Str path[SELECT_FILTER_NAMES];
        int n_path;
        SelectLiteral literal; /* NONE: it only has to be there */
        bool differs, flag;
        Str text;              /* of a text */
        double number;
} SelectFilter;

typedef struct SelectStep {
        Str name;   /* SELECT_NAME: unescaped, NUL behind it; else at NULL */
        int index;  /* SELECT_INDEX; negative: from the end */
        SelectKind kind;
        bool deep;  /* after `..`: here and below, to any depth */
        const SelectFilter *filter;
} SelectStep;

typedef struct Select {
        const char *text; /* as written; NULL: not configured */
        const SelectStep *steps;
        int n_steps;
        bool list;        /* ended in [*], which is no step: the splitter and lists want what it goes through */
        bool many;        /* a step may match more than one place */
} Select;

/* Whether it names one place in every document. */
static inline bool select_single(const Select *s) {
        return !s->many && !s->list;
}

enum { SELECT_E_SYNTAX = 1 };

/* Names and steps are copied into `a`. SELECT_E_SYNTAX: *ret_at is the byte where it went wrong and *ret_why a constant
 * sentence part ("expected a name"). -ENOMEM. */
const char *select_reason_vi(const char *why); /* in Vietnamese; NULL: it is none of these */
int select_compile(Arena *a, const char *text, Select *ret, size_t *ret_at, const char **ret_why);

typedef enum Selected {
        SELECTED_VALUE,   /* *ret is a value that is not null */
        SELECTED_NULL,    /* it, or for a plain selector an object on the way to it, is an explicit null */
        SELECTED_MISSING, /* no match: no such member, or something else than an object or array on the way */
        SELECTED_SEVERAL, /* more than one match; *ret is the first that is not null, or NULL */
} Selected;

/* Walks the steps from `from` (of 0.. n_steps) on; *ret is borrowed from `root`. A [*] at the end is not walked. */
Selected select_walk(const Select *s, int from, json_object *root, json_object **ret);
static inline Selected select_get(const Select *s, json_object *root, json_object **ret) {
        return select_walk(s, 0, root, ret);
}

/* Every match in document order (RFC 9535 2.5.2), a [*] at the end included; null comes as NULL. Goes on while `found`
 * returns 0; returns what it last returned. */
typedef int (*SelectFound)(void *userdata, json_object *v);
int select_each(const Select *s, int from, json_object *root, SelectFound found, void *userdata);

/* Whether a child passes a filter. */
bool select_passes(const SelectFilter *f, json_object *child);

/* What was there instead of a match, for a person: how far a plain selector went, and what stands there. */
void select_explain(const Select *s, int from, json_object *root, Text *ret);

/* Whether everything `inner` could reach lies at or below what `outer` names. */
bool select_within(const Select *outer, const Select *inner);
