#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The pages that are measured: both systems' answers as files, the same bytes on every run.

gen.py FOLDER RECORDS [VARIANT] writes RECORDS records of both systems together, four fifths of them tasks, in pages
of 200, under ten units: FOLDER/central/STREAM/PAGE.json, FOLDER/portal/ACCOUNT/STREAM/OFFSET.json, and
FOLDER/expected.json with what a correct program finds. The portal lacks one record in 200; in one record in 50 it
differs, in one or two fields. Variant 1 is the same a while later: in one record in a hundred, by chance, so on nearly
every page, the unit has typed another value into both systems.
"""

import json
import pathlib
import random
import sys

PAGE = 200
UNITS = [(f"BN.{n:02d}", f"Đơn vị đo {n:02d}", f"bn{n:02d}") for n in range(1, 11)]
INDICATOR_SHARE = 5  # one record in five
MISSING_EACH, DIFFERENT_EACH = 200, 50
CHANGED_SHARE = 0.01  # in variant 1

TITLES = ("Rà soát, cập nhật kế hoạch chuyển đổi số của đơn vị", "Số hóa hồ sơ, kết quả giải quyết thủ tục hành chính",
          "Bố trí kinh phí cho khoa học, công nghệ", "Tập huấn kỹ năng số cho cán bộ, công chức",
          "Kết nối, chia sẻ dữ liệu với kho dữ liệu tỉnh", "Xây dựng danh mục dữ liệu mở")
MEASURES = ("Tỷ lệ hồ sơ trực tuyến toàn trình", "Tỷ lệ chi cho khoa học và công nghệ", "Số sáng kiến được công nhận")
GROUPS = ("Hạ tầng số", "Dữ liệu", "Nhân lực", "Thể chế")
WORK = (("Chưa thực hiện", "NOT_STARTED"), ("Đang thực hiện", "IN_PROGRESS"), ("Hoàn thành", "DONE"))
REVIEW = (("Chưa gửi", "DRAFT"), ("Chờ duyệt", "SUBMITTED"), ("Đã duyệt", "APPROVED"))
RESULTS = ("Đã ban hành văn bản", "Đang lấy ý kiến", "Đã nghiệm thu", "")
TROUBLE = ("Thiếu nhân lực", "Chờ kinh phí")


class Day:
    def __init__(self, month, day):
        self.vn, self.iso = f"{day:02d}/{month:02d}/2026", f"2026-{month:02d}-{day:02d}"


def some_day(rng):
    return Day(rng.randint(1, 12), rng.randint(1, 28))


def evidence(rng, number):
    day = some_day(rng)
    name, sign, url = "Báo cáo", f"{number % 900 + 1}/BC", f"https://vb.example.vn/{number}"
    return ([{"ten": name, "soKyHieu": sign, "ngay": day.vn, "lienKet": url}],
            [{"name": name, "number": sign, "date": day.iso, "url": url}])


def both(central, portal, names, values):
    """One fact in the words of each system; a record has no member for what it has nothing to say about."""
    central[names[0]], portal[names[1]] = values


def common(rng, unit, number, central, portal):
    review, day = rng.choice(REVIEW), some_day(rng)
    clock = f"{rng.randint(7, 17):02d}:{rng.randint(0, 59):02d}"
    both(central, portal, ("tinhTrangDuyet", "review"), review)
    if rng.random() < 0.2:
        both(central, portal, ("minhChung", "evidence"), evidence(rng, number))
    both(central, portal, ("capNhatLuc", "updated_at"), (f"{day.vn} {clock}", f"{day.iso}T{clock}:00+07:00"))
    both(central, portal, ("nguoiCapNhat", "updated_by"), (unit[2], unit[2]))
    both(central, portal, ("lienKet", "url"), (f"https://td.example.vn/{number}", f"https://cong.example.vn/{number}"))


def task(rng, unit, number):
    code, title = f"NV-{number:05d}", f"{rng.choice(TITLES)}, đợt {number} của năm 2026"
    group, leader, due, assigned = rng.choice(GROUPS), f"Lãnh đạo {number % 7 + 1}", some_day(rng), some_day(rng)
    work, progress, result = rng.choice(WORK), rng.randint(0, 199) / 2, rng.choice(RESULTS)
    regular = rng.random() < 0.05
    central = {
        "maNhiemVu": code, "donVi": {"ma": unit[0]}, "tenNhiemVu": title, "nhom": group, "cap": "Tỉnh", "khoi": "CQ",
        "canCu": "KH 12", "chuKy": "Năm", "lanhDao": leader, "ngayGiao": assigned.vn,
        "hanHoanThanh": "Thường xuyên" if regular else due.vn, "sanPham": "Báo cáo",
        "tienDo": f"{progress:g}".replace(".", ","), "trangThai": work[0], "ketQua": result}
    portal = {
        "code": code, "unit": unit[0], "title": title, "group": group, "level": "Tỉnh", "bloc": "CQ",
        "basis": "KH 12", "cycle": "Năm", "leader": leader, "assigned_on": assigned.iso,
        "deadline": "regular" if regular else due.iso, "product": "Báo cáo",
        "progress": int(progress) if progress == int(progress) else progress, "status": work[1], "result": result}
    if number % 4 == 0:
        both(central, portal, ("nhiemVuCha", "parent"), (f"NV-{number // 4:05d}",) * 2)
    if number % 6 == 0:
        both(central, portal, ("khoKhan", "difficulty"), (rng.choice(TROUBLE),) * 2)
    if work[1] == "DONE":
        both(central, portal, ("ngayHoanThanh", "completed_on"), (due.vn, due.iso))
    common(rng, unit, number, central, portal)
    return central, portal


def indicator(rng, unit, number):
    code, title = f"CT-{number:05d}", f"{rng.choice(MEASURES)}, chỉ tiêu thành phần của kế hoạch năm, mục {number}"
    group, target, actual = rng.choice(GROUPS), str(rng.randint(10, 100)), rng.randint(0, 199) / 2
    central = {
        "maChiTieu": code, "donVi": {"ma": unit[0]}, "ky": "2026", "tenChiTieu": title, "nhom": group,
        "donViTinh": "%", "chieu": "Tăng", "mucTieu": target, "thucHien": f"{actual:g}".replace(".", ","),
        "khongPhatSinh": False, "canMinhChung": False}
    portal = {
        "code": code, "unit": unit[0], "period": "2026", "title": title, "group": group, "uom": "%",
        "direction": "Tăng", "target": target, "actual": f"{actual:g}", "max_score": 4, "not_applicable": False,
        "evidence_required": False}
    common(rng, unit, number, central, portal)
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


def retyped(rng, ours, theirs):
    """What a unit types later, in both systems."""
    name = ("tienDo", "progress") if "tienDo" in ours else ("thucHien", "actual")
    value = rng.randint(1, 99)
    while f"{value}" == f"{theirs[name[1]]}":
        value = rng.randint(1, 99)
    both(ours, theirs, name, (f"{value}", value if name[1] == "progress" else f"{value}"))
    both(ours, theirs, ("capNhatLuc", "updated_at"), ("28/12/2026 08:00", "2026-12-28T08:00:00+07:00"))


def generate(folder, records, variant=0):
    rng, later = random.Random(57), random.Random(58)
    central = {kind: Paged(folder / "central" / name) for kind, name in
               (("task", "nhiem-vu"), ("indicator", "chi-tieu"))}
    expected = {"central": 0, "portal": 0, "differences": 0, "only_central": 0}
    number = 0
    for unit in UNITS:
        portal = {kind: Paged(folder / "portal" / unit[2] / name) for kind, name in
                  (("task", "tasks"), ("indicator", "criteria"))}
        for _ in range(records // 2 // len(UNITS)):
            number += 1
            add_record(rng, later if variant else None, number, unit, central, portal, expected)
        for listing in portal.values():
            listing.write(lambda start: start, portal_body)
    for listing in central.values():
        listing.write(lambda start: start // PAGE + 1, central_body)
    (folder / "expected.json").write_text(json.dumps(expected) + "\n", encoding="utf-8")


def many_accounts(folder, units, each):
    """The portal alone: few records in each of very many accounts."""
    rng = random.Random(57)
    for place, unit in enumerate(units):
        for kind, make, name in (("task", task, "tasks"), ("indicator", indicator, "criteria")):
            listing = Paged(folder / "portal" / unit[2] / name)
            listing.items = [make(rng, unit, place * each + i + 1)[1] for i in range(each)]
            listing.write(lambda start: start, portal_body)


def add_record(rng, later, number, unit, central, portal, expected):
    kind = "indicator" if number % INDICATOR_SHARE == 0 else "task"
    ours, theirs = (indicator if kind == "indicator" else task)(rng, unit, number)
    if later and later.random() < CHANGED_SHARE:
        retyped(later, ours, theirs)
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
    generate(pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
