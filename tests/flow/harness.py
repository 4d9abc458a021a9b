# SPDX-License-Identifier: MIT
"""One site for a test: a configuration of its own, both simulated systems, a mail server, a driven clock, the real
programs.

    with Site(tmp_path, now="2026-06-19T07:30:00+07:00", mode="live") as site:
        site.once()
        assert site.mails()
        site.ctl("status", "--json")

Everything lies under the given folder and listens on free loopback ports; what was started is stopped on leaving, by
its process id. The configuration is the shipped one, with only the keys changed that a site on one machine must change.
"""
import contextlib
import email
import email.policy
import functools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests"))

from simulators import client, export_config, kept  # noqa: E402

PYTHON = client.PYTHON
NOW = "2026-06-19T07:30:00+07:00"


def build():
    """The folder of the build under test."""
    given = os.environ.get("NQ57_BUILD")
    for path in [given] if given else [SOURCE / "build" / "asan", SOURCE / "build" / "plain"]:
        if (pathlib.Path(path) / "daemon" / "nq57d").exists():
            return pathlib.Path(path)
    raise RuntimeError("no build: run ./dev build, or name one in NQ57_BUILD")


def set_key(text, path, value):
    """The flat YAML `text` with one key set: "mail.mode" or "sources.theodoiq.url"; None takes the key out."""
    parts, lines, start = path.split("."), text.splitlines(), 0
    end = len(lines)
    for depth, name in enumerate(parts):
        pattern = re.compile(r"^%s%s:(\s|$)" % (" " * (2 * depth), re.escape(name)))
        at = next((i for i in range(start, end) if pattern.match(lines[i])), None)
        last = depth == len(parts) - 1
        if at is None:
            if value is None:
                return text
            lines[end:end] = ["%s%s:" % (" " * (2 * d), n) for d, n in enumerate(parts) if d >= depth]
            lines[end + len(parts) - 1 - depth] += " " + value
            return "\n".join(lines) + "\n"
        if last:
            lines[at:at + 1] = [] if value is None else ["%s%s: %s" % (" " * (2 * depth), name, value)]
            return "\n".join(lines) + "\n"
        start = at + 1
        inside = re.compile(r"^ {%d}" % (2 * depth + 2))
        stop = next((i for i in range(start, end) if lines[i].strip() and not lines[i].lstrip().startswith("#")
                     and not inside.match(lines[i])), end)
        while stop > start and (not lines[stop - 1].strip() or lines[stop - 1].lstrip().startswith("#")):
            stop -= 1
        end = stop
    return text


def wait_for(condition, seconds=60, every=0.05, what="a condition"):
    """The first true value of condition()."""
    limit = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > limit:
            raise TimeoutError("waited %g s for %s" % (seconds, what))
        time.sleep(every)


class Done:
    """What a finished program left: status, output, messages."""

    def __init__(self, args, status, out, err):
        self.args, self.status, self.out, self.err = args, status, out, err

    def json(self):
        return json.loads(self.out)

    def ok(self):
        assert self.status == 0, repr(self)
        return self

    def __repr__(self):
        return "%s: exit %d\n%s\n%s" % (" ".join(self.args), self.status, self.out, self.err)


@functools.cache
def truth(seed):
    """The whole world of a seed, to read from and not to change."""
    return kept.world(seed)


class Daemon:
    """A running nq57d. `lines()` are its log, `notes()` what it told the service manager."""

    def __init__(self, site, args, env):
        self.site, self.log = site, site.folder / ("nq57d-%d.log" % len(site.daemons))
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = str(site.folder / ("n%d" % len(site.daemons)))
        self.notify.bind(path)
        self.notify.setblocking(False)
        self.said = []
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/",
                                            env=dict(env, NOTIFY_SOCKET=path))

    def lines(self):
        return self.log.read_text(encoding="utf-8").splitlines()

    def notes(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                self.said += self.notify.recv(65536).decode().split("\n")
        return self.said

    def alive(self):
        return self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=20):
        return self.process.wait(seconds)

    def until_note(self, text, seconds=60):
        def told():
            assert self.alive() or any(text in n for n in self.notes()), "\n".join(self.lines()[-30:])
            return any(text in n for n in self.notes())
        wait_for(told, seconds, what="the note %s" % text)
        return self

    def until_line(self, text, seconds=60):
        return wait_for(lambda: next((n for n in self.lines() if text in n), None), seconds, what="the line %s" % text)

    def stop(self, seconds=10):
        """SIGTERM; the exit status."""
        if self.alive():
            self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def close(self):
        if self.alive():
            self.process.kill()
        self.process.wait()
        self.notify.close()


class Site:
    """See the module. `keys` are further keys of nq57d.yaml; `units`: only these units exist in the simulators (the
    configuration keeps all unless the caller trims it); `mail`: further arguments of the mail catcher; `sims`: further
    arguments of the simulators."""

    def __init__(self, folder, now=NOW, mode="live", keys=None, seed="57", units=None, mail=(), sims=()):
        self.folder = pathlib.Path(folder)
        self.config, self.state = self.folder / "config", self.folder / "state"
        self.secrets, self.clock, self.mailbox = self.folder / "secrets", self.folder / "clock", self.folder / "mail"
        self.mail_control = self.folder / "mail-control.json"
        self.daemons, self.children, self.env_extra = [], [], {}
        for path in (self.config, self.mailbox):
            path.mkdir(parents=True)
        self.state.mkdir(mode=0o750)
        self.set_clock(now)
        try:
            self._secrets(seed)
            arguments = ["--seed", seed, "--clock", self.clock, "--secrets", self.secrets / "sims", *sims]
            self.sims = self._child(client.Sims(*(arguments + (["--units", ",".join(units)] if units else []))))
            self.catcher = self._child(client.Child("mailcatcher.py", "--store", self.mailbox, "--clock", self.clock,
                                                    "--control", self.mail_control, *mail))
            self._configuration(mode, keys or {})
        except BaseException:
            self.close()
            raise

    def _child(self, child):
        self.children.append(child)
        return child

    def _secrets(self, seed):
        world = truth(seed)
        export_config.write(str(self.config / "accounts.yaml"), export_config.accounts_yaml(world))
        export_config.write(str(self.config / "links.yaml"), export_config.links_yaml())
        export_config.write_secrets(world, str(self.secrets / "sims"))
        os.chmod(self.secrets, 0o700)
        for source, system in (("theodoiq", "central"), ("nq57-daklak", "portal")):
            shutil.copy(self.secrets / "sims" / (system + ".secrets"), self.secrets / (source + ".secrets"))
            os.chmod(self.secrets / (source + ".secrets"), 0o600)

    def _configuration(self, mode, keys):
        for name in ("nq57d.yaml", "calendar-vn.yaml"):
            shutil.copy(SOURCE / "config" / name, self.config / name)
        self.set_keys({
            "sources.theodoiq.url": "http://127.0.0.1:%d" % self.sims.ports["central"],
            "sources.nq57-daklak.url": "http://127.0.0.1:%d" % self.sims.ports["portal"],
            "sources.theodoiq.requests-per-minute": "0", "sources.nq57-daklak.requests-per-minute": "0",
            "mail.mode": mode, "mail.relay": "smtp://127.0.0.1:%d" % self.catcher.port,
            "paths.state": str(self.state), "paths.secrets": str(self.secrets), **keys})

    # ---- configuration and clock ----

    def set_keys(self, keys, file="nq57d.yaml"):
        path = self.config / file
        text = path.read_text(encoding="utf-8")
        for key, value in keys.items():
            text = set_key(text, key, value)
        path.write_text(text, encoding="utf-8")

    def set_clock(self, instant):
        """An RFC 3339 text; taken by the daemon, the simulators and the mail catcher alike."""
        temp = self.folder / "clock.new"
        temp.write_text(instant + "\n", encoding="ascii")
        os.replace(temp, self.clock)
        self.now = instant

    def environment(self):
        drop = ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "CONFIGURATION_DIRECTORY", "NOTIFY_SOCKET",
                "JOURNAL_STREAM", "NQ57_KILL_AT")
        env = {key: value for key, value in os.environ.items() if key not in drop}
        return dict(env, LC_ALL="C.UTF-8", **self.env_extra)

    # ---- the programs ----

    def _run(self, args, seconds=120, **env):
        done = subprocess.run([str(a) for a in args], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              cwd="/", timeout=seconds, env=dict(self.environment(), **env))
        return Done([str(a) for a in args], done.returncode, done.stdout, done.stderr)

    def command(self, *args):
        return [str(build() / "daemon" / "nq57d"), "--config", str(self.config), "--clock", str(self.clock),
                *map(str, args)]

    def once(self, **env):
        """One whole cycle with its deliveries."""
        return self._run(self.command("--once"), **env)

    def check(self):
        return self._run(self.command("--check"))

    def daemon(self, *args, ready=True, **env):
        d = Daemon(self, self.command(*args), dict(self.environment(), **env))
        self.daemons.append(d)
        return d.until_note("READY=1") if ready else d

    def ctl(self, *args, config=True, **env):
        """nq57ctl with this site's configuration and clock."""
        own = (["--config", self.config] if config else []) + ["--clock", self.clock]
        return self._run([build() / "daemon" / "nq57ctl", *args, *own], **env)

    # ---- what came of it ----

    def status_json(self):
        return self.ctl("status", "--json").json()

    def mails(self, after=0):
        """What the mail server took, oldest first: the envelope's fields, "bytes", and "message" (parsed). `after`: so
        many were seen before."""
        out = []
        for path in sorted(self.mailbox.glob("*.json"))[after:]:
            taken = json.loads(path.read_text(encoding="utf-8"))
            taken["bytes"] = path.with_suffix(".eml").read_bytes()
            taken["message"] = email.message_from_bytes(taken["bytes"], policy=email.policy.default)
            out.append(taken)
        return out

    def mail_rules(self, *rules):
        """How the mail server misbehaves from now on; none: not at all."""
        temp = self.mail_control.with_suffix(".new")
        temp.write_text(json.dumps({"rules": list(rules)}), encoding="utf-8")
        os.replace(temp, self.mail_control)

    def db(self):
        """The store, read only; close it, or use contextlib.closing."""
        db = sqlite3.connect("file:%s?mode=ro" % (self.state / "nq57.db"), uri=True)
        db.row_factory = sqlite3.Row
        return db

    def query(self, sql, *args):
        with contextlib.closing(self.db()) as db:
            return db.execute(sql, args).fetchall()

    # ---- end ----

    def close(self):
        for item in self.daemons:
            item.close()
        for child in self.children:
            child.stop()
        self.daemons, self.children = [], []

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
