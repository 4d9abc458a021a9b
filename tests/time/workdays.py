# SPDX-License-Identifier: MIT
"""Working days as `remind` (Debian) sees them: the calendar file becomes OMIT lines, one call answers a whole range."""
import datetime as dt
import pathlib
import re
import subprocess
import tempfile

import yaml

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CALENDAR = SOURCE / "config" / "calendar-vn.yaml"


def day_of(text):
    """A date of the configuration: 2/9/2026."""
    d, m, y = str(text).split("/")
    return dt.date(int(y), int(m), int(d))


def script(calendar=CALENDAR):
    """The calendar file in remind's words: what is off, and the weekend days that are worked all the same."""
    tree = yaml.load(pathlib.Path(calendar).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    lines = ["OMIT %s" % day_of(key) for key in tree.get("days-off") or {}]
    worked = " || ".join("x == '%s'" % day_of(key) for key in tree.get("worked") or {}) or "0"
    lines.append("FSET _worked(x) " + worked)
    lines.append("FSET _off(x) (wkdaynum(x) == 0 || wkdaynum(x) == 6 || isomitted(x)) && !_worked(x)")
    return lines


def ask(lines, first, months):
    """[(date, message)] of what remind triggers in so many months from `first`'s month on."""
    with tempfile.NamedTemporaryFile("w", suffix=".rem", encoding="ascii") as fh:
        fh.write("\n".join(lines) + "\n")
        fh.flush()
        done = subprocess.run(["remind", "-q", "-r", "-s%d" % months, fh.name, first.replace(day=1).isoformat()],
                              capture_output=True, text=True, check=True)
    assert not done.stderr, done.stderr
    found = re.findall(r"^(\d{4})/(\d\d)/(\d\d) \S+ \S+ \S+ \S+ (.*)$", done.stdout, re.M)
    return [(dt.date(int(y), int(m), int(d)), text) for y, m, d, text in found]


class WorkDays:
    """Counting in working days between 1/12/2025 and the end of 2027."""

    def __init__(self, calendar=CALENDAR):
        lines = script(calendar) + ["REM OMITFUNC _off SKIP MSG working"]
        self.days = [day for day, text in ask(lines, dt.date(2025, 12, 1), 25) if text == "working"]
        self.place = {day: i for i, day in enumerate(self.days)}

    def working(self, day):
        return day in self.place

    def last(self, day):
        """The last working day on or before `day`."""
        while day not in self.place:
            day -= dt.timedelta(days=1)
        return day

    def first(self, day):
        """The first working day on or after `day`."""
        while day not in self.place:
            day += dt.timedelta(days=1)
        return day

    def add(self, day, n):
        """n working days after (before) a working day."""
        return self.days[self.place[day] + n]

    def apart(self, earlier, later):
        """How many working days later one working day is than another."""
        return self.place[later] - self.place[earlier]
