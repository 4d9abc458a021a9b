/* SPDX-License-Identifier: MIT */
/* Which units can be judged on which side, and as of when: read from the partitions' last complete listings, and where
 * files tell of some units each (`whole: no`) from when each unit was told of. */
#pragma once

#include "config/settings.h"
#include "state/store-listing.h"

#define COVERAGE_STREAMS 8

typedef struct UnitReading {
        Instant complete[SIDE_COUNT]
                        [COVERAGE_STREAMS]; /* start of the last complete listing, per stream of the profile */
} UnitReading;

typedef struct Coverage {
        const Settings *settings;
        UnitReading *unit;            /* by index in the unit table */
        Instant newest[SIDE_COUNT];   /* the source's newest complete listing of any partition */
} Coverage;

int coverage_read(Store *s, const Settings *settings, Coverage *ret, Err *e);
void coverage_free(Coverage *c);
#define _cleanup_coverage_ _cleanup_(coverage_free)

/* Whether the settings still read this partition: its source, stream and account. */
bool coverage_configured(const Settings *settings, const Partition *p);

/* Whether what the partition tells counts as a reading of its stream: files that only add and change (`whole: no`) do
 * not beside a system that is asked for all. */
bool coverage_counts(const Settings *settings, const Partition *p);

/* The oldest of the unit's last complete listings on `side` over the streams that list `kinds`; INSTANT_NONE when one
 * was never complete, the unit has no access there, or the side is not configured. */
Instant coverage_complete(const Coverage *c, size_t unit, Side side, unsigned kinds);

/* coverage_complete within the source's blind time. */
bool coverage_readable(const Coverage *c, size_t unit, Side side, unsigned kinds, Instant now);

/* Sources whose authority counts: not blind. One that was never read is not stale, it only has not spoken yet. */
void coverage_fresh(const Coverage *c, Instant now, bool ret[static SIDE_COUNT]);

bool coverage_source_blind(const Coverage *c, Side side, Instant now);
