# SPDX-License-Identifier: MIT
"""./dev demo as a person runs it: what it prints, that its figures are the store's and the mail server's, that nothing
of it stays behind, and how it ends when something is wrong."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from harness import PYTHON, SOURCE, build

sys.path.insert(0, str(SOURCE / "tests" / "demo"))

import page  # noqa: E402
import story  # noqa: E402

DEMO = SOURCE / "tests" / "demo" / "demo.py"
LINES = 62


def run(tmp_path, *args, **env):
    return subprocess.run([PYTHON, str(DEMO), *args], capture_output=True, text=True, timeout=240,
                          stdin=subprocess.DEVNULL, env=dict(os.environ, NQ57_BUILD=str(build()),
                                                             TMPDIR=str(tmp_path), LC_ALL="C.UTF-8", **env))


def running(word):
    """Processes whose command line holds this."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            pass
    return found


def nothing_left(tmp_path):
    assert list(tmp_path.iterdir()) == []
    assert running(str(tmp_path)) == []


def check_page(text, vi):
    lines = text.splitlines()
    assert len(lines) <= LINES
    assert [line for line in lines if page.columns(line) > page.WIDTH] == []
    assert "SIMULATED DATA, fictitious people / SỐ LIỆU GIẢ LẬP" in lines[0]
    assert "Test build, driven clock" in lines[1] or "test build, driven clock" in lines[1]
    heads = [line for line in lines if re.match(r"\d [^a-z]", line)]
    for number, (en, own) in enumerate(page.HEADINGS, 1):
        title = "%d %s (%s):" % ((number, own, en) if vi else (number, en, own))
        assert heads[number - 1].startswith(title), title
    assert len(heads) == len(page.HEADINGS)
    assert not re.search(r"nq57d: (error|warning|debug|info|crit):", text)


def test_the_page(tmp_path):
    done = run(tmp_path, "--lang", "en")
    assert done.returncode == 0, done.stderr
    check_page(done.stdout, False)
    assert [line[:10] for line in done.stderr.splitlines()] == ["demo: [%d/5" % n for n in range(1, 6)]
    nothing_left(tmp_path)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The story once, with its site still there to ask."""
    teller = story.Story(tmp_path_factory.mktemp("demo") / "s", lambda what: None)
    try:
        yield teller, teller.play()
    finally:
        teller.close()


def test_figures_are_the_stores_and_the_catchers(told):
    teller, facts = told
    count = lambda sql: teller.site.query(sql)[0][0]  # noqa: E731
    mails = teller.site.mails()
    friday = [m for m in mails if m["clock"] == story.FRIDAY]
    assert len(friday) == facts["taken"] == facts["mails"] + facts["ops"]
    assert facts["people"] == facts["mails"] == len({m["to"][0] for m in friday}) - facts["ops"]
    assert facts["again"]["mails"] == 0 and not [m for m in mails if m["clock"] == story.AGAIN]
    assert facts["monday"]["sent"] == len([m for m in mails if m["clock"] == story.MONDAY])
    assert len(mails) == count("SELECT count(*) FROM message WHERE state = 'sent'")
    assert all(story.MARK in m["message"]["Subject"] for m in mails)
    truth = teller.site.sims.get("state")["records"]
    assert [s["received"] for s in facts["sources"]] == [truth["central"], truth["portal"]]
    verdicts = facts["monday"]["verdicts"]
    assert verdicts["in_time"] + verdicts["late"] + verdicts["unknown"] == 127
    assert verdicts["late"] == count("SELECT count(*) FROM obligation WHERE verdict = 'late'")
    assert verdicts["since"] == facts["finished_late"] > 0
    chased = facts["monday"]["chased"]
    assert chased["units"] == count("SELECT count(DISTINCT unit) FROM claim WHERE stage = '+1'")
    assert chased["units"] == chased["late"] + chased["unknown"]
    assert chased["late"] == verdicts["late"] - verdicts["since"]


def test_the_story_is_what_it_says(told):
    """The units in doubt are those that were spoiled; the quiet one is done in truth; the letter is for T, T-3, T-5."""
    teller, facts = told
    assert {p["fault"] for p in facts["partial"]} == story.EXPECTED_FAULTS
    assert {q["fault"] for q in facts["aside"]} == story.EXPECTED_FAULTS
    assert teller.units[facts["quiet"]["unit"]]["plan"]["fate"] == "done"
    assert [w.split()[-1] for w in sorted(facts["letter"]["stages"].split(", "))] == ["T", "T-3", "T-5"]
    unit, key = facts["divergence"]["unit"], facts["divergence"]["code"]
    sides = {r["system"]: r["actual"] for r in teller.site.sims.get("truth", unit=unit)["records"] if r["code"] == key}
    assert (facts["divergence"]["central"], facts["divergence"]["portal"]) == (sides["central"], sides["portal"])


def test_error_names_the_cause(tmp_path):
    empty, home = tmp_path / "empty", tmp_path / "t"
    (empty / "daemon").mkdir(parents=True)
    home.mkdir()
    done = subprocess.run([PYTHON, str(DEMO)], capture_output=True, text=True, timeout=60,
                          env=dict(os.environ, NQ57_BUILD=str(empty), TMPDIR=str(home)))
    assert (done.returncode, done.stdout) == (1, "")
    assert re.search(r"^demo: .*no build", done.stderr)
    nothing_left(home)


def test_error_of_the_daemon_is_passed_on(tmp_path):
    """A daemon that cannot run: its own last words, exit 1, nothing left."""
    fake, home = tmp_path / "b", tmp_path / "t"
    (fake / "daemon").mkdir(parents=True)
    home.mkdir()
    (fake / "daemon" / "nq57d").write_text("#!/bin/sh\necho 'nq57d: error: the disk is on fire' >&2\nexit 78\n")
    (fake / "daemon" / "nq57d").chmod(0o755)
    shutil.copy(fake / "daemon" / "nq57d", fake / "daemon" / "nq57ctl")
    done = subprocess.run([PYTHON, str(DEMO)], capture_output=True, text=True, timeout=60,
                          env=dict(os.environ, NQ57_BUILD=str(fake), TMPDIR=str(home)))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == "demo: nq57d ended with status 78: nq57d: error: the disk is on fire"
    nothing_left(home)


def start(tmp_path, *args):
    return subprocess.Popen([PYTHON, str(DEMO), *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=dict(os.environ, NQ57_BUILD=str(build()), TMPDIR=str(tmp_path)))


@pytest.mark.parametrize("step, wait", [("[1/5]", 0), ("[1/5]", 0.4), ("[2/5]", 0), ("[2/5]", 1.5)])
def test_interrupted_leaves_nothing(tmp_path, step, wait):
    demo = start(tmp_path)
    for line in demo.stderr:
        if step in line:
            break
    time.sleep(wait)  # so far into the step, whatever it is doing
    demo.send_signal(signal.SIGINT)
    assert demo.wait(30) == 1
    assert "stopped" in demo.stderr.read()
    demo.stdout.close()
    demo.stderr.close()
    nothing_left(tmp_path)


@pytest.fixture
def short_path():
    """A folder with a short name, as /tmp gives it to a person: the demo prints commands that name it."""
    with tempfile.TemporaryDirectory(prefix="d") as path:
        yield pathlib.Path(path)


def test_keep_runs_until_told(short_path):
    """--keep, in Vietnamese: what it says to try works while it runs; the clock drives the daemon; Ctrl-C stops it."""
    demo = start(short_path, "--keep", "--lang", "vi")
    try:
        lines = []
        for line in demo.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("  echo "):
                break
        check_page("\n".join(lines), True)
        tried = [re.split(r"  +", line.strip())[0] for line in lines if "/ctl " in line]
        assert len(tried) == 3
        for command in tried:
            got = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
            assert got.returncode in (0, 1) and got.stdout, command + ": " + got.stderr
        clock = re.search(r">(\S+)", lines[-1])[1]
        mailbox = pathlib.Path(clock).parent / "mail"
        before = len(list(mailbox.glob("*.json")))
        subprocess.run(re.split(r"  +", lines[-1].strip())[0], shell=True, check=True)
        limit = time.monotonic() + 90
        while len(list(mailbox.glob("*.json"))) == before and time.monotonic() < limit:
            time.sleep(0.1)
        assert len(list(mailbox.glob("*.json"))) > before
    finally:
        demo.send_signal(signal.SIGINT)
        status = demo.wait(60)
        demo.stdout.close()
        demo.stderr.close()
    assert status == 0
    nothing_left(short_path)


def test_readme_shows_the_demo():
    """The picture in README.md has the demo's headings."""
    text = (SOURCE / "README.md").read_text(encoding="utf-8")
    for number, (en, vi) in enumerate(page.HEADINGS, 1):
        assert "\n%d %s (%s):" % (number, en, vi) in text
