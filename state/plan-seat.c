/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "state/model/room.h"
#include "state/plan-parts.h"

void seat_list_free(SeatList *l) {
        free(l->at);
        *l = (SeatList) {0};
}

static int seat_list_add(SeatList *l, const Seat *to, SeatKind as) {
        if (ROOM_FOR_ONE(l->at, l->n, l->room, 16) < 0)
                return -ENOMEM;
        l->at[l->n++] = (PlanSeat) {to, as};
        return 0;
}

/* Whoever holds a seat of `kind` in the unit that day. */
static int seat_list_kind(SeatList *l, const Unit *u, SeatKind kind, SeatKind as, Date day) {
        for (size_t i = 0; i < u->n_seats; i++) {
                int r = u->seats[i].kind == kind &&
                        seat_holds(&u->seats[i], day) ? seat_list_add(l, &u->seats[i], as) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

bool seat_list_has(const SeatList *l, SeatKind as) {
        for (size_t i = 0; i < l->n; i++)
                if (l->at[i].as == as)
                        return true;
        return false;
}

int seat_list_fill(SeatList *l, const UnitTable *units, int unit, const char *coordinator, Date day) {
        const Unit *u = &units->units[unit], *above = coordinator ? unit_by_id(units, str_of(coordinator)) : NULL;
        int r;

        l->n = 0;
        r = seat_list_kind(l, u, SEAT_FOCAL, SEAT_FOCAL, day);
        if (r == 0)
                r = seat_list_kind(l, u, SEAT_FOCAL_2, SEAT_FOCAL_2, day);
        if (r == 0)
                r = seat_list_kind(l, u, SEAT_HEAD, SEAT_HEAD, day);
        if (r == 0 && !seat_list_has(l, SEAT_HEAD))
                r = seat_list_kind(l, u, SEAT_ACTING_HEAD, SEAT_ACTING_HEAD, day);
        if (r == 0 && above)
                r = seat_list_kind(l, above, SEAT_FOCAL, SEAT_COORDINATOR, day);
        if (r == 0 && above)
                r = seat_list_kind(l, above, SEAT_FOCAL_2, SEAT_COORDINATOR, day);
        return r;
}

Str seat_person(const Seat *s) {
        return str_of(s->person ? s->person : s->address);
}
