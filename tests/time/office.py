# SPDX-License-Identifier: MIT
"""What the configuration says of units, people and deadlines, read from the YAML by this suite's own reader."""
import collections
import datetime as dt
import pathlib
import re
import unicodedata

import yaml

from workdays import day_of

Seat = collections.namedtuple("Seat", "kind person name address since until")
SEATS = ("focal", "focal-2", "head", "acting-head")
KINDS = {"tasks": "task", "indicators": "indicator"}


def load(path):
    return yaml.load(pathlib.Path(path).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def person_of(name):
    """One name is one person: no sample has two people of one name on one day."""
    return unicodedata.normalize("NFC", name).casefold().replace(" ", "")


def seat(kind, text):
    if text.startswith("vacant"):
        return None
    name, address, rest = re.fullmatch(r"(.*?) <(.*?)>(.*)", text).groups()
    since, until = re.search(r"from (\S+)", rest), re.search(r"until (\S+)", rest)
    return Seat(kind, person_of(name), name, address, day_of(since[1]) if since else dt.date.min,
                day_of(until[1]) if until else dt.date.max)


class Office:
    """accounts.yaml: who sits where, and who can be read on which system."""

    def __init__(self, path):
        tree = load(path)
        self.units = {code: unit for code, unit in tree["units"].items() if unit["kind"] != "sub-unit"}
        self.seats = {code: [s for s in (seat(kind, unit[kind]) for kind in SEATS if kind in unit) if s]
                      for code, unit in self.units.items()}
        self.leadership = [seat("leadership", text) for role, text in tree["roles"].items()
                           if role.startswith("leadership")]
        everybody = [s for seats in self.seats.values() for s in seats] + self.leadership
        self.address = {s.person: s.address for s in everybody}
        self.person = {s.address: s.person for s in everybody}

    def has_account(self, unit, side):
        return not self.units[unit][side].startswith("none")

    def held(self, unit, day):
        """[(seat, person)] of the unit itself: the acting head only while nobody is head."""
        here = [(s.kind, s.person) for s in self.seats[unit] if s.since <= day <= s.until]
        headed = any(kind == "head" for kind, _ in here)
        return [(kind, person) for kind, person in here if not (kind == "acting-head" and headed)]

    def focals(self, unit, day):
        return [person for kind, person in self.held(unit, day) if kind in ("focal", "focal-2")]

    def leaders(self, day):
        return [s.person for s in self.leadership if s.since <= day <= s.until]


class Rule:
    """One deadline of nq57d.yaml."""

    def __init__(self, name, tree, sources):
        self.name = name
        self.units = set(tree.get("units", "department, commune, ward, special-zone").split(", "))
        self.kinds = {KINDS[word] for word in tree.get("records", "tasks, indicators").split(", ")}
        self.sides = set(tree["sources"].split(", ")) if "sources" in tree else set(sources)
        self.bloc, self.coordinator = tree.get("bloc"), tree.get("coordinator")
        finish = tree.get("units-finish", "same day")
        self.earlier = 0 if finish == "same day" else int(finish.split()[0])
        monthly = re.fullmatch(r"(\d+) monthly", tree["before"])
        self.day = int(monthly[1]) if monthly else None
        self.once = None if monthly else day_of(tree["before"])
        self.first = day_of(tree["first"]) if "first" in tree else dt.date.min
        self.last = day_of(tree["last"]) if "last" in tree else dt.date.max
        self.window = day_of(tree["window-from"]) if "window-from" in tree else None

    def covers(self, kind, bloc):
        """Bloc matters when both have one; the samples differ in case alone."""
        return kind in self.kinds and (not self.bloc or not bloc or self.bloc.casefold() == bloc.casefold())


def rules(path):
    tree = load(path)
    roles = [source["role"] for source in tree["sources"].values()]
    return [Rule(name, rule, roles) for name, rule in tree["deadlines"].items()]
