/* SPDX-License-Identifier: MIT */
/* The numbers of leadership's page: verdicts of one occurrence, and of the rule's previous one. Private to planner. */
#pragma once

#include "daemon/planner.h"

/* One page per STAGE_PAGE claim of `m`, in order; arrays live in `a`. */
int planner_pages(const Planner *p, const NewMessage *m, Arena *a, LetterPage **ret, size_t *ret_n, Err *e);
