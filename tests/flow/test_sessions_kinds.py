# SPDX-License-Identifier: MIT
"""Every kind of session, by YAML alone, against a server that has a door of each kind."""
import base64
import contextlib
import re
import sqlite3

import pytest

from door import ACCOUNT, KEYS, LOGINS, SECRET, SESSIONS, Door


def vault(site):
    with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % (site.state / "nq57.db.vault"), uri=True)) as db:
        return db.execute("SELECT session FROM session").fetchall(), db.execute("SELECT * FROM attempt").fetchall()


@pytest.fixture(scope="module")
def doors(tmp_path_factory):
    """door -> a site before it, made once and given anew."""
    with contextlib.ExitStack() as stack:
        made = {}

        @contextlib.contextmanager
        def give(door):
            if door not in made:
                made[door] = stack.enter_context(Door(tmp_path_factory.mktemp(door), door))
            yield made[door].anew()
        yield give


@pytest.mark.parametrize("door", KEYS + LOGINS)
def test_each_kind_reads_the_list(doors, door):
    """Whole, and once more by what is kept: without a login."""
    with doors(door) as site:
        assert site.check().status == 0
        site.polled()
        assert site.whole()
        lists = site.seen("/api/tasks")
        assert [r["status"] for r in lists] == [200] * 3 if door != "digest" else {r["status"] for r in lists} == \
            {200, 401}
        logins = site.tell()["logins"]
        assert logins == (0 if door in KEYS else 1)
        site.polled()
        assert site.tell()["logins"] == 0 and site.whole()


LOSSES = [401, 403, "redirect", "page", "json"]


@pytest.mark.parametrize("lose", LOSSES)
@pytest.mark.parametrize("door", ["json", "form"])
def test_a_session_that_ends_at_any_request_is_made_anew(doors, door, lose):
    """P10: before request 1, 2 and 3 of a listing; the result is the same, and each costs one login."""
    with doors(door) as site:
        site.polled()
        before = site.rows()
        for at in (1, 2, 3):
            site.set_clock("2026-06-%dT07:30:00+07:00" % (19 + at))
            site.tell(lose=lose, expire_before=at)
            done = site.polled()
            assert "NQ57_FAULT" not in done.err
            state = site.tell()
            assert state["logins"] == 1 and state["refused"] == 0
            assert len([r for r in state["requests"] if r["path"].endswith("/api/tasks")]) == 4
            assert site.rows() == before


@pytest.mark.parametrize("door", [*KEYS, *LOGINS])
def test_a_wrong_password_is_tried_once_a_run(doors, door):
    """... and where it may lock an account, not more often than the budget allows, whatever restarts."""
    counts = door in LOGINS or door in ("basic", "digest")
    with doors(door) as site:
        site.accounts({ACCOUNT: "sai"})
        refused = 0
        for n in range(5 if counts else 2):
            site.polled(1)
            refused += site.tell()["refused"]
            assert site.tell()["refused"] <= 1
            assert site.fault() == ("login-budget" if counts and n >= 4 else "login-refused")
            if door == "oauth" and n == 0:
                assert "invalid_" in site.partition("door", "tasks")["detail"], "the system's own words"
        assert refused == (4 if counts else 0)
        site.accounts({ACCOUNT: SECRET})
        site.set_clock("2026-06-19T08:30:01+07:00")
        site.polled()
        assert site.whole()


def test_a_wrong_password_over_a_day(doors):
    """P11: polled each half hour for a day, a new process each time."""
    with doors("basic") as site:
        site.accounts({ACCOUNT: "sai"})
        by_hour = []
        for hour in range(24):
            refused = 0
            for minute in (0, 20, 40):
                site.set_clock("2026-06-%02dT%02d:%02d:00+07:00" % (19 + (7 + hour) // 24, (7 + hour) % 24, minute))
                site.polled(1)
                refused += site.tell()["refused"]
            by_hour.append(refused)
        assert max(by_hour) <= 4 and sum(by_hour) == 72, by_hour


def clock_at(minutes):
    """So many minutes after the first instant of a site."""
    hour, minute = divmod(7 * 60 + 30 + minutes, 60)
    return "2026-06-%02dT%02d:%02d:00+07:00" % (19 + hour // 24, hour % 24, minute)


@pytest.mark.parametrize("door", ["json", "form"])
def test_a_wrong_password_of_a_login_over_a_day(doors, door):
    """P11: every ten minutes at first, then every two hours: in no hour more than the budget, and never none at all."""
    with doors(door) as site:
        site.accounts({ACCOUNT: "sai"})
        times = [*range(0, 120, 10), *range(120, 24 * 60, 120)]
        tried = []
        for minutes in times:
            site.set_clock(clock_at(minutes))
            site.polled(1)
            tried += [minutes] * site.tell()["refused"]
        assert max(sum(at <= other < at + 60 for other in tried) for at in tried) == 4
        assert [at for at in tried if at >= 120] == times[12:]


@pytest.mark.parametrize("door, more", [("json", ""), ("form", "  lifetime: 14400\n")], ids=["json", "form"])
def test_one_login_for_the_life_of_a_session_over_a_day(tmp_path, door, more):
    """Polled for a day by one process after another: a session of four hours costs six logins, and none is lost."""
    with Door(tmp_path, door, more) as site:
        site.tell(expires_in=14400)
        logins = 0
        for minutes in range(0, 24 * 60, 80):
            site.set_clock(clock_at(minutes))
            site.polled()
            assert {r["status"] for r in site.seen("/api/tasks")} == {200}
            logins += site.tell()["logins"]
        assert logins == 6 and site.whole()


def test_fifty_who_wait_for_one_login(tmp_path):
    """Fifty listings of one account ask at once, before there is a session and when it has gone."""
    with Door(tmp_path, "json") as site:
        profile = site.config / "profiles" / "door.yaml"
        head, stream = profile.read_text(encoding="utf-8").split("streams:\n")
        more = "".join(stream.replace("  tasks:", "  tasks%d:" % n) for n in range(50))
        profile.write_text(head + "streams:\n" + more, encoding="utf-8")
        site.set_keys({"sources.door.requests-at-once": "16"})
        for _ in range(2):
            site.polled()
            assert site.tell()["logins"] == 1
            listed = [p["completeness"] for p in site.status_json()["partitions"] if p["source"] == "door"]
            assert len(listed) >= 50 and set(listed) == {"complete"}
            site.tell(expire=True)


def test_only_failures_use_up_the_budget_of_basic(doors):
    with doors("basic") as site:
        for _ in range(6):
            site.polled()
        assert vault(site) == ([], [])


def test_a_request_that_cannot_be_made_holds_nobody_up(tmp_path):
    """While a password is tried nobody else sends it; who did not send it either makes room for the next."""
    with Door(tmp_path, "basic") as site:
        profile = site.config / "profiles" / "door.yaml"
        head, stream = profile.read_text().split("streams:\n")
        other = stream.replace("tasks:", "nowhere:").replace("/api/tasks", "/api/<config.where>/tasks")
        profile.write_text(head + "streams:\n" + other + stream)
        site.set_keys({"sources.door.values.where": ".."})
        site.polled(1)
        assert site.whole() and site.tell()["refused"] == 0 and vault(site) == ([], [])
        assert site.partition("door", "nowhere")["fault"] == "selector-missing"


def test_proof_of_any_kind(tmp_path):
    """A password of `basic` is proved by one request; a page that proves nothing ends the listing."""
    proof = "  proof-path: /api/me\n  proof: $.me.id\n"
    with Door(tmp_path / "a", "basic", proof) as site:
        site.polled()
        assert [r["path"] for r in site.seen()][:2] == ["/basic/api/me", "/basic/api/tasks"] and site.whole()
    with Door(tmp_path / "b", "basic", proof.replace(".me.id", ".you")) as site:
        site.polled(1)
        assert site.fault() == "selector-missing" and site.seen("/api/tasks") == []


def test_a_token_against_forgery_is_taken_anew(doors):
    with doors("csrf") as site:
        for at in (1, 2, 3):
            site.tell(stale_before=at)
            site.polled()
            assert site.whole() and site.tell()["logins"] == (at == 1)
            lists = [r["status"] for r in site.seen("/api/tasks")]
            assert sorted(lists) == [200] * 3 + [419] and lists[at - 1] == 419


@pytest.mark.parametrize("home", [503, 404, "bare"])
def test_a_page_without_a_token_costs_no_session(doors, home):
    """Neither one that was in use nor one that was just made is given up, and nobody logs in again."""
    with doors("csrf") as site:
        for skip in (1, 0):
            site.tell(home=home, home_skip=skip, stale_before=0 if skip else 1)
            site.polled(1)
            assert site.fault() == ("selector-missing" if home == "bare" else "http-status")
            assert site.tell()["logins"] == (1 if skip else 0)
            site.tell(home=None)
            site.polled()
            assert site.whole() and site.tell()["logins"] == 0


def test_a_page_without_a_token_that_shows_a_login(doors):
    """Logged out is found on that page as on any other; a page that never has a token is not asked for ever."""
    with doors("csrf") as site:
        site.polled()
        site.tell(stale_before=1, home="out")
        site.polled()
        assert site.whole() and site.tell()["logins"] == 1
        site.tell(stale_before=1, home="bare")
        for logins in (0, 1):
            site.polled(1)
            assert site.tell()["logins"] == logins
        site.tell(home=None)
        site.polled()
        assert site.whole() and site.tell()["logins"] == 0


@pytest.mark.parametrize("expires", [60, "60", "60.0", None, "x", 1781829060, "2026-06-19T00:31:00Z"],
                         ids=lambda v: str(v))
def test_when_a_token_ends(doors, expires):
    """As a number, a text, an instant, or not at all: renewed before its end, or when it is refused."""
    with doors("json") as site:
        site.tell(expires_in=expires)
        site.polled()
        site.set_clock("2026-06-19T07:30:20+07:00")
        site.polled()
        assert site.tell()["logins"] == 0
        site.set_clock("2026-06-19T07:30:59+07:00")
        site.polled()
        known = expires not in (None, "x")
        assert site.tell()["logins"] == (1 if known else 0)
        assert {r["status"] for r in site.seen("/api/tasks")} == {200}


# ---- refresh tokens that serve once ----

ROTATING = "  kind: oauth2\n  token-path: /token\n  grant: refresh-token\n  client-auth: body\n"


@pytest.fixture
def rotating(tmp_path):
    with Door(tmp_path, "oauth", session=ROTATING) as site:
        site.tell(refresh="first-refresh-token", expires_in=600)
        site.hand("refresh: first-refresh-token\n")
        site.polled()
        assert site.whole() and site.tell()["refresh"] != ["first-refresh-token"]
        site.set_clock("2026-06-19T07:45:00+07:00")
        yield site


def test_a_rotated_token_is_used_the_next_time(rotating):
    rotating.polled()
    assert [r["status"] for r in rotating.seen("/token")] == [200] and rotating.whole()


def test_a_rotated_token_survives_a_kill(rotating):
    """P12: stored before it is used; killed in between, no person is needed."""
    killed = rotating.once(NQ57_KILL_AT="session-after-save:2")
    assert killed.status == -9, killed
    rotating.polled()
    assert rotating.seen("/token") == [] and rotating.whole()


def test_a_token_outlives_an_address_that_is_not_there_for_a_while(rotating):
    """404 says nothing about the refresh token: no person is needed once the address is there again."""
    profile = rotating.config / "profiles" / "door.yaml"
    text = profile.read_text()
    profile.write_text(text.replace("token-path: /token", "token-path: /tokens"))
    rotating.polled(1)
    assert rotating.fault() == "http-status" and [r["status"] for r in rotating.seen("/tokens")] == [404]
    profile.write_text(text)
    rotating.polled()
    assert rotating.whole()


def test_a_token_that_was_used_up_unseen_is_reported(rotating):
    """Killed between the answer and the store: nobody knows the new token. The report says so."""
    rotating.tell(stop_after="token")
    done = rotating.polled(1)
    assert rotating.fault() == "session-over" and "cut off" in done.err and "door.%s.session" % ACCOUNT in done.err
    rotating.polled(1)
    assert rotating.seen() == [], "not asked again before the file changes"
    rotating.tell(refresh="second-refresh-token")
    rotating.hand("refresh: second-refresh-token\n")
    rotating.polled()
    assert rotating.whole()


# ---- handed over ----

def test_a_session_that_a_person_hands_over(doors):
    with doors("cookie") as site:
        site.polled(1)
        assert site.fault() == "no-secret" and site.seen() == []
        word = site.tell(hand=True)["cookie"]
        path = site.hand("# Nga\ncookie: s=%s\nexpires: 20/6/2026 12:00\n" % word)
        done = site.polled()
        assert site.whole() and "session-ending" not in done.err
        site.set_clock("2026-06-19T12:30:00+07:00")
        done = site.polled()
        assert "NQ57_FINDING=session-ending" in done.err and "12:00 on 20/6/2026" in done.err
        site.set_clock("2026-06-20T12:00:01+07:00")
        done = site.polled(1)
        assert site.fault() == "session-over" and "ended at 12:00" in done.err and site.seen() == []
        site.hand("token: unused\ncookie: s=%s\n" % word)
        site.polled()
        site.tell(expire=True)
        site.polled(1)
        assert site.fault() == "session-over" and len(site.seen()) == 1
        site.polled(1)
        assert site.seen() == [], "not asked again before the file changes"
        site.hand("cookie: s=%s\n" % site.tell(hand=True)["cookie"])
        site.polled()
        path.unlink()
        site.polled(1)
        assert site.fault() == "no-secret" and site.seen() == [] and "s=" not in str(vault(site))
        path = site.hand("cookie s\n")
        done = site.polled(1)
        assert "door.%s.session:1:" % ACCOUNT in done.err
        path.chmod(0o644)
        done = site.polled(1)
        assert "chmod 600" in done.err


# ---- an account that two use ----

def test_two_on_one_account(tmp_path):
    """A person logs in every half hour, which ends ours: after five times nq57d leaves the account alone."""
    with Door(tmp_path, "form", "  lifetime: 28800\n") as site:
        logins, faults, found = [], [], []
        for half in range(18):
            site.set_clock("2026-06-19T%02d:%02d:00+07:00" % (7 + half // 2, half % 2 * 30))
            site.tell(reset=True, expire=True)
            done = site.once()
            logins.append(site.tell()["logins"])
            faults.append(site.fault())
            found.append("NQ57_FINDING=session-contested" in done.err)
            if found[-1]:
                assert "supervised" in done.err and "giamsat.daklak" in done.err
        assert logins[:5] == [1] * 5 and logins[5:7] == [0, 0] and logins[7] == 1
        assert found[5] and faults[5] == "session-contested" == faults[6] and faults[7] is None
        assert sum(logins) <= 8, "the pauses grow"
        assert site.tell()["refused"] == 0
        site.set_clock("2026-06-20T12:00:00+07:00")
        site.polled()
        assert site.whole()


# ---- where secrets stand ----

@pytest.mark.parametrize("door", [*KEYS, *LOGINS, "cookie", "body"])
def test_a_canary_stands_nowhere(doors, door):
    """P24: in no log, store, status or export, also when the server repeats it, sends it along in a redirect, or the
    poll fails."""
    with doors(door) as site:
        if door == "cookie":
            site.hand("cookie: s=%s\n" % site.tell(hand=True)["cookie"])
        said = [site.once()]
        kept = re.findall(r"(?:json|access|cookie|stepped|handed|refresh)-[0-9a-f]{24}", str(vault(site)))
        words = {SECRET, *kept}
        assert len(words) > (0 if door in KEYS else 1)
        words.add(base64.b64encode(("giamsat.daklak:" + SECRET).encode()).decode())
        site.tell(echo=" ".join(sorted(words)))
        for lose in ("echo-html", "echo-json", "echo-redirect", 500, "echo-401"):
            site.tell(lose=lose)
            said.append(site.once())
            assert site.fault() is not None
        said += [site.ctl("status", "--json"), site.ctl("export"), site._run(site.command("--print-config"))]
        texts = [(" ".join(d.args), (d.out + d.err).encode()) for d in said]
        texts += [(p.name, p.read_bytes()) for p in site.state.iterdir() if p.is_file() and "vault" not in p.name]
        for word in words:
            assert [name for name, text in texts if word.encode() in text] == []
        drawn = re.compile(rb"(?:json|access|cookie|stepped|handed|refresh)-[0-9a-f]{24}")
        assert [name for name, text in texts if drawn.search(text)] == [], "those of the last login neither"


def test_the_doors_are_all_tried():
    assert set(SESSIONS) == {*KEYS, *LOGINS, "cookie", "body"}
