# SPDX-License-Identifier: MIT
"""The boot harness itself: what it says of a run must be what happened in the container."""

import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import boot as harness  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def able():
    try:
        harness.require()
    except harness.Impossible as why:
        pytest.skip(str(why))


def groups_left():
    command = "mount -t cgroup2 none /sys/fs/cgroup && ls /sys/fs/cgroup"
    names = subprocess.run(["unshare", "-m", "sh", "-c", command], capture_output=True, text=True, check=True).stdout
    return [name for name in names.split() if name.startswith("nq57d-test-")]


def test_it_boots_without_a_failed_unit_and_leaves_nothing():
    booted = harness.boot("systemctl is-system-running; systemctl --failed --plain --no-legend; uname -s >&2")
    assert (booted.state, booted.status) == ("running", 0)
    assert booted.output.split() == ["running", "Linux"]
    assert groups_left() == []


def test_the_status_of_a_failing_command_comes_back():
    assert harness.boot("exit 42").status == 42


def test_a_command_that_does_not_end_is_stopped_and_its_journal_comes_back():
    booted = harness.boot("echo reached | systemd-cat -t mark; sleep 600", seconds=8)
    assert booted.status == 124
    assert booted.seconds < 30
    assert "reached" in booted.messages(SYSLOG_IDENTIFIER="mark")


SERVICE = """[Service]
Type=notify
NotifyAccess=all
ExecStart=/usr/local/bin/ready
DynamicUser=yes
StateDirectory=ready
LoadCredential=word:/etc/word
"""
READY = """#!/bin/bash
trap 'echo leaving; exit 0' TERM
cp "$CREDENTIALS_DIRECTORY/word" "$STATE_DIRECTORY/word"
systemd-notify --ready --status="at work"
while :; do sleep 0.1; done
"""


def test_a_unit_runs_with_notification_state_and_credentials(tmp_path):
    program = tmp_path / "ready"
    program.write_text(READY)
    program.chmod(0o755)
    files = {"/usr/local/bin/ready": program, "/etc/systemd/system/ready.service": SERVICE, "/etc/word": "xin chào"}
    booted = harness.boot("systemctl start ready && systemctl show ready -p StatusText -p ActiveState; "
                          "cat /var/lib/ready/word", files=files)
    assert booted.status == 0, booted.output
    assert "ActiveState=active" in booted.output and "StatusText=at work" in booted.output
    assert booted.output.endswith("xin chào")
    assert "leaving" in booted.messages(_SYSTEMD_UNIT="ready.service"), "the journal of the shutdown is missing"


def test_one_run_does_not_see_what_another_wrote():
    assert harness.boot("touch /etc/mark").status == 0
    assert harness.boot("test ! -e /etc/mark").status == 0
