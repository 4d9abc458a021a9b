/* SPDX-License-Identifier: MIT */
/* What a plan remembers, and that whatever writes a record's rows is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"
#include "tests/unit/store-world.h"

#include "state/store-plan.h"

static int setup(void **state) {
        *state = world_new();
        return 0;
}

static int teardown(void **state) {
        world_free(*state);
        return 0;
}

/* "1 4 " the numbers of the records to be judged anew; "all" */
static const char *touched(World *w) {
        _cleanup_arena_ Arena arena = { 0 };
        static char text[256];
        Touched t = { 0 };

        text[0] = '\0';
        assert_int_equal(store_touched_read(w->store, &arena, &t, &w->err), 0);
        if (t.all)
                return "all";
        for (size_t i = 0; i < t.n; i++) {
                assert_true(touched_have(&t, t.record[i]));
                (void) snprintf(text + strlen(text), sizeof text - strlen(text), "%lld ", (long long) t.record[i]);
        }
        assert_false(touched_have(&t, 1000000));
        return text;
}

/* A unit as a plan judged it; records NULL: they were as kept. */
typedef struct Told { Str unit; const char *mark, *records; } Told;

static void plan(World *w, const Told *told, size_t n) {
        PlanInput input = { .now = w->now };
        Str units[2];
        PlanCommit c = { .input = &input, .judged = units, .n_judged = n, .now = w->now };
        PlanReport report = { 0 };

        assert_int_equal(store_judged_begin(w->store, &w->err), 0);
        for (size_t i = 0; i < n; i++) {
                units[i] = told[i].unit;
                if (told[i].records)
                        assert_int_equal(store_judged_put(w->store, told[i].unit, str_of(told[i].mark),
                                                          str_of(told[i].records), &w->err), 0);
        }
        assert_int_equal(store_plan_commit(w->store, &c, &report, &w->err), 0);
}

static const char *judged(World *w, const char *unit, const char *mark) {
        static char text[256];
        Text t = TEXT_INIT(100);
        int r = store_judged_read(w->store, str_of(unit), str_of(mark), &t, &w->err);

        assert_true(r >= 0);
        (void) snprintf(text, sizeof text, "%s", r == 0 ? t.at : "none");
        text_free(&t);
        return text;
}

static const Told both[] = { { STR("24412"), "m", "AAA" }, { STR("24413"), "m", "BBB" } };

static void test_first_listing_notes_nothing(void **state) {
        World *w = *state;

        (void) world_list(w, SIDE_CENTRAL, "24412/A progress=1; 24412/B progress=2");
        assert_string_equal(touched(w), "");
}

static void test_every_change_is_noted(void **state) {
        World *w = *state;
        Value v = { .state = VALUE_SET, .text = STR("65") };

        (void) world_list(w, SIDE_CENTRAL, "24412/A progress=1; 24412/B progress=2; 24412/C progress=3");
        plan(w, both, 2);
        (void) world_list(w, SIDE_CENTRAL, "24412/A progress=1; 24412/B progress=2; 24412/C progress=3");
        assert_string_equal(touched(w), "");
        (void) world_list(w, SIDE_CENTRAL,
                          "24412/A progress=1; 24412/B progress=5; 24412/C progress=3; 24412/D title=T");
        assert_string_equal(touched(w), "2 4 ");
        plan(w, both, 2);
        assert_string_equal(touched(w), "");
        (void) world_list(w, SIDE_PORTAL, "24412/A progress=70"); /* another system begins to speak of it */
        assert_string_equal(touched(w), "1 ");
        plan(w, both, 2);
        assert_int_equal(store_settle(w->store, STR("24412/task/A"), FIELD_PROGRESS, &v, "Lan", w->now, &w->err), 0);
        assert_string_equal(touched(w), "1 ");
        plan(w, both, 2);
        (void) world_list(w, SIDE_CENTRAL,
                          "24412/A progress=1; 24412/B progress=5; 24412/C progress=3"); /* D is gone */
        assert_string_equal(touched(w), "4 ");
        plan(w, both, 2);
        w->now += 20 * US_DAY; /* beyond the grace: removed */
        (void) world_list(w, SIDE_CENTRAL, "24412/A progress=1; 24412/B progress=5; 24412/C progress=3");
        assert_string_equal(touched(w), "4 ");
}

/* A listing that a guard refuses wrote nothing. */
static void test_refused_notes_nothing(void **state) {
        World *w = *state;
        Partition p = world_partition(SIDE_CENTRAL);
        ListingReport report = { 0 };
        ListingEnd end = world_end();

        (void) world_list(w, SIDE_CENTRAL, "24412/A; 24412/B; 24412/C; 24412/D; 24412/E; 24412/F; 24412/G; 24412/H");
        plan(w, both, 2);
        assert_int_equal(world_apply(w, world_begin(w, &p), &end, &report), LISTING_E_REFUSED);
        assert_string_equal(touched(w), "");
}

static void test_very_many_are_all(void **state) {
        World *w = *state;
        _cleanup_text_ Text many = TEXT_INIT(4 << 20);

        plan(w, both, 2);
        for (int i = 0; i < 17000; i++)
                (void) text_addf(&many, "24412/N%d progress=1;", i);
        (void) world_list(w, SIDE_CENTRAL, many.at);
        assert_string_equal(touched(w), "all");
        (void) world_list(w, SIDE_PORTAL, "24412/N1 progress=2");
        assert_string_equal(touched(w), "all");
        plan(w, both, 2);
        assert_string_equal(touched(w), "");
}

static void test_remembered_by_mark(void **state) {
        World *w = *state;
        const Told one[] = { { STR("24413"), NULL, NULL } };
        const Told other[] = { { STR("24413"), "n", "CCC" } };

        assert_string_equal(judged(w, "24412", "m"), "none");
        assert_int_equal(store_judged_put(w->store, STR("24412"), STR("m"), STR("of a plan that failed"), &w->err), 0);
        plan(w, both, 2);
        assert_string_equal(judged(w, "24412", "m"), "AAA");
        assert_string_equal(judged(w, "24412", "another day"), "none");
        plan(w, one, 1); /* a unit this plan did not look at is forgotten, another is kept as it is */
        assert_string_equal(judged(w, "24412", "m"), "none");
        assert_string_equal(judged(w, "24413", "m"), "BBB");
        plan(w, other, 1);
        assert_string_equal(judged(w, "24413", "m"), "none");
        assert_string_equal(judged(w, "24413", "n"), "CCC");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_first_listing_notes_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(test_every_change_is_noted, setup, teardown),
                cmocka_unit_test_setup_teardown(test_refused_notes_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(test_very_many_are_all, setup, teardown),
                cmocka_unit_test_setup_teardown(test_remembered_by_mark, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
