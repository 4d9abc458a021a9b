# SPDX-License-Identifier: MIT
"""Mail goes out once on a working morning, after a poll of that morning, and at no other hour."""
import datetime as dt

import pytest

from months import Months, at, compare, wait_for

UNITS = "H15.01 H15.07 H15.08 22015 24133 24412 24559 24607".split()
TOLD, QUIET, NEXT, WEDNESDAY, THURSDAY = (dt.date(2026, 6, day) for day in (12, 15, 16, 17, 18))


@pytest.fixture
def month(tmp_path):
    with Months(tmp_path, at(TOLD, dt.time(6)), units=UNITS) as month:
        month.run(at(TOLD, dt.time(6)))
        yield month


def test_what_becomes_known_during_the_day_waits_for_the_morning(month):
    """Told on T-5, done three days later: the thanks do not arrive at half past ten in the evening. Another unit falls
    behind that afternoon, and hears of it in the morning as well."""
    expected, arrived = month.run(at(TOLD))
    month.accept(expected)
    assert compare(month, expected, arrived, TOLD) == []
    told = [c.unit for mail in expected.values() for c in mail.claims]
    fine = next(ob.unit for ob in month.oracle.obligations(at(TOLD)) if ob.state == "done")
    assert "24412" in told and fine not in told
    assert month.run(at(QUIET))[1] == []
    month.finish("24412", at(QUIET, dt.time(15)))
    code = next(r["code"] for r in month.world.records(fine, "central", "indicator") if not r["not_applicable"])
    month.change(fine, code, "review", "draft", at(QUIET, dt.time(15)))
    for time in (dt.time(16), dt.time(22, 30)):
        assert month.run(at(QUIET, time))[1] == []
    assert month.run(at(NEXT, dt.time(7, 29)))[1] == []
    expected, arrived = month.run(at(NEXT))
    assert compare(month, expected, arrived, NEXT) == []
    said = {(c.stage, c.unit) for mail in expected.values() for c in mail.claims}
    assert said >= {("done", "24412"), ("T-3", fine)}


def test_a_last_warning_does_not_wait_for_tomorrow(month):
    """On T-1 a unit falls behind after the morning's planning: its people hear of it that day, not in the evening."""
    for day in (QUIET, NEXT, WEDNESDAY, THURSDAY):
        month.accept(month.run(at(day))[0])
    fine = [ob.unit for ob in month.oracle.obligations(at(THURSDAY)) if ob.state == "done"][:2]
    for unit, time in zip(fine, (dt.time(14), dt.time(18))):
        code = next(r["code"] for r in month.world.records(unit, "central", "indicator") if not r["not_applicable"])
        month.change(unit, code, "review", "draft", at(THURSDAY, time))
        expected, arrived = month.run(at(THURSDAY, dt.time(time.hour, 30)))
        assert compare(month, expected, arrived, THURSDAY) == []
        month.accept(expected)
        assert bool(arrived) == (time.hour < 17)


def test_a_late_start_sends_as_soon_as_it_runs(month):
    expected, arrived = month.run(at(THURSDAY, dt.time(13, 20)))
    assert compare(month, expected, arrived, THURSDAY) == [] and arrived


def test_a_daemon_that_starts_at_sending_time_reads_first(month):
    """What an earlier process read last night is no ground for a letter of this morning."""
    month.accept(month.run(at(WEDNESDAY, dt.time(23)))[0])
    month.fresh()
    for unit in ("24412", "24559"):
        month.finish(unit, at(THURSDAY, dt.time(7)))
    month.site.set_clock(at(THURSDAY).isoformat())
    month.oracle.poll(month.world, at(THURSDAY))
    expected = month.oracle.plan(at(THURSDAY))
    daemon = month.site.daemon()
    wait_for(lambda: len(month.site.mails(month.taken)) >= len(expected), 30, what="the morning's mails")
    assert daemon.stop() == 0
    assert compare(month, expected, month.fresh(), THURSDAY) == []


def test_a_running_daemon_sends_when_the_hour_comes(month):
    """The clock moves to 07:30 under it; what changed since its poll of 06:45 is read before anything is sent."""
    daemon = month.site.daemon()
    month.site.set_clock(at(THURSDAY, dt.time(6, 45)).isoformat())
    today = int(at(THURSDAY, dt.time()).timestamp() * 1e6)
    wait_for(lambda: month.site.query("SELECT 1 FROM store WHERE tick >= ?", today), 40, what="a cycle of the day")
    assert month.site.mails() == []
    month.finish("24412", at(THURSDAY, dt.time(7, 20)))
    month.site.set_clock(at(THURSDAY).isoformat())
    month.oracle.poll(month.world, at(THURSDAY))
    expected = month.oracle.plan(at(THURSDAY))
    wait_for(lambda: len(month.site.mails(month.taken)) >= len(expected), 30, what="the morning's mails")
    assert daemon.stop() == 0
    assert compare(month, expected, month.fresh(), THURSDAY) == []
