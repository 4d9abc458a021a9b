/* SPDX-License-Identifier: MIT */
/* Accounts and sources that left the configuration: what only they showed goes missing, and after the grace is removed,
 * as if an empty listing had proved it. No guard asks: a person took the account out of accounts.yaml. */
#pragma once

#include "config/settings.h"
#include "state/store-listing.h"

int retire_partitions(Store *s, const Settings *settings, Instant now, Err *e);
