/* SPDX-License-Identifier: MIT */
/* Characters as numbers: digits of an escape, and the bytes of a code point. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* -1: none. */
static inline int hex_digit(char c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        char low = (char) (c | 0x20);
        return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* RFC 3629, of a code point up to 0x10ffff; half a surrogate pair becomes three bytes that are no text. How many bytes
 * there are: 1 to 4. */
static inline size_t utf8_put(char *to, uint32_t c) {
        if (c < 0x80) {
                to[0] = (char) c;
                return 1;
        }
        if (c < 0x800) {
                to[0] = (char) (0xc0 | c >> 6);
                to[1] = (char) (0x80 | (c & 0x3f));
                return 2;
        }
        if (c < 0x10000) {
                to[0] = (char) (0xe0 | c >> 12);
                to[1] = (char) (0x80 | (c >> 6 & 0x3f));
                to[2] = (char) (0x80 | (c & 0x3f));
                return 3;
        }
        to[0] = (char) (0xf0 | c >> 18);
        to[1] = (char) (0x80 | (c >> 12 & 0x3f));
        to[2] = (char) (0x80 | (c >> 6 & 0x3f));
        to[3] = (char) (0x80 | (c & 0x3f));
        return 4;
}
