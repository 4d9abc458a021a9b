/* SPDX-License-Identifier: MIT */
#include "state/model/text-plain.h"

/* 0: the byte stands for itself; 'u': \u00XX; else the letter behind the backslash (RFC 8259 section 7). */
static const char json_escape[256] = {
        [0x00] = 'u', [0x01] = 'u', [0x02] = 'u', [0x03] = 'u', [0x04] = 'u', [0x05] = 'u', [0x06] = 'u', [0x07] = 'u',
        [0x08] = 'b', [0x09] = 't', [0x0A] = 'n', [0x0B] = 'u', [0x0C] = 'f', [0x0D] = 'r', [0x0E] = 'u', [0x0F] = 'u',
        [0x10] = 'u', [0x11] = 'u', [0x12] = 'u', [0x13] = 'u', [0x14] = 'u', [0x15] = 'u', [0x16] = 'u', [0x17] = 'u',
        [0x18] = 'u', [0x19] = 'u', [0x1A] = 'u', [0x1B] = 'u', [0x1C] = 'u', [0x1D] = 'u', [0x1E] = 'u', [0x1F] = 'u',
        ['"'] = '"',  ['\\'] = '\\',
};

size_t text_json_plain(Str s) {
        return json_plain(s.at, s.len);
}

int text_add_json(Text *t, Str s) {
        static const char digits[] = "0123456789abcdef";
        size_t i = text_json_plain(s);
        if (i == s.len && text_reserve(t, s.len + 2) == 0) { /* nearly every text */
                char *at = t->at + t->len;
                *at++ = '"';
                if (s.len > 0)
                        memcpy(at, s.at, s.len);
                memcpy(at + s.len, "\"", 2);
                t->len += s.len + 2;
                return 0;
        }

        text_addc(t, '"');
        text_add(t, (Str) { s.at, i });
        while (i < s.len) {
                size_t end = i + text_json_plain((Str) { s.at + i, s.len - i });
                text_add(t, (Str) { s.at + i, end - i });
                if (end < s.len) {
                        unsigned char c = (unsigned char) s.at[end++];
                        char form[] = { '\\', json_escape[c], '0', '0', digits[c >> 4], digits[c & 15] };
                        text_add(t, (Str) { form, form[1] == 'u' ? 6 : 2 });
                }
                i = end;
        }
        return text_addc(t, '"');
}

int text_add_base64(Text *t, Str s) {
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const unsigned char *at = (const unsigned char *) s.at;
        for (size_t i = 0; i < s.len; i += 3) {
                size_t n = s.len - i < 3 ? s.len - i : 3;
                unsigned second = n > 1 ? at[i + 1] : 0, third = n > 2 ? at[i + 2] : 0;
                unsigned v = (unsigned) at[i] << 16 | second << 8 | third;
                text_addc(t, digits[v >> 18]);
                text_addc(t, digits[v >> 12 & 63]);
                text_addc(t, n > 1 ? digits[v >> 6 & 63] : '=');
                text_addc(t, n > 2 ? digits[v & 63] : '=');
        }
        return t->failed;
}
