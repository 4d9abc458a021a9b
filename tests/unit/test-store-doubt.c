/* SPDX-License-Identifier: MIT */
/* A reading in which records come again, or whose end nothing proves, is believed when the next one shows the same:
 * rows that moved while it was read have hidden as many others, however well the counts agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/store-pages.h"

#define A "24412/A progress=1"
#define B "24412/B progress=2"
#define C "24412/C progress=3"
#define D "24412/D progress=4"
#define E "24412/E progress=5"
#define F "24412/F progress=6"

static ListingReport read_whole(World *w, ListingEnd end, const char *const *pages) {
        Partition p = world_partition(SIDE_PORTAL);
        Listing *l = world_begin(w, &p);
        ListingReport report = { 0 };

        for (int i = 0; pages[i]; i++)
                (void) read_page(w, l, i + 1, "f", pages[i]);
        assert_int_equal(world_apply(w, l, &end, &report), 0);
        return report;
}

static bool is_missing(World *w, const char *code) {
        char *text = world_export(w), line[64];
        bool missing;

        (void) snprintf(line, sizeof line, "side 24412/task/%s portal %s missing ", code, code);
        assert_non_null(strstr(text, line));
        missing = strstr(text, line)[strlen(line)] == '2'; /* a day */
        free(text);
        return missing;
}

static int64_t received(World *w, const char *const *pages, Completeness expected) {
        ListingReport r = read_whole(w, world_end(), pages);

        assert_int_equal(r.completeness, expected);
        assert_int_equal(r.doubted, expected == LISTING_PARTIAL);
        return r.members;
}

/* Of six rows in pages of two the first moved to the end while they were read: C slipped to the page before. */
static void test_rows_that_moved(void **state) {
        World *w = world_new();

        (void) state;
        assert_int_equal(received(w, PAGES(A ";" B, C ";" D, E ";" F), LISTING_COMPLETE), 6);
        assert_int_equal(received(w, PAGES(A ";" B, D ";" E, F ";" A), LISTING_PARTIAL), 5);
        assert_false(is_missing(w, "C"));
        assert_int_equal(received(w, PAGES(B ";" C, D ";" E, F ";" A), LISTING_COMPLETE), 6);
        assert_false(is_missing(w, "C"));
        world_free(w);
}

static void test_a_first_reading(void **state) {
        World *w = world_new();
        char *text;

        (void) state;
        assert_int_equal(received(w, PAGES(A ";" B, D ";" E, F ";" A), LISTING_PARTIAL), 5);
        text = world_export(w);
        assert_non_null(strstr(text, "24412/task/F")); /* what it brought is kept */
        free(text);
        assert_int_equal(received(w, PAGES(B ";" C, D ";" E, F ";" A), LISTING_COMPLETE), 6);
        world_free(w);
}

/* Moving again and again it never is the whole, although every reading has as many of each. */
static void test_rows_that_never_rest(void **state) {
        World *w = world_new();

        (void) state;
        assert_int_equal(received(w, PAGES(A ";" B, D ";" E, F ";" A), LISTING_PARTIAL), 5);
        assert_int_equal(received(w, PAGES(B ";" C, E ";" F, A ";" B), LISTING_PARTIAL), 5);
        assert_int_equal(received(w, PAGES(C ";" D, F ";" A, B ";" C), LISTING_PARTIAL), 5);
        world_free(w);
}

/* A system that has two rows under one key has them in every reading. */
static void test_two_rows_of_one_key(void **state) {
        static const char other[] = "24412/A progress=7";
        const char *const pages[] = { A ";" B, C ";" D, other, NULL };
        World *w = world_new();
        ListingReport r;

        (void) state;
        r = read_whole(w, world_end(), pages);
        assert_true(r.doubted && r.repeats == 1);
        assert_string_equal(r.repeated, "24412/task/A");
        assert_non_null(strstr(r.en, "1 of the records came again (24412/task/A)"));
        for (int i = 0; i < 3; i++) {
                r = read_whole(w, world_end(), pages);
                assert_int_equal(r.completeness, LISTING_COMPLETE);
                assert_int_equal(r.repeats, 1);
        }
        assert_int_equal(received(w, PAGES(A ";" B, C, other), LISTING_PARTIAL), 3); /* and D is not there */
        assert_false(is_missing(w, "D"));
        assert_int_equal(received(w, PAGES(A ";" B, C, other), LISTING_COMPLETE), 3);
        assert_true(is_missing(w, "D"));
        world_free(w);
}

static void test_where_it_is_told_why(void **state) {
        World *w = world_new();
        ListingEnd end = world_end();

        (void) state;
        end.may_repeat = true; /* slices that share records */
        assert_int_equal(read_whole(w, end, PAGES(A ";" B, B ";" C)).completeness, LISTING_COMPLETE);
        end.may_repeat = false;
        end.as_of = w->now; /* a file */
        assert_int_equal(read_whole(w, end, PAGES(A ";" B, B ";" C)).completeness, LISTING_COMPLETE);
        world_free(w);
}

static ListingEnd unproved(void) {
        ListingEnd end = world_end();

        (void) snprintf(end.unproved, sizeof end.unproved, "the last page is full (2 records)");
        return end;
}

/* No total proves it: what it did not show is missing once the next reading did not show it either. */
static void test_an_end_that_nothing_proves(void **state) {
        World *w = world_new();
        ListingReport r;

        (void) state;
        assert_int_equal(received(w, PAGES(A ";" B, C ";" D, E), LISTING_COMPLETE), 5);
        r = read_whole(w, unproved(), PAGES(A ";" B, C ";" D));
        assert_true(r.doubted && r.completeness == LISTING_PARTIAL && r.repeats == 0);
        assert_string_equal(r.en, "the last page is full (2 records); believed when the next reading shows the same");
        assert_false(is_missing(w, "E"));
        assert_int_equal(read_whole(w, unproved(), PAGES(A ";" B)).completeness, LISTING_PARTIAL); /* not the same */
        assert_int_equal(read_whole(w, unproved(), PAGES(A ";" B, C ";" D)).completeness, LISTING_PARTIAL);
        assert_false(is_missing(w, "E"));
        for (int i = 0; i < 2; i++) {
                r = read_whole(w, unproved(), PAGES(A ";" B, C ";" D));
                assert_true(!r.doubted && r.completeness == LISTING_COMPLETE);
        }
        assert_true(is_missing(w, "E"));
        world_free(w);
}

/* What was believed is not believed again when another reading came between: then it is the reading before no more. */
static void test_only_the_reading_before_counts(void **state) {
        World *w = world_new();

        (void) state;
        assert_true(read_whole(w, unproved(), PAGES(A ";" B)).doubted);
        assert_int_equal(received(w, PAGES(A ";" B, C), LISTING_COMPLETE), 3);
        assert_true(read_whole(w, unproved(), PAGES(A ";" B)).doubted);
        assert_false(is_missing(w, "C"));
        world_free(w);
}

/* Slices may show a record twice: that is no doubt, but a full last page is. */
static void test_slices_are_doubted_too(void **state) {
        World *w = world_new();
        ListingEnd end = unproved();

        (void) state;
        end.may_repeat = true;
        assert_true(read_whole(w, end, PAGES(A ";" B, B ";" C)).doubted);
        assert_false(read_whole(w, end, PAGES(A ";" B, B ";" C)).doubted);
        world_free(w);
}

/* Only the slices in doubt are compared: what changes in others is no reason. */
static void test_a_slice_is_doubted_by_itself(void **state) {
        static const PageSpan third[] = { { 2, 3 } }, both[] = { { 1, 1 }, { 2, 3 } };
        World *w = world_new();
        ListingEnd end = unproved();

        (void) state;
        end.may_repeat = true;
        end.doubtful = third;
        end.n_doubtful = 1;
        assert_true(read_whole(w, end, PAGES(A, B ";" C, D)).doubted);
        assert_false(read_whole(w, end, PAGES(E, B ";" C, D)).doubted); /* another first slice */
        assert_false(read_whole(w, end, PAGES(F, C ";" B, D)).doubted); /* its rows in another order */
        assert_true(read_whole(w, end, PAGES(F, B ";" C, E)).doubted);
        assert_false(is_missing(w, "D"));
        end.doubtful = both;
        end.n_doubtful = 2;
        assert_true(read_whole(w, end, PAGES(F, B ";" C, E)).doubted);
        assert_false(read_whole(w, end, PAGES(F, B ";" C, E)).doubted);
        assert_true(is_missing(w, "D"));
        world_free(w);
}

/* Two readings of many records, one from the front and one from the back, have shown the same. */
static ListingReport read_many(World *w, bool backwards, int n) {
        Partition p = world_partition(SIDE_PORTAL);
        Listing *l = world_begin(w, &p);
        ListingEnd end = unproved();
        ListingReport report = { 0 };

        for (int i = 0; i < n; i++) {
                char line[40];

                (void) snprintf(line, sizeof line, "24412/N%d progress=1", backwards ? n - 1 - i : i);
                world_put(w, l, line);
        }
        assert_int_equal(world_apply(w, l, &end, &report), 0);
        return report;
}

static void test_rows_in_another_order(void **state) {
        World *w = world_new();

        (void) state;
        assert_true(read_many(w, false, 1000).doubted);
        for (int i = 1; i < 5; i++)
                assert_false(read_many(w, i % 2, 1000).doubted);
        assert_true(read_many(w, false, 999).doubted);
        world_free(w);
}

/* What is put aside was shown too. */
static ListingReport read_aside(World *w, const char *records, const char *const *aside) {
        Partition p = world_partition(SIDE_PORTAL);
        Listing *l = world_begin(w, &p);
        ListingEnd end = unproved();
        ListingReport report = { 0 };

        (void) read_page(w, l, 1, "f", records);
        for (int i = 0; aside[i]; i++, end.quarantined++)
                assert_int_equal(put_aside(w, l, aside[i]), 0);
        assert_int_equal(world_apply(w, l, &end, &report), 0);
        return report;
}

static void test_what_is_put_aside_counts(void **state) {
        World *w = world_new();

        (void) state;
        assert_int_equal(received(w, PAGES(A ";" B ";" C ";" D), LISTING_COMPLETE), 4);
        assert_true(read_aside(w, A ";" B, PAGES("C", "D")).doubted);
        assert_true(read_aside(w, A ";" B, PAGES("C", "E")).doubted);
        assert_true(read_aside(w, A ";" B, PAGES(NULL)).doubted); /* their page was lost */
        assert_false(is_missing(w, "C"));
        assert_false(read_aside(w, A ";" B, PAGES(NULL)).doubted);
        assert_true(is_missing(w, "C"));
        world_free(w);
}

/* Another listing of changes came between: its cursor went on, and the loss of one night is not that of another. */
static void test_changes_between(void **state) {
        World *w = world_new();
        ListingEnd plain = world_end(), doubtful = unproved();

        (void) state;
        plain.changes_only = doubtful.changes_only = true;
        assert_true(read_whole(w, doubtful, PAGES(A ";" B)).doubted);
        assert_false(read_whole(w, plain, PAGES(A ";" B, C)).doubted);
        assert_true(read_whole(w, doubtful, PAGES(A ";" B)).doubted);
        world_free(w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows_that_moved),      cmocka_unit_test(test_a_first_reading),
                cmocka_unit_test(test_rows_that_never_rest), cmocka_unit_test(test_two_rows_of_one_key),
                cmocka_unit_test(test_where_it_is_told_why), cmocka_unit_test(test_an_end_that_nothing_proves),
                cmocka_unit_test(test_only_the_reading_before_counts), cmocka_unit_test(test_slices_are_doubted_too),
                cmocka_unit_test(test_a_slice_is_doubted_by_itself),  cmocka_unit_test(test_rows_in_another_order),
                cmocka_unit_test(test_what_is_put_aside_counts),      cmocka_unit_test(test_changes_between),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
