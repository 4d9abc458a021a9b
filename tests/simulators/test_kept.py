# SPDX-License-Identifier: MIT
"""A world that was kept is the world that would be generated, and nobody's changes get into it."""
import hashlib
import json
import os

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


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The bytes of a copy that was kept."""
    folder = tmp_path_factory.mktemp("worlds")
    kept.world("57", NOW, UNITS, folder)
    path, = folder.iterdir()
    assert dump(kept.load(path)) == dump(World("57", NOW, UNITS))
    return path.read_bytes()


def flipped(whole):
    """A title, say, with another letter: it can be read, and is not what was written."""
    at = whole.index(b"24412")
    return whole[:at] + b"3" + whole[at + 1:]


def signed(text):
    return lambda whole: hashlib.sha256(text).digest() + text


@pytest.mark.parametrize("spoil", [
    lambda whole: b"", lambda whole: b"\x80\x05", lambda whole: b"no pickle" * 9, lambda whole: whole[:-9], flipped,
    signed(b"cno.such.module\nX\n."), signed(b"csimulators.world\nNoSuch\n."), signed(b"h\x07."), signed(b"0."),
    signed(b"I1\n(tR."), signed(b"\x80\x05")])
def test_a_copy_that_is_damaged_is_none(tmp_path, copy, spoil):
    path = tmp_path / "a.pickle"
    path.write_bytes(spoil(copy))
    assert kept.load(path) is None


def test_a_copy_that_is_damaged_is_made_anew(tmp_path, copy):
    path = kept.place("57", NOW, UNITS, tmp_path)
    path.write_bytes(copy[:-9])
    assert dump(kept.world("57", NOW, UNITS, tmp_path)) == dump(World("57", NOW, UNITS))
    assert len(path.read_bytes()) == len(copy) and list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_costs_nothing_else(tmp_path):
    (tmp_path / "file").touch()
    assert dump(kept.world("57", NOW, UNITS, tmp_path / "file")) == dump(World("57", NOW, UNITS))


def test_a_copy_that_cannot_be_written_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(handle, _):
        os.close(handle)
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(kept.os, "fdopen", full)
    assert dump(kept.world("57", NOW, UNITS, tmp_path)) == dump(World("57", NOW, UNITS))
    assert not list(tmp_path.iterdir())


def test_old_copies_are_tidied_away(tmp_path):
    old = [tmp_path / ("%d.pickle" % n) for n in range(kept.KEPT_MOST + 3)]
    for n, path in enumerate(old):
        path.touch()
        os.utime(path, (n, n))
    kept.world("57", NOW, UNITS, tmp_path)
    assert len(list(tmp_path.iterdir())) == kept.KEPT_MOST and kept.place("57", NOW, UNITS, tmp_path).is_file()
    assert not any(path.exists() for path in old[:4]) and all(path.exists() for path in old[4:])
