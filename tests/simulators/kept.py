# SPDX-License-Identifier: MIT
"""Worlds that were generated before. A generated world is a function of its seed, its instant and the sources that make
it; generating the whole one takes a second, which every simulated system of every test would pay anew. So a copy is
kept below build/, under a name that changes with any of these; without a usable copy the world is generated."""
import gc
import hashlib
import os
import pathlib
import pickle
import sys
import tempfile

from .world import NOW, World

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "build" / "worlds"
SOURCES = ("world.py", "generate.py", "facts.py")


def place(seed, now, units, folder=FOLDER):
    """Where the copy of this world lies."""
    key = hashlib.sha256(repr((sys.version, str(seed), now.isoformat(), units and sorted(units))).encode())
    for path in [HERE / name for name in SOURCES] + sorted((HERE / "data").iterdir()):
        key.update(path.read_bytes())
    return folder / (key.hexdigest()[:32] + ".pickle")


def load(path):
    """The world of a copy; None when it is absent or was cut off."""
    gc.disable()  # many small objects, none of which is garbage
    try:
        return pickle.loads(path.read_bytes())
    except (OSError, EOFError, ValueError, pickle.UnpicklingError):
        return None
    finally:
        gc.enable()


def save(path, world):
    """Best effort: a folder that cannot be written costs time, nothing else."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temp = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as out:
            pickle.dump(world, out, pickle.HIGHEST_PROTOCOL)
        os.replace(temp, path)
    except OSError:
        pass


def world(seed="57", now=NOW, units=None, folder=FOLDER):
    """As World(seed, now, units); the caller's own, to change as it likes."""
    path = place(seed, now, units, folder)
    found = load(path)
    if found is None:
        found = World(seed, now, units)
        save(path, found)
    return found
