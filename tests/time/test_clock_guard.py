# SPDX-License-Identifier: MIT
"""A clock that ran back holds mail; one that slept does not; the host's time zone means nothing."""
import datetime as dt
import time

import pytest

from months import Months, at

UNITS = "H15.01 H15.07 H15.08 22015 24133 24412 24559".split()
FRIDAY, MONDAY = dt.date(2026, 6, 19), dt.date(2026, 6, 22)


@pytest.fixture
def site(tmp_path):
    with Months(tmp_path, at(dt.date(2026, 5, 8), dt.time(6)), units=UNITS) as month:
        month.site.set_clock(at(FRIDAY).isoformat())
        yield month.site


def when(site, day, hour, minute=0):
    site.set_clock(at(day, dt.time(hour, minute)).isoformat())
    return site.once()


def open_alarms(site):
    return [row[0] for row in site.query("SELECT kind FROM episode WHERE closed IS NULL")]


def reminders(site):
    return [mail for mail in site.mails() if "luongquocvan" not in mail["to"][0]]


def test_a_clock_that_ran_back_holds_mail(site):
    when(site, MONDAY, 6).ok()
    back = when(site, FRIDAY, 7, 30)
    assert back.status == 1 and site.mails() == []
    assert "clock" in open_alarms(site) and not site.query("SELECT 1 FROM claim")
    status = site.ctl("status", "--json")
    assert status.status != 0 and "clock" in status.out
    # It stays doubted, however many cycles follow.
    for minute in (31, 32):
        assert when(site, FRIDAY, 7, minute).status == 1 and site.mails() == []
    assert "clock" in open_alarms(site) and not site.query("SELECT 1 FROM claim")
    # Put right, the mail of the day goes out, and the alarm is over.
    when(site, MONDAY, 7, 30)
    assert reminders(site) and "clock" not in open_alarms(site)


def test_status_says_what_a_doubted_clock_leaves_unknown(site):
    """The deadlines of that day were never judged: that is not nobody behind."""
    when(site, dt.date(2026, 8, 10), 6)
    when(site, FRIDAY, 9)
    assert "clock" in open_alarms(site)
    deadlines = {d["id"]: d for d in site.ctl("status", "--json").json()["deadlines"]}
    june, july = deadlines["monthly-20@2026-06-20"], deadlines["monthly-20@2026-07-20"]
    assert june["done"] is june["behind"] is june["unknown"] is june["late"] is None and june["not_judged"] == "clock"
    assert july["done"] + july["behind"] + july["unknown"] == len(UNITS) and july["not_judged"] is None
    text = site.ctl("status").out
    line = next(n for n in text.splitlines() if n.startswith("monthly-20@2026-06-20"))
    assert line.split()[-3:] == ["-", "-", "-"] and "the clock is not believed" in text
    assert "first stage" not in text
    assert "đồng hồ chưa tin được" in site.ctl("status", "--lang", "vi").out
    when(site, dt.date(2026, 8, 10), 7)
    assert "not believed" not in site.ctl("status").out


def test_a_held_morning_is_not_tried_at_every_turn(site):
    when(site, MONDAY, 6).ok()
    site.set_clock(at(FRIDAY, dt.time(7, 35)).isoformat())
    daemon = site.daemon()
    daemon.until_note("MAIL HELD")
    daemon.notes().clear()
    time.sleep(2)
    assert [note for note in daemon.notes() if "MAIL HELD" in note] == []
    assert daemon.stop() == 0


def test_less_than_an_hour_is_no_matter(site):
    site.set_keys({"mail.send-at": "23:00"})
    when(site, FRIDAY, 8, 20).ok()
    site.set_keys({"mail.send-at": "07:30"})
    when(site, FRIDAY, 7, 40).ok()
    assert reminders(site) and open_alarms(site) == []


def test_forty_days_ahead_is_only_a_long_sleep(site):
    when(site, dt.date(2026, 5, 10), 7, 30).ok()
    when(site, FRIDAY, 7, 30).ok()
    assert reminders(site) and open_alarms(site) == []


def letters(site):
    return sorted((mail["to"][0], str(mail["message"]["Date"]), mail["message"]["Subject"],
                   mail["message"].get_content()) for mail in site.mails())


@pytest.fixture(scope="module")
def plain_letters(tmp_path_factory):
    with Months(tmp_path_factory.mktemp("plain"), at(FRIDAY, dt.time(0, 10)), units=UNITS) as month:
        month.site.set_clock(at(FRIDAY).isoformat())
        month.site.once().ok()
        return letters(month.site)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", ":/nonexistent"])
def test_the_hosts_zone_changes_nothing(tmp_path, zone, plain_letters):
    with Months(tmp_path, at(FRIDAY, dt.time(0, 10)), units=UNITS) as month:
        site = month.site
        site.env_extra = {"TZ": zone}
        when(site, FRIDAY, 7, 29).ok()              # Thursday evening in New York
        assert site.mails() == []
        when(site, FRIDAY, 7, 30).ok()
        assert letters(site) == plain_letters and plain_letters
        assert all(date.endswith("+0700") for _, date, _, _ in plain_letters)
