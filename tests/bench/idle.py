# SPDX-License-Identifier: MIT
"""What nothing costs: one conditional request answered 304, and thousands of accounts in one process."""

import pathlib
import shutil
import statistics
import subprocess
import tempfile
import urllib.request

import contestants
import gen
import serve
import site_config

WARM_MAX_US, SECOND_MAX_US = 50.0, 500.0  # CPU of one conditional request: one after another, and one a second
ACCOUNTS, RECORDS_EACH, ACCOUNTS_MAX_MIB = 4000, 3, 64.0
MEMORY = pathlib.Path("/dev/shm")  # where a flush costs nothing: 20,000 logins and listings are each flushed


def cpu_us(*command):
    run = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
    return float(run.stdout.split()[3])


def asked(server, etag, count, pause_ms):
    """CPU microseconds of one conditional request over a kept connection: ours (poll.c), and what libcurl alone takes
    for the same one right after it (bare.c)."""
    bench, url = contestants.BUILD / "tests/bench", server.central
    return (cpu_us(bench / "poll", url, "/conditional.json", etag, count, pause_ms),
            cpu_us(bench / "bare", url + "/conditional.json", etag, count, pause_ms))


def conditional():
    with tempfile.TemporaryDirectory(prefix="nq57d-bench-") as name:
        work = pathlib.Path(name)
        (work / "data" / "central").mkdir(parents=True)
        with serve.Server(work / "data", work / "nginx") as server:
            with urllib.request.urlopen(server.central + "/conditional.json") as answer:
                etag = answer.headers["ETag"]
            pairs = [asked(server, etag, 20_000, 0) for _ in range(7)]
            second = asked(server, etag, 16, 1000)
    warm, bare = (statistics.median(column) for column in zip(*pairs))
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    print(f"conditional request, 304, kept connection: {warm:.1f} µs CPU one after another (bar {WARM_MAX_US:.0f}); "
          f"curl_easy_perform alone {bare:.1f} µs, pair by pair {ratio:.2f} x", flush=True)
    print(f"  when it comes once a second: {second[0]:.0f} µs (bar {SECOND_MAX_US:.0f}); curl_easy_perform alone "
          f"{second[1]:.0f} µs, {second[0] / second[1]:.2f} x", flush=True)
    over = [f"a warm conditional request: {warm:.1f} µs, at most {WARM_MAX_US:.0f}"] if warm > WARM_MAX_US else []
    if second[0] > SECOND_MAX_US:
        over.append(f"a conditional request a second: {second[0]:.0f} µs, at most {SECOND_MAX_US:.0f}")
    return over


def account_data():
    """Units and the folder of their pages, generated once."""
    units = [(f"DV.{n:04d}", f"Đơn vị đo {n:04d}", f"dv{n:04d}") for n in range(1, ACCOUNTS + 1)]
    mark = f"accounts-{ACCOUNTS}-{(contestants.HERE / 'gen.py').stat().st_size}"
    folder = contestants.ROOT / "build" / "bench" / mark
    if not (folder / "done").is_file():
        for old in folder.parent.glob("accounts-*"):
            shutil.rmtree(old)
        gen.many_accounts(folder, units, RECORDS_EACH)
        (folder / "done").touch()
    return units, folder


def accounts():
    """Each account with a session of its own and two listings, polled by one process: the first time and again."""
    units, data = account_data()
    over = []
    with tempfile.TemporaryDirectory(prefix="nq57d-bench-", dir=MEMORY if MEMORY.is_dir() else None) as name:
        work = pathlib.Path(name)
        with serve.Server(data, work / "nginx") as server:
            product = contestants.Product(server, work, units=units, central=False)
            product.clean()
            for phase in ("first", "unchanged"):
                run = product.run()
                sessions, records = site_config.sessions(product.state), site_config.sides(product.state)
                contestants.agree("nq57d", phase, (sessions, records), (ACCOUNTS, ACCOUNTS * RECORDS_EACH * 2))
                print(f"{ACCOUNTS} accounts, a session each, {phase:<9}: {run.peak_mib:.1f} MiB peak (bar "
                      f"{ACCOUNTS_MAX_MIB:.0f}), {run.cpu:.2f} s CPU, {run.wall:.1f} s", flush=True)
                if run.peak_mib > ACCOUNTS_MAX_MIB:
                    over.append(f"{ACCOUNTS} accounts, {phase}: {run.peak_mib:.1f} MiB, at most {ACCOUNTS_MAX_MIB:.0f}")
    return over
