# SPDX-License-Identifier: MIT
"""A reduced site whose clock is driven day by day, with the oracle beside it: the same seeded world stands once in the
simulators that the daemon reads, and once here, and every event is given to both."""
import collections
import datetime as dt
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "flow"))

from harness import Site, wait_for  # noqa: E402, F401
from occasions import ZONE  # noqa: E402
from office import Office, rules  # noqa: E402
from oracle import Claim, Oracle  # noqa: E402
from simulators import evolve, kept  # noqa: E402
from workdays import WorkDays  # noqa: E402

# The coordinator, heads to come and to go, a ward without portal account, a commune without records and one whose
# focal left, sub-units, one person on several communes, and some of every kind beside.
UNITS = ("H15.01 H15.02 H15.04 H15.07 H15.08 H15.12 H15.13 H15.20 22015 22096 24133 24214 24221 24229 24235 24241 "
         "24259 24265 24412 24559 24561 24568 24580 24607").split()
NIGHT, MORNING, EVENING = dt.time(0, 30), dt.time(7, 30), dt.time(18, 0)


def at(day, time=MORNING):
    return dt.datetime.combine(day, time, ZONE)


def instant(when):
    return when.isoformat(timespec="seconds")


def trim(text, units, seats):
    """accounts.yaml with only these units and their sub-units; `seats`: (unit, seat) -> text, None: no such line."""
    head, _, rest = text.partition("\nunits:\n")
    out = [head, "units:"]
    for block in re.split(r"(?m)^(?=  \S)", rest):
        code = block.strip().split(":")[0]
        if code.split(".")[0] not in units and code not in units:
            continue
        lines = block.rstrip("\n").split("\n")
        for (unit, seat), value in seats.items():
            if unit == code:
                lines = [line for line in lines if not line.startswith("    %s: " % seat)]
                lines += ["    %s: %s" % (seat, value)] if value else []
        out += lines
    return "\n".join(out) + "\n"


class Months:
    """`now`: where the world and the clock begin; `keys`, `seats`: changes to nq57d.yaml and accounts.yaml."""

    def __init__(self, folder, now, seed="57", units=UNITS, seats=None, keys=None, mode="live", born=None):
        self.world = kept.world(seed, now, set(units))
        self.site = Site(folder, now=instant(now), mode=mode, keys=keys, seed=seed, units=units,
                         sims=("--now", instant(now)))
        path = self.site.config / "accounts.yaml"
        path.write_text(trim(path.read_text(encoding="utf-8"), units, seats or {}), encoding="utf-8")
        self.office, self.days = Office(path), WorkDays(self.site.config / "calendar-vn.yaml")
        self.oracle = Oracle(self.office, rules(self.site.config / "nq57d.yaml"), self.days, born or now.date())
        self.taken, self.blind = 0, set()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.site.close()

    # ---- both worlds move alike ----

    def evolve(self, day):
        evolve.evolve(self.world, day)
        self.site.sims.post("evolve", day=day.isoformat())

    def finish(self, unit, when):
        self.world.finish(unit, when)
        self.site.sims.post("finish", unit=unit, at=instant(when))

    def change(self, unit, code, field, value, when=None, system=None):
        self.world.change(unit, code, field, value, when, system)
        self.site.sims.post("change", unit=unit, code=code, field=field, value=value, system=system,
                            **({"at": instant(when)} if when else {}))

    def drop(self, unit, code, system):
        self.world.drop(unit, code, system)
        self.site.sims.post("drop", unit=unit, code=code, system=system)

    def restore(self):
        self.world.restore()
        self.site.sims.post("restore")

    def go_blind(self, unit):
        """The portal fails for one unit from now on."""
        self.blind.add(("portal", unit))
        self.site.sims.fault("status", code=500, unit=unit, system="portal", path="^/api/")

    def see_again(self):
        self.blind.clear()
        self.site.sims.clear()

    def same_truth(self):
        """Whether the simulators' records still are this world's."""
        served = self.site.sims.get("truth")["records"]
        return served == [rec for s in ("central", "portal") for _, rec in sorted(self.world.side[s].items())]

    # ---- one cycle of the daemon and of the oracle ----

    def run(self, when, status=None):
        """The clock stands at `when`, both poll and plan; (mails the oracle expects, mails that arrived)."""
        self.site.set_clock(instant(when))
        done = self.site.once()
        allowed = (0, 1) if self.blind else (0,)
        assert done.status in (allowed if status is None else status), done
        self.oracle.poll(self.world, when, self.blind)
        return self.oracle.plan(when), self.fresh()

    def fresh(self):
        """The mails that arrived since the last look, without those to role ops, which belong to other suites."""
        new = self.site.mails(self.taken)
        self.taken += len(new)
        return [mail for mail in new if mail["to"][0] in self.office.person]

    def accept(self, expected):
        for mail in expected.values():
            self.oracle.sent(mail)

    # ---- what the daemon says ----

    def claims(self, mail):
        """What the ledger says this mail was for, as the oracle names it."""
        rows = self.site.query("SELECT c.occurrence, c.unit, c.stage, c.seat FROM claim c JOIN message m ON"
                               " m.id = c.message WHERE trim(m.message_id, '<>') = ?", message_id(mail))
        return {Claim(o, u, s, "" if s in ("done", "page") else seat) for o, u, s, seat in rows}

    def verdicts(self):
        """(occurrence, unit) -> the whole stored verdict."""
        return {(r["occurrence"], r["unit"]): tuple(r[2:]) for r in self.site.query(
            "SELECT occurrence, unit, verdict, verdict_at, verdict_counts FROM obligation WHERE verdict <> ''")}


def message_id(mail):
    return mail["message"]["Message-ID"].strip("<>")


def text_of(mail):
    return mail["message"].get_content()


ITEM = re.compile(r"^(\d+)\. \[([^\]]*)\] (\S+(?: / \S+)?)", re.M)
LISTED = re.compile(r"^\d+\. ([^\[].*?): (\d+) việc \(", re.M)
DONE = re.compile(r"^ĐÃ HOÀN THÀNH: ", re.M)
DONE_LISTED = re.compile(r"^NAY ĐÃ HOÀN THÀNH, [^\n]*\n((?:- .*\n)+)", re.M)
SIDES = {"Trung ương": ("central",), "Cổng tỉnh": ("portal",), "Cả hai": ("central", "portal")}


def items_said(mail):
    """The items a mail's text lists: a bag of (code, sides)."""
    found = [(code, SIDES[where.split(",")[0]]) for _, where, code in ITEM.findall(text_of(mail))]
    return collections.Counter(found)


def items_due(mail):
    return collections.Counter((code, sides) for items in mail.items.values() for _, sides, code in items.values())


def dones_said(mail):
    """How many done notices the text holds: paragraphs for the unit's own people, lines for the coordinating ones."""
    text = text_of(mail)
    return len(DONE.findall(text)) + sum(part.count("- ") for part in DONE_LISTED.findall(text))


def listed_said(mail):
    return sorted((name, int(n)) for name, n in LISTED.findall(text_of(mail)))


def listed_due(mail, office):
    return sorted((office.units[unit]["name"], n) for (_, unit), n in mail.listed.items())


def compare(month, expected, arrived, day):
    """Readable differences between the oracle's mails of a day and those that arrived; [] when they agree."""
    out, seen = [], collections.Counter()
    for mail in arrived:
        person = month.office.person[mail["to"][0]]
        seen[person] += 1
        said, want = month.claims(mail), expected.get(person)
        if want is None:
            out.append("%s: %s got a mail nobody expected: %s" % (day, person, sorted(said)))
            continue
        out += ["%s %s: unexpected %s" % (day, person, tuple(c)) for c in sorted(said - want.stages())]
        out += ["%s %s: not said %s" % (day, person, tuple(c)) for c in sorted(want.stages() - said)]
        out += differ(day, person, "items", items_said(mail), items_due(want))
        out += differ(day, person, "units listed", collections.Counter(listed_said(mail)),
                      collections.Counter(listed_due(want, month.office)))
        dones = sum(c.stage == "done" for c in want.stages())
        if dones_said(mail) != dones:
            out.append("%s %s: %d done notices, expected %d" % (day, person, dones_said(mail), dones))
        if mail["message"]["Date"].datetime.astimezone(ZONE).date() != day:
            out.append("%s %s: dated %s" % (day, person, mail["message"]["Date"]))
    out += ["%s: %s got nothing, expected %s" % (day, p, sorted(m.stages()))
            for p, m in expected.items() if not seen[p]]
    out += ["%s: %s got %d mails" % (day, p, n) for p, n in seen.items() if n > 1]
    return out


def differ(day, person, what, said, due):
    out = []
    if said - due:
        out.append("%s %s: %s said but not due: %s" % (day, person, what, dict(said - due)))
    if due - said:
        out.append("%s %s: %s due but not said: %s" % (day, person, what, dict(due - said)))
    return out
