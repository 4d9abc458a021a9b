# SPDX-License-Identifier: MIT
"""A site of few units, so that a whole cycle takes well under a second and a test can afford many."""
import json
import re
import shutil

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


class Lone(Small):
    """A site that reads one system alone, in the role of the central one, by the profile `profile` (a path)."""

    def __init__(self, folder, profile, url, units=UNITS, accounts=None, **options):
        super().__init__(folder, units=tuple(units), **options)
        self.name = profile.stem
        text = re.sub(r"(?ms)^  nq57-daklak:\n.*?(?=^\n|^#)", "", self.main_text)
        text = text.replace("  theodoiq:\n", "  %s:\n" % self.name)
        text = text.replace("sources: central, portal", "sources: central")
        self.main.write_text(text, encoding="utf-8")
        self.set_keys({"sources.%s.profile" % self.name: self.name, "sources.%s.url" % self.name: url})
        self.main_text = self.main.read_text(encoding="utf-8")
        shutil.copy(profile, self.config / "profiles" / (self.name + ".yaml"))
        self.accounts({"giamsat.daklak": "mat-khau"} if accounts is None else accounts)

    def accounts(self, secrets):
        """The secrets file of the system: account -> secret."""
        path = self.secrets / (self.name + ".secrets")
        path.touch(mode=0o600)
        path.write_text("".join("%s\t%s\n" % pair for pair in secrets.items()), encoding="utf-8")

    def sides(self):
        """Record key -> fields, from the canonical export; of a value kept with its raw text the canonical one."""
        out = {}
        for line in self.export().splitlines():
            if line.startswith("side "):
                fields = json.loads(line[line.index("{"):])
                out[line.split()[1]] = {k: v[0] if isinstance(v, list) else v for k, v in fields.items()}
        return out
