# SPDX-License-Identifier: MIT
"""Both systems misbehave in every way they can: each fault has its stable code in status, log and run record, nothing
that was stored changes, the run is not complete, and the next healthy poll heals all. The other system goes on."""
import re
import time

import pytest

from harness import wait_for
from small import Small

CENTRAL, PORTAL = ("theodoiq", "giamsat.daklak"), ("nq57-daklak", "xamdrak")
LISTS = {"central": {"tasks": "/api/nhiem-vu$", "indicators": "/api/chi-tieu$"},
         "portal": {"tasks": "/api/v1/tasks$", "indicators": "/api/v1/criteria$"}}
UNIT = "24412"

# fault code, what the simulator does, and where it can be done to a listing of page number or of offset
FAULTS = [
    ("login-page", {"fault": "login-page"}), ("empty-body", {"fault": "empty"}),
    ("truncated-body", {"fault": "cut", "mode": "length"}), ("truncated-body", {"fault": "cut", "mode": "chunked"}),
    ("truncated-body", {"fault": "cut", "mode": "close"}), ("truncated-body", {"fault": "cut-json"}),
    ("selector-missing", {"fault": "omit-list"}), ("page-repeats", {"fault": "repeat"}),
    ("page-size-lowered", {"fault": "page-size", "size": 10})]
PLACES = [("central", "tasks", CENTRAL), ("portal", "indicators", PORTAL)]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Small(tmp_path_factory.mktemp("faults")) as made:
        made.set_keys({"sources.%s.logins-per-hour" % s: "60" for s in ("theodoiq", "nq57-daklak")})
        first = made.once()
        assert first.status == 0 and "NQ57_FAULT" not in first.err, first
        yield made


@pytest.fixture(autouse=True)
def healthy(request):
    """Whatever a test did, the next begins with well-behaved systems and their whole truth."""
    yield
    if "site" in request.fixturenames:
        site = request.getfixturevalue("site")
        site.sims.clear()
        site.sims.post("restore")


def fault_line(done, code, source, stream):
    """The line of the log that names the fault of this listing."""
    return next((line for line in done.err.splitlines()
                 if re.search(r"\[NQ57_FAULT=%s NQ57_SOURCE=%s NQ57_STREAM=%s" % (code, source, stream), line)), None)


def assert_told(site, done, code, source, stream, account):
    """Status, log and run record say the same code, and none of them says complete."""
    assert done.status == 1, done
    line = fault_line(done, code, source, stream)
    assert line and account in line, done.err
    shown = site.partition(source, stream, account)
    assert shown["fault"] == code and shown["completeness"] in ("partial", "failed") and shown["detail"], shown
    run = site.last_run(source, stream, account)
    assert run["id"] == shown["run"] and run["fault"] == code and run["completeness"] == shown["completeness"]
    assert site.ctl("status").status in (1, 3)
    assert code in site.ctl("status").out
    return run


def assert_heals(site, before):
    done = site.once()
    assert done.status == 0 and "NQ57_FAULT" not in done.err, done
    for shown in site.status_json()["partitions"]:
        assert shown["completeness"] == "complete" and shown["fault"] is None and shown["failures"] == 0
    assert site.export() == before


@pytest.mark.parametrize("code, rule", FAULTS, ids=[" ".join(map(str, r.values())) for _, r in FAULTS])
def test_a_listing_that_cannot_be_believed(site, code, rule):
    """On a listing by page number and on one by offset, in the same poll."""
    before, rows = site.export(), site.rows()
    newest = site.query("SELECT max(id) FROM run")[0][0]
    for system, stream, (_, account) in PLACES:
        site.sims.post("faults", system=system, path=LISTS[system][stream], account=account, **rule)
    done = site.once()
    told = [assert_told(site, done, code, source, stream, account)["id"] for _, stream, (source, account) in PLACES]
    for run in site.query("SELECT * FROM run WHERE id > ?", newest):
        assert (run["added"], run["changed"], run["gone"]) == (0, 0, 0)
        assert (run["completeness"] == "complete") == (run["id"] not in told), "every other listing goes on"
    assert site.query("SELECT count(*) FROM run WHERE id > ?", newest)[0][0] == 12
    assert site.rows() == rows and site.export() == before
    site.sims.clear()
    assert_heals(site, before)


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize("one, other", [("empty", "cut"), ("omit-list", "login-page")])
def test_a_fault_on_one_page_makes_nothing_missing(site, one, other, page):
    """A record is gone from the last page as well: only a complete listing may say so."""
    before = site.export()
    for stream, fault in (("tasks", one), ("indicators", other)):
        last = site.truth("H15.07", stream[:-1], "central")[-1]
        site.sims.post("drop", unit="H15.07", code=last["own_code"], system="central")
        site.sims.fault(fault, system="central", path=LISTS["central"][stream], page=page)
    assert site.once().status == 1
    for stream in LISTS["central"]:
        assert site.partition("theodoiq", stream)["completeness"] == ("failed" if page == 1 else "partial")
    assert site.export() == before
    site.sims.clear()
    site.sims.post("restore")
    assert_heals(site, before)


# ---- single records ----

def other_lines(text, code):
    """The export without the one record, its quarantine, and what is counted from it."""
    return [line for line in text.splitlines() if code not in line and
            not line.startswith(("quarantine ", "partition ", "obligation ", "claim ", "message "))]


@pytest.mark.parametrize("system, stream, place", [("central", "tasks", CENTRAL), ("portal", "tasks", PORTAL)],
                         ids=["central", "portal"])
@pytest.mark.parametrize("fault, rule, value, nearest", [
    ("word-unknown", {"fault": "unknown-status", "word": {"central": "Đang thực hiên", "portal": "IN_PROGRES"}},
     {"central": "Đang thực hiên", "portal": "IN_PROGRES"}, {"central": "Đang thực hiện", "portal": "IN_PROGRESS"}),
    ("unit-unmapped", {"fault": "unmapped-unit", "value": {"central": "24413", "portal": "24413"}},
     {"central": "24413", "portal": "24413"}, {"central": "24412", "portal": "24412"})], ids=["word", "unit"])
def test_a_record_nobody_understands(site, fault, rule, value, nearest, system, stream, place):
    before = site.export()
    source, account = place
    record = site.truth(UNIT, "task", system)[0]
    other = site.truth(UNIT, "task", system)[1]
    rule = {key: part[system] if isinstance(part, dict) else part for key, part in rule.items()}
    site.sims.post("faults", system=system, path=LISTS[system]["tasks"], account=account, code=record["own_code"],
                   on_unit=UNIT, **rule)
    site.sims.post("change", unit=UNIT, code=other["own_code"], field="result", value="đổi trong lúc có lỗi",
                   system=system)
    done = site.once()
    run = assert_told(site, done, fault, source, stream, account)
    assert run["completeness"] == "partial" and run["quarantined"] == 1 and (run["added"], run["gone"]) == (0, 0)
    assert run["changed"] == 1, "the rest is stored"
    row = next(q for q in site.ctl("quarantine", "--json").ok().json()["quarantine"] if q["fault"] == fault)
    assert row["value"] == value[system] and row["nearest"] == nearest[system], row
    line = next(n for n in done.err.splitlines() if "put aside" in n)
    assert value[system] in line and nearest[system] in line
    assert value[system] in site.ctl("quarantine").ok().out
    after = site.export()
    assert other_lines(after, other["own_code"]) == other_lines(before, other["own_code"])
    key = "%s/task/%s" % (UNIT, record["own_code"])
    assert [n for n in after.splitlines() if key in n and n.startswith(("record", "side"))] == \
           [n for n in before.splitlines() if key in n and n.startswith(("record", "side"))], "its last values stay"
    if not (system == "central" and fault == "unit-unmapped"):  # whose it is, nobody can tell
        states = [n.split()[3] for n in after.splitlines() if n.startswith("obligation") and " %s " % UNIT in n]
        assert states and set(states) == {"unknown"}
    site.sims.clear()
    site.sims.post("change", unit=UNIT, code=other["own_code"], field="result", value=other["result"], system=system)
    done = site.once()
    assert done.status == 0, done
    assert site.ctl("quarantine", "--json").ok().json()["quarantine"] == []
    assert [n for n in site.export().splitlines() if not n.startswith("history")] == \
           [n for n in before.splitlines() if not n.startswith("history")]


# ---- sessions ----

def count_requests(site, system):
    site.sims.post("requests/reset")
    assert site.once().status == 0
    return len(site.sims.get("requests", system=system)["requests"])


def test_a_session_may_expire_at_any_request(site):
    """As 401 with and without a living refresh token, as a redirect to the login, and as a login page with 200."""
    before = site.export()
    for system, number in (("central", 6), ("portal", 15)):
        assert count_requests(site, system) == number, "a page at a time, and no login while the session lives"
        for i in range(number):
            other = (system == "central" or i % 3 == 0) and bool(i % 2)
            site.sims.fault("login-page" if other and system == "portal" else "expire", system=system, skip=i, count=1)
            if other and system == "central":
                site.sims.fault("status", path="/api/auth/refresh$", code=401, system="central")
            done = site.once()
            assert done.status == 0 and done.err == "", (system, i, done)
            assert site.export() == before
            site.sims.clear()
    site.sims.post("requests/reset")
    site.sims.post("expire")
    assert site.once().status == 0
    logins = [r["account"] for r in site.sims.get("requests")["requests"]
              if r["method"] == "POST" and r["path"] in ("/login", "/api/auth/login")]
    assert len(logins) == len(set(logins)) == 6, "one login an account"
    assert site.export() == before


@pytest.mark.parametrize("source, system, login, stream", [
    ("theodoiq", "central", "/api/auth/login", "tasks"), ("nq57-daklak", "portal", "/login", "tasks")])
def test_a_wrong_password_never_locks_an_account(tmp_path, source, system, login, stream):
    """Not more attempts than the budget, over restarts; the other source goes on; the right password heals."""
    with Small(tmp_path / "site", units=("24412", "24133", "H15.07")) as site:
        path = site.secrets / (source + ".secrets")
        right = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"(?m)\t.*$", "\tsai-mat-khau-roi", right), encoding="utf-8")
        accounts = 1 if system == "central" else 3
        for _ in range(8):
            assert site.once().status == 1
        tries = [r for r in site.sims.get("requests", system=system)["requests"]
                 if r["method"] == "POST" and r["path"] == login]
        assert accounts <= len(tries) <= 4 * accounts
        assert site.partition(source, stream)["fault"] in ("login-refused", "login-budget")
        others = {p["source"]: p["completeness"] for p in site.status_json()["partitions"] if p["source"] != source}
        assert others and set(others.values()) == {"complete"}
        path.write_text(right, encoding="utf-8")
        site.set_clock("2026-06-19T08:31:00+07:00")
        done = site.once()
        assert done.status == 0, done
        assert len(site.query("SELECT id FROM record")) > 30


# ---- the network, the load, the other source ----

def test_too_many_requests(site):
    before = site.export()
    site.sims.fault("status", system="central", path=LISTS["central"]["tasks"], code=429, retry_after="1", count=1)
    start = time.monotonic()
    done = site.once()
    assert done.status == 0 and time.monotonic() - start >= 1, "the pause that is asked for is kept"
    site.sims.fault("status", system="central", path=LISTS["central"]["tasks"], code=429, retry_after="7200")
    start = time.monotonic()
    done = site.once()
    assert time.monotonic() - start < 20
    assert_told(site, done, "rate-limited", "theodoiq", "tasks", CENTRAL[1])
    assert site.partition("theodoiq", "tasks")["retry_after"] == "2026-06-19T09:30:00+07:00"
    assert site.export() == before
    site.sims.clear()
    assert_heals(site, before)


@pytest.mark.parametrize("rule", [{"fault": "status", "code": 500}, {"fault": "status", "code": 503},
                                  {"fault": "reset"}, {"fault": "cut"}, {"fault": "slow", "delay": 700}],
                         ids=lambda rule: "%s-%s" % (rule["fault"], rule.get("code", "")))
def test_a_passing_fault_is_not_even_seen(site, rule):
    before = site.export()
    for system in LISTS:
        site.sims.post("faults", system=system, path=LISTS[system]["tasks"], count=1, **rule)
    done = site.once()
    assert done.status == 0 and done.err == "", done
    assert site.export() == before


@pytest.mark.parametrize("rule, code", [
    ({"fault": "status", "code": 500}, "http-status"), ({"fault": "reset"}, "network"), ({"fault": "hang"}, "network"),
    ({"fault": "slow", "drip": 1, "every": 400}, "network"),
    ({"fault": "raw", "type": "text/html", "body": "<html><h1>Bảo trì</h1></html>"}, "not-json"),
    ({"fault": "redirect", "location": "http://other.example.vn/"}, "redirect")],
                         ids=["500", "reset", "hang", "drip", "maintenance", "redirect"])
def test_a_fault_that_stays_ends_that_listing_only(site, rule, code):
    before = site.export()
    site.set_keys({"sources.theodoiq.timeout": "1 seconds"})
    site.sims.post("faults", system="central", path=LISTS["central"]["indicators"], **rule)
    done = site.once()
    assert_told(site, done, code, "theodoiq", "indicators", CENTRAL[1])
    assert site.partition("theodoiq", "tasks")["completeness"] == "complete"
    assert site.export() == before
    site.sims.clear()
    assert_heals(site, before)


@pytest.mark.parametrize("down, source", [("central", "theodoiq"), ("portal", "nq57-daklak")])
def test_a_dead_source_never_stops_the_other(site, down, source):
    before = site.export()
    text = (site.config / "nq57d.yaml").read_text(encoding="utf-8")
    site.set_keys({"sources.%s.url" % source: "http://127.0.0.1:9"})
    other = "portal" if down == "central" else "central"
    record = site.truth(UNIT, "task", other)[0]
    site.sims.post("change", unit=UNIT, code=record["own_code"], field="result", value="mới", system=other)
    done = site.once()
    assert done.status == 1
    for partition in site.status_json()["partitions"]:
        assert (partition["completeness"] == "complete") == (partition["source"] != source), partition
        assert partition["fault"] == ("network" if partition["source"] == source else None)
    assert '"mới"' in site.export(), "what the living one says is stored"
    site.sims.post("change", unit=UNIT, code=record["own_code"], field="result", value=record["result"], system=other)
    (site.config / "nq57d.yaml").write_text(text, encoding="utf-8")
    assert site.once().status == 0
    assert [n for n in site.export().splitlines() if not n.startswith("history")] == \
           [n for n in before.splitlines() if not n.startswith("history")]


def test_a_dead_source_in_the_running_daemon(site):
    """It is asked again with back-off, the other is polled on time, and it is seen again without help."""
    before = site.export()
    site.sims.fault("reset", system="central")
    daemon = site.daemon().until_note(" units behind")
    assert site.partition("theodoiq", "tasks")["fault"] == "network"
    first = site.partition("nq57-daklak", "tasks")["run"]
    site.set_clock("2026-06-19T08:05:00+07:00")
    wait_for(lambda: site.partition("nq57-daklak", "tasks")["run"] > first, what="the other source's poll")
    wait_for(lambda: sum(" units behind" in n for n in daemon.notes()) > 1, what="the end of that cycle")
    site.sims.clear()
    site.set_clock("2026-06-19T09:40:00+07:00")
    wait_for(lambda: site.partition("theodoiq", "tasks")["completeness"] == "complete", what="the recovery")
    assert daemon.stop() == 0
    site.set_clock("2026-06-19T07:30:00+07:00")
    assert [n for n in site.export().splitlines() if n.startswith(("side", "record"))] == \
           [n for n in before.splitlines() if n.startswith(("side", "record"))]
