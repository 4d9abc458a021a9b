# SPDX-License-Identifier: MIT
"""`nq57ctl probe` of a stream with details: what stands in them is shown as what stands in a list is."""
import pytest

import test_pages
from test_pages import DETAIL, row, site  # noqa: F401: a fixture


@pytest.fixture
def details(site, monkeypatch):
    """Of each detail `when.due`, `files` and `note` are there besides; the last is read by nobody."""
    head = test_pages.HEAD.replace("from: $.state", "from: $.detail.state")
    for name in ("code", "unit", "title"):
        head = head.replace("$.%s\n" % name, "$.detail.%s\n" % name)
    more = "      due:\n        from: $.detail.when.due\n        dates:\n          - dd/MM/yyyy\n" \
           "      evidence:\n        from: $.detail.files\n        name: $.name\n"
    monkeypatch.setattr(test_pages, "HEAD", head + more)
    site.profile(DETAIL.replace("size: 3", "size: 40"))
    site.pages.rows = [dict(row(n), when={"due": "0%d/07/2026" % n, "by": "A"}, files=[{"name": "a.pdf"}],
                            note="" if n == 2 else "ghi chú") for n in range(1, 6)]
    site.pages.reset()
    return site


def test_members_of_details_are_shown(details):
    told = details.lone.ctl("probe", "pages", "--json").json()["streams"][0]
    members = {m["path"]: m for m in told["details"]["members"]}
    assert told["details"]["records"] == 3 and told["records"] == 3, told
    assert members["$.detail.when.due"]["dates"] == "dd/MM/yyyy"
    assert (members["$.detail.note"]["seen"], members["$.detail.note"]["empty"]) == (3, 1)
    assert members["$.detail.note"]["sample"] == "ghi chú" and members["$.detail.when"]["types"] == ["object"]
    unread = [path for path in told["unread"] if path.startswith("$.detail")]
    assert unread == ["$.detail.id", "$.detail.month", "$.detail.when.by", "$.detail.note"], told["unread"]


def test_they_are_told_to_a_person_in_both_languages(details):
    for args, words in (((), "details: 3, 11 members"), (("--lang", "vi"), "chi tiết: 3, 11 trường")):
        shown = details.lone.ctl("probe", "pages", *args).out
        assert words in shown and "$.detail.when.due" in shown and "dd/MM/yyyy" in shown, shown
        line = next(line for line in shown.splitlines() if "nobody reads" in line or "chưa ai đọc" in line)
        assert line.endswith("$.detail.id $.detail.month $.detail.when.by $.detail.note")


def test_a_detail_that_is_put_aside_is_shown_too(details):
    for one in details.pages.rows:
        one["state"] = "unknown word"
    told = details.lone.ctl("probe", "pages", "--json").json()["streams"][0]
    assert told["records"] == 0 and told["put_aside"][0]["records"] == 3 and told["details"]["records"] == 3, told
