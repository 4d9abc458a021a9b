/* SPDX-License-Identifier: MIT */
#include "state/model/value.h"

#include <errno.h>

#define DECIMAL_MAX 200 /* bytes as written; the longest honest figure has a fifth of that */

bool value_opinion(const Value *v) {
        return v->state == VALUE_NULL || v->state == VALUE_EMPTY || v->state == VALUE_SET;
}

bool value_eq(const Value *a, const Value *b) {
        return a->state == b->state && (a->state != VALUE_SET || str_eq(a->text, b->text));
}

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

/* Copies the digits before the mark, checking that thousands stand in groups of three. */
static int take_whole(Str *s, char thousands, char *digits, size_t *ret_n) {
        size_t n = 0, group = 0, i = 0;
        bool grouped = false;
        for (; i < s->len; i++) {
                if (is_digit(s->at[i])) {
                        digits[n++] = s->at[i];
                        group++;
                } else if (thousands != 0 && s->at[i] == thousands) {
                        if (group == 0 || group > 3 || (grouped && group != 3))
                                return -EINVAL;
                        grouped = true;
                        group = 0;
                } else
                        break;
        }
        if (n == 0 || (grouped && group != 3))
                return -EINVAL;
        s->at += i;
        s->len -= i;
        *ret_n = n;
        return 0;
}

int decimal_read(Arena *a, Str written, char mark, char thousands, Str *ret_canonical) {
        if (written.len == 0 || written.len > DECIMAL_MAX || mark == thousands)
                return -EINVAL;

        Str rest = written;
        bool negative = rest.at[0] == '-';
        if (negative || rest.at[0] == '+') {
                rest.at++;
                rest.len--;
        }

        char digits[DECIMAL_MAX];
        size_t n, skip = 0, fraction = 0;
        int r = take_whole(&rest, thousands, digits, &n);
        if (r < 0)
                return r;
        while (skip + 1 < n && digits[skip] == '0')
                skip++;

        if (rest.len > 0) {
                if (rest.at[0] != mark || rest.len == 1)
                        return -EINVAL;
                for (size_t i = 1; i < rest.len; i++) {
                        if (!is_digit(rest.at[i]))
                                return -EINVAL;
                        if (rest.at[i] != '0')
                                fraction = i;
                }
        }
        if (n - skip == 1 && digits[skip] == '0' && fraction == 0)
                negative = false; /* there is one zero */

        char *out = arena_get(a, DECIMAL_MAX + 2);
        if (!out)
                return -ENOMEM;
        size_t len = 0;
        if (negative)
                out[len++] = '-';
        memcpy(out + len, digits + skip, n - skip);
        len += n - skip;
        if (fraction > 0) {
                out[len++] = '.';
                memcpy(out + len, rest.at + 1, fraction);
                len += fraction;
        }
        out[len] = '\0';

        Str made = { out, len };
        *ret_canonical = str_eq(made, written) ? written : made;
        return 0;
}

/* Sign, whole digits and fraction digits of a canonical decimal. */
static bool decimal_parts(Str s, Str *ret_whole, Str *ret_fraction) {
        bool negative = s.len > 0 && s.at[0] == '-';
        if (negative) {
                s.at++;
                s.len--;
        }
        const char *point = s.len ? memchr(s.at, '.', s.len) : NULL;
        size_t whole = point ? (size_t) (point - s.at) : s.len;
        *ret_whole = (Str) { s.at, whole };
        *ret_fraction = point ? (Str) { point + 1, s.len - whole - 1 } : STR_NULL;
        return negative;
}

int decimal_hundredfold(Arena *a, Str canonical, Str *ret) {
        Str whole, fraction;
        bool negative = decimal_parts(canonical, &whole, &fraction);
        char *digits = arena_get(a, whole.len + fraction.len + 6);
        if (!digits)
                return -ENOMEM;
        size_t n = 0, skip = 0;
        memcpy(digits, whole.at, whole.len);
        n = whole.len;
        for (size_t i = 0; i < 2; i++)
                digits[n++] = i < fraction.len ? fraction.at[i] : '0';
        while (skip + 1 < n && digits[skip] == '0')
                skip++;
        if (fraction.len > 2) {
                digits[n++] = '.';
                memcpy(digits + n, fraction.at + 2, fraction.len - 2);
                n += fraction.len - 2;
        }
        char *begin = digits + skip;
        n -= skip;
        if (negative) {
                memmove(begin + 1, begin, n);
                *begin = '-';
                n++;
        }
        if (n > DECIMAL_MAX)
                return -EINVAL;
        *ret = (Str) { begin, n };
        return 0;
}

int decimal_cmp(Str a, Str b) {
        Str whole_a, whole_b, fraction_a, fraction_b;
        bool negative_a = decimal_parts(a, &whole_a, &fraction_a), negative_b = decimal_parts(b, &whole_b, &fraction_b);
        if (negative_a != negative_b)
                return negative_a ? -1 : 1;

        int order;
        if (whole_a.len != whole_b.len)
                order = whole_a.len < whole_b.len ? -1 : 1;
        else {
                order = str_cmp(whole_a, whole_b);
                if (order == 0)
                        order = str_cmp(fraction_a, fraction_b); /* no trailing zeros, so a prefix is the smaller */
        }
        order = (order > 0) - (order < 0);
        return negative_a ? -order : order;
}
