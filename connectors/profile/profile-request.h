/* SPDX-License-Identifier: MIT */
/* The parts of a profile that say what is asked for. Private to profile*.c. */
#pragma once

#include "connectors/profile/profile-parts.h"

#define PROFILE_NAMES_MAX 40

/* What the templates of one request may name. */
typedef struct ProfileNames {
        TemplateName at[PROFILE_NAMES_MAX];
        size_t n;
} ProfileNames;

void profile_name_add(ProfileNames *n, const char *name, TemplateKind kind);
void profile_names_common(ProfileNames *n); /* of the account, its unit, the day, the configuration */
void profile_names_paging(ProfileNames *n, const PagingPlan *p);

extern const char *const profile_methods[]; /* GET POST */

/* The keys of a request; `M` is a member RequestPlan of the struct `S` that is read into. */
/* clang-format off */
#define PROFILE_REQUEST_KEYS(S, M) \
        { .key = "path", .type = KEY_TEXT, .offset = offsetof(S, M.path) }, \
        { .key = "method", .type = KEY_CHOICE, .offset = offsetof(S, M.method), .choices = profile_methods }, \
        { .key = "query", .type = KEY_PAIRS, .offset = offsetof(S, M.query) }, \
        { .key = "headers", .type = KEY_PAIRS, .offset = offsetof(S, M.headers) }, \
        { .key = "json", .type = KEY_TEXT, .offset = offsetof(S, M.json) }, \
        { .key = "form", .type = KEY_PAIRS, .offset = offsetof(S, M.form) }, \
        { .key = "body", .type = KEY_TEXT, .offset = offsetof(S, M.raw) }, \
        { .key = "content-type", .type = KEY_TEXT, .offset = offsetof(S, M.content_type) }
/* clang-format on */

/* One template: complains of a name or format nobody knows. */
bool profile_template(ProfileReader *r, const char *text, Origin origin, const char *key, const ProfileNames *names);
void profile_request_check(ProfileReader *r, const Tree *t, const RequestPlan *p, const ProfileNames *names);
