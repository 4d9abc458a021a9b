/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "state/obligation.h"
#include "tests/unit/record-text.h"

#define BOTH_SIDES (1u << SIDE_CENTRAL | 1u << SIDE_PORTAL)

static const Calendar weekends = {.first_year = 2026, .last_year = 2026};

static const DeadlineRule rules[] = {
        {.id = "monthly-20", .day_of_month = 20, .record_kinds = KIND_BOTH, .sides = BOTH_SIDES,
         .first = DATE_NONE, .last = DATE_NONE, .once = DATE_NONE, .window_from = DATE_NONE},
        {.id = "monthly-25", .day_of_month = 25, .record_kinds = KIND_BOTH, .sides = BOTH_SIDES,
         .first = DATE_NONE, .last = DATE_NONE, .once = DATE_NONE, .window_from = DATE_NONE},
        {.id = "early-25", .day_of_month = 25, .record_kinds = KIND_BOTH, .sides = BOTH_SIDES, .units_finish = 3,
         .first = DATE_NONE, .last = DATE_NONE, .once = DATE_NONE, .window_from = DATE_NONE},
        {.id = "central-20", .day_of_month = 20, .record_kinds = KIND_BOTH, .sides = 1u << SIDE_CENTRAL,
         .first = DATE_NONE, .last = DATE_NONE, .once = DATE_NONE, .window_from = DATE_NONE},
        {.id = "party-20", .day_of_month = 20, .record_kinds = KIND_BOTH, .sides = BOTH_SIDES, .bloc = "Đảng",
         .first = DATE_NONE, .last = DATE_NONE, .once = DATE_NONE, .window_from = DATE_NONE},
        {.id = "criteria", .record_kinds = KIND_INDICATOR, .sides = 1u << SIDE_PORTAL,
         .first = DATE_NONE, .last = DATE_NONE, .once = 20631, .window_from = DATE_NONE},
};

typedef struct Row {
        Str name, occurrence, today, readable, record, reason, sides;
} Row;

static void row_split(Str line, Row *ret) {
        Str *const cell[] = {&ret->name, &ret->occurrence, &ret->today, &ret->readable, &ret->record, &ret->reason,
                             &ret->sides};

        for (size_t i = 0; i < sizeof(cell) / sizeof(*cell); i++)
                if (!str_split(&line, '\t', cell[i]))
                        fail_msg("row \"" STR_FMT "\" has %zu cells", STR_ARG(ret->name), i);
        assert_int_equal(line.len, 0);
}

static void occurrence_read(Str id, Occurrence *ret) {
        Str name, rest = id;
        Date before;

        assert_true(str_split(&rest, '@', &name));
        assert_int_equal(date_parse_iso(rest, &before), 0);
        for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
                if (str_eq(name, str_of(rules[i].id))) {
                        deadline_occurrence(&rules[i], &weekends, before, ret);
                        assert_true(str_eq(str_of(ret->id), id));
                        return;
                }
        fail_msg("no rule " STR_FMT, STR_ARG(name));
}

static unsigned sides_read(Str s) {
        unsigned sides = 0;

        for (size_t i = 0; i < s.len; i++)
                sides |= s.at[i] == 'C' ? 1u << SIDE_CENTRAL : s.at[i] == 'P' ? 1u << SIDE_PORTAL : 0;
        return sides;
}

/* "overdue 11/6/2026", "differs progress", "returned" */
static void reason_write(ItemReason why, char *at, size_t room) {
        char day[DATE_TEXT];

        (void) snprintf(at, room, "%s%s%s", reason_names[why.reason], why.reason == REASON_OVERDUE ||
                        why.reason == REASON_DIFFERS ? " " : "",
                        why.reason == REASON_OVERDUE   ? date_vn(why.due, day) :
                        why.reason == REASON_DIFFERS ? field_table[why.field].key : "");
}

static void row_check(Str line) {
        RecordText record;
        Occurrence o;
        ItemReason why;
        Date today;
        char got[80] = "not-covered";
        Row row = {0};

        row_split(line, &row);
        occurrence_read(row.occurrence, &o);
        assert_int_equal(date_parse_vn(row.today, &today), 0);
        record_text_read(&record, row.record);
        why = obligation_reason(&o, &record.view, sides_read(row.readable), today);
        if (obligation_covers(&o, &record.view))
                reason_write(why, got, sizeof(got));
        else
                why.sides = 0;
        if (!str_eq(str_of(got), row.reason) || why.sides != sides_read(row.sides))
                fail_msg("%.*s: got %s on sides %u, expected %.*s on %.*s", STR_ARG(row.name), got, why.sides,
                         STR_ARG(row.reason), STR_ARG(row.sides));
        arena_free(&record.arena);
}

static void test_fixture(void **state) {
        const char *root = getenv("NQ57_SOURCE");
        _cleanup_text_ Text text = TEXT_INIT(1 << 20);
        char path[512], block[4096];
        size_t n, rows = 0;
        Str rest, line;
        FILE *f;

        (void) snprintf(path, sizeof(path), "%s/tests/fixtures/obligations.tsv", root ? root : ".");
        f = fopen(path, "re");
        assert_non_null(f);
        while ((n = fread(block, 1, sizeof(block), f)) > 0)
                assert_int_equal(text_add(&text, (Str) {block, n}), 0);
        assert_int_equal(fclose(f), 0);
        for (rest = text_str(&text); str_split(&rest, '\n', &line);) {
                if (line.len == 0 || line.at[0] == '#')
                        continue;
                row_check(line);
                rows++;
        }
        assert_true(rows >= 40);
}

static void test_state(void **state) {
        Occurrence o;
        ObligationCounts c = {0};

        deadline_occurrence(&rules[0], &weekends, 20624, &o);
        assert_int_equal(obligation_state(&o, &c, BOTH_SIDES, BOTH_SIDES), OBLIGATION_UNKNOWN);
        c.records = 3;
        assert_int_equal(obligation_state(&o, &c, BOTH_SIDES, BOTH_SIDES), OBLIGATION_DONE);
        assert_int_equal(obligation_state(&o, &c, BOTH_SIDES, 1u << SIDE_CENTRAL), OBLIGATION_UNKNOWN);
        assert_int_equal(obligation_state(&o, &c, 1u << SIDE_CENTRAL, 1u << SIDE_CENTRAL), OBLIGATION_DONE);
        c.outstanding = 1;
        assert_int_equal(obligation_state(&o, &c, BOTH_SIDES, BOTH_SIDES), OBLIGATION_BEHIND);
        assert_int_equal(obligation_state(&o, &c, BOTH_SIDES, 1u << SIDE_CENTRAL), OBLIGATION_UNKNOWN);
        c.quarantined = 1;
        assert_int_equal(obligation_state(&o, &c, BOTH_SIDES, BOTH_SIDES), OBLIGATION_UNKNOWN);
        deadline_occurrence(&rules[3], &weekends, 20624, &o);
        c = (ObligationCounts) {.records = 1};
        assert_int_equal(obligation_state(&o, &c, BOTH_SIDES, 1u << SIDE_CENTRAL), OBLIGATION_DONE);
}

static void test_count(void **state) {
        static const char *const records[] = {
                "indicator; portal: self_score=4, review=submitted, updated_at=1/1/2026 08:00",
                "indicator; central: updated_at=10/6/2026 08:00; portal: self_score=4, review=submitted",
                "indicator; portal: self_score=4, review=approved, updated_at=10/6/2026 08:00",
        };
        ObligationCounts c = {0};
        Occurrence o;
        RecordText record;

        deadline_occurrence(&rules[0], &weekends, 20624, &o);
        for (size_t i = 0; i < 3; i++) {
                record_text_read(&record, str_of(records[i]));
                record.view.quarantined = i == 2;
                (void) obligation_count(&o, &record.view, BOTH_SIDES, 20616, &c);
                assert_int_equal(obligation_waiting(&record.view, BOTH_SIDES), i < 2);
                assert_false(obligation_waiting(&record.view, 0));
                arena_free(&record.arena);
        }
        assert_int_equal(c.records, 3);
        assert_int_equal(c.outstanding, 1);
        assert_int_equal(c.by_reason[REASON_NEVER_ENTERED], 1);
        assert_int_equal(c.waiting, 1);
        assert_int_equal(c.quarantined, 1);
}

static uint64_t seed = 20260619;

static unsigned pick(unsigned n) {
        seed ^= seed >> 12;
        seed ^= seed << 25;
        seed ^= seed >> 27;
        return (unsigned) ((seed * 0x2545F4914F6CDD1Du) >> 40) % n;
}

static void random_side(RecordText *r, Side side) {
        static const char *const works[] = {"not_started", "in_progress", "done", "suspended", "cancelled"};
        static const char *const reviews[] = {"draft", "submitted", "returned", "approved", "locked"};
        static const char *const dues[] = {"2026-06-01", "2026-06", "2026-Q3", "recurring: hằng tháng", "relative: x"};
        Value *v = r->field[side];

        r->view.side[side].present = pick(4) != 0;
        r->view.side[side].field = v;
        for (FieldId f = 0; f < FIELD_COUNT; f++)
                v[f] = (Value) {.state = (ValueState) pick(VALUE_INVALID + 1), .text = STR("1")};
        v[FIELD_WORK].text = str_of(works[pick(5)]);
        v[FIELD_REVIEW].text = str_of(reviews[pick(5)]);
        v[FIELD_DUE].text = str_of(dues[pick(5)]);
        v[FIELD_UPDATED_AT].text = pick(2) ? STR("2026-06-10T00:00:00Z") : STR("2026-04-10T00:00:00Z");
        v[FIELD_EVIDENCE_REQUIRED].text = v[FIELD_NOT_APPLICABLE].text = pick(2) ? STR("true") : STR("false");
}

/* Whatever two systems say: a reason always names sides that count, and nothing else does. */
static void test_any_record(void **state) {
        size_t seen[REASON_COUNT] = {0};

        for (int i = 0; i < 20000; i++) {
                RecordText r = {.view = {.identity = {.kind = pick(2) ? KIND_TASK : KIND_INDICATOR, .code = STR("X")}}};
                unsigned readable = pick(4), allowed = 0;
                Occurrence o;
                ItemReason why;

                deadline_occurrence(&rules[pick(4)], &weekends, 20624, &o);
                r.view.difference = r.difference;
                random_side(&r, SIDE_CENTRAL);
                random_side(&r, SIDE_PORTAL);
                if (r.view.side[SIDE_CENTRAL].present && r.view.side[SIDE_PORTAL].present)
                        record_text_differences(&r);
                for (Side side = 0; side < SIDE_COUNT; side++)
                        allowed |= r.view.side[side].present ? readable & o.rule->sides & (1u << side) : 0;
                why = obligation_reason(&o, &r.view, readable, 20616);
                assert_int_equal(why.sides & ~allowed, 0);
                assert_int_equal(why.sides == 0, why.reason == REASON_NONE);
                assert_int_equal(why.due != DATE_NONE, why.reason == REASON_OVERDUE);
                assert_int_equal(why.field != FIELD_COUNT, why.reason == REASON_DIFFERS);
                seen[why.reason]++;
        }
        for (Reason reason = REASON_NONE; reason < REASON_COUNT; reason++)
                assert_true(seen[reason] > 0);
}

static void test_words(void **state) {
        for (Reason r = REASON_NONE; r < REASON_COUNT; r++) {
                assert_non_null(reason_names[r]);
                assert_true(utf8_valid(str_of(reason_vn(r))));
        }
        assert_string_equal(obligation_states[OBLIGATION_UNKNOWN], "unknown");
        assert_string_equal(obligation_verdicts[VERDICT_ON_TIME], "on-time");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_fixture),
                cmocka_unit_test(test_state),
                cmocka_unit_test(test_count),
                cmocka_unit_test(test_any_record),
                cmocka_unit_test(test_words),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
