# SPDX-License-Identifier: MIT
"""The sandboxed unit in a booted systemd: started, reloaded, killed, hung, misconfigured and stopped.

Every boot is one fixture that several tests look at. Unless a test says otherwise it is the build that is installed on
a server: the real clock, and the guard that holds mail while nobody vouches for that clock (a container cannot).
"""

import json
import re

import pytest

from service import Service, drop_in, driven, harness, installed

MESSAGE_IDS = {"blind": "6f0f5c3a6d2e4a51b3a1c96c0ad1e003", "clock": "6f0f5c3a6d2e4a51b3a1c96c0ad1e009",
               "clock over": "6f0f5c3a6d2e4a51b3a1c96c0ad1e00a", "reloaded": "6f0f5c3a6d2e4a51b3a1c96c0ad1e00b",
               "reload failed": "6f0f5c3a6d2e4a51b3a1c96c0ad1e00c", "sent": "6f0f5c3a6d2e4a51b3a1c96c0ad1e00d"}
CRIT, NOTICE = "2", "5"
WORDS = (r"[0-9]+ tasks, [0-9]+ indicators, [0-9]+ units behind, [0-9]+ unknown, next deadline [0-9/]+ in [0-9]+ "
         r"working days")
QUICK = "[Service]\nRestartSec=200ms\n"


@pytest.fixture(scope="module", autouse=True)
def able():
    try:
        harness.tree()
    except harness.Impossible as why:
        pytest.skip(str(why))


@pytest.fixture(scope="module")
def tree(able, tmp_path_factory):
    return installed(tmp_path_factory.mktemp("installed"))


# ---- what is installed ----

def test_everything_is_installed_where_the_unit_looks(tree):
    files = {str(path.relative_to(tree)): path for path in tree.rglob("*") if path.is_file()}
    for name in ("usr/sbin/nq57d", "usr/bin/nq57ctl", "usr/libexec/nq57d/deliver-smtp"):
        assert files[name].stat().st_mode & 0o777 == 0o755, name
    for name in ("usr/lib/sysusers.d/nq57d.conf", "usr/share/nq57d/profiles/theodoiq.yaml",
                 "usr/share/nq57d/profiles/nq57-daklak.yaml", "usr/share/nq57d/example/nq57d.yaml",
                 "usr/share/nq57d/example/accounts.yaml", "usr/share/nq57d/example/links.yaml",
                 "usr/share/nq57d/example/calendar-vn.yaml", "usr/share/nq57d/example/addresses.conf"):
        assert files[name].stat().st_mode & 0o777 == 0o644, name
    unit = files["usr/lib/systemd/system/nq57d.service"].read_text(encoding="utf-8")
    assert "@" not in re.sub(r"(?m)^(#|SystemCallFilter=).*", "", unit), "every path is filled in"
    assert "ExecStart=/usr/sbin/nq57d --config /etc/nq57d\n" in unit and "/etc/nq57d/secrets/" in unit
    pages = re.findall(r"man:([\w.-]+)\((\d)\)", unit)
    assert len(pages) == 2
    for name, section in [*pages, ("nq57d.yaml", "5")]:
        assert any(path.startswith("usr/share/man/man%s/%s.%s" % (section, name, section)) for path in files), name


# ---- a life ----

LIFE = r"""
step verify systemd-analyze verify --man=no nq57d.service
step exposure-offline systemd-analyze security --no-pager --offline=true --threshold=11 \
    /usr/lib/systemd/system/nq57d.service
mkdir -p /tmp/site/nq57d.service.d
cp /usr/lib/systemd/system/nq57d.service /tmp/site/
cp /usr/share/nq57d/example/addresses.conf /tmp/site/nq57d.service.d/
step exposure-addresses env SYSTEMD_UNIT_PATH=/tmp/site: systemd-analyze security --no-pager --offline=true \
    --threshold=10 nq57d.service
step enable systemctl enable nq57d
step start systemctl start nq57d
step active systemctl is-active nq57d
systemctl kill --kill-whom=main --signal=USR1 nq57d
step words until_true status_says 'working days'
step exposure systemd-analyze security --no-pager --threshold=11 nq57d.service
step properties systemctl show nq57d
step held until_true said 'clock: clock:'
step store stat -c '%n %U:%G %a' /var/lib/nq57d /var/lib/nq57d/nq57.db /var/lib/nq57d/nq57.db-wal \
    /var/lib/nq57d/nq57.db-shm /var/lib/nq57d/nq57.db.lock /var/lib/nq57d/requests /var/lib/nq57d/attempts
step status-root nq57ctl status
step status-member runuser -u mai -- nq57ctl status --json
step units-member runuser -u mai -- nq57ctl list units --json
step status-stranger runuser -u ngoai -- nq57ctl status
step sync-root nq57ctl sync
step sync-member runuser -u mai -- nq57ctl sync
step sync-stranger runuser -u ngoai -- nq57ctl sync
step member-id id -u mai

cp /etc/nq57d/nq57d.yaml /var/tmp/good.yaml
sed -i 's/^  mode: preview/  mode: perhaps/' /etc/nq57d/nq57d.yaml
step reload-bad systemctl reload nq57d
step active-after-bad systemctl is-active nq57d
systemctl kill --kill-whom=main --signal=HUP nq57d
step hup-bad until_true said 'reload failed, the old configuration stays in force'
step status-bad status_says 'the old configuration stays in force'
step active-after-hup systemctl is-active nq57d
sed 's/^  mode: preview/&\n  clock-check: plausible/' /var/tmp/good.yaml >/etc/nq57d/nq57d.yaml
step reload-good systemctl reload nq57d
step hup-good until_true said 'configuration reloaded from /etc/nq57d'
step clock-over until_true said 'clock: clock: over'
step words-again until_true status_says '^StatusText=[0-9]+ tasks'
step words-in-full systemctl show -P StatusText nq57d
step status-well nq57ctl status

PID=$(systemctl show -P MainPID nq57d)
kill -9 "$PID"
step restarted until_true shows NRestarts '=1$'
step active-again until_true systemctl is-active nq57d
systemctl kill --kill-whom=main --signal=USR1 nq57d
step words-after-kill until_true status_says 'working days'
journalctl --sync
step processes count_processes
START=$EPOCHREALTIME
step stop systemctl stop nq57d
step seconds awk "BEGIN { print $EPOCHREALTIME - $START }"
step left count_processes
step end systemctl show nq57d -p ActiveState -p Result -p ExecMainStatus -p ExecMainCode -p NRestarts
step status-down nq57ctl status
"""


@pytest.fixture(scope="module")
def life(tree, tmp_path_factory):
    with Service(tmp_path_factory.mktemp("life") / "site") as site:
        yield site.boot(tree, LIFE, drop_in(QUICK))


def test_the_unit_is_clean(life):
    """Not a word: verify ends with 0 on keys it does not know. The tree has no man; the pages have a test of theirs."""
    assert life["verify"] == ("", 0)


def test_the_exposure_is_small(life):
    """1.0 where the site names the addresses, as the installed example does; 1.1 alone, because host names cannot stand
    there and nobody knows a site's addresses beforehand."""
    for name in ("exposure-addresses", "exposure-offline", "exposure"):
        life.ok(name)


def test_it_starts_and_says_its_state_in_words(life):
    life.ok("enable")
    life.ok("start")
    assert life.ok("active") == "active\n"
    life.ok("words")
    told = re.search(r"(?m)^StatusText=(.*)$", life.ok("properties"))[1]
    assert told.startswith("MAIL HELD: clock") and "next deadline" in told
    assert re.fullmatch(WORDS, life.ok("words-in-full").strip())


def test_the_sandbox_is_on(life):
    told = dict(line.split("=", 1) for line in life.ok("properties").splitlines() if "=" in line)
    for key in ("PrivateUsers", "PrivateTmp", "PrivateDevices", "PrivateMounts", "PrivateIPC", "ProtectHome",
                "ProtectClock", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules",
                "ProtectKernelTunables", "ProtectControlGroups", "NoNewPrivileges", "RestrictRealtime",
                "RestrictSUIDSGID", "LockPersonality", "MemoryDenyWriteExecute", "RemoveIPC", "RestrictNamespaces"):
        assert told[key] == "yes", key
    expected = {"ProtectSystem": "strict", "ProtectProc": "invisible", "ProcSubset": "pid", "User": "nq57d",
                "CapabilityBoundingSet": "", "AmbientCapabilities": "", "DevicePolicy": "closed", "UMask": "0027",
                "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "WatchdogUSec": "1min", "NotifyAccess": "main",
                "StateDirectory": "nq57d", "StateDirectoryMode": "0750", "KillMode": "mixed", "LimitCORE": "0"}
    assert {key: told.get(key, "") for key in expected} == expected
    assert "ptrace" not in told["SystemCallFilter"] and "read" in told["SystemCallFilter"]


def test_nothing_was_refused_by_the_sandbox(life):
    assert life.denied() == []


def test_the_store_belongs_to_the_service_and_its_group_reads(life):
    told = dict(line.split(" ", 1) for line in life.ok("store").splitlines())
    assert told == {"/var/lib/nq57d": "nq57d:nq57d 750", "/var/lib/nq57d/requests": "nq57d:nq57d 770",
                    "/var/lib/nq57d/attempts": "nq57d:nq57d 750",
                    **{"/var/lib/nq57d/nq57.db" + end: "nq57d:nq57d 640" for end in ("", "-wal", "-shm", ".lock")}}


def test_the_journal_has_fields(life):
    held = life.own(MESSAGE_ID=MESSAGE_IDS["clock"])
    assert len(held) == 1, "once an episode"
    assert held[0]["PRIORITY"] == CRIT and held[0]["NQ57_ALARM"] == "clock" and held[0]["NQ57_SUBJECT"] == "clock"
    assert "mail.clock-check" in held[0]["MESSAGE"]
    assert held[0]["_SYSTEMD_UNIT"] == "nq57d.service" and held[0]["_TRANSPORT"] == "journal"
    over = life.own(MESSAGE_ID=MESSAGE_IDS["clock over"])
    assert [entry["PRIORITY"] for entry in over] == [NOTICE]


def test_root_and_the_group_look_beside_the_running_service(life):
    text, status = life["status-root"]
    assert status == 1 and "running" in text, "an alarm is open: the clock"
    text, status = life["status-member"]
    card = json.loads(text)
    assert status == 1 and card["status"]["daemon"] == "running" and card["status"]["verdict"] == "trouble"
    assert len(json.loads(life.ok("units-member"))["units"]) > 5
    assert life["status-stranger"][1] == 77
    assert life["status-well"][1] == 0, life["status-well"][0]
    assert life["status-down"][1] == 3, life["status-down"][0]


def test_root_and_the_group_ask_and_the_journal_says_who(life):
    assert life.ok("sync-root") == "ok\n"
    assert life.ok("sync-member") == "ok\n"
    assert life["sync-stranger"][1] != 0
    asked = [entry["NQ57_BY"] for entry in life.own() if entry["MESSAGE"].startswith("request sync")]
    assert asked == ["uid 0", "uid " + life.ok("member-id").strip()]


def test_a_wrong_configuration_fails_the_reload_and_changes_nothing(life):
    text, status = life["reload-bad"]
    assert status != 0, text
    assert life.ok("active-after-bad") == "active\n"
    told = " ".join(e["MESSAGE"] for e in life.entries(_SYSTEMD_UNIT="nq57d.service") if "perhaps" in e["MESSAGE"])
    assert "nq57d.yaml" in told
    # The daemon that is told to reload all the same says so, and goes on.
    life.ok("hup-bad")
    life.ok("status-bad")
    assert life.ok("active-after-hup") == "active\n"
    assert [e["PRIORITY"] for e in life.own(MESSAGE_ID=MESSAGE_IDS["reload failed"])] == ["3"]


def test_a_good_reload_takes_effect(life):
    for name in ("reload-good", "hup-good", "clock-over", "words-again"):
        life.ok(name)
    assert len(life.own(MESSAGE_ID=MESSAGE_IDS["reloaded"])) == 1


def test_killed_it_is_started_again(life):
    for name in ("restarted", "active-again", "words-after-kill"):
        life.ok(name)
    assert life.ok("processes") == "1\n"


def test_it_stops_in_time_and_leaves_nothing(life):
    life.ok("stop")
    assert float(life.ok("seconds")) < 5
    assert life.ok("left") == "0\n"
    told = set(life.ok("end").split())
    assert told == {"ActiveState=inactive", "Result=success", "ExecMainStatus=0", "ExecMainCode=1", "NRestarts=1"}


# ---- a source that is down, mail out of the sandbox, a hung loop ----

DOWN = r"""
step start systemctl start nq57d
systemctl kill --kill-whom=main --signal=USR1 nq57d
step crit until_true said 'blind: nq57-daklak:'
step sent until_true said "mail "
step status nq57ctl status
step words until_true status_says 'working days'
kill -9 "$(systemctl show -P MainPID nq57d)"
step restarted until_true shows NRestarts '=1$'
step up-again until_true systemctl is-active nq57d
systemctl kill --kill-whom=main --signal=USR1 nq57d
step words-again until_true status_says 'working days'
sleep 1
kill -STOP "$(systemctl show -P MainPID nq57d)"
step hung until_true shows NRestarts '=2$'
step active-again until_true systemctl is-active nq57d
step stop systemctl stop nq57d
"""


@pytest.fixture(scope="module")
def down(tree, tmp_path_factory):
    keys = {"mail.clock-check": "plausible", "sources.nq57-daklak.url": "http://127.0.0.1:1"}
    with Service(tmp_path_factory.mktemp("down") / "site", mode="live", keys=keys) as site:
        run = site.boot(tree, DOWN, drop_in(QUICK + "WatchdogSec=2\n"))
        run.mails = site.mails()
        yield run


def test_a_source_that_is_down_is_one_crit_line(down):
    for name in ("start", "crit", "words"):
        down.ok(name)
    lines = down.own(MESSAGE_ID=MESSAGE_IDS["blind"])
    assert [(e["PRIORITY"], e["NQ57_ALARM"], e["NQ57_SUBJECT"]) for e in lines] == [(CRIT, "blind", "nq57-daklak")]
    assert down["status"][1] == 1
    faults = [e for e in down.own() if e.get("NQ57_SOURCE") == "nq57-daklak" and e["NQ57_FAULT"] != "none"]
    assert {e["NQ57_FAULT"] for e in faults} == {"network"} and {e["PRIORITY"] for e in faults} == {"3"}


def test_its_mail_leaves_the_sandbox_once_whatever_is_killed(down):
    down.ok("sent")
    ops = [mail for mail in down.mails if "nq57-daklak" in mail["message"]["Subject"]]
    assert len(ops) == 1 and ops[0]["to"] == ["luongquocvan@skhcn.example.vn"]
    identities = [mail["message"]["Message-ID"] for mail in down.mails]
    assert len(identities) == len(set(identities))
    sent = down.own(MESSAGE_ID=MESSAGE_IDS["sent"])
    assert len(sent) == len(down.mails)


def test_a_hung_loop_is_killed_and_started_again(down):
    for name in ("restarted", "words-again", "hung", "active-again", "stop"):
        down.ok(name)
    assert any("Watchdog timeout" in e["MESSAGE"] for e in down.entries(UNIT="nq57d.service"))
    assert down.denied() == []


# ---- reminders, with the test build and its clock on Friday 19/6/2026, 07:30 ----

REMIND = r"""
settled() { nq57ctl outbox --json --clock /etc/nq57d/clock >/tmp/outbox && grep -q sent /tmp/outbox &&
    ! grep -Eq '"(planned|sending|temporary)"' /tmp/outbox; }
step start systemctl start nq57d
step words until_true status_says 'working days'
step words-in-full systemctl show -P StatusText nq57d
step sent until_true settled
step outbox nq57ctl outbox --json --clock /etc/nq57d/clock
kill -9 "$(systemctl show -P MainPID nq57d)"
step restarted until_true shows NRestarts '=1$'
step words-again until_true status_says 'working days'
sleep 1
step outbox-again nq57ctl outbox --json --clock /etc/nq57d/clock
step stop systemctl stop nq57d
"""


RELAY_PASSWORD = "[Service]\nLoadCredential=smtp-password:/etc/nq57d/secrets/smtp-password\n"


@pytest.fixture(scope="module")
def remind(tree, tmp_path_factory):
    with Service(tmp_path_factory.mktemp("remind") / "site", mode="live", keys={"mail.user": "nq57"},
                 mail=["--auth", "nq57:mat khau thu"]) as site:
        files = {**driven(), **drop_in(RELAY_PASSWORD, "relay"), "/etc/nq57d/clock": site.now + "\n",
                 "/etc/nq57d/secrets/smtp-password": "mat khau thu\n"}
        run = site.boot(tree, REMIND, files)
        run.mails = site.mails()
        yield run


def test_reminders_leave_the_sandbox_once_whatever_is_killed(remind):
    for name in ("start", "words", "sent", "restarted", "words-again", "stop"):
        remind.ok(name)
    told = remind.ok("words-in-full").strip()
    assert re.fullmatch(WORDS, told) and "next deadline 20/6 in 0 working days" in told, told
    before, after = (json.loads(remind.ok(name))["messages"] for name in ("outbox", "outbox-again"))
    assert {mail["state"] for mail in before} == {"sent"}
    assert after == before
    assert len(remind.mails) == len(before) > 3
    assert {mail["auth"] for mail in remind.mails} == {"nq57"}, "the relay's password came as a credential"
    assert len({mail["message"]["Message-ID"] for mail in remind.mails}) == len(remind.mails)
    assert remind.denied() == []


# ---- starts that must fail ----

BAD = r"""
sed -i 's/^province: .*/provinse: X/' /etc/nq57d/nq57d.yaml
step wrong systemctl start nq57d
sleep 1
step wrong-end systemctl show nq57d -p ActiveState -p ExecMainStatus -p NRestarts -p StatusText -p StatusErrno
sed -i 's/^provinse: .*/province: Đắk Lắk/' /etc/nq57d/nq57d.yaml
mv /etc/nq57d/secrets/theodoiq.secrets /var/tmp/
step missing systemctl start nq57d
sleep 1
step missing-end systemctl show nq57d -p ActiveState -p ExecMainStatus -p NRestarts
mv /var/tmp/theodoiq.secrets /etc/nq57d/secrets/
chmod 644 /etc/nq57d/secrets/theodoiq.secrets
step mended systemctl start nq57d
step active systemctl is-active nq57d
step second runuser -u nq57d -- env STATE_DIRECTORY=/var/lib/nq57d /usr/sbin/nq57d
step stop systemctl stop nq57d
mv /etc/nq57d/nq57d.yaml /var/tmp/
step unconfigured systemctl start nq57d
step unconfigured-end systemctl show nq57d -p ActiveState -p ConditionResult
"""


@pytest.fixture(scope="module")
def bad(tree, tmp_path_factory):
    with Service(tmp_path_factory.mktemp("bad") / "site") as site:
        yield site.boot(tree, BAD, drop_in(QUICK))


def test_a_wrong_configuration_stops_the_start_for_good(bad):
    assert bad["wrong"][1] != 0
    told = dict(line.split("=", 1) for line in bad.ok("wrong-end").splitlines())
    assert (told["ActiveState"], told["ExecMainStatus"], told["NRestarts"]) == ("failed", "78", "0")
    assert "the configuration in /etc/nq57d is wrong" in told["StatusText"]
    findings = [e for e in bad.own(PRIORITY="3") if "NQ57_FINDING" in e]
    assert any("/etc/nq57d/nq57d.yaml" in e["MESSAGE"] and "provinse" in e["MESSAGE"] for e in findings)


def test_a_missing_credential_stops_the_start_for_good(bad):
    assert bad["missing"][1] != 0
    assert set(bad.ok("missing-end").split()) == {"ActiveState=failed", "ExecMainStatus=243", "NRestarts=0"}
    told = [e["MESSAGE"] for e in bad.entries(_PID="1")] + [e["MESSAGE"] for e in bad.entries(UNIT="nq57d.service")]
    assert any("credentials" in line for line in told)


def test_what_is_mended_starts_and_a_second_daemon_does_not(bad):
    bad.ok("mended")
    assert bad.ok("active") == "active\n"
    text, status = bad["second"]
    assert status == 75 and "only one daemon may write" in text
    bad.ok("stop")


def test_without_a_configuration_it_is_not_started_at_all(bad):
    bad.ok("unconfigured")
    assert set(bad.ok("unconfigured-end").split()) == {"ActiveState=inactive", "ConditionResult=no"}
