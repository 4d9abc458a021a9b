/* SPDX-License-Identifier: MIT */
/* JSON lines: one object a line. A line that is broken costs that record; a last line that ends inside a value means
 * that the bytes were cut. */
#include <errno.h>

#include "connectors/decode/decode.h"

static int line_add(Rows *r, Str line, int number, bool last) {
        SplitSpan span = { .bytes = line };
        const char *problem = NULL, *why = NULL;
        size_t at;
        int result = split_check(line, &problem, &at, &why);
        if (result == SPLIT_E_TRUNCATED && last)
                return rows_refuse(r, FAULT_TRUNCATED_BODY, "line %d: cut off", number);
        split_record(&span);
        if (!span.problem && line.at[0] != '{')
                span.problem = "not an object";
        return rows_borrow(r, line, number, span.problem);
}

int decode_lines(const FormatPlan *plan, Str body, Rows *r) {
        Str rest = body, line;
        int number = 0;
        if (str_starts(rest, STR("\xef\xbb\xbf")))
                rest = (Str) { rest.at + 3, rest.len - 3 };
        while (str_split(&rest, '\n', &line)) {
                number++;
                line = str_trim(line);
                if (line.len == 0)
                        continue;
                int result = line_add(r, line, number, rest.len == 0 && body.at[body.len - 1] != '\n');
                if (result != 0)
                        return result;
        }
        rows_finish(r);
        return 0;
}
