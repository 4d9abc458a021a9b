# SPDX-License-Identifier: MIT
"""What is remembered of a page is not taken for what its header, or the address that it came from, says now."""
import pytest

import test_pages
from test_pages import KINDS, row, site  # noqa: F401: a fixture


@pytest.mark.parametrize("kind", ["link", "cursor-header", "page-header"])
def test_a_header_that_says_more_is_read(site, kind):
    """The last page keeps its bytes; that another one follows now stands in its header alone."""
    site.profile(KINDS[kind])
    site.pages.rows = [row(n) for n in range(1, 7)]
    for _ in range(2):
        assert site.poll()[0]["received"] == 6
    site.pages.rows.append(row(7))
    shown, done = site.poll()
    assert done.status == 0 and (shown["completeness"], shown["received"]) == ("complete", 7), shown


@pytest.mark.parametrize("tag, status", [(None, 200), ('"a"', 200), ('"a"', 304)])
def test_a_relative_next_address_is_not_taken_from_memory_when_a_redirect_leads_elsewhere(site, tag, status):
    """The first page is asked for by one address and has the bytes it had, also under its tag, or is even said to be as
    before; but it comes from another home now, and its next address begins there: at the old one nothing is left."""
    site.profile("path: /moved|list: $.results|paging: next|next: $.next|size-parameter: size|size: 3")
    site.pages.rows = [row(n) for n in range(1, 6)]
    site.pages.home = "v1"
    for home in ("v1", "v1", "v2", "v2"):
        moved, site.pages.home = home != site.pages.home, home
        rules = [{"path": "/" + home, "do": "header", "name": "ETag", "value": tag}] if tag else []
        if moved and status == 304:
            rules.append({"path": "/" + home, "request": 1, "do": "status", "code": 304})
        shown, done = site.poll(*rules)
        assert done.status == 0 and (shown["completeness"], shown["received"]) == ("complete", 5), shown
        asked = [(r["path"], r["asked"].get("cur")) for r in site.pages.seen]
        pages = [("/moved", None), ("/%s/rel" % home, None), ("/%s/rel" % home, "c3")]
        assert asked == (pages[:2] if moved and status == 304 else []) + pages
        assert not moved or site.pages.seen[1]["headers"].get("If-None-Match") == tag


@pytest.mark.parametrize("session, key", [("  kind: none", None),
                                          ("  kind: api-key\n  query: k\n  value: <secret>", "k")])
def test_homes_told_apart_by_the_query_alone_are_two(site, monkeypatch, session, key):
    """The second home says that the page is as before, which it never gave: it is asked for plainly. At one home that
    is believed, also when the key of the session, which a redirect repeats, is another one."""
    monkeypatch.setattr(test_pages, "HEAD", test_pages.HEAD.replace("  kind: none", session))
    site.profile("path: /asked|list: $.results|paging: next|next: $.next|size-parameter: size|size: 3")
    site.pages.rows = [row(n) for n in range(1, 6)]
    for home, k in (("v1", "a"), ("v1", "b"), ("v2", "b"), ("v2", "c")):
        if key:
            site.lone.accounts({"giamsat.daklak": k * 12})
        moved, site.pages.home = home != site.pages.home, home
        rules = [{"path": "/one", "do": "header", "name": "ETag", "value": '"a"'}]
        if moved or k == "c":
            rules.append({"path": "/one", "request": 1, "do": "status", "code": 304})
        shown, done = site.poll(*rules)
        assert done.status == 0 and (shown["completeness"], shown["received"]) == ("complete", 5), shown
        asked = [r["asked"].get("cur") for r in site.pages.seen if r["path"] == "/one/rel"]
        assert asked == [None, None, "c3"] if moved else [None, "c3"], (home, k, site.pages.seen)
