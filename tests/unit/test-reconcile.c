/* SPDX-License-Identifier: MIT */
/* Reconciling over random histories: the outcome is a matter of what both systems say, not of who was heard first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"
#include "tests/unit/store-world.h"

#define RECORDS 6

static const char *const words[] = { NULL, "10", "20", "30", "null", "invalid" };

typedef struct Saying { int central[RECORDS], portal[RECORDS]; } Saying;

static void listing_text(const int *value, Side side, Text *t) {
        for (int i = 0; i < RECORDS; i++) {
                (void) text_addf(t, "24412/N%d title=%s_%d", i, side_names[side], i % 2);
                if (words[value[i]])
                        (void) text_addf(t, " progress=%s target=%s due=%s%s", words[value[i]], words[value[i]],
                                         value[i] <= 3 ? "2026-06-" : "", words[value[i]]);
                (void) text_addc(t, ';');
        }
        assert_int_equal(t->failed, 0);
}

static void say(World *w, const Saying *s, Side side) {
        _cleanup_text_ Text t = TEXT_INIT(65536);

        listing_text(side == SIDE_CENTRAL ? s->central : s->portal, side, &t);
        (void) world_list(w, side, t.at);
}

/* Both spoke and one took up what the other said just before it moved on: in between they did agree, in one order only.
 */
static bool crosses(const Saying *old, const Saying *now) {
        for (int i = 0; i < RECORDS; i++)
                if ((now->central[i] == old->portal[i] && now->central[i] != old->central[i] &&
                     now->portal[i] != old->portal[i]) ||
                    (now->portal[i] == old->central[i] && now->portal[i] != old->portal[i] &&
                     now->central[i] != old->central[i]))
                        return true;
        return false;
}

static void next_saying(uint64_t *seed, const Saying *old, Saying *now) {
        do {
                for (int i = 0; i < RECORDS; i++) {
                        now->central[i] = check_random(seed) % 3 ? old->central[i] : (int) (check_random(seed) % 6);
                        now->portal[i] = check_random(seed) % 3 ? old->portal[i] : (int) (check_random(seed) % 6);
                }
        } while (crosses(old, now));
}

static char *facts(World *w) {
        char *text = world_export(w), *history = strstr(text, "history ");

        if (history) { /* differences stand before it, obligations and sides after it */
                char *sides = strstr(text, "partition ");

                assert_non_null(sides);
                memmove(history, sides, strlen(sides) + 1);
        }
        return text;
}

static void test_order_free(void **state) {
        (void) state;
        for (uint64_t run = 1; run <= 8; run++) {
                uint64_t seed = run * 7919, coins = run;
                World *one = world_new(), *two = world_new();
                Saying old = { 0 }, now;

                one->guards.change_count = two->guards.change_count = 1000;
                for (int round = 0; round < 12; round++) {
                        Side first = check_random(&coins) % 2 ? SIDE_CENTRAL : SIDE_PORTAL;
                        char *a, *b;

                        next_saying(&seed, &old, &now);
                        say(one, &now, SIDE_CENTRAL);
                        say(one, &now, SIDE_PORTAL);
                        say(two, &now, first);
                        say(two, &now, first == SIDE_CENTRAL ? SIDE_PORTAL : SIDE_CENTRAL);
                        if (check_random(&coins) % 3 == 0)
                                say(two, &now, first); /* heard again */
                        a = facts(one);
                        b = facts(two);
                        if (strcmp(a, b) != 0)
                                fail_msg("seed %llu round %d:\n%s\nagainst\n%s", (unsigned long long) run, round, a, b);
                        free(a);
                        free(b);
                        old = now;
                }
                world_free(one);
                world_free(two);
        }
}

static void test_exceptions_only(void **state) {
        Value central[FIELD_COUNT] = { 0 }, portal[FIELD_COUNT] = { 0 }, moved[FIELD_COUNT];
        FieldException got[FIELD_COUNT];
        MergePolicy policy;
        ReconcileInput in = { .after = { central, portal }, .fresh = { true, true }, .now = 5 };

        (void) state;
        merge_policy_default(&policy);
        central[FIELD_PROGRESS] = portal[FIELD_PROGRESS] = (Value) { VALUE_SET, STR("50"), STR_NULL };
        central[FIELD_REVIEW] = (Value) { VALUE_SET, STR("draft"), STR_NULL };
        portal[FIELD_REVIEW] = (Value) { VALUE_SET, STR("locked"), STR_NULL };
        central[FIELD_RESULT] = (Value) { VALUE_SET, STR("x"), STR_NULL };
        assert_int_equal(reconcile_record(&policy, &in, got), 0); /* agreed, per side, alone: nothing to remember */

        memcpy(moved, portal, sizeof moved);
        moved[FIELD_PROGRESS].text = STR("60");
        in = (ReconcileInput) {
                .before = { central, portal }, .after = { central, moved }, .fresh = { true, true }, .now = 6
        };
        assert_int_equal(reconcile_record(&policy, &in, got), 1);
        assert_int_equal(got[0].field, FIELD_PROGRESS);
        assert_int_equal(got[0].result.outcome, MERGED_TOOK);
        assert_str(got[0].base.text, "50");
        assert_true(got[0].since == 6);

        FieldException kept = got[0];
        Value again[FIELD_COUNT];
        memcpy(again, moved, sizeof again);
        again[FIELD_PROGRESS].text = STR("70");
        in = (ReconcileInput) { .before = { central, moved },
                                .after = { central, again },
                                .fresh = { true, true },
                                .exception = &kept,
                                .n_exceptions = 1,
                                .now = 7 };
        assert_int_equal(reconcile_record(&policy, &in, got), 1);
        assert_true(got[0].since == 6); /* the same difference goes on */
        assert_str(got[0].base.text, "50");

        moved[FIELD_PROGRESS] =
                (Value) { .state = VALUE_ABSENT }; /* one fell silent: the base is remembered, nothing differs */
        in = (ReconcileInput) {
                .before = { central, portal }, .after = { central, moved }, .fresh = { true, true }, .now = 8
        };
        assert_int_equal(reconcile_record(&policy, &in, got), 1);
        assert_false(reconcile_shown(got[0].result));
        in.after[SIDE_PORTAL] = NULL; /* gone for good: so is the agreement */
        assert_int_equal(reconcile_record(&policy, &in, got), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_exceptions_only),
                cmocka_unit_test(test_order_free),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
