# SPDX-License-Identifier: MIT
"""What a network may do to a body: cut it anywhere, compress it badly, label it wrongly, swell it without end,
redirect it, serve it behind a certificate of nobody. A listing is complete only with its whole bytes; else the fault
has its code.

Each case is one stream of a profile made here, so that a single poll asks for hundreds of them."""
import gzip
import re
import resource
import shutil
import subprocess
import zlib

import pytest

from harness import wait_for
from raw_server import RawServer, reply
from small import Small

HEAD = """profile: raw
status: assumed
title: raw
session:
  kind: none
streams:
"""
STREAM = """  %(name)s:
    kind: task
    path: /%(name)s
    list: $.l
    total: $.n
    paging: page
    page-parameter: p
    size-parameter: s
    size: 10
    code: $.c
    codes-per-unit: yes
    fields:
      lead: $.u
      title: $.t
"""
WHOLE = ("complete", None)
CUT = ("failed", "truncated-body")


def document(name):
    return b'{"n":1,"l":[{"c":"%s","u":"24412"}]}' % name.encode()


class Transport(Small):
    """A small site whose central system is whatever `poll` is told."""

    head = HEAD

    def __init__(self, folder, **options):
        super().__init__(folder, units=("24412", "H15.07"), **options)
        self.set_keys({"sources.theodoiq.profile": "raw", "sources.theodoiq.requests-at-once": "16",
                       "sources.theodoiq.timeout": "20 seconds"})

    def aim(self, url, names, **keys):
        """Where the system is, and what its streams are."""
        (self.config / "profiles" / "raw.yaml").write_text(self.head + "".join(STREAM % {"name": n} for n in names),
                                                           encoding="utf-8")
        self.set_keys(dict({"sources.theodoiq.url": url}, **keys))

    def listed(self):
        """stream -> (completeness, fault) as status tells them."""
        return {p["stream"]: (p["completeness"], p["fault"]) for p in self.status_json()["partitions"]
                if p["source"] == "theodoiq"}

    def poll(self, server, cases):
        """One poll of `cases`: stream name -> answer."""
        server.set({"/" + name: answer for name, answer in cases.items()})
        self.aim(server.url, cases)
        self.done = self.once()
        assert self.done.status in (0, 1), self.done
        listed = self.listed()
        assert set(cases) <= set(listed)
        return {name: listed[name] for name in cases}


@pytest.fixture(scope="module")
def server():
    with RawServer() as made:
        yield made


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Transport(tmp_path_factory.mktemp("transport")) as made:
        yield made


def chunk(body, size=None):
    return b"%x\r\n" % (len(body) if size is None else size) + body


CHUNKED = ["Transfer-Encoding: chunked"]
GZIP = ["Content-Encoding: gzip"]


def test_a_body_cut_at_any_byte_is_never_a_listing(site, server):
    cases, expected = {}, {}

    def case(name, make, want):
        cases[name], expected[name] = make(document(name)), want

    size = len(document("c000"))
    for at in range(size + 1):
        case("l%03d" % at, lambda doc: reply(doc[:at], length=size), WHOLE if at == size else CUT)
        case("c%03d" % at, lambda doc: reply(doc[:at], length=None),
             WHOLE if at == size else CUT if at else ("failed", "empty-body"))
        case("k%03d" % at, lambda doc: reply(chunk(doc[:at], size), headers=CHUNKED, length=None), CUT)
        case("e%03d" % at, lambda doc: reply(chunk(doc[:at]) + b"\r\n", headers=CHUNKED, length=None), CUT)
    case("kx", lambda doc: reply(chunk(doc) + b"\r\n0\r\n\r\n", headers=CHUNKED, length=None), WHOLE)
    case("lx", lambda doc: reply(doc, length=size - 5), CUT)
    del cases["e000"]  # a chunk of no bytes is the end itself
    seen = site.poll(server, cases)
    assert {n: (seen[n], expected[n]) for n in cases if seen[n] != expected[n]} == {}
    whole = [n for n in cases if expected[n] == WHOLE]
    codes = site.query("SELECT code FROM record WHERE code IN (%s)" % ",".join("?" * len(cases)), *cases)
    assert sorted(row["code"] for row in codes) == sorted(whole)


def test_gzip_must_end_with_its_trailer(site, server):
    """Behind an honest length and behind the end of the connection alike; the trailer begins 8 bytes before the end."""
    cases, expected = {}, {}

    def packed(name):
        return gzip.compress(document(name), mtime=0)

    for at in range(max(len(packed("g%03d" % n)) for n in range(80)) + 1):
        for letter, length in (("g", True), ("h", None)):
            name = "%s%03d" % (letter, at)
            body = packed(name)
            cases[name] = reply(body[:at], headers=GZIP, length=length)
            expected[name] = WHOLE if at >= len(body) else CUT if at else ("failed", "empty-body")
    bad = bytearray(packed("crc"))
    bad[-6] ^= 1
    more = {"crc": bytes(bad), "tail": packed("tail") + b"junk", "plain": document("plain"),
            "deflate": packed("deflate")[10:-8]}
    for name, body in more.items():
        cases[name], expected[name] = reply(body, headers=GZIP), CUT
    half = document("twice")
    cases["twice"] = reply(gzip.compress(half[:9]) + gzip.compress(half[9:]), headers=["content-encoding: X-GZIP"])
    expected["twice"] = WHOLE
    cases["brotli"], expected["brotli"] = reply(b"abc", headers=["Content-Encoding: br"]), ("failed", "not-json")
    cases["identity"] = reply(document("identity"), headers=["Content-Encoding: identity"])
    expected["identity"] = WHOLE
    seen = site.poll(server, cases)
    assert {n: (seen[n], expected[n]) for n in cases if seen[n] != expected[n]} == {}
    assert all("accept-encoding: gzip\r\n" in head.lower() for _, _, _, head, _ in server.seen)


def record(name, more):
    return b'{"n":1,"l":[{"c":"%s","u":"24412",%s}]}' % (name.encode(), more)


def test_bodies_that_are_not_what_they_should_be(site, server):
    page = b"<!DOCTYPE html><html><body><h1>B\xe1\xba\xa3o tr\xc3\xac</h1></body></html>"
    login = b"<html><form method=post><input name=u><input type=password name=p></form></html>"
    bad, spoiled = ("failed", "not-json"), ("partial", "record-invalid")
    missing = ("failed", "selector-missing")
    cases = {
        "bom": (reply(b"\xef\xbb\xbf" + document("bom")), WHOLE),
        "plain": (reply(document("plain"), headers=["Content-Type: text/plain; charset=iso-8859-1"]), WHOLE),
        "html-type": (reply(document("html-type"), headers=["Content-Type: text/html"]), WHOLE),
        "maintenance": (reply(page, headers=["Content-Type: application/json"]), bad),
        "login": (reply(login), ("failed", "login-page")),
        "empty": (reply(), ("failed", "empty-body")),
        "blank": (reply(b" \r\n\t "), ("failed", "empty-body")),
        "object": (reply(b"{}"), missing), "list": (reply(b"[]"), missing), "number": (reply(b"12"), missing),
        "no-total": (reply(b'{"l":[]}'), missing), "total-text": (reply(b'{"n":"many","l":[]}'), missing),
        "total-negative": (reply(b'{"n":-1,"l":[]}'), missing),
        "total-huge": (reply(b'{"n":99999999999999999999,"l":[]}'), bad),
        "utf16": (reply(document("utf16").decode().encode("utf-16")), bad),
        "twice": (reply(b'{"n":1,"n":0,"l":[]}'), bad),
        "twice-list": (reply(b'{"n":0,"l":[],"l":[]}'), bad),
        "nul": (reply(document("nul")[:-1] + b"\0}"), bad),
        "nan": (reply(b'{"n":NaN,"l":[]}'), bad),
        "comment": (reply(b'/* x */{"n":0,"l":[]}'), bad),
        "single": (reply(b"{'n':0,'l':[]}"), bad),
        "two": (reply(b'{"n":0,"l":[]}{"n":0,"l":[]}'), bad),
        "deep": (reply(b'{"n":0,"x":' + b"[" * 10000 + b"]" * 10000 + b',"l":[]}'), bad),
        "deep-open": (reply(b"[" * 10000), bad),
        "record-twice": (reply(record("record-twice", b'"t":1,"t":2')), spoiled),
        "record-nan": (reply(record("record-nan", b'"t":NaN')), spoiled),
        "record-huge": (reply(record("record-huge", b'"t":99999999999999999999')), spoiled),
        "record-nul": (reply(record("record-nul", b'"a\\u0000b":1')), spoiled),
        "record-deep": (reply(record("record-deep", b'"t":' + b"[" * 10000 + b"]" * 10000)), bad),
        "record-latin": (reply(record("record-latin", b'"t":"\xe9\xe8"')), WHOLE),
        "record-text-nul": (reply(record("record-text-nul", b'"t":"a\\u0000b"')), WHOLE),
        "nothing": (b"", ("failed", "network")),
        "garbage": (b"\x16\x03\x01 no http at all\r\n\r\n", ("failed", "network")),
        "no-content": (reply(status="204 No Content", length=None), ("failed", "http-status")),
        "part": (reply(document("part"), status="206 Partial Content"), ("failed", "http-status")),
        "old": (reply(document("old"), version="HTTP/1.0", length=None), WHOLE),
        "old-length": (reply(document("old-length"), version="HTTP/1.0"), WHOLE),
        "old-cut": (reply(document("old-cut")[:-1], version="HTTP/1.0", length=None), CUT),
        "continue": (b"HTTP/1.1 100 Continue\r\n\r\n" + reply(document("continue")), WHOLE)}
    seen = site.poll(server, {name: answer for name, (answer, _) in cases.items()})
    assert {n: (seen[n], want) for n, (_, want) in cases.items() if seen[n] != want} == {}
    for code in ("record-latin", "record-text-nul"):  # the record stays, the field has no value
        assert len(site.query("SELECT id FROM record WHERE code = ?", code)) == 1


def test_headers_cut_anywhere(site, server):
    whole = reply(document("h000"))
    head = whole.index(b"\r\n\r\n") + 4
    cases = {"h%03d" % at: whole[:at] for at in range(head)}
    for name, (completeness, fault) in site.poll(server, cases).items():
        assert completeness == "failed" and fault in ("network", "truncated-body", "empty-body"), (name, fault)


def packed_blanks(mebibytes):
    """Made piece by piece: a child's peak begins with what its parent held."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([packer.compress(b" " * (1 << 20)) for _ in range(mebibytes)] + [packer.flush()])


def test_more_bytes_than_the_cap(site, server):
    """Refused at the cap, in bounded memory, however the bytes come; asked for once only."""
    swollen = b'{"n":0,"l":[],"x":"' + b"a" * (20 << 20) + b'"}'
    bomb = packed_blanks(512)
    empties = gzip.compress(b"") * ((20 << 20) // 20)
    tall = ["X-%d: %s" % (n, "a" * 1000) for n in range(80)]
    cases = {"length": reply(swollen), "close": reply(swollen, length=None),
             "chunks": reply(chunk(swollen) + b"\r\n0\r\n\r\n", headers=CHUNKED, length=None),
             "bomb": reply(bomb, headers=GZIP), "bomb-close": reply(bomb, headers=GZIP, length=None),
             "empties": reply(empties, headers=GZIP, length=None),
             "headers": reply(document("headers"), headers=tall),
             "header": reply(document("header"), headers=["X: " + "a" * (1 << 20)])}
    site.set_keys({"sources.theodoiq.requests-at-once": "2"})
    try:
        seen = site.poll(server, cases)
    finally:
        site.set_keys({"sources.theodoiq.requests-at-once": "16"})
    assert {n: s for n, s in seen.items() if s != ("failed", "too-large")} == {}
    assert len(server.seen) == len(cases)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 400 << 10


def test_redirects_end(site, server):
    def to(place):
        return reply(status="302 Found", headers=["Location: " + place])

    chain = {"/r%d" % n: to("/r%d" % (n + 1)) for n in range(20)}
    cases = {"self": to("/self?p=1&s=10"), "chain": to("/r0"), "once": to("/moved"), "nowhere": to("http://"),
             "file": to("file:///etc/passwd"), "other": to("http://127.0.0.2:%d/x" % server.port),
             "port": to("http://127.0.0.1:1/x"), "user": to("http://a:b@127.0.0.1:%d/x" % server.port),
             "tls": to("https://127.0.0.1:%d/x" % server.port), "slashes": to("//other.example.vn/x"),
             "mute": reply(status="302 Found")}
    server.set({**{"/" + n: a for n, a in cases.items()}, **chain, "/moved": reply(document("moved"))})
    site.aim(server.url, cases)
    done = site.once()
    listed = site.listed()
    refused = {n: listed[n] for n in cases if n not in ("once", "mute")}
    assert set(refused.values()) == {("failed", "redirect")}, (refused, done)
    assert listed["once"] == WHOLE and listed["mute"] == ("failed", "http-status")
    asked = [path for _, _, path, _, _ in server.seen]
    assert asked.count("/self") == 6 and asked.count("/r3") == 1 and "/r6" not in asked and "/x" not in asked


BUSY = "429 Too Many Requests"
PAUSES = [("2", 2, WHOLE), ("Fri, 19 Jun 2026 00:30:02 GMT", 2, WHOLE), ("0", 1, WHOLE),
          ("Fri, 19 Jun 2020 00:30:02 GMT", 1, WHOLE), ("-1", 0, WHOLE), ("in a while", 0, WHOLE),
          ("9" * 30, None, ("failed", "rate-limited")), ("86400", None, ("failed", "rate-limited"))]


@pytest.mark.parametrize("value, gap, want", PAUSES, ids=[p[0][:12] for p in PAUSES])
def test_retry_after(site, server, value, gap, want):
    """The driven clock stands at 00:30:00 GMT; the pause itself is real time."""
    busy = reply(status=BUSY, headers=["Retry-After: " + value])
    assert site.poll(server, {"busy": [busy, reply(document("busy"))]})["busy"] == want
    times = [at for at, _, path, _, _ in server.seen if path == "/busy"]
    assert len(times) == (1 if gap is None else 2)
    if gap is not None:
        assert gap <= times[1] - times[0] < gap + 8
        return
    again = next(p for p in site.status_json()["partitions"] if p["stream"] == "busy")
    assert "pause" in again["detail"], again


def test_busy_for_ever_is_asked_three_times(site, server):
    assert site.poll(server, {"busy": reply(status=BUSY)})["busy"] == ("failed", "rate-limited")
    assert len(server.seen) == 3


# ---- TLS, with a real server ----

AUTHORITY = """[ca]
default_ca = own
[own]
dir = %(dir)s
database = $dir/index.txt
serial = $dir/serial
new_certs_dir = $dir
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
[req]
distinguished_name = dn
[dn]
"""
NGINX = """daemon off;
error_log %(dir)s/error.log;
pid %(dir)s/nginx.pid;
events {}
http {
    access_log off;
    client_body_temp_path %(dir)s; proxy_temp_path %(dir)s; fastcgi_temp_path %(dir)s;
    uwsgi_temp_path %(dir)s; scgi_temp_path %(dir)s;
    default_type application/json;
%(servers)s}
"""
SERVER = """    server {
        listen 127.0.0.1:%(port)d ssl;
        ssl_certificate %(dir)s/%(name)s.crt;
        ssl_certificate_key %(dir)s/%(name)s.key;
        location / { return 200 '{"n":1,"l":[{"c":"%(name)s","u":"24412"}]}'; }
    }
"""
CERTIFICATES = {"good": ("ours", "IP:127.0.0.1", "20400101000000Z"),
                "alien": ("theirs", "IP:127.0.0.1", "20400101000000Z"),
                "name": ("ours", "DNS:other.example.vn", "20400101000000Z"),
                "expired": ("ours", "IP:127.0.0.1", "20210101000000Z")}


class Authority:
    """Makes certificates with the openssl program, also such as are long over."""

    def __init__(self, folder, name):
        self.folder, self.name = folder / name, name
        self.folder.mkdir()
        (self.folder / "index.txt").touch()
        (self.folder / "serial").write_text("01\n", encoding="ascii")
        (self.folder / "conf").write_text(AUTHORITY % {"dir": self.folder}, encoding="ascii")
        self.run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9000",
                 "-subj", "/CN=" + name, "-addext", "basicConstraints=critical,CA:TRUE", "-keyout", "ca.key", "-out",
                 "ca.crt", "-config", "conf")

    def run(self, *args):
        subprocess.run(["openssl", *args], cwd=self.folder, check=True, capture_output=True)

    def issue(self, target, alternative, end):
        self.run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                 "/CN=" + target.name, "-addext", "subjectAltName=" + alternative, "-keyout", str(target) + ".key",
                 "-out", "csr", "-config", "conf")
        self.run("ca", "-batch", "-config", "conf", "-cert", "ca.crt", "-keyfile", "ca.key", "-startdate",
                 "20200101000000Z", "-enddate", end, "-in", "csr", "-out", str(target) + ".crt", "-notext")


def free_ports(count):
    import socket
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


@pytest.fixture(scope="module")
def nginx(tmp_path_factory):
    """name of a certificate -> port, and the file of our authority."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if not program:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("tls")
    authorities = {name: Authority(folder, name) for name in ("ours", "theirs")}
    ports = dict(zip(CERTIFICATES, free_ports(len(CERTIFICATES))))
    for name, (who, alternative, end) in CERTIFICATES.items():
        authorities[who].issue(folder / name, alternative, end)
    servers = "".join(SERVER % {"port": ports[n], "name": n, "dir": folder} for n in CERTIFICATES)
    (folder / "nginx.conf").write_text(NGINX % {"dir": folder, "servers": servers}, encoding="ascii")
    process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")])
    try:
        wait_for(lambda: (folder / "nginx.pid").exists() or process.poll() is not None, 20, what="nginx")
        assert process.poll() is None, (folder / "error.log").read_text()
        yield ports, folder / "ours" / "ca.crt"
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize("name, own_ca, want", [
    ("good", True, WHOLE), ("good", False, ("failed", "tls")), ("alien", True, ("failed", "tls")),
    ("name", True, ("failed", "tls")), ("expired", True, ("failed", "tls"))])
def test_certificates(site, nginx, name, own_ca, want):
    ports, ca = nginx
    site.aim("https://127.0.0.1:%d" % ports[name], [name],
             **{"sources.theodoiq.ca-file": str(ca) if own_ca else None})
    try:
        done = site.once()
        assert site.listed()[name] == want, done
        assert ("NQ57_FAULT=tls" in done.err) == (want != WHOLE)
        other = [p for p in site.status_json()["partitions"] if p["source"] == "nq57-daklak"]
        assert other and all(p["completeness"] == "complete" for p in other)  # a dead source stops only itself
    finally:
        site.set_keys({"sources.theodoiq.ca-file": None})


def test_a_plain_server_where_tls_is_expected(site, server):
    server.set({})
    site.aim(server.url.replace("http", "https"), ["plain"])
    done = site.once()
    assert site.listed()["plain"] == ("failed", "tls"), done
    assert server.seen == []


def test_plain_http_only_to_this_machine(site, server):
    """Refused when the configuration is read; nothing is asked."""
    for url in ("http://10.0.0.1/x", "http://localhost:%d" % server.port, "http://127.0.0.1.example.vn",
                "ftp://127.0.0.1", "https://user:word@host.example.vn"):
        site.aim(url, ["plain"])
        done = site.check()
        assert done.status == 78 and re.search(r"nq57d\.yaml:\d+:\d+: sources\.theodoiq\.url", done.err), done
    site.aim(server.url, ["plain"])
    assert site.check().status == 0
