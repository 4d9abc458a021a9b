/* SPDX-License-Identifier: MIT */
#include "state/store-stmt.h"

int store_settled(Store *s, int64_t record, FieldId field, Text *ret_by, Instant *ret_at, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(s, &q, e, "SELECT settled_by, settled_at FROM difference WHERE record = ? AND field = ? AND settled_by IS NOT NULL",
                         "iz", record, field_table[field].key);

        if (r < 0)
                return r;
        if (r == 0)
                return STORE_E_ABSENT;
        if (text_add(ret_by, stmt_str(q, 0)) < 0)
                return err_oom(e);
        *ret_at = stmt_instant(q, 1);
        return 0;
}
