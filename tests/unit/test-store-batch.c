/* SPDX-License-Identifier: MIT */
/* Rows that go in together are each where they belong, whatever stands between them: records of the other system, that
 * came before in the same listing, or that are new. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/store-world.h"

#define CODES 260 /* some batches */

typedef struct Draw {
        unsigned random;
        int times[CODES]; /* how often the record was shown in the listing */
        int n, twice;
} Draw;

static unsigned draw_next(Draw *d, unsigned below) {
        d->random = d->random * 1664525u + 1013904223u;
        return (d->random >> 8) % below;
}

/* Runs of neighbours, which are new or known as those before, with strangers in between. */
static ListingReport draw_listing(World *w, Side side, Draw *d) {
        Partition p = world_partition(side);
        ListingEnd end = world_end();
        ListingReport report;
        Listing *l = world_begin(w, &p);
        unsigned code = 0;

        for (int i = 0; i < CODES; i++) {
                char line[64];

                code = draw_next(d, 8) == 0 ? draw_next(d, CODES) : (code + 1) % CODES;
                (void) snprintf(line, sizeof line, "24412/C%03u progress=%u", code, code % 100);
                world_put(w, l, line);
                d->n += d->times[code] == 0;
                d->twice += d->times[code]++ > 0;
        }
        assert_int_equal(world_apply(w, l, &end, &report), 0);
        return report;
}

static int count_lines(const char *text, const char *start) {
        int n = 0;

        for (const char *at = text; (at = strstr(at, start)); at++)
                n += at == text || at[-1] == '\n';
        return n;
}

static void check_rows(World *w, const Draw draw[static SIDE_COUNT]) {
        char *export = world_export(w);

        for (int side = 0; side < SIDE_COUNT; side++)
                for (unsigned code = 0; code < CODES; code++) {
                        char line[160];

                        (void) snprintf(line, sizeof line, "side 24412/task/C%03u %s C%03u missing  removed  ", code,
                                        side_names[side], code);
                        assert_int_equal(count_lines(export, line), draw[side].times[code] > 0);
                        (void) snprintf(line + strlen(line), sizeof line - strlen(line), "{\"progress\":\"%u\"}\n",
                                        code % 100);
                        assert_int_equal(count_lines(export, line), draw[side].times[code] > 0);
                }
        assert_int_equal(count_lines(export, "side "), draw[0].n + draw[1].n);
        free(export);
}

static void test_every_row_is_where_it_belongs(void **state) {
        (void) state;
        for (unsigned seed = 1; seed <= 30; seed++) {
                World *w = world_new();
                Draw draw[SIDE_COUNT] = { { .random = seed }, { .random = ~seed } };

                for (int side = 0; side < SIDE_COUNT; side++) {
                        ListingReport r = draw_listing(w, (Side) side, &draw[side]);

                        assert_int_equal(r.members, draw[side].n);
                        assert_int_equal(r.added, draw[side].n);
                        assert_int_equal(r.duplicates, draw[side].twice);
                }
                check_rows(w, draw);
                world_free(w);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_row_is_where_it_belongs),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
