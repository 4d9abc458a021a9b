# SPDX-License-Identifier: MIT
"""Accounts that are renamed, or leave the configuration."""
import pytest

from small import Small


@pytest.fixture
def site(tmp_path):
    with Small(tmp_path / "site") as s:
        s.once().ok()
        yield s


def missing(site):
    return site.query("SELECT count(*) AS n FROM side WHERE missing_since IS NOT NULL AND removed_at IS NULL")[0]["n"]


def facts(export):
    return [line for line in export.splitlines() if not line.startswith(("partition ", "page "))]


def test_a_unit_without_its_account_goes_missing_then_is_removed(site):
    mine = ("SELECT count(*) AS n FROM side s JOIN record r ON r.id = s.id & 4294967295"
            " WHERE s.id >> 32 = 1 AND r.unit = '24412'")
    had = site.query(mine)[0]["n"]
    assert had > 10 and missing(site) == 0
    site.set_keys({"units.24412.portal": "none (thu hồi 20/6/2026)"}, file="accounts.yaml")
    site.set_clock("2026-06-20T08:00:00+07:00")
    done = site.once()
    assert "no longer configured" in done.err
    assert missing(site) == had
    # Its trouble is nobody's: no alarm is open for an account that nobody reads.
    assert site.query("SELECT * FROM episode WHERE closed IS NULL AND kind = 'blind'") == []
    obligation = site.query("SELECT state FROM obligation WHERE unit = '24412' AND occurrence LIKE 'monthly-25%'")[0]
    assert obligation["state"] == "unknown"
    for day in ("2026-06-22", "2026-07-06"):
        site.set_clock(day + "T08:00:00+07:00")
        site.once()
    assert missing(site) == 0
    assert site.query(mine + " AND s.removed_at IS NOT NULL")[0]["n"] == had


def test_a_renamed_account_loses_nothing(site):
    text = (site.secrets / "nq57-daklak.secrets").read_text(encoding="utf-8")
    account = next(line.split("\t")[0] for line in text.splitlines() if line.startswith("xamdrak\t"))
    before = site.export()
    # The portal knows the same unit under a second account: the simulators take any account that has a password.
    site.sims.post("account", unit="24412", account="xamdrak2", password="mat khau moi")
    path = site.secrets / "nq57-daklak.secrets"
    path.write_text(text + "xamdrak2\tmat khau moi\n", encoding="utf-8")
    site.set_keys({"units.24412.portal": "xamdrak2"}, file="accounts.yaml")
    site.once().ok()
    assert account == "xamdrak" and missing(site) == 0
    assert facts(site.export()) == facts(before)
