# SPDX-License-Identifier: MIT
"""How much a system is asked, as the system sees it: a stub writes down when each request came."""
import asyncio
import re

import pytest

from harness import wait_for
from raw_server import RawServer, reply
from test_transport import BUSY, HEAD, STREAM, WHOLE, Transport, document, free_ports

DOWN = "503 Service Unavailable"


@pytest.fixture(scope="module")
def server():
    with RawServer() as made:
        yield made


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Transport(tmp_path_factory.mktemp("limits")) as made:
        yield made


@pytest.fixture()
def own(tmp_path):
    """A site for one test, whose clock may run."""
    with Transport(tmp_path) as made:
        yield made


@pytest.fixture()
def keys(site, server):
    """keys(name=value ...): of the source, for one test."""
    used = set()

    def put(**given):
        given = {"sources.theodoiq." + k.replace("_", "-"): v for k, v in given.items()}
        used.update(given)
        site.set_keys(given)

    yield put
    server.delay = 0
    site.set_keys({key: None for key in used})
    site.set_keys({"sources.theodoiq.requests-at-once": "16"})


def arrivals(server):
    return [at for at, _, _, _, _ in server.seen]


def whole(names):
    return {n: reply(document(n)) for n in names}


def listing(site, name):
    return next(p for p in site.status_json()["partitions"] if p["stream"] == name)


def test_the_gap_between_requests(site, server, keys):
    keys(request_gap="1 second")
    seen = site.poll(server, whole(["g1", "g2", "g3"]))
    assert set(seen.values()) == {WHOLE}
    times = arrivals(server)
    assert len(times) == 3 and all(b - a > 0.8 for a, b in zip(times, times[1:]))


def test_requests_in_any_minute(site, server, keys):
    """Twelve a minute: the thirteenth comes a minute after the first, the fourteenth after the second."""
    keys(requests_per_minute="12")
    names = ["m%02d" % n for n in range(14)]
    assert set(site.poll(server, whole(names)).values()) == {WHOLE}
    times = arrivals(server)
    assert all(times[n + 12] - times[n] > 59 for n in range(2)) and times[11] - times[0] < 20


@pytest.mark.parametrize("most", [1, 3])
def test_requests_under_way_at_once(site, server, keys, most):
    keys(requests_at_once=str(most))
    server.delay = 0.6
    assert set(site.poll(server, whole(["c%d" % n for n in range(9)])).values()) == {WHOLE}
    assert server.most == most


@pytest.mark.parametrize("headers, least, most", [
    (["Retry-After: 2"], 2, 10), (["Date: Fri, 19 Jun 2026 03:00:00 GMT", "Retry-After: Fri, 19 Jun 2026 03:00:02 GMT"],
                                  2, 10),
    (["Date: Fri, 19 Jun 2020 00:00:00 GMT", "Retry-After: Fri, 19 Jun 2020 00:00:02 GMT"], 2, 10),
    (["Retry-After: soon"], 0, 6)], ids=["seconds", "their-clock-ahead", "their-clock-behind", "junk"])
def test_a_pause_after_503(site, server, keys, headers, least, most):
    """A date is by the clock of who sends it, whatever ours shows; what is none is as if it had not come."""
    down = reply(status=DOWN, headers=headers)
    assert site.poll(server, {"s": [down, reply(document("s"))]})["s"] == WHOLE
    first, second = arrivals(server)
    assert least <= second - first < most


def test_a_pause_holds_for_everybody(site, server, keys):
    """Asked for at one list, it is kept by all of the system; log-ins and redirects would wait as well."""
    keys(requests_at_once="1")
    busy = reply(status=BUSY, headers=["Retry-After: 3"])
    assert set(site.poll(server, {"a": [busy, reply(document("a"))], **whole(["b", "c"])}).values()) == {WHOLE}
    times = arrivals(server)
    assert all(at - times[0] >= 3 for at in times[1:])


def test_a_long_pause_ends_every_listing(site, server, keys):
    keys(requests_at_once="1")
    busy = reply(status=DOWN, headers=["Retry-After: 86400"])
    seen = site.poll(server, {"a": busy, **whole(["b", "c"])})
    assert len(server.seen) == 1 and seen["a"] == ("failed", "http-status")
    assert {seen["b"], seen["c"]} == {("failed", "rate-limited")}
    assert listing(site, "b")["retry_after"] == "2026-06-19T13:30:00+07:00", "six hours at most"


def test_back_off_is_spread(site, server, keys):
    """Sixteen that fail together do not come back together (full jitter)."""
    keys(breaker_after="0")
    names = ["j%02d" % n for n in range(16)]
    server.delay = 0.3
    cases = {n: [reply(status=DOWN), reply(document(n))] for n in names}
    assert set(site.poll(server, cases).values()) == {WHOLE}
    first, again = {}, {}
    for at, _, path, _, _ in server.seen:
        (again if path in first else first)[path] = at
    waits = sorted(again[p] - first[p] for p in again)
    assert len(waits) == 16 and waits[-1] - waits[0] > 0.25
    assert sum(w < (waits[0] + waits[-1]) / 2 for w in waits) not in (0, 16)


# ---- P15: an error at any page ----

PAGED = HEAD + STREAM % {"name": "paged"}


def page(number, pages=5):
    rows = ",".join('{"c":"p%02d%d","u":"24412"}' % (number, n) for n in range(10))
    return reply(b'{"n":%d,"l":[%s]}' % (pages * 10, rows.encode()))


@pytest.mark.parametrize("at", range(5))
def test_an_error_at_any_page(site, server, keys, at):
    """Once: that page alone is asked again. For ever: three times, and the pages before are not asked again."""
    pages, error = [page(n + 1) for n in range(5)], reply(status="500 Oops")
    assert site.poll(server, {"paged": pages[:at] + [error] + pages[at:]})["paged"] == WHOLE
    assert len(server.seen) == 6
    numbers = [re.search(r"[?&]p=(\d+)", head).group(1) for _, _, _, head, _ in server.seen]
    assert numbers == [str(n + 1) for n in range(at + 1)] + [str(n + 1) for n in range(at, 5)]
    want = ("partial" if at else "failed", "http-status")
    assert site.poll(server, {"paged": pages[:at] + [error]})["paged"] == want
    assert len(server.seen) == at + 3
    keys(breaker_after="0")
    cases = {"q%d" % n: error for n in range(20)}
    site.poll(server, cases)
    assert len(server.seen) <= 3 * 20


# ---- limits of the profile ----

def test_limits_of_the_profile(site, server):
    """Lower than those of the program, and reaching one is named."""
    cases = {"pages: 3": ("partial", "too-large", 3), "records: 25": ("partial", "too-large", 3),
             "requests: 2": ("partial", "too-large", 2), "body: 4 KiB": ("complete", None, 5),
             "records: 50": ("complete", None, 5), "requests: 5": ("complete", None, 5),
             "pages: 5": ("complete", None, 5)}
    for line, (completeness, fault, asked) in cases.items():
        server.set({"/paged": [page(n + 1) for n in range(5)]})
        site.aim(server.url, ["paged"])
        profile = site.config / "profiles" / "raw.yaml"
        profile.write_text(PAGED.replace("streams:", "limits:\n  %s\nstreams:" % line), encoding="utf-8")
        site.once()
        assert (site.listed()["paged"], len(server.seen)) == ((completeness, fault), asked), line
        if fault:
            assert line.split(": ")[1] in listing(site, "paged")["detail"]
    server.set({"/big": reply(document("big")[:-1] + b" " * 5000 + b"}")})
    site.aim(server.url, ["big"])
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace("streams:", "limits:\n  body: 4 KiB\nstreams:"), encoding="utf-8")
    site.once()
    assert site.listed()["big"] == ("failed", "too-large")


# ---- P14: one is dead, the other lives ----

def other_is_whole(site):
    other = [p for p in site.status_json()["partitions"] if p["source"] == "nq57-daklak"]
    return other and all(p["completeness"] == "complete" for p in other)


async def never(writer):
    """An answer that does not come while the client still waits."""
    await asyncio.sleep(10)


@pytest.mark.parametrize("kind", ["refused", "silent", "no-name", "reset"])
def test_a_dead_system_stops_only_itself(site, server, keys, kind):
    url = {"refused": "http://127.0.0.1:%d" % free_ports(1)[0], "no-name": "https://nq57d-test.invalid"}
    server.set({"/s": never if kind == "silent" else b""})
    site.aim(url.get(kind, server.url), ["s"], **{"sources.theodoiq.timeout": "2 seconds"})
    try:
        done = site.once()
    finally:
        site.set_keys({"sources.theodoiq.timeout": "20 seconds"})
    assert site.listed()["s"] == ("failed", "network"), done
    assert other_is_whole(site)


def test_the_breaker_opens_and_closes(own, server):
    """A daemon on a driven clock: the dead system is left alone, tried once, left alone twice as long, and read again
    as soon as it serves; the other is read all the while."""
    names = ["b%d" % n for n in range(8)]
    server.set({"/" + n: reply(status=DOWN) for n in names})
    own.aim(server.url, names, **{"sources.theodoiq.requests-at-once": "1"})
    own.set_clock("2026-06-19T08:00:00+07:00")
    daemon = own.daemon()
    try:
        daemon.until_note(" units behind").until_line("breaker-open")
        assert len(server.seen) == 5, "five in a row, and no more"
        assert any("not asked: 5 requests" in listing(own, n)["detail"] for n in names)
        assert other_is_whole(own)
        own.set_clock("2026-06-19T08:20:00+07:00")
        wait_for(lambda: sum(" units behind" in n for n in daemon.notes()) > 1, what="the next cycle")
        assert len(server.seen) == 6, "one in trial"
        server.answers = {"/" + n: reply(document(n)) for n in names}
        own.set_clock("2026-06-19T10:20:00+07:00")
        daemon.until_line("breaker-closed")
        wait_for(lambda: all(own.listed()[n] == WHOLE for n in names), what="the recovery")
        assert daemon.stop() == 0
        assert sum("breaker-open" in line for line in daemon.lines()) == 1
    finally:
        daemon.close()


# ---- quiet hours ----

def test_nothing_is_asked_in_quiet_hours(site, server, keys):
    keys(quiet_hours="22:00-05:00, 07:00-08:00")
    server.set({"/s": reply(document("s"))})
    site.aim(server.url, ["s"])
    before = site.listed()
    done = site.once()
    assert server.seen == [] and "quiet hours until 2026-06-19T08:00:00+07:00" in done.err, done
    assert "s" not in site.listed() or site.listed()["s"] == before.get("s")
    assert other_is_whole(site)


def test_a_daemon_waits_for_their_end_and_plans_all_the_same(own, server):
    own.set_keys({"sources.theodoiq.quiet-hours": "07:00-08:00"})
    server.set({"/s": reply(document("s"))})
    own.aim(server.url, ["s"])
    daemon = own.daemon()
    try:
        daemon.until_note(" units behind").until_line("quiet hours until")
        assert server.seen == []
        own.set_clock("2026-06-19T08:01:00+07:00")
        wait_for(lambda: server.seen, what="the reading after the quiet hours")
        assert daemon.stop() == 0
        assert sum("quiet hours until" in line for line in daemon.lines()) == 1
    finally:
        daemon.close()
