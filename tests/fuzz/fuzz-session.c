/* SPDX-License-Identifier: MIT */
/* What the vault kept, what a person wrote and what a token tells of itself, from anywhere: refused, or read and
 * written back as the same. */
#include <stdint.h>

#include "connectors/http/jar.h"
#include "connectors/session/session-keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool fine) {
        if (!fine)
                abort();
}

/* What was read is written, read again, and written as before. */
static void round_trip(const SessionKeys *k) {
        _cleanup_text_ Text once = TEXT_INIT(LIMIT_SESSION_BYTES * 4), twice = TEXT_INIT(LIMIT_SESSION_BYTES * 4);
        SessionKeys back;
        expect(jar_valid(text_str(&k->jar)) && session_printable(text_str(&k->token)) &&
               session_printable(text_str(&k->refresh)));
        if (session_encode(k, &once) < 0)
                return;
        expect(session_decode(text_str(&once), &back) == 0);
        expect(session_encode(&back, &twice) == 0 && str_eq(text_str(&once), text_str(&twice)));
        session_keys_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Str text = { (const char *) data, size };
        _cleanup_text_ Text value = TEXT_INIT(LIMIT_SESSION_BYTES);
        SessionKeys k;
        int line = -1;
        int64_t end = 0;
        expect(!session_jwt_end(text, &end) || end > 0);
        if (session_decode(text, &k) == 0) {
                round_trip(&k);
                session_keys_free(&k);
        }
        if (session_handed(text, "a.vn", (size & 1) != 0, &k, &line) == 0) {
                expect(k.handed != 0 && k.jar.len + k.token.len + k.refresh.len > 0);
                (void) session_cookie(text_str(&k.jar), "s", &value);
                round_trip(&k);
                session_keys_free(&k);
        } else {
                expect(line >= 0);
        }
        return 0;
}
