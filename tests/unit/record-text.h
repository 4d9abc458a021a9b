/* SPDX-License-Identifier: MIT */
/* Reads a record as tests/fixtures/obligations.tsv writes it. Include cmocka.h and its friends first. */
#pragma once

#include <stdio.h>

#include "state/model/due.h"
#include "state/view.h"

typedef struct RecordText {
        Arena arena;
        Value field[SIDE_COUNT][FIELD_COUNT];
        ViewDifference difference[FIELD_COUNT];
        RecordView view;
} RecordText;

static inline Str record_text_instant(Arena *a, Str s) {
        Str rest = s, day = STR_NULL, part;
        int clock[3] = {0}, n = 0;
        char text[WHEN_TEXT];
        Str copy;
        Date d;

        assert_true(str_split(&rest, ' ', &day));
        assert_int_equal(date_parse_vn(day, &d), 0);
        while (n < 3 && str_split(&rest, ':', &part))
                assert_int_equal(text_to_int(part, 0, 59, &clock[n++]), 0);
        assert_int_equal(arena_str(a, str_of(when_utc(when_at(d, clock[0], clock[1]) + clock[2] * US_SECOND, text)),
                                   &copy), 0);
        return copy;
}

static inline Value record_text_value(Arena *a, FieldId field, Str s) {
        Value v = {.state = VALUE_SET, .text = s};
        char text[DATE_TEXT];
        Date d;

        if (str_eq(s, STR("null")))
                return (Value) {.state = VALUE_NULL};
        if (str_eq(s, STR("empty")))
                return (Value) {.state = VALUE_EMPTY};
        if (str_eq(s, STR("invalid")))
                return (Value) {.state = VALUE_INVALID, .raw = STR("??")};
        switch (field_table[field].type) {
        case TYPE_INSTANT:
                v.text = record_text_instant(a, s);
                break;
        case TYPE_DUE:
                assert_int_equal(due_read(a, s, &v.text), 0);
                break;
        case TYPE_DATE:
                assert_int_equal(date_parse_vn(s, &d), 0);
                assert_int_equal(arena_str(a, str_of(date_iso(d, text)), &v.text), 0);
                break;
        case TYPE_EVIDENCE:
                v.text = STR("[{\"name\":\"a.pdf\"}]");
                break;
        default:
                break;
        }
        return v;
}

/* "key=value"; returns the field. */
static inline FieldId record_text_pair(Arena *a, Str pair, Value *ret) {
        Str key = STR_NULL, rest = pair;
        FieldId field = FIELD_COUNT;

        assert_true(str_split(&rest, '=', &key));
        if (field_find(str_trim(key), &field) < 0)
                fail_msg("no field \"" STR_FMT "\"", STR_ARG(key));
        *ret = record_text_value(a, field, str_trim(rest));
        return field;
}

static inline void record_text_differences(RecordText *r) {
        for (FieldId f = 0; f < FIELD_COUNT; f++) {
                const Value *c = &r->field[SIDE_CENTRAL][f], *p = &r->field[SIDE_PORTAL][f];

                if (field_table[f].merge == MERGE_PER_SIDE || !value_opinion(c) || !value_opinion(p) || value_eq(c, p))
                        continue;
                r->difference[r->view.n_differences++] = (ViewDifference) {
                        .field = f, .result = {.outcome = MERGED_AUTHORITY, .of = OF_CENTRAL, .differs = true}};
        }
}

static inline void record_text_settled(RecordText *r, Str pair) {
        Value value;
        FieldId field = record_text_pair(&r->arena, pair, &value);

        for (size_t i = 0; i < r->view.n_differences; i++)
                if (r->difference[i].field == field) {
                        r->difference[i].settled = value;
                        r->difference[i].result.of = OF_SETTLED;
                        r->difference[i].result.outcome = MERGED_SETTLED;
                }
}

static inline void record_text_side(RecordText *r, Side side, Str pairs, Str due) {
        Str pair;

        r->view.side[side].present = true;
        r->view.side[side].field = r->field[side];
        if (due.len)
                r->field[side][FIELD_DUE] = record_text_value(&r->arena, FIELD_DUE, due);
        while (str_split(&pairs, ',', &pair)) {
                Value value;
                FieldId field = record_text_pair(&r->arena, pair, &value);

                r->field[side][field] = value;
        }
}

static inline Side record_text_role(Str name) {
        return str_eq(name, STR("portal")) ? SIDE_PORTAL : SIDE_CENTRAL;
}

/* The texts of `r->view` live as long as `r` and `s`. */
static inline void record_text_read(RecordText *r, Str s) {
        Str part, settled = STR_NULL, due = STR_NULL, head;

        *r = (RecordText) {.view = {.id = 1, .key = STR("24412/task/NV"), .unit = STR("24412")}};
        r->view.difference = r->difference;
        assert_true(str_split(&s, ';', &head));
        r->view.identity = (Identity) {.kind = str_starts(head, STR("task")) ? KIND_TASK : KIND_INDICATOR,
                                       .code = STR("NV")};
        assert_true(str_starts(head, STR("task")) || str_starts(head, STR("indicator")));
        if (str_starts(head, STR("task due=")))
                due = (Str) {head.at + 9, head.len - 9};
        while (str_split(&s, ';', &part)) {
                Str name = STR_NULL;

                part = str_trim(part);
                assert_true(str_split(&part, ':', &name));
                if (str_eq(name, STR("settled")))
                        settled = str_trim(part);
                else if (str_eq(name, STR("missing")))
                        r->view.side[record_text_role(str_trim(part))].missing_since = 1;
                else
                        record_text_side(r, record_text_role(name), part, due);
        }
        record_text_differences(r);
        if (settled.len)
                record_text_settled(r, settled);
}
