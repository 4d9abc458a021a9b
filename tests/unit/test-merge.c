/* SPDX-License-Identifier: MIT */
/* The merge table as a pure function: expectations come from tests/fixtures/merge.tsv, none are worked out here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/merge-table.h"

static void check_row(void *userdata, const MergeRow *row) {
        MergePolicy policy;
        MergeResult r;
        MergeInput in = { .field = row->field, .base = &row->base, .fresh = { row->fresh[0], row->fresh[1] } };
        const Value *held[] = {
                [OF_NOBODY] = NULL, [OF_BASE] = &row->base, [OF_CENTRAL] = &row->side[0], [OF_PORTAL] = &row->side[1]
        };
        const Value expected = merge_row_value(row->value);

        (void) userdata;
        merge_policy_default(&policy);
        policy.merge[row->field] = row->policy;
        for (int s = 0; s < SIDE_COUNT; s++)
                in.side[s] = row->unread[s] ? NULL : &row->side[s];
        r = merge_field(&policy, &in);
        if (r.outcome != row->outcome || r.of != row->holder)
                fail_msg(STR_FMT ": outcome %s of %d, expected %s of %d", STR_ARG(row->row), merge_outcomes[r.outcome],
                         (int) r.of, merge_outcomes[row->outcome], (int) row->holder);
        if (held[r.of])
                assert_true(value_eq(held[r.of], &expected));
        else
                assert_int_equal(expected.state, VALUE_ABSENT);
        assert_int_equal(r.advances, row->outcome == MERGED_AGREED);
        assert_true(merge_words(r, false)[0] && merge_words(r, true)[0]);
}

static void test_table(void **state) {
        (void) state;
        assert_true(merge_table_walk(check_row, NULL) >= 60);
}

static void test_settled(void **state) {
        Value base = merge_row_value(STR("50")), c = merge_row_value(STR("60")), p = merge_row_value(STR("70")),
              s = merge_row_value(STR("65"));
        MergeInput in = { FIELD_PROGRESS, &base, { &c, &p }, { true, true }, &s, { &c, &p } };
        MergePolicy policy;
        MergeResult r;

        (void) state;
        merge_policy_default(&policy);
        r = merge_field(&policy, &in);
        assert_int_equal(r.outcome, MERGED_SETTLED);
        assert_int_equal(r.of, OF_SETTLED);
        assert_true(r.differs);
        in.side[SIDE_PORTAL] = &s; /* the portal moved on: the settlement was not about that */
        r = merge_field(&policy, &in);
        assert_int_equal(r.outcome, MERGED_CONFLICT);
        in.side[SIDE_CENTRAL] = &s;
        r = merge_field(&policy, &in);
        assert_int_equal(r.outcome, MERGED_AGREED);
}

static void test_per_side_never_differs(void **state) {
        Value base = { .state = VALUE_ABSENT }, c = merge_row_value(STR("draft")), p = merge_row_value(STR("approved"));
        MergeInput in = { FIELD_REVIEW, &base, { &c, &p }, { true, true }, NULL, { NULL, NULL } };
        MergePolicy policy;
        MergeResult r;

        (void) state;
        merge_policy_default(&policy);
        r = merge_field(&policy, &in);
        assert_false(r.differs);
        assert_int_equal(r.of, OF_CENTRAL);
        in.side[SIDE_CENTRAL] = NULL;
        assert_int_equal(merge_field(&policy, &in).of, OF_PORTAL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_table),
                cmocka_unit_test(test_settled),
                cmocka_unit_test(test_per_side_never_differs),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
