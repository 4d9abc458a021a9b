/* SPDX-License-Identifier: MIT */
/* Dates as people write them in Vietnamese: "18/6/2026", "ngày 20 tháng 6 năm 2026", "15:30 ngày 18/6/2026",
 * "Đắk Lắk, ngày 05-01-2026 8h30". */
#include <errno.h>

#include "connectors/record/dates.h"

static bool skip(Str *s, char c) {
        if (s->len == 0 || s->at[0] != c)
                return false;
        *s = (Str) { s->at + 1, s->len - 1 };
        return true;
}

static void blanks(Str *s) {
        while (skip(s, ' ') || skip(s, ','))
                ;
}

/* 20/6/2026, with one kind of mark; 20 tháng 6 năm 2026. */
static bool date(Str *s, MomentParts *p) {
        Str at = *s;
        blanks(&at);
        if (moment_word(&at, "ngày"))
                blanks(&at);
        if (!moment_digits(&at, 1, 2, &p->day))
                return false;
        char mark = at.len && strchr("/-.", at.at[0]) ? at.at[0] : '\0';
        if (mark) {
                if (!skip(&at, mark) || !moment_digits(&at, 1, 2, &p->month) || !skip(&at, mark))
                        return false;
        } else {
                blanks(&at);
                if (!moment_word(&at, "tháng"))
                        return false;
                blanks(&at);
                if (!moment_digits(&at, 1, 2, &p->month))
                        return false;
                blanks(&at);
                moment_word(&at, "năm");
                blanks(&at);
        }
        if (!moment_digits(&at, 4, 4, &p->year) || (at.len && at.at[0] >= '0' && at.at[0] <= '9'))
                return false;
        *s = at;
        return true;
}

/* 15:30, 15:30:00, 8h30, 8h, 8 giờ 30 phút. */
static bool time_of_day(Str *s, MomentParts *p) {
        Str at = *s;
        blanks(&at);
        if (moment_word(&at, "lúc") || moment_word(&at, "vào"))
                blanks(&at);
        if (!moment_digits(&at, 1, 2, &p->hour))
                return false;
        if (skip(&at, ':')) {
                if (!moment_digits(&at, 2, 2, &p->minute) || (skip(&at, ':') && !moment_digits(&at, 2, 2, &p->second)))
                        return false;
        } else {
                blanks(&at);
                if (!moment_word(&at, "giờ") && !moment_word(&at, "h"))
                        return false;
                blanks(&at);
                Str minutes = at;
                if (moment_digits(&minutes, 1, 2, &p->minute) &&
                    (minutes.len == 0 || !strchr("0123456789/-.", minutes.at[0]))) {
                        at = minutes;
                        blanks(&at);
                        moment_word(&at, "phút");
                } else {
                        p->minute = 0; /* these are the date's */
                }
        }
        p->timed = true;
        *s = at;
        return true;
}

/* "Đắk Lắk, ngày ...": what stands before the first word "ngày", when a comma ends it. */
static Str without_place(Str s) {
        for (size_t i = 1; i + 1 < s.len; i++) {
                Str rest = { s.at + i + 1, s.len - i - 1 };
                if (s.at[i] != ',')
                        continue;
                blanks(&rest);
                if (rest.len && (unsigned char) s.at[0] > '9' && moment_word(&(Str) { rest.at, rest.len }, "ngày"))
                        return rest;
                break;
        }
        return s;
}

int moment_vn(Str written, MomentParts *ret) {
        MomentParts p = { 0 };
        Str s = without_place(written);
        if (date(&s, &p)) {
                if (s.len > 0 && !(time_of_day(&s, &p) && s.len == 0))
                        return -EINVAL;
        } else {
                s = written;
                p = (MomentParts) { 0 };
                if (!time_of_day(&s, &p) || !date(&s, &p) || s.len > 0)
                        return -EINVAL;
        }
        *ret = p;
        return 0;
}
