/* SPDX-License-Identifier: MIT */
/* What the store remembers of a listing: cursors, facts of pages, prints of records, the contract. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/store-pages.h"

static int setup(void **state) {
        *state = world_new();
        return 0;
}

static int teardown(void **state) {
        world_free(*state);
        return 0;
}

static ListingEnd changes_end(const char *cursor) {
        ListingEnd end = world_end();

        end.changes_only = true;
        end.cursor = str_of(cursor);
        return end;
}

typedef struct Kept { char cursor[40], contract[40]; Instant swept; } Kept;

static Kept kept(World *w) {
        Partition p = world_partition(SIDE_PORTAL);
        Listing *l = world_begin(w, &p);
        const ListingMemory *m = listing_memory(l);
        Kept k = { .swept = m->swept };

        (void) snprintf(k.cursor, sizeof k.cursor, STR_FMT, STR_ARG(m->cursor));
        (void) snprintf(k.contract, sizeof k.contract, STR_FMT, STR_ARG(m->contract));
        listing_free(l);
        return k;
}

static void expect_cursor(World *w, const char *cursor) {
        assert_string_equal(kept(w).cursor, cursor);
}

static void expect_contract(World *w, const char *contract) {
        assert_string_equal(kept(w).contract, contract);
}

static void test_records_known_by_their_bytes(void **state) {
        World *w = *state;
        ListingEnd end = world_end();

        assert_int_equal(read_pages(w, end, PAGES("24412/A progress=1;24412/B progress=2",
                                                  "24412/C progress=3;24412/D progress=4")), 4);
        assert_int_equal(read_pages(w, end, PAGES("24412/A progress=1;24412/B progress=7",
                                                  "24412/C progress=3;24412/D progress=4")), 1);
        /* a row that comes first shifts every other; one that goes shifts them back */
        assert_int_equal(read_pages(w, end, PAGES("24412/Z progress=9;24412/A progress=1",
                                                  "24412/B progress=7;24412/C progress=3", "24412/D progress=4")), 1);
        assert_int_equal(read_pages(w, end, PAGES("24412/A progress=1;24412/B progress=7",
                                                  "24412/C progress=3;24412/D progress=4")), 0);
        w->context.digest = 2; /* another mapping reads the same bytes differently */
        assert_int_equal(read_pages(w, end, PAGES("24412/A progress=1;24412/B progress=7",
                                                  "24412/C progress=3;24412/D progress=4")), 4);
}

/* What another kind of listing wrote makes the bytes of before say nothing: they may come back. */
static void test_changes_void_prints(void **state) {
        World *w = *state;
        const char *const *before = PAGES("24412/A progress=1;24412/B progress=2", "24412/C progress=3");
        char *first, *last;

        assert_int_equal(read_pages(w, world_end(), before), 3);
        first = world_export(w);
        assert_int_equal(read_pages(w, changes_end(""), PAGES("24412/B progress=5")), 1);
        last = world_export(w);
        assert_non_null(strstr(last, "\"5\""));
        assert_null(strstr(last, "missing 2"));
        free(last);
        assert_int_equal(read_pages(w, world_end(), before), 1); /* B alone, and it is written back */
        last = world_export(w);
        assert_null(strstr(last, "\"5\"}\n"));
        free(last);
        free(first);
        assert_int_equal(read_pages(w, world_end(), before), 0);
}

static void test_facts(void **state) {
        World *w = *state;
        Partition p = world_partition(SIDE_PORTAL);
        const char *page = "24412/A progress=1;24412/B progress=2";
        PageMemory m;
        Listing *l = world_begin(w, &p);

        assert_int_equal(listing_recall(l, 1, &m, &w->err), 1);
        (void) read_page(w, l, 1, "etag \"x\"", page);
        assert_int_equal(apply(w, l, world_end()), 0);

        l = world_begin(w, &p);
        assert_int_equal(listing_recall(l, 1, &m, &w->err), 0);
        assert_true(m.hash[0] == print_of(str_of(page)) && m.hash[1] == m.hash[0]);
        assert_true(str_eq(m.facts, STR("etag \"x\"")));
        assert_int_equal(m.prints.len, 2 * sizeof(uint64_t));
        assert_int_equal(listing_recall(l, 2, &m, &w->err), 1);
        (void) read_page(w, l, 1, "etag \"y\"", page); /* the same bytes under a new name */
        assert_int_equal(apply(w, l, world_end()), 0);

        l = world_begin(w, &p);
        assert_int_equal(listing_recall(l, 1, &m, &w->err), 0);
        assert_true(str_eq(m.facts, STR("etag \"y\"")));
        listing_free(l);

        (void) read_pages(w, changes_end(""), PAGES("24412/B progress=3")); /* the page has to be looked at again */
        l = world_begin(w, &p);
        assert_int_equal(listing_recall(l, 1, &m, &w->err), 1);
        listing_free(l);
        (void) read_pages(w, world_end(), PAGES(page));
        w->context.digest = 2;
        l = world_begin(w, &p);
        assert_int_equal(listing_recall(l, 1, &m, &w->err), 1);
        listing_free(l);
}

static void test_cursor(void **state) {
        const char *const *pages = PAGES("24412/A progress=1;24412/B progress=2");
        World *w = *state;
        ListingEnd end = world_end();
        Instant began = w->now;

        (void) read_pages(w, changes_end("c0"), PAGES("24412/A progress=1")); /* before any sweep it means nothing */
        expect_cursor(w, "");
        assert_true(kept(w).swept == INSTANT_NONE);
        end.cursor = STR("c1");
        end.contract = STR("learnt");
        began = w->now;
        (void) read_pages(w, end, pages);
        expect_cursor(w, "c1");
        assert_true(kept(w).swept == began);
        expect_contract(w, "learnt");
        (void) read_pages(w, changes_end("c2"), PAGES("24412/B progress=3"));
        expect_cursor(w, "c2");
        assert_true(kept(w).swept == began);
        (void) read_pages(w, changes_end(""), PAGES("24412/B progress=4")); /* none given: as it was */
        expect_cursor(w, "c2");

        end = changes_end("c3"); /* it ended early */
        end.members_complete = false;
        end.completeness = LISTING_PARTIAL;
        (void) read_pages(w, end, PAGES("24412/B progress=5"));
        expect_cursor(w, "c2");
        end.completeness = LISTING_FAILED;
        (void) read_pages(w, end, PAGES("24412/B progress=6"));
        expect_cursor(w, "c2");
        (void) read_pages(w, changes_end("c4"), PAGES("24412/B progress=7", "24412/B progress=8")); /* it shifted */
        expect_cursor(w, "c2");

        end = world_end(); /* by validators: whole, but no sweep */
        end.by_validators = true;
        end.cursor = STR("c5");
        (void) read_pages(w, end, pages);
        expect_cursor(w, "c5");
        assert_true(kept(w).swept == began);
        w->context.digest = 2;
        expect_cursor(w, "");
        assert_true(kept(w).swept == INSTANT_NONE);
        expect_contract(w, "learnt"); /* of the system's bytes, not our reading */
        (void) read_pages(w, world_end(), pages);
        w->context.digest = 1; /* and back: what was known under it is gone */
        expect_cursor(w, "");
}

static int count_row(void *u, const QuarantineRow *q, Err *e) {
        (void) q;
        (void) e;
        (*(int *) u)++;
        return 0;
}

static int quarantined(World *w) {
        int n = 0;

        assert_int_equal(store_visit_quarantine(w->store, count_row, &n, &w->err), 0);
        return n;
}

/* A record put aside by a listing of changes stands until it is brought well, or a whole listing does not bring it. */
static void test_quarantine_and_changes(void **state) {
        World *w = *state;
        Partition p = world_partition(SIDE_PORTAL);
        const char *const *pages = PAGES("24412/A progress=1;24412/B progress=2", "24412/C progress=3");
        ListingEnd end = world_end();
        Listing *l;

        end.cursor = STR("c1");
        (void) read_pages(w, end, pages);
        l = world_begin(w, &p);
        (void) read_page(w, l, 1, "", "24412/B progress=3");
        assert_int_equal(put_aside(w, l, "C"), 0);
        assert_int_equal(apply(w, l, changes_end("c2")), 0); /* the source knows of C: its cursor is before it */
        expect_cursor(w, "c2");
        assert_int_equal(quarantined(w), 1);
        (void) read_pages(w, changes_end("c3"), PAGES("24412/B progress=4")); /* C is not looked at: it stays */
        assert_int_equal(quarantined(w), 1);
        expect_cursor(w, "c2");
        (void) read_pages(w, changes_end("c4"), PAGES("24412/C progress=3")); /* as the store has it */
        assert_int_equal(quarantined(w), 0);
        expect_cursor(w, "c4");

        l = world_begin(w, &p);
        (void) read_page(w, l, 1, "", "24412/B progress=4");
        assert_int_equal(put_aside(w, l, "C"), 0);
        assert_int_equal(put_aside(w, l, NULL), 0);
        end = changes_end("c5");
        end.whole = true;
        end.members_complete = false;
        assert_int_equal(apply(w, l, end), 0);
        assert_int_equal(quarantined(w), 2);
        end = changes_end("c6");
        end.whole = true;
        (void) read_pages(w, end, PAGES("24412/B progress=4")); /* the one without identity is no longer there */
        assert_int_equal(quarantined(w), 1);
        (void) read_pages(w, world_end(), pages);
        assert_int_equal(quarantined(w), 0);
}

/* Members of more pages than memory holds; every one is on its page again, with its print. */
static void test_many_members(void **state) {
        World *w = *state;
        Partition p = world_partition(SIDE_PORTAL);
        const int per_page = 500, n_pages = 80;

        for (int run = 0; run < 3; run++) {
                Listing *l = world_begin(w, &p);
                int normalised = 0;

                for (int i = 0; i < n_pages; i++) {
                        _cleanup_text_ Text t = TEXT_INIT(1u << 20);

                        for (int k = 0; k < per_page; k++) /* the second time one in a page has changed */
                                (void) text_addf(&t, "%s24412/N%05d progress=%d", k ? ";" : "", i * per_page + k,
                                                 k == 7 && run > 0 ? 2 : 1);
                        normalised += read_page(w, l, i + 1, "", t.at);
                }
                assert_int_equal(normalised, run == 0 ? n_pages * per_page : run == 1 ? n_pages : 0);
                assert_int_equal(apply(w, l, world_end()), 0);
        }
}

/* ---- drift ---- */

static int drift(World *w, uint64_t mark, ListingReport *ret) {
        Partition p = world_partition(SIDE_PORTAL);
        Listing *l = world_begin(w, &p);
        ListingEnd end = world_end();

        (void) read_page(w, l, 1, "", mark ? "24412/A progress=9" : "24412/A progress=1");
        end.contract = mark ? STR("new shape") : STR("old shape");
        end.drift_mark = mark;
        if (mark) {
                (void) snprintf(end.drift_en, sizeof end.drift_en, "expected work to be a text, saw a number: 3");
                (void) snprintf(end.drift_vi, sizeof end.drift_vi, "trạng thái phải là chữ, nay là số: 3");
        }
        return world_apply(w, l, &end, ret);
}

static void test_drift_asks(void **state) {
        World *w = *state;
        ListingReport r;
        int64_t refusal;
        char *text;

        assert_int_equal(drift(w, 0, &r), 0);
        expect_contract(w, "old shape");
        assert_int_equal(drift(w, 77, &r), LISTING_E_REFUSED);
        assert_int_equal(r.trip, GUARD_DRIFT);
        assert_non_null(strstr(r.en, "expected work to be a text"));
        assert_non_null(strstr(r.vi, "phải là chữ"));
        expect_contract(w, "old shape");
        text = world_export(w);
        assert_null(strstr(text, "\"9\""));
        assert_non_null(strstr(text, "acc drift "));
        free(text);
        refusal = r.refusal;
        assert_int_equal(drift(w, 77, &r), LISTING_E_REFUSED); /* one question */
        assert_true(r.refusal == refusal);
        assert_int_equal(drift(w, UINT64_MAX - 5, &r), LISTING_E_REFUSED); /* another shape is another question */
        assert_true(r.refusal != refusal);
        refusal = r.refusal;
        assert_int_equal(store_refusal_reject(w->store, refusal, "Lan", w->now, &w->err), 0);
        assert_int_equal(drift(w, UINT64_MAX - 5, &r), LISTING_E_REFUSED);
        assert_true(r.refusal == refusal);
        assert_int_equal(store_refusal_accept(w->store, refusal, "Lan", w->now, &w->err), 0);
        assert_int_equal(drift(w, UINT64_MAX - 5, &r), 0);
        expect_contract(w, "new shape");
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        const struct CMUnitTest tests[] = {
                T(test_records_known_by_their_bytes),
                T(test_changes_void_prints),
                T(test_facts),
                T(test_cursor),
                T(test_quarantine_and_changes),
                T(test_many_members),
                T(test_drift_asks),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
