# SPDX-License-Identifier: MIT
"""The programs that are measured, and how: each run is a whole process."""

import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys

import gen
import site_config

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("NQ57_BUILD", ROOT / "build" / "release"))
RUN_SECONDS = 900


@dataclasses.dataclass
class Run:
    cpu: float
    wall: float
    peak_mib: float
    output: str


def measure(command, log, env=None):
    """Runs a program whole under launch.c, which says why it is not measured from here."""
    figures = log.with_suffix(".figures")
    with open(log, "w", encoding="utf-8") as out:
        subprocess.run([str(BUILD / "tests/bench/launch"), str(figures), str(RUN_SECONDS), *command], check=True,
                       stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env)
    output = log.read_text(encoding="utf-8", errors="replace")
    status, cpu, wall, peak_kib = figures.read_text().split()
    if status != "0":
        sys.exit(f"{command[0]} ended with {status}:\n{output[-2000:]}")
    return Run(float(cpu), float(wall), int(peak_kib) / 1024, output)


class Product:
    name = "nq57d"

    def __init__(self, server, work, **site):
        self.state, self.config, self.log = work / "state", work / "config", work / "nq57d.log"
        self.env = site_config.write(self.config, self.state, server, **site)
        self.command = [str(BUILD / "daemon/nq57d"), "--config", str(self.config), "--once"]

    def clean(self):
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(mode=0o700)

    def run(self):
        return measure(self.command, self.log, env=self.env)

    def check(self, _, data, phase):
        agree(self.name, phase, site_config.found(self.state), data.expected(phase))


class Floor:
    name = "floor"

    def __init__(self, server, work):
        self.database, self.log = work / "floor.db", work / "floor.log"
        self.command = [str(BUILD / "tests/bench/floor"), server.central, server.portal, str(self.database),
                        *[account for _, _, account in gen.UNITS]]

    def clean(self):
        for path in self.database.parent.glob(self.database.name + "*"):
            path.unlink()

    def run(self):
        return measure(self.command, self.log)

    def check(self, run, data, phase):
        words = run.output.split()
        found = {key: int(value) for key, value in zip(words[::2], words[1::2]) if key != "only_portal"}
        agree(self.name, phase, found, data.expected(phase))


class Download:
    """The same requests as the other two, and nothing done with the bytes."""
    name = "download"

    def __init__(self, server, work):
        self.list, self.log = work / "download.list", work / "download.log"
        self.list.write_text("".join(f"{url}\t{header}\n" for url, header in server.requests()), encoding="utf-8")
        self.command = [str(BUILD / "tests/bench/download"), str(self.list)]

    def clean(self):
        pass

    def run(self):
        return measure(self.command, self.log)

    def check(self, run, data, phase):
        words = run.output.split()
        agree(self.name, phase, (int(words[1]), int(words[3])), data.bytes_of(phase))


def agree(name, phase, found, expected):
    if found != expected:
        sys.exit(f"{name}, {phase} sync: found {found}, generated {expected}")
