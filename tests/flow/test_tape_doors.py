# SPDX-License-Identifier: MIT
"""Behind every kind of session: a recording holds no secret of it, and replays without one (P24, P32)."""
import base64
import html
import json
import re
import urllib.parse

import pytest

from door import KEYS, LOGINS, SECRET, Door
from harness import build
from small import Lone
from test_pages import HEAD, KINDS, UNITS, Pages, lines, row


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


AWKWARD = "p'<w>/\"\\&+ mật khẩu 😀 khong-ai-thay ???"


def escaped(pattern, characters=r"\W"):
    """Each of those characters of a text by its number."""
    return lambda s: re.sub(characters, lambda m: pattern % ord(m[0]), s)


WAYS = {
    "as it is": str,
    "in a form of .NET": lambda s: re.sub("%..", lambda m: m[0].lower(), urllib.parse.quote_plus(s, safe="!*()'")),
    "in an address": lambda s: urllib.parse.quote(s, safe="~"),
    "in a path of Python": urllib.parse.quote,
    "in JSON of PHP": lambda s: json.dumps(s)[1:-1].replace("/", "\\/"),
    "in JSON of Go": lambda s: escaped("\\u%04x", "[<>&]")(json.dumps(s, ensure_ascii=False)[1:-1]),
    "in JSON of .NET": lambda s: re.sub(r"(?<=\\u)....", lambda m: m[0].upper(), json.dumps(escaped(
        "\\u%04x", "['\"<>&+]")(s)).replace("\\\\u", "\\u"))[1:-1],
    "in HTML of PHP": lambda s: html.escape(s).replace("&#x27;", "&#039;"),
    "in HTML of Python": html.escape,
    "in HTML as numbers": escaped("&#%d;"),
    "in JSON in JSON": lambda s: json.dumps(json.dumps(s))[3:-3],
    "in JSON in an attribute": lambda s: html.escape(json.dumps(s)[1:-1]),
    "in a header": lambda s: base64.b64encode(("giamsat.daklak:" + s).encode()).decode(),
    "in a header in JSON": lambda s: base64.b64encode(("giamsat.daklak:" + s).encode()).decode().replace("/", "\\/"),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_an_error_hides_a_recording_hides(tmp_path, way):
    """A broken system repeats the password in its answer, as its language writes it there."""
    written = WAYS[way](AWKWARD)
    profile = tmp_path / "pages.yaml"
    with Pages([row(1)]) as pages:
        profile.write_text((HEAD % lines(KINDS["page"])).replace("kind: none", "kind: basic"), encoding="utf-8")
        with Lone(tmp_path / "site", profile, pages.url, units=UNITS) as site:
            site.accounts({"giamsat.daklak": AWKWARD})
            pages.reset({"path": "/page", "do": "raw", "text": "said {%s}" % written},
                        {"path": "/page", "do": "status", "code": 400})
            done = run(site, "--record", tmp_path / "tape", "--state", tmp_path / "live", clock=True)
    assert done.status == 1 and "said {*" in done.err and "*}" in done.err, done
    text = "".join(p.read_text(encoding="utf-8") for p in (tmp_path / "tape").iterdir())
    assert "said {redacted-password}" in text, text
