# SPDX-License-Identifier: MIT
"""Answers made to hurt, beside those of test_transport.py: each ends as a named fault, nothing of it is stored, memory
stays bounded, and no credential reaches another place."""
import asyncio
import gzip
import resource
import zlib

import pytest

from raw_server import RawServer, reply
from test_transport import CUT, GZIP, HEAD, STREAM, WHOLE, Transport, document

LARGE, NETWORK, NOT_JSON = ("failed", "too-large"), ("failed", "network"), ("failed", "not-json")
MIB = 1 << 20


@pytest.fixture(scope="module")
def server():
    with RawServer() as made:
        yield made


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Transport(tmp_path_factory.mktemp("hostile")) as made:
        made.set_keys({"sources.theodoiq.requests-at-once": "4", "sources.theodoiq.breaker-after": "0"})
        yield made


def stored(site, names):
    return [row["code"] for row in site.query("SELECT code FROM record WHERE code IN (%s)" % ",".join("?" * len(names)),
                                              *names)]


def faults(site, server, cases):
    """One poll; name -> what is wrong with what was said of it."""
    seen = site.poll(server, {name: answer for name, (answer, _) in cases.items()})
    return {n: (seen[n], want) for n, (_, want) in cases.items() if seen[n] not in (want if isinstance(want, list)
                                                                                     else [want])}


def stream(head, piece, count, end=b""):
    async def send(writer):
        writer.write(head)
        for _ in range(count):
            writer.write(piece)
            await writer.drain()
        writer.write(end)
    return send


def test_half_a_gigabyte_is_refused_at_the_cap(site, server):
    """Streamed in every framing, and as three kinds of gzip; refused where the cap is, in bounded memory."""
    piece, start = b" " * MIB, b'{"n":0,"l":['
    chunk = b"%x\r\n" % len(piece) + piece + b"\r\n"
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join([packer.compress(piece) for _ in range(500)] + [packer.flush()])
    members = gzip.compress(piece, mtime=0) * 500
    cases = {"length": (stream(reply(start, length=500 * MIB), piece, 500), LARGE),
             "close": (stream(reply(start, length=None), piece, 500), LARGE),
             "chunks": (stream(reply(length=None, headers=["Transfer-Encoding: chunked"]), chunk, 500), LARGE),
             "bomb": (reply(bomb, headers=GZIP), LARGE), "members": (reply(members, headers=GZIP), LARGE),
             "bomb-cut": (reply(bomb[:-1], headers=GZIP), LARGE),
             "bomb-twice": (reply(gzip.compress(bomb), headers=["Content-Encoding: gzip, gzip"]), NOT_JSON)}
    assert faults(site, server, cases) == {}
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 400 << 10
    assert all(p["detail"] for p in site.status_json()["partitions"] if p["stream"] in cases)


def test_headers_without_end(site, server):
    line, early = b"X-A: " + b"a" * 1000 + b"\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"
    cases = {"endless": (stream(b"HTTP/1.1 200 OK\r\n", line, 200000), LARGE),
             "one-line": (stream(b"HTTP/1.1 200 OK\r\nX: ", b"a" * MIB, 100), LARGE),
             "status-line": (stream(b"HTTP/1.1 200 ", b"a" * MIB, 100), [LARGE, NETWORK]),
             "hints": (stream(b"", early, 100000, reply(document("hints"))), [LARGE, NETWORK]),
             "a-few-hints": (early * 3 + reply(document("a-few-hints")), WHOLE),
             "link": (reply(document("link"), headers=["Link: <%s>" % ("a" * 60000)]), WHOLE),
             "cookies": (reply(document("cookies"), headers=["Set-Cookie: a%d=%s" % (n, "b" * 900) for n in range(60)]),
                         WHOLE)}
    assert faults(site, server, cases) == {}
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 400 << 10


def case(name, headers, length=None, body=None, want=None):
    return name, (reply(body or document(name), headers=headers, length=length), want)


def test_two_meanings(site, server):
    """What two readers could understand in two ways (RFC 9112 6.3) is never a listing with fewer records."""
    size = len(document("lengths"))
    refused = [NETWORK, CUT, NOT_JSON, LARGE]
    cases = dict([
        case("lengths", ["Content-Length: %d" % size, "Content-Length: %d" % (size - 4)], want=refused),
        case("no-size", ["Content-Length: -1"], want=refused), case("a-word", ["Content-Length: x"], want=refused),
        case("huge-size", ["Content-Length: 99999999999999999999999"], want=refused),
        case("both", ["Content-Length: 5", "Transfer-Encoding: chunked"],
             body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(document("both")), document("both")), want=refused + [WHOLE]),
        case("coding", ["Transfer-Encoding: gzip, chunked"], want=refused),
        case("bad-chunk", ["Transfer-Encoding: chunked"], body=b"zz\r\n" + document("bad-chunk"), want=refused),
        case("minus-chunk", ["Transfer-Encoding: chunked"], body=b"-5\r\n" + document("minus-chunk"), want=refused),
        case("nul-header", ["X: a\0b"], length=True, want=refused + [WHOLE])])
    cases["old-http"] = (document("old-http"), NETWORK)
    cases["half-status"] = (b"HTTP/1.1 2", NETWORK)
    assert faults(site, server, cases) == {}
    assert set(stored(site, list(cases))) <= {"both", "nul-header"}


def test_what_was_not_asked_for(site, server):
    """Encodings that we did not name, bytes after the end of gzip, JSON deeper than anybody writes it."""
    cases = dict([
        case("br", ["Content-Encoding: br"], length=True, want=NOT_JSON),
        case("zstd", ["Content-Encoding: zstd"], length=True, want=NOT_JSON),
        case("deflated", ["Content-Encoding: deflate"], body=zlib.compress(document("deflated")), length=True,
             want=NOT_JSON),
        case("raw", ["Content-Encoding: deflate"], body=zlib.compress(document("raw"))[2:-4], length=True,
             want=NOT_JSON),
        case("unknown", ["Content-Encoding: x-\xffmine"], length=True, want=NOT_JSON)])
    words = {"br": "br", "zstd": "zstd", "deflated": "deflate", "raw": "deflate", "unknown": "x-??mine"}
    cases["tail"] = (reply(gzip.compress(document("tail")) + b"trailing garbage", headers=GZIP), CUT)
    cases["deep"] = (reply(b'{"n":1,"l":[' + b"[" * 10000 + b"]" * 10000 + b"]}"), ("partial", "record-invalid"))
    cases["deep-page"] = (reply(b'{"n":0,"l":[],"x":' + b"[" * 10000 + b"]" * 10000 + b"}"), NOT_JSON)
    assert faults(site, server, cases) == {}
    assert stored(site, list(cases)) == []
    details = {p["stream"]: p["detail"] for p in site.status_json()["partitions"]}
    assert {n: details[n] for n, word in words.items() if "packed as `%s`" % word not in details[n]} == {}


def test_a_drip_does_not_hold_for_ever(site, server):
    """A byte now and then keeps a connection alive, but not beyond the time of one request."""
    async def drip(writer):
        for byte in reply(document("drip")):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.3)

    site.set_keys({"sources.theodoiq.timeout": "2 seconds"})
    try:
        seen = site.poll(server, {"drip": drip, "fine": reply(document("fine"))})
        assert seen["drip"] in (NETWORK, CUT) and seen["fine"] == WHOLE
    finally:
        site.set_keys({"sources.theodoiq.timeout": "20 seconds"})
    assert len([1 for _, _, path, _, _ in server.seen if path == "/drip"]) <= 3


KEYED = HEAD.replace("kind: none", "kind: api-key\n  header: X-Key\n  value: <secret>")


def test_no_credential_leaves(site, server):
    """To another host, port, scheme or user, by redirect of any kind: nothing is even asked there."""
    account = next(line.split("\t") for line in (site.secrets / "theodoiq.secrets").read_text().splitlines()
                   if line and not line.startswith("#"))
    with RawServer() as other:
        other.set({"/x": reply(document("x"))})
        places = ["http://127.0.0.1:%d/x" % other.port, "http://127.0.0.2:%d/x" % server.port,
                  "//127.0.0.1:%d/x" % other.port, "http://127.0.0.1:%d@127.0.0.1:%d/x" % (server.port, other.port),
                  "http://[::1]:%d/x" % other.port, "https://127.0.0.1:%d/x" % server.port,
                  "http:\\\\127.0.0.1:%d\\x" % other.port, "gopher://127.0.0.1:%d/x" % other.port,
                  "file:///etc/passwd", "javascript:alert(1)", "http://localhost:%d/x" % server.port]
        cases = {}
        for status in ("301 a", "302 a", "303 a", "307 a", "308 a"):
            for number, place in enumerate(places):
                cases["r%s-%d" % (status[:3], number)] = reply(status=status, headers=["Location: " + place])
        server.set({"/" + n: a for n, a in cases.items()})
        profile = site.config / "profiles" / "raw.yaml"
        site.aim(server.url, cases)
        profile.write_text(KEYED + "".join(STREAM % {"name": n} for n in cases), encoding="utf-8")
        done = site.once()
        listed = site.listed()
        allowed = {("failed", "redirect"), ("failed", "http-status")}
        assert {n: listed[n] for n in cases if listed[n] not in allowed} == {}, done
        assert other.seen == [] and not any(path == "/x" for _, _, path, _, _ in server.seen)
        assert server.seen and all("X-Key: " in head for _, _, _, head, _ in server.seen)
        keys = {head.split("X-Key: ")[1].split("\r\n")[0] for _, _, _, head, _ in server.seen}
        told = done.out + done.err + site.ctl("status", "--json").out
        assert keys and not any(key in told for key in keys) and account[1] not in told
