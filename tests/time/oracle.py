# SPDX-License-Identifier: MIT
"""Who ought to get which mail on which day, and each obligation's verdict: docs/DEADLINES.md written a second time, in
another language, over the simulators' truth, the people of accounts.yaml and remind's working days. It never sees the
store; what was sent it remembers itself.

    oracle = Oracle(office, rules, workdays, born)
    oracle.poll(world, now)                 the data as both systems serve it now
    mails = oracle.plan(now)                {person: Mail}, to be followed by:
    oracle.sent(mail, now)                  for each that the mail server took
"""
import collections
import copy
import datetime as dt

import judge
from occasions import LAST_WARNING, REMINDERS, SENDING, URGENT, midnight, occasions

Claim = collections.namedtuple("Claim", "occurrence unit stage seat")
Obligation = collections.namedtuple("Obligation", "occasion unit state items waiting unreadable ready")
BLIND_AFTER = dt.timedelta(hours=12)
GRACE = dt.timedelta(days=14)
DISTANCE = 2


class Mail:
    """`claims`; `items`: what stands in it, unit -> {(kind, code): (reason, sides, codes as those systems write them)};
    `listed`: the units that the coordinating department sees, (occurrence, unit) -> count."""

    def __init__(self, person, day):
        self.person, self.day, self.claims = person, day, set()
        self.items, self.listed = collections.defaultdict(dict), {}

    @property
    def urgent(self):
        return any(claim.stage in URGENT for claim in self.claims)

    def stages(self):
        """What the table of mails compares: a done notice and a page stand for a person, not for a seat."""
        return {c if c.stage not in ("done", "page") else c._replace(seat="") for c in self.claims}


class Oracle:
    def __init__(self, office, rules, days, born, last=dt.date(2026, 9, 30)):
        self.office, self.days, self.born = office, days, born
        self.occasions = occasions(rules, dt.date(2026, 5, 1), last, days)
        self.seen = collections.defaultdict(dict)   # (system, unit) -> {(kind, code): record}
        self.missing = {}                           # (system, kind, unit, code) -> since
        self.read = {}                              # (system, unit) -> when last read whole
        self.verdicts, self.finished = {}, {}
        self.claimed = collections.defaultdict(set)  # person -> claims that stand
        self.told = set()                            # (person, occurrence, unit) reminded, mail gone out
        self.last_mail, self.planned, self.open = {}, None, set()

    # ---- polling ----

    def poll(self, world, now, blind=()):
        """Both systems answer, but for the (system, unit) in `blind`."""
        for system in judge.BOTH:
            held = collections.defaultdict(dict)
            for (kind, unit, code), record in world.side[system].items():
                held[unit][kind, code] = copy.copy(record)
            for unit in self.office.units:
                if self.office.has_account(unit, system) and (system, unit) not in blind:
                    self.listed(system, unit, held[unit], now)

    def listed(self, system, unit, now_held, now):
        """A complete listing: what it does not hold is missing, and gone after the time of grace."""
        self.read[system, unit] = now
        for key, record in self.seen[system, unit].items():
            since = self.missing.setdefault((system, unit, key), now) if key not in now_held else None
            if since and now - since < GRACE:
                now_held[key] = record
            elif not since:
                self.missing.pop((system, unit, key), None)
        self.seen[system, unit] = now_held

    def readable(self, unit, system, now):
        at = self.read.get((system, unit))
        return at is not None and now - at <= BLIND_AFTER

    # ---- what is outstanding ----

    def obligation(self, occasion, unit, now):
        rule = occasion.rule
        readable = {s for s in rule.sides if self.readable(unit, s, now)}
        records = collections.defaultdict(dict)
        for system in judge.BOTH:
            for key, record in self.seen[system, unit].items():
                records[key][system] = judge.statement(record)
        items, wait, covered = {}, 0, 0
        for (kind, code), sides in records.items():
            stated = sides.get("central", sides.get("portal"))
            if not rule.covers(kind, stated.get("bloc")):
                continue
            covered += 1
            counting = [s for s in sides if s in readable]
            found = judge.reason(sides, counting, occasion.window_from, now.date())
            if found:
                named = tuple(sorted(found[1]))
                items[kind, code] = (found[0], named, " / ".join(dict.fromkeys(sides[s]["own_code"] for s in named)))
            else:
                wait += judge.waiting(sides, counting)
        unknown = not covered or readable != rule.sides
        ready = all(self.read.get((s, unit), midnight(self.born)) >= occasion.strict_end for s in rule.sides)
        return Obligation(occasion, unit, "unknown" if unknown else "behind" if items else "done", items, wait,
                          rule.sides - readable, ready)

    def obligations(self, now):
        """Of every occurrence that is tracked and has begun its first stage."""
        today = now.date()
        return [self.obligation(o, unit, now) for o in self.occasions
                if o.strict >= self.born and o.days["T-5"] <= today and today <= max(o.days["+4w"], o.after)
                for unit, about in self.office.units.items() if about["kind"] in o.rule.units]

    # ---- verdicts ----

    def judge(self, found, now):
        for ob in found:
            key = (ob.occasion.id, ob.unit)
            if now < ob.occasion.strict_end:
                continue
            if key not in self.verdicts:
                latest = dt.datetime.combine(ob.occasion.after, SENDING, now.tzinfo)
                if now.date() <= ob.occasion.after and ob.ready:
                    self.verdicts[key] = {"unknown": "unknown", "behind": "late", "done": "on-time"}[ob.state]
                elif now >= latest:
                    self.verdicts[key] = "unknown"
            elif ob.state == "done" and self.verdicts[key] != "on-time" and not ob.occasion.closed(now.date()):
                self.finished.setdefault(key, now)

    # ---- mail ----

    def seats(self, ob, day):
        """Every seat the obligation concerns: (seat, person)."""
        own = self.office.held(ob.unit, day)
        above = self.office.focals(ob.occasion.rule.coordinator, day) if ob.occasion.rule.coordinator else []
        return own + [("coordinator", person) for person in above]

    @staticmethod
    def joins(stage, seat):
        since = {"head": "T-1", "acting-head": "T-1", "coordinator": "+1"}.get(seat, "T-5")
        return REMINDERS.index(stage) >= REMINDERS.index(since)

    def due_reminders(self, ob, day, mails):
        stage = ob.occasion.stage(day)
        for seat, person in self.seats(ob, day) if stage and ob.items else ():
            claim = Claim(ob.occasion.id, ob.unit, stage, seat)
            if not self.joins(stage, seat) or claim in self.claimed[person]:
                continue
            mail = mails[person]
            mail.claims.add(claim)
            if seat == "coordinator":
                mail.listed[ob.occasion.id, ob.unit] = len(ob.items)
            else:
                mail.items[ob.unit] = {**ob.items, **mail.items[ob.unit]}

    def due_done(self, ob, day, mails):
        if ob.state != "done" or ob.occasion.closed(day):
            return
        for _, person in self.seats(ob, day):
            claim = Claim(ob.occasion.id, ob.unit, "done", "")
            if (person, ob.occasion.id, ob.unit) in self.told and claim not in self.claimed[person]:
                mails[person].claims.add(claim)

    def due_pages(self, day, mails):
        for o in self.occasions:
            if o.strict >= self.born and o.after <= day < o.days["+1w"]:
                for person in self.office.leaders(day):
                    claim = Claim(o.id, "", "page", "")
                    if claim not in self.claimed[person]:
                        mails[person].claims.add(claim)

    def held_back(self, mail):
        last = self.last_mail.get(mail.person)
        return not mail.urgent and last and self.days.apart(last, mail.day) < DISTANCE

    def plan(self, now):
        """The mails of this planning, {person: Mail}; verdicts are spoken on the way."""
        found, day = self.obligations(now), now.date()
        self.judge(found, now)
        if not self.days.working(day) or now.time() < SENDING:
            return {}
        mails = _Mails(day)
        for ob in found:
            self.due_reminders(ob, day, mails)
            self.due_done(ob, day, mails)
        self.due_pages(day, mails)
        due = {p: m for p, m in mails.items() if m.claims and self.last_mail.get(p) != day and not self.held_back(m)}
        return self.morning(due, now)

    def morning(self, due, now):
        """A day's letters are planned once; later that day only those that have not left follow the facts, and last
        warnings still go until five."""
        day = now.date()
        if self.planned == day:
            due = {person: mail for person, mail in due.items() if person in self.open or
                   now.time() < LAST_WARNING and any(c.stage in ("T-1", "T") for c in mail.claims)}
        self.planned, self.open = day, set(due)
        return due

    def sent(self, mail):
        """The mail server took it: what it claimed stands for ever."""
        self.last_mail[mail.person] = mail.day
        self.open.discard(mail.person)
        self.claimed[mail.person] |= {c._replace(seat="") if c.stage in ("done", "page") else c for c in mail.claims}
        self.told |= {(mail.person, c.occurrence, c.unit) for c in mail.claims if c.stage not in ("done", "page")}


class _Mails(dict):
    def __init__(self, day):
        super().__init__()
        self.day = day

    def __missing__(self, person):
        self[person] = Mail(person, self.day)
        return self[person]
