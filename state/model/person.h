/* SPDX-License-Identifier: MIT */
/* People and the seats they hold. A person is keyed by a stable id, never by the rendered address: see
 * person_assign. */
#pragma once

#include "state/model/when.h"

typedef enum SeatKind {
        SEAT_FOCAL, SEAT_FOCAL_2, SEAT_HEAD, SEAT_ACTING_HEAD, SEAT_COORDINATOR, SEAT_LEADERSHIP, SEAT_OPS,
        SEAT_CONTACT, SEAT_KIND_COUNT,
} SeatKind;
/* focal focal-2 head acting-head coordinator leadership ops contact, NULL */
extern const char *const seat_kinds[SEAT_KIND_COUNT + 1];
const char *seat_kind_vn(SeatKind kind); /* "đầu mối", "lãnh đạo đơn vị", ... */

typedef struct Seat {
        SeatKind kind;
        const char *person;  /* stable id */
        const char *name;    /* display name, NFC; NULL: vacant */
        const char *address; /* ASCII local part, no control characters; NULL: vacant */
        const char *phone;   /* NULL: none */
        Date from, until;    /* inclusive; DATE_NONE: open */
} Seat;

bool seat_holds(const Seat *s, Date day); /* not vacant and inside from/until */

/* Id of a person: the folded name without blanks ("nguyễnvăna"), and with an address '~' and the folded address behind
 * it. Copied into `a`. 0, -EINVAL for an empty name, -EILSEQ, -ENOMEM. */
int person_id(Arena *a, Str name, Str address, Str *ret);

/* Fills `person` of every seat that is held and has none. The rule: the name alone is the id, so that a new address
 * keeps it; only when one name stands with two addresses on one and the same day are these different people, and then
 * every seat of that name gets the id with its address. Called by unit_table_index over the whole table. */
int person_assign(Arena *a, Seat *const *seats, size_t n);
