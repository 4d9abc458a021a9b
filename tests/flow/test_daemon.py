# SPDX-License-Identifier: MIT
"""The running daemon: what it tells the service manager, what signals do, how it stops wherever it is, its alarms, and
that no secret ever leaves it."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest

from harness import wait_for
from simulators import facts
from small import Small

STATUS = re.compile(r"STATUS=(\d+) tasks, (\d+) indicators, (\d+) units behind, (\d+) unknown, "
                    r"next deadline (\d+/\d+) in (\d+) working days$")
OPS = "luongquocvan@skhcn.example.vn"
CYCLED = " units behind"


@pytest.fixture(scope="module")
def systems(tmp_path_factory):
    with Small(tmp_path_factory.mktemp("daemon"), mode="live") as made:
        yield made


@pytest.fixture
def site(systems):
    """A fresh store before healthy systems; what a test started is ended."""
    serial = systems.serial = getattr(systems, "serial", 0) + 1
    systems.mail_rules()
    systems.fresh("state-%d" % serial)
    systems.first_mail = len(systems.mails())
    yield systems
    systems.mail_rules()
    systems.sims.clear()
    for daemon in systems.daemons:
        daemon.close()


def children(site, daemon):
    """Processes of this daemon: by parent, or by the state folder or relay in their environment or arguments."""
    marks, out = (str(site.state).encode(), b"NQ57_SMTP_URL=smtp://127.0.0.1:%d" % site.catcher.port), []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) not in (os.getpid(), daemon.process.pid):
            with contextlib.suppress(OSError):
                stat = pathlib.Path("/proc", name, "stat").read_text(encoding="ascii", errors="replace")
                environ = pathlib.Path("/proc", name, "environ").read_bytes()
                if int(stat.rsplit(")", 1)[1].split()[1]) == daemon.process.pid or any(m in environ for m in marks):
                    out.append(int(name))
    return out


def stops_well(site, daemon):
    """SIGTERM: exit 0 within five seconds, STOPPING said, no child and no lock left."""
    start = time.monotonic()
    daemon.signal(signal.SIGTERM)
    assert daemon.wait(8) == 0, "\n".join(daemon.lines()[-20:])
    took = time.monotonic() - start
    assert took < 5 and not any("stopping without waiting" in n for n in daemon.lines()), took
    assert "STOPPING=1" in daemon.notes()
    assert children(site, daemon) == []
    assert "anitizer" not in "\n".join(daemon.lines())


def runs(site):
    return site.query("SELECT count(*) FROM run")[0][0]


def sent(site, seconds=20):
    waiting = "SELECT 1 FROM message WHERE state IN ('planned', 'sending', 'temporary')"
    wait_for(lambda: not site.query(waiting), seconds, what="the outbox")


# ---- the service manager ----

def test_what_the_service_manager_is_told(site):
    daemon = site.daemon().until_note(CYCLED)
    notes = daemon.notes()
    assert notes.index("READY=1") < next(i for i, n in enumerate(notes) if CYCLED in n)
    tasks, indicators, behind, unknown, date, days = next(STATUS.match(n) for n in notes if CYCLED in n).groups()
    assert int(tasks) == len(site.ctl("list", "tasks", "--json").json()["tasks"]) > 40
    assert int(indicators) == len(site.ctl("list", "indicators", "--json").json()["indicators"]) > 50
    assert int(behind) > 0 and (date, days) == ("20/6", "0")
    assert site.ctl("status", "--json").json()["status"]["daemon"] == "running"
    stops_well(site, daemon)
    assert not any("WATCHDOG" in n for n in daemon.notes()), "nobody asked for it"
    site.set_clock("2026-06-22T07:30:00+07:00")
    daemon = site.daemon().until_note(CYCLED)
    assert any("next deadline 25/6 in 2 working days" in n for n in daemon.notes())


def test_the_watchdog_is_fed(site):
    daemon = site.daemon(WATCHDOG_USEC="400000")
    wait_for(lambda: daemon.notes().count("WATCHDOG=1") >= 4, 5, what="watchdog pings")
    daemon.until_note(CYCLED)
    stops_well(site, daemon)


def test_reload(site):
    daemon = site.daemon().until_note(CYCLED)
    before = runs(site)
    site.set_keys({"sources.nq57-daklak.poll-every": "45 minutes"})
    daemon.signal(signal.SIGHUP)
    daemon.until_line("configuration reloaded")
    wait_for(lambda: daemon.notes().count("READY=1") == 2, what="READY again")
    notes = daemon.notes()
    at = notes.index("RELOADING=1")
    assert re.fullmatch(r"MONOTONIC_USEC=\d+", notes[at + 1]) and at < len(notes) - notes[::-1].index("READY=1") - 1
    wait_for(lambda: runs(site) > before, what="a poll on the new generation")
    stops_well(site, daemon)


def test_a_bad_reload_keeps_the_old_configuration(site):
    daemon = site.daemon().until_note(CYCLED)
    text = site.main.read_text(encoding="utf-8")
    site.main.write_text(text.replace("mail:\n", "mail:\n  moed: live\n"), encoding="utf-8")
    daemon.signal(signal.SIGHUP)
    daemon.until_line("reload failed, the old configuration stays in force")
    daemon.until_note("STATUS=reload failed, the old configuration stays in force")
    assert any(re.search(r"nq57d\.yaml:\d+:\d+: .*moed.*mode", line) for line in daemon.lines()), daemon.lines()
    assert daemon.notes().count("READY=1") == 2, "a failed reload ends as well"
    before = runs(site)
    daemon.signal(signal.SIGUSR1)
    wait_for(lambda: runs(site) >= before + 12, what="polls on the old configuration")
    site.main.write_text(text, encoding="utf-8")
    daemon.signal(signal.SIGHUP)
    daemon.until_line("configuration reloaded")
    stops_well(site, daemon)


def test_sigusr1_polls_now(site):
    daemon = site.daemon().until_note(CYCLED)
    before = runs(site)
    time.sleep(0.3)
    assert runs(site) == before, "without a reason nothing is polled"
    daemon.signal(signal.SIGUSR1)
    wait_for(lambda: runs(site) == before + 12, what="a poll of both")
    assert daemon.stop() == 0


def test_a_second_instance_refuses(site):
    daemon = site.daemon().until_note(CYCLED)
    second = site.once()
    assert second.status == 75 and "only one daemon may write" in second.err
    assert daemon.alive() and site.ctl("list", "units").status == 0, "readers are welcome"
    stops_well(site, daemon)
    assert site.once().status != 75


def test_a_bad_configuration_does_not_start(site):
    text = site.main.read_text(encoding="utf-8")
    site.main.write_text(text.replace("relay: smtp", "relay: smpt"), encoding="utf-8")
    done = site.once()
    assert done.status == 78 and re.search(r"nq57d\.yaml:\d+:\d+: ", done.err) and "smpt" in done.err
    assert site.check().status == 78 and list(site.state.iterdir()) == []


# ---- stopping, wherever it is ----

def test_stop_while_idle_and_before_the_first_answer(site):
    stops_well(site, site.daemon())
    stops_well(site, site.daemon().until_note(CYCLED))


@pytest.mark.parametrize("rule", [{"path": "/api/nhiem-vu$"}, {"path": "^/login$|^/api/auth"}], ids=["list", "login"])
def test_stop_during_a_hanging_request(site, rule):
    site.sims.fault("hang", **rule)
    daemon = site.daemon()
    wait_for(lambda: any(r["faults"] for r in site.sims.get("requests")["requests"]), what="a request that hangs")
    stops_well(site, daemon)
    site.sims.clear()
    site.sims.post("requests/reset")
    assert site.once().status == 0


@pytest.fixture(scope="module")
def dead_resolver(tmp_path_factory):
    """A getaddrinfo that never comes back for names of example.vn, to be loaded before the C library's."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    folder = tmp_path_factory.mktemp("resolver")
    (folder / "dead.c").write_text("""#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **ret) {
        int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

        real = dlsym(RTLD_NEXT, "getaddrinfo");
        if (node && strstr(node, "example.vn")) {
                FILE *f = fopen(getenv("DEAD_RESOLVER_MARK"), "w");
                if (f)
                        fclose(f);
                for (;;)
                        sleep(60);
        }
        return real(node, service, hints, ret);
}
""", encoding="ascii")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(folder / "dead.so"), str(folder / "dead.c"), "-ldl"],
                   check=True)
    return folder / "dead.so"


def test_stop_during_a_dead_dns_lookup(site, dead_resolver, tmp_path):
    site.set_keys({"sources.theodoiq.url": "https://theodoiq.example.vn"})
    mark = tmp_path / "asked"
    daemon = site.daemon(LD_PRELOAD=str(dead_resolver), DEAD_RESOLVER_MARK=str(mark), NQ57_DEBUG="1",
                         ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0")
    wait_for(mark.exists, what="a lookup")
    time.sleep(0.1)
    stops_well(site, daemon)


def test_stop_while_the_store_is_busy(site):
    """Somebody holds the write lock, so that the apply stands still."""
    daemon = site.daemon().until_note(CYCLED)
    sent(site)
    with contextlib.closing(sqlite3.connect(site.state / "nq57.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        site.sims.post("requests/reset")
        daemon.signal(signal.SIGUSR1)
        wait_for(lambda: len(site.sims.get("requests")["requests"]) >= 4, what="a poll")
        stops_well(site, daemon)
        db.execute("ROLLBACK")
    assert site.once().status == 0


@pytest.mark.parametrize("delay", [0.02, 0.05, 0.08, 0.12, 0.2])
def test_stop_during_the_first_sync(site, delay):
    """Whatever was under way: nothing half done is left, and the next run completes it."""
    daemon = site.daemon()
    time.sleep(delay)
    stops_well(site, daemon)
    with contextlib.closing(site.db()) as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        for partition in db.execute("SELECT r.completeness, p.members, r.received FROM partition p"
                                    " JOIN run r ON r.id = p.run"):
            assert partition[0] in ("complete", "failed") and (partition[1] in (0, partition[2]))
    site.set_clock("2026-06-19T07:50:00+07:00")
    assert site.once().status == 0
    assert len({m["message"]["Message-ID"] for m in site.mails()[site.first_mail:]}) == \
        site.query("SELECT count(*) FROM message WHERE state = 'sent'")[0][0] > 0


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """All units: the largest listing takes a while to apply."""
    with Small(tmp_path_factory.mktemp("province"), units=tuple(u["code"] for u in facts.units()), size=200) as made:
        yield made


@pytest.mark.parametrize("delay", [0, 0.02, 0.06])
def test_stop_during_an_apply(province, delay):
    """The largest listing has just been read: it is applied whole or not at all, and the next run brings it."""
    site = province.fresh("apply-%g" % delay)
    total = len([r for r in site.sims.get("truth", system="central")["records"] if r["kind"] == "indicator"])
    site.sims.post("requests/reset")
    daemon = site.daemon()

    def last_page():
        return any(r["path"] == "/api/chi-tieu" and r["page"] * 200 >= total
                   for r in site.sims.get("requests", system="central")["requests"])

    wait_for(last_page, every=0.001, what="the last page")
    time.sleep(delay)
    stops_well(site, daemon)
    listed = site.query("SELECT p.members, r.completeness FROM partition p JOIN run r ON r.id = p.run"
                        " WHERE source = 'theodoiq' AND stream = 'indicators'")
    sides = site.query("SELECT count(*) FROM side s JOIN record r ON r.id = s.id WHERE s.id >> 32 = 0"
                       " AND r.kind = 2")[0][0]
    assert sides in (0, total) and [tuple(row) for row in listed] in ([], [(total, "complete")])
    assert site.once().status == 0
    assert site.partition("theodoiq", "indicators")["members"] == total


def test_stop_while_the_relay_is_silent_after_the_dot(site):
    site.mail_rules({"at": "dot", "action": "silent", "seconds": 60})
    daemon = site.daemon()
    wait_for(lambda: len(site.mails()) > site.first_mail, what="a message at its dot")
    stops_well(site, daemon)
    taken = {m["message"]["Message-ID"].strip("<>"): m["bytes"] for m in site.mails()[site.first_mail:]}
    for key in taken:
        row = site.query("SELECT * FROM message WHERE message_id = ?", key)[0]
        assert row["state"] == "unknown" and row["phase"] == "dot" and row["next_at"] is not None
    assert not site.query("SELECT * FROM message WHERE state = 'sending'")
    assert list((site.state / "attempts").iterdir()) == []
    assert any(m["state"] == "unknown" for m in site.ctl("outbox", "--json").json()["messages"])
    site.mail_rules()
    site.set_clock("2026-06-19T07:44:00+07:00")
    site.once()
    states = site.query("SELECT state FROM message WHERE message_id IN (%s)" % ",".join("?" * len(taken)), *taken)
    assert {row["state"] for row in states} == {"unknown"}, "not before its time"
    site.set_clock("2026-06-19T07:46:00+07:00")
    assert site.once().status == 0
    copies = [m["bytes"] for m in site.mails()[site.first_mail:] if m["message"]["Message-ID"].strip("<>") in taken]
    assert len(copies) == 2 * len(taken) and set(copies) == set(taken.values()), "the same bytes, once more"


# ---- alarms ----

def ops_mails(site):
    return [m["message"]["Subject"] for m in site.mails()[site.first_mail:] if m["to"] == [OPS]]


def crit(daemon, kind):
    return [n for n in daemon.lines() if n.startswith("nq57d: crit: ") and "NQ57_ALARM=%s" % kind in n]


def episode(site, daemon, kind, subject, cause, heal):
    """`cause` begins an episode, `heal` ends it: one line, one mail, status 1; and each once more at the end."""
    cause()
    wait_for(lambda: crit(daemon, kind), what="the alarm")
    status = site.ctl("status", "--json")
    assert status.status == 1 and [(e["kind"], e["subject"]) for e in status.json()["episodes"]] == [(kind, subject)]
    before, ended = runs(site), sum(CYCLED in note for note in daemon.notes())
    daemon.signal(signal.SIGUSR1)
    wait_for(lambda: runs(site) > before, what="another poll")
    wait_for(lambda: sum(CYCLED in note for note in daemon.notes()) > ended, what="its end")
    heal()
    over = daemon.until_line("%s: %s: over" % (kind, subject), 30)
    assert over.startswith("nq57d: notice: ") and len(crit(daemon, kind)) == 1, crit(daemon, kind)
    wait_for(lambda: len(ops_mails(site)) >= 2, what="the second mail")
    assert site.status_json()["episodes"] == []
    first, second = ops_mails(site)
    assert first.startswith("[NQ57] SỰ CỐ: ") and second.startswith("[NQ57] Đã hết sự cố: ")
    assert "(%s)" % subject in first and "(%s)" % subject in second
    assert site.ctl("status").status == 0
    assert daemon.stop() == 0


def healthy(site, instant):
    site.set_clock(instant)
    return site.daemon().until_note(CYCLED)


def down(site, *instants):
    site.sims.fault("reset", system="central")
    for instant in instants:
        site.set_clock(instant)


def up(site, instant):
    site.sims.clear()
    site.set_clock(instant)


def test_a_blind_source_is_one_alarm(site):
    daemon = healthy(site, "2026-06-02T09:00:00+07:00")
    down(site, "2026-06-02T13:00:00+07:00")
    wait_for(lambda: site.partition("theodoiq", "tasks")["failures"] > 0, what="a failed poll")
    assert crit(daemon, "blind") == [], "four hours are nothing, far from a deadline"
    assert site.status_json()["episodes"] == []
    episode(site, daemon, "blind", "theodoiq", lambda: site.set_clock("2026-06-02T21:05:00+07:00"),
            lambda: up(site, "2026-06-03T02:00:00+07:00"))


def test_before_t_minus_1_patience_is_short(site):
    daemon = healthy(site, "2026-06-17T09:00:00+07:00")
    episode(site, daemon, "blind", "theodoiq", lambda: down(site, "2026-06-17T11:10:00+07:00"),
            lambda: up(site, "2026-06-17T13:00:00+07:00"))


def test_refused_logins_are_one_alarm(site):
    path = site.secrets / "theodoiq.secrets"
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(re.sub(r"\t.*", "\tsai", text), encoding="utf-8")
        site.set_clock("2026-06-19T06:00:00+07:00")
        daemon = site.daemon()

        def heal():
            path.write_text(text, encoding="utf-8")
            site.set_clock("2026-06-19T07:20:00+07:00")

        site.set_clock("2026-06-19T06:10:00+07:00")
        wait_for(lambda: crit(daemon, "session"), what="the alarm")
        status = site.ctl("status", "--json")
        assert status.status == 1
        assert ("session", "theodoiq") in [(e["kind"], e["subject"]) for e in status.json()["episodes"]]
        heal()
        daemon.until_line("session: theodoiq: over", 30)
        assert len(crit(daemon, "session")) == 1 and "giamsat.daklak: login-refused" in crit(daemon, "session")[0]
        wait_for(lambda: len([s for s in ops_mails(site) if "Không đăng nhập được" in s]) == 2, what="both mails")
        assert daemon.stop() == 0
    finally:
        path.write_text(text, encoding="utf-8")


def test_stuck_mail_is_one_alarm(site):
    site.mail_rules({"at": "mail", "reply": "451 4.3.0 try later"})
    daemon = healthy(site, "2026-06-19T07:30:00+07:00")
    wait_for(lambda: len(site.query("SELECT 1 FROM message WHERE state = 'temporary'")) > 2, what="refused mail")
    assert site.ctl("status").status == 0 and crit(daemon, "stuck") == []
    site.set_clock("2026-06-19T09:31:00+07:00")
    wait_for(lambda: crit(daemon, "stuck"), what="the alarm")
    assert site.ctl("status").status == 1 and "451" in crit(daemon, "stuck")[0]
    site.mail_rules()
    for minute in range(20, 50, 3):  # a try that was under way when the relay recovered comes again a minute later
        site.set_clock("2026-06-19T10:%d:00+07:00" % minute)
        with contextlib.suppress(TimeoutError):
            sent(site, 2)
            break
    site.set_clock("2026-06-19T10:55:00+07:00")
    daemon.until_line("stuck: mail: over", 30)
    assert len(crit(daemon, "stuck")) == 1
    wait_for(lambda: len(ops_mails(site)) == 2, what="both mails")
    assert "SỰ CỐ" in ops_mails(site)[0] and "Đã hết" in ops_mails(site)[1]
    wait_for(lambda: site.ctl("status").status == 0, what="all well")
    ids = [m["message"]["Message-ID"] for m in site.mails()[site.first_mail:]]
    assert len(ids) == len(set(ids)) == site.query("SELECT count(*) FROM message WHERE state = 'sent'")[0][0]
    assert daemon.stop() == 0


def test_stuck_mail_shows_an_answer_although_the_newest_has_none_yet(site):
    site.mail_rules({"at": "mail", "reply": "451 4.3.0 try later"})
    daemon = healthy(site, "2026-06-19T07:30:00+07:00")
    wait_for(lambda: len(site.query("SELECT 1 FROM message WHERE state = 'temporary'")) > 2, what="refused mail")
    assert daemon.stop() == 0
    with contextlib.closing(sqlite3.connect(site.state / "nq57.db")) as db, db:
        db.execute("UPDATE message SET phase = NULL, code = NULL, text = NULL"
                   " WHERE code IS NOT 451 OR id = (SELECT max(id) FROM message)")
    site.mail_rules({"at": "mail", "action": "silent", "seconds": 60})
    site.set_clock("2026-06-19T09:31:00+07:00")
    daemon = site.daemon()
    wait_for(lambda: crit(daemon, "stuck"), what="the alarm")
    assert "451 4.3.0 try later" in crit(daemon, "stuck")[0]
    assert daemon.stop() == 0


# ---- secrets ----

def test_secrets_others_may_read_are_refused(site):
    path = site.secrets / "nq57-daklak.secrets"
    try:
        path.chmod(0o640)
        site.sims.post("requests/reset")
        done = site.once()
        assert done.status == 1 and "group or others may use it" in done.err
        assert not [r for r in site.sims.get("requests", system="portal")["requests"] if r["method"] == "POST"]
        assert site.partition("nq57-daklak", "tasks")["fault"] == "no-secret"
        assert site.partition("theodoiq", "tasks")["completeness"] == "complete"
    finally:
        path.chmod(0o600)


def test_no_secret_ever_leaves(tmp_path):
    """Passwords of both systems and of the relay are looked for wherever the daemon writes, and in what its children
    are given; one account's password is wrong, so that errors are written as well."""
    with Small(tmp_path / "site", mode="live", mail=("--auth", "nq57:kenh-thu-that-bi-mat")) as site:
        (site.secrets / "mail").mkdir(mode=0o700)
        (site.secrets / "mail" / "smtp-password").touch(mode=0o600)
        (site.secrets / "mail" / "smtp-password").write_text("kenh-thu-that-bi-mat\n", encoding="utf-8")
        site.set_keys({"mail.user": "nq57"})
        portal = site.secrets / "nq57-daklak.secrets"
        portal.write_text(re.sub(r"(?m)^(xamdrak\t).*$", r"\1mat-khau-sai-canary", portal.read_text(encoding="utf-8")),
                          encoding="utf-8")
        words = {line.split("\t")[1] for name in ("theodoiq", "nq57-daklak")
                 for line in (site.secrets / (name + ".secrets")).read_text(encoding="utf-8").splitlines()}
        words |= {"kenh-thu-that-bi-mat"}
        assert len(words) > 100 and all(len(word) >= 8 for word in words), "long enough to be found only where they are"
        site.mail_rules({"at": "dot", "action": "silent", "seconds": 0.6})
        seen = []
        daemon = site.daemon(NQ57_DEBUG="1")
        wait_for(lambda: children(site, daemon), what="a delivery")
        for pid in [daemon.process.pid, *children(site, daemon)]:
            for what in ("cmdline", "environ"):
                with contextlib.suppress(OSError):
                    seen.append(pathlib.Path("/proc", str(pid), what).read_bytes())
        assert len(seen) >= 4
        daemon.until_note(CYCLED)
        site.mail_rules()
        sent(site)
        assert daemon.stop() == 0
        seen += [path.read_bytes() for path in site.state.rglob("*") if path.is_file()]
        seen += [daemon.log.read_bytes(), "\n".join(daemon.notes()).encode()]
        seen += [site.ctl(*verb).out.encode() for verb in (("status",), ("export",), ("outbox",), ("status", "--json"))]
        seen += [m["bytes"] for m in site.mails()]
        seen.append(site._run(site.command("--print-config")).out.encode())
        assert len(site.mails()) > 3 and b"login-refused" in daemon.log.read_bytes()
        for word in words:
            assert not any(word.encode() in text for text in seen), word
        assert oct((site.state / "nq57.db.vault").stat().st_mode & 0o777) == "0o600"
