/* SPDX-License-Identifier: MIT */
/* The scan under every JSON text, read or written; inline, because it runs once a value. */
#pragma once

#include <endian.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "state/model/text.h"

/* A byte that stands for itself in a JSON text: no control character, quote or backslash (RFC 8259 section 7). */
static inline bool json_byte_plain(unsigned char c) {
        return c >= 0x20 && c != '"' && c != '\\';
}

#ifdef __SSE2__
/* A bit for each of sixteen bytes that does not stand for itself. */
static inline unsigned json_marks(const char *at) {
        __m128i c = _mm_loadu_si128((const __m128i *) at);
        __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(c, _mm_set1_epi8(0x1f)), c);
        __m128i quote = _mm_cmpeq_epi8(c, _mm_set1_epi8('"'));
        __m128i backslash = _mm_cmpeq_epi8(c, _mm_set1_epi8('\\'));
        return (unsigned) _mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, backslash)));
}
#endif

/* As text_json_plain. */
static inline size_t json_plain(const char *at, size_t len) {
        const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
        size_t n = 0;
#ifdef __SSE2__
        for (; len - n >= 16; n += 16) {
                unsigned found = json_marks(at + n);
                if (found)
                        return n + (size_t) __builtin_ctz(found);
        }
#endif
        for (; len - n >= 8;
             n += 8) { /* eight at a time: the lowest set high bit marks a byte that needs an escape */
                uint64_t word;
                memcpy(&word, at + n, sizeof word);
                word = le64toh(word);
                uint64_t quote = word ^ (ones * '"'), backslash = word ^ (ones * '\\');
                uint64_t found = ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) |
                                 ((backslash - ones) & ~backslash);
                if (found & high)
                        return n + (size_t) __builtin_ctzll(found & high) / 8;
        }
        while (n < len && json_byte_plain((unsigned char) at[n]))
                n++;
        return n;
}
