# SPDX-License-Identifier: MIT
"""A world that was kept is the world that would be generated, and nobody's changes get into it."""
import json

import pytest

from simulators import kept
from simulators.world import NOW, SYSTEMS, World

UNITS = {"H15.07", "24412"}


def dump(world):
    return json.dumps([[sorted(map(json.dumps, world.side[s].values())) for s in SYSTEMS], sorted(world.plan.items()),
                       world.units, world.sub_units, world.version, world.seed, world.now.isoformat()])


@pytest.mark.parametrize("units", [None, UNITS])
def test_a_kept_world_is_the_generated_one(tmp_path, units):
    fresh = dump(World("58", NOW, units))
    for _ in ("made", "kept"):
        world = kept.world("58", NOW, units, tmp_path)
        assert dump(world) == fresh
        assert all(world.by_code[unit["code"]] is unit for unit in world.units)
        world.change("24412", next(c for k, u, c in world.side["central"] if u == "24412"), "title", "khác")


def test_each_seed_instant_and_choice_is_kept_apart(tmp_path):
    places = {kept.place(*one, tmp_path) for one in (("57", NOW, None), ("58", NOW, None), ("57", NOW, UNITS),
                                                     ("57", NOW.replace(minute=31), None))}
    assert len(places) == 4


@pytest.mark.parametrize("spoilt", [b"", b"\x80\x05", b"no pickle"])
def test_a_copy_that_was_cut_off_is_made_anew(tmp_path, spoilt):
    kept.world("57", NOW, UNITS, tmp_path)
    path, = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(spoilt)
    assert dump(kept.world("57", NOW, UNITS, tmp_path)) == dump(World("57", NOW, UNITS))
    assert len(path.read_bytes()) == len(whole)


def test_a_folder_that_cannot_be_written_costs_nothing_else(tmp_path):
    (tmp_path / "file").touch()
    assert dump(kept.world("57", NOW, UNITS, tmp_path / "file")) == dump(World("57", NOW, UNITS))
