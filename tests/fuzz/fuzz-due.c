/* SPDX-License-Identifier: MIT */
/* Whatever a source wrote as a deadline: what is read has a canonical text that parses, shows and reads as itself. */
#include "state/model/due.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_canonical(Arena *a, Str canonical) {
        _cleanup_text_ Text t = TEXT_INIT(canonical.len + 64);
        Due due;
        if (!utf8_valid(canonical) || due_parse(canonical, &due) < 0 || due_vn(&t, canonical, 0) < 0 || t.len == 0)
                abort();
        if ((due.last == DATE_NONE) != (due.kind == DUE_RECURRING || due.kind == DUE_RELATIVE))
                abort();

        Str again, words = due.last == DATE_NONE ? due.text : canonical;
        if (due_read(a, words, &again) < 0 || !str_eq(again, canonical))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_arena_ Arena a = { 0 };
        Str written = { (const char *) data, size }, canonical;
        if (due_read(&a, written, &canonical) == 0)
                check_canonical(&a, canonical);

        Due due;
        _cleanup_text_ Text t = TEXT_INIT(size + 64);
        if (due_parse(written, &due) == 0 && due_vn(&t, written, 0) < 0)
                abort();
        return 0;
}
