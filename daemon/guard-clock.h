/* SPDX-License-Identifier: MIT */
/* Whether the clock may be believed when mail goes out. Slept machines are fine; clocks that ran back, stand before the
 * build, or are not synchronised are not. */
#pragma once

#include "state/model/when.h"

typedef enum ClockSync {
        CLOCK_NOT_JUDGED,   /* mail.clock-check: plausible, and test builds */
        CLOCK_SYNCHRONISED,
        CLOCK_UNSYNCHRONISED,
        CLOCK_SYNC_UNKNOWN, /* nobody here can say */
} ClockSync;

typedef struct ClockFacts {
        Instant now, last_tick; /* last_tick INSTANT_NONE: the store is new */
        Instant built;          /* INSTANT_NONE: not judged (test builds) */
        ClockSync sync;
} ClockFacts;

#define CLOCK_BACK_TOLERANCE US_HOUR

/* NULL: believe it. Else what is wrong, in one line. Pure. */
const char *clock_doubt(const ClockFacts *f);

/* The kernel's word, or timedated's where a sandbox keeps the kernel's back. Blocks for at most two seconds. */
ClockSync clock_sync_read(void);
