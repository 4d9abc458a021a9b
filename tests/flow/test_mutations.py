# SPDX-License-Identifier: MIT
"""P22: a mistake in a profile or the configuration is caught before the network is used: the real program names file,
line, column, key and the nearest valid name, exits 78, and nobody is asked anything."""
import os
import re
import shutil
import socket
import subprocess

import pytest

from harness import SOURCE, build

FIXTURES = SOURCE / "tests" / "fixtures"
WRONG = 78


def unescape(cell):
    out = re.sub(rb"\\x([0-9a-f]{2})|\\(.)", lambda m: bytes([int(m[1], 16)]) if m[1] else
                 {b"n": b"\n", b"t": b"\t"}.get(m[2], m[2]), cell.encode())
    return out


def rows(name):
    text = (FIXTURES / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.split("\n") if line and not line.startswith("#")]


class Folder:
    """The shipped configuration, its systems a port on this machine where every connection is counted."""

    def __init__(self, path):
        self.path = path
        shutil.copytree(SOURCE / "config", path, ignore=shutil.ignore_patterns("*.c", "*.h", "meson.build"))
        (path / "profiles").mkdir()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0)
        main = path / "nq57d.yaml"
        here = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        main.write_text(re.sub(r"https://\S+\.example\.vn", here, main.read_text(encoding="utf-8")), encoding="utf-8")
        self.env = dict(os.environ, NQ57_PROFILE_DIR=str(SOURCE / "connectors" / "profiles"),
                        STATE_DIRECTORY=str(path / "state"))
        (path / "state").mkdir()

    def edit(self, name, before, after, nth=0):
        """The line where the edit begins."""
        file = self.path / name
        whole, at = file.read_bytes(), -1
        for _ in range(nth + 1):
            at = whole.index(before, at + 1)
        file.write_bytes(whole[:at] + after + whole[at + len(before):])
        return whole[:at].count(b"\n") + 1

    def run(self, *arguments):
        command = [build() / "daemon" / "nq57d", "--config", self.path, "--lang", "en", *arguments]
        done = subprocess.run(command, env=self.env, timeout=60, capture_output=True)
        return done.returncode, (done.stdout + done.stderr).decode(errors="replace")

    def asked(self):
        try:
            self.listener.accept()[0].close()
            return True
        except BlockingIOError:
            return False


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = Folder(tmp_path_factory.mktemp("mutations") / "config")
    yield made
    made.listener.close()


def first_error(text):
    line = next((l for l in text.splitlines() if "error: " in l), "")
    return re.match(r"nq57d: error: \S*/([^/:]+):(\d+):(\d+): (?:(.+?): )?(.*)", line)


def wrong(found, file, line, column, key, nearest):
    if not found:
        return "no error with a place"
    seen = (found[1], int(found[2]), int(found[3]), found[4] or "-")
    want = (file, line, column, key)
    if seen != want and (found[4] or key != "-" or seen[:3] != want[:3]):
        return "%s instead of %s" % (seen, want)
    if nearest not in (None, "-") and "`%s`?" % nearest not in found[5]:
        return "nearest %s not in: %s" % (nearest, found[5])
    return None


def test_profiles(folder):
    main = folder.path / "nq57d.yaml"
    whole = main.read_text(encoding="utf-8")
    main.write_text(whole.replace("profile: theodoiq", "profile: mutable", 1), encoding="utf-8")
    table, faults = rows("profile-mutations.tsv"), []
    assert len(table) >= 200
    for number, (name, before, after, nth, place, key, nearest) in enumerate(table):
        shutil.copy(FIXTURES / "profiles" / ("mutable-%s.yaml" % name), folder.path / "profiles" / "mutable.yaml")
        line = folder.edit("profiles/mutable.yaml", unescape(before), unescape(after), int(nth))
        lines, column = place.split(":")
        status, text = folder.run("--check")
        fault = wrong(first_error(text), "mutable.yaml", line + int(lines), int(column), key, nearest)
        if status != WRONG or fault:
            faults.append("%s: %s -> %s: exit %d: %s" % (name, before, after, status, fault))
        if number % 25 == 0:
            status, text = folder.run("--once")
            assert status == WRONG and "mutable.yaml:" in text
    assert not folder.asked()
    main.write_text(whole, encoding="utf-8")
    (folder.path / "profiles" / "mutable.yaml").unlink()
    assert not faults, "\n".join(faults)


def test_sound_profiles_pass(folder):
    """The profiles that are spoilt above are sound as they stand."""
    main = folder.path / "nq57d.yaml"
    whole = main.read_text(encoding="utf-8")
    main.write_text(whole.replace("profile: theodoiq", "profile: mutable", 1), encoding="utf-8")
    for path in sorted((FIXTURES / "profiles").glob("mutable-*.yaml")):
        shutil.copy(path, folder.path / "profiles" / "mutable.yaml")
        assert folder.run("--check")[0] == 0, path.name
    main.write_text(whole, encoding="utf-8")
    (folder.path / "profiles" / "mutable.yaml").unlink()


def test_configuration(folder):
    faults = []
    for file, before, after, *_ in rows("config-mutations.tsv"):
        path = folder.path / file
        whole = path.read_bytes()
        if unescape(before) not in whole:  # an address that is this machine here
            continue
        folder.edit(file, unescape(before), unescape(after))
        status, text = folder.run("--check")
        if status != WRONG or not first_error(text):
            faults.append("%s: %s -> %s: exit %d" % (file, before, after, status))
        path.write_bytes(whole)
    assert not folder.asked()
    assert not faults, "\n".join(faults)
