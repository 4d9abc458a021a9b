# SPDX-License-Identifier: MIT
"""Fictitious people on the seats of every unit: Vietnamese and Ê Đê names, addresses under example.vn."""
import random

from . import facts

FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô",
          "Dương", "Lý", "Đinh", "Lương", "Mai", "Trịnh"]
MIDDLE = {"m": ["Văn", "Hữu", "Minh", "Quốc", "Đình", "Thanh"], "f": ["Thị", "Thị Thu", "Ngọc", "Thị Mỹ", "Thùy"]}
GIVEN = {"m": ["An", "Bảo", "Cường", "Dũng", "Hải", "Khánh", "Long", "Nam", "Phúc", "Sơn", "Tiến", "Việt"],
         "f": ["Anh", "Bích", "Chi", "Dung", "Hạnh", "Hương", "Lan", "Ngân", "Oanh", "Phượng", "Trang", "Yến"]}
EDE = {"m": ["Y Bình", "Y Thanh", "Y Nguyên", "Y Ka", "Y Wi", "Y Khoa", "Y Dhun"],
       "f": ["H’Lan", "H’Nga", "H’Bluin", "H’Yar", "H’Hen", "H’Mai", "H’Rin"]}
CLAN = ["Niê", "Êban", "Mlô", "Byă", "Ayŭn", "Kbuôr", "Adrơng", "Ksơr", "Hđơk"]
# Codes of the highland: there an Ê Đê name is as likely as not.
HIGHLAND = "24"


class People:
    """Hands out names; no two people share a full name, so that a name in a test means one person."""

    def __init__(self, seed):
        self.rng, self.taken = random.Random("people:%s" % seed), set()

    def name(self, unit):
        rng = self.rng
        while True:
            sex = rng.choice("mf")
            if unit.startswith(HIGHLAND) and rng.random() < 0.5:
                name = "%s %s" % (rng.choice(EDE[sex]), rng.choice(CLAN))
                if rng.random() < 0.4:
                    name += " " + rng.choice(CLAN)
            else:
                name = "%s %s %s" % (rng.choice(FAMILY), rng.choice(MIDDLE[sex]), rng.choice(GIVEN[sex]))
            if name not in self.taken:
                self.taken.add(name)
                return name

    def person(self, unit, host):
        name = self.name(unit)
        return "%s <%s@%s.example.vn>" % (name, facts.slug(name), host)


def host_of(unit):
    return unit["account"] or facts.slug(unit["name"])


FIXED = {
    "H15.07": [("focal", "Nguyễn Văn Bách <nguyenvanbach@skhcn.example.vn>"),
               ("focal-2", "Trần Thị B <b@skhcn.example.vn>"),
               ("head", "Lê Văn Công <levancong@skhcn.example.vn>")],
    "24133": [("focal", "Phạm Thị Diễm <phamthidiem@bmt.example.vn> until 16/6/2026"),
              ("focal-2", "Đỗ Văn Hoan <dovanhoan@bmt.example.vn> from 17/6/2026"),
              ("head", "vacant since 1/6/2026"),
              ("acting-head", "Võ Văn Em <vovanem@bmt.example.vn> until 31/8/2026")],
    "24412": [("focal", "H’Lan Niê <hlannie@mdrak.example.vn>"),
              ("focal-2", "Lê Thị Kiều <lethikieu@mdrak.example.vn>"),
              ("head", "Y Bình Êban <ybinheban@mdrak.example.vn>")],
    "24607": [("focal", "Hồ Thanh Rin <hothanhrin@namka.example.vn> until 31/5/2026"),
              ("head", "Y Nhuân Byă <ynhuanbya@namka.example.vn>")],
    "24412.kt": [("focal", "Lê Thị Kiều <lethikieu@mdrak.example.vn>")],
    "24412.vhxh": [("focal", "Mai Đình Tuyên <maidinhtuyen@mdrak.example.vn>"),
                   ("head", "H’Lan Niê <hlannie@mdrak.example.vn>")],
    "24133.ht": [("focal", "Tạ Quang Hiển <taquanghien@bmt.example.vn>")],
    "24133.cc": [("focal", "Tạ Quang Hiển <taquanghien@bmt.example.vn>")],
    "22015.vhxh": [("focal", "Cao Mỹ Duyên <caomyduyen@tuyhoa.example.vn>")],
}
# One person of the information centre helps several communes, and so sits on all of them.
HELPER = "Đinh Thị Ngọc Hà <dinhthingocha@skhcn.example.vn>"
HELPED = ("24214", "24221", "24229", "24235", "24241")
ROLES = [("ops", "Lương Quốc Vận <luongquocvan@skhcn.example.vn>"),
         ("leadership", "Huỳnh Chiến Lược <huynhchienluoc@ubnd.example.vn>"),
         ("leadership-2", "Bùi Thị Tâm An <buithitaman@ubnd.example.vn>"),
         ("contact", "Trần Thị B <b@skhcn.example.vn> phone 0262 000 0000")]


def seats(world):
    """Unit code -> [(seat, text)], in the order of the units, then the sub-units."""
    people, out = People(world.seed), {}
    for entries in list(FIXED.values()) + [ROLES]:
        people.taken.update(text.split(" <")[0] for _, text in entries)
    people.taken.add(HELPER.split(" <")[0])
    for index, unit in enumerate(world.units):
        code, host = unit["code"], host_of(unit)
        if code in FIXED:
            out[code] = FIXED[code]
            continue
        lines = [("focal", people.person(code, host))]
        if code in HELPED:
            lines.append(("focal-2", HELPER))
        elif index % 3 == 0:
            lines.append(("focal-2", people.person(code, host)))
        if index % 29 == 11:
            lines.append(("head", "vacant since 15/5/2026"))
            lines.append(("acting-head", people.person(code, host) + " until 30/9/2026"))
        elif index % 31 == 7:
            lines.append(("head", people.person(code, host) + " from 1/7/2026"))
            lines.append(("acting-head", people.person(code, host) + " until 30/6/2026"))
        else:
            lines.append(("head", people.person(code, host)))
        out[code] = lines
    for code, _, _ in world.sub_units:
        out[code] = FIXED[code]
    return out
