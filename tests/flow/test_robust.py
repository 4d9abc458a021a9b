# SPDX-License-Identifier: MIT
"""What must not stop the daemon, or one person's mail that of all others: odd things among the requests, a reload that
would move the store, a month in which everybody is behind, a message whose outcome stays unknown."""
import contextlib
import signal
import sqlite3
import time

import pytest

from harness import Site, wait_for
from small import Small

COORDINATOR = "nguyễnvănbách"


@pytest.fixture(scope="module")
def systems(tmp_path_factory):
    with Small(tmp_path_factory.mktemp("robust"), mode="live") as made:
        yield made


@pytest.fixture
def site(systems):
    systems.serial = getattr(systems, "serial", 0) + 1
    yield systems.fresh("state-%d" % systems.serial, "2026-06-19T06:00:00+07:00")
    for daemon in systems.daemons:
        daemon.close()


def running(site):
    daemon = site.daemon()
    daemon.signal(signal.SIGUSR1)
    return daemon.until_note(" units behind")


def put_request(site, name, line):
    path = site.state / "requests" / name
    path.with_suffix(".new").write_text(line, encoding="utf-8")
    path.with_suffix(".new").rename(path)


def test_what_lies_among_the_requests_stops_nothing(site):
    daemon, folder = running(site), site.state / "requests"
    (folder / "a.req").mkdir()
    (folder / "b.req").mkdir()
    (folder / "b.req" / "inside").touch()
    (folder / "c.req").symlink_to("/etc/hostname")
    (folder / "d.req.done").mkdir()
    put_request(site, "d.req", "sync\n")
    runs = len(site.query("SELECT 1 FROM run"))
    put_request(site, "e.req", "sync\n")
    wait_for(lambda: (folder / "e.req.done").exists(), what="an answer")
    wait_for(lambda: len(site.query("SELECT 1 FROM run")) > runs, what="the poll that was asked for")
    assert not (folder / "c.req").exists() and not (folder / "d.req").exists()
    assert daemon.stop() == 0


def test_an_answer_follows_no_link(site):
    daemon, folder, precious = running(site), site.state / "requests", site.folder / "precious"
    precious.write_text("precious", encoding="utf-8")
    (folder / ".x.req.tmp").symlink_to(precious)
    put_request(site, "x.req", "sync\n")
    wait_for(lambda: (folder / "x.req.done").exists(), what="an answer")
    assert precious.read_text(encoding="utf-8") == "precious"
    assert (folder / "x.req.done").read_text(encoding="utf-8") == "ok\n"
    assert daemon.stop() == 0


def test_a_reload_does_not_move_the_store(site):
    daemon, mails = running(site), len(site.mails())
    site.set_keys({"paths.state": str(site.folder / "elsewhere")})
    daemon.signal(signal.SIGHUP)
    assert "paths.state" in daemon.until_line("reload failed")
    site.set_clock("2026-06-19T07:31:00+07:00")
    wait_for(lambda: len(site.mails()) > mails, what="the mail of the morning")
    assert daemon.stop() == 0


def test_an_outcome_that_could_not_be_written_is_written_later(site):
    """Somebody holds the store while the relay accepts: no restart is needed for it to be known."""
    first = len(site.mails())
    site.mail_rules({"at": "dot", "action": "silent", "seconds": 1})
    site.set_clock("2026-06-19T07:31:00+07:00")
    daemon = site.daemon()
    wait_for(lambda: site.query("SELECT 1 FROM message WHERE state = 'sending'"), every=0.01, what="a mail under way")
    with contextlib.closing(sqlite3.connect(site.state / "nq57.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        daemon.until_line("cannot record the outcome")
        db.execute("ROLLBACK")
    site.mail_rules()
    site.set_clock("2026-06-19T07:32:00+07:00")
    wait_for(lambda: {row["state"] for row in site.query("SELECT state FROM message")} == {"sent"}, what="all sent")
    assert len(site.mails()) - first == len(site.query("SELECT 1 FROM message"))
    assert daemon.stop() == 0


def test_an_unknown_outcome_is_trouble_for_three_days(site):
    site.once().ok()
    with contextlib.closing(sqlite3.connect(site.state / "nq57.db")) as db, db:
        db.execute("DELETE FROM claim")
        db.execute("DELETE FROM message")
        db.execute("INSERT INTO message (channel, kind, person, name, address, day, sequence, state, subject, body,"
                   " json, message_id, created, bytes, attempts, unknowns) SELECT 'mail', 'reminder', 'p', 'P', 'p@a',"
                   " '2026-06-18', 1, 'unknown', 's', 'b', '{}', 'm@a', tick - 86400000000, x'62', 2, 2 FROM store")
    for day, stuck in ((19, True), (20, True), (21, False)):
        site.set_clock("2026-06-%dT07:00:00+07:00" % day)
        done = site.once()
        assert "runtime error" not in done.err
        assert bool(site.query("SELECT 1 FROM episode WHERE kind = 'stuck' AND closed IS NULL")) == stuck, day


def test_what_ended_a_listing_is_named_before_a_record_put_aside(site):
    """A record nobody understands on the first page must not hide that the second was cut."""
    site.once().ok()
    path = "/api/nhiem-vu"
    site.sims.post("faults", system="central", path=path, page=1, fault="unknown-status", word="Đang thực hiên")
    site.sims.post("faults", system="central", path=path, page=2, fault="cut", mode="length")
    site.once()
    shown = site.partition("theodoiq", "tasks")
    site.sims.clear()
    assert shown["fault"] == "truncated-body" and shown["completeness"] == "partial", shown


def test_when_everybody_is_behind_everybody_is_told(tmp_path):
    """The morning after the 25th of a month in which nobody did anything: the coordinating department is told of every
    unit for both deadlines."""
    with Site(tmp_path, now="2026-06-10T06:00:00+07:00", mode="preview") as full:
        full.once().ok()
        full.set_clock("2026-07-27T07:30:00+07:00")
        started = time.monotonic()
        done = full.once()
        assert "planning failed" not in done.err and time.monotonic() - started < 60
        rows = full.query("SELECT person, length(json) AS size FROM message"
                          " WHERE day = '2026-07-27' AND state = 'preview'")
        assert len(rows) > 250
        sizes = [row["size"] for row in rows if row["person"] == COORDINATOR]
        assert sizes and max(sizes) < 512 << 10
