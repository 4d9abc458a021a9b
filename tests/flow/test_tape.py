# SPDX-License-Identifier: MIT
"""`nq57d --record` and `--replay`: what two systems answered, a form login and a JSON login with a renewed token
included, is kept without a secret and gives the same rows, the same alerts and the same bytes again, without a network
(P32, P24)."""
import json
import re
import shutil
import stat

import pytest

from harness import build
from small import Small

UNITS = ("H15.07", "24412", "24133")


def run(site, *args, clock=True):
    """nq57d --once beside the site's own state."""
    command = [str(build() / "daemon" / "nq57d"), "--config", str(site.config), "--once", *map(str, args)]
    return site._run(command + (["--clock", str(site.clock)] if clock else []))


def export(site, state):
    return site.ctl("export", "--state", state).ok().out


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A site, a recording of one cycle of it in the middle of which every session ended, and the state it left."""
    with Small(tmp_path_factory.mktemp("tape"), units=UNITS, size=10) as site:
        site.sims.post("faults", system="central", fault="expire", page=2, count=1)
        site.sims.post("faults", system="portal", fault="expire", page=2, count=1)
        site.tape, site.live = site.folder / "recording", site.folder / "live"
        done = run(site, "--record", site.tape, "--state", site.live)
        assert done.status == 0, done
        site.requests = [r["path"] for r in site.sims.get("requests")["requests"]]
        yield site


def files(folder):
    return sorted(p for p in folder.iterdir() if re.match(r"\d{6}-", p.name))


def head(path):
    return json.loads(path.read_bytes().partition(b"\n")[2].partition(b"\n}\n\n")[0] + b"}")


def test_it_replays_without_a_network_byte_for_byte(recorded):
    assert "/api/auth/refresh" in recorded.requests and recorded.requests.count("/login") > 4
    assert len(files(recorded.tape)) == len(recorded.requests)
    before = len(recorded.sims.get("requests")["requests"])
    live = export(recorded, recorded.live)
    for name in ("first", "second"):
        state = recorded.folder / name
        (recorded.secrets / "theodoiq.secrets").rename(recorded.secrets / "put-away")  # and without any password
        done = run(recorded, "--replay", recorded.tape, "--state", state, clock=False)
        (recorded.secrets / "put-away").rename(recorded.secrets / "theodoiq.secrets")
        assert done.status == 0, done
        assert export(recorded, state) == live, name
    assert len(recorded.sims.get("requests")["requests"]) == before
    assert live.count("\nside ") > 60 and "\nmessage " in live


def test_no_secret_is_in_it(recorded):
    """Every password, token and cookie that went over the wire, looked for in every file in every way of writing."""
    secrets = set()
    for name in ("theodoiq", "nq57-daklak"):
        for line in (recorded.secrets / (name + ".secrets")).read_text(encoding="utf-8").splitlines():
            secrets.add(line.split("\t")[1])
    text = b"".join(p.read_bytes() for p in recorded.tape.iterdir() if p.is_file())
    assert not [s for s in secrets if s.encode() in text]
    assert b"redacted-password" in text and text.count(b"redacted-") > 20
    assert not re.findall(rb"[0-9a-f]{32,}", text), "tokens of the simulators are hexadecimal"
    assert b"redacted" not in (recorded.live / "nq57.db").read_bytes()


def test_others_cannot_read_it_and_nothing_is_half_written(recorded):
    assert stat.S_IMODE(recorded.tape.stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in recorded.tape.iterdir() if p.is_file()} == {0o600}
    assert not (recorded.tape / ".new").exists()
    first = head(files(recorded.tape)[0])
    assert first["source"] in ("theodoiq", "nq57-daklak") and first["target"].startswith("/")


def copy(recorded, tmp_path):
    tape = tmp_path / "copy"
    shutil.copytree(recorded.tape, tape)
    return tape


def test_what_is_missing_is_named(recorded, tmp_path):
    tape = copy(recorded, tmp_path)
    for path in files(tape):
        if head(path)["target"].startswith("/api/chi-tieu?page=2"):
            path.unlink()
    done = run(recorded, "--replay", tape, "--state", tmp_path / "state", clock=False)
    assert done.status == 1
    assert "the recording has no answer to GET /api/chi-tieu?page=2" in done.err and "nearest is 0" in done.err


def test_what_is_broken_is_refused(recorded, tmp_path):
    tape = copy(recorded, tmp_path)
    path = files(tape)[3]
    whole = path.read_bytes()
    for broken, why in ((whole[:-1], "bytes of the answer"), (whole[:40], "cut off"), (b"", "first line"),
                        (whole.replace(b'"status"', b'"stat"'), "lacks something")):
        path.write_bytes(broken)
        done = run(recorded, "--replay", tape, "--state", tmp_path / "state", clock=False)
        assert done.status == 1 and why in done.err and path.name in done.err, done
    (tape / "tape.json").unlink()
    assert run(recorded, "--replay", tape, "--state", tmp_path / "state", clock=False).status == 1


def test_a_site_of_its_own_is_never_touched(recorded, tmp_path):
    assert run(recorded, "--record", tmp_path / "new").status == 2
    assert run(recorded, "--replay", recorded.tape, "--state", recorded.state, clock=False).status != 0
    assert not (recorded.state / "nq57.db").exists()
    done = run(recorded, "--record", recorded.tape, "--state", tmp_path / "s")
    assert done.status == 1 and "is not empty" in done.err


def test_faults_of_the_network_replay_as_well(recorded, tmp_path):
    """A reset, a 500 and a page of another shape: the same listings end in the same way."""
    recorded.sims.clear()
    recorded.sims.post("faults", system="central", fault="status", code=500, path="/api/chi-tieu", count=9)
    recorded.sims.post("faults", system="portal", fault="reset", path="/api/v1/criteria", count=9)
    try:
        done = run(recorded, "--record", tmp_path / "tape", "--state", tmp_path / "live")
        assert done.status == 1
    finally:
        recorded.sims.clear()
    again = run(recorded, "--replay", tmp_path / "tape", "--state", tmp_path / "again", clock=False)
    assert again.status == 1
    assert export(recorded, tmp_path / "again") == export(recorded, tmp_path / "live")


def test_on_real_time_two_replays_are_one(recorded, tmp_path):
    """The clock of the recording is the clock of its replay, whatever day it is."""
    done = run(recorded, "--record", tmp_path / "tape", "--state", tmp_path / "live", clock=False)
    assert done.status == 0, done
    states = [tmp_path / "one", tmp_path / "two"]
    for state in states:
        assert run(recorded, "--replay", tmp_path / "tape", "--state", state, clock=False).status == 0
    assert export(recorded, states[0]) == export(recorded, states[1])


def test_a_password_of_awkward_characters(tmp_path):
    """In a form, in JSON, in a secret file: whatever it is made of, it is not in the recording."""
    awkward = "p@ss \\\"wörd\"&=%<+>/x"
    with Small(tmp_path / "site", units=UNITS) as site:
        for source, system in (("theodoiq", "central"), ("nq57-daklak", "portal")):
            for folder in (site.secrets / (source + ".secrets"), site.secrets / "sims" / (system + ".secrets")):
                text = re.sub(r"(?m)^(\S+)\t.*$", lambda m: m[1] + "\t" + awkward, folder.read_text(encoding="utf-8"))
                folder.write_text(text, encoding="utf-8")
        done = run(site, "--record", site.folder / "tape", "--state", site.folder / "s")
        text = b"".join(p.read_bytes() for p in files(site.folder / "tape"))
        assert b"redacted-password" in text and b"rd%22" not in text and b"w\xc3\xb6rd" not in text, done
