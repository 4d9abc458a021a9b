#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A portal of the kind that posts its pages back: postback.py [--rows N] [--state-bytes N]; prints {"port": N}.

  GET  /Login.aspx       a form with hidden __VIEWSTATE and __EVENTVALIDATION, ctl00$user, ctl00$password, ctl00$enter
  POST /Login.aspx       302 /Default.aspx with a session cookie; anything wrong: the form again
  GET  /Default.aspx     shows "Đăng xuất"; without a session 302 /Login.aspx
  GET  /Duties.aspx      the first 20 rows of the table `grid`, and a __VIEWSTATE that belongs to this answer alone
  POST /Duties.aspx      __EVENTTARGET=grid, __EVENTARGUMENT=Page$N and the __VIEWSTATE of page N-1: page N; else 500
  GET  /seen             the requests, as [["POST", "/Duties.aspx", "Page$2"], ...]
"""
import argparse
import html
import http.server
import json
import re
import secrets
import urllib.parse

PAGE, PASSWORD = 20, "mat-khau-thu"
WORDS = ("Chưa làm", "Đang làm", "Xong")


def rows(n):
    return [{"code": "PB.%03d" % i, "title": "Việc %d & <%d>" % (i, i), "unit": ("24412", "24133", "H15.02")[i % 3],
             "word": WORDS[i % 3], "due": "%02d/06/2026" % (1 + i % 28)} for i in range(n)]


class Portal(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes
    rows, pad, sessions, states, log = [], 0, set(), {}, []

    def log_message(self, *_):
        pass

    def answer(self, status, text, *headers):
        body = text.encode()
        self.send_response(status)
        for name, value in (("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def state(self, page):
        text = secrets.token_urlsafe(12) + "+/=" + "x" * self.pad
        self.states[text] = page
        return "<input type='hidden' name='__VIEWSTATE' value='%s' />" % text

    def login(self):
        self.answer(200, "<form method='post' action='./Login.aspx'>%s<input type='hidden' name='__EVENTVALIDATION'"
                    " value='e1' /><input name='ctl00$user' /><input type='password' name='ctl00$password' />"
                    "<input type='submit' name='ctl00$enter' value='Đăng nhập' /></form>" % self.state("login"))

    def table(self, page):
        part = self.rows[(page - 1) * PAGE:page * PAGE]
        body = "".join("<tr>%s</tr>" % "".join("<td>%s</td>" % html.escape(row[k])
                                               for k in ("code", "title", "unit", "word", "due")) for row in part)
        self.answer(200, "<table id='menu'><tr><td>Trang chủ</td></tr></table><form method='post'>%s<table id='grid'>"
                    "<tr><th>Mã</th><th>Tên<br/>việc</th><th>Đơn vị</th><th>Tình trạng</th><th>Hạn</th></tr>%s</table>"
                    "</form>" % (self.state(page), body))

    def do_GET(self):
        self.handle_any({})

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.handle_any(dict(urllib.parse.parse_qsl(text)))

    def handle_any(self, form):
        cookie = re.search(r"ASP=(\w+)", self.headers.get("Cookie") or "")
        before = self.states.pop(form.get("__VIEWSTATE"), None)
        if self.path == "/seen":
            return self.answer(200, json.dumps(self.log))
        self.log.append([self.command, self.path, form.get("__EVENTARGUMENT", "")])
        if self.path == "/Login.aspx":
            right = before == "login" and form.get("__EVENTVALIDATION") == "e1" and form.get("ctl00$enter") and \
                form.get("ctl00$password") == PASSWORD
            if not right:
                return self.login()
            session = secrets.token_hex(8)
            self.sessions.add(session)
            return self.answer(302, "", ("Location", "/Default.aspx"), ("Set-Cookie", "ASP=%s; path=/" % session))
        if not cookie or cookie[1] not in self.sessions:
            return self.answer(302, "", ("Location", "/Login.aspx?ReturnUrl=%2f"))
        if self.path == "/Default.aspx":
            return self.answer(200, "<a href='/Logout.aspx'>Đăng xuất</a>")
        wanted = re.fullmatch(r"Page\$(\d+)", form.get("__EVENTARGUMENT", ""))
        if self.command == "GET":
            return self.table(1)
        if not wanted or form.get("__EVENTTARGET") != "grid" or before != int(wanted[1]) - 1:
            return self.answer(500, "Invalid viewstate")
        return self.table(int(wanted[1]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=50)
    parser.add_argument("--state-bytes", type=int, default=2000)
    args = parser.parse_args()
    Portal.rows, Portal.pad = rows(args.rows), args.state_bytes
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    print(json.dumps({"port": server.server_port}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
