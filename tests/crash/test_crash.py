# SPDX-License-Identifier: MIT
"""kill -9 at every named point and at twenty seeded moments, the delivery programs killed as well or left to end: after
that and some runs the state is that of a run nobody disturbed, every planned mail was taken, and a second copy is the
same bytes, and only where the ledger says that the outcome was unknown."""
import collections
import contextlib
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "flow"))

from harness import build, wait_for  # noqa: E402
from small import Small  # noqa: E402

UNITS = ("24412", "24259", "H15.07")
MORE = tuple("H15.01 H15.02 H15.04 H15.08 22015 22096 24214 24221 24229 24235 24241 24265 24559 24561".split())
UNIT = "24412"
OFTEN = ("apply", "message", "session", "login", "courier")  # passed more than once in a run
DAYS = ("2026-06-18", "2026-06-19")
QUIET = "SELECT count(*) FROM message WHERE state IN ('planned', 'sending', 'temporary')" \
        " OR (state = 'unknown' AND next_at NOT NULL)"


def kill_points():
    return subprocess.check_output([str(build() / "daemon" / "nq57d"), "--kill-points"], text=True).split()


def settings(site):
    """Which of the environment's processes are this site's delivery programs: its relay stands in their environment."""
    return ("NQ57_SMTP_URL=smtp://127.0.0.1:%d" % site.catcher.port).encode()


def orphans(site):
    """Process ids of this site's delivery programs."""
    mark, out = settings(site), []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                if mark in pathlib.Path("/proc", name, "environ").read_bytes().split(b"\0"):
                    out.append(int(name))
    return out


class World(Small):
    """Two mornings: on the second a conflict is settled, a listing has shrunk and a unit has something finished."""

    def __init__(self, folder, units=UNITS):
        super().__init__(folder, units=units, mode="live")
        self.serial = 0
        tasks = {r["own_code"]: r for r in self.truth(UNIT, "task", "portal")}
        both = [r for r in self.truth(UNIT, "task", "central") if r["work"] == "in_progress" and
                r["own_code"] in tasks and r["progress"] == tasks[r["own_code"]]["progress"]]
        self.task = both[0]
        self.dropped = [r["own_code"] for r in self.truth("24259", "indicator", "portal")][:8]
        self.key = "%s/task/%s" % (UNIT, self.task["own_code"])

    def begin(self):
        """The first morning, before an empty store and an empty mailbox."""
        self.serial += 1
        self.fresh("state-%d" % self.serial, now=DAYS[0] + "T07:30:00+07:00")
        self.sims.post("change", unit=UNIT, code=self.task["own_code"], field="progress", value=self.task["progress"])
        self.first_mail = len(list(self.mailbox.glob("*.eml")))

    def evening(self):
        """What happens between the two mornings."""
        self.conflict("37", "41")
        self.set_clock(DAYS[0] + "T18:00:00+07:00")
        self.once()
        for code in self.dropped:
            self.sims.post("drop", unit="24259", code=code, system="portal")
        self.ctl("settle", self.key, "progress", "portal").ok()
        self.set_clock(DAYS[1] + "T07:30:00+07:00")

    def conflict(self, central, portal):
        for system, value in (("central", central), ("portal", portal)):
            self.sims.post("change", unit=UNIT, code=self.task["own_code"], field="progress", value=value,
                           system=system)

    def until_quiet(self, day):
        """Runs until nothing waits; the clock moves on past the wait after an unknown outcome."""
        for minute in (30, 46, 62, 78):
            self.set_clock("%sT%02d:%02d:00+07:00" % (day, 7 + minute // 60, minute % 60))
            done = self.once()
            assert done.status in (0, 1), done
            if self.query(QUIET)[0][0] == 0:
                return
        raise AssertionError("mail still waits: %s" % self.ctl("outbox").out)

    def run_killed(self, at=None, when=None, children=False):
        """One run that dies at a named point, or when `when` returns; True when it did."""
        env = dict(self.environment(), **({"NQ57_KILL_AT": at} if at else {}))
        with open(self.folder / "killed.log", "wb") as log:
            process = subprocess.Popen(self.command("--once"), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       cwd="/", env=env)
        if when:
            when()
            pids = orphans(self) if children else []
            process.send_signal(signal.SIGKILL)
        died = process.wait(60) == -signal.SIGKILL
        if died and children:
            for pid in set(orphans(self) + (pids if when else [])):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        return died

    def taken(self):
        """Message-ID -> the copies the mail server took since this trial began."""
        out = collections.defaultdict(list)
        for path in sorted(self.mailbox.glob("*.eml"))[self.first_mail:]:
            raw = path.read_bytes()
            out[re.search(rb"(?m)^Message-ID: <(.*)>\r$", raw).group(1).decode()].append(raw)
        return out

    def check(self, expected):
        assert self.export() == expected
        ledger = {row["message_id"]: row for row in self.query(
            "SELECT * FROM message WHERE state NOT IN ('superseded', 'cancelled')")}
        taken = self.taken()
        assert set(taken) == set(ledger) and {row["state"] for row in ledger.values()} <= {"sent", "unknown"}
        for key, copies in taken.items():
            twice = len(copies) == 2 and copies[0] == copies[1] and ledger[key]["unknowns"] > 0
            assert len(copies) == 1 or twice, key
        assert not orphans(self) and list((self.state / "attempts").iterdir()) == []
        with contextlib.closing(self.db()) as db:
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"

    def trial(self, kill):
        """Both mornings; kill() gets its chance in each, until it has killed once."""
        self.begin()
        died = kill()
        self.until_quiet(DAYS[0])
        self.evening()
        died = died or kill()
        self.until_quiet(DAYS[1])
        return died


def undisturbed(folder, units):
    with World(folder, units) as made:
        made.trial(lambda: False)
        made.expected = made.export()
        assert "settled 41" in made.expected or '"41"' in made.expected
        assert any(n.startswith("refusal ") for n in made.expected.splitlines())
        assert len(made.taken()) > 5
        made.check(made.expected)
        yield made


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    yield from undisturbed(tmp_path_factory.mktemp("crash"), UNITS)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """So many records that a listing is staged in more than one part."""
    yield from undisturbed(tmp_path_factory.mktemp("large"), UNITS + MORE)


def test_undisturbed_twice_is_the_same(world):
    world.trial(lambda: False)
    world.check(world.expected)


@pytest.mark.parametrize("point, hit", [(name, hit) for name in kill_points() if name != "stage-flush" for hit in (1, 3)
                                        if hit == 1 or name.split("-")[0] in OFTEN])
def test_killed_at_a_named_point(world, point, hit):
    children = (kill_points().index(point) + hit // 2) % 2 == 0
    died = world.trial(lambda: world.run_killed(at="%s:%d" % (point, hit), children=children))
    assert died, "no run comes past this point"
    world.check(world.expected)


@pytest.mark.parametrize("children", [True, False], ids=["both-killed", "program-spared"])
def test_killed_between_the_last_byte_and_the_answer(world, children):
    """The server has the message and is silent: a program that lives is waited for, without it the outcome is unknown
    and the same bytes go once more, a quarter of an hour later."""
    world.begin()
    world.mail_rules({"at": "dot", "action": "silent", "seconds": 1.5})
    try:
        assert world.run_killed(when=lambda: wait_for(world.taken, every=0.01), children=children)
        caught = list(world.taken())
    finally:
        world.mail_rules()
    world.until_quiet(DAYS[0])
    for key in caught:
        assert len(world.taken()[key]) == (2 if children else 1)
        row = world.query("SELECT unknowns, state FROM message WHERE message_id = ?", key)[0]
        assert (row["unknowns"], row["state"]) == (int(children), "sent")
    world.evening()
    world.until_quiet(DAYS[1])
    world.check(world.expected)


def test_killed_while_staging(large):
    assert large.trial(lambda: large.run_killed(at="stage-flush"))
    large.check(large.expected)


@pytest.mark.parametrize("seed", range(20))
def test_killed_at_a_random_moment(world, seed):
    dice = random.Random("crash-%d" % seed)
    morning, children, delay = dice.random() < 0.6, dice.random() < 0.5, dice.uniform(0.005, 0.45)
    chances = [morning, True]
    world.trial(lambda: chances.pop(0) and world.run_killed(when=lambda: time.sleep(delay), children=children))
    world.check(world.expected)
