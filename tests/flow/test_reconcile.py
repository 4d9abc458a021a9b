# SPDX-License-Identifier: MIT
"""Two systems over one store, seen from outside: differences and the day they were first seen, a person's word,
absence, guards, order, and the second run that writes nothing."""
import re

import pytest

from harness import wait_for
from small import UNITS, Small

UNIT, ACCOUNT = "24412", "xamdrak"
SAT, SUN, MON = "2026-06-20T10:00:00+07:00", "2026-06-21T10:00:00+07:00", "2026-06-22T06:00:00+07:00"
ORDER_FREE = ("record ", "side ", "difference ", "quarantine ")


@pytest.fixture(scope="module")
def systems(tmp_path_factory):
    with Small(tmp_path_factory.mktemp("reconcile")) as made:
        made.accounts = (made.config / "accounts.yaml").read_text(encoding="utf-8")
        yield made


@pytest.fixture
def site(systems, request):
    """A fresh store that has seen both systems once."""
    serial = systems.serial = getattr(systems, "serial", 0) + 1
    systems.fresh("state-%d" % serial)
    assert systems.once().status == 0
    return systems


def change(site, unit, code, field, value, system=None):
    extra = {"system": system} if system else {}
    assert site.sims.post("change", unit=unit, code=code, field=field, value=value, **extra)["hits"] > 0


def agreed(site, field="progress", unit=UNIT):
    """The key and code of a task whose field both systems state alike, as a plain value."""
    both = {}
    for record in site.truth(unit, "task"):
        both.setdefault(record["own_code"], []).append(record)
    known = {row["key"] for row in differences(site)}
    for code, sides in both.items():
        key = "%s/task/%s" % (unit, code)
        if len(sides) == 2 and sides[0][field] == sides[1][field] and sides[0][field] and key not in known and \
                sides[0]["work"] == "in_progress":
            return key, code, sides[0][field]
    raise LookupError(field)


def differences(site, *words):
    return site.ctl("diff", *words, "--json").ok().json()["differences"]


def difference(site, key, field="progress"):
    return next((row for row in differences(site) if row["key"] == key and row["field"] == field), None)


def explain(site, key, field="progress"):
    return site.ctl("explain", key, field, "--json").ok().json()["explain"]


# ---- differences ----

def test_a_difference_keeps_the_day_it_was_first_seen(site):
    key, code, value = agreed(site)
    assert difference(site, key) is None
    site.set_clock(SAT)
    change(site, UNIT, code, "progress", "37", "central")
    change(site, UNIT, code, "progress", "41", "portal")
    assert site.once().status == 0
    seen = difference(site, key)
    assert seen["since"] == SAT and seen["central"]["value"] == "37" and seen["portal"]["value"] == "41"
    assert seen["outcome"] == "conflict", "nobody has more say about progress, and both moved"
    site.set_clock(SUN)
    change(site, UNIT, code, "result", "một câu khác")
    assert site.once().status == 0
    assert difference(site, key) == seen, "another field of the record moved"
    change(site, UNIT, code, "progress", "45", "portal")
    assert site.once().status == 0
    assert difference(site, key)["since"] == SAT and difference(site, key)["portal"]["value"] == "45"
    site.set_clock(MON)
    change(site, UNIT, code, "progress", "50")
    assert site.once().status == 0
    assert difference(site, key) is None
    told = explain(site, key)
    assert told["value"]["value"] == "50" and told["outcome"] in ("agreed", "keep")
    change(site, UNIT, code, "progress", value)


def test_one_side_that_moves_is_followed_or_differs_by_the_table(site):
    key, code, value = agreed(site)
    change(site, UNIT, code, "progress", "63", "portal")
    assert site.once().status == 0
    told = explain(site, key)
    assert (told["outcome"], told["value"]["value"]) == ("took", "63"), "either may write it: the newer statement holds"
    site.set_keys({"fields.title": "central"})
    key2, code2, text = agreed(site, "title")
    change(site, UNIT, code2, "title", "Tên khác", "portal")
    assert site.once().status == 0
    told = explain(site, key2, "title")
    assert told["outcome"] == "divergence" and told["value"]["value"] == text, "only the central system writes a title"
    change(site, UNIT, code, "progress", value, "portal")
    change(site, UNIT, code2, "title", text, "portal")


def test_a_settled_conflict_does_not_reopen(site):
    key, code, value = agreed(site)
    change(site, UNIT, code, "progress", "37", "central")
    change(site, UNIT, code, "progress", "41", "portal")
    assert site.once().status == 0
    assert difference(site, key)["outcome"] == "conflict"
    assert site.ctl("settle", key, "progress", "portal").status == 0
    site.set_clock(SAT)
    assert site.once().status == 0
    told = explain(site, key)
    assert told["outcome"] == "settled" and told["value"]["value"] == "41" and told["settled_at"] == SAT
    assert told["settled_by"].startswith("uid ")
    rows = site.rows()
    for instant in (SUN, MON):
        site.set_clock(instant)
        assert site.once().status == 0
        assert site.rows() == rows and explain(site, key)["outcome"] == "settled"
    change(site, UNIT, code, "result", "một câu khác nữa")
    assert site.once().status == 0
    assert explain(site, key)["outcome"] == "settled", "the record was merged again, the word stands"
    assert not any(row["key"] == key and row["field"] == "progress" for row in differences(site, "--conflicts"))
    change(site, UNIT, code, "progress", "88", "central")
    assert site.once().status == 0
    assert explain(site, key)["outcome"] != "settled", "the facts that were settled are no longer these"
    change(site, UNIT, code, "progress", value)


def test_the_order_of_answers_does_not_matter(systems):
    seen = {}
    for name, first in (("both", None), ("central-first", "nq57-daklak"), ("portal-first", "theodoiq")):
        systems.fresh("order-" + name)
        if first:
            url = {"theodoiq": "central", "nq57-daklak": "portal"}[first]
            systems.set_keys({"sources.%s.url" % first: "http://127.0.0.1:9"})
            assert systems.once().status == 1
            systems.set_keys({"sources.%s.url" % first: "http://127.0.0.1:%d" % systems.sims.ports[url]})
        assert systems.once().status == 0
        seen[name] = [line for line in systems.export().splitlines() if line.startswith(ORDER_FREE)]
    assert len(seen["both"]) > 300
    assert seen["central-first"] == seen["both"] and seen["portal-first"] == seen["both"]


def test_a_second_run_writes_nothing(site):
    tables = ("record", "side", "difference", "history", "page", "obligation", "claim", "message", "quarantine",
              "refusal", "episode")

    def dump():
        return {t: [tuple(row) for row in site.query("SELECT * FROM %s" % t)] for t in tables}

    before, export, mails = dump(), site.export(), site.query("SELECT count(*) FROM message")[0][0]
    assert mails > 5
    for instant in ("2026-06-19T07:30:00+07:00", "2026-06-19T08:00:00+07:00", "2026-06-19T16:45:00+07:00"):
        site.set_clock(instant)
        done = site.once()
        assert done.status == 0 and done.err == ""
        after = dump()
        for table in tables:
            if table == "obligation":  # says as of when it was judged
                continue
            assert after[table] == before[table], table
        assert site.export() == export
    assert site.mails() == []


# ---- absence ----

def missing(site):
    return {r["key"] for kind in ("tasks", "indicators")
            for r in site.ctl("list", kind, "--missing", "--json").ok().json()[kind]}


def test_absence_is_not_deletion(site):
    before = site.export()
    record = site.truth(UNIT, "task", "portal")[0]
    key = "%s/task/%s" % (UNIT, record["own_code"])
    site.sims.post("drop", unit=UNIT, code=record["own_code"], system="portal")
    site.set_clock(SAT)
    assert site.once().status == 0
    assert missing(site) == {key}
    side = next(s for s in site.ctl("show", key, "--json").ok().json()["sides"] if s["side"] == "portal")
    assert side["missing_since"] == SAT
    strip = [n for n in site.export().splitlines() if n.startswith(("record", "side"))]
    assert [re.sub(r"missing 2026-06-20", "missing ", n) for n in strip] == \
           [n for n in before.splitlines() if n.startswith(("record", "side"))], "its values stay"
    site.set_clock(SUN)
    assert site.once().status == 0
    side = next(s for s in site.ctl("show", key, "--json").ok().json()["sides"] if s["side"] == "portal")
    assert side["missing_since"] == SAT
    site.sims.post("restore")
    assert site.once().status == 0
    assert missing(site) == set()
    assert [n for n in site.export().splitlines() if n.startswith(("record", "side"))] == \
           [n for n in before.splitlines() if n.startswith(("record", "side"))]


def test_absence_becomes_removal_after_the_grace(site):
    record = site.truth(UNIT, "task", "portal")[0]
    key = "%s/task/%s" % (UNIT, record["own_code"])
    site.sims.post("drop", unit=UNIT, code=record["own_code"], system="portal")
    site.set_clock(SAT)
    assert site.once().status == 0

    def removed():
        return next(n for n in site.export().splitlines() if n.startswith("side %s portal" % key)).split(" removed ")[1]

    site.set_clock("2026-07-04T09:00:00+07:00")
    assert site.once().status == 0
    assert removed().startswith(" "), "13 days and 23 hours"
    site.set_clock("2026-07-04T10:00:01+07:00")
    assert site.once().status == 0
    assert removed().startswith("2026-07-04 ") and missing(site) in (set(), {key})
    site.sims.post("restore")
    assert site.once().status == 0
    assert removed().startswith(" ") and "missing  removed" in next(
        n for n in site.export().splitlines() if n.startswith("side %s portal" % key)), "it is back"


def test_an_incomplete_listing_changes_only_what_it_brought(site):
    listed = [r for unit in sorted(UNITS) for r in site.truth(unit, "task", "central")]
    first, second, last = listed[0], listed[1], listed[-1]
    before = site.export().splitlines()
    change(site, first["unit"], first["own_code"], "result", "đã đổi", "central")
    change(site, last["unit"], last["own_code"], "result", "chưa ai đọc", "central")
    site.sims.post("drop", unit=second["unit"], code=second["own_code"], system="central")
    site.sims.fault("empty", system="central", path="/api/nhiem-vu$", page=2)
    assert site.once().status == 1
    assert site.partition("theodoiq", "tasks")["completeness"] == "partial"
    key = "%s/task/%s" % (first["unit"], first["own_code"])
    moved = set(site.export().splitlines()) ^ set(before)
    assert moved and all(key in line or line.startswith("obligation %s" % "") and first["unit"] in line
                         for line in moved), moved
    assert any('"đã đổi"' in line for line in moved) and missing(site) == set()
    site.sims.clear()
    assert site.once().status == 0
    assert missing(site) == {"%s/task/%s" % (second["unit"], second["own_code"])}
    assert '"chưa ai đọc"' in site.export()
    change(site, first["unit"], first["own_code"], "result", first["result"], "central")
    change(site, last["unit"], last["own_code"], "result", last["result"], "central")


# ---- guards ----

def refused(site, guard, source, stream, account):
    """Polls; the one open refusal, told in log, status and run record, with nothing of the listing stored."""
    before, rows = site.export(), site.rows()
    done = site.once()
    assert done.status == 1
    status = site.ctl("status", "--json")
    assert status.status in (1, 3)
    [row] = status.json()["refusals"]
    accept, reject = "nq57ctl accept %d" % row["id"], "nq57ctl reject %d" % row["id"]
    line = next(n for n in done.err.splitlines() if "NQ57_GUARD=%s" % guard in n)
    assert "%s/%s (%s) refused: " % (source, stream, account) in line and accept in line and reject in line
    assert (row["source"], row["stream"], row["account"]) == (source, stream, account)
    assert row["accept"] == accept and row["reject"] == reject
    run = site.last_run(source, stream, account)
    assert run["guard"] == guard and run["completeness"] == "partial"
    assert run["added"] + run["changed"] + run["gone"] == 0
    assert site.rows() == rows
    assert [n for n in site.export().splitlines() if not n.startswith(("refusal", "episode"))] == \
           [n for n in before.splitlines() if not n.startswith(("refusal", "episode"))]
    return row


def shrink(site):
    codes = [r["own_code"] for r in site.truth(UNIT, "indicator", "portal")][:8]
    for code in codes:
        site.sims.post("drop", unit=UNIT, code=code, system="portal")


def test_a_shrunken_listing_waits_for_a_person(site):
    shrink(site)
    row = refused(site, "shrink", "nq57-daklak", "indicators", ACCOUNT)
    assert "8 of them (34%) are gone" in row["detail"]
    again = refused(site, "shrink", "nq57-daklak", "indicators", ACCOUNT)
    assert again["id"] == row["id"], "the same picture is one question"
    assert site.query("SELECT count(*) FROM episode WHERE kind = 'refused'")[0][0] == 1
    assert site.ctl("accept", row["id"]).status == 0
    assert site.once().status == 0
    assert len(missing(site)) == 8 and site.status_json()["refusals"] == []
    assert site.query("SELECT count(*) FROM episode WHERE closed IS NULL")[0][0] == 0


def test_a_rejected_listing_stays_out_until_it_is_well(site):
    before = [n for n in site.export().splitlines() if n.startswith(("record", "side"))]
    shrink(site)
    row = refused(site, "shrink", "nq57-daklak", "indicators", ACCOUNT)
    assert site.ctl("reject", row["id"]).status == 0
    assert site.once().status == 1
    assert [r for r in site.status_json()["refusals"] if r.get("state") in (None, "open")] == [], "it was answered"
    assert missing(site) == set()
    site.sims.post("restore")
    assert site.once().status == 0
    assert [n for n in site.export().splitlines() if n.startswith(("record", "side"))] == before
    shrink(site)
    assert refused(site, "shrink", "nq57-daklak", "indicators", ACCOUNT)["id"] != row["id"], "a new question"


def test_a_mass_change_waits_for_a_person(site):
    site.set_keys({"guards.change-count": "10", "guards.change-percent": "50"})
    tasks = [r for unit in UNITS for r in site.truth(unit, "task", "central")]
    for record in tasks[:-4]:
        change(site, record["unit"], record["own_code"], "result", "Hàng loạt", "central")
    row = refused(site, "mass-change", "theodoiq", "tasks", "giamsat.daklak")
    assert "Hàng loạt" not in site.export()
    assert site.ctl("accept", row["id"]).status == 0
    assert site.once().status == 0 and "Hàng loạt" in site.export()
    for record in tasks[:-4]:
        change(site, record["unit"], record["own_code"], "result", record["result"], "central")


def test_a_missing_canary_refuses_the_listing(site):
    record = site.truth(UNIT, "task", "portal")[0]
    site.set_keys({"guards.canaries": "%s/task/%s" % (UNIT, record["own_code"])})
    assert site.once().status == 0
    site.sims.post("drop", unit=UNIT, code=record["own_code"], system="portal")
    row = refused(site, "canary", "nq57-daklak", "tasks", ACCOUNT)
    assert record["own_code"] in str(row)
    site.sims.post("restore")
    assert site.once().status == 0 and site.status_json()["refusals"] == []


def test_renumbered_codes_refuse_the_listing(site):
    """The links are gone, so linked criteria of the portal come under codes nobody knows."""
    links = site.config / "links.yaml"
    text = links.read_text(encoding="utf-8")

    def own():
        return [n for n in site.export().splitlines() if n.startswith(("record %s" % UNIT, "side %s" % UNIT, "diff"))]

    before = own()
    try:
        links.write_text(re.sub(r"portal: TC\.(\d+)", r"portal: XX.\1", text), encoding="utf-8")
        done = site.once()
        assert done.status == 1
        assert {r["account"] for r in site.status_json()["refusals"]} >= {ACCOUNT}
        assert {r["guard"] for r in site.query("SELECT guard FROM refusal WHERE state = 'open'")} == {"identity"}
        assert own() == before and len(before) > 50
        assert re.search(r"refused: .*the codes seem to have been replaced.*nq57ctl accept \d+ \| nq57ctl reject \d+",
                         done.err)
    finally:
        links.write_text(text, encoding="utf-8")
    assert site.once().status == 0 and site.status_json()["refusals"] == [] and own() == before


def test_a_mapping_edit_cannot_mass_change_silently(site):
    site.set_keys({"guards.change-count": "50"})
    profile = site.config / "profiles" / "theodoiq.yaml"
    text = profile.read_text(encoding="utf-8")
    try:
        profile.write_text(text.replace("Đang thực hiện: in_progress", "Đang thực hiện: suspended"), encoding="utf-8")
        row = refused(site, "mapping-change", "theodoiq", "tasks", "giamsat.daklak")
        assert re.search(r"^\S+/task/\S+ work: in_progress -> suspended$", row["sample"], re.M)
        shown = site.ctl("status", LANG="C.UTF-8")
        assert re.search(r"(?m)^  %d  \S+/task/\S+ work: in_progress -> suspended$" % row["id"], shown.out)
        daemon = site.daemon().until_note(" units behind")
        assert site.ctl("accept", row["id"]).status == 0
        wait_for(lambda: '"work":["suspended","Đang thực hiện"]' in site.export(), what="the accepted listing")
        assert daemon.stop() == 0
    finally:
        profile.write_text(text, encoding="utf-8")
