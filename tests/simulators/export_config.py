#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes from the world the shipped example accounts.yaml and links.yaml, and the simulators' password files.

    export_config.py [--seed S] [--config DIR] [--secrets DIR]

--secrets DIR gets central.secrets and portal.secrets (account<TAB>password, mode 0600); they are never shipped.
"""
import argparse
import os
import sys

if not __package__:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    __package__ = "simulators"
    import simulators  # noqa: F401

from . import facts, kept, people
from .accounts import secrets_of

ACCOUNTS_HEAD = """\
# Tài khoản và đầu mối của từng đơn vị (người trong tệp này là hư cấu).
#   Khóa của đơn vị (H15.07, 24412) là mã, không bao giờ đổi. Chỉ sửa phần bên phải dấu hai chấm.
#   Mỗi người một dòng:  focal: Họ và tên <thu@donvi.example.vn>
#     thêm "from 17/6/2026" hoặc "until 16/6/2026" khi nhận việc, thôi việc; ghế trống: vacant since 1/6/2026
#   Ghế: focal, focal-2 (đầu mối), head (người đứng đầu), acting-head (người phụ trách khi head trống).
#   central, portal: tên tài khoản; supervised (đọc qua tài khoản giám sát của tỉnh); parent (tài khoản của đơn vị
#   cha); none (lý do). Không ghi mật khẩu vào đây. Sửa xong, chạy: nq57d --config DIR --check
#
# Accounts and contact persons of each unit (the people in this file are fictitious).
#   A unit's key is its code and never changes; edit only what stands right of the colon. One line a person; add
#   "from D/M/YYYY" or "until D/M/YYYY" when somebody comes or leaves; an empty seat is "vacant since D/M/YYYY".
#   central, portal: an account's name, supervised, parent, or none (reason). Passwords never stand here.
"""
LINKS_HEAD = """\
# Mã của cùng một chỉ tiêu trên hai hệ thống, khi hai nơi ghi mã khác nhau. Mã giống nhau thì không cần ghi.
#   Thêm một chỉ tiêu: viết mã chung, rồi hai dòng thụt vào: mã trên hệ thống Trung ương và mã trên Cổng tỉnh.
#
# Codes of one indicator on the two systems where they differ; equal codes need no line. To add one, write the common
# code, then two indented lines: its code on the central system and its code on the provincial portal.
"""


def accounts_yaml(world):
    seats, lines = people.seats(world), [ACCOUNTS_HEAD, "roles:"]
    lines += ["  %s: %s" % entry for entry in people.ROLES]
    lines += ["", "units:"]
    for unit in world.units:
        lines += ["  %s:" % unit["code"], "    name: " + unit["name"], "    kind: " + unit["kind"]]
        if unit["portal_code"] != unit["code"]:
            lines.append("    portal-code: " + unit["portal_code"])
        lines.append("    central: supervised")
        lines.append("    portal: " + (unit["account"] or "none (chưa cấp, đã hỏi 12/6/2026)"))
        lines += ["    %s: %s" % entry for entry in seats[unit["code"]]]
        for code, parent, name in world.sub_units:
            if parent == unit["code"]:
                portal = "parent" if unit["account"] else "none (phường chưa được cấp)"
                lines += ["  %s:" % code, "    name: " + name, "    kind: sub-unit", "    parent: " + parent,
                          "    central: supervised", "    portal: " + portal]
                lines += ["    %s: %s" % entry for entry in seats[code]]
    return "\n".join(lines) + "\n"


def links_yaml():
    lines = [LINKS_HEAD, "indicators:"]
    for code, portal_code in sorted(facts.links().items()):
        lines += ["  %s:" % code, "    central: " + code, "    portal: " + portal_code]
    return "\n".join(lines) + "\n"


def write(path, text, mode=0o644):
    handle = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as fh:
        os.fchmod(fh.fileno(), mode)
        fh.write(text)
    os.replace(path + ".new", path)


def write_secrets(world, folder):
    os.makedirs(folder, mode=0o700, exist_ok=True)
    for system in ("central", "portal"):
        lines = ["%s\t%s\n" % entry for entry in sorted(secrets_of(world, system).items())]
        write(os.path.join(folder, system + ".secrets"), "".join(lines), 0o600)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", default="57")
    parser.add_argument("--config", help="folder for accounts.yaml and links.yaml")
    parser.add_argument("--secrets", help="folder for central.secrets and portal.secrets")
    args = parser.parse_args()
    world = kept.world(args.seed)
    if args.config:
        write(os.path.join(args.config, "accounts.yaml"), accounts_yaml(world))
        write(os.path.join(args.config, "links.yaml"), links_yaml())
    if args.secrets:
        write_secrets(world, args.secrets)


if __name__ == "__main__":
    main()
