# SPDX-License-Identifier: MIT
"""Records that come again in one reading, not only on the next page: others have slipped past, or two have one key.
What the next reading shows again is believed."""
import pytest

from test_pages import ALL, KINDS, row, site  # noqa: F401: a fixture


def moved(path):
    """Behind the first page one of its rows goes to the end, as in a list sorted by its last change."""
    return ({"path": path, "request": 2, "do": "delete", "at": 1},
            {"path": path, "request": 2, "do": "insert", "at": 6, "rows": [row(2)]})


@pytest.mark.parametrize("kind", ["page", "offset", "page-empty"])
def test_rows_that_move_to_the_end_hide_nobody(site, kind):
    """As many are received as are claimed, and one of them is missing from it."""
    path = "/" + KINDS[kind].split("|")[0].split("/")[1]
    site.profile(KINDS[kind])
    for known in (False, True):
        shown, done = site.poll(*moved(path))
        assert done.status == 1 and (shown["completeness"], shown["fault"]) == ("partial", "count-mismatch"), shown
        assert "1 of the records came again" in shown["detail"]
        assert site.codes() == (ALL if known else [code for code in ALL if code != "NV-004"])
        site.pages.rows = [row(n) for n in range(1, 8)]
        shown, done = site.poll()
        assert done.status == 0 and shown["completeness"] == "complete" and site.codes() == ALL, shown


def test_two_rows_of_one_key_are_told_and_believed_the_second_time(site):
    """A wrong `code`, or an office that typed a task twice: nothing is lost silently, and nobody is blind for it."""
    site.profile(KINDS["page"])
    twin = dict(row(2), title="Việc khác")
    site.pages.rows = [row(n) for n in range(1, 8)] + [twin]
    shown, done = site.poll()
    assert done.status == 1 and shown["completeness"] == "partial" and "NV-002" in shown["detail"], shown
    for _ in range(2):
        shown, done = site.poll()
        assert done.status == 0 and shown["completeness"] == "complete" and site.codes() == ALL, shown
        assert "1 records came again in one reading" in done.err and "NV-002" in done.err
    site.pages.rows = [row(n) for n in range(1, 7)] + [twin]
    assert site.poll()[0]["completeness"] == "partial" and site.codes() == ALL
    assert site.poll()[0]["completeness"] == "complete" and site.codes() == ALL[:-1]
