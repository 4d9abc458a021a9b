# SPDX-License-Identifier: MIT
"""nq57ctl against the store of a real cycle over both simulated systems: every verb, both forms, both languages, every
exit status."""
import json
import os
import re
import shutil
import sqlite3
import subprocess
import unicodedata

import pytest

from harness import SOURCE, Site, wait_for

UNIT = "24412"  # Xã M’Drắk
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("ctl")) as made:
        assert made.once().status == 0
        yield made


def width(text):
    """Columns on a terminal: marks take none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def starts(line):
    """Columns at which the cells of a table's line begin."""
    return [width(line[:m.start(1)]) for m in re.finditer(r"(?:^|  )(\S)", line)]


def a_difference(site):
    rows = site.ctl("diff", "--unit", UNIT, "--json").ok().json()["differences"]
    return next(row for row in rows if row["field"] == "progress")


READING = [
    ("list", "tasks", "--unit", UNIT), ("list", "indicators", "--unit", "xa m'drak"), ("list", "units"),
    ("show", UNIT),
    ("show", "24412/task/NV-II-08"), ("explain", "24412/task/NV-II-08", "progress"), ("why", UNIT),
    ("why", "H’Lan Niê"),
    ("diff", "--unit", UNIT), ("diff", "--unit", UNIT, "--conflicts"), ("plan",), ("plan", "--on", "22/6/2026"),
    ("plan", "--on", "2026-06-22", "--letter", "H’Lan Niê"), ("outbox",), ("outbox", "show", "1"), ("quarantine",)]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_both_forms_and_languages(site, words):
    english, vietnamese = site.ctl(*words).ok(), site.ctl(*words, "--lang", "vi").ok()
    assert "not running; shown is the state of 2026-06-19 07:30" in english.err
    assert "không chạy" in vietnamese.err and "07:30 19/6/2026" in vietnamese.err
    assert english.out and vietnamese.out
    answer = site.ctl(*words, "--json").ok().json()
    assert answer["version"] == 1
    assert answer == site.ctl(*words, "--json", "--lang", "vi").ok().json(), "JSON is never translated"


def test_locale_chooses_the_language(site):
    assert site.ctl("status").out.startswith("Judgement:")
    assert site.ctl("status", LC_ALL="vi_VN.UTF-8").out.startswith("Kết luận:")
    assert site.ctl("status", LC_ALL="", LC_MESSAGES="", LANG="vi_VN").out.startswith("Kết luận:")
    assert site.ctl("status", "--lang", "en", LC_ALL="vi_VN.UTF-8").out.startswith("Judgement:")


def test_columns_are_aligned_under_vietnamese_names(site):
    lines = site.ctl("list", "units", "--search", "xa", "--lang", "vi").ok().out.splitlines()
    assert lines[0] == "Đơn vị (%d)" % (len(lines) - 2) and len(lines) > 50
    name, kind = starts(lines[1])[1:3]
    for line in lines[2:]:
        assert starts(line)[1] == name, line
        assert kind in starts(line), line


def test_status_in_json(site):
    done = site.ctl("status", "--json")
    answer = done.json()
    assert done.status == 3, "well, and the daemon does not run"
    assert answer["status"]["verdict"] == "well" and answer["status"]["daemon"] == "not-running"
    assert answer["status"]["mail_mode"] == "live" and INSTANT.fullmatch(answer["status"]["as_of"])
    assert [s["id"] for s in answer["sources"]] == ["theodoiq", "nq57-daklak"]
    for source in answer["sources"]:
        assert not source["blind"] and source["failed"] == 0 and INSTANT.fullmatch(source["last_complete"])
    central = [p for p in answer["partitions"] if p["source"] == "theodoiq"]
    assert {p["stream"] for p in central} == {"tasks", "indicators"}
    for partition in central:
        assert partition["completeness"] == "complete" and partition["proof"] == "total" and partition["fault"] is None
        assert partition["claimed"] == partition["received"] > 500
    deadlines = {d["id"]: d for d in answer["deadlines"]}
    twentieth = deadlines["monthly-20@2026-06-20"]
    assert twentieth["strict"] == "2026-06-19" and twentieth["working_days"] == 0
    assert twentieth["done"] + twentieth["behind"] + twentieth["unknown"] == 127
    assert dict((m["state"], m["count"]) for m in answer["outbox"])["sent"] == len(site.mails()) > 100


def test_lists_and_their_filters(site):
    every = site.ctl("list", "tasks", "--json").ok().json()["tasks"]
    assert len(every) == site.query("SELECT count(*) FROM record WHERE kind = 1")[0][0]
    own = site.ctl("list", "tasks", "--unit", UNIT, "--json").ok().json()["tasks"]
    assert own == [t for t in every if t["unit"].split(".")[0] == UNIT]
    assert site.ctl("list", "tasks", "--unit", "xã m’đrắk", "--json").json()["tasks"] == own
    found = site.ctl("list", "tasks", "--search", "binh dan hoc vu so", "--json").ok().json()["tasks"]
    assert found and all("Bình dân học vụ số" in t["title"]["value"] for t in found)
    behind = site.ctl("list", "indicators", "--behind", "--json").ok().json()["indicators"]
    assert behind and all(r["outstanding"] and r["occurrence"] for r in behind)
    differs = site.ctl("list", "tasks", "--differs", "--json").ok().json()["tasks"]
    assert differs == [t for t in every if t["differs"] > 0] and len(differs) > 10
    returned = site.ctl("list", "tasks", "--work", "returned", "--json").ok().json()["tasks"]
    assert returned and len(returned) < len(every)
    assert site.ctl("list", "tasks", "--missing", "--json").ok().json()["tasks"] == []


def test_outstanding_agrees_with_the_planner(site):
    shown = site.ctl("show", UNIT, "--json").ok().json()
    stored = {o["occurrence"]: o["outstanding"] for o in shown["obligations"]}
    assert stored["monthly-20@2026-06-20"] == len(shown["outstanding"]) > 0
    assert shown["unit"]["name"] == "Xã M’Drắk" and len(shown["seats"]) == 3


def test_explain_says_where_a_value_comes_from(site):
    row = a_difference(site)
    told = site.ctl("explain", row["key"], row["field"], "--json").ok().json()
    assert told["explain"]["outcome"] == row["outcome"] and told["explain"]["since"] == row["since"]
    sides = {side["side"]: side for side in told["sides"]}
    assert sides["central"]["value"] == row["central"] and sides["portal"]["value"] == row["portal"]
    assert sides["central"]["source"] == "theodoiq" and sides["central"]["account"] == "giamsat.daklak"
    assert sides["portal"]["account"] == "xamdrak" and sides["portal"]["run"] > 0
    people = site.ctl("explain", row["key"], row["field"], "--lang", "vi").ok().out
    assert "Quy tắc:" in people and "XUNG ĐỘT" in people


def test_why_a_mail_went(site):
    told = site.ctl("why", UNIT, "--json").ok().json()
    sent = {(c["occurrence"], c["stage"], c["seat"]) for c in told["claims"] if c["state"] == "sent"}
    assert ("monthly-20@2026-06-20", "T", "head") in sent and ("monthly-25@2026-06-25", "T-3", "focal") in sent
    held = {(h["occurrence"], h["seat"]): h["why"] for h in told["held"]}
    assert held["monthly-20@2026-06-20", "focal"] == "claimed"
    assert held["monthly-25@2026-06-25", "head"] == "from-t-1"
    person = site.ctl("why", "hlannie@mdrak.example.vn", "--json").ok().json()
    assert {s["unit"] for s in person["seats"]} >= {UNIT} and len(person["claims"]) == 2


def test_why_no_mail_went(site):
    units = site.ctl("list", "units", "--json").ok().json()["units"]
    done = next(u["id"] for u in units if u["done"] and not u["behind"] and not u["unknown"])
    told = site.ctl("why", done, "--json").ok().json()
    assert told["claims"] == [] and told["next"] == []
    assert {h["why"] for h in told["held"]} >= {"done"}


def test_plan_of_a_later_day(site):
    today = site.ctl("plan", "--json").ok().json()
    assert today["mails"] == [] and today["sending_day"], "all of today's is sent"
    weekend = site.ctl("plan", "--on", "2026-06-20", "--json").ok()
    assert weekend.json()["mails"] == [] and not weekend.json()["sending_day"] and "no working day" in weekend.err
    monday = site.ctl("plan", "--on", "2026-06-22", "--json").ok().json()
    assert monday["day"] == "2026-06-22" and len(monday["mails"]) > 100
    page = [m for m in monday["mails"] if m["stages"].startswith("page")]
    assert page and all("Kỳ trước 20/6" in m["subject"] for m in page)
    letter = site.ctl("plan", "--on", "22/6/2026", "--letter", "H'Lan Nie").ok().out
    assert "To: H’Lan Niê <hlannie@mdrak.example.vn>\nSubject: [NQ57] Xã M’Drắk: " in letter
    assert "Kính gửi: " in letter and "\x1b" not in letter
    assert site.query("SELECT count(*) FROM message")[0][0] == len(site.mails()), "a forecast writes nothing"


def test_outbox_shows_a_mail_as_it_went(site):
    message = site.ctl("outbox", "--json").ok().json()["messages"][0]
    assert message["state"] == "sent" and message["attempts"] == 1 and message["outcome"].startswith("dot 250")
    shown = site.ctl("outbox", "show", message["id"], "--json").ok().json()["message"]
    taken = next(m for m in site.mails() if message["message_id"] in m["message"]["Message-ID"])
    assert shown["bytes"].encode() == taken["bytes"] and shown["bytes_fixed"]
    people = site.ctl("outbox", "show", message["id"]).ok().out
    assert "Message-ID: <%s>\n" % message["message_id"] in people and people.endswith(shown["body"])
    later = site.ctl("outbox", "--since", "2026-06-20", "--json").ok()
    assert later.json()["messages"] == [] and "older" in later.err


def test_export_is_the_same_twice(site):
    first, second = site.ctl("export").ok().out, site.ctl("export").ok().out
    assert first == second and len(first.splitlines()) > 3000


def test_long_output_into_a_closed_pipe(site):
    done = site._run(["/bin/sh", "-c", '"$0" list tasks --config "$1" --clock "$2" | head -n 1',
                      site.ctl("help").args[0], site.config, site.clock])
    assert done.status == 0 and done.out.startswith("Tasks (") and "memory" not in done.err


@pytest.mark.parametrize("words, status", [
    ((), 2), (("statsu",), 2), (("status", "now"), 2), (("list",), 2), (("list", "people"), 2),
    (("list", "tasks", "--on", "1/6/2026"), 2), (("list", "tasks", "--work", "lazy"), 2), (("--nonsense",), 2),
    (("plan", "--on", "32/6/2026"), 2), (("plan", "--on", "2026-06-18"), 2), (("outbox", "show", "x"), 2),
    (("outbox", "show", "999999"), 4), (("show", "99999"), 4), (("show", "24412/task/NONE"), 4),
    (("explain", "24412/task/NONE", "progress"), 4), (("explain", "24412/task/NV-II-08", "progres"), 4),
    (("why", "Không Ai"), 4), (("accept", "7"), 4), (("accept", "x"), 2), (("help", "nothing"), 4), (("live",), 5),
    (("settle", "24412/task/NV-II-08", "leader", "central"), 5), (("list", "tasks", "--unit", "Xã Không Có"), 4),
    (("status", "--lang", "fr"), 2)], ids=str)
def test_exit_statuses(site, words, status):
    done = site.ctl(*words)
    assert done.status == status, done
    assert done.out == "" and done.err, "messages go to stderr"


def test_nearest_names_are_offered(site):
    assert "did you mean `status`?" in site.ctl("statsu").err
    assert "did you mean `progress`?" in site.ctl("explain", "24412/task/NV-II-08", "progres").err


def test_help_lists_every_verb(site):
    text = site.ctl("help").ok().out
    for verb in ("status", "list", "show", "explain", "why", "diff", "plan", "outbox", "quarantine", "accounts",
                 "accept", "reject", "settle", "release", "sync", "live", "export"):
        assert re.search(r"^  %s\b" % verb, text, re.M)
        assert site.ctl("help", verb).ok().out.startswith("nq57ctl %s" % verb)
        assert site.ctl("help", verb).out.count("--config DIR") == 1, verb
        assert site.ctl("help", verb, "--lang", "vi").ok().out != site.ctl("help", verb).out
    assert site.ctl("--help").ok().out == text and site.ctl("--version").ok().out.startswith("nq57ctl ")


def test_reading_with_a_broken_configuration(site, tmp_path):
    broken = tmp_path / "config"
    shutil.copytree(site.config, broken)
    text = (broken / "nq57d.yaml").read_text(encoding="utf-8")
    (broken / "nq57d.yaml").write_text(text.replace("mail:\n", "mail:\n  moed: live\n"), encoding="utf-8")
    status = site.ctl("status", "--config", broken, "--json", config=False)
    assert status.status == 78 and "moed" in status.err and status.json()["status"]["configuration"] == "wrong"
    assert len(status.json()["partitions"]) > 200, "the store is found through the broken file"
    assert site.ctl("list", "tasks", "--config", broken, "--json", config=False).ok().json()["tasks"]
    assert site.ctl("show", "24412/task/NV-II-08", "--config", broken, config=False).status == 0
    for words in (("plan",), ("why", UNIT), ("list", "units"), ("live",), ("show", UNIT)):
        done = site.ctl(*words, "--config", broken, config=False)
        assert done.status == 78 and "nq57d --config %s --check" % broken in done.err, done
    (broken / "nq57d.yaml").write_text("province: [\n", encoding="utf-8")
    assert site.ctl("diff", "--config", broken, "--state", site.state, config=False).status == 0


def test_a_key_that_is_not_there(site):
    """A number of a document has a slash, and its key has not: that is told where somebody types it."""
    for words in (("show",), ("explain",)):
        rest = ("progress",) if words == ("explain",) else ()
        done = site.ctl(*words, "24412/task/001/KH-BCĐ", *rest)
        assert done.status == 4 and "no record `24412/task/001/KH-BCĐ`" in done.err and "%2F" in done.err, done
        done = site.ctl(*words, "24412/task/NV-none", *rest)
        assert done.status == 4 and "list tasks (or indicators) --search" in done.err and "%2F" not in done.err, done


def test_without_a_store(site, tmp_path):
    done = site.ctl("status", "--state", tmp_path)
    assert done.status == 3 and "no store" in done.err and "Judgement" in done.out
    done = site.ctl("list", "tasks", "--state", tmp_path)
    assert done.status == 4 and "nq57d has not run yet" in done.err and not list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user to be")
def test_without_permission(site):
    done = site._run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", site.ctl("help").args[0], "status",
                      "--config", site.config, "--state", site.state])
    assert done.status == 77 and done.out == ""


def test_control_characters_never_reach_the_terminal(site, tmp_path):
    state = tmp_path / "state"
    shutil.copytree(site.state, state)
    db = sqlite3.connect(state / "nq57.db")
    db.execute("UPDATE message SET subject = 'a' || char(27) || '[31mred' || char(10) || 'b' WHERE id = 1")
    db.commit()
    db.close()
    text = site.ctl("outbox", "--state", state).ok().out
    assert "\x1b" not in text and "a\\x1B[31mred\\x0Ab" in text
    subjects = [m["subject"] for m in site.ctl("outbox", "--state", state, "--json").ok().json()["messages"]]
    assert "a\x1b[31mred\nb" in subjects


@pytest.mark.parametrize("words, near", (
    (("list", "tasks", "--unit", "H15.O7"), "H15.07"), (("list", "tasks", "--uint", "H15.07"), "--unit"),
    (("list", "tasks", "--work", "don"), "`done`"), (("list", "taks"), "`tasks`"), (("status", "--jsn"), "--json")))
def test_misspelt_words_have_a_nearest(site, words, near):
    done = site.ctl(*words)
    assert done.status in (2, 4) and "did you mean" in done.err and near in done.err.split("did you mean")[1], done


def test_accounts_import(site, tmp_path):
    into, csv = tmp_path / "accounts.yaml", tmp_path / "office.csv"
    shutil.copy(site.config / "accounts.yaml", into)
    csv.write_text("code,name,kind,central,portal\n24412,Xã M’Drắk,commune,supervised,xamdrak.moi\n", encoding="utf-8")
    before = into.read_bytes()
    dry = site.ctl("accounts", "import", csv, "--into", into, "--dry-run").ok()
    assert "portal: xamdrak.moi" in dry.out and into.read_bytes() == before
    assert site.ctl("accounts", "import", csv, "--into", into).status == 0
    assert into.read_text(encoding="utf-8") == dry.out
    assert site.ctl("accounts", "import", csv, "--into", into).status == 5, "nothing left to change"
    csv.write_text("code,name,kind\n24412,Xã M’Drắk,castle\n", encoding="utf-8")
    changed = into.read_bytes()
    done = site.ctl("accounts", "import", csv, "--into", into)
    assert done.status == 1 and "office.csv" in done.err and into.read_bytes() == changed
    assert site.ctl("accounts", "import", tmp_path / "none.csv", "--into", into).status == 4


# ---- what the daemon is asked for ----

def test_requests(tmp_path):
    with Site(tmp_path / "site", mode="preview") as site:
        assert site.once().status == 0
        answer = site.ctl("sync")
        assert answer.status == 0 and "taken at its next start" in answer.err
        assert len(list((site.state / "requests").iterdir())) == 1
        row = a_difference(site)
        daemon = site.daemon()
        wait_for(lambda: not list((site.state / "requests").glob("*.req")), what="the request of before the start")
        for done in (site.state / "requests").glob("*.done"):
            done.unlink()
        assert site.ctl("status").status == 0, "well, and running"

        live = site.ctl("live", "--yes").ok()
        assert "mode: live" in live.out and "never sent" in live.out
        assert site.ctl("live").status == 5, "nobody said yes"

        settled = site.ctl("settle", row["key"], row["field"], "portal")
        assert settled.status == 0 and settled.out == "ok\n" and settled.err == ""
        told = site.ctl("explain", row["key"], row["field"], "--json").ok().json()["explain"]
        assert told["outcome"] == "settled" and told["value"]["value"] == row["portal"]["value"]
        assert told["settled_by"] == "uid %d" % os.geteuid() and INSTANT.fullmatch(told["settled_at"])
        assert not list((site.state / "requests").iterdir()), "the answer was taken away"
        assert site.ctl("release").status == 5, "nothing is held"

        truth = site.sims.get("truth", unit=UNIT, system="portal")["records"]
        for record in [r for r in truth if r["kind"] == "indicator"][:8]:
            site.sims.post("drop", unit=UNIT, code=record["code"], system="portal")
        assert site.ctl("sync").status == 0
        wait_for(lambda: site.status_json()["refusals"], what="a refused listing")
        status = site.ctl("status", "--json")
        refusal = status.json()["refusals"][0]
        assert status.status == 1 and refusal["account"] == "xamdrak"
        assert refusal["accept"] == "nq57ctl accept %d" % refusal["id"]
        people = site.ctl("status").out
        assert refusal["accept"] in people and refusal["reject"] in people and "TROUBLE" in people
        assert site.ctl("accept", refusal["id"]).status == 0
        missing = wait_for(lambda: site.ctl("list", "indicators", "--missing", "--json").json()["indicators"],
                           what="missing records")
        assert len(missing) == 8 and all(m["unit"].startswith(UNIT) for m in missing)
        assert site.ctl("accept", refusal["id"]).status == 4, "it is decided"
        assert daemon.stop() == 0
        assert json.loads(site.ctl("status", "--json").out)["status"]["daemon"] == "not-running"

        site.sims.fault("status", code=503, system="portal")
        assert site.once().status == 1
        status = site.ctl("status", "--json")
        portal = [p for p in status.json()["partitions"] if p["source"] == "nq57-daklak"]
        assert status.status == 1 and status.json()["status"]["verdict"] == "trouble"
        failed = [p for p in portal if p["completeness"] == "failed"]
        assert {p["fault"] for p in failed} == {"http-status"} and all(p["detail"] for p in failed)
        assert "http-status" in site.ctl("status", "--lang", "vi").out, "codes are never translated"
        assert all(p["completeness"] == "complete" for p in status.json()["partitions"] if p["source"] == "theodoiq")


# ---- the manual ----

MANUAL = SOURCE / "docs" / "man"


def manual(name):
    """The page's text without its markup."""
    text = (MANUAL / name).read_text(encoding="utf-8").replace("\\-", "-").replace('"', "")
    return re.sub(r"\\f[RIPB]", "", text)


def test_manual_names_every_verb_option_and_status(site):
    page = manual("nq57ctl.1")
    for verb in re.findall(r"^  (\w+) ", site.ctl("help").out, re.M):
        assert re.search(r"\b%s\b" % verb, page), verb
        for option in re.findall(r"^  (--[\w-]+)", site.ctl("help", verb).out, re.M):
            assert option in page or option == "--clock", option
    for status in (0, 1, 2, 3, 4, 5, 77, 78):
        assert ".B %d\n" % status in page
    daemon = manual("nq57d.8")
    for option in re.findall(r"^  (--[\w-]+)", site._run([site.command()[0], "--help"]).out, re.M):
        assert option in daemon or option in ("--clock", "--kill-points"), option


def test_manual_names_every_key(site):
    page = manual("nq57d.yaml.5")
    for key in re.findall(r"^\| `([^`]+)`", site._run([site.command()[0], "--reference"]).ok().out, re.M):
        if "." not in key:
            continue
        last = key.replace(".*", "").split(".")[-1].replace("-N", "-2")
        assert re.search(r"(?<![\w-])%s(?![\w-])" % last, page), key


@pytest.mark.parametrize("name", sorted(path.name for path in MANUAL.iterdir()))
def test_manual_is_sound_markup(name):
    groff = shutil.which("groff")
    lines = (MANUAL / name).read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith(".TH ") and all(len(line) <= 120 and line.strip() for line in lines)
    if groff:
        done = subprocess.run([groff, "-man", "-ww", "-Tutf8", "-Kutf8", str(MANUAL / name)], capture_output=True,
                              text=True)
        assert done.returncode == 0 and done.stderr == ""
