# SPDX-License-Identifier: MIT
"""A third system that shares no code with the other two is read by YAML alone: a key in a header, a nested envelope,
cursors, epoch times, numbers for words, units by name. Every value is compared with what the server says it holds."""
import datetime as dt
import decimal
import json

import pytest

from harness import SOURCE
from simulators import client, third
from small import Lone

NOW = 1781829000                   # what third.py counts its times from: 2026-06-19 07:30 +07:00
UNITS = {"Xã M’Drắk": "24412", "Phường Tân Lập": "24121", "Xã Ea H’Leo": "24184", "Sở Nội vụ": "H15.02",
         "Sở Khoa học và Công nghệ": "H15.07"}
PHASES = {0: "not_started", 1: "in_progress", 2: "done", 3: "done", 4: "suspended", 5: "cancelled"}
CHECKS = {0: "draft", 1: "submitted", 2: "returned", 3: "approved", 4: "locked"}
LOCAL = dt.timezone(dt.timedelta(hours=7))


class Third(Lone):
    """A site whose only source is the third server."""

    def __init__(self, folder, *args, key="khoa-thu-nghiem", names=UNITS):
        self.third = client.Child("third.py", *args)
        super().__init__(folder, SOURCE / "tests" / "fixtures" / "profiles" / "third.yaml",
                         "http://127.0.0.1:%d" % self.third.port, names.values(), {"giamsat.daklak": key})
        self._child(self.third)

    def seen(self):
        http = client.Http(self.third.port)
        try:
            return http.json("/v2/seen")["requests"]
        finally:
            http.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Third(tmp_path_factory.mktemp("third")) as made:
        assert made.check().status == 0
        done = made.once()
        assert done.status == 0 and "NQ57_FAULT" not in done.err, done
        yield made


def day(seconds):
    return seconds and dt.datetime.fromtimestamp(seconds, LOCAL).date().isoformat()


def moment(seconds):
    return seconds and dt.datetime.fromtimestamp(seconds, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def common(row):
    back = row["note"]["sent_back"] or {"why": None, "on": None, "who": None}
    return {"title": row["what"]["heading"], "group": row["what"]["section"], "lead": UNITS[row["owner"]["label"]],
            "review": CHECKS[row["state"]["check"]], "return_reason": back["why"], "returned_on": day(back["on"]),
            "returned_by": back["who"], "updated_at": moment(row["touched"]["ts"]), "updated_by": row["touched"]["by"],
            "url": row["href"], "evidence": [{"name": p["caption"], "number": p["sign"], "date": day(p["on"]),
                                              "url": p["href"]} for p in row["proof"]]}


def task(row):
    out = dict(common(row), bloc=row["what"]["bloc"], assigned_on=day(row["when"]["given"]),
               due=day(row["when"]["limit"]), completed_on=day(row["when"]["finished"]),
               work=PHASES[row["state"]["phase"]], progress=decimal.Decimal(str(row["state"]["percent"])),
               result=row["note"]["outcome"], difficulty=row["note"]["trouble"])
    out["claims_late"] = "true" if row["state"]["phase"] == 3 else "false"
    return "%s/task/%s" % (UNITS[row["owner"]["label"]], row["ref"]), out


def indicator(row):
    out = dict(common(row), uom=row["what"]["measure"], target=decimal.Decimal(row["goal"]),
               actual=row["value"] and decimal.Decimal(row["value"]), not_applicable=["false", "true"][row["void"]],
               evidence_required=["false", "true"][row["proof_needed"]])
    return "%s/indicator/%s@%d" % (UNITS[row["owner"]["label"]], row["ref"], row["year"]), out


def comparable(fields):
    out = dict(fields)
    for name in ("progress", "target", "actual"):
        if isinstance(out.get(name), str):
            out[name] = decimal.Decimal(out[name])
    out["evidence"] = json.loads(out["evidence"] or "[]")
    return out


def test_every_value_is_the_server_s(site):
    truth = dict([task(row) for row in third.work_rows(NOW)] + [indicator(row) for row in third.measure_rows(NOW)])
    assert len(truth) == 120
    sides = site.sides()
    assert set(sides) == set(truth)
    for key, fields in truth.items():
        assert comparable(sides[key]) == fields, key


def test_the_listing_is_proved_by_its_last_cursor(site):
    for stream in ("tasks", "indicators"):
        shown = site.partition("third", stream)
        assert shown["completeness"] == "complete" and shown["proof"] == "last-flag" and shown["claimed"] is None
        assert shown["received"] == shown["members"] == 60 and shown["quarantined"] == 0
    listed = [r for r in site.seen() if r["path"] == "/v2/export/work"]
    assert [r["status"] for r in listed[:3]] == [200] * 3 and all(r["key"] for r in listed)
    assert "after=" not in listed[0]["query"] and all("after=" in r["query"] for r in listed[1:3])


def test_people_see_it_like_any_other(site):
    told = site.ctl("explain", "24412/task/NV-II-08", "due", "--json").ok().json()
    assert [s["source"] for s in told["sides"]] == ["third"] and told["explain"]["value"]["value"] == \
        day(third.work_rows(NOW)[3]["when"]["limit"])
    assert len(site.ctl("list", "tasks", "--unit", "xa m'drak", "--json").ok().json()["tasks"]) == 12
    states = {o["state"] for o in site.ctl("show", "24412", "--json").ok().json()["obligations"]}
    assert states <= {"behind", "done"}, "no portal is configured, so nothing is unknown"


def test_a_second_run_changes_nothing(site):
    rows, before = site.rows(), len(site.seen())
    done = site.once()
    assert done.status == 0 and done.err == "" and site.rows() == rows
    assert len(site.seen()) == before + 6


def test_a_wrong_key_is_a_refused_login(tmp_path):
    with Third(tmp_path / "site", key="sai") as site:
        done = site.once()
        assert done.status == 1 and "NQ57_FAULT=login-refused" in done.err
        assert site.partition("third", "tasks")["fault"] == "login-refused"
        assert {r["status"] for r in site.seen()} == {403} and len(site.seen()) <= 4
        assert "sai\n" not in done.err and site.sides() == {}
        site.accounts({"giamsat.daklak": "khoa-thu-nghiem"})
        assert site.once().status == 0 and len(site.sides()) == 120


def test_a_lowered_page_size_is_named_or_harmless(tmp_path):
    """Cursors survive a server that gives fewer than were asked for."""
    with Third(tmp_path / "site", "--page-size", "7") as site:
        assert site.once().status == 0
        assert site.partition("third", "tasks")["received"] == 60 and len(site.sides()) == 120


def test_a_name_nobody_knows_is_put_aside(tmp_path):
    names = {name: code for name, code in UNITS.items() if code != "24121"}
    with Third(tmp_path / "site", names=names) as site:
        assert site.once().status == 1
        shown = site.partition("third", "tasks")
        assert shown["fault"] == "unit-unmapped" and shown["completeness"] == "partial" and shown["quarantined"] == 12
        rows = site.ctl("quarantine", "--json").ok().json()["quarantine"]
        assert len(rows) == 24 and {r["value"] for r in rows} == {"Phường Tân Lập"}
        assert len(site.sides()) == 96
