# SPDX-License-Identifier: MIT
"""Mail goes out once on a working morning, after a poll of that morning, and at no other hour."""
import datetime as dt

import pytest

from harness import wait_for
from months import Months, at, compare

UNITS = "H15.01 H15.07 H15.08 22015 24133 24412 24559 24607".split()
WEDNESDAY, THURSDAY, FRIDAY = (dt.date(2026, 6, day) for day in (17, 18, 19))


@pytest.fixture
def month(tmp_path):
    with Months(tmp_path, at(WEDNESDAY, dt.time(6)), units=UNITS) as month:
        month.run(at(WEDNESDAY, dt.time(6)))
        yield month


def test_what_becomes_known_during_the_day_waits_for_the_morning(month):
    """On T-1 a unit finishes after the morning's mail: its thanks do not arrive at half past ten in the evening."""
    expected, arrived = month.run(at(THURSDAY))
    month.accept(expected)
    assert compare(month, expected, arrived, THURSDAY) == [] and arrived
    told = next(c.unit for mail in expected.values() for c in mail.claims if c.unit == "24412")
    month.finish(told, at(THURSDAY, dt.time(15)))
    month.change("24559", "CT24", "review", "draft", at(THURSDAY, dt.time(15)))
    for time in (dt.time(16), dt.time(22, 30)):
        assert month.run(at(THURSDAY, time))[1] == []
    assert month.run(at(FRIDAY, dt.time(7, 29)))[1] == []
    expected, arrived = month.run(at(FRIDAY))
    assert compare(month, expected, arrived, FRIDAY) == []
    assert any(c.stage == "done" and c.unit == told for mail in expected.values() for c in mail.claims)


def test_a_late_start_sends_as_soon_as_it_runs(month):
    expected, arrived = month.run(at(THURSDAY, dt.time(13, 20)))
    assert compare(month, expected, arrived, THURSDAY) == [] and arrived


def test_a_daemon_that_starts_at_sending_time_reads_first(month):
    """What an earlier process read last night is no ground for a letter of this morning."""
    month.run(at(WEDNESDAY, dt.time(23)))
    for unit in ("24412", "24559"):
        month.finish(unit, at(THURSDAY, dt.time(7)))
    month.site.set_clock(at(THURSDAY).isoformat())
    month.oracle.poll(month.world, at(THURSDAY))
    expected = month.oracle.plan(at(THURSDAY))
    daemon = month.site.daemon()
    wait_for(lambda: len(month.site.mails()) >= len(expected), 30, what="the morning's mails")
    assert daemon.stop() == 0
    assert compare(month, expected, month.fresh(), THURSDAY) == []


def test_a_running_daemon_sends_when_the_hour_comes(month):
    """The clock moves to 07:30 under it; what changed since its poll of 06:45 is read before anything is sent."""
    daemon = month.site.daemon()
    month.site.set_clock(at(THURSDAY, dt.time(6, 45)).isoformat())
    today = int(at(THURSDAY, dt.time()).timestamp() * 1e6)
    wait_for(lambda: month.site.query("SELECT 1 FROM run WHERE ended >= ?", today), 40, what="a poll of the day")
    assert month.site.mails() == []
    month.finish("24412", at(THURSDAY, dt.time(7, 20)))
    month.site.set_clock(at(THURSDAY).isoformat())
    month.oracle.poll(month.world, at(THURSDAY))
    expected = month.oracle.plan(at(THURSDAY))
    wait_for(lambda: len(month.site.mails()) >= len(expected), 30, what="the morning's mails")
    assert daemon.stop() == 0
    assert compare(month, expected, month.fresh(), THURSDAY) == []
