/* SPDX-License-Identifier: MIT */
/* Lists that change while they are read: random rows, sizes and ways of paging, rows that come and go between pages.
 * A quiet reading is complete and the truth; a reading that calls itself complete by a key or by offsets that overlap
 * has every row that was there all the while. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "connectors/listing/pager.h"

#define ROWS_MAX 64
#define IDS 4000

typedef struct World {
        uint64_t random;
        int rows[ROWS_MAX];
        int n, next_id, cap;
        bool inclusive, quiet, total;
        bool given[IDS], stayed[IDS]; /* received; there from the begin of the pass to its end */
} World;

static int roll(World *w, int below) {
        w->random = w->random * 6364136223846793005ull + 1442695040888963407ull;
        return below > 0 ? (int) ((w->random >> 33) % (uint64_t) below) : 0;
}

static void row_in(World *w, int at) {
        if (w->n == ROWS_MAX || w->next_id == IDS)
                return;
        memmove(&w->rows[at + 1], &w->rows[at], (size_t) (w->n - at) * sizeof *w->rows);
        w->rows[at] = w->next_id++;
        w->n++;
}

static void row_out(World *w, int at) {
        w->stayed[w->rows[at]] = false;
        memmove(&w->rows[at], &w->rows[at + 1], (size_t) (w->n - at - 1) * sizeof *w->rows);
        w->n--;
}

/* Ids rise where keys are followed, and stand anywhere else. */
static void disturb(World *w, const PagingPlan *plan) {
        for (int k = roll(w, 3); k > 0 && !w->quiet; k--) {
                if (roll(w, 2) && w->n > 0)
                        row_out(w, roll(w, w->n));
                else
                        row_in(w, plan->kind == PAGING_KEYSET ? w->n : roll(w, w->n + 1));
        }
}

static void pass_begin(World *w) {
        memset(w->given, 0, sizeof w->given);
        memset(w->stayed, 0, sizeof w->stayed);
        for (int i = 0; i < w->n; i++)
                w->stayed[w->rows[i]] = true;
}

static int from_of(const World *w, const Pager *p, const PagingPlan *plan) {
        int size = plan->size < w->cap ? plan->size : w->cap, at = 0, key = -1;
        if (plan->kind == PAGING_PAGE)
                return (int) (pager_page_number(p) - plan->first_page) * size;
        if (plan->kind == PAGING_OFFSET)
                return (int) pager_offset(p);
        text_to_int(pager_cursor(p), 0, IDS, &key);
        while (at < w->n && (w->inclusive ? w->rows[at] < key : w->rows[at] <= key))
                at++;
        return at;
}

static int one_page(World *w, Pager *p, const PagingPlan *plan) {
        uint64_t prints[ROWS_MAX];
        char key[16] = "";
        bool take;
        int from = from_of(w, p, plan);
        PageSeen s = { .total = w->total ? w->n : -1, .prints = prints };
        for (int i = from; i < w->n && s.received < plan->size && s.received < w->cap; i++) {
                prints[s.received++] = (uint64_t) w->rows[i] * 0x9e3779b97f4a7c15ull + 1;
                snprintf(key, sizeof key, "%d", w->rows[i]);
        }
        for (int i = 0; i < s.received; i++)
                s.bytes_hash = s.bytes_hash * 31 + prints[i];
        s.bytes_hash += (uint64_t) p->pages << 48; /* systems write the number of a page into it */
        s.first_hash = s.received ? prints[0] : 0;
        s.last_hash = s.received ? prints[s.received - 1] : 0;
        s.cursor = plan->kind == PAGING_KEYSET ? str_of(key) : STR_NULL;
        int r = pager_page(p, &s, &take);
        for (int i = 0; i < s.received && take; i++)
                w->given[w->rows[from + i]] = true;
        return r;
}

/* Whether the listing calls itself complete. */
static bool read_listing(World *w, const PagingPlan *plan) {
        Pager p;
        pager_begin(&p, plan);
        for (int pass = 0; pass < 3; pass++) {
                int pages = 0;
                pass_begin(w);
                while (one_page(w, &p, plan) == PAGER_NEXT) {
                        assert_true(++pages < 400);
                        disturb(w, plan);
                }
                if (!pager_wants_again(&p) || pass == 2)
                        break;
                pager_again(&p);
        }
        bool complete = pager_complete(&p);
        pager_done(&p);
        return complete;
}

static PagingPlan plan_of(World *w) {
        PagingPlan plan = { .page_parameter = "p", .offset_parameter = "o", .cursor_parameter = "c", .first_page = 1,
                            .size = 1 + roll(w, 6), .key.text = "$.id" };
        static const PagingKind kinds[] = { PAGING_PAGE, PAGING_OFFSET, PAGING_OFFSET, PAGING_KEYSET };
        int kind = roll(w, 4);
        plan.kind = (int) kinds[kind];
        plan.overlap = kind == 2;
        if (plan.overlap && plan.size < 2)
                plan.size = 2;
        w->total = roll(w, 2) && plan.kind != PAGING_KEYSET;
        plan.total.text = w->total ? "$.t" : NULL;
        plan.stop = !w->total && roll(w, 2) ? STOP_SHORT : STOP_DEFAULT;
        return plan;
}

static void test_random_lists(void **state) {
        int complete = 0, disturbed = 0;
        for (uint64_t seed = 1; seed <= 30000; seed++) {
                World w = { .random = seed * 0x9e3779b97f4a7c15ull, .cap = ROWS_MAX };
                PagingPlan plan = plan_of(&w);
                w.inclusive = roll(&w, 2);
                for (int n = roll(&w, 30); n > 0; n--)
                        row_in(&w, plan.kind == PAGING_KEYSET ? w.n : roll(&w, w.n + 1));
                bool sure = plan.overlap || plan.kind == PAGING_KEYSET;
                disturbed++;
                if (read_listing(&w, &plan)) {
                        complete++;
                        for (int i = 0; i < w.next_id && sure; i++)
                                if (w.stayed[i] && !w.given[i])
                                        fail_msg("seed %llu: row %d was there all the while", (unsigned long long) seed,
                                                 i);
                }
                w.quiet = true;
                bool one_tie = plan.kind == PAGING_KEYSET && w.inclusive && plan.size == 1;
                if (!read_listing(&w, &plan) && !one_tie)
                        fail_msg("seed %llu: a quiet list is not complete", (unsigned long long) seed);
                for (int i = 0; i < w.n && !one_tie; i++)
                        assert_true(w.given[w.rows[i]]);
        }
        assert_true(complete > disturbed / 4); /* else it proves nothing */
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(test_random_lists) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
