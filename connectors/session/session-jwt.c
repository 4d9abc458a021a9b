/* SPDX-License-Identifier: MIT */
/* When a token says of itself that it ends. Nobody's signature is checked: it is no proof of anything, only a hint to
 * ask for another one in time. */
#include "connectors/decode/document.h"
#include "connectors/session/session-keys.h"

#define SECONDS_MAX ((int64_t) 100000000000) /* what is more is no NumericDate of ours (RFC 7519 2) */

/* RFC 4648 5, without padding, as RFC 7515 has it. False: it is none. */
static bool base64url_read(Str s, Text *ret) {
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        unsigned held = 0;
        int bits = 0;
        for (size_t i = 0; i < s.len; i++) {
                const char *at = s.at[i] ? strchr(digits, s.at[i]) : NULL;
                if (!at)
                        return false;
                held = (held << 6 | (unsigned) (at - digits)) & 0xffff;
                bits += 6;
                if (bits < 8)
                        continue;
                bits -= 8;
                text_addc(ret, (char) (held >> bits & 0xff));
        }
        return !ret->failed;
}

bool session_jwt_end(Str token, int64_t *ret) {
        _cleanup_wipe_ Text claims = TEXT_INIT(LIMIT_SESSION_BYTES);
        _cleanup_(json_root_freep) json_object *root = NULL;
        json_object *end = NULL;
        char why[160];
        Str head, middle;
        if (!str_starts(token, STR("eyJ")) || !str_split(&token, '.', &head) || !str_split(&token, '.', &middle) ||
            token.len == 0 || memchr(token.at, '.', token.len))
                return false;
        if (!base64url_read(middle, &claims) || document_parse(text_str(&claims), &root, why) != FAULT_NONE ||
            !json_object_is_type(root, json_type_object) || !json_object_object_get_ex(root, "exp", &end))
                return false;
        double seconds = json_object_is_type(end, json_type_int) || json_object_is_type(end, json_type_double)
                                 ? json_object_get_double(end)
                                 : 0;
        if (!(seconds >= 1 && seconds <= (double) SECONDS_MAX))
                return false;
        *ret = (int64_t) seconds;
        return true;
}
