# SPDX-License-Identifier: MIT
"""What operations read in an alarm's mail, and the alarm of a calendar that lacks something."""
import re
import signal

import pytest

from harness import wait_for
from small import Small

OPS = "luongquocvan@skhcn.example.vn"
CALENDAR_ID = "6f0f5c3a6d2e4a51b3a1c96c0ad1e010"
# What stays as it is written in a Vietnamese text: commands, files, codes.
TERMS = re.compile(r"nq57d|nq57ctl|systemctl|journalctl|status|reload|restart|MESSAGE_ID=\w+|-u|theodoiq|tasks|"
                   r"confirmed: no|giamsat\.daklak|network|calendar-vn\.yaml|accept|reject|\[NQ57\]")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Small(tmp_path_factory.mktemp("ops"), mode="live") as made:
        yield made


def ops_mails(site):
    return [(m["message"]["Subject"], m["message"].get_content().replace("\r\n", "\n"))
            for m in site.mails()[site.first_mail:] if m["to"] == [OPS]]


def start(site, name, now):
    site.first_mail = len(site.mails())
    return site.fresh(name, now)


def check_vietnamese(*texts):
    for text in texts:
        rest = TERMS.sub("", text)
        assert not re.search(r"\b(the|not|of|and|listings?|first|never|complete|accounts?|days?|mails?)\b", rest), rest


def test_a_blind_source_says_what_since_when_and_what_to_do(site):
    start(site, "blind", "2026-06-17T09:00:00+07:00")
    site.once()
    site.sims.fault("reset", system="central")
    site.set_clock("2026-06-17T13:10:00+07:00")
    site.once()
    (subject, body), = ops_mails(site)
    assert subject == "[NQ57] SỰ CỐ: Không đọc được dữ liệu (theodoiq)"
    what, since, first, last, act = body.splitlines()[:5]
    assert what == "Sự cố: Không đọc được dữ liệu (theodoiq)."
    assert since == "Từ lúc: 13:10 ngày 17/6/2026."
    assert re.match(r"\d/2 danh sách không đọc được trọn vẹn đúng lúc, đầu tiên: \w+ \(giamsat\.daklak\): [a-z-]+\.$",
                    first)
    assert last == "Lần đọc trọn gần nhất của hệ thống này: 09:00 ngày 17/6/2026."
    assert act.startswith("Cần làm: ") and act.endswith("systemctl reload nq57d")
    assert body.endswith("\nToàn cảnh: nq57ctl status\nNhật ký: journalctl -u nq57d "
                         "MESSAGE_ID=6f0f5c3a6d2e4a51b3a1c96c0ad1e001\n")
    check_vietnamese(subject, body)
    site.sims.clear()
    site.set_clock("2026-06-17T14:20:00+07:00")
    site.once()
    subject, body = ops_mails(site)[1]
    assert subject == "[NQ57] Đã hết sự cố: Không đọc được dữ liệu (theodoiq)"
    assert "Từ lúc: 13:10 ngày 17/6/2026; hết lúc: 14:20 ngày 17/6/2026.\n" in body
    check_vietnamese(subject, body)


def warnings(daemon):
    return [n for n in daemon.lines() if n.startswith("nq57d: warning: calendar-vn.yaml: not confirmed")]


def crits(daemon):
    return [n for n in daemon.lines() if n.startswith("nq57d: crit: calendar: calendar: ")]


def test_days_not_confirmed_are_said_each_day_and_alarm_once(site):
    """The worked Saturday of 22/8 comes within thirty days while the daemon runs; it is confirmed, and reloaded."""
    path = site.config / "calendar-vn.yaml"
    text = path.read_text(encoding="utf-8")
    start(site, "unconfirmed", "2026-07-22T09:00:00+07:00")
    daemon = site.daemon().until_note(" units behind")
    try:
        assert warnings(daemon) == crits(daemon) == [] and ops_mails(site) == []
        site.set_clock("2026-07-23T09:00:00+07:00")
        wait_for(lambda: crits(daemon) and ops_mails(site), what="the alarm")
        assert len(warnings(daemon)) == 1 and "1, first 2026-08-22" in warnings(daemon)[0]
        assert [(e["kind"], e["subject"]) for e in site.status_json()["episodes"]] == [("calendar", "calendar")]
        site.set_clock("2026-07-24T09:00:00+07:00")
        wait_for(lambda: len(warnings(daemon)) == 2, what="the next day's line")
        daemon.signal(signal.SIGHUP)
        wait_for(lambda: len(warnings(daemon)) == 3, what="the line after a reload")
        (subject, body), = ops_mails(site)
        assert subject == "[NQ57] SỰ CỐ: Lịch nghỉ chưa đủ" and len(crits(daemon)) == 1
        assert "có 1 ngày chưa được xác nhận (confirmed: no), đầu tiên là 22/8/2026" in body
        assert "Từ lúc: 09:00 ngày 23/7/2026.\n" in body and CALENDAR_ID in body
        check_vietnamese(subject, body)
        head, mark, rest = text.partition("  22/8/2026:")
        path.write_text(head + mark + rest.replace("confirmed: no", "confirmed: yes", 1), encoding="utf-8")
        daemon.signal(signal.SIGHUP)
        daemon.until_line("calendar: calendar: over", 30)
        wait_for(lambda: len(ops_mails(site)) == 2, what="the second mail")
        assert ops_mails(site)[1][0] == "[NQ57] Đã hết sự cố: Lịch nghỉ chưa đủ"
        assert site.status_json()["episodes"] == [] and len(warnings(daemon)) == 3
    finally:
        path.write_text(text, encoding="utf-8")
        daemon.close()


def test_a_year_without_days_off_is_said_from_october_on(site):
    path = site.config / "calendar-vn.yaml"
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(re.sub(r"(?m)^  \d+/\d+/2027:\n(?:    .*\n)+", "", text), encoding="utf-8")
        start(site, "september", "2026-09-30T09:00:00+07:00")
        assert "does not list" not in site.once().err
        start(site, "october", "2026-10-01T09:00:00+07:00")
        done = site.once()
        assert "nq57d: warning: calendar-vn.yaml does not list the days off of 2027\n" in done.err
        assert [(e["kind"], e["subject"]) for e in site.status_json()["episodes"]] == [("calendar", "calendar")]
        subject, body = ops_mails(site)[0]
        assert "calendar-vn.yaml chưa có ngày nghỉ của năm 2027; hạn và mốc nhắc sẽ tính sai.\n" in body
        check_vietnamese(subject, body)
    finally:
        path.write_text(text, encoding="utf-8")
