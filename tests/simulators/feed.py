# SPDX-License-Identifier: MIT
"""A task list that can be asked for what changed, in this process: a test changes its rows and its manners while a
site reads it.

  GET /api/items?page=1&size=20[&since=TIME|&after=ID]
  {"total": N, "items": [{"id": 7, "code": "NV-07", "unit": "24412", "title": "...", "state": "doing"|"done",
                          "progress": 40, "updated": "2026-06-18T09:00:00+07:00", "seq": 12}]}

`since` keeps rows updated at that time or later; `after` those with a seq not below it. Rows come in the order of
`order` ("code", "updated" or "seq").
"""
import contextlib
import datetime as dt
import hashlib
import http.server
import json
import threading
import urllib.parse

LOCAL = dt.timezone(dt.timedelta(hours=7))
START = dt.datetime(2026, 6, 19, 7, 30, tzinfo=LOCAL)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes

    def log_message(self, *args):
        pass

    def date_time_string(self, timestamp=None):
        return super().date_time_string(self.server.feed.now.timestamp())

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return status

    def do_GET(self):
        feed = self.server.feed
        url = urllib.parse.urlsplit(self.path)
        with feed.lock:
            status = self.serve(feed, dict(urllib.parse.parse_qsl(url.query)))
            feed.seen.append({"query": dict(urllib.parse.parse_qsl(url.query)), "status": status,
                              "etag": self.headers.get("If-None-Match"),
                              "modified": self.headers.get("If-Modified-Since")})
            if feed.after:
                feed.after(len(feed.seen))

    def serve(self, feed, asked):
        if feed.fail and feed.fail(asked):
            return self.answer(feed.fail(asked), b"{}")
        rows = feed.listed(asked)
        if "since" in asked and feed.oldest and feed.time(asked["since"]) < feed.oldest:
            return self.answer(feed.too_old, b'{"error": "too long ago"}')
        size, page = int(asked["size"]), int(asked["page"])
        body = json.dumps({"total": len(rows), "items": rows[(page - 1) * size:page * size]},
                          ensure_ascii=False).encode("utf-8")
        headers, same = feed.validators(self.headers, body)
        if same:
            return self.answer(304, b"", headers)
        return self.answer(200, body, headers)


class Feed:
    """`tags`: which validators it gives: "strong", "weak", "time", "node" (each answer another one, all of them known
    for its bytes), None. `lies`: it answers 304 whenever it is asked; `unasked`: also when it is not; `frozen`: one
    tag whatever the bytes; `honours` False: it gives tags and answers none; a number: none but so many."""

    def __init__(self, units, each=10, tags="strong"):
        self.lock = threading.RLock()
        self.now, self.order, self.tags = START, "code", tags
        self.oldest, self.too_old = None, 410
        self.lies = self.unasked = self.frozen = False
        self.honours = True
        self.fail = self.after = None
        self.seen, self.node, self.salt, self.serial = [], 0, "a", 0
        self.rows, self.hidden = {}, set()
        for unit in units:
            for n in range(each):
                self.put(unit, "NV-%02d" % n, progress=n, at=START - dt.timedelta(days=30, hours=n))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.feed = self
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()

    def stop(self):
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()

    def time(self, text):
        return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))

    def put(self, unit, code, at=None, quiet=False, **values):
        """A row is made or changed; `quiet`: a bulk edit that leaves its time alone."""
        with self.lock:
            row = self.rows.setdefault((unit, code), {"id": len(self.rows) + 1, "code": code, "unit": unit,
                                                      "title": "Nhiệm vụ %s của %s" % (code, unit), "state": "doing",
                                                      "progress": 0})
            row.update(values)
            if not quiet:
                self.serial += 1
                row.update(updated=(at or self.now).isoformat(timespec="seconds"), seq=self.serial)

    def drop(self, unit, code):
        with self.lock:
            del self.rows[unit, code]

    def listed(self, asked):
        rows = [r for key, r in self.rows.items() if key not in self.hidden]
        if "since" in asked:
            rows = [r for r in rows if self.time(r["updated"]) >= self.time(asked["since"])]
        if "after" in asked:
            rows = [r for r in rows if r["seq"] >= int(asked["after"])]
        return sorted(rows, key=lambda r: (r[self.order], r["unit"], r["code"]))

    def validators(self, headers, body):
        digest = hashlib.sha256(body).hexdigest()[:12]
        tag, known = '"%s"' % digest, []
        if self.tags == "weak":
            tag = "W/" + tag
        if self.tags == "node":
            self.node += 1
            known = ['"%s-%s%d"' % (digest, self.salt, n) for n in range(self.node)]
            tag = '"%s-%s%d"' % (digest, self.salt, self.node)
        if self.tags == "time":
            latest = max((self.time(r["updated"]) for r in self.rows.values()), default=START)
            latest = latest.astimezone(dt.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")
            same = headers.get("If-Modified-Since") == latest
            return [("Last-Modified", latest)], same
        if not self.tags:
            return [], self.unasked
        asked = headers.get("If-None-Match")
        if self.frozen:
            tag = '"frozen"'
        same = self.honours and asked is not None and (self.lies or asked == tag or asked in known)
        if self.honours is not True and same:
            self.honours -= 1
        return [("ETag", tag)], same or self.unasked

    @contextlib.contextmanager
    def watch(self):
        """The requests of the block, as a list that is filled on leaving it."""
        with self.lock:
            begin = len(self.seen)
        out = []
        yield out
        with self.lock:
            out += self.seen[begin:]
