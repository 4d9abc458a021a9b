# SPDX-License-Identifier: MIT
"""Each system serves its contract, and each fault does what it says, over real HTTP."""
import concurrent.futures
import gzip
import http.client
import json
import socket
import time

import pytest

from simulators import facts
from simulators.accounts import ACCOUNT, secrets_of
from simulators.client import CentralClient, Child, Http, PortalClient, Sims
from simulators.world import World

TASKS, INDICATORS = "/api/nhiem-vu", "/api/chi-tieu"
UNIT, SLUG = "24412", "xamdrak"


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    path = tmp_path_factory.mktemp("clock") / "now"
    path.write_text("2026-06-19T07:30:00+07:00\n")
    return path


@pytest.fixture(scope="module")
def sims(clock):
    with Sims("--clock", clock) as running:
        yield running


@pytest.fixture(autouse=True)
def clean(request):
    yield
    if "sims" in request.fixturenames:
        request.getfixturevalue("sims").clear()


@pytest.fixture
def central(sims, world):
    client = CentralClient(sims.ports["central"])
    assert client.login(ACCOUNT, secrets_of(world, "central")[ACCOUNT]) == 200
    yield client
    client.close()


@pytest.fixture
def portal(sims, world):
    client = PortalClient(sims.ports["portal"])
    assert client.login(SLUG, secrets_of(world, "portal")[SLUG]) == 302
    yield client
    client.close()


def broken(client, path):
    """The body as far as it came, and whether the transfer was whole."""
    client.conn.request("GET", path, headers=client.headers)
    answer = client.conn.getresponse()
    try:
        return answer, answer.read(), True
    except http.client.IncompleteRead as err:
        return answer, err.partial, False


def test_listings_are_the_truth(sims, central, portal, world):
    items = central.items(TASKS)
    assert [(i["donVi"]["ma"], i["maNhiemVu"]) for i in items] == \
        [(r["unit"], r["own_code"]) for r in world.listing("central", "task")]
    assert len(central.items(INDICATORS, 173)) == len(world.listing("central", "indicator"))
    criteria = portal.items("/api/v1/criteria", 7)
    assert [i["code"] for i in criteria] == [r["own_code"] for r in world.listing("portal", "indicator", UNIT)]
    assert {i["unit"] for i in criteria} == {UNIT} and "TC.24" in {i["code"] for i in criteria}
    rec = world.get("central", UNIT, "NV-II-08")
    item = next(i for i in items if i["donVi"]["ma"] == UNIT and i["maNhiemVu"] == "NV-II-08")
    assert item["hanHoanThanh"] == "10/06/2026" and item["tienDo"] == rec["progress"].replace(".", ",")
    assert item["donVi"]["ten"] == "Xã M’Drắk"


def test_central_login_refresh_and_expiry(sims, central, clock):
    assert CentralClient(sims.ports["central"]).login(ACCOUNT, "sai") == 401
    assert Http(sims.ports["central"]).request("GET", TASKS)[0] == 401
    old = central.grant["refreshToken"]
    status, _, raw = central.request("POST", "/api/auth/refresh", json.dumps({"refreshToken": old}))
    fresh = json.loads(raw)["data"]["accessToken"]
    assert status == 200 and fresh != central.grant["accessToken"]
    assert central.request("POST", "/api/auth/refresh", json.dumps({"refreshToken": old}))[0] == 401
    clock.write_text("2026-06-19T20:30:00+07:00\n")
    try:
        status, _, raw = central.request("GET", TASKS)
        assert status == 401 and json.loads(raw)["code"] == 1002
    finally:
        clock.write_text("2026-06-19T07:30:00+07:00\n")


def test_portal_login_is_by_form_token_and_new_cookie(sims, portal, world):
    word = secrets_of(world, "portal")[SLUG]
    assert portal.headers["Cookie"] != portal.first_cookie
    assert PortalClient(sims.ports["portal"]).login(SLUG, word + "x") == 200
    assert PortalClient(sims.ports["portal"]).login(SLUG, word, token="0" * 32) == 200
    status, _, raw = portal.request("GET", "/trang-chu")
    assert status == 200 and "Đăng xuất" in raw.decode() and SLUG in raw.decode()
    stranger = Http(sims.ports["portal"])
    for path in ("/trang-chu", "/api/v1/tasks?offset=0&limit=10"):
        status, headers, _ = stranger.request("GET", path)
        assert status == 302 and headers["Location"] == "/login"
    assert portal.request("GET", "/api/v1/tasks", Cookie=portal.first_cookie)[0] == 302


def test_expire_by_request_and_by_rule(sims, central, portal):
    sims.fault("expire", system="portal", count=1)
    assert portal.request("GET", "/trang-chu")[0] == 302
    sims.post("expire", system="central")
    assert central.request("GET", TASKS)[0] == 401
    assert central.request("POST", "/api/auth/refresh",
                           json.dumps({"refreshToken": central.grant["refreshToken"]}))[0] == 401


def test_refused_login_and_login_page_with_200(sims, central, portal, world):
    sims.fault("refuse-login")
    assert CentralClient(sims.ports["central"]).login(ACCOUNT, secrets_of(world, "central")[ACCOUNT]) == 401
    assert PortalClient(sims.ports["portal"]).login(SLUG, secrets_of(world, "portal")[SLUG]) == 200
    sims.fault("login-page", path="^/api")
    for client, path in ((central, TASKS), (portal, "/api/v1/tasks")):
        status, headers, raw = client.request("GET", path)
        assert status == 200 and headers["Content-Type"].startswith("text/html") and "Đăng nhập" in raw.decode()


def test_count_skip_page_and_account_narrow_a_rule(sims, central, portal):
    sims.fault("empty", system="central", path="nhiem-vu", page=2, count=1, skip=1)
    sizes = [len(central.request("GET", TASKS + "?page=%d&size=50" % n)[2]) for n in (1, 2, 2, 2)]
    assert [size == 0 for size in sizes] == [False, False, True, False]
    sims.fault("empty", account=SLUG)
    assert portal.request("GET", "/api/v1/tasks")[2] == b""
    assert central.request("GET", TASKS)[2] != b""
    with pytest.raises(ValueError, match="unknown fault"):
        sims.fault("explode")


def test_status_codes_with_retry_after(sims, central):
    sims.fault("status", code=429, retry_after="Fri, 19 Jun 2026 00:31:00 GMT", count=1)
    status, headers, _ = central.request("GET", TASKS)
    assert status == 429 and headers["Retry-After"] == "Fri, 19 Jun 2026 00:31:00 GMT"
    for code in (500, 503):
        sims.fault("status", code=code, count=1)
        assert central.request("GET", TASKS)[0] == code
    assert central.request("GET", TASKS)[0] == 200


@pytest.mark.parametrize("mode,whole", [("length", False), ("close", True), ("chunked", False)])
def test_cut_bodies(sims, central, mode, whole):
    full = central.request("GET", TASKS)[2]
    sims.fault("cut", mode=mode, at=1000, count=1)
    answer, raw, complete = broken(central, TASKS)
    assert complete == whole and len(raw) <= 1000 and full.startswith(raw)
    assert (answer.getheader("Content-Length") == str(len(full))) == (mode == "length")
    assert (answer.getheader("Transfer-Encoding") == "chunked") == (mode == "chunked")
    central.close()
    assert central.request("GET", TASKS)[2] == full


def test_cut_json_is_a_whole_transfer(sims, central):
    sims.fault("cut-json", at=0.5, count=1)
    answer, raw, complete = broken(central, TASKS)
    assert complete and len(raw) == int(answer.getheader("Content-Length"))
    with pytest.raises(ValueError):
        json.loads(raw)


def test_honest_framings_gzip_and_content_type(sims, central):
    full = central.request("GET", TASKS)[2]
    for kind in ("chunked", "close"):
        sims.fault(kind, count=1)
        assert central.request("GET", TASKS)[2] == full
        central.close()
    sims.fault("gzip", count=1)
    _, headers, raw = central.request("GET", TASKS)
    assert headers["Content-Encoding"] == "gzip" and gzip.decompress(raw) == full
    sims.fault("content-type", value="text/html", count=1)
    assert central.request("GET", TASKS)[1]["Content-Type"] == "text/html"


def test_slow_hang_reset(sims, central):
    sims.fault("slow", delay=200, count=1)
    start = time.monotonic()
    assert central.request("GET", TASKS)[0] == 200 and time.monotonic() - start > 0.19
    sims.fault("slow", drip=20000, every=20, count=1)
    assert json.loads(central.request("GET", TASKS + "?size=100")[2])["code"] == 0
    sims.fault("hang", count=1)
    client = CentralClient(sims.ports["central"], timeout=0.3)
    client.headers = central.headers
    with pytest.raises(socket.timeout):
        client.request("GET", TASKS)
    sims.fault("reset", count=1)
    with pytest.raises(ConnectionResetError):
        central.request("GET", TASKS)


def test_page_faults_on_the_central(sims, central):
    whole = central.items(TASKS, 100)
    sims.fault("page-size", size=30, count=2)
    data = central.json(TASKS + "?page=2&size=100")["data"]
    assert data["size"] == 30 and data["items"] == whole[30:60] and data["total"] == len(whole)
    sims.clear()
    sims.fault("repeat", path="nhiem-vu")
    assert central.json(TASKS + "?page=3&size=100")["data"]["items"] == whole[:100]
    sims.clear()
    sims.fault("omit-list", count=1)
    assert "items" not in central.json(TASKS)["data"]
    sims.fault("total", delta=7, count=1)
    assert central.json(TASKS)["data"]["total"] == len(whole) + 7
    sims.fault("total", value=0, count=1)
    assert central.json(TASKS)["data"]["total"] == 0
    sims.fault("fewer", by=3, count=1)
    assert len(central.json(TASKS + "?size=100")["data"]["items"]) == 97
    sims.fault("duplicate", page=2)
    data = central.json(TASKS + "?page=2&size=100")["data"]
    assert data["items"][:2] == [whole[99], whole[100]] and len(data["items"]) == 101


def test_page_faults_on_the_portal(sims, portal):
    whole = portal.items("/api/v1/criteria")
    sims.fault("page-size", size=5)
    page = portal.json("/api/v1/criteria?offset=5&limit=10")
    assert page["data"] == whole[5:10] and page["meta"]["limit"] == 5
    sims.clear()
    sims.fault("repeat", system="portal")
    assert portal.json("/api/v1/criteria?offset=10&limit=10")["data"] == whole[:10]
    sims.clear()
    sims.fault("omit-list")
    assert "data" not in portal.json("/api/v1/criteria")


def test_spoilt_records(sims, central, portal):
    sims.fault("unknown-status", system="central", code="NV-II-08", on_unit=UNIT, word="Đang trình ký")
    sims.fault("unmapped-unit", system="central", code="CT24", on_unit=UNIT, value="H99.99")
    sims.fault("unknown-status", system="portal", code="I.3", word="ON_HOLD")
    words = [i["trangThai"] for i in central.items(TASKS)]
    assert words.count("Đang trình ký") == 1
    assert [i["maChiTieu"] for i in central.items(INDICATORS) if i["donVi"]["ma"] == "H99.99"] == ["CT24"]
    assert {i["code"]: i["review"] for i in portal.items("/api/v1/criteria")}["I.3"] == "ON_HOLD"


def test_changes_show_and_the_snapshot_is_stale(sims, portal):
    before = portal.items("/api/v1/criteria")
    sims.post("snapshot", system="portal")
    sims.post("change", unit=UNIT, code="CT24", field="actual", value="99.5", system="portal",
              at="2026-06-19T07:29:00+07:00")
    now = {i["code"]: i for i in portal.items("/api/v1/criteria")}
    assert now["TC.24"]["actual"] == "99.5" and now["TC.24"]["updated_at"] == "2026-06-19T07:29:00+07:00"
    sims.fault("stale", system="portal", count=1)
    assert portal.items("/api/v1/criteria") == before
    sims.post("drop", unit=UNIT, code="I.3", system="portal")
    assert len(portal.items("/api/v1/criteria")) == len(before) - 1
    sims.post("restore")
    sims.post("finish", unit=UNIT)
    assert {i["review"] for i in portal.items("/api/v1/tasks")} <= {"SUBMITTED", "APPROVED", "LOCKED"}
    sims.post("send_back", unit=UNIT, code="I.3", system="portal", reason="thiếu số văn bản")
    item = next(i for i in portal.items("/api/v1/criteria") if i["code"] == "I.3")
    assert item["returned"] == {"reason": "thiếu số văn bản", "at": "2026-06-19", "by": "Sở Khoa học và Công nghệ"}
    with pytest.raises(ValueError):
        sims.post("finish", unit="00000")


def test_every_request_is_on_record(sims, central):
    sims.post("requests/reset")
    central.request("GET", TASKS + "?page=2&size=100")
    Http(sims.ports["central"]).request("GET", INDICATORS)
    seen = sims.get("requests", system="central")["requests"]
    assert [(r["path"], r["query"], r["account"], r["status"], r["credentials"], r["page"]) for r in seen] == [
        (TASKS, "page=2&size=100", ACCOUNT, 200, True, 2), (INDICATORS, "", None, 401, False, 1)]
    assert seen[0]["clock"] == "2026-06-19T07:30:00+07:00"


def test_no_portal_account_no_session(sims, world):
    assert facts.slug("Phường Buôn Ma Thuột") not in secrets_of(world, "portal")


def hammer(port, headers, path, times):
    client = Http(port)
    for _ in range(times):
        client.conn.request("GET", path, headers=headers)
        assert len(client.conn.getresponse().read()) > 100


def test_a_thousand_requests_a_second(sims, central, portal):
    jobs = [(sims.ports["central"], central.headers, TASKS + "?page=2&size=20", 500),
            (sims.ports["portal"], portal.headers, "/api/v1/tasks?offset=0&limit=20", 500)]
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda job: hammer(*job), jobs))
    # The floor is far below what is wanted, because the machine that runs the tests has other work.
    assert 1000 / (time.monotonic() - start) > 250


def test_one_system_alone_and_port_file(tmp_path, world):
    path = tmp_path / "port"
    with Child("central.py", "--port-file", path, "--units", "24412,H15.07") as child:
        assert json.loads(path.read_text()) == {"port": child.port}
        client = CentralClient(child.port)
        assert client.login(ACCOUNT, secrets_of(world, "central")[ACCOUNT]) == 200
        assert {i["donVi"]["ma"] for i in client.items(TASKS)} == {"24412", "H15.07"}


def test_third_system_is_cursor_paged_and_keyed():
    with Child("third.py") as child:
        http_ = Http(child.port)
        assert http_.request("GET", "/v2/export/work")[0] == 403
        http_.headers = {"X-Api-Key": "khoa-thu-nghiem"}
        rows = []
        for kind in ("work", "measures"):
            cursor = ""
            while cursor is not None:
                page = http_.json("/v2/export/%s?take=25%s" % (kind, cursor and "&after=" + cursor))
                listing = page["result"]["payload"]["rows"]
                rows += listing["list"]
                cursor = listing["cursor"]["next"]
        assert len(rows) == 120 and len({(r["owner"]["label"], r["ref"]) for r in rows}) == 120
        assert http_.request("GET", "/v2/export/work?after=AAAA")[0] == 400
        assert {r["state"]["phase"] for r in rows if "phase" in r["state"]} == {0, 1, 2, 3, 4, 5}
