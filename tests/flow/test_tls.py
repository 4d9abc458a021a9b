# SPDX-License-Identifier: MIT
"""How a system is reached: pins, versions, our own certificate, HTTP/2 and a proxy, with nginx as the other side; and a
body that nginx itself could not get whole."""
import base64
import hashlib
import os
import re
import shutil
import ssl
import subprocess

import pytest

from connect_proxy import ConnectProxy, SocksProxy
from harness import wait_for
from raw_server import RawServer, reply
from test_transport import CUT, HEAD, NGINX, WHOLE, Authority, Transport, document, free_ports

TLS = ("failed", "tls")
ANSWER = """return 200 '{"n":1,"l":[{"c":"%s-$server_protocol","u":"24412"}]}';"""
SERVER = """    server {
        listen 127.0.0.1:%(port)d ssl%(listen)s;
        ssl_certificate %(dir)s/%(cert)s.crt;
        ssl_certificate_key %(dir)s/%(cert)s.key;
        access_log %(dir)s/%(name)s.log seen;
        %(more)s
        location / { %(answer)s }
    }
"""
MORE = {"plain": "", "old": "ssl_protocols TLSv1.1; ssl_ciphers DEFAULT@SECLEVEL=0;", "v12": "ssl_protocols TLSv1.2;",
        "v13": "ssl_protocols TLSv1.3;", "client": "ssl_client_certificate %(dir)s/ours/ca.crt; ssl_verify_client on;",
        "cut": "", "cut2": "", "two": "", "named": ""}


class Front:
    """nginx with a server for each of MORE: port(name), and the files of the certificates."""

    def __init__(self, folder, upstream):
        self.folder, self.ours = folder, Authority(folder, "ours")
        self.ours.issue(folder / "good", "IP:127.0.0.1", "20400101000000Z")
        self.ours.issue(folder / "we", "DNS:nq57d", "20400101000000Z")
        self.ours.issue(folder / "named", "DNS:nobody-knows.example.vn", "20400101000000Z")
        self.ports = dict(zip(MORE, free_ports(len(MORE))))
        servers = "log_format seen '$connection $server_protocol $request_uri';\n"
        for name, more in MORE.items():
            servers += SERVER % {
                "port": self.ports[name], "dir": folder, "cert": "named" if name == "named" else "good",
                "name": name, "more": more % {"dir": folder},
                "listen": " http2" if name in ("two", "cut2") else "",
                "answer": "proxy_pass %s;" % upstream if name.startswith("cut") else ANSWER % name}
        (folder / "nginx.conf").write_text(NGINX % {"dir": folder, "servers": servers}, encoding="ascii")

    def url(self, name):
        return "https://127.0.0.1:%d" % self.ports[name]

    def log(self, name):
        return [line.split() for line in (self.folder / (name + ".log")).read_text().splitlines()]

    def pin(self, name="good"):
        key = subprocess.run(["openssl", "x509", "-in", self.folder / (name + ".crt"), "-noout", "-pubkey"], check=True,
                             capture_output=True).stdout
        der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, check=True,
                             capture_output=True).stdout
        return "sha256//" + base64.b64encode(hashlib.sha256(der).digest()).decode()


@pytest.fixture(scope="module")
def upstream():
    with RawServer() as made:
        yield made


@pytest.fixture(scope="module")
def front(tmp_path_factory, upstream):
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if not program:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("front")
    made = Front(folder, upstream.url)
    process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")])
    try:
        wait_for(lambda: (folder / "nginx.pid").exists() or process.poll() is not None, 20, what="nginx")
        assert process.poll() is None, (folder / "error.log").read_text()
        yield made
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Transport(tmp_path_factory.mktemp("tls")) as made:
        yield made


@pytest.fixture()
def poll(site, front):
    """poll(server, key=value ...) -> what became of the one listing, with these keys of the source for this time."""
    used = set()

    def one(name, names=("s",), url=None, **keys):
        keys = {"sources.theodoiq." + k.replace("_", "-"): v for k, v in keys.items()}
        keys.setdefault("sources.theodoiq.ca-file", str(front.folder / "ours" / "ca.crt"))
        used.update(keys)
        site.aim(url or front.url(name), names, **keys)
        one.done = site.once()
        assert one.done.status in (0, 1), one.done
        return site.listed()[names[0]]

    yield one
    site.set_keys({key: None for key in used})


def detail(site):
    return next(p["detail"] for p in site.status_json()["partitions"] if p["stream"] == "s")


def test_pins(poll, front):
    right, wrong = front.pin(), "sha256//" + "A" * 43 + "="
    assert poll("plain", pin=right) == WHOLE
    assert poll("plain", pin="%s, %s" % (wrong, right)) == WHOLE
    assert poll("plain", pin=wrong) == TLS
    assert poll("plain", pin=front.pin("we")) == TLS, "a certificate of the same authority, but not that key"


def test_a_private_authority_stands_alone(site, poll):
    """Given one, the system's own are not asked: here theirs is a bundle without ours."""
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    assert poll("plain", ca_file=bundle) == TLS


@pytest.mark.parametrize("name, minimum, want", [
    ("old", None, TLS), ("v12", None, WHOLE), ("v12", "1.3", TLS), ("v13", "1.3", WHOLE), ("v13", None, WHOLE)])
def test_versions(poll, name, minimum, want):
    assert poll(name, tls_minimum=minimum) == want


@pytest.fixture()
def key_file(site):
    """key_file(name, bytes, mode): a secret file of the source."""
    made = []

    def put(name, data, mode=0o600):
        path = site.secrets / ("theodoiq." + name)
        path.write_bytes(data)
        path.chmod(mode)
        made.append(path)

    yield put
    for path in made:
        path.unlink(missing_ok=True)


def test_our_own_certificate(site, poll, front, key_file):
    ours = {"client_certificate": str(front.folder / "we.crt")}
    assert poll("client")[0] == "failed", "it asks for one"
    assert poll("client", **ours) == ("failed", "no-secret")
    assert "theodoiq.client-key" in site.check().err
    key_file("client-key", (front.folder / "we.key").read_bytes(), mode=0o640)
    assert poll("client", **ours) == ("failed", "no-secret"), "others may read it"
    key_file("client-key", (front.folder / "we.key").read_bytes())
    assert poll("client", **ours) == WHOLE
    assert poll("plain", **ours) == WHOLE, "one that does not ask"
    key_file("client-key", (front.folder / "good.key").read_bytes())
    assert poll("client", **ours) == TLS, "the key of another certificate"


def test_an_encrypted_key(site, poll, front, key_file):
    ours = {"client_certificate": str(front.folder / "we.crt")}
    done = subprocess.run(["openssl", "pkcs8", "-topk8", "-in", str(front.folder / "we.key"), "-passout",
                           "pass:canary-phrase"], check=True, capture_output=True)
    key_file("client-key", done.stdout)
    assert poll("client", **ours) == TLS, "without its passphrase; and nobody is asked for it"
    key_file("client-key-passphrase", b"wrong\n")
    assert poll("client", **ours) == TLS
    key_file("client-key-passphrase", b"canary-phrase\n")
    assert poll("client", **ours) == WHOLE
    assert "canary-phrase" not in poll.done.err + poll.done.out + site.ctl("status", "--json").out


def test_http2_shares_connections(site, poll, front):
    names = ["p%d" % n for n in range(12)]
    assert poll("two", names=names, requests_at_once="4") == WHOLE
    assert set(site.listed()[n] for n in names) == {WHOLE}
    seen = front.log("two")
    assert {protocol for _, protocol, _ in seen} == {"HTTP/2.0"} and len(seen) == len(names)
    assert len({connection for connection, _, _ in seen}) <= 4, "no more than requests at once"
    assert poll("two", http2="no") == WHOLE
    assert front.log("two")[-1][1] == "HTTP/1.1"


def test_http1_keeps_its_connections(site, poll, front):
    names = ["p%d" % n for n in range(12)]
    before = len(front.log("plain"))
    assert poll("plain", names=names, requests_at_once="2") == WHOLE
    assert len({connection for connection, _, _ in front.log("plain")[before:]}) <= 2


def test_a_front_that_lost_its_upstream(site, poll, upstream):
    """nginx passes on what it got and hangs up, or resets the stream: never a listing."""
    whole = document("s")
    cases = {"/s": reply(whole), "/l": reply(document("l")[:-3], length=len(whole)),
             "/k": reply(b"%x\r\n" % len(whole) + document("k")[:9], headers=["Transfer-Encoding: chunked"],
                         length=None)}
    for name in ("cut", "cut2"):
        upstream.set(cases)
        assert poll(name, names=["s", "l", "k"]) == WHOLE
        listed = site.listed()
        assert (listed["l"], listed["k"]) == (CUT, CUT), name


def test_a_proxy_that_is_asked_for(site, poll, front, key_file, monkeypatch):
    with ConnectProxy("we:canary-word") as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        assert poll("plain") == WHOLE and proxy.seen == [], "the environment's is not used"
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setenv("NO_PROXY", "*")
        assert poll("plain", proxy=proxy.url) == ("failed", "network"), "407"
        assert "407" in detail(site)
        assert poll("plain", proxy=proxy.url, proxy_user="we") == ("failed", "no-secret")
        key_file("proxy-password", b"canary-word\n")
        del proxy.seen[:]
        assert poll("plain", proxy=proxy.url, proxy_user="we") == WHOLE
        assert all(re.match(r"CONNECT 127\.0\.0\.1:\d+ HTTP/1\.1\r\n", head) for head in proxy.seen)
        assert "canary-word" not in poll.done.err + poll.done.out + site.ctl("status", "--json").out
        assert poll("plain", proxy="http://127.0.0.1:%d" % free_ports(1)[0]) == ("failed", "network")


def test_a_proxy_over_tls(site, poll, front, key_file):
    """It is trusted by the same authority as the system, and not otherwise; its password goes to it inside TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(front.folder / "good.crt", front.folder / "good.key")
    key_file("proxy-password", b"canary-word\n")
    with ConnectProxy("we:canary-word", context) as proxy:
        assert proxy.url.startswith("https://")
        assert poll("plain", proxy=proxy.url, proxy_user="we") == WHOLE
        assert all(head.startswith("CONNECT 127.0.0.1:") for head in proxy.seen) and proxy.seen
        del proxy.seen[:]
        assert poll("plain", proxy=proxy.url, proxy_user="we", ca_file="/etc/ssl/certs/ca-certificates.crt") == TLS
        assert proxy.seen == [], "nothing was said to a proxy that nobody vouches for"
        assert poll("plain", proxy=proxy.url.replace("https", "http"), proxy_user="we")[0] == "failed"


def test_a_socks_proxy_resolves_names(site, poll, front, key_file):
    """The name of the system goes to it as it is: nobody here is asked for its address."""
    with SocksProxy(route={"nobody-knows.example.vn": front.ports["named"]}) as proxy:
        url = "https://nobody-knows.example.vn:8443"
        assert poll(None, url=url, proxy=proxy.url) == WHOLE
        assert set(proxy.seen) == {"nobody-knows.example.vn:8443"}
    key_file("proxy-password", b"canary-word\n")
    with SocksProxy("we:canary-word") as proxy:
        assert poll("plain", proxy=proxy.url) == ("failed", "network") and proxy.seen == []
        assert poll("plain", proxy=proxy.url, proxy_user="we") == WHOLE and proxy.seen
        key_file("proxy-password", b"wrong\n")
        assert poll("plain", proxy=proxy.url, proxy_user="we") == ("failed", "network")
        assert "canary-word" not in poll.done.err + poll.done.out + site.ctl("status", "--json").out


def test_nobody_but_our_certificate(site, poll, front, key_file):
    """`kind: none` with a page that proves it: the certificate is the whole session."""
    ours = {"client_certificate": str(front.folder / "we.crt")}
    key_file("client-key", (front.folder / "we.key").read_bytes())
    site.head = HEAD.replace("  kind: none\n", "  kind: none\n  proof-path: /me\n  proof: $.n\n")
    try:
        assert poll("client", **ours) == WHOLE
        assert [path.split("?")[0] for _, _, path in front.log("client")[-2:]] == ["/me", "/s"]
        assert poll("client", client_certificate=None)[0] == "failed"
        assert front.log("client")[-1][2] == "/me", "nothing is read before it is proved"
    finally:
        site.head = HEAD


def test_a_plain_system_through_a_proxy_is_a_tunnel(site, poll, upstream):
    upstream.set({"/s": reply(document("s"))})
    with ConnectProxy() as proxy:
        assert poll(None, url=upstream.url, proxy=proxy.url) == WHOLE
        assert all(head.startswith("CONNECT ") for head in proxy.seen) and proxy.seen


def test_mistakes_are_found_at_load(site, poll, front, tmp_path):
    nothing = tmp_path / "empty.pem"
    nothing.write_text("no certificate\n")
    wrong = [("pin", "sha256//AAAA", "sha256//"), ("pin", "md5//" + "A" * 43 + "=", "sha256//"),
             ("tls-minimum", "1.1", "1.2"), ("ca-file", str(tmp_path / "gone.pem"), "No such file"),
             ("ca-file", str(nothing), "PEM"), ("client-certificate", str(nothing), "PEM"),
             ("proxy", "ftp://127.0.0.1:1", "socks5h"), ("proxy", "http://u:hush@127.0.0.1:1", "secret"),
             ("http2", "maybe", "yes"), ("quiet-hours", "22:00", "22:00-05:00"),
             ("quiet-hours", "00:00-24:00", "hour"), ("breaker-after", "-1", "0")]
    site.aim(front.url("plain"), ["s"])
    for key, value, told in wrong:
        site.set_keys({"sources.theodoiq." + key: value})
        done = site.check()
        place = r"nq57d\.yaml:\d+:\d+: sources\.theodoiq\.%s" % key
        assert done.status == 78 and re.search(place, done.err), (key, value, done)
        assert told.lower() in done.err.lower() and "hush" not in done.err, (key, value, done)
        site.set_keys({"sources.theodoiq." + key: None})
    assert site.check().status == 0
    assert os.path.exists(nothing)
