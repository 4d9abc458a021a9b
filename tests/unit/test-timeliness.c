/* SPDX-License-Identifier: MIT */
#include "state/timeliness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* One task on the central system, told by its four facts; "" leaves a fact out. */
static void check(const char *due, const char *work, const char *completed, const char *claim, const char *today,
                  Timeliness expected, bool disputed) {
        const Calendar none = { .first_year = 2026, .last_year = 2026 };
        Value field[FIELD_COUNT] = { 0 };
        RecordView v = { .identity = { .kind = KIND_TASK }, .side[SIDE_CENTRAL] = { .present = true, .field = field } };
        const struct {
                FieldId id;
                const char *text;
        } facts[] = { { FIELD_DUE, due },
                      { FIELD_WORK, work },
                      { FIELD_COMPLETED_ON, completed },
                      { FIELD_CLAIMS_LATE, claim } };
        Date day;

        for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
                if (facts[i].text[0])
                        field[facts[i].id] = (Value) { .state = VALUE_SET, .text = str_of(facts[i].text) };
        assert_int_equal(date_parse_iso(str_of(today), &day), 0);
        assert_int_equal(timeliness(&v, &none, day), expected);
        assert_int_equal(timeliness_disputed(&v, &none, day), disputed ? 1u << SIDE_CENTRAL : 0);
}

static void test_not_done(void **state) {
        check("2026-06-30", "in_progress", "", "", "2026-06-19", ON_TIME, false);
        check("2026-06-30", "in_progress", "", "", "2026-06-24", ON_TIME, false);  /* 25, 26, 29, 30: four days */
        check("2026-06-30", "in_progress", "", "", "2026-06-25", DUE_SOON, false); /* 26, 29, 30: three */
        check("2026-06-30", "not_started", "", "", "2026-06-30", DUE_SOON, false);
        check("2026-06-30", "not_started", "", "", "2026-07-01", OVERDUE, false);
        check("2026-06", "", "", "", "2026-07-01", OVERDUE, false);
}

static void test_done(void **state) {
        check("2026-06-30", "done", "2026-06-30", "", "2026-08-01", ON_TIME, false);
        check("2026-06-30", "done", "2026-07-01", "", "2026-08-01", OVERDUE, false);
        check("2026-06-30", "done", "", "", "2026-08-01", ON_TIME, false);
}

static void test_no_deadline(void **state) {
        check("", "in_progress", "", "", "2026-08-01", NO_DEADLINE, false);
        check("recurring: Thường xuyên", "in_progress", "", "", "2026-08-01", NO_DEADLINE, false);
        check("2026-06-30", "cancelled", "", "", "2026-08-01", NO_DEADLINE, false);
        check("2026-06-30", "suspended", "", "true", "2026-08-01", NO_DEADLINE, false);
}

static void test_claims_are_disputed(void **state) {
        check("2026-06-30", "done", "2026-07-02", "true", "2026-08-01", OVERDUE, false);
        check("2026-06-30", "done", "2026-06-29", "true", "2026-08-01", ON_TIME, true);
        check("2026-06-30", "done", "2026-07-02", "false", "2026-08-01", OVERDUE, true);
        check("2026-06-30", "done", "2026-06-29", "false", "2026-08-01", ON_TIME, false);
        check("", "done", "2026-06-29", "true", "2026-08-01", NO_DEADLINE, false);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_not_done),
                cmocka_unit_test(test_done),
                cmocka_unit_test(test_no_deadline),
                cmocka_unit_test(test_claims_are_disputed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
