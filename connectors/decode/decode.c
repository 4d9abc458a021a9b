/* SPDX-License-Identifier: MIT */
#include "connectors/decode/decode.h"

#include <errno.h>

#include "connectors/decode/html.h"

#define OLE2 "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" /* [MS-CFB] 2.2: old workbooks, and new ones with a password */

FormatKind decode_kind(Str body) {
        Str s = str_trim(body);
        if (str_starts(body, STR("PK\x03\x04")) || str_starts(body, STR("PK\x05\x06")) || str_starts(body, STR(OLE2)))
                return FORMAT_XLSX;
        if (str_starts(s, STR("\xef\xbb\xbf")))
                s = str_trim((Str) { s.at + 3, s.len - 3 });
        if (s.len > 0 && (s.at[0] == '{' || s.at[0] == '['))
                return FORMAT_JSON;
        return html_looks_so(body) ? FORMAT_HTML_TABLE : FORMAT_CSV;
}

int decode(const FormatPlan *plan, FormatKind kind, Str body, size_t most, Rows *ret) {
        rows_begin(ret, most);
        if (str_trim(body).len == 0)
                return rows_refuse(ret, FAULT_EMPTY_BODY, "nothing in it");
        if (str_starts(body, STR(OLE2)))
                return rows_refuse(ret, FAULT_FILE_LOCKED,
                                   "protected by a password, or in the old .xls format: save it as .xlsx without one");
        switch (kind) {
        case FORMAT_JSON_LINES:
                return decode_lines(plan, body, ret);
        case FORMAT_HTML_TABLE:
                return decode_html(plan, body, ret);
        case FORMAT_XLSX:
                return decode_xlsx(plan, body, ret);
        default:
                return decode_csv(plan, body, ret);
        }
}
