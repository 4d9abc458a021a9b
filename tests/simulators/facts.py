# SPDX-License-Identifier: MIT
"""The facts the world is made of: units, indicators, criteria and tasks, read from data/*.csv."""
import csv
import os
import unicodedata

HERE = os.path.dirname(os.path.abspath(__file__))
PERIOD = "2026"
NO_PORTAL = "24133"        # a ward whose portal account was never issued
NO_RECORDS = "22096"       # a commune neither system knows a record of
FOCAL_LEFT = "24607"       # its focal left and nobody followed
SHOWCASE = "24412"         # behind in every way at once
COORDINATOR = "H15.07"
SUB_UNITS = [
    ("24412.kt", "24412", "Phòng Kinh tế"),
    ("24412.vhxh", "24412", "Phòng Văn hóa - Xã hội"),
    ("24133.ht", "24133", "Phòng Kinh tế, Hạ tầng và Đô thị"),
    ("24133.cc", "24133", "Trung tâm Phục vụ hành chính công"),
    ("22015.vhxh", "22015", "Phòng Văn hóa - Xã hội"),
]


def table(name):
    """Rows of data/<name>.csv as dicts of text."""
    with open(os.path.join(HERE, "data", name + ".csv"), encoding="utf-8", newline="") as fh:
        return list(csv.DictReader(fh))


def slug(text):
    """Lower-case ASCII of a Vietnamese name, for account names and mail hosts."""
    text = text.replace("Đ", "D").replace("đ", "d")
    plain = unicodedata.normalize("NFD", text)
    return "".join(ch for ch in plain.lower() if ch.isascii() and ch.isalnum())


def units():
    """The 127 units that report, departments first, then communes and wards by code."""
    out = []
    for row in table("departments"):
        out.append({"code": row["code"], "name": row["name"], "kind": "department",
                    "portal_code": row["portal_code"], "account": row["portal_code"].lower()})
    rows = sorted(table("communes"), key=lambda row: row["code"])
    for row in rows:
        kind = "ward" if row["kind"] == "phường" else "commune"
        name = row["kind"].capitalize() + " " + row["name"]
        account = None if row["code"] == NO_PORTAL else slug(name)
        out.append({"code": row["code"], "name": name, "kind": kind,
                    "portal_code": row["code"], "account": account})
    return out


def links():
    """Canonical indicator code -> the portal's own code, where the two differ."""
    return {row["code"]: row["portal_code"] for row in table("indicators") if row["code"] != row["portal_code"]}
