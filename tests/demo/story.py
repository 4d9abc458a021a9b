# SPDX-License-Identifier: MIT
"""What happens in the demo, and every figure of it: one site, four turns of the clock, read back from the store and
from the mail server. Nothing here prints."""
import contextlib
import hashlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "flow"))

from harness import Site  # noqa: E402

MARK = "SỐ LIỆU GIẢ LẬP"
FRIDAY, AGAIN = "2026-06-19T07:30:00+07:00", "2026-06-19T07:40:00+07:00"
AFTERNOON, MIDNIGHT = "2026-06-19T15:00:00+07:00", "2026-06-20T00:30:00+07:00"
SUNDAY, MONDAY = "2026-06-21T15:00:00+07:00", "2026-06-22T07:30:00+07:00"
# A unit code with the letter O where a zero belongs, and a word that no vocabulary has: on the portal, whose listings
# are read unit by unit, so that only these two units are in doubt.
UNMAPPED = {"account": "phuongsongcau", "on_unit": "22051", "value": "22O51"}
UNKNOWN_WORD = {"account": "xaxuancanh", "on_unit": "22060", "word": "PENDING"}
EXPECTED_FAULTS = {"unit-unmapped", "word-unknown"}
FACTS_OF_RECORDS = ("record", "side", "difference", "history", "quarantine")
FACTS_OF_MAIL = ("message", "claim")


class Trouble(Exception):
    """The demo cannot go on; the text says why."""


def last_useful_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if ": error: " in line or ": crit: " in line or "ERROR" in line]
    return (telling or lines or ["it said nothing"])[-1]


def rows(db, sql, *args):
    return [dict(row) for row in db.execute(sql, args)]


def digest(db, tables):
    """Every row of these tables, in one hash."""
    seen = hashlib.sha256()
    for table in tables:
        for row in db.execute("SELECT * FROM %s ORDER BY 1, 2, 3" % table):
            seen.update(repr(tuple(row)).encode())
    return seen.hexdigest()


class Story:
    """`tell` is called with each thing that begins."""

    def __init__(self, folder, tell):
        self.tell = tell
        tell("start")
        self.site = Site(folder, now=FRIDAY, mode="live", keys={"mail.subject-mark": '"%s"' % MARK})
        self.units = {u["code"]: u for u in self.site.sims.get("units")["units"]}
        self.site.sims.fault("unmapped-unit", system="portal", path="/tasks", **UNMAPPED)
        self.site.sims.fault("unknown-status", system="portal", path="/tasks", **UNKNOWN_WORD)

    def close(self):
        self.site.close()

    def name(self, unit):
        return self.units[unit]["name"] if unit in self.units else unit

    # ---- turns ----

    def turn(self, instant):
        """One whole run of the daemon. Its status 1 says that something was not complete: that must be what the
        simulators were told to spoil, and nothing else."""
        self.site.set_clock(instant)
        before = self.highest("run")
        done = self.site.once()
        if done.status not in (0, 1):
            raise Trouble("nq57d ended with status %d: %s" % (done.status, last_useful_line(done.err)))
        with contextlib.closing(self.site.db()) as db:
            spoiled = rows(db, "SELECT DISTINCT fault, detail FROM run WHERE id > ? AND completeness <> 'complete'",
                           before)
            unsent = rows(db, "SELECT person, state, text FROM message"
                              " WHERE state NOT IN ('sent', 'superseded', 'cancelled')")
        for row in spoiled:
            if row["fault"] not in EXPECTED_FAULTS:
                raise Trouble("a listing was not complete: %s" % (row["detail"] or row["fault"]))
        for row in unsent:
            raise Trouble("mail to %s is %s: %s" % (row["person"], row["state"], row["text"]))
        return before

    def highest(self, table):
        if not (self.site.state / "nq57.db").exists():
            return 0
        return self.site.query("SELECT coalesce(max(id), 0) FROM %s" % table)[0][0]

    def play(self):
        facts = {}
        self.tell("friday")
        self.turn(FRIDAY)
        facts.update(self.fetched(), **self.compared(), **self.behind(), **self.told(), **self.letter())
        self.tell("again")
        facts["again"] = self.second()
        self.tell("night")
        facts["finished_friday"] = self.finish(AFTERNOON, 0, 5)
        self.turn(MIDNIGHT)
        facts["finished_late"] = self.finish(SUNDAY, 3, 9)
        self.tell("monday")
        last = self.highest("message")
        self.turn(MONDAY)
        facts["monday"] = self.monday(last)
        self.check_mails()
        return facts

    def finish(self, instant, first, step):
        """Some of the units that are behind do all their work; how many."""
        behind = self.site.query("SELECT unit FROM obligation WHERE occurrence LIKE 'monthly-20@%' AND state = 'behind'"
                                 " ORDER BY outstanding, unit")
        chosen = [row[0] for row in behind][first::step]
        for unit in chosen:
            self.site.sims.post("finish", unit=unit, at=instant)
        return len(chosen)

    def check_mails(self):
        """What the store says was sent is what the mail server took, and every subject carries the mark."""
        taken = self.site.mails()
        sent = {row[0] for row in self.site.query("SELECT message_id FROM message WHERE state = 'sent'")}
        got = [mail["message"]["Message-ID"].strip("<>") for mail in taken]
        if sorted(got) != sorted(sent):
            raise Trouble("the store says %d mails were sent, the mail server has %d" % (len(sent), len(got)))
        for mail in taken:
            if MARK not in mail["message"]["Subject"]:
                raise Trouble("a subject without the mark: " + mail["message"]["Subject"])

    # ---- figures ----

    def fetched(self):
        with contextlib.closing(self.site.db()) as db:
            sources = rows(db, "SELECT source, side, count(*) AS listings, count(DISTINCT account) AS accounts,"
                               " sum(r.members) AS records, sum(claimed) AS claimed, sum(received) AS received,"
                               " sum(pages) AS pages, sum(completeness = 'complete') AS complete,"
                               " sum(completeness = 'complete' AND proof = 'total') AS proven"
                               " FROM run r JOIN partition p ON p.id = r.partition GROUP BY 1, 2 ORDER BY side")
            partial = rows(db, "SELECT p.source, p.unit, r.fault FROM run r JOIN partition p ON p.id = r.partition"
                               " WHERE completeness <> 'complete' ORDER BY r.fault")
        return {"sources": sources, "partial": partial}

    def compared(self):
        with contextlib.closing(self.site.db()) as db:
            sides = rows(db, "SELECT c.id IS NOT NULL AS c, p.id IS NOT NULL AS p, count(*) AS n FROM record r"
                             " LEFT JOIN side c ON c.id = r.id LEFT JOIN side p ON p.id = r.id + 4294967296"
                             " GROUP BY 1, 2")
            count = {(row["c"], row["p"]): row["n"] for row in sides}
            differ = rows(db, "SELECT count(DISTINCT record) AS records, count(*) AS fields,"
                              " sum(outcome = 'conflict') AS open FROM difference WHERE shown")[0]
            aside = rows(db, "SELECT fault, unit, field, value, nearest, account FROM v_quarantine ORDER BY fault")
            one = rows(db, "SELECT d.key, d.unit, r.code, d.field, d.outcome, d.central, d.portal, d.first_seen,"
                           " r.title, date(r.central_updated_at) AS central_on, date(r.portal_updated_at) AS portal_on"
                           " FROM v_differences d JOIN v_records r ON r.key = d.key"
                           " WHERE d.field IN ('actual', 'progress') AND d.outcome = 'conflict'"
                           " AND r.title IS NOT NULL AND r.code LIKE 'CT2%' AND r.quarantined = 0"
                           " ORDER BY d.unit = '24412' DESC, length(r.title), d.key LIMIT 1")
        both = count.get((1, 1), 0)
        return {"both": both, "agree": both - differ["records"], "differ": differ, "only_central": count.get((1, 0), 0),
                "only_portal": count.get((0, 1), 0), "aside": aside, "divergence": one[0] if one else None}

    def behind(self):
        with contextlib.closing(self.site.db()) as db:
            out = []
            for row in rows(db, "SELECT occurrence, before, sum(state = 'done') AS done,"
                                " sum(state = 'behind') AS behind, sum(state = 'unknown') AS unknown"
                                " FROM obligation GROUP BY 1 ORDER BY before"):
                row["worst"] = rows(db, "SELECT unit, outstanding FROM obligation WHERE occurrence = ?"
                                        " AND state = 'behind' ORDER BY outstanding DESC, unit LIMIT 5",
                                    row["occurrence"])
                stage = rows(db, "SELECT DISTINCT stage FROM claim WHERE occurrence = ?", row["occurrence"])
                row["stage"] = stage[0]["stage"] if stage else ""
                out.append(row)
        return {"deadlines": out}

    def told(self):
        with contextlib.closing(self.site.db()) as db:
            mails = rows(db, "SELECT kind, count(*) AS mails, count(DISTINCT person) AS people FROM message"
                             " WHERE state = 'sent' GROUP BY 1")
            seats = rows(db, "SELECT CASE WHEN seat LIKE 'focal%' THEN 'focal' ELSE 'head' END AS seat,"
                             " count(DISTINCT person) AS people FROM claim GROUP BY 1")
            units = rows(db, "SELECT count(DISTINCT unit) AS n FROM claim WHERE unit <> ''")[0]["n"]
            quiet = rows(db, "SELECT unit, count(*) AS n, sum(records) AS records FROM obligation GROUP BY unit"
                             " HAVING sum(state <> 'done') = 0 AND unit NOT IN (SELECT unit FROM claim)"
                             " ORDER BY n DESC, unit LIMIT 1")[0]
        kinds = {row["kind"]: row for row in mails}
        reminders = kinds.get("reminder", {"mails": 0, "people": 0})
        return {"mails": reminders["mails"], "people": reminders["people"],
                "ops": kinds.get("ops", {}).get("mails", 0), "seats": {s["seat"]: s["people"] for s in seats},
                "units_told": units, "quiet": quiet, "taken": len(self.site.mails())}

    def letter(self):
        """The shortest mail with all three deadlines, as the mail server took it."""
        found = self.site.query(
            "SELECT m.message_id, m.name, c.unit, group_concat(c.occurrence || ' ' || c.stage, ', ') AS stages"
            " FROM message m JOIN claim c ON c.message = m.id GROUP BY m.id HAVING count(DISTINCT c.occurrence) = 3"
            " AND count(DISTINCT c.unit) = 1 ORDER BY length(m.body), m.id LIMIT 1")
        if not found:
            raise Trouble("nobody got a mail with all three deadlines")
        row = dict(found[0])
        mail = next(m for m in self.site.mails() if m["message"]["Message-ID"].strip("<>") == row["message_id"])
        row.update(subject=mail["message"]["Subject"], sender=mail["message"]["From"], to=mail["message"]["To"],
                   body=mail["message"].get_content())
        return {"letter": row}

    def second(self):
        with contextlib.closing(self.site.db()) as db:
            records, mail = digest(db, FACTS_OF_RECORDS), digest(db, FACTS_OF_MAIL)
        taken = len(self.site.mails())
        before = self.turn(AGAIN)
        with contextlib.closing(self.site.db()) as db:
            run = rows(db, "SELECT count(*) AS listings, sum(received) AS received,"
                           " sum(added + changed + gone) AS written FROM run WHERE id > ?", before)[0]
            if digest(db, FACTS_OF_RECORDS) != records or run["written"]:
                raise Trouble("the second run changed records although the systems had not changed")
            if digest(db, FACTS_OF_MAIL) != mail or len(self.site.mails()) != taken:
                raise Trouble("the second run planned or sent mail")
            run["rows"] = sum(rows(db, "SELECT count(*) AS n FROM " + table)[0]["n"] for table in FACTS_OF_RECORDS)
        return dict(run, mails=len(self.site.mails()) - taken)

    def monday(self, last):
        with contextlib.closing(self.site.db()) as db:
            verdicts = rows(db, "SELECT sum(verdict = 'on-time') AS in_time, sum(verdict = 'late') AS late,"
                                " sum(verdict = 'unknown') AS unknown, sum(finished_at IS NOT NULL) AS since"
                                " FROM obligation WHERE occurrence LIKE 'monthly-20@%'")[0]
            page = rows(db, "SELECT message_id, name FROM message WHERE kind = 'page' AND id > ? ORDER BY id", last)
            chased = rows(db, "SELECT count(DISTINCT c.unit) AS units, count(DISTINCT c.person) AS people,"
                              " count(DISTINCT CASE WHEN c.seat LIKE 'focal%' THEN c.person END) AS focal,"
                              " count(DISTINCT CASE WHEN c.seat LIKE '%head' THEN c.person END) AS head,"
                              " count(DISTINCT CASE WHEN c.seat = 'coordinator' THEN c.person END) AS coordinator,"
                              " count(DISTINCT CASE WHEN o.verdict = 'late' THEN c.unit END) AS late,"
                              " count(DISTINCT CASE WHEN o.verdict = 'unknown' THEN c.unit END) AS unknown"
                              " FROM claim c JOIN message m ON m.id = c.message"
                              " JOIN obligation o ON o.occurrence = c.occurrence AND o.unit = c.unit"
                              " WHERE c.stage = '+1'"
                              " AND m.id > ?", last)[0]
            sent = rows(db, "SELECT count(*) AS n FROM message WHERE id > ? AND state = 'sent'", last)[0]["n"]
        if not page:
            raise Trouble("leadership got no page")
        mail = next(m for m in self.site.mails() if m["message"]["Message-ID"].strip("<>") == page[0]["message_id"])
        return dict(verdicts=verdicts, chased=chased, sent=sent, pages=len(page), subject=mail["message"]["Subject"],
                    body=mail["message"].get_content())
