#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Both simulated systems over one shared world, in one process.

    sims.py [--seed S] [--now INSTANT] [--clock FILE] [--secrets DIR] [--port-file FILE] [--session-seconds N]
            [--units CODE,CODE] [--ports CENTRAL,PORTAL,CONTROL]

Prints {"central":port,"portal":port,"control":port} once it listens, and writes the same to --port-file. The control
interface (control.py) answers on every port. Passwords come from --secrets DIR/{central,portal}.secrets when the
directory is given, else from the seed, which is what export_config.py writes. central.py and portal.py start one
system alone and print {"port":N}.
"""
import argparse
import asyncio
import collections
import json
import os
import signal
import sys

if not __package__:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    __package__ = "simulators"
    import simulators  # noqa: F401

from . import httpd, kept
from .accounts import secrets_of
from .central import Central
from .clock import Clock
from .control import Control
from .faults import Book
from .portal import Portal
from .world import NOW, parse


def read_secrets(folder, system):
    with open(os.path.join(folder, system + ".secrets"), encoding="utf-8") as fh:
        return dict(line.rstrip("\n").split("\t", 1) for line in fh if "\t" in line)


class Sims:
    """World, systems, faults, log and control, joined; `start` must run inside an event loop."""

    def __init__(self, world, clock=None, secrets=None, session_seconds=12 * 3600, only=("central", "portal")):
        self.world, self.clock, self.book = world, clock or Clock(), Book()
        self.log = collections.deque(maxlen=200000)
        words = secrets or {name: secrets_of(world, name) for name in ("central", "portal")}
        self.systems = [kind(world, clock=self.clock, book=self.book, log=self.log, secrets=words[kind.name],
                             session_seconds=session_seconds)
                        for kind in (Central, Portal) if kind.name in only]
        self.control = Control(world, self.systems, self.book, self.log, self.clock)
        self.servers, self.ports = [], self.control.ports

    async def start(self, ports=()):
        ports = list(ports) + [0, 0, 0]
        for system, port in zip(self.systems, ports):
            server, self.ports[system.name] = await httpd.listen(self.control.gate(system.answer), port)
            self.servers.append(server)
        if len(self.systems) > 1:
            server, self.ports["control"] = await httpd.listen(self.control.answer_all, ports[2])
            self.servers.append(server)
        return self.ports


def arguments(only):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", default="57")
    parser.add_argument("--now", type=parse, default=NOW, help="the instant the generated world has reached")
    parser.add_argument("--clock", help="file with the driven instant; real time without it")
    parser.add_argument("--secrets", help="folder with central.secrets and portal.secrets")
    parser.add_argument("--port-file")
    parser.add_argument("--session-seconds", type=int, default=12 * 3600)
    parser.add_argument("--units", type=lambda text: set(text.split(",")), help="only these units")
    parser.add_argument("--ports", type=lambda text: [int(p) for p in text.split(",")], default=[])
    return parser.parse_args()


def announce(ports, path):
    line = json.dumps(ports)
    if path:
        with open(path + ".new", "w", encoding="ascii") as fh:
            fh.write(line + "\n")
        os.replace(path + ".new", path)
    print(line, flush=True)


async def serve(args, only):
    secrets = {name: read_secrets(args.secrets, name) for name in only} if args.secrets else None
    sims = Sims(kept.world(args.seed, args.now, args.units), Clock(args.clock), secrets, args.session_seconds, only)
    ports = await sims.start(args.ports)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    announce({"port": ports[only[0]]} if len(only) == 1 else ports, args.port_file)
    await stop.wait()


def main(only=("central", "portal")):
    asyncio.run(serve(arguments(only), only))


if __name__ == "__main__":
    main()
