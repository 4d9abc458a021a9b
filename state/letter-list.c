/* SPDX-License-Identifier: MIT */
/* Lists over units: the coordinating department's units that are behind, and the done notices. */
#include <errno.h>

#include "state/letter-parts.h"

static int claim_worst(const void *a, const void *b) {
        const NewClaim *const *x = a, *const *y = b;
        int m = (*x)->obligation->counts.outstanding, n = (*y)->obligation->counts.outstanding;

        if (m != n)
                return m > n ? -1 : 1;
        return (*x)->unit - (*y)->unit;
}

/* Whom the coordinating department can call. */
static void write_focal(Letter *l, const Unit *u) {
        for (size_t i = 0; i < u->n_seats; i++) {
                const Seat *s = &u->seats[i];

                if ((s->kind != SEAT_FOCAL && s->kind != SEAT_FOCAL_2) || !seat_holds(s, l->today))
                        continue;
                letter_add(l, "Đầu mối: đ/c ");
                letter_outside(l, str_of(s->name), 60);
                if (s->phone && *s->phone) {
                        letter_add(l, ", ĐT ");
                        letter_outside(l, str_of(s->phone), 30);
                }
                letter_end(l);
                return;
        }
        letter_add(l, "Chưa có đầu mối.");
        letter_end(l);
}

static void write_behind(Letter *l, const NewClaim *c, int number) {
        const Unit *u = &l->in->plan->units->units[c->unit];

        letter_addf(l, "%d. ", number);
        letter_outside(l, str_of(u->name), 80);
        letter_addf(l, ": %d việc (", c->obligation->counts.outstanding);
        letter_reasons(l, c->obligation->counts.by_reason);
        letter_add(l, ")");
        if (c->obligation->state == OBLIGATION_UNKNOWN)
                letter_add(l, ", còn phần chưa xác định");
        letter_end(l);
        write_focal(l, u);
}

/* Of the whole occurrence, so that the list is seen in its proportion. */
static void write_whole(Letter *l, int occurrence) {
        int n[3] = {0};

        for (size_t i = 0; i < l->in->plan->n_obligations; i++)
                if (l->in->plan->obligations[i].occurrence == occurrence)
                        n[l->in->plan->obligations[i].state]++;
        letter_addf(l, "Toàn bộ %d đơn vị: xong %d, còn việc %d, chưa xác định %d.", n[0] + n[1] + n[2],
                    n[OBLIGATION_DONE], n[OBLIGATION_BEHIND], n[OBLIGATION_UNKNOWN]);
        letter_end(l);
}

static void write_oldest(Letter *l, const NewClaim *const *c, size_t n) {
        LetterAsOf oldest = {.read = {INSTANT_NONE, INSTANT_NONE}};

        for (size_t i = 0; l->in->as_of && i < n; i++)
                for (Side side = 0; side < SIDE_COUNT; side++) {
                        const LetterAsOf *a = &l->in->as_of[c[i]->unit];

                        if (!a->configured[side] || a->read[side] == INSTANT_NONE)
                                continue;
                        if (!oldest.configured[side] || a->read[side] < oldest.read[side])
                                oldest.read[side] = a->read[side];
                        oldest.configured[side] = true;
                }
        letter_read_at(l, &oldest, NULL);
}

void letter_write_list(Letter *l, int occurrence) {
        const NewMessage *m = l->in->message;
        const Occurrence *o = &l->in->plan->occurrences[occurrence];
        _cleanup_free_ const NewClaim **behind = calloc(m->n_claims + 1, sizeof(*behind));
        size_t n = 0;

        if (!behind) {
                l->failed = -ENOMEM;
                return;
        }
        for (size_t i = 0; i < m->n_claims; i++)
                if (claim_listed(&m->claims[i]) && m->claims[i].occurrence == occurrence)
                        behind[n++] = &m->claims[i];
        if (n == 0)
                return;
        qsort(behind, n, sizeof(*behind), claim_worst);
        letter_gap(l);
        letter_addf(l, "CÒN VIỆC SAU HẠN TRƯỚC ");
        letter_day(l, o->before);
        letter_addf(l, " (%zu đơn vị), nhiều việc trước", n);
        letter_end(l);
        letter_add(l, "Hạn ");
        letter_deadline(l, o);
        letter_add(l, "; ");
        letter_left(l, o, true);
        letter_add(l, ".");
        letter_end(l);
        write_whole(l, occurrence);
        for (size_t i = 0; i < n; i++)
                write_behind(l, behind[i], (int) i + 1);
        letter_gap(l);
        write_oldest(l, behind, n);
}

static void write_done_one(Letter *l, const NewClaim *c) {
        const Occurrence *o = &l->in->plan->occurrences[c->occurrence];
        const Unit *u = &l->in->plan->units->units[c->unit];

        letter_gap(l);
        letter_add(l, "ĐÃ HOÀN THÀNH: ");
        letter_unit_formal(l, u);
        letter_add(l, " không còn việc nào cho hạn ");
        letter_deadline(l, o);
        letter_add(l, ". Cảm ơn các đồng chí.");
        letter_end(l);
        if (l->today > o->strict) {
                letter_add(l, "Hoàn thành sau hạn: kết quả chốt kỳ giữ nguyên, ngày hoàn thành được ghi thêm.");
                letter_end(l);
        }
        if (l->in->as_of)
                letter_read_at(l, &l->in->as_of[c->unit], u);
}

/* The coordinating department is told of many: one line a unit. */
static void write_done_listed(Letter *l, int occurrence) {
        const NewMessage *m = l->in->message;
        size_t n = 0;

        for (size_t i = 0; i < m->n_claims; i++) {
                const NewClaim *c = &m->claims[i];

                if (c->stage != STAGE_DONE || c->seat != SEAT_COORDINATOR || c->occurrence != occurrence)
                        continue;
                if (n++ == 0) {
                        letter_gap(l);
                        letter_add(l, "NAY ĐÃ HOÀN THÀNH, HẠN TRƯỚC ");
                        letter_day(l, l->in->plan->occurrences[occurrence].before);
                        letter_end(l);
                }
                letter_add(l, "- ");
                letter_outside(l, str_of(l->in->plan->units->units[c->unit].name), 80);
                letter_end(l);
        }
}

void letter_write_done(Letter *l) {
        const NewMessage *m = l->in->message;

        for (size_t i = 0; i < m->n_claims; i++)
                if (m->claims[i].stage == STAGE_DONE && m->claims[i].seat != SEAT_COORDINATOR)
                        write_done_one(l, &m->claims[i]);
        for (size_t i = 0; i < l->in->plan->n_occurrences; i++)
                write_done_listed(l, (int) i);
}
