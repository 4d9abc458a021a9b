/* SPDX-License-Identifier: MIT */
/* What a decoder made, as one text: "ROW {json}" a line, with the problem of a row behind it. */
#pragma once

#include "connectors/decode/decode.h"
#include "tests/unit/model-check.h"

static const Str task_members[] = { { "Mã nhiệm vụ", sizeof "Mã nhiệm vụ" - 1 },
                                    { "Tên nhiệm vụ", sizeof "Tên nhiệm vụ" - 1 },
                                    { "Tiến độ", sizeof "Tiến độ" - 1 } };

static FormatPlan format_of(int kind) {
        return (FormatPlan) { .kind = kind, .wanted = task_members, .n_wanted = 3, .code = 0 };
}

static int decoded(const FormatPlan *plan, FormatKind kind, Str body, Rows *rows, Text *ret) {
        int r = decode(plan, kind, body, LIMIT_FILE_RECORDS, rows);
        for (size_t i = 0; r == 0 && i < rows->n; i++)
                text_addf(ret, "%d " STR_FMT "%s%s\n", rows->numbers[i], STR_ARG(rows->spans[i].bytes),
                          rows->spans[i].problem ? " ! " : "", rows->spans[i].problem ? rows->spans[i].problem : "");
        if (r == DECODE_REFUSED)
                text_addf(ret, "%s: %s", fault_names[rows->fault], rows->detail);
        return r;
}

#define ASSERT_ROWS(plan, kind, body, expected)                                                                        \
        do {                                                                                                           \
                _cleanup_rows_ Rows rows_ = { 0 };                                                                     \
                _cleanup_text_ Text text_ = TEXT_INIT(1u << 20);                                                       \
                assert_int_equal(decoded((plan), (kind), (body), &rows_, &text_), 0);                                  \
                assert_string_equal(text_.at ? text_.at : "", (expected));                                             \
        } while (0)

#define ASSERT_REFUSED(plan, kind, body, expected)                                                                     \
        do {                                                                                                           \
                _cleanup_rows_ Rows rows_ = { 0 };                                                                     \
                _cleanup_text_ Text text_ = TEXT_INIT(1u << 20);                                                       \
                assert_int_equal(decoded((plan), (kind), (body), &rows_, &text_), DECODE_REFUSED);                     \
                assert_string_equal(text_.at, (expected));                                                             \
        } while (0)
