# SPDX-License-Identifier: MIT
"""`nq57ctl probe`: one look at a system through its profile, beside the daemon and without it. It tells the requests,
what was on the page, what mapped and what did not, and names what may mend it; it stores nothing and keeps to the login
budget."""
import contextlib
import json
import re
import socket
import sqlite3

import pytest

from harness import SOURCE, wait_for
from raw_server import RawServer, reply
from simulators import client
from small import Lone, Small

UNITS = ("H15.07", "24412", "24133")
NAMES = ("24412", "24121", "24184", "H15.02", "H15.07")
THIRD = SOURCE / "tests" / "fixtures" / "profiles" / "third.yaml"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Small(tmp_path_factory.mktemp("probe"), units=UNITS, size=20) as made:
        yield made


def probe(site, *args, status=0, **env):
    done = site.ctl("probe", *args, **env)
    assert done.status == status, done
    return done


def stream(told, name="tasks"):
    return next(s for s in told["streams"] if s["stream"] == name)


def field(told, name, stream_name="tasks"):
    return next(f for f in stream(told, stream_name)["fields"] if f["field"] == name)


def test_a_json_login_before_the_daemon_ever_ran(site):
    told = probe(site, "theodoiq", "--json").json()
    assert told["fault"] is None and not told["session_reused"] and not told["daemon_running"]
    first = told["requests"][0]
    assert {"method": "POST", "target": "/api/auth/login", "login": True, "status": 200}.items() <= first.items()
    assert len(told["requests"]) <= 7 and {s["stream"] for s in told["streams"]} == {"tasks", "indicators"}
    tasks = stream(told)
    best = tasks["lists"][0]
    assert best["path"] == "$.data.items" and best["records"] == 20 == tasks["page_records"][0]
    due = next(m for m in best["members"] if m["path"] == "$.hanHoanThanh")
    assert due["dates"] == "dd/MM/yyyy" and due["types"] == ["text"]
    assert next(m for m in best["members"] if m["path"] == "$.tienDo")["decimal_mark"] == "comma"
    assert {"kind": "total", "path": "$.data.total"}.items() <= tasks["hints"][0].items() or \
        any(h["kind"] == "total" and h["path"] == "$.data.total" for h in tasks["hints"])
    assert tasks["pages"] == 2
    assert field(told, "title")["set"] == tasks["records"] == 20
    assert not (site.state / "nq57.db").exists(), "nothing is stored"


def test_a_form_login_in_words_of_both_languages(site):
    english = probe(site, "nq57-daklak").out
    assert re.search(r"POST /login +302, \d+ ms", english) and "(login)" in english and "/trang-chu" in english
    assert "list $.data:" in english and "(the profile's)" in english and "Fields over" in english
    vietnamese = probe(site, "portal", "--lang", "vi").out
    assert "đăng nhập" in vietnamese and "danh sách $.data" in vietnamese and "Các trường qua" in vietnamese
    for text in (english, vietnamese):
        for line in (site.secrets / "nq57-daklak.secrets").read_text(encoding="utf-8").splitlines():
            assert line.split("\t")[1] not in text


def attempts(site, source):
    with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % (site.state / "nq57.db.vault"), uri=True)) as db:
        return db.execute("SELECT count(*) FROM attempt WHERE source = ?", (source,)).fetchone()[0]


def logins(site):
    return len([r for r in site.sims.get("requests")["requests"] if r["path"] == "/api/auth/login"])


def test_beside_the_daemon_its_session_is_used_and_its_budget_kept(site):
    site.fresh("beside")
    daemon = site.daemon()
    site.ctl("sync")
    wait_for(lambda: {p["completeness"] for p in site.status_json()["partitions"]} == {"complete"}, what="a poll")
    before, rows = attempts(site, "theodoiq"), site.rows()
    told = probe(site, "theodoiq", "--json").json()
    assert told["session_reused"] and told["daemon_running"] and not [r for r in told["requests"] if r["login"]]
    assert attempts(site, "theodoiq") == before and site.rows() == rows
    site.sims.post("expire")
    told = probe(site, "theodoiq", "--json").json()
    assert [r for r in told["requests"] if r["login"]] and attempts(site, "theodoiq") == before + 1
    limit = 4 + before
    while attempts(site, "theodoiq") < limit:
        site.sims.post("expire")
        done = site.ctl("probe", "theodoiq", "--stream", "tasks")
        assert done.status in (0, 12), done
        if done.status == 12:
            assert "logins an hour" in done.out
            break
    assert daemon.alive() and daemon.stop() == 0
    assert logins(site) <= limit + before


def test_a_wrong_password(site):
    site.fresh("wrong")
    path = site.secrets / "theodoiq.secrets"
    right = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\t.*", "\tsai-mat-khau", right), encoding="utf-8")
    try:
        done = probe(site, "theodoiq", status=12)
        assert "login-refused" in done.out and "401" in done.out and "sai-mat-khau" not in done.out + done.err
        path.write_text("", encoding="utf-8")
        assert "no-secret" in probe(site, "theodoiq", status=12).out
    finally:
        path.write_text(right, encoding="utf-8")


def test_a_system_that_is_not_there(site):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = nobody.getsockname()[1]
        url = "http://127.0.0.1:%d" % site.sims.ports["central"]
        site.set_keys({"sources.theodoiq.url": "http://127.0.0.1:%d" % address})
        try:
            told = probe(site, "theodoiq", status=10).out
            assert "network" in told and "counted" not in told.replace("no login was counted", "")
            site.fresh("refused")  # a vault is there now
            site.once()
            site.set_keys({"sources.theodoiq.url": "http://127.0.0.1:%d" % address})
            before = attempts(site, "theodoiq")
            site.sims.post("expire")
            with contextlib.closing(sqlite3.connect(site.state / "nq57.db.vault")) as db:
                db.execute("DELETE FROM session")
                db.commit()
            told = probe(site, "theodoiq", status=10).out
            assert "no login was counted" in told and attempts(site, "theodoiq") == before
            site.set_keys({"sources.theodoiq.url": "https://127.0.0.1:%d" % site.catcher.port})
            assert "tls" in probe(site, "theodoiq", status=11).out
        finally:
            site.set_keys({"sources.theodoiq.url": url})


def test_what_does_not_exist(site):
    assert "did you mean theodoiq" in probe(site, "theodoi", status=4).err
    assert "no stream `x`" in probe(site, "theodoiq", "--stream", "x", status=4).err
    assert "account `x`" in probe(site, "theodoiq", "--account", "x", status=4).err
    assert site.ctl("probe").status == 2
    site.set_keys({"sources.theodoiq.profile": "nobody"})
    try:
        assert probe(site, "theodoiq", status=78).err
    finally:
        site.set_keys({"sources.theodoiq.profile": "theodoiq"})


def test_unknown_words_and_units_are_named_with_the_line_that_mends_them(site):
    site.fresh("words")
    site.sims.post("faults", system="central", fault="unknown-status", word="Hoàn thành sớm", path="/api/nhiem-vu")
    try:
        done = probe(site, "theodoiq", "--stream", "tasks", "--json", status=14).json()
    finally:
        site.sims.clear()
    aside = stream(done)["put_aside"]
    assert aside[0]["fault"] == "word-unknown" and aside[0]["value"] == "Hoàn thành sớm" and aside[0]["nearest"]
    assert any(a["yaml"].startswith("Hoàn thành sớm: ") for a in stream(done)["advice"])


def test_a_lowered_page_size_and_a_page_that_comes_again(site):
    site.fresh("pages")
    site.sims.post("faults", system="central", fault="page-size", size=7, path="/api/nhiem-vu")
    site.sims.post("faults", system="central", fault="repeat", path="/api/chi-tieu")
    try:
        told = probe(site, "theodoiq", "--json", status=13).json()
        text = probe(site, "theodoiq", status=13).out
    finally:
        site.sims.clear()
    assert stream(told)["page_records"][0] == 7 and stream(told)["size_asked"] == 20
    assert any(a["yaml"] == "size: 7" for a in stream(told)["advice"]) and "THE SIZE IS LOWERED" in text
    assert stream(told, "indicators")["fault"] == "page-repeats" and "page-repeats" in text


class Third(Lone):
    def __init__(self, folder, change=None, key="khoa-thu-nghiem"):
        self.third = client.Child("third.py")
        super().__init__(folder, THIRD, "http://127.0.0.1:%d" % self.third.port, NAMES, {"giamsat.daklak": key})
        self._child(self.third)
        path = self.config / "profiles" / "third.yaml"
        text = path.read_text(encoding="utf-8")
        for old, new in (change or {}).items():
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")


def test_wrong_selectors_are_found_and_better_ones_named(tmp_path):
    """A list that is not there; then fields that find nothing, and members that nobody reads."""
    with Third(tmp_path / "list", {"list: $.result.payload.rows.list": "list: $.data"}) as site:
        done = probe(site, "third", "--stream", "tasks", "--json", status=13).json()
        told = stream(done)
        assert told["fault"] == "selector-missing" and "$.data" in told["detail"]
        assert told["lists"][0]["path"] == "$.result.payload.rows.list" and told["lists"][0]["records"] == 25
        assert {"yaml": "list: $.result.payload.rows.list"}.items() <= told["advice"][0].items()
        assert any(h["kind"] in ("cursor", "next") and h["path"].endswith("cursor.next") for h in told["hints"])
    with Third(tmp_path / "field", {"progress: $.state.percent": "progress: $.percent",
                                    "updated_at: $.touched.ts": "updated_at: $.changed"}) as site:
        done = probe(site, "third", "--json", status=15).json()
        assert stream(done)["nothing_found"] == ["progress", "updated_at"]
        assert field(done, "progress")["missing"] == stream(done)["records"] == 25
        assert "$.touched.ts" not in stream(done)["unread"], "another field reads beside it"
        text = probe(site, "third", "--stream", "tasks", status=15).out
        assert "NOTHING FOUND" in text and "FOUND NOTHING in any record: progress updated_at" in text
        due = next(m for m in stream(done)["lists"][0]["members"] if m["path"] == "$.when.limit")
        assert due["dates"] == "epoch"
    with Third(tmp_path / "key", key="sai") as site:
        assert probe(site, "third", status=12).out.count("403") >= 1


def test_what_it_recorded_replays_without_the_system(site, tmp_path):
    site.fresh("taped")
    live = probe(site, "theodoiq", "--record", tmp_path / "tape", "--json").json()
    seen = len(site.sims.get("requests")["requests"])
    again = probe(site, "theodoiq", "--replay", tmp_path / "tape", "--json").json()
    assert len(site.sims.get("requests")["requests"]) == seen
    for told in (live, again):
        for request in told["requests"]:
            request.pop("ms"), request.pop("bytes")
    assert again == live
    text = b"".join(p.read_bytes() for p in (tmp_path / "tape").iterdir())
    for line in (site.secrets / "theodoiq.secrets").read_text(encoding="utf-8").splitlines():
        assert line.split("\t")[1].encode() not in text
    assert json.loads((tmp_path / "tape" / "tape.json").read_text())["format"] == "nq57d-tape 1"


TAGGED = """profile: tagged
status: assumed
session:
  kind: none
words:
  work:
    x: done
streams:
  tasks:
    kind: task
    path: /data
    list: $
    paging: none
%s    code: $.code
    codes-per-unit: yes
    fields:
      lead: $.unit
      title: $.title
      work:
        from: $.work
        words: work
"""


@pytest.mark.parametrize("keys, second, said", [
    ("", {"status": "304 Not Modified"}, "honoured (304)"), ("", {}, "not honoured"),
    ("    validators: no\n", {}, "not asked by")])
def test_whether_validators_are_honoured(tmp_path, keys, second, said):
    body = json.dumps([{"code": "NV-1", "unit": "24412", "title": "Một", "work": "x"}]).encode()
    tag = ('ETag: "v1"',)
    profile = tmp_path / "tagged.yaml"
    profile.write_text(TAGGED % keys, encoding="utf-8")
    with RawServer() as server, Lone(tmp_path / "site", profile, server.url) as site:
        server.set({"/data": [reply(body, headers=tag),
                              reply(b"" if second else body, headers=tag, length=None if second else True, **second)]})
        assert re.search(r"Validators: ETag .*v1.*, %s" % re.escape(said), probe(site, "tagged").out)
        asked = [b"if-none-match" in request[3].lower() if isinstance(request[3], bytes) else
                 "if-none-match" in request[3].lower() for request in server.seen]
        assert asked == ([False, True] if not keys else [False] * len(asked)), server.seen
