/* SPDX-License-Identifier: MIT */
#include "state/store-parts.h"

int bits_add(Bits *b, int64_t id, bool *ret_was, Err *e) {
        size_t at = (size_t) id / 64;

        if (at >= b->n_words) {
                size_t n = at + 1 + at / 2;
                uint64_t *grown = realloc(b->word, n * sizeof *grown);

                if (!grown)
                        return err_oom(e);
                memset(grown + b->n_words, 0, (n - b->n_words) * sizeof *grown);
                b->word = grown;
                b->n_words = n;
        }
        *ret_was = b->word[at] >> (id % 64) & 1;
        b->word[at] |= UINT64_C(1) << (id % 64);
        return 0;
}

int64_t bits_count(const Bits *b) {
        int64_t n = 0;

        for (size_t i = 0; i < b->n_words; i++)
                n += __builtin_popcountll(b->word[i]);
        return n;
}

int64_t bits_next(const Bits *b, int64_t from) {
        uint64_t mask = ~UINT64_C(0) << (from % 64);

        for (size_t i = (size_t) from / 64; i < b->n_words; i++, mask = ~UINT64_C(0))
                if (b->word[i] & mask)
                        return (int64_t) i * 64 + __builtin_ctzll(b->word[i] & mask);
        return -1;
}

void bits_free(Bits *b) {
        free(b->word);
        *b = (Bits) { 0 };
}
