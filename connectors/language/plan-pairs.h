/* SPDX-License-Identifier: MIT */
/* The small lists that the parts of a compiled profile are made of. Everything is borrowed from the profile. */
#pragma once

#include "state/model/finding.h"

/* Name and value of a header, a query parameter or a form field. */
typedef struct PlanPair {
        const char *name, *value;
        Origin origin;
} PlanPair;

typedef struct PlanPairs {
        const PlanPair *at;
        size_t n;
} PlanPairs;

typedef struct PlanNames {
        const char *const *at;
        size_t n;
} PlanNames;

/* HTTP statuses; an empty list names none. */
#define PLAN_STATUSES_MAX 8
typedef struct PlanStatuses {
        short at[PLAN_STATUSES_MAX];
        short n;
} PlanStatuses;

static inline bool statuses_have(const PlanStatuses *s, int status) {
        for (int i = 0; i < s->n; i++)
                if (s->at[i] == status)
                        return true;
        return false;
}
