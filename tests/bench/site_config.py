# SPDX-License-Identifier: MIT
"""A configuration directory for the measured run of nq57d, and what its store holds afterwards."""

import datetime
import os
import pathlib
import re
import shutil
import sqlite3

import gen

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROFILES = ROOT / "connectors" / "profiles"

MAIN = """\
province: Tỉnh đo lường
sources:
"""
CENTRAL = """\
  theodoiq:
    role: central
    profile: theodoiq
    url: {central}
    supervisor: giamsat
    requests-at-once: 8
    requests-per-minute: 0
"""
PORTAL = """\
  nq57-daklak:
    role: portal
    profile: nq57-daklak
    url: {portal}
    requests-at-once: 8
    requests-per-minute: 0
"""
REST = """\
deadlines:
  data:
    title: Cập nhật số liệu
    basis: Công văn đo lường
    before: {soon}
    window-from: {window}
  report:
    title: Báo cáo kết quả
    basis: Công văn đo lường
    before: {later}
    window-from: {window}
mail:
  mode: preview
  clock-check: plausible
  from: Đo lường <do@so.example.vn>
paths:
  state: {state}
  secrets: {secrets}
"""
ROLES = """\
roles:
  ops: Người Vận Hành <ops@so.example.vn>
  leadership: Người Lãnh Đạo <lanhdao@so.example.vn>
  contact: Người Liên Hệ <lienhe@so.example.vn> phone 0262 000 0000
units:
"""
UNIT = """\
  {code}:
    name: {name}
    kind: department
{central}    portal: {account}
    focal: Người Đầu Mối <{account}@so.example.vn>
"""


def page_size(text):
    """The shipped profile with pages of the measured size."""
    return re.sub(r"^(\s*(?:page-size|size|limit):\s*)\d+", rf"\g<1>{gen.PAGE}", text, flags=re.M)


def day(days):
    """A date so many days from today, as configurations write it."""
    date = datetime.date.today() + datetime.timedelta(days=days)
    return f"{date.day}/{date.month}/{date.year}"


def write(config, state, server, units=gen.UNITS, central=True):
    """Writes the directory for both systems or the portal alone; returns the environment to run nq57d with. A measured
    build runs on the real clock, so the deadlines follow today: both are open in every run, and every record is judged
    for both."""
    secrets = config / "secrets"
    (config / "profiles").mkdir(parents=True)
    secrets.mkdir(mode=0o700)
    parts = MAIN + (CENTRAL if central else "") + PORTAL + REST
    main = parts.format(central=server.central, portal=server.portal, state=state, secrets=secrets, soon=day(3),
                        later=day(5), window=day(-20))
    (config / "nq57d.yaml").write_text(main, encoding="utf-8")
    supervised = "    central: supervised\n" if central else ""
    (config / "accounts.yaml").write_text(ROLES + "".join(
        UNIT.format(code=code, name=name, account=account, central=supervised) for code, name, account in units),
        encoding="utf-8")
    for name in ("links.yaml", "calendar-vn.yaml"):
        shutil.copy(ROOT / "config" / name, config / name)
    for path in PROFILES.glob("*.yaml"):
        (config / "profiles" / path.name).write_text(page_size(path.read_text(encoding="utf-8")), encoding="utf-8")
    write_secret(secrets / "theodoiq.secrets", ["giamsat"])
    write_secret(secrets / "nq57-daklak.secrets", [account for _, _, account in units])
    env = {key: value for key, value in os.environ.items() if key not in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY")}
    return env


def write_secret(path, accounts):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as out:
        out.writelines(f"{account}\tbench\n" for account in accounts)


def found(state):
    """What the store holds, in the words of the generator's expected.json."""
    with sqlite3.connect(f"file:{state}/nq57.db?mode=ro", uri=True) as db:
        def count(query):
            return db.execute(query).fetchone()[0]
        keys = "SELECT key FROM v_sides WHERE side = "
        judged = db.execute("SELECT COUNT(DISTINCT occurrence), COALESCE(SUM(records), 0) FROM obligation").fetchone()
        if judged != (2, 2 * count("SELECT COUNT(*) FROM record")):
            raise RuntimeError(f"not every record was judged for both deadlines: {judged}")
        return {"central": count("SELECT COUNT(*) FROM v_sides WHERE side = 'central'"),
                "portal": count("SELECT COUNT(*) FROM v_sides WHERE side = 'portal'"),
                "differences": count("SELECT COUNT(*) FROM v_differences"),
                "only_central": count(f"SELECT COUNT(*) FROM ({keys} 'central' EXCEPT {keys} 'portal')")}


def sides(state):
    with sqlite3.connect(f"file:{state}/nq57.db?mode=ro", uri=True) as db:
        return db.execute("SELECT COUNT(*) FROM side").fetchone()[0]


def sessions(state):
    with sqlite3.connect(f"file:{state}/nq57.db.vault?mode=ro", uri=True) as db:
        return db.execute("SELECT COUNT(*) FROM session").fetchone()[0]
