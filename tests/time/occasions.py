# SPDX-License-Identifier: MIT
"""Occurrences of a deadline, their windows and stages, in the words of docs/DEADLINES.md."""
import calendar
import datetime as dt

ZONE = dt.timezone(dt.timedelta(hours=7))
REMINDERS = ("T-5", "T-3", "T-1", "T", "+1", "+1w", "+2w", "+3w", "+4w")
URGENT = ("T-1", "T", "+1", "page")
SENDING = dt.time(7, 30)
LAST_WARNING = dt.time(17)


def midnight(day):
    return dt.datetime.combine(day, dt.time(), ZONE)


def in_month(year, month, day):
    """The day of that month, or its last day; months may run over."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


class Occasion:
    def __init__(self, rule, before, days):
        self.rule, self.before, self.id = rule, before, "%s@%s" % (rule.name, before)
        self.strict, self.safe = ends(rule, before, days)
        self.strict_end = midnight(self.strict + dt.timedelta(days=1))
        self.window_from = self.window(days)
        self.after = days.first(self.strict + dt.timedelta(days=1))
        self.days = dict(zip(REMINDERS, [days.add(self.safe, -n) for n in (5, 3, 1, 0)] +
                             [days.add(self.after, n) for n in (0, 5, 10, 15, 20)]))
        following = self.neighbour(1)
        self.next_opens = days.add(ends(rule, following, days)[1], -5) if following else dt.date.max

    def neighbour(self, months):
        """The rule's `before` date so many months away, None outside of first and last."""
        if self.rule.day is None:
            return None
        day = in_month(self.before.year, self.before.month + months, self.rule.day)
        return day if self.rule.first <= day <= self.rule.last else None

    def window(self, days):
        previous = self.neighbour(-1)
        if previous:
            return midnight(ends(self.rule, previous, days)[0] + dt.timedelta(days=1))
        return midnight(self.rule.window or in_month(self.before.year, self.before.month - 1, self.before.day))

    def stage(self, day):
        """Today's stage; None before the first and when the chase is closed."""
        if day < self.days["T-5"] or self.closed(day):
            return None
        return [name for name in REMINDERS if self.days[name] <= day][-1]

    def closed(self, day):
        return day > self.days["+4w"] or day >= self.next_opens


def ends(rule, before, days):
    """(strict, safe) for the units."""
    strict = before - dt.timedelta(days=1)
    safe = days.last(strict)
    if rule.earlier:
        safe = strict = days.add(safe, -rule.earlier)
    return strict, safe


def occasions(rules, first, last, days):
    """Every occurrence whose `before` lies between the two dates, by the end of its time and its name."""
    out = []
    for rule in rules:
        if rule.once:
            out.append(Occasion(rule, rule.once, days))
            continue
        for step in range((last.year - first.year) * 12 + last.month - first.month + 1):
            before = in_month(first.year, first.month + step, rule.day)
            if rule.first <= before <= rule.last:
                out.append(Occasion(rule, before, days))
    return sorted(out, key=lambda o: (o.strict, o.id))
