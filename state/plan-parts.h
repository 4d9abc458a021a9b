/* SPDX-License-Identifier: MIT */
/* What planning and the letters share: who sits on the seats that an obligation concerns. Private to state/plan and
 * state/letter. */
#pragma once

#include "state/plan.h"

typedef struct PlanSeat {
        const Seat *to;
        SeatKind as;  /* the seat it is mailed as: a focal person of the coordinating department is SEAT_COORDINATOR */
} PlanSeat;

/* A reusable list, sorted by `as`; {0} is empty. */
typedef struct SeatList {
        PlanSeat *at;
        size_t n, room;
} SeatList;
void seat_list_free(SeatList *l);
#define _cleanup_seats_ _cleanup_(seat_list_free)

/* Everybody whom any stage of the obligation could reach on `day`: focal, focal-2, head (or acting-head while there is
 * none), the coordinating department's focal persons. 0, -ENOMEM. */
int seat_list_fill(SeatList *l, const UnitTable *units, int unit, const char *coordinator, Date day);
bool seat_list_has(const SeatList *l, SeatKind as);

Str seat_person(const Seat *s); /* the stable id */

/* The verdict that is due now; VERDICT_NONE: none, or it is stored already. */
ObligationVerdict plan_verdict(const PlanInput *in, const PlanObligation *b);
