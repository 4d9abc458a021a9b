# SPDX-License-Identifier: MIT
"""Requests that carry what the page before held, as portals want it that post their pages back."""
import pytest

from harness import SOURCE
from simulators import client, postback
from small import Lone

PROFILE = SOURCE / "tests" / "fixtures" / "profiles" / "postback.yaml"
WORDS = dict(zip(postback.WORDS, ("not_started", "in_progress", "done")))


class Postback(Lone):
    def __init__(self, folder, *args):
        self.portal = client.Child("postback.py", *args)
        super().__init__(folder, PROFILE, "http://127.0.0.1:%d" % self.portal.port,
                         accounts={"giamsat.daklak": postback.PASSWORD})
        self._child(self.portal)

    def seen(self):
        http = client.Http(self.portal.port)
        try:
            return [tuple(row) for row in http.json("/seen")]
        finally:
            http.close()


def test_every_page_is_asked_for_with_what_the_page_before_held(tmp_path):
    with Postback(tmp_path / "site") as site:
        done = site.once()
        assert done.status == 0 and "NQ57_FAULT" not in done.err, done
        truth = {"%s/task/%s" % (r["unit"], r["code"]): (r["title"], WORDS[r["word"]]) for r in postback.rows(50)}
        assert {key: (side["title"], side["work"]) for key, side in site.sides().items()} == truth
        shown = site.partition("postback", "tasks")
        assert (shown["completeness"], shown["proof"], shown["received"]) == ("complete", "short-page", 50)
        listed = [row for row in site.seen() if row[1] == "/Duties.aspx"]
        assert listed == [("GET", "/Duties.aspx", ""), ("POST", "/Duties.aspx", "Page$2"),
                          ("POST", "/Duties.aspx", "Page$3")]
        rows = site.rows()
        assert site.once().status == 0 and site.rows() == rows


def test_a_page_without_the_value_is_a_named_fault(tmp_path):
    with Postback(tmp_path / "site") as site:
        profile = site.config / "profiles" / "postback.yaml"
        profile.write_text(profile.read_text().replace("viewstate: input __VIEWSTATE", "viewstate: input __STATE"))
        assert site.once().status == 1
        shown = site.partition("postback", "tasks")
        assert shown["fault"] == "selector-missing" and "__STATE" in shown["detail"] and site.sides() == {}


def test_a_value_larger_than_any_request_is_refused(tmp_path):
    with Postback(tmp_path / "site", "--state-bytes", "300000") as site:
        assert site.once().status == 1
        assert site.partition("postback", "tasks")["fault"] == "too-large" and site.sides() == {}


@pytest.mark.parametrize("old, new, place, key", [
    ("method: POST\n", "method: GET\n", "34:5", "streams.tasks.first-method"),
    ("viewstate: input", "page: input", "36:13", "streams.tasks.take.page"),
    ("viewstate: input", "view state: input", "36:19", "streams.tasks.take.view state"),
    ("viewstate: input", "viewstate: inputt", "36:18", "streams.tasks.take.viewstate"),
    ("<viewstate>", "<viewstat>", "40:20", "streams.tasks.form")])
def test_what_cannot_be_taken_is_told_before_anybody_is_asked(tmp_path, old, new, place, key):
    with Postback(tmp_path / "site") as site:
        profile = site.config / "profiles" / "postback.yaml"
        assert old in profile.read_text()
        profile.write_text(profile.read_text().replace(old, new, 1))
        done = site.check()
        assert done.status == 78 and "postback.yaml:%s: %s" % (place, key) in done.err and site.seen() == []
