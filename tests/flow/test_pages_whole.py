# SPDX-License-Identifier: MIT
"""A list without a total says by its pages alone that it was read to its end. Where they look as if some were left out,
nobody is missing by it until the next reading shows the same."""
import json

import pytest

from test_pages import ALL, FULL, GROUP, KINDS, row, site  # noqa: F401: a fixture

EMPTY, SHORT, NO_NEXT = {"do": "empty"}, {"do": "drop", "keep": 1}, {"do": "next", "to": None}
LEFT_OUT = {"do": "raw", "text": json.dumps({"items": [row(n) for n in (4, 5, 6)]})}
BY_TEXT = ("cursor", "link", "next", "post-json")


def path_of(kind):
    return "/" + KINDS[kind].split("|")[0].split("/")[1]


def doubted(shown, done):
    """Its word for it, or a fault that was found besides."""
    return done.status == 1 and shown["completeness"] == "partial" and shown["fault"] in ("unproved",
                                                                                          "page-size-lowered")


@pytest.mark.parametrize("kind, lie", [(kind, EMPTY) for kind in FULL] + [(kind, SHORT) for kind in BY_TEXT] +
                         [("cursor", NO_NEXT), ("next", NO_NEXT), ("cursor", LEFT_OUT)])
def test_a_page_that_was_lost_is_not_told_as_complete(site, kind, lie):
    """The second of three pages comes empty or cut short, or does not name the third: before an empty store, and where
    everything is known. What it did not show is not missing."""
    site.profile(KINDS[kind])
    for known in (False, True):
        shown, done = site.poll(dict({"path": path_of(kind), "request": 2}, **lie))
        assert doubted(shown, done) and shown["received"] < 7, shown
        assert (site.codes() == ALL) == known
        shown, done = site.poll()
        assert done.status == 0 and shown["completeness"] == "complete" and site.codes() == ALL, shown


@pytest.mark.parametrize("kind", FULL)
def test_a_last_page_that_is_full_is_believed_when_it_comes_again(site, kind):
    site.profile(KINDS[kind])
    site.pages.rows = site.pages.rows[:6]
    shown, done = site.poll()
    assert doubted(shown, done) and "the last page is full (3 records)" in shown["detail"], shown
    for _ in range(3):
        shown, done = site.poll()
        assert done.status == 0 and (shown["completeness"], shown["received"]) == ("complete", 6), shown
    site.pages.rows = [row(n) for n in range(1, 9)]  # and one that is not full at once
    shown, done = site.poll()
    assert done.status == 0 and (shown["completeness"], shown["received"]) == ("complete", 8), shown


@pytest.mark.parametrize("kind", ["page", "offset", "page-header", "inside"])
def test_a_total_proves_it_at_once(site, kind):
    site.profile(KINDS[kind])
    site.pages.rows = site.pages.rows[:6]
    shown, done = site.poll()
    assert done.status == 0 and (shown["completeness"], shown["proof"]) == ("complete", "total"), shown


def test_a_loss_that_stays_is_what_the_system_shows(site):
    """Twice the same is all that can be asked of a list without a total: then it is told, record by record."""
    site.profile(KINDS["cursor"])
    site.poll()
    rule = {"path": "/cursor", "request": 2, "do": "empty"}
    assert doubted(*site.poll(rule)) and site.codes() == ALL
    shown, done = site.poll(rule)
    assert shown["completeness"] == "complete" and site.codes() == ALL[:3] + ALL[6:], shown
    shown, done = site.poll()
    assert shown["completeness"] == "complete" and site.codes() == ALL


def test_a_system_that_filters_its_pages(site):
    """Where the profile says so, a short page in the middle is none that lost anything."""
    site.profile(KINDS["cursor"] + "|short-pages: yes")
    shown, done = site.poll({"path": "/cursor", "request": 2, "do": "drop", "keep": 2})
    assert done.status == 0 and (shown["completeness"], shown["received"]) == ("complete", 6), shown


def test_the_only_page_is_full_as_pages_were(site):
    """The profile names no size: how many records a page holds is known from the listings before."""
    site.profile(KINDS["cursor"].replace("|size-parameter: size|size: 3", ""))
    cap = {"path": "/cursor", "do": "cap", "size": 3}
    assert site.poll(cap)[1].status == 0 and site.codes() == ALL
    shown, done = site.poll(cap, {"path": "/cursor", "request": 1, "do": "next", "to": None})
    assert doubted(shown, done) and shown["received"] == 3 and site.codes() == ALL, shown


def test_pages_that_hold_fewer_than_were_asked_for(site):
    """Two pages cannot tell a system that caps them from one that lost records of the first, until three agreed."""
    site.profile(KINDS["cursor"].replace("size: 3", "size: 5"))
    cap = {"path": "/cursor", "do": "cap", "size": 3}
    site.pages.rows = [row(n) for n in range(1, 6)]
    shown, done = site.poll(cap)
    assert doubted(shown, done) and "where a page holds 5" in shown["detail"], shown
    assert site.poll(cap)[0]["completeness"] == "complete"
    site.pages.rows = [row(n) for n in range(1, 5)]
    assert site.poll(cap)[0]["completeness"] == "complete"
    site.profile(KINDS["cursor"].replace("size: 3", "size: 5"))
    assert site.poll(cap)[0]["completeness"] == "complete"
    shown, done = site.poll(cap, {"path": "/cursor", "request": 1, "do": "drop", "keep": 2})
    assert doubted(shown, done) and "where a page holds 3" in shown["detail"], shown


def test_a_page_size_is_not_learnt_from_a_doubted_reading(site):
    """Another row of the first page is lost in each of two readings: the second is doubted like the first."""
    site.profile(KINDS["cursor"])
    site.pages.rows = [row(n) for n in range(1, 5)]
    assert site.poll()[1].status == 0
    for lost in (3, 1):
        first = {"items": [row(n) for n in (1, 2, 3) if n != lost], "next": "c3"}
        shown, done = site.poll({"path": "/cursor", "request": 1, "do": "raw", "text": json.dumps(first)})
        assert doubted(shown, done) and shown["received"] == 3, shown
        assert site.codes() == ["NV-%03d" % n for n in range(1, 5)]


def test_an_empty_list_is_believed_when_it_comes_again(site):
    """200 with nothing in it is also what a system gives that is not well."""
    for kind in ("cursor", "none", "page-empty"):
        site.profile(KINDS[kind])
        site.pages.rows = []
        shown, done = site.poll()
        assert doubted(shown, done) and "the list is empty" in shown["detail"], shown
        assert site.poll()[0]["completeness"] == "complete"
    site.profile(KINDS["page"])
    site.pages.rows = []
    assert site.poll()[0]["completeness"] == "complete", "its total is 0"


def test_a_slice_with_a_full_page_makes_all_of_them_doubted(site):
    """And the pages of one slice say nothing of those of another."""
    site.profile(GROUP.replace("/of/<each>|list: $|paging: none",
                               "/cursor/<each>|" + KINDS["cursor"].split("|", 1)[1]))
    assert site.poll()[0]["completeness"] == "complete"
    site.pages.rows = site.pages.rows[:6]
    assert doubted(*site.poll()) and site.codes() == ALL
    shown, done = site.poll()
    assert done.status == 0 and shown["completeness"] == "complete" and site.codes() == ALL[:6], shown


def test_changes_behind_a_full_page_are_asked_for_again(site):
    """The cursor does not go past a reading that may have been cut short; that nothing changed is no empty list."""
    site.profile(KINDS["cursor"] + "|changes:|  by: $.id|  kind: id|  since-parameter: since|  overlap: 2")

    def poll():
        shown, done = site.poll()
        assert all("since" in r["asked"] for r in site.pages.seen) == bool(kept)
        return shown["completeness"], site.lone.query("SELECT cursor FROM partition")[0]["cursor"]
    kept = None
    assert poll()[0] == "complete"
    kept = site.lone.query("SELECT cursor FROM partition")[0]["cursor"]
    assert poll() == ("complete", kept)
    site.pages.rows = [row(n) for n in (7, 8, 9)]
    assert poll() == ("partial", kept)
    completeness, cursor = poll()
    assert completeness == "complete" and cursor != kept
    site.pages.rows = []
    assert poll() == ("complete", cursor)
    assert site.codes() == ALL + ["NV-008", "NV-009"]


@pytest.mark.parametrize("kind", ["page", "offset", "page-header", "post-form"])
def test_a_total_that_changes_is_told_as_that(site, kind):
    """And no page size was lowered. The listing is read anew: at rest it is whole, else its last reading says why."""
    site.profile(KINDS[kind])
    path, more = path_of(kind), {"do": "total", "add": 1}
    shown, done = site.poll(*[dict(more, path=path, request=n) for n in range(2, 30)])
    assert (shown["completeness"], shown["fault"]) == ("partial", "count-mismatch") and done.status == 1, shown
    assert "the total changed from 1" in shown["detail"] and "and 7 records came" in shown["detail"], shown
    shown, done = site.poll(dict(more, path=path, request=2))
    assert "expected 8 records (the total claimed), received 7 in " in shown["detail"], shown
    shown, done = site.poll(dict(more, path=path, request=2), dict(more, path=path, request=5, add=-1))
    assert done.status == 0 and shown["completeness"] == "complete", shown
