/* SPDX-License-Identifier: MIT */
/* Whether the clock may be believed when mail goes out. Slept machines are fine; clocks that ran back, stand before the
 * build, or are not synchronised are not. */
#pragma once

#include "state/model/when.h"

typedef struct ClockFacts {
        Instant now, last_tick;   /* last_tick INSTANT_NONE: the store is new */
        Instant built;            /* INSTANT_NONE: not judged (test builds) */
        bool unsynchronised;      /* the kernel says so (adjtimex, STA_UNSYNC) */
} ClockFacts;

#define CLOCK_BACK_TOLERANCE US_HOUR

/* NULL: believe it. Else what is wrong, in one line. Pure. */
const char *clock_doubt(const ClockFacts *f);

/* The kernel's word on synchronisation. */
bool clock_unsynchronised(void);
