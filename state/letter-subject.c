/* SPDX-License-Identifier: MIT */
#include "state/letter-parts.h"

/* What a subject must know of the mail. */
typedef struct Gist {
        const Occurrence *coming, *passed;  /* own deadlines: the first still to come, the last that ended */
        const Occurrence *listed, *done;    /* of the coordinator's list and of the done notices: the first */
        int more;                           /* deadlines to come after `coming` */
        int n_listed;                       /* units behind in the list */
        int n_done, done_unit, done_units, done_ends; /* notices; the last unit; units and ends apart */
} Gist;

static void gist_own(Gist *g, const Occurrence *o, Date today, unsigned *seen, int occurrence) {
        if (occurrence < 32 && *seen & (1u << occurrence))
                return;
        *seen |= occurrence < 32 ? 1u << occurrence : 0;
        if (o->strict < today) {
                g->passed = !g->passed || o->strict > g->passed->strict ? o : g->passed;
                return;
        }
        if (g->coming)
                g->more++;
        if (!g->coming || o->strict < g->coming->strict)
                g->coming = o;
}

static void gist_read(const Letter *l, Gist *g) {
        const NewMessage *m = l->in->message;
        unsigned seen = 0;

        for (size_t i = 0; i < m->n_claims; i++) {
                const NewClaim *c = &m->claims[i];
                const Occurrence *o = &l->in->plan->occurrences[c->occurrence];

                if (claim_own(c)) {
                        gist_own(g, o, l->today, &seen, c->occurrence);
                } else if (claim_listed(c)) {
                        if (!g->listed || o->strict < g->listed->strict)
                                g->listed = o;
                } else if (c->stage == STAGE_DONE) {
                        g->done_units += g->n_done == 0 || g->done_unit != c->unit;
                        g->done_ends += g->n_done == 0 || g->done != o;
                        g->done_unit = c->unit;
                        g->done = o;
                        g->n_done++;
                }
        }
        for (size_t i = 0; i < m->n_claims; i++)
                g->n_listed += claim_listed(&m->claims[i]) &&
                               &l->in->plan->occurrences[m->claims[i].occurrence] == g->listed;
}

static void subject_end(Letter *l, const Gist *g) {
        if (g->passed && g->coming) {
                letter_add(l, ", có việc đã hết hạn ");
                letter_day(l, g->passed->strict);
                letter_add(l, ", hạn tới hết ");
                letter_weekday(l, g->coming->strict);
        } else if (g->passed) {
                letter_add(l, ", đã hết hạn ");
                letter_weekday(l, g->passed->strict);
        } else {
                letter_add(l, g->coming->strict == l->today ? ", hạn hết hôm nay, " : ", hạn hết ");
                letter_weekday(l, g->coming->strict);
        }
        if (g->more > 0)
                letter_addf(l, ", và %d hạn sau", g->more);
}

static void subject_own(Letter *l, const Gist *g, const LetterUnit *units, size_t n) {
        int total = 0;
        bool least = false;

        for (size_t i = 0; i < n; i++) {
                total += units[i].total;
                least |= units[i].cut && units[i].n_occurrences > 1;
        }
        if (n == 1)
                letter_outside(l, str_of(units->unit->name), 80);
        else
                letter_addf(l, "%d đơn vị", (int) n);
        letter_addf(l, ": còn %s%d việc", least ? "ít nhất " : "", total);
        subject_end(l, g);
}

static void subject_page(Letter *l, const LetterPage *p) {
        int done = p->departments.done + p->communes.done, late = p->departments.late + p->communes.late;
        int unknown = p->departments.unknown + p->communes.unknown;

        letter_add(l, "Kỳ trước ");
        letter_day(l, p->occurrence->before);
        letter_addf(l, ": %d/%d đơn vị xong, %d chậm, %d chưa xác định", done, done + late + unknown, late, unknown);
}

static void subject_list(Letter *l, const Gist *g) {
        letter_addf(l, "%d đơn vị còn việc sau hạn trước ", g->n_listed);
        letter_day(l, g->listed->before);
}

/* Claims come by unit, so an end that follows another may be counted twice: then none is named, and that is all. */
static void subject_done(Letter *l, const Gist *g) {
        if (g->done_units == 1)
                letter_outside(l, str_of(l->in->plan->units->units[g->done_unit].name), 80);
        else
                letter_addf(l, "%d đơn vị", g->done_units);
        letter_add(l, g->done_units == 1 ? ": đã hoàn thành" : " đã hoàn thành");
        if (g->done_ends == 1) {
                letter_add(l, ", hạn trước ");
                letter_day(l, g->done->before);
        } else if (g->done_units == 1) {
                letter_addf(l, " cho %d hạn", g->n_done);
        }
}

/* The first thing that is in the mail, in the order in which the mail says it. */
void letter_write_subject(Letter *l, const LetterUnit *units, size_t n_units, Text *t) {
        const char *mark = l->in->options->mark;
        Gist g = {0};

        gist_read(l, &g);
        if (mark && *mark)
                letter_addf(l, "[%s] ", mark);
        letter_add(l, "[NQ57] ");
        if (l->in->n_pages > 0)
                subject_page(l, &l->in->pages[0]);
        else if (n_units > 0)
                subject_own(l, &g, units, n_units);
        else if (g.listed)
                subject_list(l, &g);
        else if (g.done)
                subject_done(l, &g);
        if (l->in->n_pages == 0 && n_units > 0 && g.listed) {
                letter_add(l, "; ");
                subject_list(l, &g);
        }
        if (l->line.failed)
                l->failed = l->line.failed;
        (void) text_add(t, text_str(&l->line));
        text_clear(&l->line);
}
