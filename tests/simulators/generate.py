# SPDX-License-Identifier: MIT
"""Fills a World: who is done, who is behind and how, and where the two systems disagree."""
import copy
import datetime as dt
import random

from . import facts
from .world import (ABOVE, DEAD_WORK, LEADERS, SICKNESSES, SYSTEMS, TYPED, decimal, decomposed, due_last_day, evidence,
                    iso, window_from)

CENTRAL_URL = "https://theodoiq.example.vn"
PORTAL_URL = "https://nq57.example.vn"
RETURN_REASONS = ["thiếu số văn bản", "số liệu chưa khớp với báo cáo", "minh chứng không mở được",
                  "chưa có xác nhận của thủ trưởng đơn vị"]
RESULTS = ["Đã ban hành văn bản và triển khai", "<p style=\"font-family:'Times New Roman'\">Đã làm "
           "<b>3/5</b> nội dung&nbsp;chính</p>", "Hoàn thành phần khảo sát; đang tổng hợp số liệu",
           "Phối hợp với các thôn, buôn rà soát xong", "Đạt kế hoạch quý\u00a0II"]
DIFFICULTIES = [None, None, None, "Thiếu nhân lực chuyên trách", "<p>Kinh phí chưa được cấp</p>",
                "Đường truyền ở buôn vùng xa chưa ổn định"]


def fill(world, share_differing):
    rng = random.Random("world:" + world.seed)
    assign_fates(world, rng)
    for unit in world.units:
        if unit["code"] != facts.NO_RECORDS:
            make_unit(world, unit, random.Random("unit:%s:%s" % (world.seed, unit["code"])))
    one_sided(world)
    for unit in world.units:
        fall_ill(world, unit, random.Random("ill:%s:%s" % (world.seed, unit["code"])))
    spread_differences(world, share_differing, random.Random("differ:" + world.seed))
    odd_texts(world, random.Random("odd:" + world.seed))
    world.version = 1


def assign_fates(world, rng):
    """plan[unit] = {"fate": done|behind|unknown, "differs": bool, "ill": [...]}: a third done, a third without
    any difference; the two thirds overlap in part."""
    special = {facts.NO_PORTAL, facts.NO_RECORDS, facts.FOCAL_LEFT, facts.SHOWCASE}
    codes = [unit["code"] for unit in world.units]
    departments = [c for c in codes if c.startswith("H") and c not in special]
    communes = [c for c in codes if not c.startswith("H") and c not in special]
    done = set(rng.sample(departments, len(departments) // 3)) | set(rng.sample(communes, len(communes) // 3 + 1))
    same_done = set(rng.sample(sorted(done), len(done) * 9 // 20))
    rest = [c for c in codes if c not in done and c not in special]
    same_rest = set(rng.sample(rest, max(0, len(codes) // 3 - len(same_done) - 2)))
    for code in codes:
        fate = "done" if code in done else "unknown" if code == facts.NO_RECORDS else "behind"
        plan = {"fate": fate, "ill": [], "differs": code not in same_done and code not in same_rest
                and code not in (facts.NO_PORTAL, facts.NO_RECORDS)}
        if fate == "behind":
            kinds = [s for s in SICKNESSES if s != "differ"]
            plan["ill"] = kinds if code == facts.SHOWCASE else rng.sample(kinds, rng.choice((1, 2, 2, 3, 4)))
        world.plan[code] = plan


def fresh(world, rng):
    start, end = window_from(world.now), world.now - dt.timedelta(hours=13)
    if end - start > dt.timedelta(days=5):
        start += dt.timedelta(days=3)       # inside the window of 27/6 too, which opens on 27/5
    minutes = max(1, int((end - start).total_seconds() // 60))
    return iso(start + dt.timedelta(minutes=rng.randrange(minutes)))


def stale(world, rng):
    start = window_from(world.now) - dt.timedelta(days=60)
    return iso(start + dt.timedelta(minutes=rng.randrange(49 * 1440)))


def both(world, rec, rng, systems):
    """Store one truth as each system's own record."""
    for system in systems:
        side = copy.deepcopy(rec)
        host, folder = (CENTRAL_URL, "nhiem-vu" if rec["kind"] == "task" else "chi-tieu")
        side["own_code"] = rec["code"]
        if system == "portal":
            host, folder = (PORTAL_URL, "tasks" if rec["kind"] == "task" else "criteria")
            side["own_code"] = rec.get("portal_code") or rec["code"]
        elif rec["kind"] == "indicator":
            side.update(verifier=None, max_score=None, self_score=None, verified_score=None, official_score=None)
        side.pop("portal_code", None)
        side.update(system=system, updated_at=fresh(world, rng), updated_by="canbo." + facts.slug(rec["unit"]),
                    url="%s/%s/%s/%s" % (host, folder, rec["unit"], side["own_code"]))
        if rec.get("work") == "done":
            side["updated_at"] = rec["completed_on"] + "T16:%02d:00+07:00" % rng.randrange(60)
        world._put(side)


def make_unit(world, unit, rng):
    kind = "department" if unit["kind"] == "department" else "commune"
    systems = SYSTEMS if unit["account"] else ("central",)
    rows = [row for row in facts.table("tasks") if row["owner"] in (kind, "both") and row["deadline"] != "relative"]
    must = {"NV-II-08", "NV-VIII-03"} if unit["code"] == facts.SHOWCASE else {"NV-X-01"}
    rows = pick(rng, rows, 8 if kind == "department" else 7, must)
    have = {row["code"] for row in rows}
    for row in rows:
        both(world, make_task(world, unit, row, have, rng), rng, systems)
    rows = [row for row in facts.table("indicators") if row["owner"] == kind]
    rows = pick(rng, rows, 8 if kind == "department" else 10, {"CT24", "CT25", "CT28"})
    for row in rows:
        both(world, make_indicator(world, unit, row, rng), rng, systems)
    if unit["account"]:
        rows = pick(rng, facts.table("criteria"), 16 if kind == "department" else 13, {"I.3", "II.5.1"})
        for row in rows:
            both(world, make_criterion(unit, row, rng), rng, ("portal",))


def pick(rng, rows, count, must):
    sure = [row for row in rows if row["code"] in must]
    rest = [row for row in rows if row["code"] not in must]
    chosen = sure + rng.sample(rest, min(len(rest), count - len(sure)))
    return sorted(chosen, key=lambda row: row["code"])


def read_due(word):
    if word == "none":
        return {"kind": "none", "value": None}
    if word == "regular":
        return {"kind": "recurring", "value": "Thường xuyên"}
    if word == "relative":
        return {"kind": "relative", "value": "20 ngày sau khi Tỉnh ủy ban hành"}
    kind = "quarter" if "Q" in word else "month" if len(word) == 7 else "exact"
    return {"kind": kind, "value": word}


def common(unit, row, rng):
    return {"unit": unit["code"], "code": row["code"], "title": row.get("title") or row["name"],
            "review": rng.choice(("submitted", "submitted", "approved", "approved", "approved")),
            "return_reason": None, "returned_on": None, "returned_by": None, "evidence": []}


def make_task(world, unit, row, have, rng):
    """A healthy task: finished when its deadline falls within twelve days, else under way."""
    due = read_due(row["deadline"])
    last = due_last_day(due)
    horizon = (world.now + dt.timedelta(days=12)).date()
    assigned = dt.date(2025, 1, 20) if row["deadline"].startswith("2025") else \
        dt.date(2026, 1, 5) + dt.timedelta(days=rng.randrange(60))
    rec = common(unit, row, rng)
    rec.update(kind="task", group=row["group"], level=row["level"], bloc=row["bloc"], basis=row["basis"],
               parent=row["parent"] if row["parent"] in have else None, cycle=row["cycle"],
               cooperating=sorted(rng.sample(["H15.01", "H15.02", "H15.07", "H15.18"], rng.choice((0, 1, 1, 2)))),
               leader=rng.choice(LEADERS), assigned_on=assigned.isoformat(), due=due, product=row["product"],
               claims_late=False, result=rng.choice(RESULTS), difficulty=rng.choice(DIFFICULTIES), completed_on=None)
    if (last and last <= horizon) or rng.random() < 0.12 and due["kind"] != "recurring":
        complete(world, rec, last, rng)
    elif rng.random() < 0.06:
        rec.update(work=rng.choice(("suspended", "cancelled")), progress="30")
    else:
        rec.update(work="in_progress", progress=rng.choice(("10", "25", "32.5", "40", "60.5", "75", "91.25")))
    if rng.random() < 0.4:
        rec["evidence"] = [evidence(unit["code"], row["code"], window_from(world.now).date())]
    return rec


def complete(world, rec, last, rng):
    start = dt.date.fromisoformat(rec["assigned_on"])
    latest = min(last or dt.date.max, (world.now - dt.timedelta(days=1)).date())
    day = start + dt.timedelta(days=rng.randrange(1, max(2, (latest - start).days + 1)))
    if last and last < latest + dt.timedelta(days=1) and rng.random() < 0.15:
        day = min(last + dt.timedelta(days=rng.randrange(1, 9)), (world.now - dt.timedelta(days=1)).date())
    rec.update(work="done", progress="100", completed_on=day.isoformat(), claims_late=bool(last and day > last),
               review=rng.choice(("approved", "locked", "submitted")))


def make_indicator(world, unit, row, rng):
    rec = common(unit, row, rng)
    subs = [s[0] for s in world.sub_units if s[1] == unit["code"]]
    idle = rng.random() < 0.03 and row["code"] not in ("CT24", "CT25", "CT28")
    rec.update(kind="indicator", portal_code=row["portal_code"], period=facts.PERIOD, group="Chỉ tiêu chủ yếu",
               uom=row["uom"], direction=row["direction"], sub_unit=rng.choice(subs) if subs else None,
               verifier=facts.COORDINATOR, target=row["target"], actual=None if idle else decimal(rng, row["target"]),
               max_score=None, self_score=None, verified_score=None, official_score=None, not_applicable=idle,
               evidence_required=rng.random() < 0.4, criterion=False)
    if rec["evidence_required"] and not idle or rng.random() < 0.1:
        rec["evidence"] = [evidence(unit["code"], row["code"], dt.date(2026, 5, 20 + rng.randrange(9)))]
    return rec


def make_criterion(unit, row, rng):
    rec = common(unit, row, rng)
    idle = row["na_allowed"] == "1" and rng.random() < 0.15
    top = row["max_score"]
    rec.update(kind="indicator", period=facts.PERIOD, group=row["group"], uom="điểm", direction="≥", sub_unit=None,
               verifier=row["verifier"], target=None, actual=None, max_score=top,
               self_score=None if idle else rng.choice((top, top, "%g" % (float(top) / 2))), verified_score=None,
               official_score=None, not_applicable=idle, evidence_required=row["evidence_required"] == "1",
               criterion=True)
    if rec["review"] == "approved" and not idle:
        rec["verified_score"] = rec["self_score"]
    if rec["evidence_required"] and not idle:
        rec["evidence"] = [evidence(unit["code"], row["code"], dt.date(2026, 5, 20 + rng.randrange(9)))]
    return rec


def one_sided(world):
    """A few records that ought to stand on both systems and stand on one; the relative deadline only fits one."""
    communes = [u["code"] for u in world.units if u["kind"] == "commune" and u["code"] != facts.NO_RECORDS]
    row = next(r for r in facts.table("tasks") if r["deadline"] == "relative")
    for code in communes[5::23]:
        unit = world.by_code[code]
        rng = random.Random("relative:%s:%s" % (world.seed, code))
        both(world, make_task(world, unit, row, set(), rng), rng, ("central",))
    for code, system in zip(communes[3::17], SYSTEMS * 9):
        world.side[system].pop(("indicator", code, "CT25"), None)
    for code in communes[11::41]:
        world.side["portal"].pop(("task", code, "NV-X-01"), None)


def pairs(world, unit):
    """Records standing on both systems, as (central, portal), by code."""
    out = []
    for key in sorted(world.side["central"]):
        if key[1] == unit and key in world.side["portal"]:
            out.append((world.side["central"][key], world.side["portal"][key]))
    return out


def live(rec):
    return rec.get("work") not in DEAD_WORK and not rec.get("not_applicable")


def fall_ill(world, unit, rng):
    """Give a behind unit one to five items of each of its sicknesses, each on records nothing else ails."""
    used = set()
    for ill in world.plan[unit["code"]]["ill"]:
        here = [r for s in SYSTEMS for r in world.records(unit["code"], s)]
        pool = sorted({(r["kind"], r["code"]) for r in here if fits(world, ill, r)} - used)
        count = min(len(pool), rng.choice((1, 1, 2, 3) if ill != "stale" else (2, 3, 4, 5, 6)))
        for kind, code in rng.sample(pool, count):
            used.add((kind, code))
            recs = [world.side[s][(kind, unit["code"], code)] for s in SYSTEMS
                    if (kind, unit["code"], code) in world.side[s]]
            INFECT[ill](world, recs, rng)


def fits(world, ill, rec):
    if ill == "overdue":
        last = due_last_day(rec["due"]) if rec["kind"] == "task" else None
        return bool(last and last < world.now.date() and rec["work"] == "done")
    if ill == "evidence":
        return live(rec) and bool(rec.get("evidence_required"))
    if ill in ("never", "draft"):
        return rec["kind"] == "indicator" and live(rec) and not rec["sub_unit"]
    recurring = rec["kind"] == "task" and rec["due"]["kind"] == "recurring"
    return live(rec) and not (recurring and ill == "returned")


def infect_overdue(world, recs, rng):
    progress = rng.choice(("15", "45.5", "60", "80"))
    for rec in recs:
        rec.update(work="in_progress", progress=progress, completed_on=None, claims_late=False, review="approved",
                   updated_at=fresh(world, rng))


def infect_returned(world, recs, rng):
    rec = rng.choice(recs)
    span = (world.now - window_from(world.now)).days
    day = (world.now - dt.timedelta(days=rng.randrange(1, max(2, min(span, 20))))).date()
    rec.update(review="returned", return_reason=rng.choice(RETURN_REASONS), returned_on=day.isoformat(),
               returned_by="Sở Khoa học và Công nghệ" if rec["kind"] == "indicator" else "Văn phòng UBND tỉnh")
    if rec["kind"] == "indicator":
        rec["verified_score"] = None


def infect_never(world, recs, rng):
    blank = rng.choice((None, None, ""))
    for rec in recs:
        rec.update(review="draft", updated_at=None, updated_by=None, evidence=[])
        rec["verified_score"] = rec["self_score"] = None
        if not rec["criterion"]:
            rec["actual"] = blank


def infect_draft(world, recs, rng):
    rec = rng.choice(recs)
    rec.update(review="draft", verified_score=None)


def infect_stale(world, recs, rng):
    for rec in recs if rng.random() < 0.4 else [rng.choice(recs)]:
        rec.update(updated_at=stale(world, rng), review="approved")


def infect_evidence(world, recs, rng):
    for rec in recs:
        rec.update(evidence=[], review="approved")


INFECT = {"overdue": infect_overdue, "returned": infect_returned, "never": infect_never, "draft": infect_draft,
          "stale": infect_stale, "evidence": infect_evidence}


def comparable(world):
    """How many (record, field) pairs both systems report."""
    return sum(len(ABOVE[c["kind"]]) + len(TYPED[c["kind"]])
               for unit in world.units for c, _ in pairs(world, unit["code"]))


def spread_differences(world, share, rng):
    """Differences come in clusters: a few units have many, and within a unit a few records have most of them."""
    marked = [u["code"] for u in world.units if world.plan[u["code"]]["differs"] and pairs(world, u["code"])]
    if not marked:
        return
    weight = {code: rng.choice((0.3, 0.6, 1, 1, 1.6, 2.5)) for code in marked}
    weight.update({facts.SHOWCASE: 1.6} if facts.SHOWCASE in weight else {})
    total, sum_weight = comparable(world) * share, sum(weight.values())
    for code in marked:
        wanted = max(1, round(total * weight[code] / sum_weight))
        differ_unit(world, code, wanted, rng)


def differ_unit(world, code, wanted, rng):
    behind = world.plan[code]["fate"] == "behind"
    couples = pairs(world, code)
    rng.shuffle(couples)
    made = 0
    for central, portal in couples:
        typed = behind and live(central) and live(portal) and "draft" not in (central["review"], portal["review"])
        for field in differing_fields(central, typed, rng):
            if made == wanted:
                return
            changed = differ(central, portal, field, rng)
            made += changed
            if changed and field in ("progress", "actual", "result", "difficulty"):
                world.plan[code].setdefault("typed", []).append((central["code"], field))
                for rec in (central, portal):
                    rec["review"] = "approved" if rec["review"] == "submitted" else rec["review"]


def differing_fields(rec, typed, rng):
    above = {"task": ["leader", "basis", "product", "assigned_on", "title", "cycle", "due"],
             "indicator": ["title", "target", "group", "uom"]}[rec["kind"]]
    own = {"task": ["progress", "result", "difficulty"], "indicator": ["actual"]}[rec["kind"]]
    fields = rng.sample(above, rng.choice((1, 2, 3)))
    return (rng.sample(own, 1) if typed and rng.random() < 0.6 else []) + fields


def differ(central, portal, field, rng):
    """Make one field differ; False when this record offers no way to."""
    value = central[field]
    if field in ("progress", "actual", "target"):
        if value in (None, ""):
            return False
        portal[field] = "%g" % (float(value) + rng.choice((1, 1.5, 2, -1, 0.25)))
    elif field == "due":
        last = due_last_day(value)
        if value["kind"] != "exact" or (last < dt.date(2026, 8, 10) and central["work"] not in DEAD_WORK):
            return False
        portal[field] = {"kind": "exact", "value": (last + dt.timedelta(days=rng.choice((10, 15, 30)))).isoformat()}
    elif field == "assigned_on":
        portal[field] = (dt.date.fromisoformat(value) + dt.timedelta(days=rng.choice((1, 7)))).isoformat()
    elif field == "leader":
        portal[field] = rng.choice([name for name in LEADERS if name != value])
    else:
        portal[field] = (value or "") + rng.choice((" (bổ sung)", " năm 2026", " (điều chỉnh)"))
    return True



def odd_texts(world, rng):
    """Equal text in other bytes: NFD on one side, which must not count as a difference."""
    chosen = [u["code"] for u in world.units if pairs(world, u["code"])]
    for code in rng.sample(chosen, min(12, len(chosen))):
        central, portal = rng.choice(pairs(world, code))
        if central["title"] == portal["title"]:
            central["title"] = decomposed(central["title"])
