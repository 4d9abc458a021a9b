/* SPDX-License-Identifier: MIT */
/* What a plan says, and the small province after it was sent. */
#pragma once

#include "tests/unit/plan-world.h"

static inline int world_claim_order(const void *a, const void *b) {
        const PlanClaim *x = a, *y = b;
        int r = str_cmp(x->occurrence, y->occurrence);

        if (r == 0)
                r = str_cmp(x->unit, y->unit);
        return r ? r : str_cmp(x->person, y->person);
}

static inline int world_last_order(const void *a, const void *b) {
        return str_cmp(((const PlanLastMail *) a)->person, ((const PlanLastMail *) b)->person);
}

/* As if the plan's mails had gone out. */
static inline void world_send(World *w, const Plan *p, bool preview) {
        for (size_t i = 0; i < p->n_messages; i++) {
                const NewMessage *m = &p->messages[i];
                Str person = str_of(m->to->person);
                size_t k = 0;

                for (size_t c = 0; c < m->n_claims; c++) {
                        assert_true(w->n_claims < 512);
                        w->claims[w->n_claims++] = (PlanClaim) {
                                str_of(w->occurrences[m->claims[c].occurrence].id),
                                m->claims[c].unit >= 0 ? str_of(world_ids[m->claims[c].unit]) : STR(""), person,
                                m->claims[c].stage, m->claims[c].seat, !preview, preview};
                }
                while (k < w->in.n_last_mail && !str_eq(w->last[k].person, person))
                        k++;
                w->last[k] = (PlanLastMail) {person, when_date(w->in.now)};
                if (k == w->in.n_last_mail)
                        w->in.n_last_mail++;
        }
        w->in.n_claims = w->n_claims;
        qsort(w->claims, w->n_claims, sizeof(*w->claims), world_claim_order);
        qsort(w->last, w->in.n_last_mail, sizeof(*w->last), world_last_order);
}

/* "H’Lan Niê: 24412/0/T focal, 24412/1/T-3 focal\n" a line a message */
static inline void world_tell(const Plan *p, Text *t) {
        for (size_t i = 0; i < p->n_messages; i++) {
                (void) text_addf(t, "%s:", p->messages[i].to->name);
                for (size_t c = 0; c < p->messages[i].n_claims; c++) {
                        const NewClaim *claim = &p->messages[i].claims[c];

                        (void) text_addf(t, "%s %s/%d/%s %s", c ? "," : "",
                                         claim->unit >= 0 ? world_ids[claim->unit] : "-",
                                         claim->occurrence, stage_names[claim->stage], seat_kinds[claim->seat]);
                }
                (void) text_addc(t, '\n');
        }
        assert_int_equal(t->failed, 0);
}
