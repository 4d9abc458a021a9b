#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""One list behind every kind of door, for tests of sessions: which door is told by the first part of the path.

    auth.py [--port-file FILE] [--port N]

  GET /DOOR/api/tasks?offset=0&limit=2   {"total": N, "items": [{"code": "C1", "unit": "24412"}, ...]}, to who is let in

  basic, digest      account and secret (RFC 7617; RFC 7616, SHA-256, a nonce serves for one request)
  bearer             Authorization: Bearer SECRET
  key-query          ?api_key=SECRET       key-cookie   Cookie: key=SECRET
  oauth              POST /oauth/token: client_credentials, or refresh_token (rotates); the client by body, or by Basic,
                     form-encoded (RFC 6749 2.3.1)
  body               as json, and lists are read by POST with {"auth": TOKEN} beside other members
  json               POST /json/login {"u","p"} -> {"t": TOKEN}; lists want the header X-Token, or ?k=
  form               GET /form/login (a form with a hidden _t of that session), POST it -> 302 /form/home; a cookie
  steps              GET /steps/start -> a form whose action and inputs are needed; POST -> 302 /steps/app, which
                     has a meta tag; POST /steps/token with both -> {"data": {"token": ...}}; a Bearer
  csrf               as form, and lists are read by POST with the header X-CSRF, as /csrf/home has it in a meta
  cookie             a cookie `s` that no login gives: only POST /_auth {"hand": ...} does

What "lost" looks like: `lose` is 401, 403, "redirect", "page", "json", or "fault" (400 with {"code": 209}).
POST /_auth changes any of these:
  secret             what is right; the account stays "giamsat.daklak"
  lose, rows
  refresh            one more refresh token that serves once
  expire             true: every session ends now        expire_before  n: before the n-th list request from now
  stop_after         "token": the process answers the next token request and takes the token as used, but says nothing
  stale_before       n: before the n-th list request from now the X-CSRF given so far is not accepted any more
  renews             true: json and steps give a refresh token ("r", "data.refresh"), which POST /DOOR/renew with the
                     header X-Renew takes once for another token and another refresh token
  renew              what /DOOR/renew is instead: a status, or "page" (the login page)
  jwt                seconds of the epoch: tokens of json and steps are JSON Web Tokens that end then
  home               what /form/home and /csrf/home are from the `home_skip`-th asking on: a status, "bare" (without the
                     token) or "out" (every session ends)
  echo               a text that the lists repeat while `lose` is "echo-html", "echo-json", "echo-redirect", or 500;
                     "echo-401" repeats the session's own word, the password and the header
  expires_in         what a token answer says, as it is; absent: nothing
  hand               gives {"cookie": ...}
GET /_auth           {"requests": [...], "logins": n, "refused": n, ...}; POST /_auth {"reset": true} forgets them
"""
import argparse
import base64
import email.utils
import hashlib
import http.server
import json
import os
import re
import secrets
import threading
import time
import urllib.parse

ACCOUNT = "giamsat.daklak"
PAGE = "<html><head><meta name='app-key' content='%s'></head><body>%s</body></html>"


class Door:
    """What is known of sessions; one lock around everything."""

    def __init__(self):
        self.lock = threading.RLock()
        self.set = {"secret": "mat-khau-dung", "lose": 401, "rows": 5, "expire_before": 0,
                    "stale_before": 0, "echo": "", "stop_after": None, "expires_in": None,
                    "home": None, "home_skip": 0, "renews": False, "renew": None, "jwt": None}
        self.live, self.nonces, self.csrf, self.refresh = {}, set(), {}, set()
        self.requests, self.logins, self.refused = [], 0, 0

    def new(self, kind):
        word = "%s-%s" % (kind, secrets.token_hex(12))
        if self.set["jwt"] and kind in ("json", "stepped"):
            parts = ({"alg": "none"}, {"sub": word, "exp": self.set["jwt"]})
            word = ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts) + ".x"
        self.live[word] = time.monotonic()
        return word

    def alive(self, word):
        return word in self.live

    def tell(self, values):
        for key, value in values.items():
            if key == "expire" and value:
                self.live.clear()
            elif key == "refresh":
                self.refresh.add(value)
            elif key == "reset" and value:
                self.requests, self.logins, self.refused = [], 0, 0
            elif key == "hand":
                return {"cookie": self.new("handed")}
            else:
                self.set[key] = value
        return {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes

    def log_message(self, *args):
        pass

    def date_time_string(self, timestamp=None):
        """Date: 2026-06-19 07:30 +07:00, the first instant of a site's driven clock."""
        return email.utils.formatdate(1781829000, usegmt=True)

    # ---- answers ----

    def send(self, status, body=b"", kind="application/json", **headers):
        raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(raw)
        return status

    def page(self, text, **headers):
        return self.send(200, text, "text/html; charset=utf-8", **headers)

    def away(self, to, **headers):
        return self.send(302, b"", Location=to, **headers)

    def lost(self, door):
        how = self.door.set["lose"]
        if how == "redirect":
            return self.away("/%s/login" % door)
        if how == "page":
            return self.page("<form><input name=u><input type=password name=p></form>")
        if how == "json":
            return self.send(200, {"success": False, "code": 401})
        if how == "fault":
            return self.send(400, {"code": 209, "error": "Invalid session token"})
        headers = {}
        if door == "basic":
            headers["WWW_Authenticate"] = 'Basic realm="x"'
        if door == "digest":
            nonce = secrets.token_hex(8)
            self.door.nonces.add(nonce)
            headers["WWW_Authenticate"] = 'Digest realm="x", nonce="%s", qop="auth", algorithm=SHA-256' % nonce
        return self.send(how, {"error": "no"}, **headers)

    def repeat(self, how, text):
        """What a system that is broken, or hostile, might say."""
        if how == "echo-html":
            return self.page("<p>%s" % text)
        if how == "echo-json":
            return self.send(200, {"error": text})
        if how == "echo-redirect":
            return self.away("http://127.0.0.2:9/%s?%s" % (text.replace(" ", "/"), text.replace(" ", "&")))
        return self.send(500, text)

    # ---- who asks ----

    def cookie(self, name):
        found = re.search(r"(?:^|; )%s=([^;]*)" % name, self.headers.get("Cookie", ""))
        return found[1] if found else ""

    def basic(self):
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        try:
            return tuple(base64.b64decode(value).decode().split(":", 1)) if kind == "Basic" else None
        except ValueError:
            return None

    def digest(self):
        head = self.headers.get("Authorization", "")
        if not head.startswith("Digest "):
            return None
        parts = {k: v.strip('"') for k, v in re.findall(r'(\w+)=("[^"]*"|[^,\s]+)', head)}
        if parts.get("nonce") not in self.door.nonces:
            return False
        self.door.nonces.discard(parts["nonce"])

        def h(*words):
            return hashlib.sha256(":".join(words).encode()).hexdigest()
        want = h(h(ACCOUNT, "x", self.door.set["secret"]), parts["nonce"], parts["nc"], parts["cnonce"], parts["qop"],
                 h(self.command, parts["uri"]))
        return parts["username"] == ACCOUNT and parts["response"] == want

    def word(self, door):
        """The session's word in this request."""
        if door in ("form", "csrf", "cookie"):
            return self.cookie("s")
        if door == "json":
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            return self.headers.get("X-Token", "") or query.get("k", [""])[0]
        if door == "body":
            return self.asked.get("auth", "") if self.command == "POST" else ""
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def let_in(self, door, query):
        secret = self.door.set["secret"]
        if door == "basic":
            return self.basic() == (ACCOUNT, secret)
        if door == "digest":
            return bool(self.digest())
        if door == "bearer":
            return self.headers.get("Authorization") == "Bearer " + secret
        if door == "key-query":
            return query.get("api_key") == secret
        if door == "key-cookie":
            return self.cookie("key") == secret
        return self.door.alive(self.word(door))

    # ---- doors ----

    def login(self, fine):
        self.door.logins += 1
        self.door.refused += not fine
        return fine

    def token(self, body):
        form = dict(urllib.parse.parse_qsl(body))
        client = tuple(map(urllib.parse.unquote_plus, self.basic() or ())) or \
            (form.get("client_id"), form.get("client_secret"))
        if "malformed" in self.door.set["secret"]:
            return self.send(400, {"error": "invalid_request", "error_description": "not properly encoded"})
        if not self.login(client == (ACCOUNT, self.door.set["secret"])):
            return self.send(401, {"error": "invalid_client"})
        answer = {"access_token": self.door.new("access"), "token_type": "bearer"}
        if form.get("grant_type") == "refresh_token":
            if form.get("refresh_token") not in self.door.refresh:
                return self.send(400, {"error": "invalid_grant"})
            self.door.refresh.clear()
            answer["refresh_token"] = "refresh-" + secrets.token_hex(12)
            self.door.refresh.add(answer["refresh_token"])
        if self.door.set["expires_in"] is not None:
            answer["expires_in"] = self.door.set["expires_in"]
        if self.door.set["stop_after"] == "token":
            self.door.set["stop_after"] = None
            self.close_connection = True
            return 0
        return self.send(200, answer)

    def home(self):
        state = self.door.set
        if state["home"] is None or state["home_skip"] > 0:
            state["home_skip"] = max(state["home_skip"] - 1, 0)
            return None
        return state["home"] if state["home"] != "out" else state.update(home=None) or "out"

    def next_refresh(self):
        word = "refresh-" + secrets.token_hex(12)
        self.door.refresh.add(word)
        return word

    def renew(self, door):
        how, given = self.door.set["renew"], self.headers.get("X-Renew", "")
        if how == "page":
            return self.page("<form><input name=u><input type=password name=p></form>")
        if how is not None or given not in self.door.refresh:
            return self.send(how or 401, {"error": "no"})
        self.door.refresh.discard(given)
        answer = {"t": self.door.new("json" if door == "json" else "stepped"), "r": self.next_refresh()}
        if self.door.set["expires_in"] is not None:
            answer["e"] = self.door.set["expires_in"]
        return self.send(200, answer)

    def form_door(self, door, path, body):
        if path == "/login" and self.command == "GET":
            pre = self.door.new("pre")
            return self.page("<form action=/search><input name=q></form><form method=post action='/%s/login'><input "
                             "type=hidden name=_t value='%s'><input name=u><input name=p type=password></form>" %
                             (door, pre[4:]), Set_Cookie="pre=%s; Path=/" % pre)
        if path == "/login":
            form = dict(urllib.parse.parse_qsl(body))
            known = self.door.alive("pre-" + form.get("_t", "")) and self.cookie("pre") == "pre-" + form.get("_t", "")
            if not self.login(known and form.get("u") == ACCOUNT and form.get("p") == self.door.set["secret"]):
                return self.page("<form><input name=u><input name=p type=password></form>")
            return self.away("/%s/home" % door, Set_Cookie="s=%s; Path=/" % self.door.new("cookie"))
        how = self.home()
        if isinstance(how, int):
            return self.send(how)
        if how == "out":
            self.door.live.clear()
        if not self.door.alive(self.cookie("s")):
            return self.away("/%s/login" % door)
        if how == "bare":
            return self.page("<a>Thoat</a>")
        self.door.csrf[self.cookie("s")] = secrets.token_hex(8)
        return self.page("<meta name=csrf content=%s><a>Thoat</a>" % self.door.csrf[self.cookie("s")])

    def steps_door(self, path, body):
        if path == "/start":
            return self.page("<form><input name=q></form><form action='/steps/go?x=1'><input name=ex value='e 1&amp;'>"
                             "<input name=user><input name=pass type=password></form>")
        if path == "/go":
            form = dict(urllib.parse.parse_qsl(body))
            if form.get("ex") != "e 1&" or not (self.headers.get("Referer") or "").endswith("/steps/start"):
                return self.send(400, {"error": "form"})
            if not self.login((form.get("user"), form.get("pass")) == (ACCOUNT, self.door.set["secret"])):
                return self.page("Sai mat khau")
            return self.away("/steps/app", Set_Cookie="mid=%s; Path=/steps" % self.door.new("mid"))
        if path == "/app":
            return self.page(PAGE % ("k-" + self.cookie("mid")[-6:], "app"))
        if path == "/token":
            asked = json.loads(body)
            want = {"who": ACCOUNT, "k": "k-" + self.cookie("mid")[-6:]}
            if not self.door.alive(self.cookie("mid")) or asked != want:
                return self.send(400, {"error": "token"})
            data = {"token": self.door.new("stepped"), "ttl": self.door.set["expires_in"]}
            if self.door.set["renews"]:
                data["refresh"] = self.next_refresh()
            return self.send(201, {"data": data})
        return self.send(404)

    def tasks(self, door, query, body):
        state = self.door.set
        if state["expire_before"]:
            state["expire_before"] -= 1
            if state["expire_before"] == 0:
                self.door.live.clear()
        if state["stale_before"]:
            state["stale_before"] -= 1
            if state["stale_before"] == 0:
                self.door.csrf.clear()
        if state["lose"] == "echo-401":
            said = " ".join((state["secret"], self.word(door), self.headers.get("Authorization", "")))
            return self.send(401, {"error": "invalid_token", "said": said})
        if str(state["lose"]) in ("echo-html", "echo-json", "echo-redirect", "500"):
            return self.repeat(str(state["lose"]), state["echo"])
        if not self.let_in(door, query):
            if door in ("basic", "digest") and self.headers.get("Authorization"):
                self.login(False)
            return self.lost(door)
        if door == "csrf":
            if self.command != "POST":
                return self.send(405)
            if self.headers.get("X-CSRF") != self.door.csrf.get(self.cookie("s")):
                return self.send(419, {"error": "csrf"})
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", 2))
        rows = [{"code": "C%d" % n, "unit": "24412"} for n in range(1, state["rows"] + 1)]
        return self.send(200, {"success": True, "code": 0, "total": len(rows), "items": rows[offset:offset + limit]})

    def answer(self):
        url = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        with self.door.lock:
            if url.path == "/_auth":
                told = self.door.tell(json.loads(body)) if self.command == "POST" else {}
                self.send(200, dict(told, requests=self.door.requests, logins=self.door.logins,
                                    refused=self.door.refused, refresh=sorted(self.door.refresh)))
                return
            door, _, path = url.path.lstrip("/").partition("/")
            status = self.serve(door, "/" + path, dict(urllib.parse.parse_qsl(url.query)), body)
            self.door.requests.append({"method": self.command, "path": url.path, "query": url.query, "status": status})

    def serve(self, door, path, query, body):
        self.asked = json.loads(body) if door == "body" and body else {}
        if path == "/api/tasks":
            return self.tasks(door, query, body)
        if path == "/api/me":
            return self.send(200, {"me": {"id": 7}}) if self.let_in(door, query) else self.lost(door)
        if door == "oauth" and path == "/token":
            return self.token(body)
        if door in ("json", "body") and path == "/login":
            asked = json.loads(body)
            if not self.login(asked == {"u": ACCOUNT, "p": self.door.set["secret"]}):
                return self.send(401, {"error": "no"})
            answer = {"t": self.door.new("json")}
            if self.door.set["expires_in"] is not None:
                answer["e"] = self.door.set["expires_in"]
            if self.door.set["renews"]:
                answer["r"] = self.next_refresh()
            return self.send(200, answer)
        if path == "/renew" and self.command == "POST":
            return self.renew(door)
        if door in ("form", "csrf"):
            return self.form_door(door, path, body)
        if door == "steps":
            return self.steps_door(path, body)
        return self.send(404, {"error": "no such door"})

    @property
    def door(self):
        return self.server.door

    do_GET = do_POST = answer


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file")
    args = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", args.port), Handler)
    server.daemon_threads = True
    server.door = Door()
    line = json.dumps({"port": server.server_address[1]})
    if args.port_file:
        with open(args.port_file + ".new", "w", encoding="ascii") as fh:
            fh.write(line + "\n")
        os.replace(args.port_file + ".new", args.port_file)
    print(line, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
