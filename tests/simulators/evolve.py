# SPDX-License-Identifier: MIT
"""How the truth moves from day to day: units work when they feel like it, the reviewers approve or send
back, values are typed on one system only or saved and not submitted, some finish late.

evolve(world, day) is a pure function of (seed, day, truth so far): run the days in order, after the morning's poll.
Everything of a day happens between 08:00 and 17:30. Saturdays and Sundays are quiet, not silent.
"""
import datetime as dt
import random

from . import facts
from .world import ZONE, iso

TEMPERS = ("prompt", "prompt", "midway", "lastday", "lastday", "late", "partial", "asleep")
REASONS = ["thiếu số văn bản", "minh chứng không mở được", "số liệu chưa khớp với báo cáo"]


def temper(world, unit, day):
    """How a unit behaves in the window that ends on the 25th; some change their ways from month to month."""
    month = day.month if day.day < 25 else day.month + 1
    steady = random.Random("temper:%s:%s" % (world.seed, unit))
    own = steady.choice(TEMPERS)
    if steady.random() < 0.6:
        return own
    return random.Random("mood:%s:%s:%d" % (world.seed, unit, month)).choice(TEMPERS)


def finish_day(world, unit, day):
    """The date on which this unit does its work in the window running now, None for never."""
    year, month = (day.year, day.month) if day.day < 25 else (day.year + day.month // 12, day.month % 12 + 1)
    end = dt.date(year, month, 25)
    rng = random.Random("finish:%s:%s:%s" % (world.seed, unit, end))
    return {"prompt": end - dt.timedelta(days=rng.randrange(10, 24)),
            "midway": end - dt.timedelta(days=rng.randrange(4, 12)),
            "lastday": end - dt.timedelta(days=rng.randrange(1, 6)),
            "late": end - dt.timedelta(days=30 - rng.randrange(1, 8)),
            "partial": end - dt.timedelta(days=rng.randrange(3, 15)),
            "asleep": None}[temper(world, unit, day)]


def evolve(world, day, rng=None, until=None):
    """Apply one day's events in order of time and return them as [{at, unit, what, ...}]; `until` leaves out later
    ones. An rng of the caller's own replaces the seeded one."""
    events = []
    for unit in world.units:
        if unit["code"] == facts.NO_RECORDS:
            continue
        dice = rng or random.Random("day:%s:%s:%s" % (world.seed, day, unit["code"]))
        events += plan_unit(world, unit["code"], day, dice)
    events.sort(key=lambda event: (event["at"], event["unit"], event["what"]))
    done = []
    for event in events:
        if until is None or dt.datetime.fromisoformat(event["at"]) <= until:
            apply(world, event)
            done.append(event)
    return done


def plan_unit(world, unit, day, dice):
    weekend = day.weekday() >= 5
    at = dt.datetime(day.year, day.month, day.day, 8, 0, tzinfo=ZONE) + dt.timedelta(minutes=dice.randrange(540))
    events = []
    if finish_day(world, unit, day) == day:
        what = "partial" if temper(world, unit, day) == "partial" else "finish"
        event = {"at": iso(at), "unit": unit, "what": what}
        if what == "partial":
            codes = sorted({r["code"] for s in ("central", "portal") for r in world.records(unit, s)})
            event["codes"] = sorted(dice.sample(codes, len(codes) // 2))
        events.append(event)
    if dice.random() < (0.01 if weekend else 0.06):
        events.append({"at": iso(at + dt.timedelta(minutes=3)), "unit": unit, "what": "update",
                       "system": dice.choice(("central", "portal"))})
    if not weekend and dice.random() < 0.15:
        events.append({"at": iso(at + dt.timedelta(minutes=5)), "unit": unit, "what": "approve"})
    if not weekend and dice.random() < 0.04:
        events += plan_return(world, unit, at, dice)
    if not weekend and dice.random() < 0.05:
        events += plan_value(world, unit, at, dice)
    return events


def plan_return(world, unit, at, dice):
    pool = [r for s in ("central", "portal") for r in world.records(unit, s)
            if r["review"] == "submitted" and r.get("work") not in ("done", "suspended", "cancelled")]
    if not pool:
        return []
    rec = dice.choice(pool)
    return [{"at": iso(at + dt.timedelta(minutes=7)), "unit": unit, "what": "return", "system": rec["system"],
             "code": rec["code"], "reason": dice.choice(REASONS)}]


def plan_value(world, unit, at, dice):
    """A new value: entered on both systems, or on the central alone, which makes them differ."""
    pool = [r for r in world.records(unit, "central", "indicator") if r["actual"] and not r["not_applicable"]]
    if not pool:
        return []
    rec = dice.choice(pool)
    system = "central" if dice.random() < 0.3 else None
    value = "%g" % round(float(rec["actual"]) + dice.choice((0.5, 1, 1.25, 2)), 2)
    return [{"at": iso(at + dt.timedelta(minutes=9)), "unit": unit, "what": "value", "system": system,
             "code": rec["code"], "value": value, "draft": dice.random() < 0.2}]


def apply(world, event):
    at, unit = dt.datetime.fromisoformat(event["at"]), event["unit"]
    if event["what"] in ("finish", "partial"):
        world.finish(unit, at, event.get("codes"))
    elif event["what"] == "update":
        world.update(unit, at, event["system"])
    elif event["what"] == "return":
        rec = world.get(event["system"], unit, event["code"])
        if rec and rec["review"] == "submitted":
            world.send_back(unit, event["code"], event["system"], event["reason"], at)
    elif event["what"] == "value":
        world.change(unit, event["code"], "actual", event["value"], at, event["system"])
        world.change(unit, event["code"], "review", "draft" if event["draft"] else "submitted", None, event["system"])
    elif event["what"] == "approve":
        for system in ("central", "portal"):
            for rec in world.records(unit, system):
                if rec["review"] == "submitted":
                    world.change(unit, rec["code"], "review", "approved", None, system)
