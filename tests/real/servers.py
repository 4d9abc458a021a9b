# SPDX-License-Identifier: MIT
"""Servers that others wrote, started on loopback in a folder of the test's, and the rows that all of them show."""
import json
import os
import pathlib
import subprocess

from harness import SOURCE
from simulators import client

HERE = pathlib.Path(__file__).resolve().parent
PASSWORD = "mat-khau-thu-7"
UNITS = ("24412", "24121", "H15.07")
WORDS = {"NEW": "not_started", "DOING": "in_progress", "DONE": "done"}


def works(n):
    """`n` rows; titles with all that breaks decoders, equal times, empty and absent values."""
    titles = ("Số hóa hồ sơ “một cửa”", "Đào tạo <b>kỹ năng số</b> & AI", "Phủ sóng 5G; lắp 12 trạm, 3 xã",
              "Mua sắm\\thiết bị")
    return [{"code": "NV-%04d" % i, "title": "%s (%d)" % (titles[i % 4], i), "unit": UNITS[i % 3],
             "status": list(WORDS)[i % 3], "percent": "%d.50" % (i % 100),
             "due": "2026-06-%02d" % (1 + i % 28) if i % 7 else None,
             "updated": "2026-06-%02dT08:%02d:00+07:00" % (1 + i // 40, i % 60),
             "note": "" if i % 2 else "dòng 1\ndòng 2"} for i in range(n)]


def _rows(folder, rows):
    path = folder / "works.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def django(folder, rows, *args):
    folder.mkdir()
    with open(folder / "log", "wb") as log:
        return client.Child(HERE / "django_site.py", folder, _rows(folder, rows), *args, log=log)


def redmine(folder, rows):
    folder.mkdir()
    env = dict(os.environ, DATABASE_URL="sqlite3:%s" % (folder / "redmine.sqlite3"), WORKS=str(_rows(folder, rows)))
    with open(folder / "log", "wb") as log:
        return client.Child(HERE / "redmine_site.rb", program="ruby", env=env, log=log)


def _npm(package):
    """The folder of an npm package, installed below build/ once."""
    folder = SOURCE / "build" / "npm"
    if not (folder / "node_modules" / package.split("@")[0]).is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--prefix",
                        str(folder), package], check=True, stdout=subprocess.DEVNULL)
    return folder / "node_modules"


def json_server(folder, rows):
    folder.mkdir()
    path = folder / "db.json"
    path.write_text(json.dumps({"works": [dict(row, id=i) for i, row in enumerate(rows)]}), encoding="utf-8")
    env = dict(os.environ, NODE_PATH=str(_npm("json-server@0.17.4")))
    return client.Child(HERE / "json_server.js", path, program="node", env=env)
