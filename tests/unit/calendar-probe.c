/* SPDX-License-Identifier: MIT */
/* Counts days for tests/time/test_calendar_oracle.py, which asks `remind` the same. Standard input, a line each:
 *   day DATE off|worked           an exception; all of them first, sorted
 *   working DATE                  answers "yes" or "no"
 *   occurrence DAY FIRST FINISH BEFORE      a monthly rule (DAY 0: one date; FIRST "-": open), answers
 *     STRICT SAFE WINDOW-FROM NEXT-T-5 and the days of T-5, T-3, T-1, T, +1, +1w, +2w, +3w, +4w
 * Dates are ISO, "-" is none. */
#include <stdio.h>

#include "state/plan.h"

#define DAYS 200

static Date probe_date(const char *text) {
        Date d;

        return date_parse_iso(str_of(text), &d) == 0 ? d : DATE_NONE;
}

static void print_date(Date d) {
        char iso[DATE_TEXT];

        printf("%s ", d == DATE_NONE ? "-" : date_iso(d, iso));
}

static void print_occurrence(const Calendar *c, const DeadlineRule *rule, Date before) {
        Occurrence o;

        deadline_occurrence(rule, c, before, &o);
        print_date(o.strict);
        print_date(o.safe);
        print_date(when_date(o.window_from));
        print_date(o.next_first);
        for (Stage s = STAGE_T5; s <= STAGE_WEEK4; s++)
                print_date(stage_day(&o, c, s));
        putchar('\n');
}

int main(void) {
        CalendarDay days[DAYS];
        Calendar calendar = { .days = days, .first_year = 2026, .last_year = 2027 };
        char line[256], word[32], date[32], first[32];
        int day, finish;

        while (fgets(line, sizeof line, stdin)) {
                if (sscanf(line, "day %31s %31s", date, word) == 2 && calendar.n_days < DAYS)
                        days[calendar.n_days++] = (CalendarDay) { .date = probe_date(date), .working = word[0] == 'w',
                                                                  .name = "", .source = "" };
                else if (sscanf(line, "working %31s", date) == 1)
                        puts(calendar_working(&calendar, probe_date(date)) ? "yes" : "no");
                else if (sscanf(line, "occurrence %d %31s %d %31s", &day, first, &finish, date) == 4) {
                        DeadlineRule rule = {
                                .id = "r", .day_of_month = day, .once = day ? DATE_NONE : probe_date(date),
                                .first = probe_date(first), .last = DATE_NONE, .units_finish = finish,
                                .window_from = DATE_NONE,
                        };

                        print_occurrence(&calendar, &rule, probe_date(date));
                } else
                        return 1;
        }
        return 0;
}
