# SPDX-License-Identifier: MIT
"""The generated truth is what the simulators promise: counts, shares, determinism, and how it moves."""
import datetime as dt
import json
import unicodedata

import pytest

from simulators import export_config, facts, generate
from simulators.evolve import evolve
from simulators.world import ABOVE, DEAD_WORK, NOW, SYSTEMS, TYPED, World, due_last_day, parse, window_from


@pytest.fixture(scope="module")
def world():
    return World()


def dump(world):
    return json.dumps([sorted(map(json.dumps, world.side[s].values())) for s in SYSTEMS], ensure_ascii=False)


def folded(value):
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def differences(world, unit, fields):
    return [(c["code"], f) for c, p in generate.pairs(world, unit) for f in fields[c["kind"]]
            if folded(c[f]) != folded(p[f])]


def reasons(world, rec, now, start):
    """Why a record is outstanding on its own side, in the words of the sicknesses."""
    if rec.get("work") in DEAD_WORK or rec.get("not_applicable") or rec["review"] in ("submitted", "locked"):
        return set()
    found, updated = set(), rec["updated_at"] and parse(rec["updated_at"])
    if not updated or updated < start:
        found.add("stale")
    if rec["kind"] == "task" and rec["due"]["kind"] == "recurring":
        return found
    last = due_last_day(rec["due"]) if rec["kind"] == "task" else None
    if last and last < now.date():
        found.add("overdue")
    if rec["review"] == "returned":
        found.add("returned")
    if rec["kind"] == "indicator" and rec["actual"] in (None, "") and rec["self_score"] is None:
        found.add("never")
    elif rec["review"] == "draft":
        found.add("draft")
    if rec.get("evidence_required") and not rec["evidence"]:
        found.add("evidence")
    return found


def outstanding(world, unit, now=NOW):
    start, found = window_from(now), set()
    for system in SYSTEMS:
        for rec in world.records(unit, system):
            found |= reasons(world, rec, now, start)
    for central, portal in generate.pairs(world, unit):
        waits = [r.get("work") in DEAD_WORK or r["review"] in ("submitted", "locked") for r in (central, portal)]
        if not all(waits) and any(folded(central[f]) != folded(portal[f]) for f in TYPED[central["kind"]]):
            found.add("differ")
    return found


def test_same_seed_same_bytes(world):
    assert dump(World()) == dump(world)
    assert dump(World("58")) != dump(world)
    assert export_config.accounts_yaml(World()) == export_config.accounts_yaml(world)


def test_counts(world):
    assert len(world.units) == 127
    assert sum(u["kind"] == "department" for u in world.units) == 25
    assert sum(u["kind"] == "ward" for u in world.units) == 14
    assert 5800 <= world.count() <= 6200
    codes = {r["code"] for r in world.side["central"].values() if r["kind"] == "indicator"}
    assert len(codes) == 42
    assert len({r["code"] for s in SYSTEMS for r in world.side[s].values() if r["kind"] == "task"}) == 24


def test_a_third_is_done_and_really_so(world):
    done = [c for c, plan in world.plan.items() if plan["fate"] == "done"]
    assert 0.30 * 127 <= len(done) <= 0.36 * 127
    assert {c: outstanding(world, c) for c in done if outstanding(world, c)} == {}
    narrow = dt.datetime(2026, 5, 27, tzinfo=NOW.tzinfo)        # where the window of 27/6 opens
    assert not any(reasons(world, rec, NOW, narrow) for c in done for s in SYSTEMS for rec in world.records(c, s))


def test_the_others_are_behind_in_every_way(world):
    behind = [c for c, plan in world.plan.items() if plan["fate"] == "behind"]
    idle = [c for c in behind if not outstanding(world, c)]
    assert idle == []
    seen = set().union(*(outstanding(world, c) for c in behind))
    assert seen == {"overdue", "returned", "never", "draft", "stale", "evidence", "differ"}
    assert outstanding(world, facts.SHOWCASE) == seen


def test_two_percent_differ_and_a_third_of_the_units_do_not(world):
    both = {k: ABOVE[k] + TYPED[k] for k in ABOVE}
    count = {u["code"]: len(differences(world, u["code"], both)) for u in world.units}
    assert 0.017 <= sum(count.values()) / generate.comparable(world) <= 0.023
    assert 0.31 * 127 <= sum(n == 0 for n in count.values()) <= 0.36 * 127
    for code, plan in world.plan.items():
        assert plan["differs"] == (count[code] > 0), code
        if plan["fate"] == "done":
            assert differences(world, code, TYPED) == []


def test_special_units_and_texts(world):
    assert world.records(facts.NO_RECORDS, "central") == [] == world.records(facts.NO_RECORDS, "portal")
    assert world.records(facts.NO_PORTAL, "portal") == [] != world.records(facts.NO_PORTAL, "central")
    kinds = {r["due"]["kind"] for r in world.side["central"].values() if r["kind"] == "task"}
    assert kinds == {"exact", "month", "quarter", "recurring", "relative", "none"}
    text = dump(world)
    assert "<b>3/5</b>" in text and "’" in json.dumps(world.units, ensure_ascii=False)
    raws = [r["title"] for r in world.side["central"].values()]
    assert any(unicodedata.normalize("NFC", t) != t for t in raws)
    results = [r["result"] for r in world.side["central"].values() if r["kind"] == "task"]
    assert any(t and "\u00a0" in t for t in results)


def test_updates_lie_before_now_and_some_records_are_one_sided(world):
    late = [r for s in SYSTEMS for r in world.side[s].values() if r["updated_at"] and parse(r["updated_at"]) >= NOW]
    assert late == []
    central, portal = set(world.side["central"]), set(world.side["portal"])
    lonely = [k for k in central - portal if k[1] != facts.NO_PORTAL]
    missing = [k for k in portal - central if not world.side["portal"][k].get("criterion")]
    assert 5 <= len(lonely) <= 30 and 1 <= len(missing) <= 10


def test_finish_change_drop_restore_update():
    world, at = World(), NOW + dt.timedelta(hours=2)
    assert outstanding(world, facts.SHOWCASE)
    world.finish(facts.SHOWCASE, at)
    assert outstanding(world, facts.SHOWCASE) == set()
    assert {r["updated_at"][:10] for s in SYSTEMS for r in world.records(facts.SHOWCASE, s)
            if r.get("work") not in DEAD_WORK} == {"2026-06-19"}
    world.change(facts.SHOWCASE, "CT24", "actual", "12.5", at, "portal")
    assert world.get("portal", facts.SHOWCASE, "TC.24")["actual"] == "12.5"
    assert outstanding(world, facts.SHOWCASE) <= {"differ"}
    before = len(world.records(facts.SHOWCASE, "central"))
    world.drop(facts.SHOWCASE, "CT24", "central")
    assert len(world.records(facts.SHOWCASE, "central")) == before - 1
    world.restore()
    assert len(world.records(facts.SHOWCASE, "central")) == before
    later = at + dt.timedelta(days=10)
    assert outstanding(world, "H15.07", later + dt.timedelta(days=20))
    world.update("H15.07", later)
    with pytest.raises(KeyError):
        world.change(facts.SHOWCASE, "CT99", "actual", "1")


def test_two_months_of_life():
    start = dt.datetime(2026, 6, 1, 7, 30, tzinfo=NOW.tzinfo)
    runs = []
    for _ in range(2):
        world, events = World(now=start), []
        states = {}
        for number in range(61):
            day = dt.date(2026, 6, 1) + dt.timedelta(days=number)
            events += evolve(world, day)
            if day.day in (19, 24, 30):
                morning = dt.datetime(day.year, day.month, day.day, 23, 0, tzinfo=NOW.tzinfo)
                states[day] = sum(not outstanding(world, u["code"], morning) for u in world.units)
        runs.append((dump(world), events, states))
    assert runs[0] == runs[1]
    whats = {event["what"] for event in runs[0][1]}
    assert whats == {"finish", "partial", "update", "return", "value", "approve"}
    assert all(3 < count < 120 for count in runs[0][2].values()), runs[0][2]
    assert len(set(runs[0][2].values())) > 2


def test_exported_accounts_hold_every_kind_of_seat(world, tmp_path):
    text = export_config.accounts_yaml(world)
    seats = {line.split(":")[0].strip() for line in text.splitlines() if "<" in line or "vacant" in line}
    assert {"focal", "focal-2", "head", "acting-head", "ops", "leadership", "contact"} <= seats
    assert "vacant since" in text and " until " in text and " from " in text and "portal: none (" in text
    focals = [line for line in text.splitlines() if line.strip().startswith("focal:") and " 24133" not in line]
    assert len(focals) == 127 + len(facts.SUB_UNITS)
    folder = tmp_path / "secrets"
    export_config.write_secrets(world, str(folder))
    assert (folder / "portal.secrets").stat().st_mode & 0o777 == 0o600
    assert len((folder / "portal.secrets").read_text().splitlines()) == 126


def test_shipped_configuration_is_the_exported_one(world):
    base = facts.HERE + "/../../config/"
    for name, text in (("accounts.yaml", export_config.accounts_yaml(world)),
                       ("links.yaml", export_config.links_yaml())):
        with open(base + name, encoding="utf-8") as fh:
            assert fh.read() == text, name + ": run tests/simulators/export_config.py --config config"
