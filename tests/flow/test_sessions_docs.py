# SPDX-License-Identifier: MIT
"""Every mistake in a session is shown with its place. (Its examples in docs/ are compiled by test_docs_examples.py.)"""
import pytest

from small import Small

STREAMS = """streams:
  tasks:
    kind: task
    path: /api/tasks
    list: $.items
    total: $.total
    paging: offset
    offset-parameter: offset
    size-parameter: limit
    size: 100
    code: $.code
    fields:
      title: $.title
"""
HEAD = "profile: theodoiq\nstatus: assumed\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Small(tmp_path_factory.mktemp("docs") / "site", units=("24412",)) as made:
        yield made


def check(site, session):
    (site.config / "profiles" / "theodoiq.yaml").write_text(HEAD + session + STREAMS, encoding="utf-8")
    done = site.check()
    return [line for line in (done.out + done.err).splitlines() if "theodoiq.yaml:" in line]


STEPS = """session:
  kind: steps
  steps:
    page:
      get: /login
      take:
        _token: input _token
    send:
      post: /login
      form:
        _token: <_token>
        p: <secret>
  proof-path: /home
  proof-text: out
"""

MISTAKES = [
    ("_token: input _token", "_token: inputs _token", "9:17", "input NAME"),
    ("_token: input _token", "_token: input", "9:17", "input NAME"),
    ("_token: input _token", "_token: json $.a[", "9:17", "no selector"),
    ("_token: input _token", "secret: input _token", "9:17", "account or secret"),
    ("<_token>", "<token>", "13:17", "<_token>"),
    ("get: /login", "get: login", "7:12", "no address"),
    ("get: /login", "get: <go>", "7:12", "<account>"),
    ("post: /login", "pots: /login", "11:7", "post"),
    ("post: /login", "post: /login\n      get: /x", "10:5", "get, post"),
    ("post: /login\n      form:\n", "get: /login\n      form:\n", "12:7", "means nothing with get"),
    ("post: /login\n", "post: /login\n      json: '{\"a\": <secret}'\n", "12:13", "`<secret` is not closed"),
    ("post: /login\n", "post: /login\n      json: '{\"a\": \"<secret>\"'\n", "12:13", "no JSON"),
    ("  proof-path: /home\n  proof-text: out\n", "", "4:3", "proof-path"),
    ("  proof-text: out\n", "", "15:15", "proof-text"),
    ("  proof-text: out\n", "  proof-text: out\n  header: X\n", "4:3", "value"),
    ("  proof-text: out\n", "  proof-text: out\n  header: X\n  value: <token>\n", "18:10", "no step takes"),
    ("  proof-text: out\n", "  proof-text: out\n  token-path: /t\n", "17:3", "means nothing with steps"),
    ("  proof-text: out\n", "  proof-text: out\n  lost: $.code\n", "4:3", "lost-value"),
    ("  proof-text: out\n", "  proof-text: out\n  lost-status: [401, 200]\n", "17:22", "400 to 499"),
    ("  proof-text: out\n", "  proof-text: out\n  csrf:\n    from: meta x\n", "18:5", "header, field"),
    ("  proof-text: out\n", "  proof-text: out\n  csrf:\n    header: X\n    from: meta x\n", "18:5", "path"),
]


@pytest.mark.parametrize("old, new, place, says", MISTAKES, ids=[str(n) for n in range(len(MISTAKES))])
def test_a_mistake_has_a_place(site, old, new, place, says):
    assert old in STEPS and check(site, STEPS) == []
    lines = check(site, STEPS.replace(old, new, 1))
    assert any("theodoiq.yaml:%s:" % place in line and says in line for line in lines), lines


@pytest.mark.parametrize("session, says", [
    ("session:\n  kind: api-key\n  value: <secret>\n", "header, query, cookie"),
    ("session:\n  kind: api-key\n  header: X\n  query: x\n  value: <secret>\n", "header, query, cookie"),
    ("session:\n  kind: api-key\n  header: X\n  value: <token>\n", "<secret>"),
    ("session:\n  kind: basic\n  value: x\n", "means nothing with basic"),
    ("session:\n  kind: oauth2\n", "token-path"),
    ("session:\n  kind: oauth2\n  token-path: /t\n  grant: password\n", "client-credentials"),
    ("session:\n  kind: none\n  lost-status: 401\n", "means nothing with none"),
    ("session:\n  kind: html-form\n  login-path: /l\n  login-fields:\n    p: <secret>\n", "proof-path"),
])
def test_kinds_have_their_own_keys(site, session, says):
    lines = check(site, session)
    assert len(lines) == 1 and says in lines[0], lines
