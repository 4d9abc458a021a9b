# SPDX-License-Identifier: MIT
"""Details that fail: one costs no other, and a system that is down is left alone."""
import pytest

import test_pages
from test_pages import ALL, DETAIL, row, site  # noqa: F401: a fixture


@pytest.fixture(autouse=True)
def head(monkeypatch):
    text = test_pages.HEAD
    for name in ("code", "unit", "title", "state"):
        text = text.replace("$.%s\n" % name, "$.detail.%s\n" % name)
    monkeypatch.setattr(test_pages, "HEAD", text)


def statuses(**codes):
    return [{"path": "/detail/" + n[1:], "do": "status", "code": code} for n, code in codes.items()]


def asked(site):
    return {int(r["path"].split("/")[2]) for r in site.pages.seen if r["path"].startswith("/detail")}


def test_a_refusal_between_failures_shows_that_the_system_is_up(site):
    """500, 500, 404, 500, 500, 403: the seventh is asked for, and stored."""
    site.profile(DETAIL)
    site.lone.set_keys({"sources.pages.breaker-after": "0"})  # it counts requests, each try one
    shown, done = site.poll(*statuses(n1=500, n2=500, n3=404, n4=500, n5=500, n6=403))
    assert asked(site) == {1, 2, 3, 4, 5, 6, 7} and site.codes() == ["NV-007"]
    assert shown["completeness"] == "partial" and "(6 in all)" in shown["detail"] and done.status == 1, shown
    assert site.poll()[0]["completeness"] == "complete" and site.codes() == ALL


def test_three_failures_in_a_row_are_a_system_that_is_down(site):
    site.profile(DETAIL)
    site.lone.set_keys({"sources.pages.breaker-after": "0"})  # it counts requests, each try one
    shown, done = site.poll(*statuses(n2=404, n3=500, n4=500, n5=500))
    assert asked(site) == {1, 2, 3, 4, 5} and shown["fault"] == "http-status" and done.status == 1, shown


def test_failures_that_alternate_with_refusals_come_to_an_end(site):
    """Each refusal shows that the system is up, but what had to be sent again is bounded over all of a listing: 20, and
    one for every 20 requests."""
    site.profile(DETAIL.replace("size: 3", "size: 100"))
    site.lone.set_keys({"sources.pages.breaker-after": "0"})  # it counts requests, each try one
    site.pages.rows = [row(n) for n in range(101, 201)]
    shown, _ = site.poll(*statuses(**{"n%d" % n: 500 if n % 2 else 404 for n in range(101, 201)}))
    assert asked(site) == set(range(101, 124)) and shown["fault"] == "http-status", shown
    assert "22 requests of this listing had to be sent again" in shown["detail"], shown
