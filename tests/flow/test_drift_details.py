# SPDX-License-Identifier: MIT
"""A system whose details change under their description, while its lists stay as they were."""
import pytest

import test_pages
from test_pages import DETAIL, row, site  # noqa: F401: a fixture


def made(n):
    return dict(row(n), progress={"state": "new", "rate": "%d,5" % n, "note": "x"})


@pytest.fixture
def details(site, monkeypatch):
    """Thirty records that were read twice."""
    head = test_pages.HEAD.replace("from: $.state", "from: $.detail.progress.state")
    for name in ("code", "unit", "title"):
        head = head.replace("$.%s\n" % name, "$.detail.%s\n" % name)
    monkeypatch.setattr(test_pages, "HEAD", head + "      progress: $.detail.progress.rate\n")
    site.profile(DETAIL.replace("size: 3", "size: 15"))
    site.pages.rows = [made(n) for n in range(1, 31)]
    for _ in range(2):
        shown, done = site.poll()
        assert done.status == 0 and shown["completeness"] == "complete", done
    return site


def change(site, share, **parts):
    """In that share of the records; a part of None is gone."""
    for old in site.pages.rows[:int(share * len(site.pages.rows))]:
        for key, value in parts.items():
            place = old["progress"] if key in old["progress"] else old
            if value is None:
                del place[key]
            else:
                place[key] = value


@pytest.mark.parametrize("share, parts, words", [
    (1, {"rate": None}, "drift-missing: `detail.progress.rate` was always there and is in none of 30 records"),
    (1, {"title": None}, "drift-missing: `detail.title` was always there and is in none of 30 records"),
    (0.1, {"priority": "cao"}, 'drift-new: `detail.priority` is new, in 3 of 30 records: "cao"'),
    (0.1, {"rate": 7}, "drift-retyped: `detail.progress.rate` was a text, and is a number in 3 of 30 records: 7"),
    (0.6, {"rate": ""}, "drift-empty: `detail.progress.rate` is empty or missing in 18 of 30 records"),
    (0.1, {"state": "paused"}, "drift-word: `paused` is a new word of work, in 3 of 30 records")])
def test_what_changes_inside_details_is_told_once(details, share, parts, words):
    change(details, share, **parts)
    for told in (True, False):
        shown, done = details.poll()
        code, _, sentence = words.partition(": ")
        lines = [line for line in done.err.splitlines() if code in line]
        assert [sentence in line for line in lines] == [True] * told, done.err
        assert shown["received"] == 30 and len(details.codes()) == 30


@pytest.mark.parametrize("parts, words", [
    ({"state": None}, "`detail.progress.state` was always there and is in none of 30 records"),
    ({"unit": None}, "`detail.unit` was always there"), ({"progress": {}}, "`detail.progress.state` was always there"),
    ({"state": "tạm dừng"}, "`tạm dừng` is a new word of work, in 30 of 30 records")])
def test_identity_and_state_inside_details_ask_a_person(details, parts, words):
    before = details.lone.export()
    change(details, 1, **parts)
    shown, done = details.poll()
    [asked] = details.lone.status_json()["refusals"]
    assert done.status == 1 and words in done.err and "NQ57_GUARD=drift" in done.err, done.err
    kept = [line for line in details.lone.export().splitlines() if line.startswith("side ")]
    assert kept == [line for line in before.splitlines() if line.startswith("side ")]
    details.pages.rows = [made(n) for n in range(1, 31)]
    shown, done = details.poll()
    assert done.status == 0 and details.lone.status_json()["refusals"] == [], (asked, done)
