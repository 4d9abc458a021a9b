# SPDX-License-Identifier: MIT
"""Servers that others wrote are read by profile alone, and every value is compared with what they were given: a key and
offsets (Redmine, Django REST framework), a login with a token that is renewed (Simple JWT), client credentials with
cursors (Django OAuth toolkit), a form with CSRF and an HTML table (Django admin), Link headers (json-server)."""
import decimal
import json
import sqlite3
import urllib.error
import urllib.request

import pytest

import servers
from harness import wait_for
from small import Lone

ACCOUNT = "giamsat.daklak"
ROWS = 230


@pytest.fixture(scope="module")
def rows():
    return servers.works(ROWS)


@pytest.fixture(scope="module")
def django(tmp_path_factory, rows):
    with servers.django(tmp_path_factory.mktemp("django") / "site", rows) as site:
        yield site


def lone(folder, name, server, secrets):
    return Lone(folder, servers.HERE / "profiles" / (name + ".yaml"), "http://127.0.0.1:%d" % server.port,
                servers.UNITS, secrets)


def expected(row, percent=lambda p: p):
    day = row["updated"][:10]
    hour = int(row["updated"][11:13]) - 7
    return {"title": row["title"], "lead": row["unit"], "work": servers.WORDS[row["status"]], "due": row["due"],
            "progress": decimal.Decimal(percent(row["percent"])), "result": " ".join(row["note"].split()),
            "updated_at": "%sT%02d:%sZ" % (day, hour, row["updated"][14:19])}


def seen(fields):
    out = {name: fields.get(name) for name in ("title", "lead", "work", "due", "progress", "result", "updated_at")}
    out["progress"] = decimal.Decimal(out["progress"])
    return out


def check(site, rows, proof, **options):
    assert site.check().status == 0, site.check()
    done = site.once()
    assert done.status == 0 and "NQ57_FAULT" not in done.err, done
    sides = site.sides()
    assert set(sides) == {"%s/task/%s" % (row["unit"], row["code"]) for row in rows}
    for row in rows:
        assert seen(sides["%s/task/%s" % (row["unit"], row["code"])]) == expected(row, **options), row
    shown = site.partition(site.name, "tasks")
    assert (shown["completeness"], shown["proof"], shown["received"]) == ("complete", proof, len(rows))
    before = site.rows()
    assert site.once().status == 0 and site.rows() == before


def test_a_key_and_offsets(tmp_path, rows, django):
    with lone(tmp_path / "site", "django-offset", django, {ACCOUNT: django.ports["key"]}) as site:
        check(site, rows, "total")


def test_a_server_that_halves_the_page_loses_nothing_and_is_named(tmp_path, rows, django):
    with lone(tmp_path / "site", "django-offset", django, {ACCOUNT: django.ports["key"]}) as site:
        profile = site.config / "profiles" / "django-offset.yaml"
        profile.write_text(profile.read_text().replace("size: 50", "size: 100"))
        site.once()
        shown = site.partition(site.name, "tasks")
        assert (shown["fault"], shown["proof"], shown["received"]) == ("page-size-lowered", "total", len(rows))
        assert len(site.sides()) == len(rows)


def test_a_login_with_page_numbers(tmp_path, rows, django):
    with lone(tmp_path / "site", "django-page", django, {ACCOUNT: servers.PASSWORD}) as site:
        check(site, rows, "total")


def token_dies(site, url):
    """Waits until the server no longer takes the token that the vault holds."""
    with sqlite3.connect("file:%s?mode=ro" % (site.state / "nq57.db.vault"), uri=True) as vault:
        session = bytes(vault.execute("SELECT session FROM session").fetchone()[0], "utf-8").decode()
    token = next(line.split("\t")[1] for line in session.splitlines() if line.startswith("token\t"))

    def dead():
        try:
            urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": "Bearer " + token})).close()
            return False
        except urllib.error.HTTPError as error:
            return error.code == 401
    wait_for(dead, what="the end of a token")


def test_a_token_that_ended_is_renewed_without_the_password(tmp_path, rows):
    with servers.django(tmp_path / "django", rows, "--access-seconds", "2") as server, \
            lone(tmp_path / "site", "django-page", server, {ACCOUNT: servers.PASSWORD}) as site:
        check(site, rows, "total")
        token_dies(site, "http://127.0.0.1:%d/api/page/works/" % server.port)
        assert site.once().status == 0
        asked = (tmp_path / "django" / "log").read_text()
        assert asked.count("POST /api/token/ ") <= 2 and "POST /api/token/refresh/" in asked


def test_client_credentials_and_cursors(tmp_path, rows, django):
    client_id, secret = django.ports["client"]
    with lone(tmp_path / "site", "django-cursor", django, {client_id: secret}) as site:
        site.set_keys({"sources.django-cursor.supervisor": client_id})
        check(site, rows, "last-flag")


def test_a_form_with_csrf_and_a_table(tmp_path, rows, django):
    with lone(tmp_path / "site", "django-admin", django, {ACCOUNT: servers.PASSWORD}) as site:
        check(site, rows, "short-page")


def test_redmine(tmp_path, rows):
    with servers.redmine(tmp_path / "redmine", rows) as server, \
            lone(tmp_path / "site", "redmine", server, {ACCOUNT: server.ports["key"]}) as site:
        check(site, rows, "total", percent=lambda p: round(float(p) / 10) * 10)


def test_json_server(tmp_path, rows):
    with servers.json_server(tmp_path / "json-server", rows) as server, \
            lone(tmp_path / "site", "json-server", server, {}) as site:
        check(site, rows, "total")
