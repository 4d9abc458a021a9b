#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The simulated provincial portal: HTML form login with a token and a cookie, one account per unit, offset lists."""
import datetime as dt
import html
import secrets
import urllib.parse

if not __package__:
    import os
    import sys
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    __package__ = "simulators"
    import simulators  # noqa: F401

from . import facts, faults
from .system import System, json_response, number
from .httpd import Response

COOKIE = "nq57_session"
WORK = {"not_started": "NOT_STARTED", "in_progress": "IN_PROGRESS", "done": "DONE", "suspended": "SUSPENDED",
        "cancelled": "CANCELLED"}
FORM = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>Đăng nhập - Theo dõi NQ 57</title></head><body>
<h1>Đăng nhập hệ thống</h1>%s
<form method="post" action="/login">
<input type="hidden" name="_token" value="%s">
<label>Tài khoản <input type="text" name="tai_khoan" autocomplete="username"></label>
<label>Mật khẩu <input type="password" name="mat_khau"></label>
<button type="submit">Đăng nhập</button>
</form></body></html>
"""
HOME = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>Trang chủ</title></head><body>
<p>Xin chào <b>%s</b> (%s). <a href="/dang-xuat">Đăng xuất</a></p></body></html>
"""


def num(text):
    """A JSON number as the portal prints it, from decimal text."""
    if text is None:
        return None
    return float(text) if "." in text else int(text)


class Portal(System):
    name = "portal"
    max_size = 200
    streams = {"/api/v1/tasks": "task", "/api/v1/criteria": "indicator"}

    def __init__(self, world, **options):
        super().__init__(world, **options)
        self.before, self.sessions = {}, {}
        self.everybody = {u["code"]: u for u in facts.units()}
        self.key_by_code = {u["portal_code"]: u["code"] for u in world.units}
        self.unit_by_account = {u["account"]: u["code"] for u in world.units if u["account"]}

    # sessions

    def is_login(self, request):
        return request.path == "/login"

    def form(self, request):
        text = request.body.decode("utf-8", "replace")
        return dict(urllib.parse.parse_qsl(text, keep_blank_values=True))

    def account_of(self, request):
        if self.is_login(request) and request.method == "POST":
            return self.form(request).get("tai_khoan")
        return self.sessions.get(request.cookie(COOKIE), (None,))[0]

    def unit_of(self, account):
        return self.unit_by_account.get(account)

    def forget(self, request):
        self.sessions.pop(request.cookie(COOKIE), None)

    def expire(self, account=None):
        for key in [k for k, (who, _) in self.sessions.items() if account in (None, who)]:
            del self.sessions[key]

    def login_page(self, error="", cookie=False):
        token, key = secrets.token_hex(16), secrets.token_hex(16)
        self.before[key] = token
        while len(self.before) > 20000:
            del self.before[next(iter(self.before))]
        page = FORM % ('<p class="error">%s</p>' % html.escape(error) if error else "", token)
        return (page, key) if cookie else page

    def show_login(self, error=""):
        page, key = self.login_page(error, cookie=True)
        return Response(200, page, "text/html; charset=utf-8",
                        [("Set-Cookie", "%s=%s; Path=/; HttpOnly; SameSite=Lax" % (COOKIE, key))])

    def log_in(self, request, rules):
        form, key = self.form(request), request.cookie(COOKIE)
        token = self.before.pop(key, None)
        if not token or form.get("_token") != token:
            return self.show_login("Phiên làm việc không hợp lệ, mời đăng nhập lại")
        name, word = form.get("tai_khoan"), form.get("mat_khau")
        if faults.wanted(rules, "refuse-login") or not word or self.secrets.get(name) != word:
            return self.show_login("Sai tài khoản hoặc mật khẩu")
        session = secrets.token_hex(24)
        self.sessions[session] = (name, self.clock.now() + dt.timedelta(seconds=self.session_seconds))
        return Response(302, b"", "text/html; charset=utf-8", [
            ("Location", "/trang-chu"), ("Set-Cookie", "%s=%s; Path=/; HttpOnly; SameSite=Lax" % (COOKIE, session))])

    # lists

    def page_of(self, request):
        limit = max(1, number(request.query.get("limit"), 20))
        return number(request.query.get("offset"), 0) // limit + 1

    def route(self, request, account, rules):
        if request.path == "/login":
            return self.log_in(request, rules) if request.method == "POST" else self.show_login()
        held = self.sessions.get(request.cookie(COOKIE))
        to_login = Response(302, b"", "text/html; charset=utf-8", [("Location", "/login")])
        if not held or held[1] <= self.clock.now():
            return to_login
        if request.path == "/dang-xuat":
            self.forget(request)
            return to_login
        unit = self.world.by_code.get(self.unit_of(held[0]), {"code": "", "name": "Quản trị"})
        if request.path == "/trang-chu":
            return Response(200, HOME % (html.escape(held[0]), html.escape(unit["name"])), "text/html; charset=utf-8")
        kind = self.streams.get(request.path)
        if kind is None:
            return Response(404, "<h1>Không tìm thấy</h1>", "text/html; charset=utf-8")
        if request.method != "GET":
            return json_response(405, {"error": "method"})
        offset, limit = number(request.query.get("offset"), 0), number(request.query.get("limit"), 20)
        total, stated, start, part, omitted = self.page(kind, unit["code"], offset, limit, rules)
        head = '{"meta":{"offset":%d,"limit":%d,"count":%d}' % (start, stated, total)
        return Response(200, head + ("" if omitted else ',"data":[%s]' % ",".join(part)) + "}")

    def own(self, code):
        """The portal's own code of a unit."""
        unit = self.world.by_code.get(code) or self.everybody.get(code)
        return unit["portal_code"] if unit else code

    def item(self, rec):
        unit = self.world.by_code[rec["unit"]]
        back = {"reason": rec["return_reason"], "at": rec["returned_on"], "by": rec["returned_by"]}
        out = {"code": rec["own_code"], "unit": unit["portal_code"], "title": rec["title"], "group": rec["group"],
               "review": rec["review"].upper(), "returned": back if rec["review"] == "returned" else None,
               "evidence": rec["evidence"], "updated_at": rec["updated_at"], "updated_by": rec["updated_by"],
               "url": rec["url"]}
        if rec["kind"] == "task":
            status = "DONE_LATE" if rec["claims_late"] and rec["work"] == "done" else WORK.get(rec["work"], rec["work"])
            deadline = "regular" if rec["due"]["kind"] == "recurring" else rec["due"]["value"]
            out.update(level=rec["level"], bloc=rec["bloc"], basis=rec["basis"], parent=rec["parent"],
                       cycle=rec["cycle"], cooperating=[self.own(c) for c in rec["cooperating"]], leader=rec["leader"],
                       assigned_on=rec["assigned_on"], deadline=deadline, product=rec["product"],
                       progress=num(rec["progress"]), status=status, result=rec["result"],
                       difficulty=rec["difficulty"], completed_on=rec["completed_on"])
        else:
            out.update(period=rec["period"], uom=rec["uom"], direction=rec["direction"], sub_unit=rec["sub_unit"],
                       verifier=self.own(rec["verifier"]), target=rec["target"], actual=rec["actual"],
                       max_score=num(rec["max_score"]), self_score=num(rec["self_score"]),
                       verified_score=num(rec["verified_score"]), official_score=num(rec["official_score"]),
                       not_applicable=rec["not_applicable"], evidence_required=rec["evidence_required"])
        return out

    # faults on single items

    def code_of(self, item):
        return item["code"]

    def unit_in(self, item):
        return self.key_by_code.get(item["unit"], item["unit"])

    def set_status(self, item, word):
        item["status" if "status" in item else "review"] = word

    def set_unit(self, item, value):
        item["unit"] = value


if __name__ == "__main__":
    from .sims import main
    main(("portal",))
