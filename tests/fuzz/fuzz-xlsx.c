/* SPDX-License-Identifier: MIT */
/* A container of any bytes, or any XML as a sheet, its styles and its texts (parted by '|') within a sound one. */
#include "tests/fuzz/rows-check.h"
#include "tests/unit/workbook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *part_take(Str *rest) {
        Str part = STR_NULL;
        (void) str_split(rest, '|', &part);
        return str_dup(part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        FormatPlan plan = { .kind = FORMAT_XLSX, .wanted = rows_wanted, .n_wanted = 3, .code = 0 };
        Str rest = { (const char *) data, size };
        if (str_starts(rest, STR("PK"))) {
                rows_check(&plan, FORMAT_XLSX, data, size);
                return 0;
        }
        if (size > 200000)
                return 0;
        char *rows = part_take(&rest), *after = part_take(&rest), *styles = part_take(&rest),
             *strings = part_take(&rest);
        if (rows && after && styles && strings) {
                Str book = workbook_simple(rows, after, styles, strings);
                rows_check(&plan, FORMAT_XLSX, (const uint8_t *) book.at, book.len);
                free((char *) book.at);
        }
        free(rows);
        free(after);
        free(styles);
        free(strings);
        return 0;
}
