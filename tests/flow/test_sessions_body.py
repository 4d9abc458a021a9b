# SPDX-License-Identifier: MIT
"""A session that goes in the bodies of requests, faults that are told in a body, and clients whose secret is no plain
word."""
import re

import pytest

from door import ACCOUNT, SESSIONS, Door


@pytest.fixture
def site(tmp_path):
    with Door(tmp_path, "body") as made:
        yield made


def test_the_token_is_filled_into_each_body(site):
    assert site.check().status == 0
    site.polled()
    assert site.whole() and site.tell()["logins"] == 1
    assert [(r["method"], r["status"]) for r in site.seen("/api/tasks")] == [("POST", 200)] * 3
    site.polled()
    assert site.whole() and site.tell()["logins"] == 0, "kept"


@pytest.mark.parametrize("lose", ["fault", 401])
def test_a_session_lost_by_a_fault_in_a_body_is_made_anew(site, lose):
    """As Parse and others: 400 with a code of its own. 400 alone is no loss."""
    site.polled()
    for at in (1, 3):
        site.set_clock("2026-06-%dT07:30:00+07:00" % (19 + at))
        site.tell(lose=lose, expire_before=at)
        site.polled()
        assert site.tell()["logins"] == 1 and site.whole()


@pytest.mark.parametrize("wrong, said", [
    (("  body: yes\n", "  body: yes\n  value: <token>\n"), "`value` means nothing with body: yes"),
    (("  body: yes\n", "  body: yes\n  header: X-A\n"), "header, query, body"),
    (("  body: yes\n", "  header: X-A\n  value: <token>\n"), "`token`: only these can be filled in here")])
def test_what_does_not_go_together_is_told(tmp_path, wrong, said):
    with Door(tmp_path, "body", session=SESSIONS["body"].replace(*wrong)) as site:
        done = site.check()
        assert done.status != 0 and said in done.out + done.err, done


def test_a_probe_shows_no_token_that_the_daemon_kept(tmp_path):
    """Neither name nor looks give it away in an address: it is known from where it is kept."""
    session = SESSIONS["json"].replace("  header: X-Token\n", "  query: k\n")
    with Door(tmp_path, "json", session=session) as site:
        site.polled()
        assert site.whole()
        told = site.ctl("probe", "door", "--json")
        assert told.json()["session_reused"] and "k=redacted-" in told.out, told
        assert not re.search("json-[0-9a-f]{24}", told.out + told.err)


class TestClients:
    SECRETS = "a b:c%41/+\u00e9"

    def test_a_secret_that_is_no_plain_word_is_encoded(self, tmp_path):
        """RFC 6749 2.3.1."""
        with Door(tmp_path, "oauth") as site:
            site.tell(secret=self.SECRETS)
            site.accounts({ACCOUNT: self.SECRETS})
            site.polled()
            assert site.whole()

    def test_some_never_read_that(self, tmp_path):
        with Door(tmp_path, "oauth", more="  client-auth: basic-raw\n") as site:
            site.tell(secret="100%25")
            site.accounts({ACCOUNT: "100%2525"})
            site.polled()
            assert site.whole()

    def test_a_request_that_is_no_good_is_no_wrong_password(self, tmp_path):
        with Door(tmp_path, "oauth") as site:
            site.tell(secret="malformed")
            site.polled(1)
            assert site.fault() == "http-status"
            assert "not properly encoded" in site.partition("door", "tasks")["detail"]


def test_a_proof_may_need_a_query(tmp_path):
    session = SESSIONS["json"] + "  proof-path: /api/me?action=query&meta=siteinfo\n  proof: $.me.id\n"
    with Door(tmp_path, "json", session=session) as site:
        site.polled()
        assert site.whole() and [r["query"] for r in site.seen("/api/me")] == ["action=query&meta=siteinfo"]


def test_lengths_in_milliseconds(tmp_path):
    session = SESSIONS["json"] + "  expires-in-unit: milliseconds\n  leeway: 0\n"
    with Door(tmp_path, "json", session=session) as site:
        site.tell(expires_in=120000)
        site.polled()
        site.set_clock("2026-06-19T07:31:00+07:00")
        site.polled()
        assert site.tell()["logins"] == 0
        site.set_clock("2026-06-19T07:33:00+07:00")
        site.polled()
        assert site.tell()["logins"] == 1, "of 120 seconds, not of 33 hours"
