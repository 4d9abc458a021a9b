# SPDX-License-Identifier: MIT
"""A page that has not changed is not sent again, and nothing is believed of it for longer than a day."""
import contextlib
import sqlite3

import pytest

from feed_site import FeedSite


@pytest.fixture
def site(request, tmp_path):
    with FeedSite(tmp_path / "site", changes=False, tags=getattr(request, "param", "strong")) as made:
        assert made.poll() and made.run()["completeness"] == "complete"
        made.check()
        yield made


def statuses(seen):
    return [r["status"] for r in seen]


@pytest.mark.parametrize("site", ["strong", "weak", "time"], indirect=True)
def test_unchanged_pages_come_as_304(site):
    before = site.rows()
    seen = site.poll()
    assert statuses(seen) == [304, 304, 304]
    assert all(bool(r["etag"]) != bool(r["modified"]) for r in seen)
    run = site.run()
    assert (run["completeness"], run["proof"], run["members"], run["claimed"]) == ("complete", "total", 30, 30)
    assert site.rows() == before and not site.missing()


def test_a_changed_page_is_read_and_the_others_are_not(site):
    site.feed.put("24412", "NV-03", progress=77)
    assert sorted(statuses(site.poll())) == [200, 304, 304]
    site.check()
    assert site.run()["changed"] == 1
    site.feed.put("24412", "NV-00A", progress=5)  # every row behind it moves on
    assert statuses(site.poll())[0] == 200
    site.check()
    site.feed.drop("24412", "NV-00A")
    site.feed.drop("22015", "NV-09")
    site.poll()
    site.check()
    assert site.missing() == {"24412/task/NV-00A", "22015/task/NV-09"}


@pytest.mark.parametrize("site", ["node"], indirect=True)
def test_tags_that_differ_from_node_to_node(site):
    for _ in range(3):
        assert statuses(site.poll()) == [304, 304, 304]
    site.feed.salt = "b"  # none of them is known any more: the bytes decide
    before = site.rows()
    assert statuses(site.poll()) == [200, 200, 200]
    assert site.rows() == before and site.run()["same"] == 30


def believe(site, total):
    """What is remembered of the pages names the second total in place of the first."""
    with contextlib.closing(sqlite3.connect(site.state / "nq57.db")) as db, db:
        db.execute("UPDATE page SET facts = replace(facts, ' 10 0 ' || ? || ' ', ' 10 0 ' || ? || ' ')", total)


@pytest.mark.parametrize("site", [None], indirect=True)
def test_a_page_with_the_bytes_it_had_is_not_read_again(site):
    assert statuses(site.poll()) == [200, 200, 200] and site.run()["same"] == 30
    believe(site, (30, 31))
    site.poll(status=1)
    run = site.run()
    assert (run["completeness"], run["fault"]) == ("partial", "count-mismatch") and "from 31 to 30" in run["detail"]
    assert not site.missing()
    believe(site, (31, 30))
    site.poll()
    assert site.run()["completeness"] == "complete"
    believe(site, (30, 31))
    site.feed.put("24412", "NV-03", progress=77)  # the page it stands on speaks for itself
    site.edit(("size: 10", "size: 15"))           # and so does every page that is asked for in another way
    site.poll()
    assert site.run()["completeness"] == "complete"
    site.check()


def lies_told(site):
    return [line for line in site.last.err.splitlines() if "validators-lie" in line]


def test_a_lie_lasts_a_day_at_most_and_is_not_believed_again(site):
    site.feed.lies = True
    site.feed.put("24412", "NV-03", progress=77)
    assert statuses(site.poll()) == [304, 304, 304] and not lies_told(site)
    seen = site.poll(hours=25)
    assert statuses(seen).count(200) == 3 and not any(r["etag"] for r in seen if r["status"] == 200)
    site.check()
    [line] = lies_told(site)
    assert "page" in line and "feed/tasks" in line
    for _ in range(2):
        site.feed.put("24412", "NV-03", progress=site.at.minute)
        seen = site.poll(minutes=31)
        assert statuses(seen) == [200, 200, 200] and not any(r["etag"] for r in seen)
        site.check()
        assert not lies_told(site), "told once"
    site.edit(("size: 10", "size: 15"))
    assert statuses(site.poll()) == [200, 200]
    assert not any(r["etag"] for r in site.poll()), "another profile does not make the system honest"


def test_the_same_tag_with_other_rows_is_a_lie(site):
    site.feed.frozen = True
    site.poll(hours=25)
    site.feed.put("24412", "NV-03", progress=77)
    site.feed.honours = False  # it names a tag and never looks at one
    assert statuses(site.poll()) == [200, 200, 200]
    site.check()
    assert len(lies_told(site)) == 1
    assert not any(r["etag"] for r in site.poll())


def test_what_was_believed_before_the_lie_showed_is_read_again(site):
    """Page 1 as before, page 2 under the same tag with other rows: neither is good enough for "complete"."""
    site.feed.frozen = True
    site.poll(hours=25)
    site.feed.put("22015", "NV-03", progress=77)
    site.feed.put("24412", "NV-03", progress=78)
    site.feed.honours = 1
    assert statuses(site.poll()) == [304, 200, 200, 200, 200, 200]
    site.check()
    assert len(lies_told(site)) == 1 and site.run()["completeness"] == "complete"


@pytest.mark.parametrize("site", ["strong", "weak", "time"], indirect=True)
def test_an_honest_system_stays_believed(site):
    site.poll()
    assert statuses(site.poll(hours=25)) == [304, 200] * 3, "once a day it is looked at all the same"
    site.feed.put("24412", "NV-03", progress=77)
    site.poll(hours=25)
    site.check()
    assert statuses(site.poll()) == [304, 304, 304] and not lies_told(site)


def test_not_modified_without_being_asked(site):
    site.edit(("size: 10", "size: 15"))  # another address: what is remembered says nothing of it
    site.feed.unasked = True
    before = site.rows()
    site.poll(status=1)
    run = site.run()
    assert (run["completeness"], run["fault"]) == ("failed", "not-modified") and "304" in run["detail"]
    assert site.rows() == before
    site.feed.unasked = False
    site.poll()
    site.check()


def test_another_profile_asks_for_everything(site):
    site.edit(("doing: in_progress", "doing: not_started"),
              ("progress: $.progress", "progress: $.progress\n      group: $.unit"))
    seen = site.poll(status=1)  # so many changes by a changed profile are asked about
    assert statuses(seen) == [200, 200, 200] and not any(r["etag"] for r in seen)


def test_validators_can_be_turned_off(site):
    site.edit(("    code: $.code\n", "    validators: no\n    code: $.code\n"))
    site.poll()
    assert not any(r["etag"] or r["modified"] for r in site.poll())
