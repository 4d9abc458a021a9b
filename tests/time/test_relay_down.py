# SPDX-License-Identifier: MIT
"""A mail server that is down, that loses a connection after the last byte, or that refuses one address: nothing is
lost, nothing stale goes out, nothing goes out twice but an unknown outcome, once, byte for byte."""
import collections
import datetime as dt

import pytest

from months import Months, at, compare, instant, text_of
from occasions import ZONE

WEDNESDAY, THURSDAY, FRIDAY = (dt.date(2026, 6, day) for day in (17, 18, 19))
MONDAY = dt.date(2026, 6, 22)
UNITS = "H15.01 H15.07 H15.08 22015 24133 24214 24221 24412 24559 24607".split()
DOWN = {"at": "greeting", "reply": "421 4.3.2 closed for now"}
GONE = {"at": "greeting", "action": "drop"}


def hour(h, minute=0):
    return dt.time(h, minute)


@pytest.fixture
def month(tmp_path):
    with Months(tmp_path, at(dt.date(2026, 6, 15), hour(6)), units=UNITS) as month:
        month.run(at(dt.date(2026, 6, 15), hour(6)))
        yield month


def morning(month, day):
    """An ordinary morning, all mail taken."""
    expected, arrived = month.run(at(day))
    month.accept(expected)
    assert compare(month, expected, arrived, day) == []
    return expected


def ledger(month, columns):
    """These columns of the one letter to H’Lan Niê."""
    rows = month.site.query("SELECT %s FROM message WHERE address = 'hlannie@mdrak.example.vn'" % columns)
    assert len(rows) == 1
    return tuple(rows[0])


def local_day(mail):
    return mail["message"]["Date"].datetime.astimezone(ZONE).date()


def test_down_for_two_days_over_t_minus_1_and_t(month):
    """Down on Thursday and Friday, T-1 and T of the 20th. On Monday everybody is told what is left, as +1; what was
    finished meanwhile is not mentioned, and no letter of Thursday or Friday ever arrives."""
    morning(month, dt.date(2026, 6, 16))
    morning(month, WEDNESDAY)
    missed = {}
    for day, rule in ((THURSDAY, DOWN), (FRIDAY, GONE)):
        month.site.mail_rules(rule)
        for time in (hour(7, 30), hour(9), hour(12), hour(17, 45)):
            expected, arrived = month.run(at(day, time), status=(0, 1))
            assert arrived == []
            missed.update(expected)
        month.evolve(day)
    assert any(c.stage == "T-1" for m in missed.values() for c in m.claims) or \
        any(c.stage == "T" for m in missed.values() for c in m.claims)
    month.site.mail_rules()
    for day in (FRIDAY + dt.timedelta(days=1), FRIDAY + dt.timedelta(days=2)):
        assert month.run(at(day, hour(12)), status=(0, 1))[1] == []
    expected, arrived = month.run(at(MONDAY), status=(0, 1))
    month.accept(expected)
    assert compare(month, expected, arrived, MONDAY) == []
    assert {local_day(mail) for mail in arrived} == {MONDAY}
    # Nothing is lost: what a missed letter claimed and is outstanding still stands in the person's next one.
    left = {(ob.occasion.id, ob.unit) for ob in month.oracle.obligations(at(MONDAY)) if ob.items}
    for person, mail in missed.items():
        for claim in mail.claims:
            if (claim.occurrence, claim.unit) in left and claim.seat != "head":
                assert any(c[:2] == claim[:2] for c in expected[person].claims), (person, claim)
    ids = collections.Counter(mail["message"]["Message-ID"] for mail in month.site.mails())
    assert set(ids.values()) == {1}


def test_a_stage_that_could_not_go_and_still_stands(month):
    """T-5 of the 25th could not leave on Wednesday; on Thursday's first planning it is still today's stage."""
    morning(month, dt.date(2026, 6, 16))
    month.site.mail_rules(DOWN)
    missed, arrived = month.run(at(WEDNESDAY), status=(0, 1))
    assert arrived == [] and any(c.stage == "T-5" for mail in missed.values() for c in mail.claims)
    month.site.mail_rules()
    expected = morning(month, THURSDAY)
    assert all(c in expected[person].claims for person, mail in missed.items() for c in mail.claims
               if c.occurrence.endswith("06-25"))


def test_down_in_the_morning_only(month):
    """The letters go out the same day, once, with the facts of the hour at which they go."""
    month.site.mail_rules(DOWN)
    expected, arrived = month.run(at(THURSDAY), status=(0, 1))
    assert arrived == [] and expected
    finished = next(c.unit for m in expected.values() for c in m.claims if c.unit.startswith("24"))
    month.finish(finished, at(THURSDAY, hour(9)))
    month.site.mail_rules()
    again, arrived = month.run(at(THURSDAY, hour(14)), status=(0, 1))
    month.accept(again)
    assert compare(month, again, arrived, THURSDAY) == [] and arrived
    assert not any(month.claims(mail) & {c for c in month.claims(mail) if c.unit == finished} for mail in arrived)
    assert month.run(at(THURSDAY, hour(16)))[1] == []


def test_the_connection_dies_after_the_dot(month):
    """Nobody knows whether it arrived: the same bytes once more after 15 minutes, and the ledger says what it knows."""
    month.site.mail_rules({"at": "dot", "action": "drop", "rcpt": "hlannie@", "count": 1})
    expected, arrived = month.run(at(THURSDAY), status=(0, 1))
    month.accept(expected)
    assert compare(month, expected, arrived, THURSDAY) == []
    first = [mail for mail in arrived if mail["to"] == ["hlannie@mdrak.example.vn"]]
    assert len(first) == 1 and first[0]["outcome"] == "dropped"
    states = dict(month.site.query("SELECT address, state FROM message WHERE kind <> 'ops'"))
    assert states.pop("hlannie@mdrak.example.vn") == "unknown" and set(states.values()) == {"sent"}
    assert month.run(at(THURSDAY, hour(7, 40)), status=(0, 1))[1] == []
    again = month.run(at(THURSDAY, hour(7, 46)), status=(0, 1))[1]
    assert [mail["bytes"] for mail in again] == [first[0]["bytes"]]
    assert ledger(month, "state, unknowns") == ("sent", 1)
    assert month.run(at(THURSDAY, hour(8, 30)))[1] == []
    # It counts as a mail of that day: on the next there is no second letter but what has become due.
    month.evolve(THURSDAY)
    expected, arrived = month.run(at(FRIDAY))
    assert compare(month, expected, arrived, FRIDAY) == []


def test_unknown_twice_is_not_sent_a_third_time(month):
    month.site.mail_rules({"at": "dot", "action": "drop", "rcpt": "hlannie@", "count": 2})
    month.accept(month.run(at(THURSDAY), status=(0, 1))[0])
    assert len(month.run(at(THURSDAY, hour(7, 46)), status=(0, 1))[1]) == 1
    for time in (hour(8, 10), hour(12), hour(17)):
        assert month.run(at(THURSDAY, time), status=(0, 1))[1] == []
    copies = [mail["bytes"] for mail in month.site.mails() if mail["to"] == ["hlannie@mdrak.example.vn"]]
    assert len(copies) == 2 and copies[0] == copies[1]
    assert ledger(month, "state") == ("unknown",)


def test_one_address_that_does_not_exist_delays_nobody(month):
    month.site.mail_rules({"at": "rcpt", "rcpt": "hlannie@", "reply": "550 5.1.1 no such user"})
    expected, arrived = month.run(at(THURSDAY), status=(0, 1))
    refused = expected.pop(month.office.person["hlannie@mdrak.example.vn"])
    assert refused.claims and compare(month, expected, arrived, THURSDAY) == []
    assert ledger(month, "state, code, attempts") == ("permanent", 550, 1)
    for time in (hour(8), hour(12)):
        assert month.run(at(THURSDAY, time), status=(0, 1))[1] == []
    assert ledger(month, "attempts") == (1,)


def test_a_mail_speaks_of_the_day_it_goes_out(month):
    """No letter whose words count from another day than the one it is delivered on."""
    for day in (dt.date(2026, 6, 16), WEDNESDAY, THURSDAY):
        morning(month, day)
        month.evolve(day)
    for mail in month.site.mails():
        assert instant(dt.datetime.fromisoformat(mail["clock"]))[:10] == local_day(mail).isoformat()
        assert text_of(mail)
