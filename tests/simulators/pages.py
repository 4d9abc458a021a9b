# SPDX-License-Identifier: MIT
"""One list of rows, served in every way of paging, by a server that misbehaves as it is told to.

    with Pages(rows) as pages:
        pages.rules = [{"path": "/offset", "request": 2, "do": "insert", "at": 0, "rows": [row]}]

A row is a dict with a whole number `id`; lists are in the order of their rows. Every list takes `size` (at most `cap`).

  /page?page=1            {"total":N,"more":bool,"items":[...]} and the header X-Total-Count
  /offset?offset=0        the same
  /cursor?after=CUR       {"items":[...],"next":"CUR"|null} and the header X-Next-Cursor
  /link?cur=CUR           [...] with Link: <...>; rel="next"
  /next?cur=CUR           {"results":[...],"next":"http://..."|null}
  /moved                  302 to /HOME/rel with the same query, and there as /next with addresses like "?cur=CUR"; any
                          other home: 404
  /asked                  the same by the query alone: 302 to /one/rel?home=HOME&..., addresses as "?home=HOME&cur=CUR"
  /keyset?after=ID        [...] of the rows with id > ID; with inclusive=1: >= ID
  /all                    [...]
  /inside?page=1          {"d":"..."}: what /page answers, as text; /inside/detail/ID: what /detail/ID does;
                          /inside/table: the rows as an HTML table; /inside/whole: {"items":[...]} as a JSON text alone
  POST /query             {"after":CUR|null,"first":n} -> {"data":{"nodes":[...],"page":{"end":"CUR","more":bool}}}
  POST /form              page=1&size=n -> as /page
  /of/UNIT                rows whose `unit` is UNIT, as /all; 404 for a unit nobody has
  /in/YYYY-MM             rows whose `month` that is, as /all
  /groups?page=1          {"total":n,"items":[{"key":UNIT},...]}
  /brief?page=1           rows with `id` and `rev` alone, as /page
  /detail/ID              {"data":ROW}, 404

Rules: `path` begins the request's path, `request` counts requests to that path from 1 (0: every one). Then `do`:
  status CODE | raw text |
  insert at, rows | delete at, n | cap size | total add | empty | drop keep | repeat | cut | next to |
  header name, value
"""
import http.server
import json
import threading
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.answer({})

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self.headers.get("Content-Type", "")
        body = json.loads(raw) if kind.startswith("application/json") else dict(urllib.parse.parse_qsl(raw.decode()))
        self.answer(body)

    def answer(self, body):
        pages = self.server.pages
        with pages.lock:
            url = urllib.parse.urlsplit(self.path)
            asked = dict(urllib.parse.parse_qsl(url.query), **body)
            status, headers, value = pages.serve(urllib.parse.unquote(url.path), asked, self)
            raw = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
            raw = b"" if status == 304 else raw
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name, text)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)


class Pages:
    def __init__(self, rows, cap=1000):
        self.rows, self.full_cap, self.lock, self.home = list(rows), cap, threading.Lock(), "v1"
        self.httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.httpd.pages = self
        self.port = self.httpd.server_address[1]
        self.url = "http://127.0.0.1:%d" % self.port
        self.reset()

    def __enter__(self):
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.httpd.shutdown()
        self.httpd.server_close()

    def reset(self, *rules):
        with self.lock:
            self.rules, self.seen, self.counts, self.last = list(rules), [], {}, {}
            self.cap, self.total_add = self.full_cap, 0

    # ---- the lists ----

    def _rule(self, path):
        first = "/" + path.split("/")[1]
        self.counts[first] = self.counts.get(first, 0) + 1
        return [r for r in self.rules if path.startswith(r["path"]) and r.get("request", 0) in (0, self.counts[first])]

    def _before(self, rule):
        at = rule.get("at", 0)
        if rule["do"] == "insert":
            self.rows[at:at] = rule["rows"]
        elif rule["do"] == "delete":
            del self.rows[at:at + rule.get("n", 1)]
        elif rule["do"] == "cap":
            self.cap = rule["size"]
        elif rule["do"] == "total":
            self.total_add += rule["add"]

    def serve(self, path, asked, request):
        rules = self._rule(path)
        self.seen.append({"path": path, "asked": asked, "method": request.command, "headers": dict(request.headers)})
        for rule in rules:
            self._before(rule)
        status, headers, items, wrap = self._list(path, asked)
        for rule in rules:
            do = rule["do"]
            if do == "status":
                status, items, wrap = rule["code"], [], lambda items: {"error": rule["code"]}
            elif do == "empty":
                items = []
            elif do == "drop":
                items = items[:rule["keep"]]
            elif do == "repeat":
                status, headers, items, wrap = self.last[path.split("/")[1]]
            elif do == "header":
                headers[rule["name"]] = rule["value"]
            elif do == "next":
                headers, wrap = self._next_to(path, headers, rule["to"])
        self.last[path.split("/")[1]] = status, dict(headers), items, wrap
        value = wrap(items)
        for rule in rules:
            if rule["do"] == "raw":
                value = rule["text"].encode()
        if any(rule["do"] == "cut" for rule in rules):
            raw = json.dumps(value).encode()
            value = raw[:len(raw) // 2]
        return status, headers, value

    def _next_to(self, path, headers, to):
        if path == "/link":
            return dict(headers, Link="<%s>; rel=\"next\"" % to), lambda items: items
        if path == "/next":
            return headers, lambda items: {"results": items, "next": to}
        return headers, lambda items: {"items": items, "next": to}

    def _window(self, rows, start, asked):
        size = min(int(asked.get("size", asked.get("first", 1000)) or 1000), self.cap)
        return rows[start:start + size], start + size if start + size < len(rows) else None

    def _counted(self, rows, start, asked):
        items, after = self._window(rows, start, asked)
        total = len(rows) + self.total_add
        return 200, {"X-Total-Count": str(total)}, items, lambda items: {"total": total, "more": after is not None,
                                                                         "items": items}

    def _list(self, path, asked):
        rows, cut = self.rows, path.split("/")[1:]
        size = int(asked.get("size", 1000) or 1000)
        if cut[0] in ("page", "form", "inside"):
            status, headers, items, wrap = self._counted(rows, (int(asked.get("page", 1)) - 1) * min(size, self.cap),
                                                         asked)
            if cut[0] == "inside":
                return self._inside(cut[1:], status, headers, items, wrap)
            return status, headers, items, wrap
        if cut[0] == "offset":
            return self._counted(rows, int(asked.get("offset", 0)), asked)
        if cut[0] == "brief":
            return self._counted([{"id": r["id"], "rev": r.get("rev", 0)} for r in rows],
                                 (int(asked.get("page", 1)) - 1) * min(size, self.cap), asked)
        if cut[0] == "groups":
            keys = sorted({r["unit"] for r in rows})
            return self._counted([{"key": k} for k in keys], (int(asked.get("page", 1)) - 1) * size, asked)
        if cut[0] in ("cursor", "link", "next", "query"):
            return self._by_cursor(cut[0], asked)
        if cut[0] == "moved":
            to = "/%s/rel?%s" % (self.home, urllib.parse.urlencode(asked))
            return 302, {"Location": to}, [], lambda items: items
        if cut[0] == "asked":
            return 302, {"Location": "/one/rel?home=%s&%s" % (self.home, urllib.parse.urlencode(asked))}, [], \
                lambda items: items
        if cut[-1] == "rel":
            home = "home=%s&" % asked["home"] if cut[0] == "one" else ""
            if asked.get("home", cut[0]) != self.home:
                return 404, {}, [], lambda items: items
            status, headers, items, wrap = self._by_cursor("cursor", asked)
            return status, {}, items, lambda items: {"results": items, "next": wrap(items)["next"] and
                                                     "?%scur=%s&size=3" % (home, wrap(items)["next"])}
        if cut[0] == "keyset":
            after, inclusive = int(asked.get("after") or -1), asked.get("inclusive") == "1"
            found = [r for r in rows if r["id"] > after or (inclusive and r["id"] == after)]
            return 200, {}, self._window(found, 0, asked)[0], lambda items: items
        if cut[0] == "of":
            found = [r for r in rows if r["unit"] == cut[1]]
            return (200 if found else 404), {}, found, lambda items: items
        if cut[0] == "in":
            return 200, {}, [r for r in rows if r["month"] == cut[1]], lambda items: items
        if cut[0] == "detail":
            found = [r for r in rows if str(r["id"]) == cut[1]]
            return (200 if found else 404), {}, found, lambda items: {"data": items[0] if items else None}
        return 200, {}, rows, lambda items: items

    def _inside(self, what, status, headers, items, wrap):
        if what[:1] == ["detail"]:
            status, headers, items, wrap = self._list("/detail/" + what[1], {})
        if what == ["table"]:
            head = "<tr><th>Mã<th>Đơn vị<th>Tên<th>Trạng thái"
            return status, headers, items, lambda items: {"d": "<table>%s%s</table>" % (head, "".join(
                "<tr><td>%(code)s<td>%(unit)s<td>%(title)s<td>%(state)s" % row for row in items))}
        if what == ["whole"]:
            return status, headers, items, lambda items: json.dumps({"items": items})
        return status, headers, items, lambda items: {"d": json.dumps(wrap(items), ensure_ascii=False)}

    def _by_cursor(self, kind, asked):
        at = asked.get("cur") or asked.get("after") or "c0"
        items, after = self._window(self.rows, int(str(at)[1:]), asked)
        cursor = "c%d" % after if after else None
        address = "%s/%s?cur=%s&size=%s" % (self.url, kind, cursor, asked.get("size", ""))
        if kind == "link":
            return 200, {"Link": "<%s>; rel=\"next\"" % address} if cursor else {}, items, lambda items: items
        if kind == "next":
            return 200, {}, items, lambda items: {"results": items, "next": address if cursor else None}
        if kind == "query":
            return 200, {}, items, lambda items: {"data": {"nodes": items, "page": {"end": cursor,
                                                                                    "more": cursor is not None}}}
        return 200, {"X-Next-Cursor": cursor} if cursor else {}, items, lambda items: {"items": items, "next": cursor}
