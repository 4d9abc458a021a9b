# SPDX-License-Identifier: MIT
"""A site without an interface: exported files in a folder, read once, whole, in the order of their data."""
import datetime as dt
import fcntl
import os
import re
import signal

import pytest

from harness import SOURCE, wait_for
from simulators import exports
from simulators.world import World
from small import Lone, UNITS

PROFILE = SOURCE / "tests" / "fixtures" / "profiles" / "exports.yaml"
NOW = dt.datetime(2026, 6, 19, 7, 30, tzinfo=dt.timezone(dt.timedelta(hours=7))).timestamp()
HOUR = 3600


class Drop(Lone):
    """A site whose only source is a folder."""

    def __init__(self, folder, as_of=None, whole=None, **options):
        super().__init__(folder, PROFILE, None, **options)
        self.drop = self.folder / "drop"
        self.drop.mkdir()
        text = self.main.read_text(encoding="utf-8")
        self.main.write_text(re.sub(r"(?m)^    supervisor: .*\n", "", text), encoding="utf-8")
        self.set_keys({"sources.exports.url": None, "sources.exports.files": str(self.drop),
                       "sources.exports.settle": "1 second"})
        self.main_text = self.main.read_text(encoding="utf-8")
        text = PROFILE.read_text(encoding="utf-8")
        text = text.replace("as-of: mtime", "as-of: " + as_of) if as_of else text
        text = text.replace("whole: yes", "whole: " + whole) if whole else text
        (self.config / "profiles" / "exports.yaml").write_text(text, encoding="utf-8")
        self.table = exports.rows(World("57"), UNITS)

    def put(self, name, content, hours_ago=1, mode=0o644):
        """Renamed in, with that age of its data."""
        temp = self.drop / (name + ".part")
        temp.write_bytes(content)
        os.chmod(temp, mode)
        os.utime(temp, (NOW - hours_ago * HOUR,) * 2)
        os.replace(temp, self.drop / name)

    def shown(self):
        return self.partition("exports", "tasks")

    def progress(self, code, unit):
        return self.ctl("explain", "%s/task/%s" % (unit, code), "progress", "--json").ok().json()["explain"]["value"]

    def sides(self):
        return self.query("SELECT count(*) AS n FROM side WHERE missing_since IS NULL")[0]["n"]


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
        told[name] = [tuple(r) for r in site.query("SELECT r.key, s.fields FROM side s JOIN record r ON r.id = s.id / 2"
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


def test_the_configuration_names_what_is_missing(site):
    site.set_keys({"sources.exports.files": None})
    out = site.check()
    assert out.status != 0 and "`url`, `files`, or both" in out.out + out.err
    site.set_keys({"sources.exports.url": "https://example.vn"})
    out = site.check()
    assert out.status != 0 and "fed by files alone" in out.out + out.err
