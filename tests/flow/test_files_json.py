# SPDX-License-Identifier: MIT
"""Exported files that are JSON documents, or state their number of records; and a stop while files are awaited."""
import http.server
import json
import threading
import time

import pytest

from drop import Drop, PROFILE
from harness import wait_for
from simulators import exports


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with Drop(tmp_path_factory.mktemp("json") / "site") as site:
        yield site


@pytest.fixture
def site(made, request):
    """Another store, an empty folder and the profile as it is shipped."""
    made.fresh("state-" + str(abs(hash(request.node.name))))
    for old in made.drop.iterdir():
        old.unlink()
    profile(made)
    return made


def profile(site, **changes):
    """A key of the stream -> the lines that stand there instead."""
    text = PROFILE.read_text(encoding="utf-8")
    for key, lines in changes.items():
        text = text.replace("    %s: " % key, lines + "    %s: " % key, 1)
    (site.config / "profiles" / "exports.yaml").write_text(text, encoding="utf-8")


def another_stream(site):
    """A second stream of the folder, of other files; by its name it is read first."""
    path = site.config / "profiles" / "exports.yaml"
    text = path.read_text(encoding="utf-8")
    stream = text.split("streams:\n")[1]
    path.write_text(text + stream.replace("  tasks:", "  again:").replace("nhiem-vu*", "*.json"), encoding="utf-8")


def objects(table):
    return [dict(zip(exports.HEADER, exports.decimal(row))) for row in table]


def document(value):
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def refused(site, fault, text):
    assert site.once().status == 1
    shown = site.shown()
    assert shown["fault"] == fault and text in shown["detail"], shown
    assert site.sides() == 0


@pytest.mark.parametrize("list_key, wrap", [
    ("", lambda rows: rows),
    ("    list: $.data.rows\n", lambda rows: {"data": {"total": 1, "rows": rows}, "end": None})],
    ids=["top", "inside"])
def test_a_document_tells_the_same_as_a_table(site, list_key, wrap):
    site.put("nhiem-vu.csv", exports.as_csv(site.table))
    assert site.once().status == 0
    rows = site.query("SELECT key, fields FROM side s JOIN record r ON r.id = s.id & 4294967295 ORDER BY key")
    table = [tuple(row) for row in rows]
    site.fresh(site.state.name + "-json")
    (site.drop / "nhiem-vu.csv").unlink()
    profile(site, code=list_key)
    site.put("nhiem-vu.json", document(wrap(objects(site.table))))
    assert site.once().status == 0, site.check()
    shown = site.shown()
    assert (shown["completeness"], shown["proof"], shown["received"]) == ("complete", "whole-file", len(site.table))
    rows = site.query("SELECT key, fields FROM side s JOIN record r ON r.id = s.id & 4294967295 ORDER BY key")
    assert [tuple(row) for row in rows] == table and len(table) == len(site.table)


def test_what_is_no_whole_list_is_refused_with_its_byte(site):
    whole = document(objects(site.table))
    site.put("nhiem-vu.json", whole[:-30])
    refused(site, "truncated-body", "nhiem-vu.json: at byte ")
    site.put("nhiem-vu.json", whole[:200] + b"}" + whole[201:])
    refused(site, "not-json", "nhiem-vu.json: at byte 20")
    site.put("nhiem-vu.json", document({"rows": objects(site.table)}))
    refused(site, "not-json", "no list where the profile says")
    site.put("nhiem-vu.json", b"[" * 100000)
    refused(site, "truncated-body", "nhiem-vu.json: at byte 100000")
    site.put("nhiem-vu.json", whole + b"[]")
    refused(site, "not-json", "at byte %d" % len(whole))
    site.put("nhiem-vu.json", whole)
    assert site.once().status == 0 and site.sides() == len(site.table)


def test_a_bad_record_of_a_document_is_named_by_its_place(site):
    rows = objects(site.table)
    rows[2][exports.HEADER[5]] = "rất nhiều"
    rows[4] = "no record"
    site.put("nhiem-vu.json", document(rows))
    assert site.once().status == 1
    kept = [line for line in site.ctl("quarantine").out.splitlines() if "nhiem-vu.json" in line]
    assert site.sides() >= len(rows) - 2 and any(":3" in line or " 3" in line for line in kept), kept
    assert any(":5" in line or " 5" in line for line in kept), kept


@pytest.mark.parametrize("more", [0, 1, -1])
def test_the_number_that_a_file_states_must_be_what_it_has(site, more):
    count, stated = len(site.table), len(site.table) + more
    profile(site, code="    count-after: Tổng số nhiệm vụ\n")
    text = exports.as_csv(site.table, day="18/06/2026; Tổng số nhiệm vụ: %d" % stated, encoding="utf-8")
    site.put("nhiem-vu.csv", text)
    if more:
        refused(site, "count-mismatch", "nhiem-vu.csv: it states %d records and has %d" % (stated, count))
    else:
        assert site.once().status == 0 and site.sides() == count


def test_two_streams_of_one_folder_take_each_its_files(site):
    profile(site)
    another_stream(site)
    half = len(site.table) // 2
    site.put("nhiem-vu.csv", exports.as_csv(site.table[:half]))
    site.put("them.json", document(objects(site.table[half:])))
    site.once()
    seen = {p["stream"]: p["received"] for p in site.status_json()["partitions"]}
    assert seen == {"again": len(site.table) - half, "tasks": half} and site.sides() == len(site.table)


class Empty(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.set()
        self.server.go.wait(60)
        self.send_response(503)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def silent():
    """Takes requests and answers none before the end of the test."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty)
    server.asked, server.go = threading.Event(), threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.go.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("channels", ["files", "both"])
def test_a_stop_does_not_wait_for_files_to_settle(site, silent, channels):
    """Neither ten minutes of settling nor a system that says nothing; what lies there is read the next time."""
    site.set_keys({"sources.exports.settle": "10 minutes"})
    if channels == "both":
        profile(site, code="    path: /rows\n    paging: none\n    list: $\n")
        site.set_keys({"sources.exports.url": "http://127.0.0.1:%d" % silent.server_port,
                       "sources.exports.supervisor": "giamsat.daklak"})
    another_stream(site)
    site.put("nhiem-vu.csv", exports.as_csv(site.table))
    daemon = site.daemon()
    if channels == "both":
        assert silent.asked.wait(60)
    wait_for(lambda: site.query("SELECT 1 FROM run"), what="the end of the stream that has no files")
    began = time.monotonic()
    assert daemon.stop(30) == 0 and time.monotonic() - began < 20
    assert site.sides() == 0
    site.set_keys({"sources.exports.settle": "1 second", "sources.exports.url": None,
                   "sources.exports.supervisor": None})
    profile(site)
    assert site.once().status == 0 and site.sides() == len(site.table)
