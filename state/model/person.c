/* SPDX-License-Identifier: MIT */
#include "state/model/person.h"

#include <errno.h>

const char *const seat_kinds[SEAT_KIND_COUNT + 1] = {
        "focal", "focal-2", "head", "acting-head", "coordinator", "leadership", "ops", "contact", NULL,
};

const char *seat_kind_vn(SeatKind kind) {
        static const char *const labels[SEAT_KIND_COUNT] = {
                [SEAT_FOCAL] = "đầu mối",
                [SEAT_FOCAL_2] = "đầu mối thứ hai",
                [SEAT_HEAD] = "lãnh đạo đơn vị",
                [SEAT_ACTING_HEAD] = "phụ trách đơn vị",
                [SEAT_COORDINATOR] = "cơ quan điều phối",
                [SEAT_LEADERSHIP] = "lãnh đạo tỉnh",
                [SEAT_OPS] = "quản trị hệ thống",
                [SEAT_CONTACT] = "người liên hệ",
        };
        return labels[kind];
}

static bool seat_vacant(const Seat *s) {
        return !s->name || !s->name[0] || !s->address || !s->address[0];
}

bool seat_holds(const Seat *s, Date day) {
        return !seat_vacant(s) && (s->from == DATE_NONE || s->from <= day) &&
               (s->until == DATE_NONE || day <= s->until);
}

int person_id(Arena *a, Str name, Str address, Str *ret) {
        Str folded_name, folded_address;
        int r = text_fold(a, name, &folded_name);
        if (r == 0)
                r = text_fold(a, address, &folded_address);
        if (r < 0)
                return r;
        if (folded_name.len == 0)
                return -EINVAL;

        char *id = arena_get(a, folded_name.len + folded_address.len + 2);
        if (!id)
                return -ENOMEM;
        size_t len = 0;
        for (size_t i = 0; i < folded_name.len; i++)
                if (folded_name.at[i] != ' ')
                        id[len++] = folded_name.at[i] == '~' ? '-' : folded_name.at[i];
        if (folded_address.len > 0) {
                id[len++] = '~';
                memcpy(id + len, folded_address.at, folded_address.len);
                len += folded_address.len;
        }
        id[len] = '\0';
        *ret = (Str) { id, len };
        return 0;
}

/* What person_assign knows of a seat while it works. */
typedef struct Holder {
        Seat *seat;
        Str plain, full; /* ids without and with the address */
} Holder;

static int holder_order(const void *a, const void *b) {
        return str_cmp(((const Holder *) a)->plain, ((const Holder *) b)->plain);
}

static bool seats_overlap(const Seat *a, const Seat *b) {
        return (a->from == DATE_NONE || b->until == DATE_NONE || a->from <= b->until) &&
               (b->from == DATE_NONE || a->until == DATE_NONE || b->from <= a->until);
}

/* Whether holders of one name have two addresses on any one day. */
static bool holders_differ(const Holder *at, size_t n) {
        for (size_t i = 0; i < n; i++)
                for (size_t j = i + 1; j < n; j++)
                        if (!str_eq(at[i].full, at[j].full) && seats_overlap(at[i].seat, at[j].seat))
                                return true;
        return false;
}

int person_assign(Arena *a, Seat *const *seats, size_t n) {
        if (n == 0)
                return 0;
        _cleanup_free_ Holder *holders = calloc(n, sizeof *holders);
        if (!holders)
                return -ENOMEM;

        size_t held = 0;
        for (size_t i = 0; i < n; i++) {
                if (seat_vacant(seats[i]) || seats[i]->person)
                        continue;
                Holder *h = &holders[held++];
                h->seat = seats[i];
                int r = person_id(a, str_of(seats[i]->name), STR_NULL, &h->plain);
                if (r == 0)
                        r = person_id(a, str_of(seats[i]->name), str_of(seats[i]->address), &h->full);
                if (r < 0)
                        return r;
        }

        qsort(holders, held, sizeof *holders, holder_order);
        for (size_t i = 0, end; i < held; i = end) {
                for (end = i + 1; end < held && str_eq(holders[i].plain, holders[end].plain);)
                        end++;
                bool differ = holders_differ(holders + i, end - i);
                for (size_t k = i; k < end; k++)
                        holders[k].seat->person = (differ ? holders[k].full : holders[k].plain).at;
        }
        return 0;
}
