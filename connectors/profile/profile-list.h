/* SPDX-License-Identifier: MIT */
/* The keys of a list that is asked for page by page: a stream's own, and one that a stream hangs on. Private to
 * profile*.c. */
#pragma once

#include "connectors/limits.h"
#include "connectors/profile/profile-request.h"

typedef struct ListKeys {
        StreamPlan plan;
        Select next;
        int next_host;
        PlanPairs take;
} ListKeys;

#define PROFILE_LIST_DEFAULTS { .plan.paging.first_page = 1, .plan.ok_value = "true", .plan.first_method = 1 }

/* `M` is a member ListKeys of the struct `S` that is read into. */
/* clang-format off */
#define LIST_KEY(k, t, S, M, ...) { .key = k, .type = t, .offset = offsetof(S, M), __VA_ARGS__ }
#define PROFILE_LIST_KEYS(S, M) \
        PROFILE_REQUEST_KEYS(S, M.plan.request), \
        LIST_KEY("first-method", KEY_CHOICE, S, M.plan.first_method, .choices = profile_methods), \
        LIST_KEY("take", KEY_PAIRS, S, M.take), \
        LIST_KEY("inside", KEY_SELECT, S, M.plan.inside), \
        LIST_KEY("list", KEY_SELECT, S, M.plan.list), \
        LIST_KEY("ok", KEY_SELECT, S, M.plan.ok), \
        LIST_KEY("ok-value", KEY_TEXT, S, M.plan.ok_value), \
        LIST_KEY("paging", KEY_CHOICE, S, M.plan.paging.kind, .choices = profile_pagings), \
        LIST_KEY("stop", KEY_CHOICE, S, M.plan.paging.stop, .choices = profile_stops), \
        LIST_KEY("total", KEY_SELECT, S, M.plan.paging.total), \
        LIST_KEY("total-header", KEY_HEADER, S, M.plan.paging.total_header), \
        LIST_KEY("total-means", KEY_CHOICE, S, M.plan.paging.total_means, .choices = profile_total_means), \
        LIST_KEY("total-cap", KEY_INT, S, M.plan.paging.total_cap, .low = 1, .high = 100000000), \
        LIST_KEY("page-parameter", KEY_NAME, S, M.plan.paging.page_parameter), \
        LIST_KEY("first-page", KEY_INT, S, M.plan.paging.first_page, .low = 0, .high = 1), \
        LIST_KEY("offset-parameter", KEY_NAME, S, M.plan.paging.offset_parameter), \
        LIST_KEY("overlap", KEY_FLAG, S, M.plan.paging.overlap), \
        LIST_KEY("short-pages", KEY_FLAG, S, M.plan.paging.short_pages), \
        LIST_KEY("size-parameter", KEY_NAME, S, M.plan.paging.size_parameter), \
        LIST_KEY("size", KEY_INT, S, M.plan.paging.size, .low = 1, .high = LIMIT_PAGE_RECORDS), \
        LIST_KEY("cursor-parameter", KEY_NAME, S, M.plan.paging.cursor_parameter), \
        LIST_KEY("cursor", KEY_SELECT, S, M.plan.paging.cursor), \
        LIST_KEY("cursor-header", KEY_HEADER, S, M.plan.paging.cursor_header), \
        LIST_KEY("first-cursor", KEY_TEXT, S, M.plan.paging.first_cursor), \
        LIST_KEY("next", KEY_SELECT, S, M.next), \
        LIST_KEY("next-host", KEY_CHOICE, S, M.next_host, .choices = profile_next_hosts), \
        LIST_KEY("key", KEY_SELECT, S, M.plan.paging.key), \
        LIST_KEY("more", KEY_SELECT, S, M.plan.paging.more), \
        LIST_KEY("pages-max", KEY_INT, S, M.plan.paging.pages_max, .low = 1, .high = LIMIT_PAGES), \
        LIST_KEY("end-status", KEY_INT, S, M.plan.paging.end_status, .low = 400, .high = 499)
/* clang-format on */

/* What of the list means nothing, is missing or can never match; `names`: what its request may name besides paging. */
void profile_list_check(ProfileReader *r, const Tree *t, ListKeys *k, const ProfileNames *names);
void profile_list_finish(ProfileReader *r, ListKeys *k);

/* Slices and details: lists that hang on lists. */
void profile_names_each(ProfileNames *n, const EachPlan *p);
void profile_each_compile(ProfileReader *r, const Tree *t, EachPlan *ret);
void profile_details_compile(ProfileReader *r, const Tree *t, DetailPlan *ret);
