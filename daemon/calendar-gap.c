/* SPDX-License-Identifier: MIT */
#include "daemon/calendar-gap.h"

#include <stdio.h>

#define FILL_MONTH 10
#define NEAR_DAYS 30 /* longer than any stage looks ahead, and time to ask for the notice */

bool calendar_gap(const Calendar *c, Date today, CalendarGap *ret) {
        CalendarGap gap = { .first = DATE_NONE };
        int month, day;

        date_to_ymd(today, &gap.year, &month, &day);
        gap.empty = !calendar_filled(c, gap.year);
        if (!gap.empty && month >= FILL_MONTH && !calendar_filled(c, gap.year + 1)) {
                gap.empty = true;
                gap.year++;
        }
        for (size_t i = 0; !gap.empty && i < c->n_days; i++) {
                const CalendarDay *d = &c->days[i];

                if (d->confirmed || d->date < today || d->date > today + NEAR_DAYS)
                        continue;
                if (gap.days++ == 0)
                        gap.first = d->date;
        }
        if (!gap.empty && gap.days == 0)
                return false;
        *ret = gap;
        return true;
}

void calendar_gap_text(const CalendarGap *gap, char *text, size_t size) {
        char first[DATE_TEXT];

        if (gap->empty)
                snprintf(text, size, "calendar-vn.yaml does not list the days off of %d", gap->year);
        else
                snprintf(text, size, "calendar-vn.yaml: not confirmed within the next %d days: %d, first %s", NEAR_DAYS,
                         gap->days, date_iso(gap->first, first));
}

void calendar_gap_detail(const CalendarGap *gap, char *detail, size_t size) {
        char first[DATE_TEXT];

        if (gap->empty)
                snprintf(detail, size, "calendar-vn.yaml chưa có ngày nghỉ của năm %d; hạn và mốc nhắc sẽ tính sai.",
                         gap->year);
        else
                snprintf(detail, size,
                         "Trong %d ngày tới có %d ngày chưa được xác nhận (confirmed: no), đầu tiên là %s; mốc nhắc "
                         "tính qua các ngày ấy có thể sai.",
                         NEAR_DAYS, gap->days, date_vn(gap->first, first));
}
