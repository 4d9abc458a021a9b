#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The simulated central system: JSON login, bearer token that expires and refreshes, lists by page number."""
import datetime as dt
import json
import secrets

if not __package__:
    import os
    import sys
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    __package__ = "simulators"
    import simulators  # noqa: F401

from . import faults
from .system import System, dump, json_response, number
from .httpd import Response

ACCOUNT = "giamsat.daklak"
WORK = {"not_started": "Chưa thực hiện", "in_progress": "Đang thực hiện", "done": "Hoàn thành",
        "suspended": "Tạm dừng", "cancelled": "Đã hủy"}
REVIEW = {"draft": "Chưa gửi", "submitted": "Chờ duyệt", "returned": "Trả lại", "approved": "Đã duyệt",
          "locked": "Đã khóa"}


def day(text):
    return text and dt.date.fromisoformat(text).strftime("%d/%m/%Y")


def moment(text):
    return text and dt.datetime.fromisoformat(text).strftime("%d/%m/%Y %H:%M")


def comma(text):
    return text.replace(".", ",") if text else text


def due_words(due):
    value, kind = due["value"], due["kind"]
    if kind == "exact":
        return day(value)
    if kind == "month":
        return "%d/%s" % (int(value[5:]), value[:4])
    if kind == "quarter":
        return "Quý %s/%s" % (("I", "II", "III", "IV")[int(value[6:]) - 1], value[:4])
    return value


class Central(System):
    name = "central"
    streams = {"/api/nhiem-vu": "task", "/api/chi-tieu": "indicator"}

    def __init__(self, world, refresh_seconds=7 * 86400, **options):
        super().__init__(world, **options)
        self.access, self.refresh, self.refresh_seconds = {}, {}, refresh_seconds

    # sessions

    def is_login(self, request):
        return request.path == "/api/auth/login"

    def token(self, request):
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        return value if kind.lower() == "bearer" else None

    def account_of(self, request):
        if request.path.startswith("/api/auth/"):
            try:
                body = json.loads(request.body or b"{}")
            except ValueError:
                return None
            if not isinstance(body, dict):
                return None
            return body.get("username") or self.refresh.get(body.get("refreshToken"), (None,))[0]
        return self.access.get(self.token(request), (None,))[0]

    def forget(self, request):
        self.access.pop(self.token(request), None)

    def expire(self, account=None):
        """End every session: access and refresh tokens both."""
        for book in (self.access, self.refresh):
            for token in [t for t, (who, _) in book.items() if account in (None, who)]:
                del book[token]

    def grant(self, account):
        now = self.clock.now()
        access, refresh = secrets.token_hex(24), secrets.token_hex(24)
        self.access[access] = (account, now + dt.timedelta(seconds=self.session_seconds))
        self.refresh[refresh] = (account, now + dt.timedelta(seconds=self.refresh_seconds))
        return json_response(200, {"code": 0, "data": {"accessToken": access, "refreshToken": refresh,
                                                       "expiresIn": self.session_seconds}})

    def log_in(self, request, rules):
        refused = json_response(401, {"code": 1001, "message": "Sai tài khoản hoặc mật khẩu"})
        try:
            body = json.loads(request.body)
            name, word = body["username"], body["password"]
        except (ValueError, KeyError, TypeError):
            return refused
        if faults.wanted(rules, "refuse-login") or self.secrets.get(name) != word or not word:
            return refused
        return self.grant(name)

    def renew(self, request):
        try:
            held = self.refresh.pop(json.loads(request.body)["refreshToken"], None)
        except (ValueError, KeyError, TypeError):
            held = None
        if not held or held[1] <= self.clock.now():
            return json_response(401, {"code": 1002, "message": "Phiên đăng nhập đã hết hạn"})
        return self.grant(held[0])

    # lists

    def page_of(self, request):
        return max(1, number(request.query.get("page"), 1))

    def route(self, request, account, rules):
        if request.path == "/api/auth/login" and request.method == "POST":
            return self.log_in(request, rules)
        if request.path == "/api/auth/refresh" and request.method == "POST":
            return self.renew(request)
        kind = self.streams.get(request.path)
        if kind is None:
            return json_response(404, {"code": 404, "message": "Không tìm thấy"})
        if request.method != "GET":
            return json_response(405, {"code": 405, "message": "Không hỗ trợ"})
        held = self.access.get(self.token(request))
        if not held or held[1] <= self.clock.now():
            return json_response(401, {"code": 1002, "message": "Phiên đăng nhập đã hết hạn"})
        page, size = self.page_of(request), number(request.query.get("size"), 20)
        size = min(max(size, 1), self.max_size)
        total, stated, _, part, omitted = self.page(kind, None, (page - 1) * size, size, rules)
        head = '{"code":0,"data":{"total":%d,"page":%d,"size":%d' % (total, page, stated)
        return Response(200, head + ("" if omitted else ',"items":[%s]' % ",".join(part)) + "}}")

    def item(self, rec):
        unit = self.world.by_code[rec["unit"]]
        out = {"donVi": {"ma": rec["unit"], "ten": unit["name"]}, "nhom": rec["group"],
               "tinhTrangDuyet": REVIEW.get(rec["review"], rec["review"]), "lyDoTraLai": rec["return_reason"],
               "ngayTraLai": day(rec["returned_on"]), "nguoiTraLai": rec["returned_by"],
               "minhChung": [{"ten": e["name"], "soKyHieu": e["number"], "ngay": day(e["date"]), "lienKet": e["url"]}
                             for e in rec["evidence"]],
               "capNhatLuc": moment(rec["updated_at"]), "nguoiCapNhat": rec["updated_by"], "lienKet": rec["url"]}
        if rec["kind"] == "task":
            word = "Hoàn thành quá hạn" if rec["claims_late"] and rec["work"] == "done" else \
                WORK.get(rec["work"], rec["work"])
            out.update(maNhiemVu=rec["own_code"], tenNhiemVu=rec["title"], cap=rec["level"], khoi=rec["bloc"],
                       canCu=rec["basis"], nhiemVuCha=rec["parent"], chuKy=rec["cycle"],
                       donViPhoiHop=rec["cooperating"], lanhDao=rec["leader"], ngayGiao=day(rec["assigned_on"]),
                       hanHoanThanh=due_words(rec["due"]), sanPham=rec["product"], tienDo=comma(rec["progress"]),
                       trangThai=word, ketQua=rec["result"], khoKhan=rec["difficulty"],
                       ngayHoanThanh=day(rec["completed_on"]))
        else:
            out.update(maChiTieu=rec["own_code"], ky=rec["period"], boPhan=rec["sub_unit"], tenChiTieu=rec["title"],
                       donViTinh=rec["uom"], chieu=rec["direction"], mucTieu=comma(rec["target"]),
                       thucHien=comma(rec["actual"]), khongPhatSinh=rec["not_applicable"],
                       canMinhChung=rec["evidence_required"])
        return out

    # faults on single items

    def code_of(self, item):
        return item.get("maNhiemVu") or item.get("maChiTieu")

    def unit_in(self, item):
        return item["donVi"]["ma"]

    def set_status(self, item, word):
        item["trangThai" if "trangThai" in item else "tinhTrangDuyet"] = word

    def set_unit(self, item, value):
        item["donVi"] = {"ma": value, "ten": "Đơn vị lạ"}


__all__ = ["Central", "ACCOUNT", "dump"]

if __name__ == "__main__":
    from .sims import main
    main(("central",))
