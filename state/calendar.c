/* SPDX-License-Identifier: MIT */
#include "state/calendar.h"

const CalendarDay *calendar_day(const Calendar *c, Date d) {
        size_t low = 0, high = c->n_days;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (c->days[middle].date == d)
                        return &c->days[middle];
                if (c->days[middle].date < d)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

bool calendar_working(const Calendar *c, Date d) {
        const CalendarDay *exception = calendar_day(c, d);

        return exception ? exception->working : date_weekday(d) <= FRIDAY;
}

/* Exceptions are a finite list, so each of these walks meets an ordinary Monday in the end. */
static Date calendar_step(const Calendar *c, Date d, int direction) {
        do
                d += direction;
        while (!calendar_working(c, d));
        return d;
}

Date calendar_add(const Calendar *c, Date d, int n) {
        for (; n > 0; n--)
                d = calendar_step(c, d, 1);
        for (; n < 0; n++)
                d = calendar_step(c, d, -1);
        return d;
}

Date calendar_last(const Calendar *c, Date d) {
        return calendar_working(c, d) ? d : calendar_step(c, d, -1);
}

Date calendar_first(const Calendar *c, Date d) {
        return calendar_working(c, d) ? d : calendar_step(c, d, 1);
}

int calendar_between(const Calendar *c, Date from, Date to) {
        int n = 0;

        if (to < from)
                return -calendar_between(c, to, from);
        for (Date d = from + 1; d <= to; d++)
                n += calendar_working(c, d);
        return n;
}

bool calendar_filled(const Calendar *c, int year) {
        return year >= c->first_year && year <= c->last_year;
}
