#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A third system, unlike the other two and sharing no code with them: it proves that a profile alone is enough.

    third.py [--key KEY] [--port-file FILE] [--page-size N] [--now EPOCH] [--port N]

Wire format
  Every request carries the header  X-Api-Key: KEY  (default "khoa-thu-nghiem"); without it or with a wrong one: 403
  {"result":{"ok":false,"error":{"no":7,"text":"forbidden"}}}.  There is no login, no cookie, no token.

  GET /v2/export/work?take=25            first page (take 1..50, default 25)
  GET /v2/export/work?take=25&after=CUR  the page after the cursor CUR, an opaque text; a cursor nobody gave: 400
  GET /v2/export/measures?take=25[&after=CUR]

  {"result":{"ok":true,"payload":{"rows":{"list":[ROW,...],"cursor":{"next":"CUR"|null}},"stamp":1781829000}}}
  The listing ends with the page whose result.payload.rows.cursor.next is null. No total is given anywhere.

  ROW of work (a task)
    {"ref":"NV-II-08","owner":{"label":"Xã M’Drắk"},"what":{"heading":"...","section":"II","bloc":"Chính quyền"},
     "when":{"given":1767546000,"limit":1782752400|null,"finished":null|1780246800},
     "state":{"phase":1,"check":3,"percent":60.5},"note":{"outcome":"..."|null,"trouble":null,
     "sent_back":null|{"why":"...","on":1781456400,"who":"..."}},
     "proof":[{"caption":"...","sign":"12/BC-UBND","on":1779210000,"href":"https://..."}],
     "touched":{"ts":1781800000|null,"by":"..."},"href":"https://ba.example.vn/w/..."}
  ROW of measures (an indicator)
    {"ref":"CT24","year":2026,"owner":{"label":"..."},"what":{"heading":"...","section":"...","measure":"%"},
     "goal":"98","value":"91.5"|null,"void":0|1,"proof_needed":0|1,"state":{"check":3},
     "note":{"sent_back":null|{...}},"proof":[...],"touched":{...},"href":"..."}

  Units are named (owner.label), never coded. All times are whole seconds since 1970-01-01 UTC; given, limit, finished
  and on are local midnights (UTC+7) of the civil date meant. A limit is the last day in time; null: no deadline.
  phase  0 not started, 1 in progress, 2 done, 3 done late, 4 suspended, 5 cancelled
  check  0 draft, 1 submitted, 2 returned, 3 approved, 4 locked
  percent is a JSON number; goal and value are decimal text with a point; void and proof_needed are 0 or 1.
  GET /v2/seen  (no key): {"requests":[{"path","query","key"(bool),"status"}]}
"""
import argparse
import base64
import http.server
import json
import os
import threading
import urllib.parse

UNITS = ["Xã M’Drắk", "Phường Tân Lập", "Xã Ea H’Leo", "Sở Nội vụ", "Sở Khoa học và Công nghệ"]
WORK = [("NV-I-01", "I", "Chương trình tuyên truyền về Nghị quyết 57"), ("NV-I-05", "I", "Rà soát văn bản chỉ đạo"),
        ("NV-II-05", "II", "Xử lý vùng lõm sóng"), ("NV-II-08", "II", "Phê duyệt cấp độ an toàn hệ thống thông tin"),
        ("NV-II-09", "II", "Khắc phục lỗ hổng bảo mật"), ("NV-III-01", "III", "Làm sạch dữ liệu"),
        ("NV-IV-01", "IV", "Giải quyết thủ tục hành chính thông suốt"), ("NV-V-02", "V", "Số hóa hồ sơ lưu trữ"),
        ("NV-VI-01", "VI", "Mô hình Chợ 4.0"), ("NV-VII-01", "VII", "Phổ cập chữ ký số cá nhân"),
        ("NV-VIII-03", "VIII", "Bình dân học vụ số"), ("NV-X-01", "X", "Duy trì chế độ báo cáo")]
MEASURES = [("CT%02d" % n, title) for n, title in enumerate([
    "Hồ sơ nộp trực tuyến", "Chữ ký số cá nhân", "Kỹ năng số cơ bản", "Sổ sức khỏe điện tử", "Định danh mức 2",
    "Gian hàng số OCOP", "Giải ngân vốn", "Dữ liệu đảng viên", "Dữ liệu quốc gia", "Cáp quang thôn", "Mã QR chợ",
    "Học bạ số"], 24)]
DAY = 86400


def midnight(now, days):
    """Local midnight (UTC+7) so many days from now, as epoch seconds."""
    return (now + 7 * 3600) // DAY * DAY - 7 * 3600 + days * DAY


def proof(now, ref, n):
    return [{"caption": "Báo cáo " + ref, "sign": "%d/BC-UBND" % (n + 3), "on": midnight(now, -30),
             "href": "https://vanban.example.vn/b/%d.pdf" % n}]


def work_rows(now):
    rows, n = [], 0
    for unit in UNITS:
        for ref, section, heading in WORK:
            n += 1
            phase = (2, 1, 1, 1, 3, 1, 0, 1, 4, 1, 5, 1)[n * 7 % 12]
            back = {"why": "thiếu số văn bản", "on": midnight(now, -2), "who": "Văn phòng"} if n % 17 == 0 else None
            limit = None if n % 11 == 0 else midnight(now, (n * 13) % 120 - 20)
            rows.append({
                "ref": ref, "owner": {"label": unit},
                "what": {"heading": heading, "section": section, "bloc": "Chính quyền"},
                "when": {"given": midnight(now, -150), "limit": limit,
                         "finished": midnight(now, -5) if phase in (2, 3) else None},
                "state": {"phase": phase, "check": 2 if back else (1, 3, 3, 0, 4)[n % 5],
                          "percent": 100 if phase in (2, 3) else (n * 9.25) % 95},
                "note": {"outcome": "Đang làm" if n % 3 else None, "trouble": None, "sent_back": back},
                "proof": proof(now, ref, n) if n % 2 else [],
                "touched": {"ts": now - (n * 5 % 40) * DAY - 3600, "by": "can bo %d" % n},
                "href": "https://ba.example.vn/w/%d" % n})
    return rows


def measure_rows(now):
    rows, n = [], 0
    for unit in UNITS:
        for ref, heading in MEASURES:
            n += 1
            empty = n % 13 == 0
            rows.append({
                "ref": ref, "year": 2026, "owner": {"label": unit},
                "what": {"heading": heading, "section": "Chỉ tiêu chủ yếu", "measure": "%"},
                "goal": str(50 + n % 6 * 10), "value": None if empty else "%.1f" % (30 + n * 1.1 % 60),
                "void": int(n % 29 == 0), "proof_needed": n % 2, "state": {"check": 0 if empty else (1, 3, 3)[n % 3]},
                "note": {"sent_back": None}, "proof": proof(now, ref, n) if n % 2 and n % 7 else [],
                "touched": {"ts": None if empty else now - (n * 3 % 45) * DAY, "by": "can bo %d" % n},
                "href": "https://ba.example.vn/m/%d" % n})
    return rows


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes

    def log_message(self, *args):
        pass

    def send(self, status, value):
        raw = json.dumps(value, ensure_ascii=False).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)
        return status

    def fail(self, status, number, text):
        return self.send(status, {"result": {"ok": False, "error": {"no": number, "text": text}}})

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        shop = self.server.shop
        if url.path == "/v2/seen":
            with shop["lock"]:
                self.send(200, {"requests": list(shop["seen"])})
            return
        status = self.serve(url, shop)
        with shop["lock"]:
            shop["seen"].append({"path": url.path, "query": url.query, "status": status,
                                 "key": "X-Api-Key" in self.headers})

    def serve(self, url, shop):
        if self.headers.get("X-Api-Key") != shop["key"]:
            return self.fail(403, 7, "forbidden")
        rows = shop["rows"].get(url.path)
        if rows is None:
            return self.fail(404, 4, "no such export")
        asked = dict(urllib.parse.parse_qsl(url.query))
        take = int(asked["take"]) if asked.get("take", "").isdigit() else 25
        take, start = min(max(take, 1), shop["page_size"]), 0
        if "after" in asked:
            try:
                kind, _, at = base64.urlsafe_b64decode(asked["after"]).decode("ascii").partition(":")
                start = int(at)
            except (ValueError, UnicodeDecodeError):
                return self.fail(400, 9, "bad cursor")
            if kind != url.path[-4:] or not 0 < start < len(rows):
                return self.fail(400, 9, "bad cursor")
        end = start + take
        cursor = base64.urlsafe_b64encode(("%s:%d" % (url.path[-4:], end)).encode()).decode() \
            if end < len(rows) else None
        return self.send(200, {"result": {"ok": True, "payload": {
            "rows": {"list": rows[start:end], "cursor": {"next": cursor}}, "stamp": shop["now"]}}})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--key", default="khoa-thu-nghiem")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file")
    parser.add_argument("--page-size", type=int, default=50, help="the most rows a page ever holds")
    parser.add_argument("--now", type=int, default=1781829000, help="epoch seconds; default 2026-06-19 07:30 +07:00")
    args = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", args.port), Handler)
    server.daemon_threads = True
    server.shop = {"key": args.key, "now": args.now, "page_size": args.page_size, "seen": [],
                   "lock": threading.Lock(),
                   "rows": {"/v2/export/work": work_rows(args.now), "/v2/export/measures": measure_rows(args.now)}}
    line = json.dumps({"port": server.server_address[1]})
    if args.port_file:
        with open(args.port_file + ".new", "w", encoding="ascii") as fh:
            fh.write(line + "\n")
        os.replace(args.port_file + ".new", args.port_file)
    print(line, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
