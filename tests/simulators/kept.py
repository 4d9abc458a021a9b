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
HASH = 32  # bytes
KEPT_MOST = 64  # copies, the newest ones; a run of all suites makes a few dozen, most of them small
# What a pickle raises that cannot be read, or names what the sources no longer have.
BROKEN = (OSError, EOFError, ValueError, pickle.UnpicklingError, AttributeError, ImportError, KeyError, TypeError,
          IndexError)


def place(seed, now, units, folder=FOLDER):
    """Where the copy of this world lies."""
    key = hashlib.sha256(repr((sys.version, str(seed), now.isoformat(), units and sorted(units))).encode())
    for path in [HERE / name for name in SOURCES] + sorted((HERE / "data").iterdir()):
        key.update(path.read_bytes())
    return folder / (key.hexdigest()[:32] + ".pickle")


def load(path):
    """The world of a copy; None when it is absent or damaged: it begins with the hash of what follows."""
    gc.disable()  # many small objects, none of which is garbage
    try:
        whole = path.read_bytes()
        return pickle.loads(whole[HASH:]) if hashlib.sha256(whole[HASH:]).digest() == whole[:HASH] else None
    except BROKEN:
        return None
    finally:
        gc.enable()


def save(path, world):
    """Best effort: a folder that cannot be written costs time, nothing else."""
    temp = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temp = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as out:
            copy = pickle.dumps(world, pickle.HIGHEST_PROTOCOL)
            out.write(hashlib.sha256(copy).digest() + copy)
        os.replace(temp, path)
        temp = None
        tidy(path.parent)
    except (OSError, pickle.PicklingError):
        pass
    finally:
        if temp:
            pathlib.Path(temp).unlink(missing_ok=True)


def tidy(folder):
    """Copies of sources that have changed since are asked for no more; another run may take one away meanwhile."""
    ages = {}
    for path in folder.glob("*.pickle"):
        try:
            ages[path] = path.stat().st_mtime
        except OSError:
            pass
    for path in sorted(ages, key=ages.get, reverse=True)[KEPT_MOST:]:
        path.unlink(missing_ok=True)


def world(seed="57", now=NOW, units=None, folder=FOLDER):
    """As World(seed, now, units); the caller's own, to change as it likes."""
    path = place(seed, now, units, folder)
    found = load(path)
    if found is None:
        found = World(seed, now, units)
        save(path, found)
    return found
