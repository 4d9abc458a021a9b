/* SPDX-License-Identifier: MIT */
/* The outstanding items of an obligation: the most urgent items_max are kept, the rest only counted. Private to
 * planner. */
#pragma once

#include "daemon/planner.h"

int planner_item_keep(Planner *p, PlanObligation *o, const RecordView *v, ItemReason why, Err *e);
void planner_items_sort(PlanObligation *o); /* by (reason, kind, code) */
/* Lets go of all items once they take more than a letter or two needs; who needs them again reads them again. */
void planner_items_forget(Planner *p);

/* The alert as JSON, for delivery programs of a site's own (docs/DELIVERY.md). */
int planner_json(const Planner *p, const NewMessage *m, const MessageDraft *d, Text *t, Err *e);
