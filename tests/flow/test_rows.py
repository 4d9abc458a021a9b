# SPDX-License-Identifier: MIT
"""Rows that are lists of markup, as tables drawn by scripts are fed, behind a login whose body has objects within."""
import json

import pytest

from raw_server import RawServer, reply
from small import Lone

PROFILE = """profile: grid
status: assumed
decimal-mark: comma
dates:
  - dd/MM/yyyy
session:
  kind: json-login
  login-path: /auth/in
  login-json: '{"client": "web", "user": {"id": "<account>", "pwd": "<secret>"}}'
  token: $.result.jwt
  refresh-token: $.result.renew
  expires-in: $.result.ttl
  refresh-path: /auth/renew
  refresh-json: '{"session": {"renew": "<refresh>"}}'
  header: X-Auth
  value: <token>
words:
  work:
    Đang làm: in_progress
    Xong: done
streams:
  tasks:
    kind: task
    path: /data
    method: POST
    form:
      start: <offset>
      length: <size>
    list: $.data
    total: $.recordsTotal
    paging: offset
    size: 100
    code: $['#2']
    code-html: yes
    codes-per-unit: yes
    fields:
      title:
        from: $['#3']
        html: yes
      lead:
        from: $['#4']
        html: yes
      work:
        from: $['#5'].label
        html: yes
        words: work
      progress:
        from: $['#6']
        html: yes
        percent: yes
      due:
        from: $['#7']
        html: yes
"""
ACCOUNT, SECRET = "giamsat.daklak", 'mk"Đúng\\1'


def row(n, word="Đang làm"):
    return [n, "<a href='/viec/%d'>NV.%02d</a>" % (n, n), "Việc &lt;%d&gt; &amp; hai" % n, "<b>24412</b>",
            {"label": "<span class='badge'>%s</span>" % word}, "<i>12,5%</i>", "<time>20/06/2026</time>", None]


def page(*rows):
    return reply(json.dumps({"recordsTotal": len(rows), "data": rows}).encode())


def token(jwt, renew):
    return reply(json.dumps({"result": {"jwt": jwt, "renew": renew, "ttl": "1200"}}).encode())


@pytest.fixture()
def served(tmp_path):
    profile = tmp_path / "grid.yaml"
    profile.write_text(PROFILE, encoding="utf-8")
    with RawServer() as server, Lone(tmp_path / "site", profile, server.url, accounts={ACCOUNT: SECRET}) as site:
        server.set({"/auth/in": token("t1", 'r"1'), "/auth/renew": token("t2", "r2"),
                    "/data": page(row(1), row(2, "Xong"))})
        yield server, site


def test_a_look_tells_the_places_of_rows_that_are_lists(served):
    server, site = served
    told = site.ctl("probe", "grid", "--json").ok().json()["streams"][0]
    [members] = [m["members"] for m in told["lists"] if m["path"] == "$.data"]
    assert [m["path"] for m in members][:4] == ["$['#1']", "$['#2']", "$['#3']", "$['#4']"]
    assert "$['#5'].label" in {m["path"] for m in members} and told["page_records"][0] == 2
    assert told["unread"] == ["$['#1']", "$['#8']"]
    assert "$['#3']" in site.ctl("probe", "grid").ok().out


def test_a_row_that_is_a_list_is_read_by_its_places(served):
    server, site = served
    assert site.check().status == 0
    done = site.once()
    assert done.status == 0 and "NQ57_FAULT" not in done.err, done
    common = {"lead": "24412", "progress": "12.5", "due": "2026-06-20"}
    sides = site.sides()
    assert sorted(sides) == ["24412/task/NV.01", "24412/task/NV.02"]
    assert sides["24412/task/NV.01"] == dict(common, title="Việc <1> & hai", work="in_progress")
    assert sides["24412/task/NV.02"] == dict(common, title="Việc <2> & hai", work="done")
    rows = site.rows()
    assert site.once().status == 0 and site.rows() == rows


def test_a_row_with_too_few_places_is_put_aside_and_says_which(served):
    server, site = served
    server.answers["/data"] = page(row(1), row(2)[:4], [])
    done = site.once()
    assert done.status == 1 and list(site.sides()) == ["24412/task/NV.01"]
    assert site.partition("grid", "tasks")["quarantined"] == 2 and "selector-missing" in done.err, done


def test_a_look_counts_rows_that_are_lists(served):
    server, site = served
    assert "Pages: 2 records on the first, 100 asked for; no second" in site.ctl("probe", "grid").ok().out
    full = json.dumps({"recordsTotal": 5, "data": [row(1), row(2), row(3)]}).encode()
    server.answers["/data"] = [reply(full), reply(full.replace(b"NV.", b"NW."))]
    said = site.ctl("probe", "grid").ok().out
    assert "Pages: 3 records on the first, 100 asked for: THE SIZE IS LOWERED; the second brings 3" in said
    assert "size: 3" in said


def test_a_login_and_its_renewal_may_have_bodies_of_any_shape(served):
    server, site = served
    assert site.once().status == 0
    site.set_clock("2026-06-19T08:30:00+07:00")
    assert site.once().status == 0
    bodies = {r[2]: json.loads(r[4]) for r in server.seen if r[2].startswith("/auth")}
    assert bodies == {"/auth/in": {"client": "web", "user": {"id": ACCOUNT, "pwd": SECRET}},
                      "/auth/renew": {"session": {"renew": 'r"1'}}}
    tokens = [line for r in server.seen if r[2] == "/data" for line in r[3].splitlines() if line.startswith("X-Auth")]
    assert tokens == ["X-Auth: t1", "X-Auth: t2"]


@pytest.mark.parametrize("old, new, place, says", [
    ('"<secret>"}}', '"<secret>"}', "9:15", "session.login-json"),
    ('"<secret>"', '"<refresh>"', "9:15", "<account>, <secret>"),
    ('  login-json:', '  login-fields:\n    u: <account>\n  login-json:', "", "login-fields, login-json"),
    ("  refresh-json: '{\"session\": {\"renew\": \"<refresh>\"}}'\n", "", "", "refresh-fields, refresh-json"),
    ("code: $['#2']", "code: $[1]", "33:11", "$['#1']")])
def test_a_mistake_has_a_place(served, old, new, place, says):
    server, site = served
    profile = site.config / "profiles" / "grid.yaml"
    assert old in PROFILE
    profile.write_text(PROFILE.replace(old, new, 1), encoding="utf-8")
    done = site.check()
    assert done.status == 78 and "grid.yaml:" + place in done.err and says in done.err, done
