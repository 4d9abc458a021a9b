# SPDX-License-Identifier: MIT
"""A site whose only source is a folder of exported files."""
import datetime as dt
import os
import re

from harness import SOURCE
from simulators import exports, kept
from small import Lone, UNITS

PROFILE = SOURCE / "tests" / "fixtures" / "profiles" / "exports.yaml"
NOW = dt.datetime(2026, 6, 19, 7, 30, tzinfo=dt.timezone(dt.timedelta(hours=7))).timestamp()
HOUR = 3600


class Drop(Lone):
    """`as_of`, `whole`: what the profile says instead of its own."""

    def __init__(self, folder, as_of=None, whole=None, **options):
        super().__init__(folder, PROFILE, None, **options)
        self.drop = self.folder / "drop"
        self.drop.mkdir()
        text = self.main.read_text(encoding="utf-8")
        self.main.write_text(re.sub(r"(?m)^    supervisor: .*\n", "", text), encoding="utf-8")
        self.set_keys({"sources.exports.url": None, "sources.exports.files": str(self.drop),
                       "sources.exports.settle": "1 second"})
        self.main_text = self.main.read_text(encoding="utf-8")
        text = PROFILE.read_text(encoding="utf-8")
        text = text.replace("as-of: mtime", "as-of: " + as_of) if as_of else text
        text = text.replace("whole: yes", "whole: " + whole) if whole else text
        (self.config / "profiles" / "exports.yaml").write_text(text, encoding="utf-8")
        self.table = exports.rows(kept.world(), UNITS)

    def put(self, name, content, hours_ago=1, mode=0o644):
        """Renamed in, with that age of its data."""
        temp = self.drop / (name + ".part")
        temp.write_bytes(content)
        os.chmod(temp, mode)
        os.utime(temp, (NOW - hours_ago * HOUR,) * 2)
        os.replace(temp, self.drop / name)

    def shown(self):
        return self.partition("exports", "tasks")

    def progress(self, code, unit):
        return self.ctl("explain", "%s/task/%s" % (unit, code), "progress", "--json").ok().json()["explain"]["value"]

    def sides(self):
        return self.query("SELECT count(*) AS n FROM side WHERE missing_since IS NULL")[0]["n"]
