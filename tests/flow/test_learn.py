# SPDX-License-Identifier: MIT
"""`nq57ctl learn`: what a browser recorded becomes a profile that reads the same records as one written by hand.

The recordings in tests/fixtures/har were made by Chromium (Playwright's recordHar) at the simulated systems, with units
H15.07, 24412 and 24133 and the instant of harness.NOW: logging in and walking through every page of both lists."""
import json
import re
import subprocess

import pytest

from harness import SOURCE, build
from small import Small

HAR = SOURCE / "tests" / "fixtures" / "har"
UNITS = ("H15.07", "24412", "24133")


def learn(*args, status=0, **env):
    done = subprocess.run([str(build() / "daemon" / "nq57ctl"), "learn", *map(str, args)], capture_output=True,
                          text=True, cwd="/", env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin", **env}, timeout=60)
    assert done.returncode == status, done
    return done


def sides(site):
    """(source, record) -> canonical fields, of everything the store holds."""
    out = {}
    for line in site.export().splitlines():
        if line.startswith("side "):
            words = line.split()
            fields = json.loads(line[line.index("{"):])
            out[words[1], words[2]] = {k: v[0] if isinstance(v, list) else v for k, v in fields.items()}
    return out


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Small(tmp_path_factory.mktemp("learn"), units=UNITS) as made:
        yield made


@pytest.fixture(scope="module")
def by_hand(site):
    assert site.once().status == 0
    return sides(site)


def drafted(site, name, *args):
    """The draft in the profile's place."""
    path = site.config / "profiles" / (name + ".yaml")
    path.unlink()
    return learn(HAR / {"theodoiq": "central.har", "nq57-daklak": "portal.har"}[name], "--out", path, *args), path


def words_added(site):
    """What an administrator does about words that the recording did not show: they are in quarantine by name."""
    put_aside = site.ctl("quarantine", "--json").ok().json()["quarantine"]
    assert {row["fault"] for row in put_aside} <= {"word-unknown"}, put_aside
    for row in put_aside:
        name = row["source"]
        hand = (SOURCE / "connectors" / "profiles" / (name + ".yaml")).read_text(encoding="utf-8")
        path = site.config / "profiles" / (name + ".yaml")
        line = re.search(r"(?m)^    %s: .*$" % re.escape(row["value"]), hand)[0]
        text = path.read_text(encoding="utf-8")
        if line not in text:
            table = "work" if line in hand[hand.index("  work:"):hand.index("  review:")] else "review"
            path.write_text(text.replace("  %s:\n" % table, "  %s:\n%s\n" % (table, line), 1), encoding="utf-8")


def test_a_drafted_profile_reads_the_same_records(site, by_hand):
    for name in ("theodoiq", "nq57-daklak"):
        told, path = drafted(site, name)
        assert "wrote" in told.stderr and "address http://127.0.0.1:" in told.stderr
        asked = [n for n in path.read_text(encoding="utf-8").splitlines() if "# ?" in n and not n.startswith("#")]
        assert all("codes-per-unit" in line or "regular" in line for line in asked), asked
    assert site.check().status == 0
    site.fresh("drafted")
    site.once()
    words_added(site)
    site.fresh("complete")
    done = site.once()
    assert done.status == 0, done
    read = sides(site)
    assert read.keys() == by_hand.keys() and len(read) > 60
    for key, fields in read.items():
        unseen = {name for name in by_hand[key] if name not in fields}
        assert not {n: (fields[n], by_hand[key].get(n)) for n in fields if fields[n] != by_hand[key].get(n)}
        # what no page of the recording ever showed cannot be drafted: whose listing is empty of it, and what is derived
        assert unseen <= {"return_reason", "returned_on", "returned_by", "claims_late"}, (key, unseen)


def values(node):
    if isinstance(node, dict):
        for value in node.values():
            yield from values(value)
    elif isinstance(node, list):
        for value in node:
            yield from values(value)
    elif isinstance(node, str):
        yield node


@pytest.mark.parametrize("name", ["central.har", "portal.har"])
@pytest.mark.parametrize("lang", ["en", "vi"])
def test_nothing_of_anybody_is_in_a_draft(name, lang):
    """Passwords, accounts, tokens, cookies, names, titles: no value of the recording but words of vocabularies."""
    done = learn(HAR / name, "--lang", lang)
    log = json.loads((HAR / name).read_text(encoding="utf-8"))["log"]
    secrets, kept = set(), done.stdout + done.stderr
    for entry in log["entries"]:
        post = entry["request"].get("postData", {}).get("text", "")
        secrets |= set(re.findall(r"[0-9a-f]{16,}", post + json.dumps(entry["request"]["headers"])))
        secrets |= set(re.findall(r"[0-9a-f]{32,}", json.dumps(entry["response"])))
        text = entry["response"]["content"].get("text", "")
        if text.startswith("{"):
            for value in values(json.loads(text)):
                if len(value) > 22 or re.search(r"[A-ZĐ]\w+ [A-ZĐ]\w+", value):
                    secrets.add(value)
    assert len(secrets) > 60
    assert not [s for s in secrets if s in kept]
    assert "xamdrak" not in kept and "giamsat" not in kept


def test_reasons_and_decisions_are_comments(tmp_path):
    text = learn(HAR / "central.har").stdout
    assert re.search(r"page-parameter: page\n", text) and "# it moved from call to call" in text
    assert re.search(r"due: \$\.hanHoanThanh +# by its name, dates dd/MM/yyyy in \d+ of \d+", text)
    assert "refresh-path: /api/auth/refresh" in text and "refreshToken: <refresh>" in text
    vi = learn(HAR / "portal.har", "--lang", "vi").stdout
    assert "# ? cùng mã ở hai đơn vị là hai bản ghi" in vi and "proof-text: Đăng xuất" in vi
    kept = tmp_path / "there.yaml"
    kept.write_text("mine", encoding="utf-8")
    learn(HAR / "central.har", "--out", kept, status=1)
    assert kept.read_text(encoding="utf-8") == "mine"


def entry(method, url, answer, status=200, headers=(), body=None, kind="application/json", post="application/json"):
    request = {"method": method, "url": url, "headers": [{"name": n, "value": v} for n, v in headers]}
    if body is not None:
        request["postData"] = {"mimeType": post, "text": body}
    return {"request": request, "response": {"status": status, "headers": [], "content": {
        "mimeType": kind, "text": answer if isinstance(answer, str) else json.dumps(answer)}}}


def recording(tmp_path, *entries):
    path = tmp_path / "made.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": list(entries)}}), encoding="utf-8")
    return path


def rows(first, n, **more):
    return [dict({"ma": "NV-%02d" % i, "ten": "Việc %d" % i, "donVi": {"ten": "Xã M’Drắk"},
                  "trangThai": ["Đang thực hiện", "Hoàn thành", "Tạm gác"][i % 3], "tienDo": "%d,5%%" % i,
                  "hanHoanThanh": "%02d/07/2026" % (i % 28 + 1)}, **more) for i in range(first, first + n)]


BASE = "https://nq.example.vn"


def test_a_post_list_and_a_key(tmp_path):
    """A list asked for by POST, paged in its body, behind a key in a header."""
    key = "k3y" * 12
    calls = [entry("POST", BASE + "/api/search", {"ok": True, "rows": rows(k * 10, 10), "tongSo": 40},
                   headers=[("X-Api-Key", key)], body=json.dumps({"trang": k, "soLuong": 10, "loai": "nv", "q": ""}))
             for k in range(3)]
    noise = entry("GET", "https://www.google-analytics.com/collect", {"items": rows(0, 50)})
    done = learn(recording(tmp_path, noise, *calls))
    assert 'json: "{\\"trang\\": <page>, \\"soLuong\\": <size>, \\"loai\\": \\"nv\\", \\"q\\": \\"\\"}"' in done.stdout
    assert "paging: page" in done.stdout and "first-page: 0" in done.stdout and "total: $.tongSo" in done.stdout
    assert "header: X-Api-Key" in done.stdout and "value: <secret>" in done.stdout and key not in done.stdout
    assert "unit-by: name" in done.stdout and "percent: yes" in done.stdout and "decimal-mark: comma" in done.stdout
    assert re.search(r"# Tạm gác: +# \? seen 10 times; what does it mean\?", done.stdout)
    assert "google" not in done.stdout and "no login was recorded" in done.stderr


def test_a_cursor_is_found_where_it_came_from(tmp_path):
    calls = [entry("GET", BASE + "/v1/tasks?limit=5" + ("&from=c%dxyzabc" % k if k else ""),
                   {"data": rows(k * 5, 5), "page": {"nextCursor": "c%dxyzabc" % (k + 1) if k < 3 else None}})
             for k in range(4)]
    text = learn(recording(tmp_path, *calls)).stdout
    assert "paging: cursor" in text and "cursor-parameter: from" in text and "cursor: $.page.nextCursor" in text


def test_a_recording_that_says_nothing(tmp_path):
    page = entry("GET", BASE + "/", "<html></html>", kind="text/html")
    assert "go to the second page" in learn(recording(tmp_path, page), status=5).stderr
    page["response"]["content"].pop("text")
    assert "HAR with content" in learn(recording(tmp_path, page), status=5).stderr
    bare = recording(tmp_path)
    bare.write_text('{"entries": []}', encoding="utf-8")
    assert "no recording of a browser" in learn(bare, status=1).stderr
    for broken in ("", "{", "[" * 100000, '{"log":{}}', "\x00\x00", '{"log":{"entries":[1,null,{"request":{}}]}}'):
        path = tmp_path / "broken.har"
        path.write_text(broken, encoding="utf-8")
        done = subprocess.run([str(build() / "daemon" / "nq57ctl"), "learn", str(path)], capture_output=True, text=True,
                              timeout=60)
        assert done.returncode in (1, 5) and done.stderr and not done.stdout


def test_a_captcha_is_told(tmp_path):
    login = entry("POST", BASE + "/login", {"token": "T0" * 20}, body=json.dumps(
        {"username": "ai.do", "password": "mat khau", "captcha": "x7Kp2", "captchaId": "9f" * 20}))
    call = entry("GET", BASE + "/api/tasks?page=1&size=10", {"data": rows(0, 10)},
                 headers=[("Authorization", "Bearer " + "T0" * 20)])
    done = learn(recording(tmp_path, login, call))
    assert "one-time code" in done.stderr and "9f9f" not in done.stdout and "ai.do" not in done.stdout
    assert "value: Bearer <token>" in done.stdout and "token: $.token" in done.stdout


def test_other_ways_in(tmp_path):
    """A key in the address, a token nobody saw coming, JSON to a cookie, a form to a token, tokens against forgery."""
    def draft(*calls):
        return learn(recording(tmp_path, *calls)).stdout

    lists = [{"data": rows(k * 5, 5), "total": 10} for k in range(2)]
    key, word = "0a1b2c3d4e5f60718293", "p4ss w0rd!"
    text = draft(*[entry("GET", BASE + "/t?page=%d&api_key=%s" % (k + 1, key), lists[k]) for k in range(2)])
    assert "kind: api-key" in text and "query: api_key" in text and key not in text
    text = draft(*[entry("GET", BASE + "/t?page=%d" % (k + 1), lists[k], headers=[("Authorization", "Bearer " + key)])
                   for k in range(2)])
    assert "kind: bearer" in text and key not in text

    cookies = [("Cookie", "sid=abc; XSRF-TOKEN=to%3Dken1234")]
    login = entry("POST", BASE + "/api/login", {"ok": True}, body=json.dumps({"userName": "an", "matKhau": word}))
    text = draft(login, *[entry("GET", BASE + "/t?page=%d" % (k + 1), lists[k],
                                headers=cookies + [("X-XSRF-TOKEN", "to=ken1234")]) for k in range(2)])
    assert "kind: steps" in text and '{\\"userName\\": \\"<account>\\", \\"matKhau\\": \\"<secret>\\"}' in text
    assert "proof-path: /t" in text and "from: cookie XSRF-TOKEN" in text and "ken1234" not in text and word not in text

    home = entry("GET", BASE + "/home", "<html><meta name='csrf-token' content='%s'></html>" % key, kind="text/html")
    login = entry("POST", BASE + "/token", {"access": {"jwt": "jwt" * 9}, "expires_in": 60},
                  post="application/x-www-form-urlencoded", body="username=an&password=bi+mat&grant_type=password")
    text = draft(login, home, *[entry("GET", BASE + "/t?page=%d" % (k + 1), lists[k], headers=[
        ("Authorization", "Bearer " + "jwt" * 9), ("X-CSRF-TOKEN", key)]) for k in range(2)])
    assert "kind: steps" in text and "grant_type: password" in text and "token: json $.access.jwt" in text
    assert "from: meta csrf-token" in text and "path: /home" in text and key not in text and "jwtjwt" not in text


def answered(made, *headers):
    made["response"]["headers"] = [{"name": n, "value": v} for n, v in headers]
    return made


TOKEN, RENEW = "7d16b947d8a5d46f87992fe61861e2e7", "0f9e8d7c6b5a493827160f9e8d7c6b5a"


@pytest.mark.parametrize("word", ("Bí mật #1", "matkhau2026", "s3cr3t", "correct horse battery"))
def test_a_password_of_an_unknown_name(tmp_path, word):
    """Posted once, then a token appears: that is the password, and it stands nowhere, nor does the account."""
    login = entry("POST", BASE + "/phien/mo", {"kq": {"ma_truy_cap": TOKEN, "ma_tiep": RENEW}}, body=json.dumps(
        {"nguoi": "giamsat.ks", "mx": word, "ghi_nho": True, "thiet_bi": "may cua toi 17"}, ensure_ascii=False))
    renew = entry("POST", BASE + "/phien/tiep", {"kq": {"ma_truy_cap": TOKEN[::-1]}}, body=json.dumps({"tiep": RENEW}))
    calls = [entry("GET", BASE + "/api/t?page=%d" % (k + 1), {"data": rows(k * 5, 5)}, headers=[("X-Ma", TOKEN)])
             for k in range(2)]
    done = learn(recording(tmp_path, login, *calls, renew))
    assert "kind: json-login" in done.stdout and "# ? is <secret> in its place?" in done.stdout
    assert "mx: <secret>" in done.stdout and "nguoi: <account>" in done.stdout and "ghi_nho: true" in done.stdout
    assert "refresh-path: /phien/tiep" in done.stdout and "tiep: <refresh>" in done.stdout
    assert "thiet_bi" in done.stderr and "`mx` was taken for the password" in done.stderr
    for hidden in (word, "giamsat", "may cua toi", TOKEN, RENEW):
        assert hidden not in done.stdout + done.stderr


def test_a_password_that_begins_a_cookie(tmp_path):
    word = "M4t khau!"
    login = answered(entry("POST", BASE + "/vao", "", status=302, kind="text/html",
                           post="application/x-www-form-urlencoded", body="dd=ai.do&kk=M4t+khau%21&ref=" + "9f" * 8),
                     ("Set-Cookie", "PHIEN=abcdef123456; path=/"), ("Set-Cookie", "lang=vi"))
    calls = [entry("GET", BASE + "/t?page=%d&boi=ai.do" % (k + 1), {"data": rows(k * 5, 5)},
                   headers=[("Cookie", "lang=vi; PHIEN=abcdef123456")]) for k in range(2)]
    done = learn(recording(tmp_path, login, *calls))
    assert "kk: <secret>" in done.stdout and "dd: <account>" in done.stdout
    for hidden in (word, "ai.do", "abcdef", "9f9f"):
        assert hidden not in done.stdout
    # the same fields without a session that begins are no login
    login["response"]["headers"] = []
    done = learn(recording(tmp_path, login, *calls))
    assert "<secret>" not in done.stdout and word not in done.stdout + done.stderr


def test_beside_a_known_password_nothing_else_is_told(tmp_path):
    login = entry("POST", BASE + "/login", {"token": TOKEN}, body=json.dumps(
        {"matKhau": "x y z 1", "canBo": "giamsat.ks", "ma2": "Bí mật #2", "long": {"pin": "4711"}, "loai": "noi-bo"},
        ensure_ascii=False))
    call = entry("GET", BASE + "/t?page=1&size=10&ai=giamsat.ks", {"data": rows(0, 10)}, headers=[("X-T", TOKEN)])
    done = learn(recording(tmp_path, login, call))
    assert "matKhau: <secret>" in done.stdout and "canBo: <account>" in done.stdout and "`loai`" in done.stderr
    for hidden in ("x y z 1", "giamsat", "Bí mật", "4711"):
        assert hidden not in done.stdout


@pytest.mark.parametrize("word", ('p"w1x', "p\\w1x", "mật/khẩu"))
def test_what_was_typed_is_known_however_it_is_written(tmp_path, word):
    """In JSON a password with a quote, a backslash or letters of its own stands escaped."""
    login = entry("POST", BASE + "/login", {"token": TOKEN}, body=json.dumps({"username": "ai.do", "password": word}))
    listed = [entry("POST", BASE + "/api/list", {"data": rows(k * 5, 5)}, headers=[("X-T", TOKEN)],
                    body=json.dumps({"page": k, "k": word, "loai": "x"})) for k in range(2)]
    done = learn(recording(tmp_path, login, *listed))
    assert "path: /api/list" in done.stdout and "the body was not taken over" in done.stderr
    once = json.dumps(word)[1:-1]
    for written in (word, word.replace("/", "\\/"), once, json.dumps(once)[1:-1]):
        assert written not in done.stdout + done.stderr


def test_addresses_hold_no_session(tmp_path):
    """Where a system writes the session or the account into its addresses, a draft has HIDDEN in their place."""
    token = "s3ss10ntoken"
    login = entry("POST", BASE + "/login", {"token": token},
                  body=json.dumps({"username": "ai.do", "password": "x y z"}))
    at = BASE + "/api/%s/ai.do/data/viec" % token
    lists = [entry("GET", at + ";jsessionid=J%dSESSION?page=%d" % (k, k + 1), {
        "data": [{"id": 700 + n, "ma": "V-%d" % n, "phienBan": n} for n in range(k * 5, k * 5 + 5)]},
        headers=[("X-T", token)]) for k in range(2)]
    seen = [entry("GET", at + "/%d;jsessionid=J9SESSION" % (700 + n), {"viec": rows(n, 1)[0]}) for n in (0, 3, 7)]
    done = learn(recording(tmp_path, login, *lists, *seen))
    assert "path: /api/HIDDEN/HIDDEN/data/viec\n" in done.stdout
    assert "path: /api/HIDDEN/HIDDEN/data/viec/<record.id>" in done.stdout
    assert "paging: page" in done.stdout and "HIDDEN stands for" in done.stderr
    for hidden in (token, "ai.do", "SESSION?", "SESSION ", "jsessionid"):
        assert hidden not in done.stdout + done.stderr


@pytest.mark.parametrize("way", ("cookie", "header", "query"))
def test_addresses_hold_no_key(tmp_path, way):
    """The same of a session that a cookie carries, and of a key without a login."""
    key = "0a1b2c3d4e5f60718293"
    login = answered(entry("POST", BASE + "/vao", "", status=302, kind="text/html",
                           post="application/x-www-form-urlencoded", body="username=ai.do&password=x+y+z"),
                     ("Set-Cookie", "lang=vi\nPHIEN=%s; path=/" % key))
    sent = {"cookie": [("Cookie", "PHIEN=" + key)], "header": [("Authorization", "Bearer " + key)], "query": []}[way]
    calls = [entry("GET", BASE + "/s/%s/viec?page=%d%s" % (key, k + 1, "&api_key=" + key if way == "query" else ""),
                   {"data": rows(k * 5, 5)}, headers=sent) for k in range(2)]
    done = learn(recording(tmp_path, *([login] if way == "cookie" else []), *calls))
    assert "path: /s/HIDDEN/viec\n" in done.stdout and key not in done.stdout + done.stderr


def test_a_password_before_its_account(tmp_path):
    """Of two fields that say nothing by their names, the one that is sent again is not the password."""
    login = entry("POST", BASE + "/phien/mo", {"ma": TOKEN},
                  body=json.dumps({"mx": "matkhau2026", "nguoi": "giamsat.ks"}))
    calls = [entry("GET", BASE + "/api/t?page=%d&ai=giamsat.ks" % (k + 1), {"data": rows(k * 5, 5)},
                   headers=[("X-Ma", TOKEN)]) for k in range(2)]
    done = learn(recording(tmp_path, login, *calls))
    assert "mx: <secret>" in done.stdout and "nguoi: <account>" in done.stdout
    assert "matkhau2026" not in done.stdout + done.stderr and "giamsat" not in done.stdout + done.stderr


@pytest.mark.parametrize("names", (("username", "password"), ("nguoi", "mx")))
def test_a_password_that_was_refused_first(tmp_path, names):
    """Whatever was typed at any login stays out, not only what opened the door."""
    def login(account, word, **answered_with):
        return entry("POST", BASE + "/phien", body=json.dumps({names[0]: account, names[1]: word}), **answered_with)
    calls = [entry("GET", BASE + "/api/t?page=%d&loc=cu-truoc-kia&ai=nguoi.khac" % (k + 1), {"data": rows(k * 5, 5)},
                   headers=[("X-Ma", TOKEN)]) for k in range(2)]
    done = learn(recording(tmp_path, login("nguoi.khac", "cu-truoc-kia", answer={"loi": "sai"}, status=401),
                           login("giamsat.ks", "moi-bay-gio", answer={"ma": TOKEN}), *calls))
    assert "%s: <secret>" % names[1] in done.stdout and "%s: <account>" % names[0] in done.stdout
    for hidden in ("cu-truoc-kia", "nguoi.khac", "moi-bay-gio", "giamsat"):
        assert hidden not in done.stdout + done.stderr


def test_rows_that_were_asked_for_one_by_one(tmp_path):
    """A list, then one request a record: details, and the record's own lists are no streams."""
    lists = [entry("GET", BASE + "/api/viec?page=%d&size=5" % (k + 1), {
        "ok": True, "tong": 10,
        "data": [{"id": 700 + n, "ma": "V-%d" % n, "phienBan": n} for n in range(k * 5, k * 5 + 5)]}) for k in range(2)]

    def detail(n):
        return {"ok": True, "viec": dict(rows(n, 1)[0], id=700 + n, minhChung=[
            {"ten": "a", "so": "1", "ngay": "01/02/2026", "url": "/x"}, {"ten": "b", "so": "2", "url": "/y"}])}
    for form, path in (("/api/viec/%d", "path: /api/viec/<record.id>"),
                       ("/api/viec/%d/chi-tiet", "path: /api/viec/<record.id>/chi-tiet"),
                       ("/api/mot?so=%d", "path: /api/mot")):
        seen = [entry("GET", BASE + form % (700 + n), detail(n)) for n in (0, 3, 7)]
        done = learn(recording(tmp_path, lists[0], *seen[:2], lists[1], seen[2]))
        text = done.stdout
        assert path in text and "record: $.viec" in text and "# asked for 3 rows" in text
        assert ("so: <record.id>" in text) == ("mot" in form)
        assert "code: $.row.ma " in text and "title: $.detail.ten " in text and "from: $.detail.trangThai" in text
        assert "due: $.detail.hanHoanThanh" in text and "in 3 of 3 records" in text and "total: $.tong" in text
        assert "tasks-2" not in text and "703" not in text and "V-3" not in text
    many = [entry("GET", BASE + "/api/viec/%d" % (700 + n), detail(n)) for n in range(90)]
    done = learn(recording(tmp_path, *lists, *many))
    assert "tasks-2" not in done.stdout and "left out" not in done.stderr
    other = entry("GET", BASE + "/api/viec/khac", {"data": rows(0, 9)})
    assert "path: /api/viec/khac" in learn(recording(tmp_path, *lists, *many, other)).stdout
    # one alone may be anything
    assert "details:" not in learn(recording(tmp_path, *lists, entry("GET", BASE + "/api/viec/703", detail(3)))).stdout


@pytest.mark.parametrize("header, value, told", (
    ("X-Tong-So", "60", True), ("x-total-count", "60", True), ("Content-Range", "items 0-4/60", True),
    ("Content-Range", "items 0-4/*", False), ("X-RateLimit-Count", "60", False), ("X-Total-Count", "3", False)))
def test_a_total_in_a_header(tmp_path, header, value, told):
    calls = [answered(entry("GET", BASE + "/t?page=%d" % (k + 1), {"data": rows(k * 5, 5)}), (header, value))
             for k in range(2)]
    text = learn(recording(tmp_path, *calls)).stdout
    assert ("total-header: " + header in text) == told


@pytest.mark.parametrize("title, told", (
    ("Tập huấn kho dữ liệu <mở>", False), ("a < b và c > d", False), ("nếu <b> là số", False), ("x <tong/> y", False),
    ("<p>Việc</p>", True), ("Việc<br>hai", True), ('<span style="a">x</span>', True)))
def test_html_is_tags_not_an_angle(tmp_path, title, told):
    text = learn(recording(tmp_path, entry("GET", BASE + "/t?page=1", {"data": rows(0, 5, ten=title)}))).stdout
    assert ("html: yes" in text) == told
