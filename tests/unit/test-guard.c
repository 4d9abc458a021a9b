/* SPDX-License-Identifier: MIT */
/* The guards: pure, and through the store with a person's word about what they refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/store-world.h"

static const GuardOptions limits = { .shrink_count = 5, .shrink_percent = 2, .change_count = 200, .change_percent = 50,
                                     .identity_percent = 80, .grace_days = 14 };

static GuardTrip judge(GuardTally t, bool complete) {
        _cleanup_text_ Text en = TEXT_INIT(400), vi = TEXT_INIT(400);
        GuardTrip trip = guard_judge(&limits, &t, complete, &en, &vi);

        assert_int_equal(trip != GUARD_FINE, en.len > 0);
        assert_int_equal(trip != GUARD_FINE, vi.len > 0);
        return trip;
}

static void test_pure(void **state) {
        (void) state;
        assert_int_equal(judge((GuardTally) { .before = 0 }, true), GUARD_FINE);
        /* shrink: over the count and over the share */
        assert_int_equal(judge((GuardTally) { .before = 100, .gone = 5 }, true), GUARD_FINE);
        assert_int_equal(judge((GuardTally) { .before = 100, .gone = 6 }, true), GUARD_SHRINK);
        assert_int_equal(judge((GuardTally) { .before = 1000, .gone = 20 }, true), GUARD_FINE);
        assert_int_equal(judge((GuardTally) { .before = 1000, .gone = 21 }, true), GUARD_SHRINK);
        assert_int_equal(judge((GuardTally) { .before = 4, .gone = 4 }, true), GUARD_FINE);
        assert_int_equal(judge((GuardTally) { .before = 100, .gone = 100 }, false), GUARD_FINE);
        /* change */
        assert_int_equal(judge((GuardTally) { .before = 300, .changed = 200 }, true), GUARD_FINE);
        assert_int_equal(judge((GuardTally) { .before = 300, .changed = 201 }, true), GUARD_CHANGE);
        assert_int_equal(judge((GuardTally) { .before = 1000, .changed = 500 }, false), GUARD_FINE);
        assert_int_equal(judge((GuardTally) { .before = 1000, .changed = 501 }, false), GUARD_CHANGE);
        /* a changed mapping is asked about earlier */
        assert_int_equal(judge((GuardTally) { .before = 150, .changed = 20, .profile_changed = 20 }, true), GUARD_FINE);
        assert_int_equal(judge((GuardTally) { .before = 150, .changed = 21, .profile_changed = 21 }, true),
                         GUARD_MAPPING);
        assert_int_equal(judge((GuardTally) { .before = 1000, .changed = 100, .profile_changed = 100 }, true),
                         GUARD_FINE);
        /* identities replaced: many gone and about as many unknown */
        assert_int_equal(judge((GuardTally) { .before = 100, .gone = 21, .new_members = 21 }, true), GUARD_IDENTITY);
        assert_int_equal(judge((GuardTally) { .before = 100, .gone = 20, .new_members = 20 }, true), GUARD_SHRINK);
        assert_int_equal(judge((GuardTally) { .before = 20, .gone = 5, .new_members = 20 }, true), GUARD_FINE);
        assert_int_equal(judge((GuardTally) { .before = 100, .gone = 30, .new_members = 2 }, true), GUARD_SHRINK);
        /* canary */
        assert_int_equal(judge((GuardTally) { .before = 100, .canaries_missing = 1, .canary = "24412/task/A" }, true),
                         GUARD_CANARY);
        assert_int_equal(judge((GuardTally) { .before = 100, .canaries_missing = 1, .canary = "24412/task/A" }, false),
                         GUARD_FINE);
}

/* n records of 24412, from `from` on, with that progress. */
static char *many(int from, int n, int progress) {
        Text t = TEXT_INIT(1u << 20);

        for (int i = from; i < from + n; i++)
                assert_int_equal(text_addf(&t, "24412/N%03d progress=%d;", i, progress), 0);
        return text_take(&t);
}

static int list_many(World *w, int from, int n, int progress, ListingReport *ret) {
        _cleanup_free_ char *records = many(from, n, progress);
        Partition p = world_partition(SIDE_CENTRAL);
        ListingEnd end = world_end();
        Listing *l = world_begin(w, &p);

        world_put(w, l, records);
        return world_apply(w, l, &end, ret);
}

static void expect_refused(World *w, int from, int n, int progress, GuardTrip trip, ListingReport *ret) {
        char *before = world_export(w), *after, *mark;

        assert_int_equal(list_many(w, from, n, progress, ret), LISTING_E_REFUSED);
        assert_int_equal(ret->trip, trip);
        assert_int_equal(ret->completeness, LISTING_PARTIAL);
        assert_true(ret->refusal > 0 && ret->en[0] && ret->vi[0]);
        after = world_export(w);
        mark = strstr(after, "refusal ");
        assert_non_null(mark);
        *mark = '\0'; /* what stands before is as it was, but for an older refusal */
        assert_int_equal(strncmp(before, after, strlen(after)), 0);
        free(before);
        free(after);
}

static void test_refused_whole(void **state) {
        World *w = world_new();
        ListingReport r;
        int64_t refusal;

        (void) state;
        assert_int_equal(list_many(w, 0, 100, 1, &r), 0);
        expect_refused(w, 0, 60, 1, GUARD_SHRINK, &r);
        refusal = r.refusal;
        expect_refused(w, 0, 60, 1, GUARD_SHRINK, &r); /* the same picture is one question */
        assert_int_equal(r.refusal, refusal);
        assert_int_equal(store_refusal_reject(w->store, refusal, "Lan", w->now, &w->err), 0);
        expect_refused(w, 0, 60, 1, GUARD_SHRINK, &r); /* the old state stays */
        assert_int_equal(r.refusal, refusal);
        expect_refused(w, 0, 50, 1, GUARD_SHRINK, &r); /* worse: another question */
        assert_true(r.refusal != refusal);
        assert_int_equal(store_refusal_accept(w->store, refusal, "Lan", w->now, &w->err), STORE_E_ABSENT);
        assert_int_equal(store_refusal_accept(w->store, r.refusal, "Lan", w->now, &w->err), 0);
        assert_int_equal(list_many(w, 0, 55, 1, &r), 0); /* no worse than accepted */
        assert_int_equal(r.gone, 45);
        assert_int_equal(list_many(w, 0, 20, 1, &r), LISTING_E_REFUSED); /* an acceptance holds once */
        world_free(w);
}

static void test_each_kind(void **state) {
        const char *canaries[] = { "24412/task/N050" };
        World *w = world_new();
        ListingReport r;

        (void) state;
        assert_int_equal(list_many(w, 0, 300, 1, &r), 0);
        expect_refused(w, 0, 300, 2, GUARD_CHANGE, &r);
        expect_refused(w, 100, 300, 1, GUARD_IDENTITY, &r);
        w->context.digest = 2;
        expect_refused(w, 0, 300, 2, GUARD_MAPPING, &r);
        w->context.digest = 1;
        w->guards.canaries = canaries;
        w->guards.n_canaries = 1;
        expect_refused(w, 51, 249, 1, GUARD_CANARY, &r);
        assert_non_null(strstr(r.en, "24412/task/N050"));
        assert_int_equal(list_many(w, 0, 300, 1, &r), 0); /* plausible again: the question is over */
        char *text = world_export(w);
        assert_null(strstr(text, "refusal "));
        free(text);
        world_free(w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_pure),
                cmocka_unit_test(test_refused_whole),
                cmocka_unit_test(test_each_kind),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
