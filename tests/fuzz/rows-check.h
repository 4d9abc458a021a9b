/* SPDX-License-Identifier: MIT */
/* What holds for whatever a decoder makes of any bytes: records are sound JSON objects, rows rise, a refusal says why.
 */
#pragma once

#include "connectors/decode/decode.h"

static const Str rows_wanted[] = { { "a", 1 }, { "b", 1 }, { "c / d", 5 } };
static const FormatColumn rows_columns[] = { { "e", "b" } };

static inline void rows_check(const FormatPlan *plan, FormatKind kind, const uint8_t *data, size_t size) {
        _cleanup_rows_ Rows rows = { 0 };
        int r = decode(plan, kind, (Str) { (const char *) data, size }, 1000, &rows);
        if (r == DECODE_REFUSED && (rows.fault == FAULT_NONE || !rows.detail[0] || !utf8_valid(str_of(rows.detail))))
                abort();
        for (size_t i = 0; r == 0 && i < rows.n; i++) {
                const char *problem = NULL, *why = NULL;
                size_t at;
                if (i > 0 && rows.numbers[i] <= rows.numbers[i - 1])
                        abort();
                if (rows.spans[i].problem)
                        continue;
                if (rows.spans[i].bytes.at[0] != '{' || split_check(rows.spans[i].bytes, &problem, &at, &why) != 0)
                        abort();
                if (problem && strcmp(problem, "keys with too many escapes") != 0) /* a table of quotes has such */
                        abort();
        }
}

/* The first byte chooses among the plans. */
static inline void rows_fuzz(FormatKind kind, const uint8_t *data, size_t size) {
        FormatPlan plan = { .kind = (int) kind, .wanted = rows_wanted, .n_wanted = 3, .code = 0 };
        if (size == 0)
                return;
        plan.columns = rows_columns;
        plan.n_columns = data[0] & 1;
        plan.codeless_skip = plan.hidden_skip = (data[0] & 2) != 0;
        plan.links = (data[0] & 4) != 0;
        plan.header_row = plan.links ? 1 : 0;
        plan.encoding = (data[0] >> 3) % 6;
        plan.count_after = data[0] & 128 ? "n" : NULL;
        rows_check(&plan, kind, data + 1, size - 1);
}
