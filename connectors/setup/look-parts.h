/* SPDX-License-Identifier: MIT */
/* Private to look*.c. */
#pragma once

#include <json-c/json.h>

#include "connectors/setup/look.h"

int look_step(Text *path, const char *name);           /* one step of a selector; as text_add */
unsigned look_type(json_object *v);                    /* one LookType */

/* The members of the objects in `list`. -ENOMEM. */
int look_members(Arena *a, json_object *list, LookList *ret);
