/* SPDX-License-Identifier: MIT */
#include <errno.h>

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

int members_add(Members *m, int64_t id, Err *e) {
        if (id <= 0 || id > UINT32_MAX)
                return err_set(e, -ERANGE, RETRY_NEVER, "store: record id %lld", (long long) id);
        if (m->n == m->room) {
                size_t room = m->room ? m->room * 2 : 64;
                uint32_t *grown = realloc(m->at, room * sizeof *grown);

                if (!grown)
                        return err_oom(e);
                m->at = grown;
                m->room = room;
        }
        m->at[m->n++] = (uint32_t) id;
        return 0;
}

static int id_cmp(const void *a, const void *b) {
        uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

        return x < y ? -1 : x > y;
}

int members_encode(Members *m, Text *t) {
        uint32_t last = 0;

        if (m->n > 1)
                qsort(m->at, m->n, sizeof *m->at, id_cmp);
        for (size_t i = 0; i < m->n; i++) {
                uint32_t step = m->at[i] - last;

                last = m->at[i];
                for (; step >= 0x80; step >>= 7)
                        (void) text_addc(t, (char) (step | 0x80));
                (void) text_addc(t, (char) step);
        }
        return t->failed;
}

int members_decode(Str blob, int (*member)(void *u, int64_t id, Err *e), void *userdata, Err *e) {
        uint64_t id = 0, step = 0;
        int shift = 0, r;

        for (size_t i = 0; i < blob.len; i++) {
                unsigned char c = (unsigned char) blob.at[i];

                step |= (uint64_t) (c & 0x7f) << shift;
                shift += 7;
                if (c & 0x80) {
                        if (shift > 28)
                                break;
                        continue;
                }
                id += step;
                if (step == 0 || id > UINT32_MAX)
                        return store_damaged(e, "page", STR_NULL, "members out of order");
                r = member(userdata, (int64_t) id, e);
                if (r != 0)
                        return r;
                step = 0;
                shift = 0;
        }
        return shift == 0 ? 0 : store_damaged(e, "page", STR_NULL, "members cut short");
}

static int member_into(void *u, int64_t id, Err *e) {
        bool was;

        return bits_add(u, id, &was, e);
}

int members_into(Str blob, Bits *b, Err *e) {
        return members_decode(blob, member_into, b, e);
}
