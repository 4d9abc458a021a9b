# SPDX-License-Identifier: MIT
"""A site without an interface: exported files in a folder, read once, whole, in the order of their data."""
import datetime as dt
import fcntl
import os
import re
import signal

import pytest

from drop import Drop, HOUR, NOW, PROFILE
from harness import SOURCE, wait_for
from simulators import exports
from small import UNITS


@pytest.fixture
def site(tmp_path):
    with Drop(tmp_path / "site") as made:
        yield made


def changed(table, value):
    out = [list(row) for row in table]
    out[0][5] = value
    return out


FORMS = {"nhiem-vu.csv": lambda t: exports.as_csv(t), "nhiem-vu-utf16.csv": lambda t: exports.as_csv(t, "\t", "utf-16"),
         "nhiem-vu.xlsx": lambda t: exports.as_xlsx(t), "nhiem-vu.xls": lambda t: exports.as_html(t),
         "nhiem-vu.jsonl": lambda t: exports.as_lines(t)}


def test_every_form_tells_the_same(site):
    told = {}
    for name, make in FORMS.items():
        site.fresh("state-" + name)
        for old in site.drop.iterdir():
            old.unlink()
        site.put(name, make(site.table))
        done = site.once()
        assert done.status == 0, site.check()
        shown = site.shown()
        assert (shown["completeness"], shown["proof"], shown["received"]) == ("complete", "whole-file", len(site.table))
        told[name] = [tuple(r) for r in site.query("SELECT r.key, s.fields FROM side s"
                                                  " JOIN record r ON r.id = s.id & 4294967295"
                                                   " ORDER BY r.key")]
        assert len(told[name]) == len(site.table) > 40
        strip = [re.sub(r'\["([^"]*)","[^"]*"\]', r'"\1"', f) for _, f in told[name]]
        told[name] = list(zip([k for k, _ in told[name]], strip))
    first = told["nhiem-vu.csv"]
    for name, rows in told.items():
        assert rows == first, name


def test_read_once_and_as_old_as_it_is(site):
    site.put("nhiem-vu.csv", exports.as_csv(site.table), hours_ago=30)
    assert site.once().status == 0
    rows, runs = site.rows(), len(site.query("SELECT 1 FROM run"))
    assert site.shown()["last_complete"].startswith("2026-06-18T01:30")
    site.once()
    assert site.rows() == rows and site.last_run("exports", "tasks", "(files)")["received"] == 0
    assert site.shown()["last_complete"].startswith("2026-06-18T01:30"), "an old file does not grow young"
    site.put("nhiem-vu ban sao.csv", (site.drop / "nhiem-vu.csv").read_bytes(), hours_ago=2)
    site.once()
    assert site.rows() == rows and site.last_run("exports", "tasks", "(files)")["received"] == 0
    (site.drop / "nhiem-vu.csv").unlink()
    (site.drop / "nhiem-vu ban sao.csv").unlink()
    assert site.once().status == 0 and site.rows() == rows, "what was read stays when the file is taken away"
    assert len(site.query("SELECT 1 FROM run")) == runs + 3


def test_same_name_new_content_and_older_after_newer(site):
    code, unit = site.table[0][1], site.table[0][3]
    site.put("nhiem-vu.csv", exports.as_csv(changed(site.table, "11")), hours_ago=5)
    site.once()
    assert site.progress(code, unit)["value"] == "11"
    site.put("nhiem-vu.csv", exports.as_csv(changed(site.table, "22")), hours_ago=3)
    site.once()
    assert site.progress(code, unit)["value"] == "22"
    site.put("nhiem-vu-cu.csv", exports.as_csv(changed(site.table, "5")), hours_ago=8)
    assert site.once().status == 1
    assert site.shown()["fault"] == "file-older" and "nhiem-vu-cu.csv" in site.shown()["detail"]
    assert site.progress(code, unit)["value"] == "22"
    assert site.once().status == 0 and site.shown()["fault"] is None, "told once"


def test_the_date_of_the_data(tmp_path):
    for as_of, name in (("name yyyy-MM-dd", "nhiem-vu 2026-06-17.xlsx"), ("cell B2", "nhiem-vu.xlsx"),
                        ("column Hạn hoàn thành", "nhiem-vu.xlsx")):
        with Drop(tmp_path / as_of.split()[0], as_of=as_of) as site:
            table = [row for row in site.table if row[4] and row[4] <= dt.date(2026, 6, 17)] or site.table[:1]
            site.put(name, exports.as_xlsx(table, dt.date(2026, 6, 17)))
            site.once()
            day = max([r[4] for r in table if r[4]]) if as_of.startswith("column") else dt.date(2026, 6, 17)
            assert site.shown()["last_complete"].startswith(day.isoformat() + "T00:00")
    with Drop(tmp_path / "future", as_of="cell B2") as site:
        site.put("nhiem-vu.xlsx", exports.as_xlsx(site.table, dt.date(2027, 1, 1)))
        assert site.once().status == 1 and "still to come" in site.shown()["detail"]
        assert site.sides() == 0


def test_a_copy_under_way_is_waited_for(site):
    whole = exports.as_xlsx(site.table)
    target = site.drop / "nhiem-vu.xlsx"
    target.write_bytes(whole[:len(whole) // 2])
    daemon = site.daemon()
    try:
        with open(target, "ab") as out:
            for at in range(len(whole) // 2, len(whole), 200):
                out.write(whole[at:at + 200])
                out.flush()
                os.fsync(out.fileno())
        os.utime(target, (NOW, NOW))
        wait_for(lambda: site.sides() > 0, what="the records")
    finally:
        daemon.stop()
    assert site.sides() == len(site.table)
    assert [r["fault"] for r in site.query("SELECT fault FROM run")] == ["none"]


def test_cut_locked_and_strange_files_are_named(site):
    whole = exports.as_xlsx(site.table)

    def refused(fault, text=""):
        assert site.once().status == 1
        shown = site.shown()
        assert shown["fault"] == fault and text in shown["detail"], shown
        assert site.sides() == 0

    site.put("nhiem-vu.xlsx", whole[:-30])
    refused("truncated-body", "nhiem-vu.xlsx: the workbook is not whole")
    site.put("nhiem-vu.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    refused("file-locked", "protected by a password")
    site.put("nhiem-vu.xlsx", whole)
    (site.drop / "~$nhiem-vu.xlsx").write_bytes(b"")
    refused("file-locked", "open in a program")
    (site.drop / "~$nhiem-vu.xlsx").unlink()
    with open(site.drop / "nhiem-vu.xlsx", "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        refused("file-locked", "open in a program")
    (site.drop / "nhiem-vu.xlsx").unlink()
    (site.drop / "nhiem-vu.xlsx").symlink_to("/etc/passwd")
    refused("file-refused", "a link to somewhere else")
    (site.drop / "nhiem-vu.xlsx").unlink()
    os.mkfifo(site.drop / "nhiem-vu.xlsx")
    refused("file-refused", "no file but a pipe")
    (site.drop / "nhiem-vu.xlsx").unlink()
    with open(site.drop / "nhiem-vu.csv", "wb") as big:
        big.truncate(33 << 20)
    refused("too-large", "over 32 MiB")
    (site.drop / "nhiem-vu.csv").unlink()
    refused("file-none", "nhiem-vu*")
    site.put("nhiem-vu.csv", "Mã nv;Tên\nA;x\n".encode())
    refused("selector-missing", "nhiem-vu.csv: no column `Mã nhiệm vụ`")
    site.put("nhiem-vu.csv", exports.as_csv(site.table))
    assert site.once().status == 0 and site.sides() == len(site.table)


def test_bad_rows_are_put_aside_with_their_row(site):
    table = [list(row) for row in site.table]
    table[3][6] = "Hoàn thàn"
    site.put("nhiem-vu.xlsx", exports.as_xlsx(table, broken_row=7))
    site.once()
    rows = {r["place"]: r for r in site.ctl("quarantine", "--json").ok().json()["quarantine"]}
    assert set(rows) == {"nhiem-vu.xlsx:8", "nhiem-vu.xlsx:12"}
    assert (rows["nhiem-vu.xlsx:8"]["fault"], rows["nhiem-vu.xlsx:8"]["nearest"]) == ("word-unknown", "Hoàn thành")
    assert rows["nhiem-vu.xlsx:12"]["fault"] == "record-invalid"
    assert "nhiem-vu.xlsx:8" in site.ctl("quarantine", LC_ALL="vi_VN.UTF-8").ok().out
    assert site.sides() == len(table) - 2
    site.put("nhiem-vu.xlsx", exports.as_xlsx(site.table), hours_ago=0)
    assert site.once().status == 0
    assert site.ctl("quarantine", "--json").ok().json()["quarantine"] == [] and site.sides() == len(table)


def test_what_a_whole_file_does_not_show_is_missing(site):
    site.put("nhiem-vu.csv", exports.as_csv(site.table), hours_ago=5)
    site.once()
    site.put("nhiem-vu.csv", exports.as_csv(site.table[:-2]), hours_ago=4)
    assert site.once().status == 0 and site.sides() == len(site.table) - 2


def test_a_file_a_unit_proves_no_absence(tmp_path):
    with Drop(tmp_path / "site", whole="no") as site:
        by_unit = [[row for row in site.table if row[3] == unit] for unit in UNITS]
        for i, part in enumerate(by_unit):
            site.put("nhiem-vu-%s.csv" % UNITS[i], exports.as_csv(part), hours_ago=5)
        site.put("nhiem-vu-sua.csv", exports.as_csv(changed(by_unit[0], "33")), hours_ago=4)
        assert site.once().status == 0
        assert site.sides() == len(site.table)
        assert site.progress(site.table[0][1], site.table[0][3])["value"] == "33", "the newest speaks"
        rows = site.rows()
        assert site.once().status == 0 and site.rows() == rows


def test_more_files_than_one_listing_reads(tmp_path):
    """The oldest are read first, what was read stays known, and none is called older for having waited."""
    with Drop(tmp_path / "site", whole="no") as site:
        mine = [row for row in site.table if row[3] == UNITS[0]]
        for i in range(230):
            row = [str(i + 1), "NV-%04d" % i] + mine[0][2:]
            site.put("nhiem-vu-%03d.csv" % i, exports.as_csv([row]), hours_ago=2 + i % 100)
        for read in (200, 230):
            assert site.once().status == 0
            assert site.shown()["completeness"] == "complete" and site.sides() == read
        rows = site.rows()
        assert site.once().status == 0 and site.shown()["completeness"] == "complete" and site.rows() == rows


def test_a_file_of_another_shape_asks_a_person(site):
    """A column that is gone where the unit's state is read stops the file."""
    site.put("nhiem-vu.csv", exports.as_csv(site.table), hours_ago=5)
    assert site.once().status == 0
    before = site.rows()
    text = exports.as_csv(changed(site.table, "12")).decode("utf-8-sig")
    site.put("nhiem-vu.csv", text.replace("Trạng thái", "Tình hình").encode(), hours_ago=4)
    done = site.once()
    assert done.status == 1 and site.rows() == before
    [row] = site.status_json()["refusals"]
    assert "`Kết quả / Trạng thái` was always there" in done.err and row["accept"] in done.err
    site.put("nhiem-vu.csv", exports.as_csv(changed(site.table, "13")), hours_ago=3)
    assert site.once().status == 0 and site.status_json()["refusals"] == []
    assert site.progress(site.table[0][1], site.table[0][3])["value"] == "13"


@pytest.mark.parametrize("point", ["stage-flush", "apply-rows", "apply-before-commit", "apply-after-commit"])
def test_killed_in_between(site, point):
    site.put("nhiem-vu.csv", exports.as_csv(site.table))
    killed = site.once(NQ57_KILL_AT=point)
    assert killed.status in (-signal.SIGKILL, 0), killed
    assert site.once().status == 0
    assert site.sides() == len(site.table)
    rows = site.rows()
    site.once()
    assert site.rows() == rows


def test_the_documented_profile_is_sound(site):
    page = (SOURCE / "docs" / "profiles" / "files.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"(?ms)^```yaml profile\n(.*?)^```", page)
    (site.config / "profiles" / "exports.yaml").write_text(text, encoding="utf-8")
    assert site.check().status == 0, site.check()
    bad = text.replace("as-of: name yyyy-MM-dd", "as-of: hôm qua").replace("whole: yes", "whole: yes\n    sheets: 2")
    (site.config / "profiles" / "exports.yaml").write_text(bad, encoding="utf-8")
    said = site.check()
    assert said.status != 0 and "exports.yaml:20:12" in said.err and "`hôm qua` says no date" in said.err
    assert "exports.yaml:19:5" in said.err and "no such key" in said.err and "sheet" in said.err


def test_the_configuration_names_what_is_missing(site):
    site.set_keys({"sources.exports.files": None})
    out = site.check()
    assert out.status != 0 and "`url`, `files`, or both" in out.out + out.err
    site.set_keys({"sources.exports.url": "https://example.vn"})
    out = site.check()
    assert out.status != 0 and "fed by files alone" in out.out + out.err


def test_import_shows_and_hands_over(site, tmp_path):
    table = [list(row) for row in site.table]
    table[3][6] = "Hoàn thàn"
    name = tmp_path / "nhiem-vu thang 6.xlsx"
    name.write_bytes(exports.as_xlsx(table))
    os.utime(name, (NOW - HOUR,) * 2)
    shown = site.ctl("import", name, "--dry-run").ok().out
    assert "source exports, stream tasks" in shown and "header up to row 4 of sheet `Nhiệm vụ`" in shown
    assert "Mã nhiệm vụ <- MÃ NHIỆM VỤ" in shown and "(not used) STT" in shown
    assert "%d rows: %d read, 1 put aside; no records: 1 of totals" % (len(table), len(table) - 1) in shown
    assert "row 8: word-unknown: work `Hoàn thàn`, nearest: Hoàn thành" in shown
    assert table[0][1] in shown and list(site.drop.iterdir()) == []
    assert "để riêng 1" in site.ctl("import", name, "--dry-run", "--lang", "vi").ok().out
    name.write_bytes(exports.as_csv([row[:2] + row[3:] for row in table]).replace(
        "Tên nhiệm vụ;".encode(), b"").replace("Duyệt".encode(), "Duyêt".encode()))
    shown = site.ctl("import", name, "--dry-run").ok().out
    assert "Tên nhiệm vụ: NO column" in shown and "Duyệt: NO column, nearest: Duyêt" in shown
    name.write_bytes(exports.as_xlsx(site.table))
    assert "nq57ctl sync" in site.ctl("import", name).ok().err
    assert [p.name for p in site.drop.iterdir()] == [name.name]
    assert site.once().status == 1 and "still to come" in site.shown()["detail"], "this machine's clock is ahead of it"
    os.utime(name, (NOW - HOUR,) * 2)
    site.ctl("import", name).ok()
    assert site.once().status == 0 and site.sides() == len(site.table)
    other = tmp_path / "Book1.xlsx"
    other.write_bytes(name.read_bytes()[:300])
    refused = site.ctl("import", other)
    assert refused.status == 1 and "truncated-body" in refused.err
    other.write_bytes(name.read_bytes())
    refused = site.ctl("import", other)
    assert refused.status == 1 and "nhiem-vu*" in refused.err
    assert site.ctl("import", tmp_path / "none.csv").status == 4


STREAM = """
streams:
  tasks:
    kind: task
    path: /bang
    format: %s
    paging: none
%s"""


@pytest.fixture
def served(tmp_path):
    """Bytes at /bang, with a type that says nothing."""
    import http.server
    import threading

    class Handler(http.server.BaseHTTPRequestHandler):
        body = b""

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(len(Handler.body)))
            self.end_headers()
            self.wfile.write(Handler.body)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Handler.url = "http://127.0.0.1:%d" % server.server_address[1]
    yield Handler
    server.shutdown()
    server.server_close()


def over_http(site, url, form, keys="", files=False):
    """The same fields, asked for; beside files, or instead of them."""
    fields = PROFILE.read_text(encoding="utf-8").split("    code:", 1)
    head = fields[0].split("\nstreams:")[0]
    own = "    files: \"nhiem-vu*\"\n    as-of: mtime\n" if files else ""
    text = head + STREAM % (form, own + keys + "    code:" + fields[1])
    (site.config / "profiles" / "exports.yaml").write_text(text, encoding="utf-8")
    site.set_keys({"sources.exports.url": url, "sources.exports.supervisor": "giamsat.daklak",
                   "sources.exports.files": str(site.drop) if files else None})
    assert site.check().status == 0, site.check()


def test_formats_over_http(site, served):
    forms = {"csv": (exports.as_csv, ""), "html-table": (exports.as_html, "    count-after: Tổng số nhiệm vụ\n"),
             "xlsx": (exports.as_xlsx, "    sheet: Nhiệm vụ\n"), "json-lines": (exports.as_lines, "")}
    for form, (make, keys) in forms.items():
        over_http(site, served.url, form, keys)
        site.state = site.folder / ("http-" + form)
        site.state.mkdir()
        site.set_keys({"paths.state": str(site.state)})
        served.body = make(site.table)
        assert site.once().status == 0, form
        shown = site.partition("exports", "tasks")
        assert (shown["completeness"], shown["received"]) == ("complete", len(site.table)), form
        assert shown["proof"] == ("total" if form == "html-table" else "one-page")
        assert site.sides() == len(site.table)
        served.body = make(site.table)[:-len(make(site.table)) // 3]
        site.once()
        assert site.partition("exports", "tasks")["fault"] in ("truncated-body", "record-invalid"), form
    served.body = exports.as_html(site.table).replace(b"Trang ch", b"<input type=password>")
    over_http(site, served.url, "html-table")
    site.once()
    assert site.partition("exports", "tasks")["fault"] in ("login-page", "session-lost")


def test_an_older_file_does_not_undo_what_was_asked_since(site, served):
    code, unit = site.table[0][1], site.table[0][3]
    over_http(site, served.url, "csv", files=True)
    served.body = exports.as_csv(changed(site.table[:-1], "44"))
    site.put("nhiem-vu.csv", exports.as_csv(changed(site.table, "11")), hours_ago=2)
    site.once()
    assert {p["account"] for p in site.status_json()["partitions"]} == {"(files)", "giamsat.daklak"}
    site.put("nhiem-vu.csv", exports.as_csv(changed(site.table, "12")), hours_ago=1)
    site.once()
    assert site.progress(code, unit)["value"] == "44", "asked later"
    assert site.sides() == len(site.table), "what only the file shows is there"


def judged(site):
    """Unit -> its state, of the deadline that goes by tasks."""
    return {row["unit"]: row["state"]
            for row in site.query("SELECT unit, state FROM obligation WHERE occurrence LIKE 'monthly-20%'")}


def test_a_unit_whose_file_does_not_come_becomes_unknown(tmp_path):
    """`whole: no`, a file a unit: what the others bring says nothing of the silent one, nor does it lock it out."""
    with Drop(tmp_path / "site", whole="no") as site:
        part = {u: [row for row in site.table if row[3] == u] for u in UNITS}
        silent, never = UNITS[0], UNITS[1]
        site.set_keys({"sources.exports.blind-after": "2 days"})
        for unit in UNITS:
            if unit != never:
                site.put("nhiem-vu-%s.csv" % unit, exports.as_csv(part[unit]), hours_ago=47 if unit == silent else 5)
        assert site.once().status == 0
        states = judged(site)
        assert states[never] == "unknown", "no file of it was ever seen"
        assert all(states[u] != "unknown" for u in UNITS if u != never)
        site.set_clock("2026-06-19T10:30:00+07:00")
        site.once()
        states = judged(site)
        assert states[silent] == "unknown", "its last file is 50 hours old"
        assert all(states[u] != "unknown" for u in UNITS if u not in (silent, never))
        site.put("nhiem-vu-moi.csv", exports.as_csv(changed(part[silent], "7")), hours_ago=20)
        assert site.once().status == 0, "older than the others' newest, and its own newest"
        assert judged(site)[silent] != "unknown"
        assert site.progress(part[silent][0][1], silent)["value"] == "7"
        site.put("nhiem-vu-cu.csv", exports.as_csv(changed(part[silent], "3")), hours_ago=30)
        done = site.once()
        assert " 1 records not taken" in done.err, "those that say something else"
        assert site.progress(part[silent][0][1], silent)["value"] == "7", "an older file of the unit undoes nothing"
        rows = site.rows()
        assert site.once().status == 0 and site.rows() == rows


def test_the_newest_whole_reading_speaks(site, served):
    """A system that stopped answering, and a newer whole file beside it: the file counts; files of changes do not."""
    over_http(site, served.url, "csv", keys="    whole: yes\n", files=True)
    site.set_keys({"sources.exports.blind-after": "2 days"})
    served.body = exports.as_csv(site.table)
    site.once()
    assert all(s != "unknown" for s in judged(site).values())
    served.body = b""
    site.set_clock("2026-06-22T07:30:00+07:00")
    site.once()
    assert all(s == "unknown" for s in judged(site).values())
    site.put("nhiem-vu.csv", exports.as_csv(site.table), hours_ago=-71)
    site.once()
    assert all(s != "unknown" for s in judged(site).values()), "as of an hour ago"
    over_http(site, served.url, "csv", keys="    whole: no\n", files=True)
    site.fresh("state-changes", "2026-06-22T07:30:00+07:00")
    over_http(site, served.url, "csv", keys="    whole: no\n", files=True)
    site.once()
    assert site.partition("exports", "tasks", "(files)")["completeness"] == "complete"
    assert all(s == "unknown" for s in judged(site).values()), "a file that adds and changes is no whole reading"


def test_a_wrong_profile_gives_a_handful_of_lines(site):
    """One line a fault and field, with the count and the first place; the rest is in the store."""
    table = [list(row) for row in site.table]
    for row in table:
        row[5] = "khoảng %s" % row[5]
        row[6] = "Chua ro"
    for row in table[10:]:
        row[6] = "Hoàn thành"
    site.put("nhiem-vu.csv", exports.as_csv(table))
    done = site.once()
    lines = done.err.splitlines()
    [invalid] = [n for n in lines if "field-invalid" in n]
    assert "progress `khoảng %s` cannot be read: %s, nhiem-vu.csv row " % (site.table[10][5], table[10][1]) in invalid
    assert "the first of %d" % (len(table) - 10) in invalid
    [aside] = [n for n in lines if "a record is put aside" in n]
    assert "word-unknown `Chua ro`" in aside and table[0][1] in aside and "the first of 10" in aside
    assert "nq57ctl quarantine" in aside
    assert len(lines) < 8, done.err
    listed = site.ctl("quarantine", "--json").ok().json()
    assert len(listed["quarantine"]) == 10 and len(listed["invalid"]) == len(table) - 10
    assert {row["field"] for row in listed["invalid"]} == {"progress"}
    assert not [n for n in site.once().err.splitlines() if "field-invalid" in n or "put aside," in n], "told once"


def test_rows_that_are_left_out_are_told(site):
    lines = exports.as_csv(site.table).decode("utf-8-sig").split("\r\n")
    first = next(i for i, line in enumerate(lines) if line.startswith("1;"))
    lines.insert(first, ";".join("(%d)" % (i + 1) for i in range(len(exports.HEADER))))
    lines.insert(-1, "Tổng cộng;;;;;;;")
    site.put("nhiem-vu.csv", "\r\n".join(lines).encode())
    done = site.once()
    assert done.status == 0
    [line] = [n for n in done.err.splitlines() if "rows-left-out" in n]
    assert "no records: 1 of totals, 1 that numbers the columns" in line
    assert site.sides() == len(site.table)
    assert "1 that numbers" in site.last_run("exports", "tasks", "(files)")["detail"]
    shown = site.ctl("import", site.drop / "nhiem-vu.csv", "--dry-run").ok().out
    assert "no records: 1 of totals, 1 that numbers the columns" in shown
    assert "rows-left-out" not in site.once().err, "told once"
