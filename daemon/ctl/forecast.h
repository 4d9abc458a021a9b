/* SPDX-License-Identifier: MIT */
/* What the planning stage would do, without doing it: the daemon's own planner over the store as it is. */
#pragma once

#include "daemon/ctl/ctl.h"
#include "daemon/planner.h"

/* The planning of that day's sending time (of now, when that is later today).
 * What was read counts as of the last cycle: a later day does not make it
 * stale. */
int forecast_make(const Ctl *c, Date day, Planner **ret, Err *e);

/* The id of a person given by id, address or name; NULL: nobody, or more than one. */
const char *forecast_person(const Ctl *c, const char *text);
