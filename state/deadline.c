/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "state/deadline.h"

#define FIRST_STAGE_DAYS 5  /* T-5 */
#define LAST_STAGE_DAYS 20  /* +4w, counted from +1 */
#define NEXT_MONTHS 24

/* The day N of a month; the month's last day where it is shorter. */
static Date rule_in_month(const DeadlineRule *rule, int year, int month) {
        int days = date_month_days(year, month), day = rule->day_of_month < days ? rule->day_of_month : days;
        Date d;

        return date_from_ymd(year, month, day, &d) ? d : DATE_NONE;
}

static bool rule_holds(const DeadlineRule *rule, Date before) {
        return before != DATE_NONE && (rule->first == DATE_NONE || before >= rule->first) &&
               (rule->last == DATE_NONE || before <= rule->last);
}

Date deadline_shift(const DeadlineRule *rule, Date before, int months) {
        int year, month, day;
        Date moved;

        if (rule->day_of_month == 0)
                return DATE_NONE;
        date_to_ymd(before, &year, &month, &day);
        month += months - 1;
        year += month / 12;
        month %= 12;
        if (month < 0) {
                month += 12;
                year--;
        }
        moved = rule_in_month(rule, year, month + 1);
        return rule_holds(rule, moved) ? moved : DATE_NONE;
}

/* The days the units are held to. */
static void rule_days(const DeadlineRule *rule, const Calendar *c, Date before, Date *ret_strict, Date *ret_safe) {
        Date safe = calendar_last(c, before - 1);

        if (rule->units_finish > 0)
                safe = calendar_add(c, safe, -rule->units_finish);
        *ret_safe = safe;
        *ret_strict = rule->units_finish > 0 ? safe : before - 1;
}

static Date date_month_before(Date d) {
        int year, month, day, days;
        Date before;

        date_to_ymd(d, &year, &month, &day);
        if (--month == 0) {
                month = 12;
                year--;
        }
        days = date_month_days(year, month);
        return date_from_ymd(year, month, day < days ? day : days, &before) ? before : d - 31;
}

static Instant rule_window(const DeadlineRule *rule, const Calendar *c, Date before) {
        Date previous = deadline_shift(rule, before, -1), strict, safe;

        if (previous == DATE_NONE)
                return when_at(rule->window_from != DATE_NONE ? rule->window_from : date_month_before(before), 0, 0);
        rule_days(rule, c, previous, &strict, &safe);
        return when_at(strict, 24, 0);
}

void deadline_occurrence(const DeadlineRule *rule, const Calendar *c, Date before, Occurrence *ret) {
        Date next = deadline_shift(rule, before, 1), strict, safe;
        char iso[DATE_TEXT];
        Occurrence o = {.rule = rule, .before = before, .next_first = DATE_NONE};

        rule_days(rule, c, before, &o.strict, &o.safe);
        o.strict_end = when_at(o.strict, 24, 0);
        o.window_from = rule_window(rule, c, before);
        if (next != DATE_NONE) {
                rule_days(rule, c, next, &strict, &safe);
                o.next_first = calendar_add(c, safe, -FIRST_STAGE_DAYS);
        }
        (void) snprintf(o.id, sizeof(o.id), "%.*s@%s", (int) (sizeof(o.id) - DATE_TEXT), rule->id,
                        date_iso(before, iso));
        *ret = o;
}

static bool occurrence_open(const Occurrence *o, const Calendar *c, Date day) {
        Date first_after = calendar_add(c, o->strict, 1);

        return day >= calendar_add(c, o->safe, -FIRST_STAGE_DAYS) &&
                day <= calendar_add(c, first_after, LAST_STAGE_DAYS) &&
               (o->next_first == DATE_NONE || day < o->next_first);
}

/* An occurrence closes when the next one opens, so a rule has one open occurrence at most. The first month after which
 * nothing can be open yet lies beyond T-5 and the working days by which units finish earlier. */
static bool rule_open(const DeadlineRule *rule, const Calendar *c, Date day, Occurrence *ret) {
        int year, month, dummy, ahead = 3 + rule->units_finish / 20;

        if (rule->day_of_month == 0) {
                deadline_occurrence(rule, c, rule->once, ret);
                return rule_holds(rule, rule->once) && occurrence_open(ret, c, day);
        }
        date_to_ymd(day, &year, &month, &dummy);
        for (int m = -3; m <= ahead; m++) {
                int index = year * 12 + month - 1 + m;
                Date before = rule_in_month(rule, index / 12, index % 12 + 1);

                if (!rule_holds(rule, before))
                        continue;
                deadline_occurrence(rule, c, before, ret);
                if (occurrence_open(ret, c, day))
                        return true;
        }
        return false;
}

static int occurrence_cmp(const void *a, const void *b) {
        const Occurrence *x = a, *y = b;

        if (x->strict != y->strict)
                return x->strict < y->strict ? -1 : 1;
        return strcmp(x->id, y->id);
}

int deadline_open(const DeadlineRule *rules, size_t n, const Calendar *c, Date day, Occurrence **ret, size_t *ret_n,
                  Err *e) {
        _cleanup_free_ Occurrence *open = calloc(n ? n : 1, sizeof(*open));
        size_t n_open = 0;

        if (!open)
                return err_oom(e);
        for (size_t i = 0; i < n; i++)
                n_open += rule_open(&rules[i], c, day, &open[n_open]);
        qsort(open, n_open, sizeof(*open), occurrence_cmp);
        *ret = TAKE_PTR(open);
        *ret_n = n_open;
        return 0;
}

static bool rule_next(const DeadlineRule *rule, const Calendar *c, Date day, Occurrence *ret) {
        int year, month, dummy;

        if (rule->day_of_month == 0) {
                deadline_occurrence(rule, c, rule->once, ret);
                return rule_holds(rule, rule->once) && ret->strict >= day && ret->strict <= day + NEXT_MONTHS * 31;
        }
        date_to_ymd(day, &year, &month, &dummy);
        for (int m = 0; m <= NEXT_MONTHS; m++) {
                int index = year * 12 + month - 1 + m;
                Date before = rule_in_month(rule, index / 12, index % 12 + 1);

                if (!rule_holds(rule, before))
                        continue;
                deadline_occurrence(rule, c, before, ret);
                if (ret->strict >= day)
                        return true;
        }
        return false;
}

bool deadline_next(const DeadlineRule *rules, size_t n, const Calendar *c, Date day, Occurrence *ret) {
        Occurrence best, one;
        bool found = false;

        for (size_t i = 0; i < n; i++) {
                if (!rule_next(&rules[i], c, day, &one) || (found && occurrence_cmp(&one, &best) >= 0))
                        continue;
                best = one;
                found = true;
        }
        if (found)
                *ret = best;
        return found;
}
