#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""./dev demo: the whole job on simulated systems, with a driven clock.  [--lang en|vi] [--keep]

Both systems, a mail server and the built nq57d with the shipped example configuration; the clock stands at Friday
19/6/2026 07:30 and is driven to Monday. Everything listens on loopback, lies in one temporary folder, and is gone
afterwards, also after Ctrl-C or an error. --keep leaves it running in the foreground until Ctrl-C."""
import argparse
import contextlib
import ctypes
import os
import pathlib
import shlex
import shutil
import signal
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import page  # noqa: E402
import story  # noqa: E402
from harness import SOURCE, build  # noqa: E402

PROGRESS = {
    "start": ("starting both systems and the mail server", "khởi động hai hệ thống và máy chủ thư"),
    "friday": ("Friday 19/6 07:30: reading 127 units, sending mail", "thứ Sáu 19/6 07:30: đọc 127 đơn vị, gửi thư"),
    "again": ("07:40: the second run", "07:40: chạy lần hai"),
    "night": ("some units finish; Saturday 00:30: verdicts", "một số đơn vị xong; thứ Bảy 0:30: chốt kỳ"),
    "monday": ("Monday 22/6 07:30: leadership's page, +1", "thứ Hai 22/6 07:30: trang tổng hợp, +1"),
    "daemon": ("starting the daemon", "khởi động dịch vụ"),
}
STEPS = 5


class Progress:
    """One line that is written over on a terminal, a line a step elsewhere. All on stderr."""

    def __init__(self, vi):
        self.vi, self.step, self.live = vi, 0, sys.stderr.isatty()

    def tell(self, what):
        self.step += 1
        text = "[%d/%d] %s ..." % (min(self.step, STEPS), STEPS, PROGRESS[what][self.vi])
        sys.stderr.write("\r\033[K" + text if self.live else "demo: %s\n" % text)
        sys.stderr.flush()

    def over(self):
        if self.live:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


class Stopped(Exception):
    pass


def stop(number, frame):
    raise Stopped(signal.Signals(number).name)


def command(path):
    """As a person types it in the repository."""
    path = pathlib.Path(path)
    with_dir = path.relative_to(SOURCE) if path.is_relative_to(SOURCE) else path
    return shlex.quote(str(with_dir))


def wrapper(site):
    """One short command that reads this site, whatever its folder is called."""
    path = site.folder / "ctl"
    parts = [str(build() / "daemon" / "nq57ctl"), '"$@"', "--config", str(site.config), "--clock", str(site.clock)]
    line = " ".join(p if p == '"$@"' else shlex.quote(p) for p in parts)
    path.write_text("#!/bin/sh\nexec %s\n" % line, encoding="utf-8")
    path.chmod(0o755)
    return path


def rows(pairs):
    """Commands on the left, what each shows on the right; below, where that does not fit."""
    left = max(len(command) for command, _ in pairs)
    wide = any(page.columns(text) + left + 4 > page.WIDTH for _, text in pairs)
    return ["  %-*s  %s" % (0 if wide else left, command, text) if page.columns(text) + len(command) + 4 <= page.WIDTH
            else "  %s\n      %s" % (command, text) for command, text in pairs]


def next_lines(vi, kept, unit):
    if kept is None:
        nq57d = command(build() / "daemon" / "nq57d")
        return rows([("./dev demo --keep", ("look around", "để nguyên mà xem")[vi]),
                     (nq57d + " --config config --check", ("the example", "cấu hình mẫu")[vi]),
                     ("./dev demo --lang " + ("en" if vi else "vi"), ("the same in Vietnamese", "bản tiếng Anh")[vi])])
    ctl = wrapper(kept)
    return rows([("%s why %s" % (ctl, unit), ("why it got mail", "vì sao có thư")[vi]),
                 ("%s list units --behind" % ctl, ("who is behind", "ai còn việc")[vi]),
                 ("%s status" % ctl, ("state of it all", "toàn cảnh")[vi])])


def kept_lines(site, vi):
    words = (("Running until Ctrl-C here (or: kill %d).", "mails as .eml", "another day"),
             ("Chạy cho đến khi bấm Ctrl-C ở đây (hoặc: kill %d).", "các thư, tệp .eml", "sang ngày khác"))[vi]
    return words[0] % os.getpid(), rows([
        ("%s/" % site.mailbox, words[1]), ("echo 2026-06-24T07:30:00+07:00 >%s" % site.clock, words[2])])


def keep(teller, progress):
    """The daemon itself, in the foreground until somebody has seen enough."""
    progress.tell("daemon")
    daemon = teller.site.daemon()
    progress.over()
    return daemon


PR_SET_CHILD_SUBREAPER = 36


def adopt():
    """What a killed child leaves behind becomes ours, so that reap() finds it."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap():
    """Ends whatever still runs below this process, also what was being started when a signal came."""
    children = pathlib.Path("/proc/self/task/%d/children" % os.getpid())
    while found := children.read_text().split():
        for pid in map(int, found):
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def run(args, folder):
    vi = args.lang == "vi"
    progress, teller = Progress(vi), None
    try:
        if not (build() / "daemon" / "nq57ctl").exists():
            raise story.Trouble("%s is missing: run ./dev build" % (build() / "daemon" / "nq57ctl"))
        teller = story.Story(folder, progress.tell)
        facts = teller.play()
        daemon = keep(teller, progress) if args.keep else None
        progress.over()
        unit = facts["letter"]["unit"]
        lines = next_lines(vi, teller.site if args.keep else None, unit)
        running, more = kept_lines(teller.site, vi) if args.keep else ("", [])
        sys.stdout.write(page.Page(facts, vi, teller.name).text(lines + more, running))
        sys.stdout.flush()
        if daemon and daemon.wait(None) != 0:
            raise story.Trouble("nq57d ended: " + story.last_useful_line("\n".join(daemon.lines())))
    finally:
        progress.over()
        if teller:
            for daemon in teller.site.daemons:
                daemon.stop()
            teller.close()


def main():
    parser = argparse.ArgumentParser(prog="./dev demo",
                                     description="the whole job on simulated systems, with a driven clock")
    parser.add_argument("--lang", choices=("en", "vi"), default="en")
    parser.add_argument("--keep", action="store_true", help="leave everything running until Ctrl-C")
    args = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="nq57-"))
    adopt()
    try:
        run(args, folder)
        return 0
    except Stopped as why:
        sys.stderr.write("demo: stopped (%s)\n" % why)
        return 0 if args.keep else 1
    except (story.Trouble, RuntimeError, TimeoutError, OSError, AssertionError, ValueError) as why:
        sys.stderr.write("demo: %s\n" % (story.last_useful_line(str(why)) or type(why).__name__))
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        reap()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
