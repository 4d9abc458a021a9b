# SPDX-License-Identifier: MIT
"""nq57d in the tree that boot.py boots: what `meson install` lays down, one site, and a script of named steps.

Two builds serve. The shipped one (no --clock, no kill points, the real clock and its guard) is made here, because a
test build finds profiles and programs in the source tree; where days must be chosen, the programs of the test build
take its place under the same unit. The simulated systems and the mail server run on this machine: the container
shares its loopback.
"""

import fcntl
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
for folder in (HERE, SOURCE / "tests", SOURCE / "tests" / "flow"):
    sys.path.insert(0, str(folder))

import boot as harness  # noqa: E402
from small import Small  # noqa: E402

PROGRAMS = {"nq57d": "/usr/sbin/nq57d", "nq57ctl": "/usr/bin/nq57ctl",
            "deliver-smtp": "/usr/libexec/nq57d/deliver-smtp"}
OPTIONS = ["--prefix=/usr", "--sysconfdir=/etc", "--buildtype=plain", "-Dtest_build=false"]
# The clock of a build machine may stand before the last change of the sources, and such a clock holds mail.
OLD = {"SOURCE_DATE_EPOCH": "1600000000"}

PRELUDE = """
export LC_ALL=C.UTF-8
step() { local name=$1; shift; echo "=== $name"; "$@" 2>&1; echo "=> $?"; }
until_true() { local try; for try in $(seq 150); do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; done
    echo "waited in vain: $*"; systemctl status nq57d --no-pager -n 30; return 1; }
said() { journalctl --sync; journalctl -u nq57d -o cat --no-pager | grep -qF -- "$1"; }
shows() { systemctl show nq57d -p "$1" | grep -Eq -- "$2"; }
status_says() { shows StatusText "$1"; }
count_processes() { stat -c %U /proc/[0-9]* 2>/dev/null | grep -c '^nq57d$'; true; }
systemd-sysusers
useradd --groups nq57d mai
useradd ngoai
chgrp -R nq57d /etc/nq57d
systemctl daemon-reload
"""


def run(*command, **env):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=dict(os.environ, **env))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def installed(into):
    """Installs the shipped build under `into`. The build is kept, so that the next run only compiles what changed."""
    build = harness.CACHE / "shipped"
    build.parent.mkdir(parents=True, exist_ok=True)
    with open(harness.CACHE / "shipped.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (build / "build.ninja").is_file():
            run("meson", "setup", *OPTIONS, build, SOURCE, **OLD)
        run("ninja", "-C", build, "daemon/nq57d", "daemon/nq57ctl", "connectors/deliver-smtp", **OLD)
        run("meson", "install", "-C", build, "--no-rebuild", "--destdir", into)
    return into


def test_build():
    """The programs with --clock; sanitizers do not live under the unit's system call filter."""
    return pathlib.Path(os.environ.get("NQ57_BUILD") or SOURCE / "build" / "plain")


class Service(Small):
    """A site of few units, told for a machine where systemd runs the daemon."""

    def __init__(self, folder, keys=None, **options):
        super().__init__(folder, **options)
        self.set_keys({"paths.state": None, "paths.secrets": "/etc/nq57d/secrets", **(keys or {})})

    def files(self, tree):
        files = {"/usr": tree / "usr", "/etc/nq57d": self.config}
        for name in ("theodoiq.secrets", "nq57-daklak.secrets"):
            files["/etc/nq57d/secrets/" + name] = self.secrets / name
        return files

    def boot(self, tree, script, files=None, seconds=90):
        booted = harness.boot(PRELUDE + script, files={**self.files(tree), **(files or {})}, seconds=seconds,
                              private_network=False)
        return Run(booted)


class Run:
    """One boot: `steps` maps the name of a step to (output, status)."""

    def __init__(self, booted):
        self.booted, self.journal = booted, booted.journal
        found = re.findall(r"(?ms)^=== (\S+)\n(.*?)^=> (\d+)$", booted.output)
        self.steps = {name: (text, int(status)) for name, text, status in found}

    def __getitem__(self, name):
        assert name in self.steps, "no step %s:\n%s" % (name, self.booted.output)
        return self.steps[name]

    def ok(self, name):
        text, status = self[name]
        assert status == 0, "%s: status %d\n%s\n%s" % (name, status, text, self.tail())
        return text

    def entries(self, **fields):
        return [e for e in self.journal if all(e.get(k) == v for k, v in fields.items())]

    def own(self, **fields):
        """What the daemon itself said."""
        return self.entries(SYSLOG_IDENTIFIER="nq57d", **fields)

    def tail(self):
        return "\n".join(str(e.get("MESSAGE")) for e in self.journal[-60:])

    def denied(self):
        """What the sandbox refused, as far as anybody said it."""
        told = [str(e.get("MESSAGE")) for e in self.journal
                if e.get("_SYSTEMD_UNIT") == "nq57d.service" or e.get("SYSLOG_IDENTIFIER") == "nq57d"]
        return [line for line in told if "Operation not permitted" in line or "Permission denied" in line
                or "Read-only file system" in line or "Function not implemented" in line]


def drop_in(text, name="test"):
    return {"/etc/systemd/system/nq57d.service.d/%s.conf" % name: text}


def driven(clock="/etc/nq57d/clock"):
    """Files that put the test build, with a driven clock, under the installed unit."""
    build = test_build()
    files = {path: build / ("connectors" if name == "deliver-smtp" else "daemon") / name
             for name, path in PROGRAMS.items()}
    return {**files, **drop_in("[Service]\nExecStart=\n"
                               "ExecStart=/usr/sbin/nq57d --config /etc/nq57d --clock %s\nRestartSec=200ms\n"
                               "Environment=NQ57_PROFILE_DIR=/usr/share/nq57d/profiles "
                               "NQ57_LIBEXEC_DIR=/usr/libexec/nq57d\n" % clock)}
