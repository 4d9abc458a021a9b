/* SPDX-License-Identifier: MIT */
/* Private to the store: the views for the sqlite3 shell. */
#pragma once

#include "state/store-stmt.h"

typedef struct StoreView { const char *name, *sql; } StoreView;
extern const StoreView store_views[]; /* in the order in which they stand on each other; name NULL at the end */
