# SPDX-License-Identifier: MIT
"""Every way of paging reads the same rows; whatever goes wrong on the way, nothing is thought to be gone, and the next
healthy poll heals."""
import base64
import contextlib
import json
import re

import pytest

from small import Lone  # harness, which it imports, makes the simulators known
from simulators.pages import Pages

HEAD = """profile: pages
status: assumed
session:
  kind: none
words:
  work:
    new: not_started
    done: done
streams:
  tasks:
    kind: task
    code: $.code
    codes-per-unit: yes
%s
    fields:
      lead: $.unit
      title: $.title
      work:
        from: $.state
        words: work
"""
UNITS = ("24412", "24133", "22015", "H15.07")
# kinds without a total whose last page is full when the rows are a multiple of the page's size
FULL = ("page-empty", "page-flag", "offset-short", "cursor", "cursor-header", "link", "next", "keyset", "post-json")
# the lines of a stream, and the way its list begins to be asked
KINDS = {
    "page": "path: /page|list: $.items|paging: page|page-parameter: page|size-parameter: size|size: 3|total: $.total",
    "page-empty": "path: /page|list: $.items|paging: page|page-parameter: page|size-parameter: size|size: 3",
    "page-flag": "path: /page|list: $.items|paging: page|page-parameter: page|size-parameter: size|size: 3|"
                 "more: $.more|stop: flag",
    "page-header": "path: /page|list: $.items|paging: page|page-parameter: page|size-parameter: size|size: 3|"
                   "total-header: X-Total-Count",
    "offset": "path: /offset|list: $.items|paging: offset|offset-parameter: offset|size-parameter: size|size: 3|"
              "total: $.total",
    "offset-overlap": "path: /offset|list: $.items|paging: offset|offset-parameter: offset|size-parameter: size|"
                      "size: 3|overlap: yes",
    "offset-short": "path: /offset|list: $.items|paging: offset|offset-parameter: offset|size-parameter: size|size: 3|"
                    "stop: short",
    "cursor": "path: /cursor|list: $.items|paging: cursor|cursor-parameter: after|cursor: $.next|size-parameter: size|"
              "size: 3",
    "cursor-header": "path: /cursor|list: $.items|paging: cursor|cursor-parameter: after|cursor-header: X-Next-Cursor|"
                     "size-parameter: size|size: 3",
    "link": "path: /link|list: $|paging: link|size-parameter: size|size: 3",
    "next": "path: /next|list: $.results|paging: next|next: $.next|size-parameter: size|size: 3",
    "keyset": "path: /keyset|list: $|paging: keyset|key: $.id|cursor-parameter: after|size-parameter: size|size: 3",
    "keyset-inclusive": "path: /keyset|query:|  inclusive: 1|list: $|paging: keyset|key: $.id|cursor-parameter: after|"
                        "size-parameter: size|size: 3",
    "inside": "path: /inside|inside: $.d|list: $.items|paging: page|page-parameter: page|size-parameter: size|size: 3|"
              "total: $.total",
    "none": "path: /all|list: $|paging: none",
    "post-json": "path: /query|method: POST|json: '{\"first\":<size>,\"after\":<cursor>}'|list: $.data.nodes|"
                 "paging: cursor|cursor: $.data.page.end|more: $.data.page.more|size: 3",
    "post-form": "path: /form|method: POST|form:|  page: <page>|  size: <size>|list: $.items|paging: page|size: 3|"
                 "total: $.total",
}


def row(n, unit=None, state="new"):
    return {"id": n, "code": "NV-%03d" % n, "unit": unit or UNITS[n % 4], "title": "Việc %d" % n, "state": state,
            "month": "2026-%02d" % (n % 3 + 4)}


def lines(text):
    return "\n".join("    " + line for line in text.split("|"))


class Site:
    """One daemon before the pages; `profile` sets how they are read."""

    def __init__(self, folder, pages):
        self.pages, path = pages, folder / "pages.yaml"
        path.write_text(HEAD % lines(KINDS["none"]), encoding="utf-8")
        self.lone = Lone(folder / "site", path, pages.url, units=UNITS)
        self.serial = 0

    def profile(self, text):
        """A stream of these lines, before an empty store."""
        self.pages.rows = [row(n) for n in range(1, 8)]
        self.pages.reset()
        (self.lone.config / "profiles" / "pages.yaml").write_text(HEAD % lines(text), encoding="utf-8")
        self.serial += 1
        self.lone.fresh("state-%d" % self.serial)

    def poll(self, *rules):
        self.pages.reset(*rules)
        done = self.lone.once()
        assert "NQ57_SOURCE=pages" in done.err or done.status == 0, done
        return self.lone.partition("pages", "tasks"), done

    def codes(self):
        """Codes of the records that are not said to be missing."""
        return sorted(r["code"] for r in self.lone.query(
            "SELECT r.code FROM record r JOIN side s ON s.id & 4294967295 = r.id WHERE s.missing_since IS NULL"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Pages([row(n) for n in range(1, 8)]) as pages:
        made = Site(tmp_path_factory.mktemp("pages"), pages)
        with made.lone:
            yield made


ALL = ["NV-%03d" % n for n in range(1, 8)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_reads_all(site, kind):
    site.profile(KINDS[kind])
    shown, done = site.poll()
    assert done.status == 0, done
    assert shown["completeness"] == "complete" and shown["received"] == 7 and site.codes() == ALL
    if kind == "post-json":
        assert [r["asked"]["after"] for r in site.pages.seen] == [None, "c3", "c6"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_reads_on_from_what_it_remembers(site, kind):
    """Pages with the bytes they had are not cut apart; what stands in a header is not among them."""
    site.profile(KINDS[kind])
    site.poll()
    shown, done = site.poll()
    assert done.status == 0 and (shown["completeness"], shown["received"]) == ("complete", 7), shown
    assert site.codes() == ALL
    site.pages.rows.pop()
    shown, done = site.poll()
    if kind in FULL:  # its last page is as full as the others now: test_pages_whole.py
        assert (shown["completeness"], shown["fault"], site.codes()) == ("partial", "unproved", ALL), shown
        shown, done = site.poll()
    assert done.status == 0 and (shown["completeness"], shown["received"]) == ("complete", 6), shown
    assert site.codes() == ALL[:-1]
    site.poll()
    site.pages.rows.append(row(7))  # what stands behind the last page changes none of its rows
    shown, done = site.poll()
    assert done.status == 0 and (shown["completeness"], shown["received"]) == ("complete", 7), shown
    assert site.codes() == ALL


def keyset_with_total(rows):
    """`>=`, so that rows of the last key come again; the total counts each once."""
    page = {after: [r for r in rows if r["id"] >= (after or 0)][:3] for after in (None, 2, 3, 5)}
    answers = [json.dumps({"total": len(rows), "items": page[after]}) for after in (None, 2, 3, 5)]
    return [{"path": "/keyset", "request": n, "do": "raw", "text": text} for n, text in enumerate(answers, 1)]


class TestAPageAsBeforeHidesNoRow:
    """Pages that have the bytes they had stand beside such that changed, or were read while rows moved."""

    @pytest.fixture
    def rows(self):
        return {n: row(n) for n in range(1, 12)}

    def check(self, site, rows, *rules, received=None):
        shown, done = site.poll(*rules)
        assert done.status == 0 and shown["completeness"] == "complete", shown
        assert site.codes() == sorted("NV-%03d" % n for n in rows)
        assert shown["received"] == (received or len(rows))

    def test_rows_that_jump_back_to_the_front(self, site, rows):
        site.profile(KINDS["page"])
        site.pages.rows = [rows[n] for n in (1, 2, 3, 4, 5, 6)]
        self.check(site, range(1, 7))
        site.pages.rows = [rows[n] for n in (3, 4, 5, 6, 1, 2)]
        self.check(site, range(1, 7), {"path": "/page", "request": 2, "do": "delete", "at": 4, "n": 2},
                   {"path": "/page", "request": 2, "do": "insert", "at": 0, "rows": [rows[1], rows[2]]})

    def test_what_must_come_again_and_does_not(self, site, rows):
        site.profile(KINDS["offset-overlap"])
        site.pages.rows = [rows[n] for n in (1, 2, 3, 4, 5)]
        self.check(site, range(1, 6))
        site.pages.rows = [rows[n] for n in (1, 8, 9, 2, 3, 4, 5)]
        self.check(site, range(1, 6), {"path": "/offset", "request": 2, "do": "delete", "at": 1, "n": 2})

    def test_a_row_of_an_earlier_key_comes_in(self, site, rows):
        site.profile(KINDS["keyset-inclusive"])
        site.pages.rows = [rows[1], rows[2], *(dict(rows[n], id=n - 1) for n in (3, 4, 5, 6))]
        self.check(site, range(1, 7))
        site.pages.rows.insert(1, dict(rows[7], id=1))
        for _ in range(2):
            self.check(site, range(1, 8))

    @pytest.mark.parametrize("total", [False, True])
    def test_a_row_of_a_later_page_changes(self, site, rows, total):
        kind = KINDS["keyset"].replace("list: $|", "list: $.items|total: $.total|stop: empty|")
        site.profile(kind if total else KINDS["keyset-inclusive"])
        site.pages.rows = [rows[1], rows[2], *(dict(rows[n], id=n - 1) for n in (3, 4, 5, 6))]
        for title in ("Việc", "Việc", "Việc khác", "Việc khác"):
            site.pages.rows[3]["title"] = title
            self.check(site, range(1, 7), *(keyset_with_total(site.pages.rows) if total else ()))


class TestASession:
    """What an answer says of it, and repeats of its secrets."""
    SECRET = "???mat-khau-dai"

    @pytest.fixture
    def kept(self, tmp_path, monkeypatch):
        def made(session):
            monkeypatch.setitem(globals(), "HEAD", HEAD.replace("  kind: none\n", session))
            pages = stack.enter_context(Pages([row(n) for n in range(1, 8)]))
            site = Site(tmp_path, pages)
            site.lone.accounts({"giamsat.daklak": self.SECRET})
            stack.enter_context(site.lone)
            return site
        with contextlib.ExitStack() as stack:
            yield made

    @pytest.mark.parametrize("kind, path", [(KINDS["inside"], "/inside"), (KINDS["inside"], "/inside?2"),
                                            ("details", "/inside/detail/5")])
    @pytest.mark.parametrize("answer", ['{"code": 401, "message": "x"}', '{"code": 401, "d": ""}',
                                        '{"code": 401, "d": "Unauthorized"}'])
    def test_lost_is_read_beside_the_text(self, kept, kind, path, answer):
        site = kept("  kind: basic\n  lost: $.code\n  lost-value: 401\n")
        if kind == "details":
            kind = DETAIL.replace("/detail/", "/inside/detail/") + "|  inside: $.d"
            session, streams = HEAD.split("streams:")
            globals()["HEAD"] = session + "streams:" + re.sub(r"\$\.(\w+)\n", r"$.detail.\1\n", streams)
        site.profile(kind)
        path, _, request = path.partition("?")
        shown, done = site.poll({"path": path, "request": int(request or 0), "do": "raw", "text": answer})
        assert done.status == 1 and shown["fault"] == "login-refused", shown
        assert "reads 401" in shown["detail"] and '"code": 401' in shown["detail"], shown

    def test_a_basic_header_is_taken_out_however_it_is_written(self, kept):
        site = kept("  kind: basic\n")
        site.profile(KINDS["page"])
        word = base64.b64encode(("giamsat.daklak:" + self.SECRET).encode()).decode()
        assert "/" in word
        for said in (word, word.replace("/", "\\/"), word.replace("/", "%2F"), word[:-4], "<" + word + ">"):
            shown, _ = site.poll({"path": "/page", "do": "raw", "text": '{"said": "Basic %s"}' % said},
                                 {"path": "/page", "do": "status", "code": 400})
            assert "Basic " in shown["detail"] and word[12:20] not in shown["detail"], shown
            assert word[-14:-6] not in shown["detail"], shown

    def test_a_token_in_the_body_leaves_no_trace_in_the_store(self, kept):
        site = kept("  kind: api-key\n  body: yes\n")
        site.profile(KINDS["post-json"].replace('"first"', '"k":"<token>","first"'))
        for _ in range(2):
            assert site.poll()[0]["completeness"] == "complete" and site.codes() == ALL
        assert [r["facts"] for r in site.lone.query("SELECT facts FROM page")] == [""] * 3


FAULTS = {"empty": {"do": "empty"}, "gone": {"do": "status", "code": 404}, "cut": {"do": "cut"}}


@pytest.mark.parametrize("kind, fault", [
    ("page", "empty"), ("offset", "empty"), ("page-header", "gone"), ("cursor", "cut"), ("link", "gone"),
    ("next", "cut"), ("keyset", "gone"), ("post-json", "gone")])
def test_a_fault_on_any_page_makes_nothing_missing(site, kind, fault):
    """k of the 7 records arrive, for every k that this way of paging can stop at."""
    site.profile(KINDS[kind])
    path = "/" + KINDS[kind].split("|")[0].split("/")[1]
    assert site.poll()[0]["completeness"] == "complete"
    for page in (1, 2, 3):
        shown, done = site.poll(*[dict(FAULTS[fault], path=path, request=n) for n in range(page, 40)])
        assert shown["completeness"] in ("partial", "failed"), (page, shown)
        assert site.codes() == ALL and done.status == 1
    assert site.poll()[0]["completeness"] == "complete" and site.codes() == ALL


def test_any_format_may_stand_inside(site):
    site.profile("path: /inside/whole|inside: $|list: $.items|paging: none")
    assert site.poll()[0]["completeness"] == "complete" and site.codes() == ALL
    table = "path: /inside/table|inside: $.d|format: html-table|paging: none"
    site.profile(table)
    profile = site.lone.config / "profiles" / "pages.yaml"
    text = profile.read_text(encoding="utf-8")
    for name, header in (("code", "Mã"), ("unit", "Đơn vị"), ("title", "Tên"), ("state", "Trạng thái")):
        text = text.replace("$.%s\n" % name, "$['%s']\n" % header)
    profile.write_text(text, encoding="utf-8")
    assert site.poll()[0]["completeness"] == "complete" and site.codes() == ALL


def test_a_probe_finds_the_document_inside(site):
    site.profile("path: /inside/whole|list: $.items|paging: none")
    advice = site.lone.ctl("probe", "pages", "--json").json()["streams"][0]["advice"]
    assert [a["yaml"] for a in advice] == ["inside: $"]
    site.profile(KINDS["inside"].replace("inside: $.d|", ""))
    told = site.lone.ctl("probe", "pages", "--json")
    advice = told.json()["streams"][0]["advice"]
    assert told.status == 13 and [a["yaml"] for a in advice] == ["inside: $.d"], told
    site.profile(KINDS["inside"])
    tasks = site.lone.ctl("probe", "pages", "--json").json()["streams"][0]
    assert [one["path"] for one in tasks["lists"]] == ["$.items"] and tasks["page_records"] == [3, 3], tasks


@pytest.mark.parametrize("old, new, place, says", [
    ("inside: $.d", "inside: $.d[*]", "pages.yaml:15:13", "$.d[*]"),
    ("inside: $.d", "insid: $.d", "pages.yaml:15:5", "inside"),
    ("path: /inside|", "files: \"*.csv\"|format: csv|", "pages.yaml:16:5", "path"),
    ("list: $.items", "format: xlsx", "pages.yaml:15:5", "xlsx")])
def test_an_inside_that_can_name_no_text_is_told_with_its_place(site, old, new, place, says):
    """Several texts, a misspelt key, files alone, a format that no text can be."""
    kind = "path: /inside|inside: $.d|list: $.items|paging: none"
    assert old in kind
    site.profile(kind.replace(old, new, 1))
    done = site.lone.check()
    found = [line for line in done.err.splitlines() if place in line]
    assert done.status == 78 and found and says in found[0], done


INSIDE = {"null": '{"d": null}', "document": '{"d": {"items": []}}', "cut-inside": '{"d": "{\\"items\\": [{\\"id\\""}',
          "empty": '{"d": ""}', "cut": '{"d": "{', "list": "[]", "number": "7", "text": '"{}"', "nothing": "",
          "deep": '{"d": "%s"}' % ("[" * 5000)}


@pytest.mark.parametrize("answer", INSIDE)
def test_what_is_no_document_in_a_document_is_told(site, answer):
    site.profile(KINDS["inside"])
    assert site.poll()[0]["completeness"] == "complete"
    shown, done = site.poll({"path": "/inside", "request": 0, "do": "raw", "text": INSIDE[answer]})
    assert shown["completeness"] == "failed" and done.status == 1
    wanted = {"null": ("selector-missing", "expected a text at $.d"), "cut-inside": ("truncated-body", ""),
              "empty": ("empty-body", ""), "deep": ("not-json", "")}
    fault, words = wanted.get(answer, (shown["fault"], ""))
    assert shown["fault"] == fault and words in done.err, shown
    assert site.codes() == ALL
    assert site.poll()[0]["completeness"] == "complete"


@pytest.mark.parametrize("kind", ["page", "offset", "offset-overlap", "page-empty"])
def test_rows_that_move_are_read_again(site, kind):
    """A row comes in before the second page: the listing is read from its start, and the set is the truth."""
    site.profile(KINDS[kind])
    path = "/" + KINDS[kind].split("|")[0].split("/")[1]
    shown, done = site.poll({"path": path, "request": 2, "do": "insert", "at": 0, "rows": [row(50)]})
    assert shown["completeness"] == "complete" and done.status == 0, shown
    assert site.codes() == sorted(ALL + ["NV-050"])
    assert len([r for r in site.pages.seen if r["path"] == path]) > 4


def test_rows_that_leave_are_read_again(site):
    site.profile(KINDS["offset-overlap"])
    assert site.poll({"path": "/offset", "request": 2, "do": "delete", "at": 0})[0]["completeness"] == "complete"
    assert site.codes() == ALL[1:]
    site.profile(KINDS["page"])
    assert site.poll({"path": "/page", "request": 3, "do": "delete", "at": 0})[0]["completeness"] == "complete"
    assert site.codes() == ALL[1:]


def test_a_list_that_never_rests_is_partial(site):
    site.profile(KINDS["page"])
    site.poll()
    shown, done = site.poll(*[{"path": "/page", "request": n, "do": "insert", "at": 0, "rows": [row(60 + n)]}
                              for n in range(2, 40)])
    assert shown["completeness"] == "partial" and shown["fault"] in ("count-mismatch", "page-size-lowered"), shown
    assert done.status == 1 and len(site.pages.seen) < 20 and set(ALL) <= set(site.codes())


@pytest.mark.parametrize("kind, rule, fault", [
    ("link", {"do": "next", "to": "?cur=c0&size=3"}, "page-repeats"),
    ("next", {"do": "next", "to": "/next?cur=c0&size=3"}, "page-repeats"),
    ("cursor", {"do": "next", "to": "c3"}, "page-repeats"),
    ("page", {"do": "repeat", "request": 2}, "page-repeats"),
    ("page", {"do": "cap", "size": 2}, "page-size-lowered"),
    ("page-empty", {"do": "drop", "keep": 2}, "page-size-lowered"),
    ("page", {"do": "total", "add": 1, "request": 1}, "count-mismatch"),
    ("offset", {"do": "total", "add": 1, "request": 1}, "count-mismatch"),
    ("next", {"do": "next", "to": "http://evil.example.vn/next?cur=c3"}, "redirect"),
    ("link", {"do": "next", "to": "https://127.0.0.1:1/link"}, "redirect"),
    ("link", {"do": "header", "name": "Link", "value": "nonsense"}, "selector-missing"),
    ("link", {"do": "next", "to": ""}, "selector-missing"),
    ("cursor", {"do": "next", "to": {"id": 3}}, "selector-missing"),
    ("cursor", {"do": "next", "to": 3.5}, "selector-missing"),
    ("next", {"do": "next", "to": True}, "selector-missing"),
    ("page", {"do": "total", "add": 2 ** 63 - 8}, "selector-missing"),
    ("page-header", {"do": "header", "name": "X-Total-Count", "value": "many"}, "selector-missing")])
def test_lists_that_lead_nowhere(site, kind, rule, fault):
    """Loops, lies and other hosts: a named end, nothing missing, no request elsewhere."""
    site.profile(KINDS[kind])
    site.poll()
    path = "/" + KINDS[kind].split("|")[0].split("/")[1]
    shown, done = site.poll(dict({"path": path}, **rule))
    assert shown["completeness"] in ("partial", "failed") and shown["fault"] == fault, shown
    assert done.status == 1 and len(site.pages.seen) < 25 and site.codes() == ALL


def test_what_holds_the_cursor_may_be_left_out_when_the_profile_says_so(site):
    """A wrong name looks the same as the last page of a system that leaves the whole object out."""
    site.profile(KINDS["cursor"].replace("cursor: $.next", "cursor: $.paging.next"))
    shown, done = site.poll()
    assert shown["fault"] == "selector-missing" and done.status == 1, shown
    assert "(or $..next if the last page leaves out what holds it) at $.paging.next" in shown["detail"], shown
    site.profile(KINDS["cursor"].replace("cursor: $.next", "cursor: $..next"))
    shown, done = site.poll()
    assert shown["completeness"] == "complete" and done.status == 0 and site.codes() == ALL, shown


def test_an_internal_host_may_be_ignored(site):
    site.profile(KINDS["next"] + "|next-host: any")
    to = "http://app01.lan:8080/next?cur=c3&size=3"
    shown, done = site.poll({"path": "/next", "request": 1, "do": "next", "to": to})
    assert shown["completeness"] == "complete" and site.codes() == ALL, shown


def test_a_page_behind_the_last_may_be_404(site):
    site.profile(KINDS["page-empty"] + "|end-status: 404")
    shown, _ = site.poll({"path": "/page", "request": 4, "do": "status", "code": 404})
    assert shown["completeness"] == "complete" and shown["proof"] == "empty-page" and site.codes() == ALL


# ---- lists that hang on lists ----

UNIT = "path: /of/<unit>|list: $|paging: none|each: unit"
MONTH = "path: /in/<period:yyyy-MM>|list: $|paging: none|each:|  period: month|  from: 2026-04|  to: 2026-06"
GROUP = "path: /of/<each>|list: $|paging: none|each:|  path: /groups|  list: $.items|  value: $.key|  paging: page|" \
        "  page-parameter: page|  size-parameter: size|  size: 2|  total: $.total"


@pytest.mark.parametrize("text, asked", [(UNIT, 4), (MONTH, 3), (GROUP, 6)], ids=["unit", "period", "value"])
def test_slices(site, text, asked):
    site.profile(text)
    shown, done = site.poll()
    assert shown["completeness"] == "complete" and shown["received"] == 7 and site.codes() == ALL, (shown, done)
    assert len(site.pages.seen) == asked


def test_units_that_share_an_account_are_all_asked_for(site):
    """One unit's own account is the supervising one; another is read through the unit above it."""
    accounts = site.lone.config / "accounts.yaml"
    before = accounts.read_text(encoding="utf-8")
    shared = before
    for unit, access in (("H15.07", "giamsat.daklak"), ("24412", "rieng.cuabao"),
                         ("24133", "parent\n    parent: 24412")):
        shared, n = re.subn(r"(?ms)(^  %s:\n.*?^    central: )[^\n]*" % re.escape(unit), r"\g<1>" + access, shared, 1)
        assert n == 1
    try:
        accounts.write_text(shared, encoding="utf-8")
        site.profile(UNIT)
        shown, done = site.poll()
        assert done.status == 0, done
        assert site.codes() == ALL and len(site.pages.seen) == 4
        assert {p["account"] for p in site.lone.status_json()["partitions"]} == {"giamsat.daklak", "rieng.cuabao"}
        states = site.lone.query("SELECT unit, state FROM obligation WHERE occurrence LIKE 'monthly-20%'")
        assert {r["unit"] for r in states} == set(UNITS) and "unknown" not in {r["state"] for r in states}
    finally:
        accounts.write_text(before, encoding="utf-8")


@pytest.mark.parametrize("text, path", [(UNIT, "/of"), (GROUP, "/of")], ids=["unit", "value"])
def test_a_missing_slice_is_never_a_silence(site, text, path):
    site.profile(text)
    site.poll()
    for n in (1, 2, 3):
        shown, done = site.poll({"path": path, "request": n, "do": "status", "code": 403})
        assert shown["completeness"] == "partial" and shown["fault"] == "http-status", shown
        assert "missing" in shown["detail"] and done.status == 1 and site.codes() == ALL
        assert 0 < shown["received"] < 7


def test_a_refused_page_is_told_in_the_systems_own_words(site):
    site.profile(KINDS["cursor"])
    shown, _ = site.poll({"path": "/cursor", "request": 2, "do": "status", "code": 400})
    assert shown["detail"].startswith("/cursor: expected status 200, seen 400: {"), shown
    assert "error" in shown["detail"]


def test_a_slice_may_be_absent_where_the_profile_says_so(site):
    site.profile(GROUP + "|  absent-status: 404")
    shown, _ = site.poll({"path": "/of/24133", "do": "status", "code": 404})
    assert shown["completeness"] == "complete" and len(site.codes()) < 7, shown


PAGED = GROUP.replace("/of/<each>|list: $|paging: none", "/page/<each>|" + KINDS["page"].split("|", 1)[1]) + \
        "|  absent-status: 404"


def test_a_slice_that_breaks_off_is_not_absent(site):
    """404 on its second page says nothing about what it still holds."""
    site.profile(PAGED)
    site.poll()
    assert site.codes() == ALL
    shown, _ = site.poll(*[{"path": "/page", "request": n, "do": "status", "code": 404} for n in range(2, 20, 2)])
    assert shown["completeness"] == "partial" and shown["received"] == 12 and site.codes() == ALL, shown


def test_parents_that_are_not_whole_stay_so_when_the_slices_are_read_again(site):
    site.profile(PAGED)
    shown, _ = site.poll({"path": "/groups", "request": 2, "do": "repeat"},
                         {"path": "/page", "request": 2, "do": "insert", "at": 0, "rows": [row(8)]})
    assert shown["completeness"] == "partial" and shown["fault"] == "page-repeats", shown
    assert len(site.pages.seen) == 2 + 3 + 2 * 3


def test_a_value_that_cannot_be_taken_leaves_no_page_out(site):
    """One record that cannot be read is put aside; on a page that the next request needs a value of, it ends it."""
    site.profile("path: /form|method: POST|form:|  page: <page>|  size: <size>|  of: <of>|take:|  of: json $.total|"
                 "list: $.items|paging: page|size: 3|total: $.total")
    assert site.poll()[0]["completeness"] == "complete" and site.codes() == ALL
    site.pages.rows[1] = dict(row(2), size=10 ** 30)
    shown, _ = site.poll()
    assert shown["completeness"] != "complete" and shown["fault"] == "selector-missing", shown
    assert site.codes() == ALL and len(site.pages.seen) == 1


def test_parents_that_are_not_whole(site):
    site.profile(GROUP)
    site.poll()
    shown, _ = site.poll(*[{"path": "/groups", "request": n, "do": "empty"} for n in range(2, 20)])
    assert shown["completeness"] in ("partial", "failed") and site.codes() == ALL, shown


DETAIL = "path: /brief|list: $.items|paging: page|page-parameter: page|size-parameter: size|size: 3|total: $.total|" \
         "details:|  path: /detail/<record.id>|  record: $.data"


class TestDetails:
    @pytest.fixture(autouse=True)
    def head(self, monkeypatch):
        head = HEAD
        for name in ("code", "unit", "title", "state"):
            head = head.replace("$.%s\n" % name, "$.detail.%s\n" % name)
        monkeypatch.setitem(globals(), "HEAD", head)

    def test_a_probe_looks_at_a_few_details_and_at_the_second_page(self, site):
        """Details of a whole page would use up its requests before paging was seen."""
        site.profile(DETAIL.replace("size: 3", "size: 40") + "|query:|  fields: nq57_code_2026_title_unit")
        site.pages.rows = [row(n) for n in range(1, 61)]
        site.pages.reset()
        told = site.lone.ctl("probe", "pages", "--json").json()
        paths = [r["target"].split("?")[0] for r in told["requests"]]
        assert paths == ["/brief"] + ["/detail/%d" % n for n in (1, 2, 3)] + ["/brief"], paths
        assert "fields=nq57_code_2026_title_unit" in told["requests"][0]["target"], "what the profile says is no secret"
        tasks = told["streams"][0]
        assert tasks["page_records"] == [40, 20] and tasks["records"] == 3 and "$.id" not in tasks["unread"], tasks

    def test_row_and_detail_are_one_record(self, site):
        site.profile(DETAIL)
        shown, done = site.poll()
        assert shown["completeness"] == "complete" and shown["received"] == 7 and site.codes() == ALL, (shown, done)
        assert len(site.pages.seen) == 3 + 7
        site.pages.rows[2]["title"] = "Tên khác"
        site.poll()
        assert "Tên khác" in site.lone.export()

    def test_a_detail_may_stand_inside_another_document(self, site):
        site.profile(DETAIL.replace("/detail/", "/inside/detail/") + "|  inside: $.d")
        shown, done = site.poll()
        assert shown["completeness"] == "complete" and site.codes() == ALL, (shown, done)
        shown, _ = site.poll({"path": "/inside/detail/5", "do": "raw", "text": '{"d": 5}'})
        assert shown["completeness"] == "partial" and shown["fault"] == "selector-missing" and site.codes() == ALL

    def test_a_detail_that_is_not_given_makes_it_partial(self, site):
        site.profile(DETAIL)
        site.poll()
        for n in (1, 4, 7):
            shown, done = site.poll({"path": "/detail", "request": n, "do": "status", "code": 403})
            assert shown["completeness"] == "partial" and shown["fault"] == "http-status" and done.status == 1, shown
            assert site.codes() == ALL
        site.profile(DETAIL)
        shown, _ = site.poll({"path": "/detail/2", "do": "status", "code": 500})  # one that fails hides no other
        assert shown["completeness"] == "partial" and site.codes() == [c for c in ALL if c != "NV-002"], shown
        shown, _ = site.poll({"path": "/detail", "do": "status", "code": 500})
        assert shown["completeness"] == "partial" and len(site.pages.seen) < 11, "down: not all are tried"

    def test_a_record_may_be_gone_since(self, site):
        site.profile(DETAIL + "|  absent-status: 404")
        shown, _ = site.poll({"path": "/detail/5", "do": "status", "code": 404})
        assert shown["completeness"] == "complete" and site.codes() == [c for c in ALL if c != "NV-005"], shown


    def test_a_record_that_was_gone_is_asked_for_until_it_is_there(self, site):
        """Its row may stand in the list before its own record is ready; the list then reads as before."""
        site.profile(DETAIL + "|  absent-status: 404|  row-shows-changes: yes|validators: yes")
        site.poll({"path": "/detail/5", "do": "status", "code": 404})
        assert site.codes() == [c for c in ALL if c != "NV-005"]
        site.poll({"path": "/detail/5", "do": "status", "code": 404})
        shown, _ = site.poll()
        assert shown["completeness"] == "complete" and site.codes() == ALL, shown
        assert [r["path"] for r in site.pages.seen if r["path"].startswith("/detail")] == ["/detail/5"]
        site.poll()
        assert [r["path"] for r in site.pages.seen] == ["/brief"] * 3


@pytest.mark.parametrize("kind", ["page", "offset", "cursor", "link", "keyset"])
def test_a_failing_page_is_asked_again_and_no_other(site, kind):
    """500 on page i, for every i: one request more, and what was read before it is not read again."""
    site.profile(KINDS[kind])
    path = "/" + KINDS[kind].split("|")[0].split("/")[1]
    site.poll()
    quiet = [r["asked"] for r in site.pages.seen]
    for page in range(1, len(quiet) + 1):
        shown, done = site.poll({"path": path, "request": page, "do": "status", "code": 500})
        assert done.status == 0 and shown["completeness"] == "complete", shown
        assert [r["asked"] for r in site.pages.seen] == quiet[:page] + quiet[page - 1:]
