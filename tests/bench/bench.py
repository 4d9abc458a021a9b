#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""CPU and memory of a whole sync, nq57d and the floor (floor.c) in turn over the same pages from nginx on loopback.

bench.py [--pairs N] [--size N ...] [--floor-only]

Ends with status 1 when, as the median of the pairs, a first sync takes more than 2.0 x the floor's CPU, an unchanged
second one more than the floor's own second run, or when the product's peak memory passes 32 MiB; and when one of the
two does not find what the generator put there.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import gen  # noqa: E402
import serve  # noqa: E402
import site_config  # noqa: E402

ROOT = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("NQ57_BUILD", ROOT / "build" / "release"))
SIZES, PAIRS = (10_000, 100_000), 5
FIRST_MAX, SECOND_MAX, PEAK_MAX_MIB = 2.0, 1.0, 32.0
JUDGED_FROM = 100000  # records; below, the start and the end of a process weigh too much in its CPU
RUN_SECONDS = 120


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

    def found(self, run):
        """What the program found, in the words of expected.json."""
        words = run.output.split()
        return {key: int(value) for key, value in zip(words[::2], words[1::2]) if key != "only_portal"}


class Product:
    name = "nq57d"

    def __init__(self, server, work):
        self.state, self.config, self.log = work / "state", work / "config", work / "nq57d.log"
        self.env = site_config.write(self.config, self.state, server)
        self.command = [str(BUILD / "daemon/nq57d"), "--config", str(self.config), "--once"]

    def clean(self):
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(mode=0o700)

    def run(self):
        return measure(self.command, self.log, env=self.env)

    def found(self, _):
        return site_config.found(self.state)


def pages(size):
    """The pages of one size, generated once; the folder's name follows the generator's text."""
    mark = f"{size}-{(HERE / 'gen.py').stat().st_size}-{int((HERE / 'gen.py').stat().st_mtime)}"
    folder = ROOT / "build" / "bench" / mark
    if not (folder / "expected.json").is_file():
        for old in folder.parent.glob(f"{size}-*"):
            shutil.rmtree(old)
        print(f"generating {size} records", file=sys.stderr, flush=True)
        gen.generate(folder, size)
    return folder


def check(contestant, run, expected, phase):
    found = contestant.found(run)
    if found != expected:
        sys.exit(f"{contestant.name}, {phase} sync: found {found}, generated {expected}")


def round_of(contestant, expected):
    """A first sync on nothing and a second one over unchanged systems."""
    contestant.clean()
    first = contestant.run()
    check(contestant, first, expected, "first")
    second = contestant.run()
    check(contestant, second, expected, "second")
    return first, second


def median(runs, part):
    return statistics.median(getattr(run, part) for run in runs)


HEAD = f"{'records':>8}  {'sync':<10}{'nq57d CPU':>11}{'floor CPU':>11}{'ratio':>8}  {'(of the pairs)':<16}" \
       f"{'limit':>6}{'nq57d peak':>13}{'floor peak':>13}"


def judge(size, results):
    """Prints the rows of one size; returns the sentences of what is over its bar: memory at every size, CPU from
    JUDGED_FROM records on."""
    over = []
    for phase, title, limit in ((0, "first", FIRST_MAX), (1, "unchanged", SECOND_MAX)):
        limit = limit if size >= JUDGED_FROM else float("inf")
        bar = limit if size >= JUDGED_FROM else "-"
        runs = {name: [r[phase] for r in rounds] for name, rounds in results.items()}
        floor_cpu, floor_peak = median(runs["floor"], "cpu"), max(r.peak_mib for r in runs["floor"])
        if "nq57d" not in runs:
            print(f"{size:>8}  {title:<10}{floor_cpu:>22.3f} s{floor_peak:>47.1f} MiB")
            continue
        ratios = [product.cpu / floor.cpu for product, floor in zip(runs["nq57d"], runs["floor"])]
        ratio, peak = statistics.median(ratios), max(r.peak_mib for r in runs["nq57d"])
        span = f"({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"{size:>8}  {title:<10}{median(runs['nq57d'], 'cpu'):>9.3f} s{floor_cpu:>9.3f} s{ratio:>8.2f}  "
              f"{span:<16}{bar:>6}{peak:>9.1f} MiB{floor_peak:>9.1f} MiB", flush=True)
        if ratio > limit:
            over.append(f"{size} records, {title} sync: {ratio:.2f} x the floor's CPU, at most {limit:.1f}")
        if peak > PEAK_MAX_MIB:
            over.append(f"{size} records, {title} sync: {peak:.1f} MiB peak, at most {PEAK_MAX_MIB:.0f}")
    return over


def bench(size, pairs, kinds):
    data = pages(size)
    expected = json.loads((data / "expected.json").read_text())
    results = {kind.name: [] for kind in kinds}
    with tempfile.TemporaryDirectory(prefix="nq57d-bench-") as name:
        work = pathlib.Path(name)
        with serve.Server(data, work / "nginx") as server:
            contestants = [kind(server, work) for kind in kinds]
            for turn in range(pairs):
                for contestant in contestants if turn % 2 == 0 else reversed(contestants):
                    results[contestant.name].append(round_of(contestant, expected))
    return judge(size, results)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--size", type=int, action="append", help="records of both systems together; may be repeated")
    parser.add_argument("--floor-only", action="store_true")
    args = parser.parse_args()
    over = []
    print(f"Whole processes, median of {args.pairs} pairs run in turn; in every run both found what was generated.")
    print(HEAD, flush=True)
    for size in args.size or SIZES:
        over += bench(size, args.pairs, (Floor,) if args.floor_only else (Product, Floor))
    for sentence in over:
        print("OVER: " + sentence)
    print("bench: over a bar" if over else "bench: within the bars")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
