# SPDX-License-Identifier: MIT
"""One record that nobody understands does not blind a whole system."""
import re

from small import UNITS, Small


def test_a_first_poll_with_an_unmapped_unit_is_no_blindness(tmp_path):
    with Small(tmp_path / "site") as site:
        record = site.truth("24412", "task", "central")[0]
        site.sims.post("faults", fault="unmapped-unit", system="central", path="/api/nhiem-vu",
                       code=record["own_code"], on_unit="24412", value="99999")
        assert site.once().status == 1
        tasks = site.partition("theodoiq", "tasks")
        assert (tasks["completeness"], tasks["fault"], tasks["quarantined"]) == ("partial", "unit-unmapped", 1)
        assert site.query("SELECT kind, text FROM episode WHERE kind = 'blind'") == []
        rows = site.query("SELECT unit, state FROM obligation WHERE occurrence LIKE 'monthly-20%'")
        states = {row["unit"]: row["state"] for row in rows}
        others = {unit: state for unit, state in states.items() if unit not in ("24412", "24133")}
        assert len(others) == len(UNITS) - 2 and "unknown" not in others.values()
        # Whose record it is nobody can tell, so nothing that is not seen today counts as gone.
        gone = site.truth("22015", "task", "central")[0]["own_code"]
        site.sims.post("drop", unit="22015", code=gone, system="central")
        site.once()
        assert site.query("SELECT count(*) AS n FROM side WHERE missing_since IS NOT NULL")[0]["n"] == 0
        site.sims.clear()
        site.once().ok()
        assert site.query("SELECT count(*) AS n FROM side WHERE missing_since IS NOT NULL")[0]["n"] == 1


def test_a_word_that_changes_for_every_account_is_one_line(tmp_path):
    with Small(tmp_path / "site") as site:
        assert site.once().status == 0
        site.sims.fault(fault="replace", system="portal", path="/tasks", old='"IN_PROGRESS"', new='"IN_PROGRES"')
        done = site.once()
        accounts = [p for p in site.status_json()["partitions"] if p["source"] == "nq57-daklak" and p["quarantined"]]
        assert len(accounts) > 3 and done.status == 1
        [line] = [n for n in done.err.splitlines() if "a record is put aside" in n]
        rows = len(site.ctl("quarantine", "--json").ok().json()["quarantine"])
        assert "the first of %d, in %d accounts (" % (rows, len(accounts)) in line and "IN_PROGRES`" in line
        named = re.search(r" accounts \((.*), \.\.\.\)", line)[1].split(", ")  # those that were read first
        assert named and set(named) <= {p["account"] for p in accounts}
        [partial] = [n for n in done.err.splitlines() if " partial: word-unknown" in n]
        assert "in %d accounts (" % len(accounts) in partial
