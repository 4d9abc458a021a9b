# SPDX-License-Identifier: MIT
"""Working days, occurrences and stages of the product against `remind`, over random rules and dates, and against a
table written by hand."""
import collections
import datetime as dt
import pathlib
import random
import subprocess
import sys

import pytest
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "flow"))

from harness import build  # noqa: E402
from occasions import in_month  # noqa: E402
from workdays import CALENDAR, ask, day_of, script, WorkDays  # noqa: E402

STAGES = ("T-5", "T-3", "T-1", "T", "+1", "+1w", "+2w", "+3w", "+4w")
Answer = collections.namedtuple("Answer", "strict safe window following stages")
RUNS = 300
# The days that trip a program up: Tết, 30/4, 2/9, worked Saturdays, the turn of the year, the end of February.
NEAR = ["2026-02-24", "2026-02-16", "2026-05-03", "2026-04-28", "2026-09-03", "2026-08-23", "2026-08-24", "2026-01-11",
        "2026-11-25", "2027-02-12", "2027-01-02", "2026-03-01", "2027-05-04", "2027-09-04", "2026-01-20", "2026-12-31"]


def exceptions():
    tree = yaml.load(CALENDAR.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    rows = [(day_of(key), word) for section, word in (("days-off", "off"), ("worked", "worked"))
            for key in tree[section]]
    return ["day %s %s" % row for row in sorted(rows)]


def probe(lines):
    done = subprocess.run([str(build() / "tests/unit/calendar-probe")], input="\n".join(exceptions() + lines) + "\n",
                          capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()


def date(text):
    return None if text == "-" else dt.date.fromisoformat(text)


def occurrences(cases):
    """The product's answer to each (day of month, first, finish, before)."""
    lines = ["occurrence %d %s %d %s" % (day, first or "-", finish, before) for day, first, finish, before in cases]
    out = []
    for line in probe(lines):
        words = [date(word) for word in line.split()]
        out.append(Answer(*words[:4], dict(zip(STAGES, words[4:]))))
    assert len(out) == len(cases)
    return out


def random_cases():
    rng = random.Random("57/calendar")
    cases = []
    while len(cases) < RUNS:
        around = dt.date.fromisoformat(rng.choice(NEAR)) if rng.random() < 0.5 else dt.date(2026, 1, 20)
        before = around + dt.timedelta(days=rng.randrange(-4, 8) if around.day != 20 or around.month != 1 else
                                       rng.randrange(0, 640))
        if not dt.date(2026, 1, 16) <= before <= dt.date(2027, 11, 1):
            continue
        day = rng.choice((0, before.day, before.day))
        first = before if day and rng.random() < 0.3 else None
        cases.append((day, first, rng.choice((0, 0, 0, 1, 3, 5)), before))
    return cases


CASES = random_cases()


@pytest.fixture(scope="module")
def reminded():
    """What remind says of every case: its own counting backwards (-n) and forwards (AFTER), the same days omitted."""
    lines = script()
    for i, (_, _, finish, before) in enumerate(CASES):
        strict = before - dt.timedelta(days=1)
        for name, back in (("T-5", 6), ("T-3", 4), ("T-1", 2), ("T", 1)):
            lines.append("REM %s -%d OMITFUNC _off MSG %d %s" % (before, back + finish, i, name))
        if not finish:
            lines.append("REM %s OMITFUNC _off AFTER MSG %d +1" % (strict + dt.timedelta(days=1), i))
    found = collections.defaultdict(dict)
    for day, text in ask(lines, dt.date(2025, 12, 1), 25):
        number, name = text.split(" ", 1)
        found[int(number)][name] = day
    return found


@pytest.fixture(scope="module")
def days():
    return WorkDays()


def test_stages_are_as_remind_counts_them(reminded, days):
    wrong = []
    for i, (case, got) in enumerate(zip(CASES, occurrences(CASES))):
        want = dict(reminded[i])
        if case[2]:
            want["+1"] = days.first(want["T"] + dt.timedelta(days=1))
        for weeks in (1, 2, 3, 4):
            known = days.place[want["+1"]] + 5 * weeks < len(days.days)
            want["+%dw" % weeks] = days.add(want["+1"], 5 * weeks) if known else None
        wrong += ["%s %s: %s, remind says %s" % (case, name, got.stages[name], want[name])
                  for name in STAGES if want[name] and got.stages[name] != want[name]]
        strict = want["T"] if case[2] else case[3] - dt.timedelta(days=1)
        if (got.strict, got.safe) != (strict, want["T"]):
            wrong.append("%s: strict %s safe %s, expected %s %s" % (case, got.strict, got.safe, strict, want["T"]))
    assert len(CASES) == RUNS and not wrong, "\n".join(wrong[:20])


def test_windows_and_the_next_occurrence(days):
    """The window begins where the occurrence before ended; the chase ends at the next one's T-5."""
    wrong = []
    for (day, first, finish, before), got in zip(CASES, occurrences(CASES)):
        def safe_of(when):
            return days.add(days.last(when - dt.timedelta(days=1)), -finish)
        previous = in_month(before.year, before.month - 1, day or before.day)
        window = previous
        if day and not first and finish and previous > dt.date(2026, 1, 1):
            window = safe_of(previous) + dt.timedelta(days=1)
        following = days.add(safe_of(in_month(before.year, before.month + 1, day)), -5) if day else None
        if (got.window, got.following) != (window, following):
            wrong.append("%s: %s and %s, expected %s and %s" % (before, got.window, got.following, window, following))
    assert not wrong, "\n".join(wrong[:20])


def test_every_day_of_two_years(days):
    every = [dt.date(2026, 1, 1) + dt.timedelta(days=i) for i in range(730)]
    answers = probe(["working %s" % day for day in every])
    assert [day for day, said in zip(every, answers) if (said == "yes") != days.working(day)] == []


def test_days_that_are_not_confirmed_yet_count_as_written():
    assert probe(["working 2027-02-08", "working 2026-08-22", "working 2026-08-29"]) == ["no", "yes", "no"]


# before, last day in time, last working day in time; by hand from the calendar of 2026 and 2027.
TABLE = """
2026-01-25 2026-01-24 2026-01-23
2026-05-25 2026-05-24 2026-05-22
2026-06-20 2026-06-19 2026-06-19
2026-06-27 2026-06-26 2026-06-26
2026-07-25 2026-07-24 2026-07-24
2026-08-25 2026-08-24 2026-08-24
2026-09-25 2026-09-24 2026-09-24
2026-10-25 2026-10-24 2026-10-23
2026-11-25 2026-11-24 2026-11-23
2026-12-25 2026-12-24 2026-12-24
2027-01-25 2027-01-24 2027-01-22
2027-02-25 2027-02-24 2027-02-24
2027-03-25 2027-03-24 2027-03-24
2027-04-25 2027-04-24 2027-04-23
2027-05-25 2027-05-24 2027-05-24
2027-06-25 2027-06-24 2027-06-24
2027-07-25 2027-07-24 2027-07-23
2027-08-25 2027-08-24 2027-08-24
2027-09-25 2027-09-24 2027-09-24
2027-10-25 2027-10-24 2027-10-22
2027-11-25 2027-11-24 2027-11-23
2027-12-25 2027-12-24 2027-12-24
"""


def test_the_table_written_by_hand():
    rows = [[dt.date.fromisoformat(word) for word in line.split()] for line in TABLE.split("\n") if line]
    got = occurrences([(before.day, None, 0, before) for before, _, _ in rows])
    assert [[row[0], answer.strict, answer.safe] for row, answer in zip(rows, got)] == rows
