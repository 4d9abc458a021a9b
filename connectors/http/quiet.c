/* SPDX-License-Identifier: MIT */
#include "connectors/http/quiet.h"

#include <errno.h>

#define DAY_MINUTES (24 * 60)

/* 22:00, also 24:00 at the end of a window. */
static int time_parse(Str s, short *ret) {
        Str hour, rest = s;
        int h, m;
        if (!str_split(&rest, ':', &hour) || hour.len == 0 || hour.len > 2 || rest.len != 2 ||
            text_to_int(hour, 0, 24, &h) < 0 || text_to_int(rest, 0, 59, &m) < 0 || h * 60 + m > DAY_MINUTES)
                return -EINVAL;
        *ret = (short) (h * 60 + m);
        return 0;
}

static bool covers(const QuietHours *q, int minute) {
        for (int i = 0; i < q->n; i++)
                if (q->from[i] < q->to[i] ? minute >= q->from[i] && minute < q->to[i]
                                          : minute >= q->from[i] || minute < q->to[i])
                        return true;
        return false;
}

int quiet_parse(Str s, QuietHours *ret, Str *ret_wrong) {
        QuietHours q = { 0 };
        Str part;
        int open = 0;
        *ret_wrong = s;
        while (str_split(&s, ',', &part)) {
                Str from, to = *ret_wrong = str_trim(part);
                if (q.n == QUIET_MAX || !str_split(&to, '-', &from) ||
                    time_parse(str_trim(from), &q.from[q.n]) < 0 || time_parse(str_trim(to), &q.to[q.n]) < 0 ||
                    q.from[q.n] == q.to[q.n] || q.from[q.n] == DAY_MINUTES)
                        return -EINVAL;
                q.n++;
        }
        if (q.n == 0)
                return -EINVAL;
        for (int minute = 0; minute < DAY_MINUTES; minute++)
                open += !covers(&q, minute);
        if (open < 60)
                return -ERANGE;
        *ret = q;
        return 0;
}

Instant quiet_until(const QuietHours *q, Instant now) {
        if (q->n == 0)
                return INSTANT_NONE;
        Instant midnight = when_at(when_date(now), 0, 0);
        int minute = (int) ((now - midnight) / US_MINUTE), ahead = 0;
        if (!covers(q, minute))
                return INSTANT_NONE;
        while (covers(q, (minute + ahead) % DAY_MINUTES))
                ahead++;
        return midnight + (minute + ahead) * US_MINUTE;
}
