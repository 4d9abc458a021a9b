/* SPDX-License-Identifier: MIT */
/* calendar-vn.yaml: days off and worked Saturdays, as data. */
#include <stdio.h>

#include "config/build.h"
#include "config/typed.h"

#define YEAR_DAYS 11     /* Labour Code 2019, art. 112 (1) */
#define AHEAD_DAYS 60    /* unconfirmed days of this year are worth a warning so long before */
#define WARNING_MONTH 10 /* the coming year is to be filled from October on */

typedef struct Listed {
        CalendarDay day;
        Origin at;
        const char *path; /* section */
} Listed;

static int listed_order(const void *a, const void *b) {
        const Listed *x = a, *y = b;
        if (x->day.date != y->day.date)
                return x->day.date < y->day.date ? -1 : 1;
        return x->at.line < y->at.line ? -1 : x->at.line > y->at.line;
}

static size_t list_section(const Tree *section, bool working, Listed *at) {
        size_t n = 0;
        for (const Tree *t = section ? section->child : NULL; t; t = t->next) {
                Date date;
                if (typed_date(str_of(t->key), &date) != KEY_FINE)
                        continue;
                KeyValue name = schema_value(CONFIG_CALENDAR, t, "days-off.*.name");
                KeyValue source = schema_value(CONFIG_CALENDAR, t, "days-off.*.source");
                KeyValue confirmed = schema_value(CONFIG_CALENDAR, t, "days-off.*.confirmed");
                at[n++] = (Listed) {
                        .day = { date, working, confirmed.number == 1, name.whole ? name.whole : "",
                                 source.whole ? source.whole : "" },
                        .at = t->key_origin,
                        .path = section->key,
                };
        }
        return n;
}

static void check_days(Build *b, const Listed *days, size_t n) {
        for (size_t i = 0; i < n; i++) {
                char date[DATE_TEXT], line[16];
                date_vn(days[i].day.date, date);
                NoticePath path = notice_path(days[i].path, date, NULL);
                Weekday weekday = date_weekday(days[i].day.date);
                if (i > 0 && days[i - 1].day.date == days[i].day.date) {
                        (void) snprintf(line, sizeof line, "%d", days[i - 1].at.line);
                        notice_put(b->notices, &(Notice) { .id = NOTICE_DAY_TWICE,
                                                           .at = days[i].at,
                                                           .subject = path.text,
                                                           .seen = date,
                                                           .en = line });
                }
                if (days[i].day.working && weekday < SATURDAY)
                        notice_put(b->notices, &(Notice) { .id = NOTICE_WORKED_WEEKDAY,
                                                           .at = days[i].at,
                                                           .subject = path.text,
                                                           .seen = date,
                                                           .en = weekday_en(weekday),
                                                           .vi = weekday_vn(weekday) });
        }
}

typedef struct Year {
        int off, unconfirmed, soon; /* days off; days not confirmed; of these the ones close ahead */
} Year;

static Year year_count(const Listed *days, size_t n, int year, Date today) {
        Year c = { 0 };
        for (size_t i = 0; i < n; i++) {
                int y, m, d;
                date_to_ymd(days[i].day.date, &y, &m, &d);
                if (y != year)
                        continue;
                c.off += !days[i].day.working;
                c.unconfirmed += !days[i].day.confirmed;
                c.soon += !days[i].day.confirmed && days[i].day.date >= today && days[i].day.date <= today + AHEAD_DAYS;
        }
        return c;
}

static void put_year(Build *b, const Tree *at, NoticeId id, int year, int count) {
        char seen[16], want[16];
        (void) snprintf(seen, sizeof seen, "%d", year);
        (void) snprintf(want, sizeof want, "%d", count);
        notice_put(b->notices, &(Notice) { .id = id,
                                           .at = at->key ? at->key_origin : at->origin,
                                           .subject = "days-off",
                                           .seen = seen,
                                           .en = want });
}

static void check_years(Build *b, const Tree *at, const Listed *days, size_t n) {
        int year, month, day;
        date_to_ymd(b->today, &year, &month, &day);
        Year now = year_count(days, n, year, b->today), coming = year_count(days, n, year + 1, b->today);
        if (now.off < YEAR_DAYS)
                put_year(b, at, NOTICE_YEAR_NOT_FILLED, year, now.off);
        else if (now.soon > 0)
                put_year(b, at, NOTICE_YEAR_UNCONFIRMED, year, now.soon);
        if (month < WARNING_MONTH)
                return;
        if (coming.off < YEAR_DAYS)
                put_year(b, at, NOTICE_YEAR_COMING, year + 1, coming.off);
        else if (coming.unconfirmed > 0)
                put_year(b, at, NOTICE_YEAR_UNCONFIRMED, year + 1, coming.unconfirmed);
}

/* The filled years around today's, without a gap. */
static void fill_years(Build *b, const Listed *days, size_t n) {
        Calendar *c = &b->settings->calendar;
        int year, month, day;
        date_to_ymd(b->today, &year, &month, &day);
        c->first_year = year;
        c->last_year = year - 1;
        while (year_count(days, n, c->last_year + 1, b->today).off >= YEAR_DAYS)
                c->last_year++;
        while (c->last_year >= year && year_count(days, n, c->first_year - 1, b->today).off >= YEAR_DAYS)
                c->first_year--;
}

int build_calendar(Build *b, Err *e) {
        const Tree *root = build_root(b, CONFIG_CALENDAR);
        const Tree *off = tree_get(root, "days-off"), *worked = tree_get(root, "worked");
        _cleanup_free_ Listed *days = calloc(tree_count(off) + tree_count(worked) + 1, sizeof *days);
        if (!days)
                return err_oom(e);
        size_t n = list_section(off, false, days);
        n += list_section(worked, true, days + n);
        qsort(days, n, sizeof *days, listed_order);

        check_days(b, days, n);
        check_years(b, off ? off : root, days, n);
        fill_years(b, days, n);
        CalendarDay *kept = arena_get(&b->own->arena, (n + 1) * sizeof *kept);
        if (!kept)
                return err_oom(e);
        for (size_t i = 0; i < n; i++)
                kept[i] = days[i].day;
        b->settings->calendar.days = kept;
        b->settings->calendar.n_days = n;
        return 0;
}
