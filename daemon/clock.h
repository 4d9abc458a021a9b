/* SPDX-License-Identifier: MIT */
/* The real clock, and in test builds one driven by a file. */
#pragma once

#include "state/model/clock.h"
#include "state/model/err.h"

/* CLOCK_REALTIME and CLOCK_BOOTTIME. */
void clock_system(Clock *ret);

/* Gives back what a clock holds; it may not be read afterwards. */
void clock_end(Clock *c);
#define _cleanup_clock_ _cleanup_(clock_end)

#ifdef NQ57_TEST_BUILD
/* `path` holds one RFC 3339 instant; time stands still between rewrites. Both clocks follow it, so that back-off passes
 * with it. */
int clock_file(const char *path, Clock *ret, Err *e);
#endif
