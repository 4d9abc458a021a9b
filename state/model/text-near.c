/* SPDX-License-Identifier: MIT */
#include "state/model/text.h"

#include <utf8proc.h>

#define NEAR_MAX 128 /* longer names are no typing slips of each other */

/* Lower-case code points; 0 when there are more than NEAR_MAX or the text is not UTF-8. */
static size_t near_points(Str s, utf8proc_int32_t points[static NEAR_MAX]) {
        size_t n = 0;
        const utf8proc_uint8_t *at = (const utf8proc_uint8_t *) s.at;
        for (size_t i = 0; i < s.len;) {
                utf8proc_int32_t c;
                utf8proc_ssize_t step = utf8proc_iterate(at + i, (utf8proc_ssize_t) (s.len - i), &c);
                if (step <= 0 || n == NEAR_MAX)
                        return 0;
                points[n++] = utf8proc_tolower(c);
                i += (size_t) step;
        }
        return n;
}

static size_t least(size_t a, size_t b) {
        return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost one. */
static size_t near_distance(const utf8proc_int32_t *a, size_t n, const utf8proc_int32_t *b, size_t m) {
        size_t rows[3][NEAR_MAX + 1];
        size_t *before = rows[0], *last = rows[1], *now = rows[2];
        for (size_t j = 0; j <= m; j++)
                last[j] = j;

        for (size_t i = 1; i <= n; i++) {
                now[0] = i;
                for (size_t j = 1; j <= m; j++) {
                        size_t d = last[j - 1] + (a[i - 1] != b[j - 1]);
                        d = least(d, least(last[j], now[j - 1]) + 1);
                        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                                d = least(d, before[j - 2] + 1);
                        now[j] = d;
                }
                size_t *free_row = before;
                before = last;
                last = now;
                now = free_row;
        }
        return last[m];
}

const char *text_nearest(Str word, const char *const *candidates, size_t n) {
        utf8proc_int32_t a[NEAR_MAX], b[NEAR_MAX];
        size_t len = near_points(word, a);
        if (len == 0)
                return NULL;

        const char *nearest = NULL;
        size_t best = len / 3 + 1;
        for (size_t i = 0; i < n && best > 0; i++) {
                size_t m = near_points(str_of(candidates[i]), b);
                size_t apart = m > len ? m - len : len - m;
                if (m == 0 || apart >= best)
                        continue;
                size_t d = near_distance(a, len, b, m);
                if (d < best) {
                        best = d;
                        nearest = candidates[i];
                }
        }
        return nearest;
}
