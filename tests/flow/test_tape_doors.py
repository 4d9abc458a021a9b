# SPDX-License-Identifier: MIT
"""Behind every kind of session: a recording holds no secret of it, and replays without one (P24, P32)."""
import re

import pytest

from door import KEYS, LOGINS, SECRET, Door
from harness import build


def run(site, *args, clock=False):
    command = [str(build() / "daemon" / "nq57d"), "--config", str(site.config), "--once", *map(str, args)]
    return site._run(command + (["--clock", str(site.clock)] if clock else []))


@pytest.mark.parametrize("door", KEYS + LOGINS + ("cookie", "body"))
def test_no_secret_is_recorded_and_none_is_needed(tmp_path, door):
    with Door(tmp_path / door, door) as site:
        secrets = {SECRET}
        if door == "cookie":
            cookie = site.tell(hand="cookie")["cookie"]
            site.hand("cookie: s=%s\n" % cookie)
            secrets.add(cookie)
        tape = tmp_path / "tape"
        done = run(site, "--record", tape, "--state", tmp_path / "live", clock=True)
        assert done.status == 0, done
        told = site.tell()
        secrets |= {word for word in re.findall(r"[a-z]+-[0-9a-f]{24}", str(told))}
        text = "".join(p.read_text(encoding="utf-8") for p in tape.iterdir())
        assert not [s for s in secrets if s in text]
        assert not re.findall(r"[0-9a-f]{20,}", text), "what the server draws is hexadecimal"
        for path in site.secrets.glob("door.*"):
            path.unlink()
        requests = len(site.tell()["requests"])
        done = run(site, "--replay", tape, "--state", tmp_path / "again")
        assert done.status == 0, done
        assert len(site.tell()["requests"]) == requests, "no network"
        assert site.ctl("export", "--state", tmp_path / "again").ok().out == \
            site.ctl("export", "--state", tmp_path / "live").ok().out
