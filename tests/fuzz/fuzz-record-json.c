/* SPDX-License-Identifier: MIT */
/* A stored record of any bytes is refused, or is canonical: it encodes to the same bytes again. */
#include "state/model/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_arena_ Arena a = { 0 };
        _cleanup_text_ Text t = TEXT_INIT(size * 6 + 1024);
        Value field[FIELD_COUNT];
        Str json = { (const char *) data, size };
        Err e = { 0 };

        (void) record_decode_kept(&a, json, field, NULL);
        if (record_decode(&a, json, field, &e) < 0) {
                if (e.code == 0 || !utf8_valid(str_of(e.text)))
                        abort();
                return 0;
        }
        if (record_encode(field, &t) < 0 || !str_eq(text_str(&t), json))
                abort();
        evidence_count(&field[FIELD_EVIDENCE]);
        return 0;
}
