/* SPDX-License-Identifier: MIT */
/* People and the seats they hold. A person is keyed by a stable id (folded name + unit of first mention or the address),
 * never by the rendered address: see person_id. */
#pragma once

#include "state/model/when.h"

typedef enum SeatKind { SEAT_FOCAL, SEAT_FOCAL_2, SEAT_HEAD, SEAT_ACTING_HEAD, SEAT_COORDINATOR, SEAT_LEADERSHIP, SEAT_OPS, SEAT_CONTACT, SEAT_KIND_COUNT } SeatKind;
extern const char *const seat_kinds[SEAT_KIND_COUNT + 1]; /* focal focal-2 head acting-head coordinator leadership ops contact */
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

/* Stable id of a person: SHA-free, readable: folded name without blanks, '~', then the mailbox folded to lower case when
 * two people share a name. One person on several seats with one name and one address gets one id. Copied into `a`. */
int person_id(Arena *a, Str name, Str address, Str *ret);
