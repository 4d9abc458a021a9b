#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Boots a real systemd in a container, runs one command in it, brings back its status, its output and the journal.

    boot("systemctl start nq57d && systemctl is-active nq57d", files={"/usr/sbin/nq57d": path}) -> Booted

The tree is Debian's smallest with systemd and the libraries of nq57d; it is made once (some 20 s) under build/ and
never written to: what a run changes lies in a layer over it that goes away with the run. What a container cannot show:
MemoryMax=, TasksMax= and CPUQuota= have no effect in it, and the clock is the machine's.
By hand: boot.py 'systemctl is-system-running'.
"""

import dataclasses
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
CACHE = HERE.parents[1] / "build" / "systemd"
PACKAGES = ("systemd", "systemd-sysv", "dbus", "libpam-systemd", "ca-certificates", "tzdata", "libcurl4", "libjson-c5",
            "libyaml-0-2", "libsqlite3-0", "libutf8proc2", "libxxhash0", "libxml2", "libzip4", "libexpat1", "libasan8",
            "libubsan1")
SUITE = "bookworm"

# After multi-user.target and Type=exec, so that the command sees the state "running" and not "starting".
UNIT = """[Unit]
Description=The command of a test
After=multi-user.target
[Service]
Type=exec
ExecStart=/bin/bash /nq57/run
[Install]
WantedBy=multi-user.target
"""
RUN = """cd /
systemctl is-system-running --wait >/nq57/result/state 2>&1
bash /nq57/command >/nq57/result/output 2>&1
echo $? >/nq57/result/status.new
mv /nq57/result/status.new /nq57/result/status
journalctl --sync
systemctl --no-block poweroff
"""


class Impossible(Exception):
    """This machine cannot boot a container: the text says why."""


class NotBooted(Exception):
    """It should have worked and did not; the text holds the end of the console."""


@dataclasses.dataclass
class Booted:
    status: int  # of the command; 124: the time limit passed
    state: str  # systemctl is-system-running, before the command
    output: str  # standard output and error of the command
    journal: list  # entries as journalctl -o json gives them, the shutdown included
    seconds: float

    def messages(self, **fields):
        """The texts of the journal entries whose fields have these values."""
        return [e.get("MESSAGE", "") for e in self.journal if all(e.get(k) == v for k, v in fields.items())]


def require():
    """Raises Impossible unless a container can be booted here."""
    if os.geteuid() != 0:
        raise Impossible("systemd container impossible: needs root")
    for program in ("systemd-nspawn", "mmdebstrap", "unshare"):
        if not shutil.which(program):
            raise Impossible(f"systemd container impossible: no {program}")
    probe = "mount -t cgroup2 none /sys/fs/cgroup && grep -q overlay /proc/filesystems"
    done = subprocess.run(["unshare", "-m", "sh", "-c", probe], capture_output=True, text=True)
    if done.returncode:
        raise Impossible("systemd container impossible: no mount namespace with cgroup2 and overlay here "
                         + done.stderr.strip())


def tree():
    """The path of the base tree, made when it is not there; two runs at once make it once."""
    require()
    name = hashlib.sha256(" ".join((SUITE, *PACKAGES)).encode()).hexdigest()[:12]
    CACHE.mkdir(parents=True, exist_ok=True)
    base = CACHE / f"tree-{name}"
    with open(CACHE / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not base.is_dir():
            make_tree(base)
    return base


def make_tree(base):
    new = base.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    done = subprocess.run(["mmdebstrap", "--variant=minbase", "--include=" + ",".join(PACKAGES), SUITE, str(new)],
                          capture_output=True, text=True)
    if done.returncode:
        raise NotBooted("mmdebstrap failed: " + done.stderr[-1500:])
    new.rename(base)


def put(upper, inside, content):
    """Lays a file (path of this machine, bytes or text) at the path `inside`, keeping a program executable."""
    target = upper / str(inside).lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, pathlib.Path) and content.is_dir():
        shutil.copytree(content, target, dirs_exist_ok=True)
    elif isinstance(content, pathlib.Path):
        shutil.copy2(content, target)
    else:
        target.write_bytes(content if isinstance(content, bytes) else content.encode())


def prepare(upper, command, files):
    put(upper, "/nq57/command", command)
    put(upper, "/nq57/run", RUN)
    put(upper, "/etc/systemd/system/nq57-test.service", UNIT)
    wants = upper / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True)
    (wants / "nq57-test.service").symlink_to("/etc/systemd/system/nq57-test.service")
    for inside, content in (files or {}).items():
        put(upper, inside, content)


def read_journal(folder):
    command = ["journalctl", "-D", str(folder), "-o", "json", "--all", "--no-pager", "-q"]
    done = subprocess.run(command, capture_output=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line]


def boot(command, files=None, seconds=60, private_network=True):
    """Boots, runs `command` (a bash script), halts. `files` maps paths inside to a Path, bytes or text.

    Without `private_network` the container shares the loopback of this machine, where simulators listen.
    """
    base = tree()
    with tempfile.TemporaryDirectory(prefix="nq57d-boot-") as name:
        out = pathlib.Path(name)
        out.chmod(0o755)
        upper = out / "upper"
        for folder in (upper, out / "journal", out / "result"):
            folder.mkdir()
        prepare(upper, command, files)
        options = ["--private-network"] if private_network else []
        start = time.monotonic()
        command = ["unshare", "-m", "--propagation", "private", str(HERE / "boot.sh"), str(base), str(upper), str(out),
                   str(seconds), *options]
        done = subprocess.run(command, capture_output=True, text=True)
        return brought_back(out, done, time.monotonic() - start)


def brought_back(out, done, seconds):
    console = (out / "console").read_text(errors="replace") if (out / "console").is_file() else ""
    result = out / "result"
    if done.returncode == 125:
        raise Impossible("systemd container impossible: " + done.stderr.strip())
    if not (result / "state").is_file():
        raise NotBooted(f"no boot (status {done.returncode}): {done.stderr}{console[-2000:]}")
    finished = (result / "status").is_file()
    return Booted(status=int((result / "status").read_text()) if finished else 124,
                  state=(result / "state").read_text().strip(), output=(result / "output").read_text(errors="replace")
                  if (result / "output").is_file() else "", journal=read_journal(out / "journal"), seconds=seconds)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: boot.py 'COMMAND'")
    try:
        booted = boot(sys.argv[1])
    except (Impossible, NotBooted) as error:
        sys.exit(str(error))
    print(booted.output, end="")
    print(f"boot.py: {booted.state}, status {booted.status}, {len(booted.journal)} journal entries, "
          f"{booted.seconds:.1f} s", file=sys.stderr)
    sys.exit(booted.status)


if __name__ == "__main__":
    main()
