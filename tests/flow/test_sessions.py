# SPDX-License-Identifier: MIT
"""Sessions of both kinds over the real programs: made once for all who need one, kept over restarts, renewed in time,
never made more often than the budget allows; and what gives them, passwords and tokens, goes to its own system alone
and is written nowhere else."""
import collections
import contextlib
import re
import sqlite3
import stat

import pytest

from raw_server import RawServer, reply
from small import Small

UNITS = ("24412", "24259", "H15.07")
LOGIN = {"central": "/api/auth/login", "portal": "/login"}
REFRESH = "/api/auth/refresh"
LISTS = {"central": "/api/(nhiem-vu|chi-tieu)$", "portal": "/api/v1/"}
SOURCE = {"central": "theodoiq", "portal": "nq57-daklak"}
SUPERVISOR = "giamsat.daklak"


def site_of(folder, **options):
    return Small(folder / "site", units=UNITS, **options)


@pytest.fixture
def site(tmp_path):
    with site_of(tmp_path, sims=("--session-seconds", "900")) as made:
        yield made


def requests(site, system=None):
    return site.sims.get("requests", **({"system": system} if system else {}))["requests"]


def posts(site, path, account=None):
    """The accounts of the requests that were posted there since the last look."""
    return [r["account"] for r in requests(site) if r["method"] == "POST" and r["path"] == path and
            account in (None, r["account"])]


def poll(site, status=0, **env):
    """One poll; the requests seen are those of this poll alone."""
    site.sims.post("requests/reset")
    done = site.once(**env)
    assert done.status == status, done
    return done


def faults(site, system):
    return {p["fault"] for p in site.status_json()["partitions"] if p["source"] == SOURCE[system]}


def vault(site):
    """(source, account) -> the text that is kept of the session."""
    path = site.state / "nq57.db.vault"
    with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % path, uri=True)) as db:
        return {(s, a): text for s, a, text in db.execute("SELECT source, account, session FROM session")}


# ---- made once, kept, renewed ----

def test_one_login_an_account_however_many_want_it(site):
    """Every account has two listings that begin together; the login takes its time, so that both stand and wait."""
    for system in LOGIN:
        site.set_keys({"sources.%s.requests-at-once" % SOURCE[system]: "8"})
        site.sims.fault("slow", system=system, path=LOGIN[system] + "$", delay=400)
    poll(site)
    assert posts(site, LOGIN["central"]) == [SUPERVISOR]
    each = collections.Counter(posts(site, LOGIN["portal"]))
    assert len(each) == 3 and set(each.values()) == {1}
    lists = collections.Counter((r["account"], r["path"]) for r in requests(site, "portal") if "/api/" in r["path"])
    assert len(lists) == 6, "both listings of each account came"


def test_a_session_outlives_the_process(site):
    poll(site)
    poll(site)
    assert [r for r in requests(site) if r["method"] == "POST" or r["path"] in ("/login", "/trang-chu")] == []
    assert all(r["status"] == 200 for r in requests(site))


def test_a_token_is_renewed_before_it_expires(site):
    """It lives 15 minutes and is renewed a minute before: no request goes out that is refused."""
    poll(site)
    kept = vault(site)[("theodoiq", SUPERVISOR)]
    site.set_clock("2026-06-19T07:43:50+07:00")
    poll(site)
    assert posts(site, REFRESH) == []
    site.set_clock("2026-06-19T07:44:10+07:00")
    poll(site)
    assert len(posts(site, REFRESH)) == 1 and posts(site, LOGIN["central"]) == []
    assert all(r["status"] == 200 for r in requests(site, "central"))
    assert vault(site)[("theodoiq", SUPERVISOR)] != kept
    site.set_clock("2026-06-19T07:50:00+07:00")
    poll(site)
    assert posts(site, REFRESH) == [] and posts(site, LOGIN["central"]) == []


@pytest.mark.parametrize("seconds", [1, 60, 90])
def test_a_token_that_lives_shorter_than_the_leeway_is_used_all_the_same(tmp_path, seconds):
    with site_of(tmp_path, sims=("--session-seconds", str(seconds))) as site:
        poll(site)
        assert posts(site, LOGIN["central"]) == [SUPERVISOR] and posts(site, REFRESH) == []


@pytest.mark.parametrize("point, logins", [("session-after-save", 0), ("session-before-save", 1)])
def test_a_rotated_token_survives_a_kill(site, point, logins):
    """Once stored it is used without a login. Killed before that, nobody knows it, the old one is dead: one login."""
    poll(site)
    before = site.export()
    site.set_clock("2026-06-19T07:44:10+07:00")
    site.sims.post("requests/reset")
    killed = site.once(NQ57_KILL_AT=point)
    assert killed.status == -9, killed
    assert len(posts(site, REFRESH)) == 1
    assert [r for r in requests(site, "central") if re.search(LISTS["central"], r["path"])] == [], "not used before"
    poll(site)
    assert posts(site, LOGIN["central"]) == [SUPERVISOR] * logins and len(posts(site, REFRESH)) == logins
    assert site.export() == before


# ---- given up ----

def test_not_let_in_after_a_new_session_either(site):
    """Renewed once, then it is lost: asked twice, not for ever. The next run begins with the password."""
    poll(site)
    site.sims.fault("status", system="central", path=LISTS["central"], code=401)
    done = poll(site, status=1)
    assert "NQ57_FAULT=session-lost" in done.err and faults(site, "central") == {"session-lost"}
    asked = collections.Counter(r["path"] for r in requests(site, "central"))
    assert asked["/api/nhiem-vu"] <= 2 and asked["/api/chi-tieu"] <= 2, asked
    assert asked[REFRESH] + asked[LOGIN["central"]] <= 2, asked
    assert ("theodoiq", SUPERVISOR) not in vault(site)
    site.sims.clear()
    poll(site)
    assert posts(site, LOGIN["central"]) == [SUPERVISOR] and posts(site, REFRESH) == []


def test_the_budget_holds_over_restarts(site):
    """Four logins an hour and account, whatever ends the sessions; the hour is that of the clock."""
    for minute in range(30, 34):
        site.set_clock("2026-06-19T07:%d:00+07:00" % minute)
        site.sims.post("expire")
        poll(site)
        assert posts(site, LOGIN["central"]) == [SUPERVISOR] and len(posts(site, LOGIN["portal"])) == 3
    before = site.rows()
    for now in ("2026-06-19T07:34:00+07:00", "2026-06-19T08:29:59+07:00"):
        site.set_clock(now)
        site.sims.post("expire")
        done = poll(site, status=1)
        assert "NQ57_FAULT=login-budget" in done.err
        assert faults(site, "central") == {"login-budget"} and faults(site, "portal") == {"login-budget"}
        assert posts(site, LOGIN["central"]) == [] and posts(site, LOGIN["portal"]) == []
        assert site.rows() == before
    site.set_clock("2026-06-19T08:30:01+07:00")
    poll(site)
    assert posts(site, LOGIN["central"]) == [SUPERVISOR] and len(posts(site, LOGIN["portal"])) == 3
    assert site.rows() == before


def test_a_refused_password_is_not_tried_again_in_the_run(site):
    for system in LOGIN:
        site.sims.fault("refuse-login", system=system)
    done = poll(site, status=1)
    assert "NQ57_FAULT=login-refused" in done.err
    assert faults(site, "central") == {"login-refused"} and faults(site, "portal") == {"login-refused"}
    assert posts(site, LOGIN["central"]) == [SUPERVISOR]
    assert sorted(collections.Counter(posts(site, LOGIN["portal"])).values()) == [1, 1, 1]


HANG, RESET, CUT = {"fault": "hang", "seconds": 30}, {"fault": "reset"}, {"fault": "cut"}


@pytest.mark.parametrize("system, rule", [("central", HANG), ("central", RESET), ("central", CUT), ("portal", HANG),
                                          ("portal", RESET)], ids=lambda v: v if isinstance(v, str) else v["fault"])
def test_a_login_without_an_answer_is_not_sent_again(site, system, rule):
    """The system may have counted it. The next run may."""
    site.set_keys({"sources.%s.timeout" % SOURCE[system]: "2 seconds"})
    site.sims.post("faults", system=system, path=LOGIN[system] + "$", method="POST", **rule)
    poll(site, status=1)
    accounts = 1 if system == "central" else 3
    each = collections.Counter(posts(site, LOGIN[system]))
    assert len(each) == accounts and set(each.values()) == {1}, each
    assert faults(site, system) <= {"network", "truncated-body"}
    details = [p["detail"] for p in site.status_json()["partitions"] if p["source"] == SOURCE[system]]
    assert details and all("unknown" in d or "not tried" in d for d in details), details
    site.sims.clear()
    poll(site)
    assert len(posts(site, LOGIN[system])) == accounts


def test_an_account_without_a_secret(site):
    """No request in its name; everybody else is read."""
    path = site.secrets / "nq57-daklak.secrets"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    account = next(p["account"] for p in sorted_partitions(site))
    path.write_text("".join(n for n in lines if not n.startswith(account + "\t")), encoding="utf-8")
    done = poll(site, status=1)
    assert "NQ57_FAULT=no-secret" in done.err
    by_account = {p["account"]: p["fault"] for p in sorted_partitions(site)}
    assert by_account.pop(account) == "no-secret" and set(by_account.values()) == {None}
    assert account not in posts(site, LOGIN["portal"]) and len(posts(site, LOGIN["portal"])) == 2


def sorted_partitions(site):
    """Those of the portal; a first poll makes them known."""
    if not (site.state / "nq57.db").exists():
        poll(site)
        site.sims.post("expire")
        (site.state / "nq57.db.vault").unlink()
    return sorted((p for p in site.status_json()["partitions"] if p["source"] == "nq57-daklak"),
                  key=lambda p: p["account"])


# ---- to whom ----

@pytest.fixture
def elsewhere():
    with RawServer() as made:
        made.answer = lambda path: reply(b'{"code":0,"data":{"total":0,"items":[],"accessToken":"x"}}')
        yield made


PLACES = [("central", LISTS["central"], "GET"), ("central", LOGIN["central"] + "$", "POST"),
          ("central", REFRESH + "$", "POST"), ("portal", LISTS["portal"], "GET"), ("portal", "/login$", "GET"),
          ("portal", "/login$", "POST")]


@pytest.mark.parametrize("system, path, method", PLACES, ids=["%s %s" % (m, p) for _, p, m in PLACES])
def test_nothing_goes_to_another_host_or_port(site, elsewhere, system, path, method):
    """A redirect from any request that carries a password, a token or a cookie: refused, and nobody is asked there."""
    if path.startswith(REFRESH):
        poll(site)
        site.set_clock("2026-06-19T07:44:10+07:00")
    for target in (elsewhere.url, elsewhere.url.replace("127.0.0.1", "127.0.0.2"),
                   elsewhere.url.replace("http:", "https:"), elsewhere.url.replace("http:", "")):
        site.sims.fault("redirect", system=system, path=path, method=method, location=target + "/steal?a=b")
        done = poll(site, status=1)
        assert "NQ57_FAULT=redirect" in done.err and faults(site, system) == {"redirect"}
        assert elsewhere.seen == []
        site.sims.clear()
        if path.startswith(LOGIN[system]) or path == "/login$":
            (site.state / "nq57.db.vault").unlink(missing_ok=True)  # and with it the count of logins
    poll(site)


def test_a_form_that_would_be_sent_elsewhere(site, elsewhere):
    form = ('<html><form method="post" action="%s/steal"><input type="hidden" name="_token" value="a">'
            '<input name="tai_khoan"><input type="password" name="mat_khau"></form></html>' % elsewhere.url)
    site.sims.fault("raw", system="portal", path="/login$", method="GET", body=form, type="text/html")
    poll(site, status=1)
    assert faults(site, "portal") == {"redirect"} and elsewhere.seen == []
    assert posts(site, "/login") == []


COOKIES = """profile: cookies
status: assumed
title: cookies
session:
  kind: html-form
  login-path: /login
  login-fields:
    u: <account>
    p: <secret>
  proof-path: /home
  proof-text: out
streams:
  tasks:
    kind: task
    path: /api/tasks
    list: $.l
    total: $.n
    paging: offset
    offset-parameter: o
    size-parameter: s
    size: 1
    code: $.c
    codes-per-unit: yes
    fields:
      lead: $.u
"""


def cookies_sent(server):
    """path -> the names of the cookies of each request there."""
    sent = collections.defaultdict(list)
    for _, _, path, head, _ in server.seen:
        line = re.search(r"(?mi)^cookie: (.*)\r$", head)
        sent[path].append(sorted(line[1].split("; ")) if line else [])
    return sent


def test_cookies_keep_their_attributes(site):
    """Path, Domain, Expires and Max-Age hold as a browser would have them, over redirects and restarts."""
    def cookies(*lines):
        return ["Set-Cookie: " + line for line in lines]

    with RawServer() as server:
        page = [reply(b'{"n":2,"l":[{"c":"C%d","u":"24412"}]}' % n, headers=cookies("gone=; Path=/; Max-Age=0"))
                for n in (1, 2)]
        server.set({
            "/login": [reply(b"<form method=post><input name=u><input type=password name=p></form>",
                             headers=cookies("pre=1; Path=/")),
                       reply(status="302 Found", headers=["Location: /home", *cookies(
                           "s=1; Path=/; HttpOnly", "gone=1; Path=/api", "deep=1; Path=/api", "home=1; Path=/home",
                           "pre=; Path=/; Max-Age=0", "alien=1; Path=/; Domain=other.example.vn",
                           "past=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT")])],
            "/home": reply(b"<a>out</a>"), "/api/tasks": page})
        (site.config / "profiles" / "cookies.yaml").write_text(COOKIES, encoding="utf-8")
        accounts = site.config / "accounts.yaml"
        text = accounts.read_text(encoding="utf-8")
        accounts.write_text(re.sub(r"(?m)^    portal: (?!xamdrak)\w.*$", "    portal: none (thử)", text),
                            encoding="utf-8")
        site.set_keys({"sources.nq57-daklak.profile": "cookies", "sources.nq57-daklak.url": server.url,
                       "sources.nq57-daklak.requests-at-once": "1"})
        poll(site)
        sent = cookies_sent(server)
        assert sent["/login"] == [[], ["pre=1"]] and sent["/home"] == [["home=1", "s=1"]]
        assert sent["/api/tasks"] == [["deep=1", "gone=1", "s=1"], ["deep=1", "gone=1", "s=1"]], "another path's cookie"
        server.set({"/api/tasks": [reply(p.split(b"\r\n\r\n", 1)[1], headers=cookies("gone=; Path=/api; Max-Age=0"))
                                   for p in page]})
        poll(site)
        assert cookies_sent(server) == {"/api/tasks": [["deep=1", "gone=1", "s=1"], ["deep=1", "s=1"]]}


# ---- where they stand ----

def test_secrets_stand_nowhere_else(tmp_path):
    """Passwords in their files, sessions in the vault; neither in a log, the store, an export, a status or a mail,
    also when logins fail, answers are strange and sessions are lost."""
    with site_of(tmp_path, mode="live", sims=("--session-seconds", "900")) as site:
        site.set_keys({"sources.%s.logins-per-hour" % s: "60" for s in SOURCE.values()})
        said = [site.check(), poll(site)]
        secret = {line.split("\t")[1] for name in SOURCE.values()
                  for line in (site.secrets / (name + ".secrets")).read_text(encoding="utf-8").splitlines() if line}
        tokens = vault_words(site)
        assert len(secret) > 3 and len(tokens) >= 5
        echo = {"fault": "raw", "status": 500, "body": "|".join(sorted(secret)), "type": "text/plain"}
        for rule in ({"fault": "refuse-login"}, dict(echo, path="login$", method="POST"),
                     {"fault": "status", "code": 403, "path": "/api/"}, {"fault": "cut", "path": "login$"},
                     {"fault": "raw", "body": '{"code":0,"data":{"accessToken":"a\\nb"}}', "path": "login$"}):
            site.sims.post("expire")
            site.sims.post("faults", **rule)
            said.append(site.once())
            site.sims.clear()
        said.append(poll(site))
        tokens |= vault_words(site)
        said += [site.ctl(*args) for args in (("status", "--json"), ("status",), ("export",), ("outbox", "--json"),
                                              ("list", "tasks", "--json"))]
        said.append(site._run(site.command("--print-config")))
        texts = [(" ".join(d.args), (d.out + d.err).encode()) for d in said]
        texts += [(p.name, p.read_bytes()) for p in site.state.iterdir() if p.is_file() and "vault" not in p.name]
        texts += [(p.name, p.read_bytes()) for p in site.mailbox.iterdir()]
        assert any(name == "nq57.db" for name, _ in texts) and len(site.mails()) > 0
        for word in secret | tokens:
            assert [name for name, text in texts if word.encode() in text] == [], "a secret is in it"
        for path in site.state.glob("*vault*"):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
            assert not any(word.encode() in path.read_bytes() for word in secret), "no password in the vault either"


def vault_words(site):
    return {word for text in vault(site).values() for word in re.findall(r"[0-9a-f]{32,}", text)}
