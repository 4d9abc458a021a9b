# SPDX-License-Identifier: MIT
"""Sessions that are renewed before they end: by a header, by steps of their own, by what the session itself is; and the
end that a token tells of itself. The password is asked for once, and again only when a renewal is not taken."""
import pytest

from door import ACCOUNT, LOST, SECRET, SESSIONS, Door

BY_HEADER = SESSIONS["json"] + """  refresh-token: $.r
  refresh-path: /renew
  refresh-headers:
    X-Renew: <refresh>
    Authorization: Bearer <token>
"""
BY_STEPS = SESSIONS["steps"].replace("""        expires: json $.data.ttl
""", """        expires: json $.data.ttl
        refresh: json $.data.refresh
""") + """  renew:
    again:
      post: /renew
      headers:
        X-Renew: <refresh>
      take:
        token: json $.t
        refresh: json $.r
        expires: json $.e
"""
BY_COOKIE = """  kind: steps
  steps:
    page:
      get: /login
      take:
        t: input _t
        go: action
    send:
      post: <go>
      form:
        _t: <t>
        u: <account>
        p: <secret>
  proof-path: /home
  proof-text: Thoat
  lifetime: 600
  renew:
    look:
      get: /home
      expect-text: Thoat
""" + LOST


@pytest.fixture(params=[("json", BY_HEADER), ("steps", BY_STEPS)], ids=["header", "steps"])
def site(request, tmp_path):
    with Door(tmp_path, request.param[0], session=request.param[1]) as made:
        made.tell(renews=True, expires_in=600)
        made.polled()
        assert made.whole() and made.tell()["logins"] == 1
        yield made


def renewals(site):
    return [r["status"] for r in site.seen("/renew")]


def test_renewed_before_it_ends(site):
    for minute in (45, 58):
        site.set_clock("2026-06-19T07:%d:00+07:00" % minute)
        site.polled()
        assert site.whole() and site.tell()["logins"] == 0 and renewals(site) == [200]
    site.set_clock("2026-06-19T07:59:00+07:00")
    site.polled()
    assert renewals(site) == [] and site.tell()["logins"] == 0, "it lives still"


@pytest.mark.parametrize("how", [401, 404, "page"])
def test_a_renewal_that_is_not_taken_is_a_login(site, how):
    site.tell(renew=how)
    site.set_clock("2026-06-19T07:45:00+07:00")
    site.polled()
    assert site.whole() and site.tell()["logins"] == 1 and len(renewals(site)) == 1


def test_a_renewal_that_fails_is_no_reason_to_log_in(site):
    site.tell(renew=503)
    site.set_clock("2026-06-19T07:45:00+07:00")
    site.polled(1)
    assert site.tell()["logins"] == 0
    site.tell(renew=None)
    site.polled()
    assert site.whole() and site.tell()["logins"] == 0 and renewals(site) == [200]


def test_renewed_by_what_it_is(tmp_path):
    """A cookie that lives on when it is used: asked for near its end, not after it, and not when it was found lost."""
    with Door(tmp_path, "form", session=BY_COOKIE) as site:
        site.polled()
        assert site.whole() and site.tell()["logins"] == 1
        for minute, logins in ((35, 0), (39, 0), (49, 1)):
            site.set_clock("2026-06-19T07:%d:30+07:00" % minute)
            site.polled()
            assert site.whole() and site.tell()["logins"] == logins
            homes = [r for r in site.seen("/home") if r["method"] == "GET"]
            assert len(homes) == (minute == 39) + logins
        site.tell(expire=True)
        site.polled()
        assert site.whole() and site.tell()["logins"] == 1


def test_the_end_that_a_token_tells(tmp_path):
    """Its `exp` is taken where the answer says nothing, and what the answer says where it does."""
    with Door(tmp_path, "json") as site:
        for expires_in, jwt, logins in ((None, 1781829000 + 600, 1), (3600, 1781829000 + 600, 0)):
            site.anew()
            site.set_clock("2026-06-19T07:30:00+07:00")
            site.tell(expires_in=expires_in, jwt=jwt)
            site.polled()
            site.set_clock("2026-06-19T07:39:30+07:00")
            site.polled()
            assert site.whole() and site.tell()["logins"] == logins, (expires_in, jwt)


def test_a_token_of_the_secrets_that_has_ended(tmp_path):
    """Nothing is asked with it: its owner is asked for another."""
    token = "eyJhbGciOiJub25lIn0.eyJleHAiOjE3ODE4MzI2MDB9.c2ln"  # 2026-06-19 08:30 +07:00
    with Door(tmp_path, "bearer") as site:
        site.accounts({ACCOUNT: token})
        site.tell(secret=token)
        site.polled()
        assert site.whole()
        site.set_clock("2026-06-19T08:31:00+07:00")
        site.polled(1)
        assert site.fault() == "session-over" and site.seen() == []
        assert "08:30 on 19/6/2026" in site.partition("door", "tasks")["detail"]
        site.accounts({ACCOUNT: SECRET})
        site.tell(secret=SECRET)
        site.polled()
        assert site.whole()
