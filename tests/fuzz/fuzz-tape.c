/* SPDX-License-Identifier: MIT */
/* A file of a recording, which may come from anywhere: read or refused with a reason; what was read, written and read
 * again, is the same. Its texts also go through the part that takes secrets out. */
#include <stdint.h>

#include "connectors/tape/tape-parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void redact(const TapeExchange *x) {
        _cleanup_(redactor_freep) Redactor *r = NULL;
        _cleanup_text_ Text url = TEXT_INIT(1u << 20), headers = TEXT_INIT(1u << 20), body = TEXT_INIT(16u << 20);
        HttpExchange seen = { .url = "", .body = x->body, .login = x->login, .answer_headers = x->answer_headers,
                              .answer = x->answer };
        if (redactor_new(&r) < 0 || text_addf(&url, "%s%s", x->host, x->target) < 0)
                return;
        seen.url = url.at;
        if (tape_secrets(r, &seen) == 0 && tape_headers(r, &seen, &headers) == 0)
                (void) redactor_add(r, &body, x->answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_arena_ Arena a = { .max = 4u << 20 };
        _cleanup_text_ Text again = TEXT_INIT(64u << 20);
        TapeExchange x, y;
        char why[200] = "";
        int r = tape_file_read(&a, (Str) { (const char *) data, size }, &x, why);
        if (r == TAPE_E_BAD && !why[0])
                abort();
        if (r != 0)
                return 0;
        redact(&x);
        if (tape_file_write(&x, &again) < 0 || tape_file_read(&a, text_str(&again), &y, why) != 0 ||
            strcmp(x.target, y.target) != 0 || !str_eq(x.body, y.body) || !str_eq(x.answer, y.answer) ||
            !str_eq(x.answer_headers, y.answer_headers) || x.status != y.status || x.ended != y.ended ||
            x.fault != y.fault)
                abort();
        return 0;
}
