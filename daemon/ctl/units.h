/* SPDX-License-Identifier: MIT */
/* Units and what they owe, for `list units`, `show UNIT` and `why UNIT`. */
#pragma once

#include "daemon/ctl/ctl.h"
#include "state/store-plan.h"

int units_list(Ctl *c, bool behind_only, const char *search, const Unit *unit, Err *e);

/* Sheets of one unit: its card, its seats, its obligations as last planned. */
int units_card(Ctl *c, const Unit *u, Err *e);
int units_seats(Ctl *c, const Unit *u, Err *e);
int units_obligations(Ctl *c, Str unit, Err *e); /* "" all */
