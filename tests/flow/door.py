# SPDX-License-Identifier: MIT
"""A site that reads the list behind one door of tests/simulators/auth.py."""
import json
import pathlib

from small import Lone
from simulators import client

ACCOUNT, SECRET = "giamsat.daklak", "mat-khau-dung"
STREAM = """streams:
  tasks:
    kind: task
    path: /api/tasks
    list: $.items
    total: $.total
    paging: offset
    offset-parameter: offset
    size-parameter: limit
    size: 2
    code: $.code
    codes-per-unit: yes
    fields:
      lead: $.unit
"""
LOST = "  lost-status: [401, 403]\n  lost-path: /login\n  lost: $.code\n  lost-value: 401\n"
SESSIONS = {
    "basic": "  kind: basic\n" + LOST,
    "digest": "  kind: digest\n" + LOST,
    "bearer": "  kind: bearer\n" + LOST,
    "key-query": "  kind: api-key\n  query: api_key\n  value: <secret>\n" + LOST,
    "key-cookie": "  kind: api-key\n  cookie: key\n  value: <secret>\n" + LOST,
    "oauth": "  kind: oauth2\n  token-path: /token\n" + LOST,
    "json": "  kind: json-login\n  login-path: /login\n  login-fields:\n    u: <account>\n    p: <secret>\n"
            "  token: $.t\n  expires-in: $.e\n  header: X-Token\n  value: <token>\n" + LOST,
    "form": "  kind: html-form\n  login-path: /login\n  hidden-fields:\n    - _t\n  login-fields:\n    u: <account>\n"
            "    p: <secret>\n  proof-path: /home\n  proof-text: Thoat\n" + LOST,
    "steps": """  kind: steps
  steps:
    start:
      get: /start
      take:
        ex: input ex
        go: action
    send:
      post: <go>
      form:
        ex: <ex>
        user: <account>
        pass: <secret>
      refused-text: Sai mat khau
      expect-path: /app
      take:
        key: meta app-key
    token:
      post: /token
      json: '{"who": "<account>", "k": "<key>"}'
      expect-status: 201
      take:
        token: json $.data.token
        expires: json $.data.ttl
  header: Authorization
  value: Bearer <token>
""" + LOST,
    "cookie": "  kind: handed-over\n" + LOST,
}
SESSIONS["body"] = SESSIONS["json"].replace("  header: X-Token\n  value: <token>\n", "  body: yes\n").replace(
    "lost-value: 401", "lost-value: 209")
SESSIONS["csrf"] = SESSIONS["form"] + "  csrf:\n    header: X-CSRF\n    from: meta csrf\n    path: /home\n"
KEYS = ("basic", "digest", "bearer", "key-query", "key-cookie")
LOGINS = ("oauth", "json", "form", "steps", "csrf")


class Door(Lone):
    """`more`: further lines of the session; `session`: instead of the door's own."""

    def __init__(self, folder, door, more="", session=None):
        self.times = 0
        self.auth, self.door = client.Child("auth.py"), door
        stream = STREAM
        if door == "csrf":
            stream = stream.replace("    list:", "    method: POST\n    form:\n      a: b\n    list:")
        if door == "body":
            posted = "    method: POST\n    json: '{\"auth\": \"<token>\", \"id\": 1}'\n"
            stream = stream.replace("    list:", posted + "    list:")
        profile = pathlib.Path(folder) / "door.yaml"
        profile.parent.mkdir(parents=True, exist_ok=True)
        text = (session or SESSIONS[door]) + more
        profile.write_text("profile: door\nstatus: assumed\nsession:\n" + text + stream, encoding="utf-8")
        super().__init__(pathlib.Path(folder) / "site", profile, "http://127.0.0.1:%d/%s" % (self.auth.port, door),
                         ("24412", "H15.07"), {ACCOUNT: SECRET})
        self._child(self.auth)

    def anew(self):
        """As on the first day: another store, the right password, a server that forgot everything."""
        self.times += 1
        self.fresh("state-%d" % self.times)
        self.accounts({ACCOUNT: SECRET})
        (self.secrets / ("door.%s.session" % ACCOUNT)).unlink(missing_ok=True)
        self.tell(reset=True, expire=True, lose=401, secret=SECRET, expires_in=None, expire_before=0, stale_before=0,
                  home=None, home_skip=0, renews=False, renew=None, jwt=None)
        return self

    def tell(self, **values):
        http = client.Http(self.auth.port)
        try:
            return json.loads(http.request("POST", "/_auth", json.dumps(values))[2])
        finally:
            http.close()

    def seen(self, path=""):
        return [r for r in self.tell()["requests"] if r["path"].endswith(path)]

    def hand(self, text):
        path = self.secrets / ("door.%s.session" % ACCOUNT)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return path

    def polled(self, status=0):
        """One poll, from which the server's counts begin."""
        self.tell(reset=True)
        done = self.once()
        assert done.status == status, done
        return done

    def fault(self):
        return self.partition("door", "tasks")["fault"]

    def whole(self):
        return sorted(self.sides()) == ["24412/task/C%d" % n for n in range(1, 6)]
