/* SPDX-License-Identifier: MIT */
/* Whoever relies on what is remembered of pages and records comes to the state of one who reads everything anew: over
 * random histories of records that change, change back, move over pages, come twice, go, and cannot be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/store-pages.h"

#define RECORDS 60
#define PER_PAGE 7

typedef struct Model {
        unsigned seed;
        int value[RECORDS];    /* what its bytes say; -1: it is not there */
        bool broken[RECORDS];  /* cannot be normalised */
        int order[RECORDS * 2], n;
} Model;

static unsigned dice(Model *m, unsigned below) {
        m->seed = m->seed * 1103515245u + 12345u;
        return (m->seed >> 16) % below;
}

static void order_insert(Model *m, int at, int record) {
        if (m->n == RECORDS * 2)
                return;
        memmove(&m->order[at + 1], &m->order[at], (size_t) (m->n - at) * sizeof(int));
        m->order[at] = record;
        m->n++;
}

static void order_remove(Model *m, int at) {
        memmove(&m->order[at], &m->order[at + 1], (size_t) (m->n - at - 1) * sizeof(int));
        m->n--;
}

static void model_move(Model *m) {
        for (int i = (int) dice(m, 5); i > 0 && m->n > 0; i--) {
                int at = (int) dice(m, (unsigned) m->n), record = m->order[at];

                switch (dice(m, 8)) {
                case 0:
                        order_remove(m, at); /* perhaps one of two */
                        break;
                case 1:
                        order_insert(m, (int) dice(m, (unsigned) m->n + 1), (int) dice(m, RECORDS));
                        break;
                case 2:
                        order_insert(m, (int) dice(m, (unsigned) m->n + 1), record);
                        break;
                case 3:
                        order_remove(m, at);
                        order_insert(m, (int) dice(m, (unsigned) m->n + 1), record);
                        break;
                case 4:
                        m->broken[record] = !m->broken[record];
                        break;
                default:
                        m->value[record] = (int) dice(m, 3); /* few: bytes of before come back */
                }
        }
}

static void put_record(World *w, Listing *l, const Model *m, int record, bool reader, int *normalised) {
        _cleanup_arena_ Arena arena = { 0 };
        char line[80];
        RecordSide r;
        bool known = false;

        (void) snprintf(line, sizeof line, "24412/N%02d progress=%d%s", record, m->value[record],
                        m->broken[record] ? " broken" : "");
        if (reader)
                assert_int_equal(listing_span(l, print_of(str_of(line)), &known, &w->err), 0);
        if (known)
                return;
        (*normalised)++;
        if (m->broken[record]) {
                char code[8];

                (void) snprintf(code, sizeof code, "N%02d", record);
                assert_int_equal(put_aside(w, l, code), 0);
                return;
        }
        world_record(&arena, str_of(line), &r);
        assert_int_equal(listing_put(l, &r, reader ? print_of(str_of(line)) : 0, &w->err), 0);
}

typedef enum Kind { WHOLE, PART, CHANGES, FAILED } Kind;

/* The first `upto` pages of `m`, as its records stand. */
static void model_pages(World *w, Listing *l, const Model *m, const int *order, int n, int pages, bool reader,
                        bool recalls, int *normalised) {
        static uint64_t never;

        for (int at = 0, number = 1; (at < n || number == 1) && number <= pages; at += PER_PAGE, number++) {
                PageMemory page = { .facts = STR("f") }, was;
                int upto = at + PER_PAGE < n ? at + PER_PAGE : n, members;
                bool known = false;

                for (int i = at; i < upto; i++)
                        page.hash[0] = (page.hash[0] + (uint64_t) (order[i] * 8 + m->value[order[i]] * 2 +
                                                                   m->broken[order[i]] + 1)) * 0x9e3779b97f4a7c15ull;
                page.hash[1] = reader ? 1 : ++never + 1;
                if (recalls && listing_recall(l, number, &was, &w->err) == 0 &&
                    memcmp(was.hash, page.hash, sizeof was.hash) == 0) { /* a 304: there is no body */
                        page = was;
                        assert_int_equal(listing_page(l, number, &page, &known, &members, &w->err), 0);
                        assert_true(known);
                        continue;
                }
                assert_int_equal(listing_page(l, number, &page, &known, &members, &w->err), 0);
                for (int i = at; i < upto && !known; i++)
                        put_record(w, l, m, order[i], reader, normalised);
        }
}

/* The listing `order` says, by one who remembers (`reader`) or by one who does not; `before`: pages that were read of
 * what was there a moment ago, until the listing began anew. */
static int model_list(World *w, const Model *m, const int *order, int n, Kind kind, bool reader, const Model *before,
                      int pages) {
        Partition p = world_partition(SIDE_PORTAL);
        Listing *l = world_begin(w, &p);
        ListingEnd end = world_end();
        int normalised = 0;

        if (pages > 0)
                model_pages(w, l, before, before->order, before->n, pages, reader, reader, &normalised);
        model_pages(w, l, m, order, n, INT32_MAX, reader, reader && kind != CHANGES, &normalised);
        end.members_complete = kind == WHOLE || kind == CHANGES;
        end.changes_only = kind == CHANGES;
        end.may_repeat = true; /* what it shows twice it showed twice before: test-store-doubt.c tests the doubt */
        end.completeness = kind == FAILED ? LISTING_FAILED : end.members_complete ? LISTING_COMPLETE : LISTING_PARTIAL;
        assert_int_equal(apply(w, l, end), 0);
        return normalised;
}

static int shown(void *u, const RecordView *v, Err *e) {
        bool *there = u;
        const ViewSide *s = &v->side[SIDE_PORTAL];
        int n = 0;

        (void) e;
        assert_int_equal(text_to_int((Str) { v->key.at + v->key.len - 2, 2 }, 0, RECORDS, &n), 0);
        there[n] = s->present && s->missing_since == INSTANT_NONE;
        return 0;
}

/* After a whole listing exactly what it listed is there. */
static void expect_members(World *w, const Model *m) {
        bool there[RECORDS] = { false }, listed[RECORDS] = { false };

        assert_int_equal(store_visit_all(w->store, &w->policy, shown, there, &w->err), 0);
        for (int i = 0; i < m->n; i++)
                listed[m->order[i]] = true;
        for (int i = 0; i < RECORDS; i++)
                if (there[i])
                        assert_true(listed[i]);
                else if (listed[i])
                        assert_true(m->broken[i]); /* never seen sound */
}

/* The first line in which they differ. */
static void expect_same(const char *a, const char *b, unsigned seed, int round) {
        Str x = str_of(a), y = str_of(b), line, other;

        while (str_split(&x, '\n', &line) && str_split(&y, '\n', &other))
                if (!str_eq(line, other))
                        fail_msg("seed %u, round %d: " STR_FMT " and " STR_FMT, seed, round, STR_ARG(line),
                                 STR_ARG(other));
        assert_int_equal(x.len, y.len);
}

static void one_history(unsigned seed) {
        World *reader = world_new(), *full = world_new();
        Model m = { .seed = seed };
        int read_by_one = 0, read_by_other = 0;

        reader->guards = full->guards = (GuardOptions) { 1000, 100, 1000, 100, 0, NULL, 0, 14 };
        for (int i = 0; i < RECORDS; i++)
                if (dice(&m, 3))
                        order_insert(&m, m.n, i);
        for (int round = 0; round < 60; round++) {
                Kind kind = round == 0 ? WHOLE
                                       : (Kind[]) { WHOLE, WHOLE, WHOLE, CHANGES, CHANGES, PART, FAILED }[dice(&m, 7)];
                int some[RECORDS], n = 0, pages = 0;
                Model before = m;
                char *a, *b;

                if (round > 0 && dice(&m, 3))
                        model_move(&m);
                if (kind == WHOLE && dice(&m, 4) == 0)
                        pages = (int) dice(&m, 6);
                if (dice(&m, 25) == 0)
                        reader->context.digest = full->context.digest = dice(&m, 3);
                for (int i = 0; i < m.n && kind == CHANGES && n < RECORDS; i++)
                        if (dice(&m, 4) == 0)
                                some[n++] = m.order[i];
                if (kind != CHANGES)
                        n = kind == PART ? (int) dice(&m, (unsigned) m.n + 1) : m.n;
                read_by_one += model_list(reader, &m, kind == CHANGES ? some : m.order, n, kind, true, &before,
                                          pages);
                read_by_other += model_list(full, &m, kind == CHANGES ? some : m.order, n, kind, false, &before,
                                            pages);
                a = world_export(reader);
                b = world_export(full);
                expect_same(a, b, seed, round);
                free(a);
                free(b);
                if (kind == WHOLE && pages == 0)
                        expect_members(reader, &m);
        }
        assert_true(read_by_one * 2 < read_by_other);
        world_free(reader);
        world_free(full);
}

static void test_as_if_read_anew(void **state) {
        const char *seed = getenv("NQ57_SEED"); /* where a longer search begins */
        int first = 1;

        (void) state;
        if (seed)
                assert_int_equal(text_to_int(str_of(seed), 1, 1000000, &first), 0);
        for (int i = 0; i < 8; i++)
                one_history((unsigned) (first + i));
}

#define LONG_PAGE 1500

/* More members than wait in memory (MEMBERS_HELD): the pages know them all the same, each its own. */
static void test_a_long_listing(void **state) {
        Text page[5] = { 0 };
        const char *pages[6] = { NULL };
        World *w = world_new();

        (void) state;
        for (int i = 0; i < 5; i++) {
                page[i] = TEXT_INIT(1u << 20);
                for (int k = 0; k < LONG_PAGE; k++)
                        (void) text_addf(&page[i], "%s24412/R%d progress=1", k ? ";" : "", i * LONG_PAGE + k);
                pages[i] = page[i].at;
        }
        assert_int_equal(read_pages(w, world_end(), pages), 5 * LONG_PAGE);
        assert_int_equal(read_pages(w, world_end(), pages), 0);
        *strrchr(page[1].at, '1') = '2'; /* its last record: the others of the page are known by their bytes */
        assert_int_equal(read_pages(w, world_end(), pages), 1);
        assert_int_equal(read_pages(w, world_end(), pages), 0);
        for (int i = 0; i < 5; i++)
                text_free(&page[i]);
        world_free(w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_as_if_read_anew),
                cmocka_unit_test(test_a_long_listing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
