# SPDX-License-Identifier: MIT
"""A system that changes under its description: told with a sample, or asked about where identity or state is read."""
import re

import pytest

from harness import wait_for
from small import Small

LISTS = "/nhiem-vu"


@pytest.fixture(scope="module")
def systems(tmp_path_factory):
    with Small(tmp_path_factory.mktemp("drift")) as made:
        yield made


@pytest.fixture
def site(systems):
    """A fresh store that has seen both systems once."""
    serial = systems.serial = getattr(systems, "serial", 0) + 1
    systems.fresh("state-%d" % serial)
    assert systems.once().status == 0
    return systems


def rename(site, what, by):
    site.sims.fault(fault="replace", system="central", path=LISTS, old=what, new=by)


def stored(site):
    return [line for line in site.export().splitlines() if line.startswith(("record ", "side ", "diff"))]


def told(done, words):
    return [line for line in done.err.splitlines() if words in line and "theodoiq/tasks" in line]


def test_a_new_member_is_told_once(site):
    rename(site, '"maNhiemVu":', '"mucDoUuTien":"cao","maNhiemVu":')
    done = site.once()
    [line] = told(done, "`mucDoUuTien` is new")
    assert "cao" in line
    assert done.status == 0 and not told(site.once(), "mucDoUuTien")


def test_a_state_that_is_gone_asks_a_person(site):
    before = stored(site)
    rename(site, '"trangThai":', '"trangThaiMoi":')
    done = site.once()
    assert done.status == 1 and stored(site) == before
    [row] = site.status_json()["refusals"]
    line = next(n for n in done.err.splitlines() if "NQ57_GUARD=drift" in n)
    assert re.search(r"theodoiq/tasks \(giamsat.daklak\) refused: .*`trangThai`", line) and row["accept"] in line
    assert told(done, "`trangThai` was always there") and told(done, "`trangThaiMoi` is new")
    assert [r["id"] for r in (site.once(), site.status_json()["refusals"])[1]] == [row["id"]]  # the same question
    site.sims.clear()
    assert site.once().status == 0 and site.status_json()["refusals"] == [] and stored(site) == before


def test_accepted_it_is_what_records_look_like(site):
    """Accepted, the listing is stored, and what was strange is what records look like from then on."""
    rename(site, '"tienDo":', '"tienDo":null,"tienDoCu":')
    done = site.once()
    assert told(done, "`tienDo` is empty or missing in") and done.status == 0
    rename(site, '"donVi":{', '"donVi":[],"donViCu":{')
    assert site.once().status == 1
    [row] = site.status_json()["refusals"]
    daemon = site.daemon().until_note(" units behind")
    assert site.ctl("accept", row["id"]).status == 0
    wait_for(lambda: not site.status_json()["refusals"], what="the accepted listing")
    assert daemon.stop() == 0
