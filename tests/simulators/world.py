# SPDX-License-Identifier: MIT
"""The truth the simulators serve: every record of both systems, deterministic by seed.

A record is a plain dict, one per system, in canonical words whatever the system calls them:

  both kinds  system "central"|"portal"; kind "task"|"indicator"; unit; code (canonical, what links.yaml keys);
              own_code (the system's own); title; group; review "draft|submitted|returned|approved|locked";
              return_reason, returned_on ("2026-06-17"), returned_by (None unless returned); evidence [{name, number,
              date, url}]; updated_at ("2026-06-18T15:30:00+07:00" or None = never touched); updated_by; url
  task        level, bloc, basis, parent, cycle, cooperating [unit], leader, assigned_on, due, product,
              progress ("60.5", None), work "not_started|in_progress|done|suspended|cancelled", claims_late (the source
              itself says done late), result, difficulty, completed_on
              due = {"kind": "exact|month|quarter|recurring|relative|none", "value": "2026-06-30" | "2025-06" |
                     "2026-Q3" | words | None}
  indicator   period, uom, direction, sub_unit, verifier, target, actual ("32.5", "" or None = not entered), max_score,
              self_score, verified_score, official_score, not_applicable, evidence_required, criterion (stands on the
              portal only and is scored there; it has a max_score, no target and no actual)

Decimals are text with a point. The central never serves verifier and the scores; there they are None.
"""
import copy
import datetime as dt
import random
import unicodedata

from . import facts

ZONE = dt.timezone(dt.timedelta(hours=7))
NOW = dt.datetime(2026, 6, 19, 7, 30, tzinfo=ZONE)
SYSTEMS = ("central", "portal")
DEAD_WORK = ("done", "suspended", "cancelled")
LEADERS = ["Nguyễn Thanh Tùng", "H’Yim Kđoh", "Đào Mỹ Linh", "Y Giang Gry", "Trương Công Bắc"]
# Fields both systems report, so that a difference can be seen; TYPED are those the unit itself types.
ABOVE = {"task": ("title", "group", "level", "bloc", "basis", "parent", "cycle", "cooperating", "leader",
                  "assigned_on", "due", "product"),
         "indicator": ("title", "group", "uom", "direction", "sub_unit", "target", "evidence_required")}
TYPED = {"task": ("progress", "work", "result", "difficulty", "completed_on"),
         "indicator": ("actual", "not_applicable")}
SICKNESSES = ("overdue", "returned", "never", "draft", "stale", "evidence", "differ")


def iso(when):
    return when.isoformat(timespec="seconds")


def parse(text):
    return dt.datetime.fromisoformat(text)


def due_last_day(due):
    """The last day on which the work is still in time, None when no day can be named."""
    if due["kind"] == "exact":
        return dt.date.fromisoformat(due["value"])
    if due["kind"] in ("month", "quarter"):
        year, part = due["value"].split("-")
        month = int(part[1:]) * 3 if part.startswith("Q") else int(part)
        first_after = dt.date(int(year) + month // 12, month % 12 + 1, 1)
        return first_after - dt.timedelta(days=1)
    return None


def window_from(now):
    """The 25th on or before yesterday: where a record must have been touched since to count as fresh."""
    day = (now - dt.timedelta(days=1)).date()
    while day.day != 25:
        day -= dt.timedelta(days=1)
    return dt.datetime(day.year, day.month, day.day, tzinfo=ZONE)


class World:
    """Both systems' records. `version` grows with every change, so that servers may keep encoded pages."""

    def __init__(self, seed="57", now=NOW, units=None, share_differing=0.02):
        self.seed, self.now, self.version = str(seed), now, 0
        self.units = facts.units()
        self.by_code = {unit["code"]: unit for unit in self.units}
        self.sub_units = list(facts.SUB_UNITS)
        self.side = {system: {} for system in SYSTEMS}
        self.gone = {system: {} for system in SYSTEMS}
        self.plan = {}
        from . import generate
        generate.fill(self, share_differing)
        if units is not None:
            self.keep_only(units)

    def keep_only(self, units):
        """A smaller world in which the chosen units are what they are in the whole one."""
        self.units = [unit for unit in self.units if unit["code"] in units]
        self.by_code = {unit["code"]: unit for unit in self.units}
        self.sub_units = [s for s in self.sub_units if s[1] in self.by_code]
        self.plan = {code: self.plan[code] for code in self.by_code}
        for system in SYSTEMS:
            self.side[system] = {k: rec for k, rec in self.side[system].items() if k[1] in self.by_code}

    # reading

    def records(self, unit, system, kind=None):
        """A unit's records on one system, by the system's own code."""
        found = [rec for (k, u, _), rec in self.side[system].items() if u == unit and kind in (None, k)]
        return sorted(found, key=lambda rec: (rec["kind"], rec["own_code"]))

    def listing(self, system, kind, unit=None):
        """What a listing serves: by unit code, then own code."""
        found = [rec for (k, u, _), rec in self.side[system].items() if k == kind and unit in (None, u)]
        return sorted(found, key=lambda rec: (rec["unit"], rec["own_code"]))

    def get(self, system, unit, code):
        """A record by canonical or own code; None when that system has none."""
        for kind in ("task", "indicator"):
            rec = self.side[system].get((kind, unit, code))
            if rec:
                return rec
        for rec in self.side[system].values():
            if rec["unit"] == unit and rec["own_code"] == code:
                return rec
        return None

    def count(self):
        return sum(len(side) for side in self.side.values())

    # changing

    def _put(self, rec):
        self.side[rec["system"]][(rec["kind"], rec["unit"], rec["code"])] = rec
        self.version += 1

    def _touch(self, rec, at):
        rec["updated_at"] = iso(at)
        rec["updated_by"] = rec["updated_by"] or "canbo." + facts.slug(rec["unit"])
        self.version += 1

    def change(self, unit, code, field, value, at=None, system=None):
        """Set one field on one system or on both; with `at` the record counts as updated then."""
        hits = 0
        for side in ([system] if system else SYSTEMS):
            rec = self.get(side, unit, code)
            if rec is None:
                continue
            if field not in rec:
                raise KeyError(field)
            rec[field] = copy.deepcopy(value)
            hits += 1
            self.version += 1
            if at:
                self._touch(rec, at)
        if not hits:
            raise KeyError((unit, code))
        return hits

    def drop(self, unit, code, system=None):
        """Take a record off one system or both; restore() brings it back as it was."""
        hits = 0
        for side in ([system] if system else SYSTEMS):
            rec = self.get(side, unit, code)
            if rec:
                key = (rec["kind"], rec["unit"], rec["code"])
                self.gone[side][key] = self.side[side].pop(key)
                self.version += 1
                hits += 1
        if not hits:
            raise KeyError((unit, code))
        return hits

    def restore(self, unit=None, code=None, system=None):
        """Bring dropped records back: one, a unit's, or all of them."""
        hits = 0
        for side in ([system] if system else SYSTEMS):
            for key in list(self.gone[side]):
                if unit in (None, key[1]) and code in (None, key[2]):
                    self.side[side][key] = self.gone[side].pop(key)
                    self.version += 1
                    hits += 1
        return hits

    def update(self, unit, at, system=None, codes=None):
        """The unit opens its live records and saves them again, unchanged, a minute apart."""
        step = 0
        for side in ([system] if system else SYSTEMS):
            for rec in self.records(unit, side):
                if rec.get("work") in DEAD_WORK or (codes and rec["code"] not in codes):
                    continue
                if rec["updated_at"] is None or rec["review"] == "returned":
                    continue
                self._touch(rec, at + dt.timedelta(seconds=20 * step))
                step += 1
        return step

    def send_back(self, unit, code, system, reason, at, by="Sở Khoa học và Công nghệ"):
        """The reviewing body returns a record; the unit's own update time does not move."""
        rec = self.get(system, unit, code)
        rec.update(review="returned", return_reason=reason, returned_on=at.date().isoformat(), returned_by=by)
        self.version += 1
        return rec

    def finish(self, unit, at, codes=None):
        """Leave nothing outstanding: complete what is due within a fortnight, enter, submit, attach, agree, update."""
        horizon = (at + dt.timedelta(days=14)).date()
        step = 0
        for side in SYSTEMS:
            for rec in self.records(unit, side):
                if codes and rec["code"] not in codes:
                    continue
                if rec.get("work") in DEAD_WORK and rec["review"] in ("submitted", "approved", "locked"):
                    continue
                self._finish_record(rec, at + dt.timedelta(seconds=20 * step), horizon)
                step += 1
        return step

    def _finish_record(self, rec, at, horizon):
        rec.update(return_reason=None, returned_on=None, returned_by=None)
        if rec["review"] in ("draft", "returned"):
            rec["review"] = "submitted"
        if rec["kind"] == "task":
            last = due_last_day(rec["due"])
            twin = self._twin(rec)
            if last and last <= horizon and rec["work"] not in DEAD_WORK:
                rec.update(work="done", progress="100", completed_on=at.date().isoformat(),
                           claims_late=at.date() > last, result=rec["result"] or "Đã hoàn thành, có văn bản kèm theo")
            elif rec["work"] == "not_started":
                rec.update(work="in_progress", progress=rec["progress"] if rec["progress"] not in (None, "0") else "20")
        else:
            twin = self._twin(rec)
            self._enter(rec)
        if rec["system"] == "portal" and twin:
            for field in TYPED[rec["kind"]] + ("evidence",):
                rec[field] = copy.deepcopy(twin[field])
        if rec.get("evidence_required") and not rec["not_applicable"] and not rec["evidence"]:
            rec["evidence"] = [evidence(rec["unit"], rec["code"], at.date())]
        self._touch(rec, at)

    def _twin(self, rec):
        other = "central" if rec["system"] == "portal" else "portal"
        return self.side[other].get((rec["kind"], rec["unit"], rec["code"]))

    def _enter(self, rec):
        """Fill in a value that is missing: the same one on both systems."""
        if rec["not_applicable"]:
            return
        rng = random.Random("enter:%s:%s:%s" % (self.seed, rec["unit"], rec["code"]))
        if rec["criterion"]:
            if rec["self_score"] is None:
                rec["self_score"] = rec["max_score"]
        elif rec["actual"] in (None, ""):
            rec["actual"] = decimal(rng, rec["target"])

    def snapshot(self):
        """A deep copy of both sides, for serving yesterday's pages."""
        return copy.deepcopy(self.side)


def decimal(rng, target):
    """An achieved value near the target, with zero to two decimals."""
    places = rng.choice((0, 1, 1, 2))
    value = float(target) * rng.uniform(0.55, 1.05)
    text = "%.*f" % (places, value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def evidence(unit, code, day):
    """One document that proves the work, the same wherever it is attached."""
    number = "%d/BC-%s" % (sum(map(ord, unit + code)) % 400 + 1, "UBND" if unit[0].isdigit() else "VP")
    return {"name": "Báo cáo kết quả " + code, "number": number, "date": day.isoformat(),
            "url": "https://vanban.example.vn/%s/%s.pdf" % (unit, code)}


def decomposed(text):
    """The same text as a Mac would send it (NFD)."""
    return unicodedata.normalize("NFD", text)
