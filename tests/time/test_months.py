# SPDX-License-Identifier: MIT
"""From 1 June to 31 July 2026: every mail, every item in it and every verdict equal the oracle's, over units that
finish at random, on a site that has everything a real one has. tests/time/oracle.py says what ought to happen.
NQ57_SEEDS=1,2,3 drives other worlds."""
import collections
import datetime as dt
import os

import pytest

from months import EVENING, MORNING, NIGHT, Months, at, compare

FIRST, LAST = dt.date(2026, 6, 1), dt.date(2026, 7, 31)

RULES = {
    # Ended the day before the store was born: no mail and no verdict, although its chase would be running.
    "deadlines.old.title": "Báo cáo tháng 5", "deadlines.old.basis": "Công văn 1/TEST",
    "deadlines.old.before": "1/6/2026",
    # One system, tasks of one bloc written in another case, units finish earlier than the letter's own day.
    "deadlines.early.title": "Nhiệm vụ khối chính quyền", "deadlines.early.basis": "Công văn 2/TEST",
    "deadlines.early.before": "15 monthly", "deadlines.early.first": "15/6/2026",
    "deadlines.early.last": "15/7/2026", "deadlines.early.units": "department, ward",
    "deadlines.early.records": "tasks", "deadlines.early.sources": "central",
    "deadlines.early.bloc": "CHÍNH QUYỀN", "deadlines.early.units-finish": "3 working days earlier",
    "deadlines.early.coordinator": "H15.01",
}
SEATS = {
    # One person on many seats: two of one unit, a focal here who is head there, a leader who is head of a department.
    ("H15.02", "head"): "Mai Thùy Trang <maithuytrang@snv.example.vn>",
    ("24559", "focal-2"): "Mai Đình Hải <maidinhhai@xaeaktur.example.vn>",
    ("24561", "head"): "Mai Đình Hải <maidinhhai@xaeaktur.example.vn>",
    ("H15.13", "head"): "Huỳnh Chiến Lược <huynhchienluoc@ubnd.example.vn>",
    # The coordinating focal helps a commune too; another commune changes its focal in the middle of a chase.
    ("24568", "focal-2"): "Nguyễn Văn Bách <nguyenvanbach@skhcn.example.vn>",
    ("24580", "focal"): "Hoàng Văn Nam <hoangvannam@xaliensonlak.example.vn> until 1/7/2026",
    ("24580", "focal-2"): "Tô Thị Mười <tothimuoi@xaliensonlak.example.vn> from 2/7/2026",
}
# What happens beside the seeded days: (day, what, arguments), after the morning's mail.
EVENTS = [
    (dt.date(2026, 6, 17), "drop", ("24412", "CT24", "portal")),
    (dt.date(2026, 6, 26), "restore", ()),
    (dt.date(2026, 6, 23), "go_blind", ("24214",)),      # over the verdict of the 25th
    (dt.date(2026, 6, 29), "see_again", ()),
    (dt.date(2026, 7, 18), "go_blind", ("H15.04",)),     # from a Saturday: blind on Monday, when the verdict falls
    (dt.date(2026, 7, 20), "see_again", ()),
]
# Evenings on which the daemon polls and plans once more: what became known during the day waits for the morning.
EVENINGS = {dt.date(2026, 6, d) for d in (12, 16, 18, 19, 22, 25, 30)} | \
    {dt.date(2026, 7, d) for d in (3, 17, 20, 24, 27)}


class Diary:
    """Drives both through the months and keeps the differences."""

    def __init__(self, month):
        self.month, self.differences, self.mails = month, [], collections.Counter()
        self.stages, self.kept = collections.Counter(), {}

    def live(self, day):
        if day.day % 2 or any(o.strict_end.date() == day for o in self.month.oracle.occasions):
            self.night(day)
        expected, arrived = self.month.run(at(day, MORNING))
        self.differences += compare(self.month, expected, arrived, day)
        self.month.accept(expected)
        self.mails[day] = len(arrived)
        self.stages.update(c.stage for mail in expected.values() for c in mail.claims)
        self.verdicts(day)
        self.month.evolve(day)
        for when, what, arguments in EVENTS:
            if when == day:
                getattr(self.month, what)(*arguments)
        if day in EVENINGS:
            _, arrived = self.month.run(at(day, EVENING))
            self.differences += compare(self.month, {}, arrived, day)

    def night(self, day):
        """Verdicts are spoken in the night after the end; no mail goes out."""
        _, arrived = self.month.run(at(day, NIGHT))
        self.differences += compare(self.month, {}, arrived, day)

    def verdicts(self, day):
        """Equal to the oracle's, and each as it was when first seen."""
        now, want = self.month.verdicts(), self.month.oracle.verdicts
        told = {key: row[0] for key, row in now.items()}
        for key in sorted(set(told) | set(want)):
            if told.get(key) != want.get(key):
                self.differences.append("%s %s: verdict %s, expected %s" % (day, key, told.get(key), want.get(key)))
        for key, row in self.kept.items():
            if now.get(key) != row:
                self.differences.append("%s %s: the verdict was %s and became %s" % (day, key, row, now.get(key)))
        self.kept.update({key: row for key, row in now.items() if key not in self.kept})

    def finished(self):
        """The day on which each obligation that was not in time was first seen done."""
        rows = self.month.site.query("SELECT occurrence, unit, finished_at FROM obligation"
                                     " WHERE finished_at IS NOT NULL")
        return {(r[0], r[1]): dt.datetime.fromtimestamp(r[2] / 1e6, tz=at(FIRST).tzinfo) for r in rows}


@pytest.fixture(scope="module", params=os.environ.get("NQ57_SEEDS", "57").split(","))
def diary(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("months")
    with Months(folder, at(FIRST, dt.time(0, 10)), request.param, keys=RULES, seats=SEATS) as month:
        book, day = Diary(month), FIRST
        while day <= LAST:
            book.live(day)
            assert len(book.differences) < 40, "\n".join(book.differences)
            day += dt.timedelta(days=1)
        yield book


def test_mails_equal_the_oracles(diary):
    assert not diary.differences, "\n".join(diary.differences)


def test_both_worlds_are_one(diary):
    assert diary.month.same_truth()


def test_every_stage_was_seen(diary):
    """The table would prove nothing if it were empty."""
    assert set(diary.stages) == {"T-5", "T-3", "T-1", "T", "+1", "+1w", "+2w", "+3w", "+4w", "done", "page"}
    assert min(diary.stages.values()) >= 2 and sum(diary.mails.values()) > 300


def test_every_verdict_was_seen(diary):
    found = collections.Counter(diary.month.oracle.verdicts.values())
    assert set(found) == {"on-time", "late", "unknown"} and min(found.values()) >= 5


def test_finishing_late_adds_a_date(diary):
    assert diary.month.oracle.finished and diary.finished() == diary.month.oracle.finished


def test_no_mail_on_a_day_off(diary):
    assert all(diary.month.days.working(day) for day, n in diary.mails.items() if n)


def test_nothing_about_what_ended_before_the_store_was_born(diary):
    assert not diary.month.site.query("SELECT 1 FROM claim WHERE occurrence LIKE 'old@%'")
    assert not diary.month.site.query("SELECT 1 FROM obligation WHERE occurrence LIKE 'old@%' AND verdict <> ''")
