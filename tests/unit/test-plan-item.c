/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "state/plan.h"
#include "tests/unit/plan-world.h"
#include "tests/unit/record-text.h"

static void text_is(Str got, const char *expected) {
        if (!str_eq(got, str_of(expected)))
                fail_msg("got \"" STR_FMT "\", expected \"%s\"", STR_ARG(got), expected);
}

/* The item of a record as the rule of the 20th sees it on 12/6/2026. */
static PlanItem item_of(World *w, RecordText *r, const char *record) {
        ItemReason why;
        PlanItem item;

        record_text_read(r, str_of(record));
        why = obligation_reason(&w->occurrences[0], &r->view, BOTH_SIDES, day(2026, 6, 12));
        assert_int_not_equal(why.reason, REASON_NONE);
        assert_int_equal(plan_item_make(&r->arena, w->units, &r->view, why, &item), 0);
        return item;
}

static void test_task(void **state) {
        World *w = world_new(when_at(day(2026, 6, 19), 7, 30), 1);
        RecordText r;
        PlanItem i = item_of(w, &r, "task due=1/6/2026; central: title=Phê duyệt, progress=60.5, result=x, "
                                    "updated_at=18/5/2026 08:00;"
                                    " portal: work=done, progress=100");

        assert_int_equal(i.why.reason, REASON_OVERDUE);
        text_is(i.title, "Phê duyệt");
        text_is(i.code, "NV");
        text_is(i.due, "2026-06-01");
        text_is(i.shown[SIDE_CENTRAL], "60,5%");
        text_is(i.shown[SIDE_PORTAL], "100%");
        assert_int_equal(i.updated[SIDE_CENTRAL], day(2026, 5, 18));
        assert_int_equal(i.updated[SIDE_PORTAL], DATE_NONE);
        assert_int_equal(i.returned_on, DATE_NONE);
        arena_free(&r.arena);
        world_free(w);
}

static void test_indicator(void **state) {
        World *w = world_new(when_at(day(2026, 6, 19), 7, 30), 1);
        RecordText r;
        PlanItem i = item_of(w, &r, "indicator; portal: self_score=4, max_score=5, review=returned, "
                                    "return_reason=thiếu số,"
                                    " returned_on=17/5/2026");

        assert_int_equal(i.why.reason, REASON_RETURNED);
        text_is(i.shown[SIDE_PORTAL], "tự chấm 4/5 điểm");
        text_is(i.shown[SIDE_CENTRAL], "");
        text_is(i.return_reason, "thiếu số");
        assert_int_equal(i.returned_on, day(2026, 5, 17));
        arena_free(&r.arena);
        i = item_of(w, &r, "indicator; central: actual=-1.5, uom=% GDP, updated_at=1/1/2026 08:00");
        text_is(i.shown[SIDE_CENTRAL], "-1,5% GDP");
        arena_free(&r.arena);
        i = item_of(w, &r, "indicator; central: actual=40, uom=tổ chức, updated_at=1/1/2026 08:00");
        text_is(i.shown[SIDE_CENTRAL], "40 tổ chức");
        arena_free(&r.arena);
        world_free(w);
}

static void test_differs(void **state) {
        World *w = world_new(when_at(day(2026, 6, 19), 7, 30), 1);
        RecordText r;
        PlanItem i = item_of(w, &r, "task; central: work=in_progress, result=x, updated_at=10/6/2026 08:00;"
                                    " portal: work=not_started, result=x, updated_at=11/6/2026 08:00");

        assert_int_equal(i.why.field, FIELD_WORK);
        text_is(i.shown[SIDE_CENTRAL], work_state_vn(STR("in_progress")));
        text_is(i.shown[SIDE_PORTAL], work_state_vn(STR("not_started")));
        arena_free(&r.arena);
        i = item_of(w, &r, "task; central: completed_on=null, result=x, updated_at=10/6/2026 08:00;"
                           " portal: completed_on=9/6/2026, result=x, updated_at=11/6/2026 08:00");
        text_is(i.shown[SIDE_CENTRAL], "để trống");
        text_is(i.shown[SIDE_PORTAL], "9/6/2026");
        r.view.side[SIDE_CENTRAL].code = STR("CT04");
        r.view.side[SIDE_PORTAL].code = STR("TC.04");
        assert_int_equal(plan_item_make(&r.arena, w->units, &r.view, i.why, &i), 0);
        text_is(i.code, "CT04 / TC.04");
        i.why.sides = 1u << SIDE_PORTAL;
        assert_int_equal(plan_item_make(&r.arena, w->units, &r.view, i.why, &i), 0);
        text_is(i.code, "TC.04");
        arena_free(&r.arena);
        world_free(w);
}

/* A text longer than an item keeps is cut at a character. */
static void test_long(void **state) {
        World *w = world_new(when_at(day(2026, 6, 19), 7, 30), 1);
        _cleanup_text_ Text record = TEXT_INIT(8192);
        RecordText r;
        PlanItem i;

        (void) text_add(&record, STR("task; central: updated_at=10/6/2026 08:00, result="));
        for (int k = 0; k < 300; k++)
                (void) text_add(&record, STR("ệ"));
        (void) text_add(&record, STR("; portal: result=khác, updated_at=10/6/2026 08:00"));
        i = item_of(w, &r, record.at);
        assert_true(i.shown[SIDE_CENTRAL].len > 300 && i.shown[SIDE_CENTRAL].len <= 400);
        assert_true(utf8_valid(i.shown[SIDE_CENTRAL]));
        text_is(i.shown[SIDE_PORTAL], "khác");
        arena_free(&r.arena);
        world_free(w);
}

static void test_order(void **state) {
        PlanItem items[] = {
                {.key = STR("4"), .code = STR("B"), .kind = KIND_INDICATOR, .why = {.reason = REASON_OVERDUE}},
                {.key = STR("5"), .code = STR("A"), .kind = KIND_TASK, .why = {.reason = REASON_DIFFERS}},
                {.key = STR("3"), .code = STR("B"), .kind = KIND_TASK, .why = {.reason = REASON_OVERDUE}},
                {.key = STR("2"), .code = STR("A"), .kind = KIND_TASK, .why = {.reason = REASON_OVERDUE}},
                {.key = STR("1"), .code = STR("A"), .kind = KIND_TASK, .why = {.reason = REASON_OVERDUE}}};

        qsort(items, 5, sizeof(*items), plan_item_cmp);
        for (size_t i = 0; i < 5; i++)
                assert_int_equal(items[i].key.at[0], (int) ('1' + i));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_task), cmocka_unit_test(test_indicator), cmocka_unit_test(test_differs),
                cmocka_unit_test(test_long), cmocka_unit_test(test_order),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
