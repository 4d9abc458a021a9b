/* SPDX-License-Identifier: MIT */
/* The slices a stream is asked for in: per unit, per period, per value of another list. Pure. */
#pragma once

#include "connectors/language/each-plan.h"
#include "connectors/listing/hash-set.h"
#include "state/model/listing.h"
#include "state/model/unit.h"

#define SLICES_MAX 20000
#define SLICE_VALUE_MAX 1000

typedef struct Slice {
        Str value;         /* what <each> stands for; NUL-terminated */
        const Unit *unit;  /* per unit */
        int month;         /* per period: its first, in months since year 0 */
        uint64_t sequence; /* of its records when it was read last (pager.h) */
} Slice;

typedef struct Slices {
        Arena arena;
        HashSet known;
        Slice *at;
        size_t n, room, now;
} Slices;

/* Those of units and periods at once: the partition's own unit, for a supervising account every unit it supervises
 * that is no sub-unit; every period that has begun. 0, -ENOMEM, -E2BIG over SLICES_MAX. */
int slices_begin(Slices *s, const EachPlan *plan, const UnitTable *units, const Partition *p, Date today);
int slices_add(Slices *s, Str value);
void slices_forget(Slices *s);     /* all of them */
void slices_rewind(Slices *s);     /* to the first */
Slice *slices_now(const Slices *s); /* NULL: none, or behind the last */
bool slices_next(Slices *s);       /* false: there is none */
void slices_free(Slices *s);

/* The last month of a period that begins with `month`. */
int period_last_month(PeriodStep step, int month);
