#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The pages that are measured: both systems' answers as files, the same bytes on every run.

gen.py FOLDER RECORDS writes RECORDS records of both systems together, four fifths of them tasks, in pages of 200,
under ten units: FOLDER/central/STREAM/PAGE.json, FOLDER/portal/ACCOUNT/STREAM/OFFSET.json, and FOLDER/expected.json
with what a correct program finds. The portal lacks one record in 200; in one record in 50 it differs, in one or two
fields.
"""

import json
import pathlib
import random
import sys

PAGE = 200
UNITS = [(f"BN.{n:02d}", f"Đơn vị đo {n:02d}", f"bn{n:02d}") for n in range(1, 11)]
INDICATOR_SHARE = 5  # one record in five
MISSING_EACH, DIFFERENT_EACH = 200, 50

TITLES = ("Rà soát, cập nhật kế hoạch chuyển đổi số của đơn vị", "Số hóa hồ sơ, kết quả giải quyết thủ tục hành chính",
          "Bố trí kinh phí cho khoa học, công nghệ", "Tập huấn kỹ năng số cho cán bộ, công chức",
          "Kết nối, chia sẻ dữ liệu với kho dữ liệu tỉnh", "Xây dựng danh mục dữ liệu mở")
MEASURES = ("Tỷ lệ hồ sơ trực tuyến toàn trình", "Tỷ lệ chi cho khoa học và công nghệ", "Số sáng kiến được công nhận")
GROUPS = ("Hạ tầng số", "Dữ liệu", "Nhân lực", "Thể chế")
WORK = (("Chưa thực hiện", "NOT_STARTED"), ("Đang thực hiện", "IN_PROGRESS"), ("Hoàn thành", "DONE"))
REVIEW = (("Chưa gửi", "DRAFT"), ("Chờ duyệt", "SUBMITTED"), ("Đã duyệt", "APPROVED"))
RESULTS = ("Đã ban hành văn bản", "Đang lấy ý kiến", "Đã nghiệm thu", "")


class Day:
    def __init__(self, month, day):
        self.vn, self.iso = f"{day:02d}/{month:02d}/2026", f"2026-{month:02d}-{day:02d}"


def some_day(rng):
    return Day(rng.randint(1, 12), rng.randint(1, 28))


def evidence(rng, number):
    if rng.random() < 0.8:
        return [], []
    day = some_day(rng)
    name, sign, url = "Báo cáo kết quả", f"{number % 900 + 1}/BC-SKHCN", f"https://van-ban.example.vn/{number}"
    return ([{"ten": name, "soKyHieu": sign, "ngay": day.vn, "lienKet": url}],
            [{"name": name, "number": sign, "date": day.iso, "url": url}])


def task(rng, unit, number):
    code, title = f"NV-{number:05d}", f"{rng.choice(TITLES)}, đợt {number}"
    group, leader, due, assigned = rng.choice(GROUPS), f"Lãnh đạo {number % 7 + 1}", some_day(rng), some_day(rng)
    work, review, progress = rng.choice(WORK), rng.choice(REVIEW), rng.randint(0, 199) / 2
    result, updated, clock = rng.choice(RESULTS), some_day(rng), f"{rng.randint(7, 17):02d}:{rng.randint(0, 59):02d}"
    ours, theirs = evidence(rng, number)
    regular = rng.random() < 0.05
    central = {
        "maNhiemVu": code, "donVi": {"ma": unit[0], "ten": unit[1]}, "tenNhiemVu": title, "nhom": group, "cap": "Tỉnh",
        "khoi": "CQ", "canCu": "KH 12", "nhiemVuCha": None, "chuKy": "Năm", "donViPhoiHop": [], "lanhDao": leader,
        "ngayGiao": assigned.vn, "hanHoanThanh": "Thường xuyên" if regular else due.vn, "sanPham": "Báo cáo",
        "tienDo": f"{progress:g}".replace(".", ","), "trangThai": work[0], "tinhTrangDuyet": review[0],
        "lyDoTraLai": None, "ngayTraLai": None, "nguoiTraLai": None, "ketQua": result, "khoKhan": "",
        "minhChung": ours, "ngayHoanThanh": None, "capNhatLuc": f"{updated.vn} {clock}", "nguoiCapNhat": unit[2],
        "lienKet": f"https://td.example.vn/{number}"}
    portal = {
        "code": code, "unit": unit[0], "title": title, "group": group, "level": "Tỉnh", "bloc": "CQ", "basis": "KH 12",
        "parent": None, "cycle": "Năm", "cooperating": [], "leader": leader,
        "assigned_on": assigned.iso, "deadline": "regular" if regular else due.iso, "product": "Báo cáo",
        "progress": int(progress) if progress == int(progress) else progress, "status": work[1], "review": review[1],
        "returned": None, "result": result, "difficulty": "", "evidence": theirs, "completed_on": None,
        "updated_at": f"{updated.iso}T{clock}:00+07:00", "updated_by": unit[2],
        "url": f"https://cong.example.vn/{number}"}
    return central, portal


def indicator(rng, unit, number):
    code, title = f"CT-{number:05d}", f"{rng.choice(MEASURES)}, mục {number}"
    group, target, actual = rng.choice(GROUPS), str(rng.randint(10, 100)), rng.randint(0, 199) / 2
    review, updated, clock = rng.choice(REVIEW), some_day(rng), f"{rng.randint(7, 17):02d}:{rng.randint(0, 59):02d}"
    ours, theirs = evidence(rng, number)
    central = {
        "maChiTieu": code, "ky": "2026", "donVi": {"ma": unit[0], "ten": unit[1]}, "boPhan": None, "tenChiTieu": title,
        "nhom": group, "donViTinh": "%", "chieu": "Tăng", "mucTieu": target,
        "thucHien": f"{actual:g}".replace(".", ","), "khongPhatSinh": False, "canMinhChung": False,
        "minhChung": ours, "tinhTrangDuyet": review[0],
        "lyDoTraLai": None, "ngayTraLai": None, "nguoiTraLai": None, "capNhatLuc": f"{updated.vn} {clock}",
        "nguoiCapNhat": unit[2], "lienKet": f"https://td.example.vn/c/{number}"}
    portal = {
        "code": code, "unit": unit[0], "period": "2026", "title": title, "group": group, "uom": "%",
        "direction": "Tăng", "sub_unit": None, "verifier": None, "target": target, "actual": f"{actual:g}",
        "max_score": 4, "self_score": None, "verified_score": None, "official_score": None, "not_applicable": False,
        "evidence_required": False, "evidence": theirs, "review": review[1], "returned": None,
        "updated_at": f"{updated.iso}T{clock}:00+07:00", "updated_by": unit[2],
        "url": f"https://cong.example.vn/c/{number}"}
    return central, portal


def make_differ(rng, kind, portal):
    """Changes one or two fields that a unit types; returns how many."""
    fields = 1 + (rng.random() < 0.5)
    if kind == "indicator":
        portal["actual"] = f"{float(portal['actual']) + 1:g}"
        if fields == 2:
            portal["not_applicable"] = True
        return fields
    portal["progress"] = 0.5 if portal["progress"] == 0 else portal["progress"] - 0.5
    if fields == 2:
        portal["result"] = "Đã trình lãnh đạo phê duyệt"
    return fields


class Paged:
    """Collects one listing and writes it in pages; a page after the last is empty."""

    def __init__(self, folder):
        self.folder, self.items = folder, []

    def write(self, name_of, body_of):
        self.folder.mkdir(parents=True)
        total = len(self.items)
        for start in list(range(0, total, PAGE)) + [-(-total // PAGE) * PAGE]:
            body = body_of(start, total, self.items[start:start + PAGE])
            text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
            (self.folder / f"{name_of(start)}.json").write_text(text, encoding="utf-8")


def central_body(start, total, items):
    return {"code": 0, "data": {"total": total, "page": start // PAGE + 1, "size": PAGE, "items": items}}


def portal_body(start, total, items):
    return {"meta": {"offset": start, "limit": PAGE, "count": total}, "data": items}


def generate(folder, records):
    rng = random.Random(57)
    central = {kind: Paged(folder / "central" / name) for kind, name in
               (("task", "nhiem-vu"), ("indicator", "chi-tieu"))}
    expected = {"central": 0, "portal": 0, "differences": 0, "only_central": 0}
    number = 0
    for unit in UNITS:
        portal = {kind: Paged(folder / "portal" / unit[2] / name) for kind, name in
                  (("task", "tasks"), ("indicator", "criteria"))}
        for _ in range(records // 2 // len(UNITS)):
            number += 1
            add_record(rng, number, unit, central, portal, expected)
        for listing in portal.values():
            listing.write(lambda start: start, portal_body)
    for listing in central.values():
        listing.write(lambda start: start // PAGE + 1, central_body)
    (folder / "expected.json").write_text(json.dumps(expected) + "\n", encoding="utf-8")


def add_record(rng, number, unit, central, portal, expected):
    kind = "indicator" if number % INDICATOR_SHARE == 0 else "task"
    ours, theirs = (indicator if kind == "indicator" else task)(rng, unit, number)
    central[kind].items.append(ours)
    expected["central"] += 1
    if number % MISSING_EACH == 0:
        expected["only_central"] += 1
        return
    if number % DIFFERENT_EACH == 7:
        expected["differences"] += make_differ(rng, kind, theirs)
    portal[kind].items.append(theirs)
    expected["portal"] += 1


if __name__ == "__main__":
    generate(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
