#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs every suite against the builds that ./dev test made and counts all their cases.

A suite is a folder under tests/ with test_*.py (each file a job of its own), or one of the built-in ones: unit (the C
programs, in both builds) and lint. The last line is `N passed, N failed`. Nothing is skipped in silence: a skipped case
counts as failed unless its reason is one that MAY_SKIP names, and then it is shown.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import traceback
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
LOGS = BUILD / "logs"

# Suites whose cases depend on time, on kill -9 or on a foreign root run the unsanitized binaries; all others run the
# sanitized ones, which also count the covered lines.
PLAIN = {"crash", "time", "systemd", "flow/test_demo"}
FILE_SECONDS = 1500
LANES_MOST = 8
# A test file is one job; the longest begin first, so that all lanes end together.
LONG = ("flow/test_sessions_kinds", "systemd/test_systemd", "flow/test_pages", "time/test_months", "flow/test_limits",
        "flow/test_sessions", "flow/test_faults", "flow/test_files", "unit", "flow/test_tape_doors",
        "flow/test_mutations", "real/test_real", "flow/test_demo", "crash/test_crash", "flow/test_validators",
        "time/test_preview", "flow/test_changes", "flow/test_daemon", "flow/test_ctl", "flow/test_transport",
        "flow/test_renewal", "time/test_relay_down", "time/test_clock_guard")
DETAILED, DETAIL_LINES = 8, 30  # failures of a suite that are shown in full; all are named

# (suite, beginning of the reason): what a machine may be unable to do.
MAY_SKIP = (("systemd", "systemd container impossible:"),)

COVERED = ("state/", "connectors/")


class Result:
    def __init__(self, name):
        self.name, self.passed, self.failures, self.skips, self.seconds = name, 0, [], [], 0.0

    def fail(self, case, why):
        self.failures.append((case, why))


def environment(build):
    env = dict(os.environ, NQ57_BUILD=str(BUILD / build), NQ57_SOURCE=str(ROOT), LC_ALL="C.UTF-8",
               PYTHONPYCACHEPREFIX=str(BUILD / "pycache"), ASAN_OPTIONS="detect_leaks=1:strict_string_checks=1",
               UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1")
    env.pop("NQ57_BUILD_FAILED", None)
    return env


def tap_cases(text):
    """(planned, passed, failed names) of what a cmocka program printed; it may hold several groups."""
    planned = sum(int(n) for n in re.findall(r"^1\.\.(\d+)", text, re.M))
    passed = len(re.findall(r"^ok \d+", text, re.M))
    failed = re.findall(r"^not ok \d+ - (.*)", text, re.M)
    return planned, passed, failed


def unit(build):
    """The C unit tests of one build: every cmocka case counts, and a program that breaks off counts as failed."""
    result = Result(f"unit ({build})")
    folder = BUILD / build
    log = folder / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    if not (folder / "build.ninja").is_file():
        result.fail(build, "no such build")
        return result
    built = built_programs(folder, result)
    done = subprocess.run(["meson", "test", "--no-rebuild", "-C", str(folder), *built],
                          capture_output=True, text=True, env=environment(build))
    (LOGS / f"unit-{build}.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    if not log.is_file():
        result.fail(build, "meson test wrote no log: " + (done.stdout + done.stderr)[-400:])
        return result
    for line in log.read_text(encoding="utf-8").splitlines():
        count_program(result, json.loads(line))
    return result


def built_programs(folder, result):
    """Names of the test programs that are there; each that is not counts as failed. The corpus of the fuzzers is read
    by the sanitized build alone: it asks what breaks, and there nothing breaks unseen."""
    listed = subprocess.run(["meson", "introspect", "--tests", str(folder)], capture_output=True, text=True, check=True)
    names = []
    for test in json.loads(listed.stdout):
        if folder.name != "asan" and any(suite.endswith("fuzz") for suite in test["suite"]):
            continue
        if pathlib.Path(test["cmd"][0]).is_file():
            names.append(test["name"])
        else:
            result.fail(test["name"], "was not built")
    return names


def count_program(result, test):
    name = test["name"].split(" / ")[-1]
    output = test.get("stdout", "")
    planned, passed, failed = tap_cases(output)
    result.passed += passed
    for case in failed:
        result.fail(f"{name}: {case}", "")
    if test["result"] != "OK" and not failed:
        result.fail(name, f"{test['result']}: " + (output + test.get("stderr", ""))[-3000:])
    elif test["result"] != "OK":
        result.failures[-1] = (result.failures[-1][0], (output + test.get("stderr", ""))[-3000:])
    elif name.startswith("fuzz ") and re.search(r"^[1-9]\d* files$", output, re.M):
        result.passed += 1  # an entry over its corpus is one case
    elif planned == 0 or planned != passed + len(failed):
        result.fail(name, f"planned {planned} cases, ran {passed + len(failed)}")


def lint():
    result = Result("lint rules")
    done = subprocess.run([sys.executable, str(ROOT / "tests/lint/lint.py")], capture_output=True, text=True)
    (LOGS / "lint-rules.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode == 0:
        result.passed += 1
    else:
        result.fail("./dev lint", (done.stdout + done.stderr)[-3000:])
    return result


def python_files():
    return sorted((ROOT / "tests").rglob("test_*.py"))


def file_name(path):
    return path.relative_to(ROOT / "tests").with_suffix("").as_posix()


def python_file(path):
    name = file_name(path)
    build = "plain" if PLAIN & {name, name.split("/")[0]} else "asan"
    result = Result(name)
    stem = LOGS / name.replace("/", "-")
    report, log = stem.with_suffix(".xml"), stem.with_suffix(".log")
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-ra", "--tb=short", "-p", "no:cacheprovider",
               f"--junitxml={report}", "--rootdir", str(ROOT / "tests"), str(path)]
    with open(log, "w", encoding="utf-8") as out:
        try:
            status = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=ROOT,
                                    env=environment(build), timeout=FILE_SECONDS).returncode
        except subprocess.TimeoutExpired:
            status = f"stopped after {FILE_SECONDS} s"
    count_junit(result, report, status, log)
    return result


def count_junit(result, report, status, log):
    if not report.is_file():
        result.fail(result.name, f"pytest ended with {status}:\n" + log.read_text(encoding="utf-8")[-3000:])
        return
    for case in xml.etree.ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname', '')}.{case.get('name', '')}".lstrip(".")
        bad = next((node for kind in ("failure", "error") for node in case.findall(kind)), None)
        skipped = case.find("skipped")
        if bad is not None:
            result.fail(name, (bad.get("message") or "") + "\n" + (bad.text or "")[-2500:])
        elif skipped is not None:
            count_skip(result, name, skipped.get("message") or "")
        else:
            result.passed += 1
    if status not in (0, 1):
        result.fail(result.name, f"pytest ended with {status}, see {log.relative_to(ROOT)}")


def count_skip(result, name, reason):
    if any(result.name.split("/")[0] == suite and reason.startswith(text) for suite, text in MAY_SKIP):
        result.skips.append((name, reason))
    else:
        result.fail(name, f"skipped ({reason}): no suite may skip this")


def covered_lines():
    """file -> {line: run at least once} of the sanitized run, over every object of the covered folders."""
    objects = [path for folder in COVERED for path in (BUILD / "asan" / folder).rglob("*.gcno")]
    command = ["gcov", "--stdout", "--json-format", *map(str, sorted(objects))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=BUILD / "asan")
    files = {}
    for answer in done.stdout.splitlines():
        for entry in json.loads(answer)["files"] if answer.startswith("{") else ():
            path = os.path.normpath(BUILD / "asan" / entry["file"])
            name = os.path.relpath(path, ROOT)
            if not name.startswith(COVERED):
                continue
            lines = files.setdefault(name, {})
            for line in entry["lines"]:
                lines[line["line_number"]] = lines.get(line["line_number"], False) or line["count"] > 0
    return files


def coverage():
    """Line coverage of the sanitized run (unit tests and every suite that is not in PLAIN), in words."""
    files, parts = covered_lines(), []
    for folder in COVERED:
        lines = [hit for name, entry in files.items() if name.startswith(folder) for hit in entry.values()]
        parts.append(f"{folder} {100 * sum(lines) / len(lines):.1f} % of {len(lines)} lines" if lines else
                     f"{folder} no lines")
    shares = sorted((100 * sum(entry.values()) / len(entry), name) for name, entry in files.items() if len(entry) >= 20)
    lowest = ", ".join(f"{name} {share:.0f} %" for share, name in shares[:5])
    return f"coverage of the sanitized run: {'; '.join(parts)}; lowest: {lowest}"


def drop_old_counts():
    for path in (BUILD / "asan").rglob("*.gcda"):
        path.unlink()


def show(result):
    skipped = f", {len(result.skips)} skipped" if result.skips else ""
    print(f"  {result.name:<26} {result.passed:5d} passed, {len(result.failures)} failed{skipped}"
          f"   {result.seconds:.1f} s", flush=True)
    for case, reason in result.skips:
        print(f"    skipped {case}: {reason}")
    for number, (case, why) in enumerate(result.failures):
        print(f"    FAILED {case[:150]}")
        for line in why.strip().splitlines()[-DETAIL_LINES:] if number < DETAILED else ():
            print(f"      {line}")


def timed(step, *args):
    start = time.monotonic()
    try:
        result = step(*args)
    except Exception:  # a fault of this program: the other suites still count
        result = Result(" ".join([step.__name__, *map(str, args)]))
        result.fail(result.name, traceback.format_exc())
    result.seconds = time.monotonic() - start
    return result


def chosen_steps(names):
    steps = [("lint", lint), ("unit", unit, "asan"), ("unit", unit, "plain")]
    steps += [(file_name(path), python_file, path) for path in python_files()]
    known = {step[0] for step in steps} | {step[0].split("/")[0] for step in steps}
    unknown = set(names) - known
    if unknown:
        sys.exit(f"no suite {', '.join(sorted(unknown))}; there are: {', '.join(sorted(known))}")
    steps.sort(key=lambda step: LONG.index(step[0]) if step[0] in LONG else len(LONG))
    return [step for step in steps if not names or {step[0], step[0].split("/")[0]} & set(names)]


def run(steps):
    """Two jobs a core: a job of a suite is waiting for half of its time, for an answer, a clock or the disk. Beyond a
    few the longest file decides how long it takes, and more of them only share one disk and memory."""
    lanes = min(LANES_MOST, 2 * (os.cpu_count() or 1))
    results = []
    with concurrent.futures.ThreadPoolExecutor(lanes) as pool:
        for future in concurrent.futures.as_completed([pool.submit(timed, *step[1:]) for step in steps]):
            results.append(future.result())
            show(results[-1])
    return results


def main():
    LOGS.mkdir(parents=True, exist_ok=True)
    steps = chosen_steps(sys.argv[1:])
    drop_old_counts()
    results = run(steps)
    if len(sys.argv) == 1:
        print(coverage())
    passed = sum(r.passed for r in results)
    failed = sum(len(r.failures) for r in results)
    if os.environ.get("NQ57_BUILD_FAILED", "0") != "0":
        print("  FAILED the build, see above")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
