# SPDX-License-Identifier: MIT
"""Where credentials go: to the origin of the source's url, and to the hosts that the profile names for them.
a.example.vn is the system and b.example.vn another host, by https on port 443 behind a proxy that knows their names."""
import ssl

import pytest

from connect_proxy import ConnectProxy
from raw_server import RawServer, reply
from test_transport import HEAD, WHOLE, Authority, Transport

ALONE = b'{"n":1,"l":[{"c":"A1","u":"24412"}]}'
PAGE = b'{"n":2,"l":[{"c":"%s","u":"24412"}]%s}'
STREAM = """  s:
    kind: task
    path: /s
    list: $.l
    total: $.n
    paging: %s
    code: $.c
    codes-per-unit: yes
    fields:
      lead: $.u
"""
LINK, NEXT = STREAM % "link", STREAM % "next\n    next: $.next"
KEY = "  kind: api-key\n  header: X-Key\n  value: <secret>\n"
QUERY = "  kind: api-key\n  query: api_key\n  value: <secret>\n"
COOKIE = """  kind: steps
  steps:
    in:
      get: /in
  proof-path: /me
  proof: $.id
"""
SSO = """  kind: steps
  steps:
    in:
      get: /in
      take:
        go: action
    send:
      post: <go>
      form:
        u: <account>
        p: <secret>
      take:
        token: json $.t
  header: X-Token
  value: <token>
"""


class Places:
    """The two hosts, the proxy before them, and the site."""

    def __init__(self, folder, home, other, proxy):
        self.home, self.other = home, other
        self.site = Transport(folder / "site")
        self.site.set_keys({"sources.theodoiq.url": "https://a.example.vn", "sources.theodoiq.proxy": proxy.url,
                            "sources.theodoiq.ca-file": str(folder / "ours" / "ca.crt")})
        self.site.main_text = self.site.main.read_text(encoding="utf-8")
        self.times = 0
        lines = (self.site.secrets / "theodoiq.secrets").read_text(encoding="utf-8").splitlines()
        self.secrets = [line.split("\t")[1] for line in lines if "\t" in line]

    def poll(self, session, home, other, stream=LINK, hosts="allowed-hosts:\n  - b.example.vn\n", again=False):
        if not again:
            self.times += 1
            self.site.fresh("state-%d" % self.times)
        self.home.set(home)
        self.other.set(other)
        text = HEAD.replace("  kind: none\n", session).replace("session:", hosts + "session:") + stream
        (self.site.config / "profiles" / "raw.yaml").write_text(text, encoding="utf-8")
        self.done = self.site.once()
        return self.site.listed()["s"]

    def given(self):
        """Everything that the other host was told, and whether a secret of ours is in it."""
        told = "".join(head + body.decode() for _, _, _, head, body in self.other.seen)
        return told, any(secret in told for secret in self.secrets)

    def kept(self, words):
        """Files of the state that hold one of the words."""
        return [path.name for path in self.site.state.rglob("*") if path.is_file() and
                any(word.encode() in path.read_bytes() for word in words)]


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hosts")
    Authority(folder, "ours").issue(folder / "both", "DNS:a.example.vn,DNS:b.example.vn", "20400101000000Z")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.crt", folder / "both.key")
    with RawServer(context) as home, RawServer(context) as other:
        with ConnectProxy(route={"a.example.vn": home.port, "b.example.vn": other.port}) as proxy:
            made = Places(folder, home, other, proxy)
            with made.site:
                yield made


FIRST = {"/s": reply(PAGE % (b"A1", b""), headers=["Link: <https://b.example.vn/more>; rel=next"])}
SECOND = {"/more": reply(PAGE % (b"A2", b""))}
NAMED = "session-hosts:\n  - b.example.vn\n"


@pytest.mark.parametrize("session, head", [(KEY, "X-Key: "), ("  kind: basic\n", "Authorization: Basic ")],
                         ids=["header", "basic"])
def test_a_next_page_on_another_host(places, session, head):
    assert places.poll(session, FIRST, SECOND) == WHOLE
    assert head in places.home.seen[0][3] and len(places.other.seen) == 1
    assert head not in places.given()[0] and not places.given()[1], "it may be asked, and hears nothing"
    assert places.poll(session, FIRST, SECOND, hosts=NAMED) == WHOLE
    assert head in places.given()[0], "the profile names it for that"
    assert places.poll(session, FIRST, SECOND, hosts="") == ("partial", "redirect") and places.other.seen == []


def test_cookies_of_a_whole_domain(places):
    home = dict(FIRST, **{"/in": reply(b"{}", headers=["Set-Cookie: sid=of-the-domain; Domain=example.vn; Path=/"]),
                          "/me": reply(b'{"id":1}')})
    assert places.poll(COOKIE, home, SECOND) == WHOLE
    assert "sid=of-the-domain" in places.home.seen[-1][3] and "Cookie" not in places.given()[0]
    assert places.poll(COOKIE, home, SECOND, hosts=NAMED) == WHOLE
    assert "sid=of-the-domain" in places.given()[0]


def test_a_password_goes_where_the_profile_says(places):
    """The action of a form may name any host: an allowed one is not enough for a password."""
    form = b"<form action='https://b.example.vn/login'><input name=u><input name=p type=password></form>"
    home = {"/in": reply(form, headers=["Content-Type: text/html"]), "/s": reply(ALONE)}
    other = {"/login": reply(b'{"t":"given-token"}')}
    one = STREAM % "none"
    assert places.poll(SSO, home, other, one) == ("failed", "redirect")
    assert places.other.seen == [] and "session-hosts" in str(places.site.status_json())
    assert places.poll(SSO, home, other, one, NAMED) == WHOLE and places.given()[1]


BODY = "  kind: api-key\n  body: yes\n"
POST = (STREAM % "none").replace("    list:", "    method: POST\n    form:\n      auth: <token>\n    list:")


@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_token_in_a_body_is_sent_on_to_nobody(places, status):
    """307 and 308 keep the body: another host would be handed the session."""
    home = {"/s": reply(status=status, headers=["Location: https://b.example.vn/s"])}
    assert places.poll(BODY, home, {"/s": reply(ALONE)}, POST) == ("failed", "redirect")
    assert places.home.seen[0][4].startswith(b"auth=") and places.other.seen == []
    assert places.poll(BODY, home, {"/s": reply(ALONE)}, POST, NAMED) == WHOLE and places.given()[0].count("auth=") == 1


@pytest.mark.parametrize("stream", [LINK, NEXT], ids=["link", "next"])
@pytest.mark.parametrize("where", ["a", "b"])
def test_a_key_that_is_echoed(places, stream, where):
    """A system repeats the key in the address of the next page: it is asked with it once, another host without it, and
    nothing of it is remembered."""
    places.poll(QUERY, {"/s": reply(ALONE)}, {}, STREAM % "none")
    key = places.home.seen[0][3].split("api_key=")[1].split(" ")[0].split("&")[0]
    next_page = "https://%s.example.vn/more?%%61pi_key=%s&x=1" % (where, key)
    first = reply(PAGE % (b"A1", b',"next":"%s"' % next_page.encode()),
                  headers=["ETag: \"1\"", "Link: <%s>; rel=next" % next_page])
    last = {"/more": reply(PAGE % (b"A2", b',"next":null'), headers=["ETag: \"2\""])}
    home = dict({"/s": first}, **(last if where == "a" else {}))
    for again in (False, True):
        assert places.poll(QUERY, home, last, stream, again=again) == WHOLE
        seen = places.home.seen + places.other.seen
        asked = [head.split("\r\n")[0] for _, _, path, head, _ in seen if path == "/more"]
        assert len(asked) == 1 and asked[0].count(key) == (where == "a")
        assert "x=1" in asked[0] and "%61" not in asked[0]
        assert places.kept([key]) == []
