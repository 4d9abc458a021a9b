#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""CPU and memory of a whole sync: nq57d, a straightforward program (floor.c) and the bytes alone (download.c) in turn
over the same pages from nginx on loopback.

bench.py [--pairs N] [--size N ...] [--only sync|idle|accounts ...]

Ends with status 1 when a figure is over its bar (BARS, and those of idle.py), or when a program does not find what the
generator put there.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import contestants  # noqa: E402
import gen  # noqa: E402
import idle  # noqa: E402
import serve  # noqa: E402

SIZES, PAIRS = (10_000, 100_000), 5
PHASES = ("first", "unchanged", "1 % changed")
# CPU as a multiple of another program's in the same run, the median of the pairs: of whom, and at most how much.
BARS = {"first": ("floor", 1.0), "unchanged": ("download", 3.0), "1 % changed": ("download", 6.0)}
PEAK_MAX_MIB = 24.0
JUDGED_FROM = 100_000  # records; below, the start and the end of a process weigh too much in its CPU


class Data:
    """The pages of one size in both variants, generated once; the folder's name follows the generator's text."""

    def __init__(self, size):
        mark = f"{size}-{(HERE / 'gen.py').stat().st_size}-{int((HERE / 'gen.py').stat().st_mtime)}"
        self.folder = contestants.ROOT / "build" / "bench" / mark
        if not (self.folder / "1" / "expected.json").is_file():
            for old in self.folder.parent.glob(f"{size}-*"):
                shutil.rmtree(old)
            print(f"generating {size} records", file=sys.stderr, flush=True)
            for variant in (0, 1):
                gen.generate(self.folder / str(variant), size, variant)

    def of(self, phase):
        return self.folder / ("1" if phase == "1 % changed" else "0")

    def expected(self, phase):
        return json.loads((self.of(phase) / "expected.json").read_text())

    def bytes_of(self, phase):
        """Pages that are not empty, and their bytes: what a listing with a total asks for."""
        sizes = [path.stat().st_size for path in serve.pages(self.of(phase))]
        return len(sizes), sum(sizes)


def round_of(contestant, server, data):
    """A first sync on nothing, one over unchanged systems, one after one record in a hundred changed."""
    runs = []
    contestant.clean()
    for phase in PHASES:
        server.show(data.of(phase))
        runs.append(contestant.run())
        contestant.check(runs[-1], data, phase)
    return runs


def judge(size, results):
    """Prints the rows of one size; returns the sentences of what is over its bar: memory at every size, CPU from
    JUDGED_FROM records on."""
    over = []
    for number, phase in enumerate(PHASES):
        runs = {name: [r[number] for r in rounds] for name, rounds in results.items()}
        peak = max(r.peak_mib for r in runs["nq57d"])
        cells = ""
        for other in ("download", "floor"):
            ratios = [ours.cpu / theirs.cpu for ours, theirs in zip(runs["nq57d"], runs[other])]
            ratio, span = statistics.median(ratios), f"({min(ratios):.2f} to {max(ratios):.2f})"
            judged = BARS[phase][0] == other and size >= JUDGED_FROM
            cells += f"{ratio:>9.2f}  {span:<17}{BARS[phase][1] if judged else '-':>4}"
            if judged and ratio > BARS[phase][1]:
                over.append(f"{size} records, {phase}: {ratio:.2f} x the CPU of {other}, at most {BARS[phase][1]:.1f}")
        cpu = statistics.median(r.cpu for r in runs["nq57d"])
        print(f"{size:>8}  {phase:<12}{cpu:>8.3f} s{cells}{peak:>8.1f} MiB", flush=True)
        if peak > PEAK_MAX_MIB:
            over.append(f"{size} records, {phase}: {peak:.1f} MiB peak, at most {PEAK_MAX_MIB:.0f}")
    return over


def sync(size, pairs):
    data = Data(size)
    kinds = (contestants.Product, contestants.Floor, contestants.Download)
    results = {kind.name: [] for kind in kinds}
    with tempfile.TemporaryDirectory(prefix="nq57d-bench-") as name:
        work = pathlib.Path(name)
        with serve.Server(data.of("first"), work / "nginx") as server:
            programs = [kind(server, work) for kind in kinds]
            for turn in range(pairs):
                for program in programs if turn % 2 == 0 else reversed(programs):
                    results[program.name].append(round_of(program, server, data))
    return judge(size, results)


def syncs(sizes, pairs):
    over = []
    print(f"Whole processes, CPU as a multiple, median of {pairs} pairs run in turn; all found what was "
          f"generated.\n{'records':>8}  {'sync':<12}{'nq57d':>8}  {'÷ download (of the pairs)':<27}{'bar':>5}"
          f"{'÷ floor (of the pairs)':>27}{'bar':>5}{'peak':>9}", flush=True)
    for size in sizes:
        over += sync(size, pairs)
    return over


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--size", type=int, action="append", help="records of both systems together; may be repeated")
    parser.add_argument("--only", choices=("sync", "idle", "accounts"), action="append", help="that part alone")
    args = parser.parse_args()
    parts, over = args.only or ("sync", "idle", "accounts"), []
    if "sync" in parts:
        over += syncs(args.size or SIZES, args.pairs)
    if "idle" in parts:
        over += idle.conditional()
    if "accounts" in parts:
        over += idle.accounts()
    for sentence in over:
        print("OVER: " + sentence)
    print("bench: over a bar" if over else "bench: within the bars")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
