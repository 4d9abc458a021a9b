# SPDX-License-Identifier: MIT
"""A safe first day: in preview nothing leaves, what preview held is never sent later, redirect sends everything to one
address, and a batch that is too large waits for a person."""
import datetime as dt
import re

import pytest

from months import Months, UNITS, at, compare, message_id, text_of, wait_for
from simulators import facts

FRIDAY, MONDAY = dt.date(2026, 6, 19), dt.date(2026, 6, 29)
EVERYBODY = [unit["code"] for unit in facts.units()]
# With the site's own head office that makes more than 300 people, each with a seat that reminders reach.
MORE = {(code, "focal-2"): "Người Thứ %s <nguoi%s@them.example.vn>" % (code[1:], code[2:])
        for code in EVERYBODY[-40:] if code not in ("24412", "24133", "24607")}


def days_between(first, last):
    return [first + dt.timedelta(days=i) for i in range((last - first).days + 1)]


def connected(site):
    log = site.mailbox / "log.jsonl"
    return log.exists() and log.read_text(encoding="utf-8") != ""


@pytest.fixture(scope="module")
def previewed(tmp_path_factory):
    """Everybody, two weeks in preview over the 20th, the 25th and the 27th; then live."""
    folder = tmp_path_factory.mktemp("preview")
    with Months(folder, at(dt.date(2026, 6, 15), dt.time(0, 10)), units=EVERYBODY, seats=MORE, mode="preview") as month:
        assert len(month.office.address) > 300
        for day in days_between(dt.date(2026, 6, 15), dt.date(2026, 6, 26)):
            if month.days.working(day):
                month.site.set_clock(at(day).isoformat())
                month.site.once().ok()
            month.evolve(day)
        held = {tuple(row) for row in month.site.query("SELECT occurrence, unit, stage, seat, person FROM claim"
                                                       " WHERE void = 0")}
        yield month, held, connected(month.site)


def test_nothing_ever_leaves(previewed):
    month, held, touched = previewed
    assert not touched
    people = month.site.query("SELECT count(DISTINCT person) FROM message WHERE kind <> 'ops'")[0][0]
    assert people > 200 and len({claim[4] for claim in held}) == people
    assert [row[0] for row in month.site.query("SELECT DISTINCT state FROM message")] == ["preview"]


def test_one_preview_a_person_and_day(previewed):
    month = previewed[0]
    assert not month.site.query("SELECT 1 FROM message WHERE kind <> 'ops' GROUP BY person, day HAVING count(*) > 1")


def test_what_preview_held_is_never_sent(previewed):
    month, held, _ = previewed
    site = month.site
    site.set_keys({"mail.mode": "live", "mail.batch-limit": "0"})
    ids = {row[0].strip("<>") for row in site.query("SELECT message_id FROM message")}
    for day in days_between(MONDAY, dt.date(2026, 7, 2)):
        site.set_clock(at(day).isoformat())
        site.once().ok()
        month.evolve(day)
    mails = site.mails()
    said = [(c, month.office.person[mail["to"][0]]) for mail in mails for c in month.claims(mail)]
    assert mails and not ids & {message_id(mail) for mail in mails}
    assert not {(c.occurrence, c.unit, c.stage, c.seat, person) for c, person in said} & held
    assert all(state == "preview" for state, in site.query("SELECT state FROM message WHERE day < '2026-06-29'"))
    # A done notice goes only to somebody who was told by a mail, never on the strength of a preview.
    told = set()
    for mail in mails:
        person = month.office.person[mail["to"][0]]
        claims = month.claims(mail)
        assert all((c.occurrence, c.unit, person) in told for c in claims if c.stage == "done")
        told |= {(c.occurrence, c.unit, person) for c in claims if c.stage not in ("done", "page")}


def few(tmp_path, **options):
    return Months(tmp_path, at(FRIDAY, dt.time(0, 10)), units=UNITS, **options)


def test_redirect_sends_everything_to_one_address(tmp_path):
    keys = {"mail.redirect-to": "Trần Thị B <b@skhcn.example.vn>"}
    with few(tmp_path, mode="redirect", keys=keys) as month:
        expected, arrived = month.run(at(FRIDAY))
        assert len(arrived) == len(expected) > 10
        assert all(mail["to"] == ["b@skhcn.example.vn"] for mail in arrived)
        assert all([a.addr_spec for a in mail["message"]["To"].addresses] == ["b@skhcn.example.vn"] for mail in arrived)
        words = [" ".join(text_of(mail).split()) for mail in arrived]
        shown = sorted(re.search(r"Người nhận thật: (\S+?)\. ", text)[1] for text in words)
        assert shown == sorted(month.office.address[person] for person in expected)


def test_a_large_batch_waits_for_release(tmp_path):
    with few(tmp_path, keys={"mail.batch-limit": "5"}) as month:
        expected, arrived = month.run(at(FRIDAY))
        assert len(expected) > 5 and arrived == []
        assert month.site.query("SELECT DISTINCT state FROM message WHERE kind <> 'ops'")[0][0] == "held"
        assert month.run(at(FRIDAY, dt.time(9)))[1] == []
        daemon = month.site.daemon()
        month.site.ctl("release").ok()
        arrived = []
        wait_for(lambda: arrived.extend(month.fresh()) or len(arrived) >= len(expected), 30, what="the released mails")
        assert daemon.stop() == 0
        assert compare(month, expected, arrived + month.fresh(), FRIDAY) == []


def test_a_batch_that_nobody_released_is_not_sent_the_day_after(tmp_path):
    with few(tmp_path, keys={"mail.batch-limit": "5"}) as month:
        month.run(at(FRIDAY))
        month.site.set_keys({"mail.batch-limit": "0"})
        monday = dt.date(2026, 6, 22)
        expected, arrived = month.run(at(monday))
        assert compare(month, expected, arrived, monday) == []


def test_a_batch_of_just_the_limit_goes_out(tmp_path):
    with few(tmp_path, keys={"mail.batch-limit": "1000"}) as month:
        expected, arrived = month.run(at(FRIDAY))
        assert len(arrived) == len(expected)
