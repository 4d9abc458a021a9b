/* SPDX-License-Identifier: MIT */
/* What a probe sees in details: their members, and which of them the profile reads. Private to the probe. */
#pragma once

#include <json-c/json.h>

#include "connectors/language/stream-plan.h"
#include "connectors/setup/source-probe.h"

/* The detail in an answer goes into *all (made when NULL), where there is one; a few are enough. 0, -ENOMEM. */
int probe_detail_add(json_object **all, const StreamPlan *plan, Str body);

/* Fills s->detail, and adds members nobody reads to s->unread. 0, -ENOMEM. */
int probe_detail_look(Arena *a, json_object *all, const StreamPlan *plan, ProbeStream *s);
