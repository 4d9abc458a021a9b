# SPDX-License-Identifier: MIT
"""Reading only what changed: everything that changed is read, sooner or later, and the cursor never runs ahead."""
import datetime as dt
import os
import signal
import subprocess

import pytest

from feed_site import FeedSite


@pytest.fixture
def site(tmp_path):
    with FeedSite(tmp_path / "site") as made:
        assert not any("since" in r["query"] for r in made.poll())  # the first run reads everything
        made.check()
        yield made


def changes_only(seen):
    return bool(seen) and all("since" in r["query"] for r in seen)


def cursor(site):
    """The instant the cursor stands at."""
    value = int(site.kept("cursor").split()[1])
    return dt.datetime.fromtimestamp(value / 1e6, dt.timezone.utc)


def test_only_what_changed_is_asked_for(site):
    before = site.rows()
    seen = site.poll()
    assert changes_only(seen) and len(seen) == 1
    assert site.rows() == before and site.run()["completeness"] == "complete"
    site.feed.put("24412", "NV-03", progress=77)
    site.feed.put("24133", "NV-NEW", progress=1)
    changed = site.feed.now
    assert changes_only(site.poll())
    site.check()
    run = site.run()
    assert (run["added"], run["changed"], run["gone"]) == (1, 1, 0)
    assert site.status_json()["partitions"][0]["members"] == 31
    assert cursor(site) == changed


def test_absence_proves_nothing_until_the_sweep(site):
    site.feed.drop("24412", "NV-03")
    site.feed.put("24133", "NV-04", quiet=True, progress=99)  # a bulk edit that leaves the time alone
    assert changes_only(site.poll())
    assert not site.missing()
    assert not changes_only(site.poll(hours=25))
    site.check()
    assert site.missing() == {"24412/task/NV-03"}
    assert changes_only(site.poll())


def test_another_value_in_the_requests_is_another_list(site):
    """Neither a cursor nor a page of the last year's list says anything about this year's."""
    site.edit(("    paging: page\n", "    paging: page\n    query:\n      nam: <config.nam>\n"))
    site.set_keys({"sources.feed.values.nam": "2025"})
    assert not changes_only(site.poll())
    assert changes_only(site.poll())
    site.set_keys({"sources.feed.values.nam": "2026"})
    seen = site.poll()
    assert not any("since" in r["query"] for r in seen) and all(r["query"]["nam"] == "2026" for r in seen), seen
    assert changes_only(site.poll())


def test_written_late(site):
    """A form that was open for eight minutes is stored with the time at which it was opened."""
    site.feed.put("24133", "NV-01", progress=50)
    site.poll()
    site.feed.put("24412", "NV-02", progress=88, at=site.feed.now - dt.timedelta(minutes=8))
    assert changes_only(site.poll())
    site.check()
    site.feed.put("24412", "NV-02", progress=44, at=site.feed.now - dt.timedelta(hours=2))  # longer than the overlap
    assert changes_only(site.poll())
    assert site.sides()["24412/task/NV-02"]["progress"] == "88"
    site.poll(hours=25)
    site.check()


def test_a_time_to_come_moves_nothing_beyond_now(site):
    site.feed.put("24412", "NV-03", progress=77, at=site.feed.now + dt.timedelta(days=400))
    site.poll()
    assert cursor(site) == site.feed.now
    site.feed.put("24412", "NV-04", progress=78)
    assert changes_only(site.poll())
    site.check()


@pytest.mark.parametrize("status", [410, 400])
def test_too_long_ago(site, status):
    site.edit(("too-old-status: 410", "too-old-status:\n        - 410\n        - 400"))
    site.poll()
    site.feed.oldest, site.feed.too_old = site.feed.now - dt.timedelta(days=2), status
    site.feed.put("24412", "NV-03", progress=77)
    seen = site.poll()
    assert ["since" in r["query"] for r in seen] == [True] + [False] * (len(seen) - 1) and len(seen) > 1
    site.check()


def test_too_long_ago_by_our_own_count(site):
    site.edit(("full-every: 1 day", "full-every: 60 days\n      too-old-after: 40 days"))
    site.poll()
    assert changes_only(site.poll())
    assert not changes_only(site.poll(days=20))


def test_an_incomplete_listing_leaves_the_cursor(site):
    site.poll()
    before = site.kept("cursor")
    for n in range(15):
        site.feed.put("24412", "NV-1%02d" % n, progress=n)
    site.feed.fail = lambda asked: 503 if asked["page"] == "2" else None
    site.poll(status=1)
    assert site.run()["completeness"] == "partial" and site.kept("cursor") == before
    assert 0 < site.run()["added"] < 15  # what it brought is here
    site.feed.fail = None
    site.poll()
    site.check()
    assert cursor(site) > dt.datetime.fromtimestamp(int(before.split()[1]) / 1e6, dt.timezone.utc)


def test_a_record_put_aside_holds_the_cursor_before_it(site):
    site.poll()
    site.feed.put("24412", "NV-03", state="???")
    stands = site.feed.now
    site.feed.put("24412", "NV-04", progress=5, at=site.feed.now + dt.timedelta(minutes=20))
    site.poll(status=1)
    assert site.run()["quarantined"] == 1 and cursor(site) < stands
    site.poll(status=1)
    assert cursor(site) < stands
    site.feed.put("24412", "NV-03", quiet=True, state="done")  # mended without a new time: it is asked for again
    assert changes_only(site.poll())
    site.check()
    assert cursor(site) > stands


def test_another_profile_reads_everything(site):
    site.poll()
    site.edit(("overlap: 10 minutes", "overlap: 20 minutes"))
    assert not changes_only(site.poll())
    assert changes_only(site.poll())


def test_days_for_times(tmp_path):
    """Records that tell a day only: everything of the last day comes again."""
    edit = (("since-parameter: since", "since-parameter: since\n      since-format: yyyy-MM-dd"),)
    with FeedSite(tmp_path / "site", edit=edit) as site:
        def put(**values):
            site.feed.put("24412", "NV-03", **values)
            site.feed.rows["24412", "NV-03"]["updated"] = site.feed.now.date().isoformat()
        for row in site.feed.rows.values():
            row["updated"] = row["updated"][:10]
        site.feed.time = lambda text: dt.datetime.fromisoformat(text[:10])
        site.poll()
        put(progress=50)
        assert changes_only(site.poll())
        put(progress=60)  # the same day again: its time did not move
        seen = site.poll()
        assert changes_only(seen) and len(seen[0]["query"]["since"]) == 10
        site.check()


def test_by_number(tmp_path):
    edit = (("since-parameter: since", "since-parameter: after"), ("by: $.updated", "by: $.seq"),
            ("kind: time", "kind: id"), ("overlap: 10 minutes", "overlap: 5"))
    with FeedSite(tmp_path / "site", edit=edit) as site:
        site.poll()
        site.feed.put("24412", "NV-03", progress=50)
        seen = site.poll()
        assert [r["query"]["after"] for r in seen] == ["25"]
        site.check()
        assert site.kept("cursor").split()[:2] == ["id", "31"]


def test_an_empty_system_begins_at_its_own_clock(tmp_path):
    with FeedSite(tmp_path / "site", each=0) as site:
        site.poll()
        assert cursor(site) == site.feed.now
        site.feed.put("24412", "NV-03", progress=50)
        assert changes_only(site.poll())
        site.check()


def test_killed_anywhere_the_cursor_is_not_ahead(tmp_path):
    """At every step of a listing: every row of the feed up to the cursor is in the store."""
    def covered(site):
        text = site.kept("cursor")
        sides = site.sides()
        upto = dt.datetime.fromtimestamp(int(text.split()[1]) / 1e6, dt.timezone.utc) if text else None
        for (unit, code), row in site.feed.rows.items():
            if upto and site.feed.time(row["updated"]) <= upto:
                assert sides["%s/task/%s" % (unit, code)]["progress"] == str(row["progress"]), (unit, code, text)

    with FeedSite(tmp_path / "site") as site:
        points = ("schema-before-commit", "apply-begin", "apply-rows", "apply-before-commit", "apply-after-commit",
                  "cycle-before-plan", "cycle-end")
        for n, point in enumerate(points * 2):
            for k in range(4):
                site.feed.put("24412", "NV-K%d" % k, progress=n)
            site.feed.order = ("updated", "code")[n % 2]
            site.pass_time(minutes=7)
            died = subprocess.run(site.command("--once"), stdin=subprocess.DEVNULL, capture_output=True, cwd="/",
                                  env=dict(site.environment(), NQ57_KILL_AT=point), timeout=60).returncode
            assert died == -signal.SIGKILL or (point == "schema-before-commit" and n > 0), (point, died)
            assert os.path.exists(site.state / "nq57.db")
            if n > 0:
                covered(site)
        site.poll()
        covered(site)
        site.check()
