/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <utf8proc.h>

#include "state/model/text.h"

static utf8proc_int32_t code_point(utf8proc_int32_t c, bool upper) {
        if (c >= 0xFF01 && c <= 0xFF5E)
                c -= 0xFF01 - '!';
        if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
                c = '-';
        return upper ? utf8proc_toupper(c) : c;
}

static bool plain_code(Str s, bool upper) {
        for (size_t i = 0; i < s.len; i++) {
                unsigned char c = (unsigned char) s.at[i];
                if (c >= 0x80 || (upper && c >= 'a' && c <= 'z'))
                        return false;
        }
        return s.len == 0 || s.at[s.len - 1] != '.';
}

int text_code(Arena *a, Str s, bool upper, Str *ret) {
        Str text;
        int r = text_normalise(a, s, &text);
        if (r < 0)
                return r;
        if (plain_code(text, upper)) {
                *ret = text;
                return 0;
        }
        char *out = arena_get(a, text.len * 2 + 8); /* a capital may be longer than its small letter, by a byte */
        if (!out)
                return -ENOMEM;
        size_t n = 0;
        for (size_t i = 0; i < text.len;) {
                utf8proc_int32_t c;
                utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *) text.at + i,
                                                         (utf8proc_ssize_t) (text.len - i), &c);
                if (step <= 0)
                        return -EILSEQ;
                n += (size_t) utf8proc_encode_char(code_point(c, upper), (utf8proc_uint8_t *) out + n);
                i += (size_t) step;
        }
        while (n > 0 && (out[n - 1] == '.' || out[n - 1] == ' '))
                n--;
        out[n] = '\0';
        return text_normalise(a, (Str) { out, n }, ret);
}
