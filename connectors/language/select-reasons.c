/* SPDX-License-Identifier: MIT */
/* What select_compile says, in Vietnamese. */
#include "connectors/language/select.h"

static const char *const reasons[][2] = {
        { "too many steps", "quá nhiều bước" },
        { "expected a name of letters, digits and _ after '.'; write other names as ['name']",
          "sau '.' phải là tên gồm chữ, số và _; tên khác hãy viết ['tên']" },
        { "only \\\\ and the quote itself may be escaped", "chỉ \\\\ và chính dấu nháy mới được viết sau dấu \\\\" },
        { "the quote is not closed", "dấu nháy chưa đóng" },
        { "an index has no leading zero", "số thứ tự không bắt đầu bằng 0" },
        { "expected an index of -100000 to 100000, a quoted name, * or ?",
          "ở đây phải là số thứ tự từ -100000 đến 100000, tên trong dấu nháy, * hoặc ?" },
        { "expected a text in quotes, a number, true, false or null",
          "ở đây phải là chữ trong dấu nháy, số, true, false hoặc null" },
        { "this is no number", "đây không phải số" },
        { "too many names in a filter", "quá nhiều tên trong một bộ lọc" },
        { "a filter goes by names only: @.name or @['name']", "bộ lọc chỉ đi theo tên: @.tên hoặc @['tên']" },
        { "expected ]", "ở đây phải là ]" },
        { "a filter begins with @: [?@.name=='text']", "bộ lọc bắt đầu bằng @: [?@.tên=='chữ']" },
        { "expected )", "ở đây phải là )" },
        { "a filter is one comparison by == or !=", "bộ lọc là một phép so sánh bằng == hoặc !=" },
        { "one name, index, * or ? in brackets; unions and slices are not supported",
          "trong ngoặc vuông chỉ một tên, số thứ tự, * hoặc ?; không có nhiều mục hay khoảng" },
        { "a second .. in one selector", "có hai .. trong một đường dẫn" },
        { "a selector begins with $", "đường dẫn bắt đầu bằng $" },
        { "expected . or [", "ở đây phải là . hoặc [" },
        { "not UTF-8", "không phải UTF-8" },
};

const char *select_reason_vi(const char *why) {
        for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
                if (strcmp(reasons[i][0], why) == 0)
                        return reasons[i][1];
        return NULL;
}
