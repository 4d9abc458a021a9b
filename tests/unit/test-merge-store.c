/* SPDX-License-Identifier: MIT */
/* The merge table through the store: both systems first agree on the base, then each says its new value, in both
 * orders; what is read back must be what tests/fixtures/merge.tsv expects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/merge-table.h"
#include "tests/unit/store-world.h"

static void list_one(World *w, const MergeRow *row, Side side, const Value *v, bool complete) {
        Partition p = world_partition(side);
        RecordSide r = { .identity = { .kind = field_table[row->field].kinds & KIND_TASK ? KIND_TASK : KIND_INDICATOR,
                                       .code = STR("X-1"), .unit = STR("24412") } };
        ListingEnd end = world_end();
        ListingReport report;
        Listing *l;

        p.kind = r.identity.kind;
        if (v)
                r.field[row->field] = *v;
        l = world_begin(w, &p);
        if (v)
                assert_int_equal(listing_put(l, &r, 0, &w->err), 0);
        end.members_complete = complete;
        end.completeness = complete ? LISTING_COMPLETE : LISTING_PARTIAL;
        assert_int_equal(world_apply(w, l, &end, &report), 0);
}

static const ViewDifference *difference_of(const RecordView *v, FieldId field) {
        for (size_t i = 0; i < v->n_differences; i++)
                if (v->difference[i].field == field)
                        return &v->difference[i];
        return NULL;
}

static int check_view(void *userdata, const RecordView *v, Err *e) {
        const MergeRow *row = userdata;
        const Value expected = merge_row_value(row->value), *holds = view_value(v, row->field);
        const ViewDifference *d = difference_of(v, row->field);
        Str due = STR("-");

        (void) e;
        if (!value_eq(holds, &expected))
                fail_msg(STR_FMT " %s: holds " STR_FMT ", expected " STR_FMT, STR_ARG(row->row),
                         field_table[row->field].key, STR_ARG(holds->text), STR_ARG(row->value));
        if (row->outcome == MERGED_DIVERGENCE || row->outcome == MERGED_AUTHORITY || row->outcome == MERGED_CONFLICT) {
                assert_non_null(d);
                assert_int_equal(d->result.outcome, row->outcome);
                assert_int_equal(d->result.of, row->holder);
                assert_true(value_eq(&d->base, &row->base));
        } else if (row->outcome == MERGED_AGREED || row->outcome == MERGED_NONE)
                assert_null(d);
        if (row->field == FIELD_DUE) {
                (void) view_due(v, &due);
                if (!str_eq(due, row->due))
                        fail_msg(STR_FMT ": due " STR_FMT ", expected " STR_FMT, STR_ARG(row->row), STR_ARG(due),
                                 STR_ARG(row->due));
        }
        return 0;
}

static void run_row(const MergeRow *row, Side first) {
        World *w = world_new();
        MergeRow copy = *row;
        Str key;

        w->policy.merge[row->field] = row->policy;
        if (row->base.state != VALUE_ABSENT)
                for (Side s = 0; s < SIDE_COUNT; s++)
                        list_one(w, row, s, &row->base, true);
        w->context.fresh[0] = row->fresh[0];
        w->context.fresh[1] = row->fresh[1];
        for (int i = 0; i < SIDE_COUNT; i++) {
                Side s = i == 0 ? first : first == SIDE_CENTRAL ? SIDE_PORTAL : SIDE_CENTRAL;

                list_one(w, row, s, row->unread[s] ? NULL : &row->side[s], !row->unread[s]);
        }
        key = field_table[row->field].kinds & KIND_TASK ? STR("24412/task/X-1") : STR("24412/indicator/X-1");
        assert_int_equal(store_visit_key(w->store, key, &w->policy, check_view, &copy, &w->err), 0);
        world_free(w);
}

static void check_row(void *userdata, const MergeRow *row) {
        (void) userdata;
        run_row(row, SIDE_CENTRAL);
        run_row(row, SIDE_PORTAL);
}

static void test_table(void **state) {
        (void) state;
        assert_true(merge_table_walk(check_row, NULL) >= 60);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(test_table) };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
