# SPDX-License-Identifier: MIT
"""A site that reads the simulated feed alone, and what of it tests compare."""
import datetime as dt

from harness import SOURCE
from simulators.feed import Feed
from small import Lone

UNITS = ("24412", "24133", "22015")
WORK = {"doing": "in_progress", "done": "done"}
CHANGES = "    changes:\n"


class FeedSite(Lone):
    """`edit`: pairs of texts of the profile to replace; `changes` False: it reads everything each time."""

    def __init__(self, folder, edit=(), changes=True, units=UNITS, **feed):
        self.feed = Feed(units, **feed)
        super().__init__(folder, SOURCE / "tests" / "fixtures" / "profiles" / "feed.yaml",
                         "http://127.0.0.1:%d" % self.feed.port, units + ("H15.07",), {"giamsat.daklak": "x"})
        self.profile = self.config / "profiles" / "feed.yaml"
        if not changes:
            text = self.profile.read_text(encoding="utf-8")
            begin, end = text.index(CHANGES), text.index("    fields:")
            self.profile.write_text(text[:begin] + text[end:], encoding="utf-8")
        self.edit(*edit)
        self._child(self.feed)
        self.at = self.feed.now
        self.set_clock(self.at.isoformat())

    def edit(self, *pairs):
        text = self.profile.read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        self.profile.write_text(text, encoding="utf-8")

    def pass_time(self, **time):
        """The clocks of both go on."""
        self.feed.now += dt.timedelta(**time)
        self.at += dt.timedelta(**time)
        self.set_clock(self.at.isoformat())

    def poll(self, status=0, **time):
        """One run after some time; the requests it made."""
        self.pass_time(**(time or {"minutes": 30}))
        with self.feed.watch() as seen:
            done = self.once()
        assert done.status == status, done
        self.last = done
        return seen

    def kept(self, column):
        rows = self.query("SELECT %s AS value FROM partition" % column)
        return rows[0]["value"] if rows else None

    def run(self):
        return self.last_run("feed", "tasks", "giamsat.daklak")

    def missing(self):
        return {row["key"] for row in self.query(
            "SELECT r.key FROM side s JOIN record r ON r.id = s.id & 4294967295 WHERE s.missing_since IS NOT NULL")}

    def check(self):
        """What the store shows is what the feed holds."""
        sides, missing = self.sides(), self.missing()
        with self.feed.lock:
            rows = {"%s/task/%s" % key: row for key, row in self.feed.rows.items() if key not in self.feed.hidden}
        assert set(sides) - missing == set(rows)
        for key, row in rows.items():
            seen = sides[key]
            assert (seen["work"], seen["progress"]) == (WORK[row["state"]], str(row["progress"])), key
