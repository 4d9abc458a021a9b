# SPDX-License-Identifier: MIT
"""A session that ends at a detail, told in a 200: it is made anew once, whoever else reads with it, and no detail is
missing."""
import http.server
import json
import threading

import pytest

from small import Lone

ACCOUNT = "giamsat.daklak"
STREAM = """  %s:
    kind: %s
    path: /%s
    ok: $.ok
    list: $.rows
    paging: none
    details:
      path: /%s/<record.id>
      ok: $.ok
      record: $.record
    code: $.row.code
    codes-per-unit: yes
    fields:
      lead: $.detail.unit
      title: $.detail.title
"""
PROFILE = """profile: doors
status: assumed
session:
  kind: json-login
  login-path: /login
  login-fields:
    u: <account>
    p: <secret>
  token: $.token
  header: X-Token
  value: <token>
  lost: $.error.code
  lost-value: SESSION_OVER
streams:
""" + "".join(STREAM % (name, kind, name, name) for name, kind in (("tasks", "task"), ("indicators", "indicator")))
ROWS = 6


class Server(http.server.ThreadingHTTPServer):
    """`ends`: the session is over when that many requests for details have come; 0: at every one of them."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock, self.token = threading.Lock(), None
        self.reset()

    def reset(self, ends=None):
        self.ends, self.logins, self.details, self.over = ends, 0, 0, 0  # over: details that were asked in vain


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server = self.server
        with server.lock:
            server.logins += 1
            server.token = "secret-token-%d" % server.logins
            self.reply({"token": server.token})

    def do_GET(self):
        server, parts = self.server, self.path.split("/")[1:]
        with server.lock:
            if len(parts) == 2:
                server.details += 1
                if server.ends in (0, server.details):
                    server.token = None
            if not server.token or self.headers.get("X-Token") != server.token:
                server.over += len(parts) == 2
                self.reply({"ok": False, "error": {"code": "SESSION_OVER"}})
            elif len(parts) == 1:
                self.reply({"ok": True, "rows": [{"id": n, "code": "C%d" % n} for n in range(ROWS)]})
            else:
                self.reply({"ok": True, "record": {"unit": "24412", "title": "Việc " + parts[1]}})

    def reply(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def systems(tmp_path_factory):
    folder = tmp_path_factory.mktemp("details")
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (folder / "doors.yaml").write_text(PROFILE, encoding="utf-8")
        with Lone(folder / "site", folder / "doors.yaml", "http://127.0.0.1:%d" % server.server_address[1],
                  ("24412", "H15.07"), {ACCOUNT: "x"}) as lone:
            lone.set_keys({"sources.doors.requests-at-once": "2"})
            lone.main_text = lone.main.read_text(encoding="utf-8")
            yield lone, server
        server.shutdown()


@pytest.fixture
def site(systems):
    lone, server = systems
    lone.serial = getattr(lone, "serial", 0) + 1
    lone.fresh("state-%d" % lone.serial)
    lone.accounts({ACCOUNT: "x"})
    server.token = None
    server.reset()
    return systems


def ends(lone):
    return [(p["completeness"], p["fault"], p["received"]) for p in lone.status_json()["partitions"]]


@pytest.mark.parametrize("at", [1, 2, 6, 11, 12])
def test_a_session_that_ends_at_a_detail_is_made_anew_once(site, at):
    lone, server = site
    server.reset(ends=at)
    done = lone.once()
    assert done.status == 0 and ends(lone) == [("complete", None, ROWS)] * 2, done
    assert len(lone.sides()) == 2 * ROWS and server.logins == 2, "both listings read with it, and one login serves them"
    assert server.details == 2 * ROWS + server.over, "what was let in is not asked for again"


def test_a_session_that_ends_at_every_detail_is_told_as_that(site):
    lone, server = site
    server.reset(ends=0)
    done = lone.once()
    told = lone.status_json()["partitions"]
    assert done.status == 1 and {p["fault"] for p in told} == {"session-lost"}, (told, done)
    assert "$.error.code reads SESSION_OVER" in done.err and "secret-token" not in done.err
    assert server.logins < 8 and lone.sides() == {}
