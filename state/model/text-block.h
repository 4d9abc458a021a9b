/* SPDX-License-Identifier: MIT */
/* Sixteen bytes of text at once: which of them are what, one bit a byte, the lowest first. Without SSE2 the same, byte
 * by byte. For the loops that every byte from outside passes; what they say is said in text.h. */
#pragma once

#include "state/model/text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define TEXT_BLOCK 16

#ifdef __SSE2__
typedef __m128i TextBlock;

static inline TextBlock block_read(const char at[static TEXT_BLOCK]) {
        return _mm_loadu_si128((const __m128i *) at);
}

/* The last bytes of a text, fewer than sixteen, and zeros behind them: nothing is read beyond. */
static inline TextBlock block_rest(const char *at, size_t n) {
        uint64_t low = 0, high = 0;
        uint32_t a, b;
        if (n >= 8) {
                memcpy(&low, at, 8);
                memcpy(&high, at + n - 8, 8); /* of these the first were read already */
                high = high >> 4 * (TEXT_BLOCK - n) >> 4 * (TEXT_BLOCK - n);
        } else if (n >= 4) {
                memcpy(&a, at, 4);
                memcpy(&b, at + n - 4, 4);
                low = a | (uint64_t) b << 8 * (n - 4);
        } else {
                for (size_t i = 0; i < n; i++)
                        low |= (uint64_t) (unsigned char) at[i] << 8 * i;
        }
        return _mm_set_epi64x((long long) high, (long long) low);
}

static inline unsigned block_is(TextBlock b, unsigned char c) {
        return (unsigned) _mm_movemask_epi8(_mm_cmpeq_epi8(b, _mm_set1_epi8((char) c)));
}

/* Every byte with `bits` set. */
static inline TextBlock block_with(TextBlock b, unsigned char bits) {
        return _mm_or_si128(b, _mm_set1_epi8((char) bits));
}

/* Bytes from `low` to `high`, which is below 0xFF. */
static inline unsigned block_in(TextBlock b, unsigned char low, unsigned char high) {
        __m128i from_low = _mm_sub_epi8(b, _mm_set1_epi8((char) low));
        __m128i most = _mm_set1_epi8((char) (high - low));
        return (unsigned) _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(from_low, most), from_low));
}
#else
typedef struct TextBlock {
        unsigned char at[TEXT_BLOCK];
} TextBlock;

static inline TextBlock block_read(const char at[static TEXT_BLOCK]) {
        TextBlock b;
        memcpy(b.at, at, TEXT_BLOCK);
        return b;
}

static inline TextBlock block_rest(const char *at, size_t n) {
        TextBlock b = { { 0 } };
        if (n > 0)
                memcpy(b.at, at, n);
        return b;
}

static inline unsigned block_in(TextBlock b, unsigned char low, unsigned char high) {
        unsigned bits = 0;
        for (unsigned i = 0; i < TEXT_BLOCK; i++)
                bits |= (unsigned) (b.at[i] >= low && b.at[i] <= high) << i;
        return bits;
}

static inline unsigned block_is(TextBlock b, unsigned char c) {
        return block_in(b, c, c);
}

static inline TextBlock block_with(TextBlock b, unsigned char bits) {
        for (unsigned i = 0; i < TEXT_BLOCK; i++)
                b.at[i] |= bits;
        return b;
}
#endif

/* Bytes that do not stand for themselves inside a JSON text: control characters, quotes, backslashes. */
static inline unsigned block_json_odd(TextBlock b) {
        return block_in(b, 0, 0x1F) | block_is(b, '"') | block_is(b, '\\');
}

/* A number of a short text's length, its first and its last eight bytes (of a shorter one, what it has): where to look
 * in a table whose entries are compared all the same. */
static inline uint64_t text_ends(Str s) {
        uint64_t first = 0, last = 0;
        if (s.len >= 8) {
                memcpy(&first, s.at, 8);
                memcpy(&last, s.at + s.len - 8, 8);
        } else {
                for (size_t i = 0; i < s.len; i++)
                        first = first << 8 | (unsigned char) s.at[i];
        }
        return (first + s.len) * 0x9e3779b97f4a7c15u ^ last;
}

/* text_json_plain, without a call but for what is left at the end of all bytes: the splitter's, which mostly has the
 * rest of a record before it. */
static inline size_t block_json_plain(Str s) {
        size_t n = 0;
        for (; s.len - n >= TEXT_BLOCK; n += TEXT_BLOCK) {
                unsigned odd = block_json_odd(block_read(s.at + n));
                if (odd)
                        return n + (size_t) __builtin_ctz(odd);
        }
        return n + text_json_plain((Str) { s.at + n, s.len - n });
}
