/* SPDX-License-Identifier: MIT */
/* Numbers of a workbook as its cells show them. No floating point: what is stored as 60.499999999999993 is shown as
 * 60.5, and a code stored as 12.0 as 12. */
#include <errno.h>
#include <stdio.h>

#include "connectors/decode/xlsx.h"
#include "state/model/when.h"

#define SHOWN_DIGITS 15   /* as the program shows them */
#define PLAIN_DIGITS 18   /* what is longer is a text: no integer of ours holds it */
#define EPOCH_1900 (-25569) /* 1899-12-30: days count from there, but for the first two months (the day 60 never was) */
#define EPOCH_1904 (-24107)
#define LAST_DAY 2958465    /* 9999-12-31 */

typedef struct Decimal {
        bool negative;
        char digit[SHOWN_DIGITS + 1];
        int n;     /* digits; 0: zero */
        int point; /* digits before the mark; may lie outside of them */
} Decimal;

/* Rounds at the digit that does not fit any more. */
static void round_up(Decimal *d) {
        int i = d->n - 1;
        while (i >= 0 && d->digit[i] == '9')
                i--;
        if (i < 0) {
                d->digit[0] = '1';
                d->n = 1;
                d->point++;
                return;
        }
        d->digit[i]++;
        d->n = i + 1;
}

static int exponent_read(Str s, int *ret) {
        bool negative = s.len > 0 && s.at[0] == '-';
        if (s.len > 0 && (s.at[0] == '-' || s.at[0] == '+'))
                s = (Str) { s.at + 1, s.len - 1 };
        int r = text_to_int(s, 0, 400, ret);
        if (negative)
                *ret = -*ret;
        return r;
}

static int decimal_scan(Str s, Decimal *d) {
        size_t i = 0;
        int exponent = 0, digits = 0, next = -1;
        bool mark = false;
        *d = (Decimal) { 0 };
        if (s.len > 0 && (s.at[0] == '-' || s.at[0] == '+'))
                d->negative = s.at[i++] == '-';
        for (; i < s.len && s.at[i] != 'e' && s.at[i] != 'E'; i++) {
                char c = s.at[i];
                if (c == '.' && !mark) {
                        mark = true;
                        continue;
                }
                if (c < '0' || c > '9')
                        return -EINVAL;
                digits++;
                if (d->n > 0 || c != '0') {
                        if (d->n < SHOWN_DIGITS)
                                d->digit[d->n++] = c;
                        else if (next < 0)
                                next = c - '0';
                        d->point += !mark;
                } else {
                        d->point -= mark;
                }
        }
        if (digits == 0 || digits > 400 ||
            (i < s.len && exponent_read((Str) { s.at + i + 1, s.len - i - 1 }, &exponent) < 0))
                return -EINVAL;
        d->point += exponent;
        if (next >= 5)
                round_up(d);
        while (d->n > 0 && d->digit[d->n - 1] == '0')
                d->n--;
        if (d->n == 0)
                d->point = d->negative = 0;
        return 0;
}

static void decimal_write(const Decimal *d, Text *t) {
        if (d->negative)
                text_addc(t, '-');
        if (d->point <= 0)
                text_addc(t, '0');
        for (int i = 0; i < d->point; i++)
                text_addc(t, i < d->n ? d->digit[i] : '0');
        if (d->n > d->point)
                text_addc(t, '.');
        for (int i = d->point; i < d->n; i++)
                text_addc(t, i < 0 ? '0' : d->digit[i]);
}

static int64_t whole_part(const Decimal *d) {
        int64_t n = 0;
        for (int i = 0; i < d->point; i++)
                n = n * 10 + (i < d->n ? d->digit[i] - '0' : 0);
        return n;
}

/* Seconds of a part of a day, rounded. */
static int64_t day_seconds(const Decimal *d) {
        int64_t part = 0, scale = 1;
        for (int i = d->point; i < d->n && scale < 1000000000000; i++) {
                part = part * 10 + (i < 0 ? 0 : d->digit[i] - '0');
                scale *= 10;
        }
        return (part * 86400 + scale / 2) / scale;
}

static int date_write(const Decimal *d, StyleKind kind, bool epoch_1904, Text *t) {
        char date[DATE_TEXT];
        if (d->negative || d->point > 7)
                return -EINVAL;
        int64_t day = whole_part(d), seconds = day_seconds(d);
        day += seconds / 86400;
        seconds %= 86400;
        int h = (int) (seconds / 3600), m = (int) (seconds / 60 % 60), s = (int) (seconds % 60);
        if (kind == STYLE_TIME && day == 0)
                return text_addf(t, "%02d:%02d:%02d", h, m, s);
        if (day > LAST_DAY || (!epoch_1904 && (day < 1 || day == 60)))
                return -EINVAL;
        Date at = (Date) (epoch_1904 ? EPOCH_1904 + day : EPOCH_1900 + day + (day < 60));
        text_add(t, str_of(date_iso(at, date)));
        return seconds > 0 ? text_addf(t, "T%02d:%02d:%02d+07:00", h, m, s) : t->failed;
}

static bool is_date(StyleKind kind) {
        return kind == STYLE_DATE || kind == STYLE_TIME || kind == STYLE_DATE_TIME;
}

/* An integer of more digits than the program keeps was written by another one: a code, of which every digit counts. */
static bool long_integer(Str s) {
        for (size_t i = 0; i < s.len; i++)
                if (s.at[i] < '0' || s.at[i] > '9')
                        return false;
        return s.len > SHOWN_DIGITS;
}

int xlsx_number(Str written, const Style *style, bool epoch_1904, CellKind *ret_kind, Text *t) {
        Decimal d;
        if (decimal_scan(str_trim(written), &d) < 0)
                return -EINVAL;
        *ret_kind = CELL_TEXT;
        if (is_date(style->kind))
                return date_write(&d, style->kind, epoch_1904, t);
        if (style->kind != STYLE_PERCENT && long_integer(str_trim(written)))
                return text_add(t, str_trim(written));
        if (style->kind == STYLE_PERCENT && d.n > 0)
                d.point += 2;
        if (style->kind == STYLE_PATTERN && !d.negative && d.n <= d.point && d.point <= PLAIN_DIGITS) {
                text_add(t, str_of(style->prefix));
                for (int i = d.point; i < style->zeros; i++)
                        text_addc(t, '0');
                for (int i = 0; i < d.point; i++)
                        text_addc(t, i < d.n ? d.digit[i] : '0');
                return text_add(t, str_of(style->suffix));
        }
        if (d.point > PLAIN_DIGITS || d.point < -PLAIN_DIGITS)
                return text_add(t, str_trim(written));
        *ret_kind = CELL_JSON;
        decimal_write(&d, t);
        return t->failed;
}
