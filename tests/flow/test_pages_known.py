# SPDX-License-Identifier: MIT
"""What is remembered of a page is not taken for what its header says now."""
import pytest

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
