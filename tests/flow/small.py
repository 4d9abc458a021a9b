# SPDX-License-Identifier: MIT
"""A site of few units, so that a whole cycle takes well under a second and a test can afford many."""
import re

from harness import NOW, SOURCE, Site

UNITS = ("H15.02", "H15.07", "24412", "24133", "22015", "24259")
TABLES = ("record", "side", "difference", "history")


def trim(text, units):
    """accounts.yaml with only these units and their sub-units."""
    head, _, rest = text.partition("\nunits:\n")
    keys = {key: key.split(".")[0] if key[0].isdigit() else key for key in re.findall(r"(?m)^  (\S+):$", rest)}
    blocks = [b for b in re.split(r"(?m)^(?=  \S)", rest) if keys.get(b.strip().split(":")[0]) in units]
    return head + "\nunits:\n" + "".join(blocks)


class Small(Site):
    """`size`: records a page of both systems, so that a listing has several pages; other arguments as Site has them."""

    def __init__(self, folder, units=UNITS, size=20, **options):
        options.setdefault("mode", "preview")
        super().__init__(folder, units=list(units), **options)
        path = self.config / "accounts.yaml"
        path.write_text(trim(path.read_text(encoding="utf-8"), units), encoding="utf-8")
        (self.config / "profiles").mkdir()
        for name in ("theodoiq", "nq57-daklak"):
            text = (SOURCE / "connectors" / "profiles" / (name + ".yaml")).read_text(encoding="utf-8")
            text = re.sub(r"(?m)^(    size: )\d+$", r"\g<1>%d" % size, text)
            (self.config / "profiles" / (name + ".yaml")).write_text(text, encoding="utf-8")
        self.main = self.config / "nq57d.yaml"
        self.main_text = self.main.read_text(encoding="utf-8")

    def fresh(self, name, now=NOW):
        """The same systems, healthy and whole, before a store of its own and at this instant."""
        self.sims.clear()
        self.sims.post("restore")
        self.state = self.folder / name
        self.state.mkdir(mode=0o750)
        self.set_clock(now)
        self.main.write_text(self.main_text, encoding="utf-8")
        self.set_keys({"paths.state": str(self.state)})
        return self

    def export(self):
        return self.ctl("export").ok().out

    def partition(self, source, stream, account=None):
        """One partition of `status --json`; the first of them without an account."""
        return next(p for p in self.status_json()["partitions"] if p["source"] == source and p["stream"] == stream and
                    account in (None, p["account"]))

    def last_run(self, source, stream, account):
        return self.query("SELECT r.* FROM run r JOIN partition p ON p.id = r.partition WHERE p.source = ? AND"
                          " p.stream = ? AND p.account = ? ORDER BY r.id DESC LIMIT 1", source, stream, account)[0]

    def rows(self):
        """Every row of the tables that hold what the systems said."""
        return {table: [tuple(row) for row in self.query("SELECT * FROM %s ORDER BY 1, 2" % table)] for table in TABLES}

    def truth(self, unit, kind=None, system=None):
        return [r for r in self.sims.get("truth", unit=unit, **({"system": system} if system else {}))["records"]
                if kind in (None, r["kind"])]
