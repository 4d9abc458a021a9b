/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "state/view.h"
#include "tests/unit/record-text.h"

static void value_is(const RecordView *v, FieldId field, const char *expected) {
        const Value *value = view_value(v, field);

        assert_int_equal(value->state, expected ? VALUE_SET : VALUE_ABSENT);
        if (expected && !str_eq(value->text, str_of(expected)))
                fail_msg("%s: got " STR_FMT ", expected %s", field_table[field].key, STR_ARG(value->text), expected);
}

static void test_one_opinion(void **state) {
        RecordText r;

        record_text_read(&r, STR("task; central: title=A, progress=invalid; portal: title=A, progress=70, "
                                 "review=draft"));
        value_is(&r.view, FIELD_TITLE, "A");
        value_is(&r.view, FIELD_PROGRESS, "70"); /* what could not be read is no opinion */
        value_is(&r.view, FIELD_REVIEW, "draft");
        value_is(&r.view, FIELD_RESULT, NULL);
        r.view.side[SIDE_PORTAL].present = false;
        value_is(&r.view, FIELD_PROGRESS, NULL);
        arena_free(&r.arena);
}

static void test_null_is_an_opinion(void **state) {
        RecordText r;

        record_text_read(&r, STR("task; central: result=null; portal: review=approved"));
        assert_int_equal(view_value(&r.view, FIELD_RESULT)->state, VALUE_NULL);
        arena_free(&r.arena);
}

static void test_whose_value_holds(void **state) {
        static const struct { MergeOf of; const char *expected; } rows[] = {
                {OF_CENTRAL, "60"}, {OF_PORTAL, "70"}, {OF_BASE, "50"}, {OF_SETTLED, "65"}, {OF_NOBODY, NULL}};
        RecordText r;

        record_text_read(&r, STR("task; central: progress=60; portal: progress=70"));
        assert_int_equal(r.view.n_differences, 1);
        r.difference[0].base = (Value) {.state = VALUE_SET, .text = STR("50")};
        r.difference[0].settled = (Value) {.state = VALUE_SET, .text = STR("65")};
        for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
                r.difference[0].result.of = rows[i].of;
                value_is(&r.view, FIELD_PROGRESS, rows[i].expected);
        }
        arena_free(&r.arena);
}

static void due_is(const char *record, const char *expected) {
        RecordText r;
        Str due = STR_NULL;

        record_text_read(&r, str_of(record));
        assert_int_equal(view_due(&r.view, &due), expected ? 0 : VIEW_E_NO_DUE);
        if (expected && !str_eq(due, str_of(expected)))
                fail_msg("%s: got " STR_FMT, record, STR_ARG(due));
        arena_free(&r.arena);
}

static void test_due(void **state) {
        due_is("task; central: progress=1", NULL);
        due_is("task; central: due=null", NULL);
        due_is("task; central: due=30/6/2026", "2026-06-30");
        due_is("task; central: due=30/6/2026; portal: due=30/6/2026", "2026-06-30");
        due_is("task; central: due=30/6/2026; portal: due=15/6/2026", "2026-06-15");
        due_is("task; central: due=15/6/2026; portal: due=30/6/2026", "2026-06-15");
        due_is("task; central: due=Quý III/2026; portal: due=29/9/2026", "2026-09-29");
        /* the same last day: the central words */
        due_is("task; central: due=tháng 6/2026; portal: due=30/6/2026", "2026-06");
        due_is("task; central: due=Thường xuyên; portal: due=30/6/2026", "2026-06-30");
        due_is("task; central: due=null; portal: due=30/6/2026", "2026-06-30");
        due_is("task; central: due=Thường xuyên; portal: due=null", "recurring: Thường xuyên");
        due_is("task; central: due=31/7/2026; portal: due=15/6/2026; settled: due=31/7/2026", "2026-07-31");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_one_opinion),
                cmocka_unit_test(test_null_is_an_opinion),
                cmocka_unit_test(test_whose_value_holds),
                cmocka_unit_test(test_due),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
