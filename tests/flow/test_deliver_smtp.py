# SPDX-License-Identifier: MIT
"""deliver-smtp against relays that misbehave in every way: what it says afterwards is what the ledger believes."""
import fcntl
import os
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from smtp_script import DROP, SILENT, Relay, make_certificate

PROGRAM = Path(os.environ["NQ57_BUILD"]) / "connectors" / "deliver-smtp"
MESSAGE = (b"Date: Fri, 19 Jun 2026 07:30:00 +0700\r\nFrom: <nq57@example.vn>\r\nTo: <a@xa.example.vn>\r\n"
           b"Subject: x\r\nMessage-ID: <1@example.vn>\r\n\r\n.\r\n..two\r\nplain\r\n.end\r\n")
BASE = {"NQ57_CONTRACT": "1", "NQ57_CHANNEL": "mail", "NQ57_MESSAGE_ID": "1@example.vn",
        "NQ57_FROM": "nq57@example.vn", "NQ57_TO": "a@xa.example.vn", "PATH": "/usr/bin:/bin",
        "ASAN_OPTIONS": "detect_leaks=1", "UBSAN_OPTIONS": "halt_on_error=1"}


class Attempt:
    """One run: the program, and its attempt file as the courier would open it."""

    def __init__(self, folder, url, message=MESSAGE, **env):
        self.path = folder / f"attempt-{time.monotonic_ns()}"
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        env = {**BASE, "NQ57_SMTP_URL": url, "NQ57_TIMEOUT_SECONDS": "20", **env}
        # descriptor 3 whatever number the file has here
        script = f'exec 3<&{fd}; exec "$0"' if fd != 3 else 'exec "$0"'
        self.process = subprocess.Popen(["/bin/bash", "-c", script, str(PROGRAM)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[fd],
                                        env={k: v for k, v in env.items() if v is not None})
        os.close(fd)
        try:
            self.process.stdin.write(message)
            self.process.stdin.close()
        except BrokenPipeError:  # it refused early
            pass
        self.process.stdin = None

    def finish(self, seconds=30):
        out, err = self.process.communicate(timeout=seconds)
        assert out == b"" and err == b"", err.decode()
        return self

    @property
    def lines(self):
        return [line.split("\t") for line in self.path.read_text().splitlines()]

    @property
    def phases(self):
        return [line[1] for line in self.lines if line[0] == "phase"]

    @property
    def verdict(self):
        found = [line for line in self.lines if line[0] == "verdict"]
        assert len(found) == 1 and self.lines[-1] == found[0], self.lines
        _, outcome, phase, code, text = found[0]
        return outcome, phase, int(code), text


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def other_certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls-other"), "relay.example.vn", "DNS:relay.example.vn")


@pytest.fixture
def password(tmp_path):
    def write(text):
        (tmp_path / "smtp-password").write_text(text)
        return {"NQ57_SMTP_USER": "mail", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    return write


def deliver(folder, relay, **env):
    return Attempt(folder, relay.url, **env).finish()


STATUS = {"sent": 0, "temporary": 75, "permanent": 65, "channel": 78, "unknown": 74}


def check(attempt, outcome, phase, code=None, text=""):
    assert attempt.verdict[:2] == (outcome, phase), attempt.lines
    if code is not None:
        assert attempt.verdict[2] == code, attempt.lines
    assert text in attempt.verdict[3]
    assert attempt.process.returncode == STATUS[outcome]


# ---- accepted ----

def test_sent_with_equal_bytes(tmp_path):
    with Relay() as relay:
        attempt = deliver(tmp_path, relay, NQ57_SMTP_EHLO="nq57.example.vn")
        relay.wait_for("quit")
        check(attempt, "sent", "dot", 250, "250 2.0.0 queued as 4711")
        assert [body for _, body in relay.messages] == [MESSAGE]
        assert relay.commands[0] == "EHLO nq57.example.vn"
        assert relay.messages[0][0]["from"].startswith("MAIL FROM:<nq57@example.vn>")
        assert relay.messages[0][0]["to"] == "RCPT TO:<a@xa.example.vn>"
        assert attempt.phases == ["connect", "greeting", "mail", "rcpt", "data", "dot"]


def test_large_message_crosses_every_buffer(tmp_path):
    body = b"".join(b".%d\r\n" % i + b"x" * (i % 70) + b"\r\n" for i in range(12000))
    message = MESSAGE + body
    assert 400_000 < len(message) < 1 << 20
    with Relay() as relay:
        check(Attempt(tmp_path, relay.url, message).finish(), "sent", "dot", 250)
        assert relay.messages[0][1] == message


@pytest.mark.parametrize("extra", range(0, 7))
def test_message_of_about_a_buffer(tmp_path, extra):
    line = b"y" * 62 + b"\r\n"
    message = MESSAGE + line * (65536 // 64 - 3) + b"z" * extra + b"\r\n.\r\n"
    with Relay() as relay:
        check(Attempt(tmp_path, relay.url, message).finish(), "sent", "dot", 250)
        assert relay.messages[0][1] == message


def test_a_relay_silent_on_quit_delays_nothing(tmp_path):
    with Relay({"quit": SILENT}) as relay:
        began = time.monotonic()
        check(deliver(tmp_path, relay), "sent", "dot", 250)
        assert time.monotonic() - began < 5


def test_several_reply_lines_are_kept_together(tmp_path):
    with Relay({"dot": "250-2.0.0 first\r\n250 2.0.0 second"}) as relay:
        check(deliver(tmp_path, relay), "sent", "dot", 250, "250-2.0.0 first 250 2.0.0 second")


def test_starttls_and_login(tmp_path, certificate, password):
    with Relay(tls=certificate, starttls=True, offer_auth=True) as relay:
        attempt = deliver(tmp_path, relay, NQ57_SMTP_CA=str(certificate[0]), **password("s3cret\n"))
        check(attempt, "sent", "dot", 250)
        relay.wait_for("quit")
        assert "STARTTLS" in relay.commands and relay.messages[0][1] == MESSAGE
        assert attempt.phases == ["connect", "greeting", "auth", "mail", "rcpt", "data", "dot"]
        assert "s3cret" not in attempt.path.read_text()


def test_smtps(tmp_path, certificate):
    with Relay(tls=certificate) as relay:
        check(deliver(tmp_path, relay, NQ57_SMTP_CA=str(certificate[0])), "sent", "dot", 250)
        assert relay.messages[0][1] == MESSAGE


class Kept:
    """A handler of aiosmtpd: a real server, which undoes the dots by its own rules."""

    def __init__(self):
        self.envelopes = []

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append((session.host_name, envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return "250 2.0.0 kept"


def test_a_real_server(tmp_path, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    kept = Kept()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(kept, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True)
    server.start()
    try:
        attempt = Attempt(tmp_path, f"smtp://127.0.0.1:{port}", NQ57_SMTP_CA=str(certificate[0])).finish()
    finally:
        server.stop()
    check(attempt, "sent", "dot", 250, "250 2.0.0 kept")
    assert kept.envelopes == [("example.vn", "nq57@example.vn", ["a@xa.example.vn"], MESSAGE)]


# ---- never connected ----

def test_host_unknown(tmp_path):
    check(Attempt(tmp_path, "smtp://relay.invalid:25").finish(), "temporary", "connect", 0)


def test_nobody_listens(tmp_path):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        check(Attempt(tmp_path, f"smtp://127.0.0.1:{held.getsockname()[1]}").finish(), "temporary", "connect", 0)


# ---- refused: (step, reply, outcome, phase) ----

@pytest.mark.parametrize("step,reply,outcome,phase", [
    ("greeting", "421 4.3.2 busy", "temporary", "greeting"),
    ("greeting", "554 5.7.1 go away", "channel", "greeting"),
    ("mail", "451 4.3.0 later", "temporary", "mail"),
    ("mail", "552 5.3.4 too big", "permanent", "mail"),
    ("mail", "530 5.7.0 log in first", "channel", "mail"),
    ("rcpt", "450 4.2.1 greylisted", "temporary", "rcpt"),
    ("rcpt", "550 5.1.1 no such user", "permanent", "rcpt"),
    ("data", "451 4.3.0 later", "temporary", "data"),
    ("data", "554 5.5.1 no", "permanent", "data"),
    ("dot", "451 4.7.1 greylisted", "temporary", "dot"),
    ("dot", "421 4.3.2 shutting down", "temporary", "dot"),
    ("dot", "554 5.7.1 content", "permanent", "dot"),
])
def test_refused(tmp_path, step, reply, outcome, phase):
    with Relay({step: reply}) as relay:
        check(deliver(tmp_path, relay), outcome, phase, int(reply[:3]), reply)
        assert len(relay.messages) == (1 if step == "dot" else 0)


# ---- TLS ----

def test_starttls_missing(tmp_path, certificate):
    with Relay() as relay:
        check(deliver(tmp_path, relay, NQ57_SMTP_CA=str(certificate[0])), "channel", "greeting", 250)
        assert not [c for c in relay.commands if c.startswith("MAIL")]


def test_starttls_is_required_beyond_loopback_literals(tmp_path):
    with Relay() as relay:
        attempt = Attempt(tmp_path, relay.url.replace("127.0.0.1", "localhost")).finish()
        check(attempt, "channel", "greeting", 250)
        assert not [c for c in relay.commands if c.startswith("MAIL")]


def test_starttls_for_now_refused(tmp_path, certificate):
    with Relay({"starttls": "454 4.7.0 not now"}, tls=certificate, starttls=True) as relay:
        check(deliver(tmp_path, relay, NQ57_SMTP_CA=str(certificate[0])), "temporary", "greeting", 454)


def test_busy_at_ehlo(tmp_path, certificate):
    """Without EHLO there is no TLS, so there is no falling back to HELO."""
    with Relay({"ehlo": "421 4.3.2 busy"}, tls=certificate, starttls=True) as relay:
        check(deliver(tmp_path, relay, NQ57_SMTP_CA=str(certificate[0])), "temporary", "greeting", 421, "busy")
        assert not [c for c in relay.commands if c.startswith(("HELO", "MAIL"))]


@pytest.mark.parametrize("starttls", [True, False])
def test_certificate_of_nobody_we_know(tmp_path, certificate, other_certificate, starttls):
    with Relay(tls=certificate, starttls=starttls) as relay:
        attempt = deliver(tmp_path, relay, NQ57_SMTP_CA=str(other_certificate[0]))
        check(attempt, "channel", "greeting" if starttls else "connect")
        assert not [c for c in relay.commands if c.startswith("MAIL")]


def test_certificate_of_another_host(tmp_path, other_certificate):
    with Relay(tls=other_certificate) as relay:
        check(deliver(tmp_path, relay, NQ57_SMTP_CA=str(other_certificate[0])), "channel", "connect")


def test_ca_file_missing(tmp_path, certificate):
    with Relay(tls=certificate) as relay:
        check(deliver(tmp_path, relay, NQ57_SMTP_CA=str(tmp_path / "none.pem")), "channel", "connect")


# ---- login ----

def test_password_wrong(tmp_path, password):
    with Relay(offer_auth=True) as relay:
        check(deliver(tmp_path, relay, **password("wrong")), "channel", "auth", 535)
        assert len([c for c in relay.commands if c.startswith("AUTH")]) == 1


def test_login_for_now_refused(tmp_path, password):
    with Relay({"auth": "454 4.7.0 directory down"}, offer_auth=True) as relay:
        check(deliver(tmp_path, relay, **password("s3cret")), "temporary", "auth", 454)


def test_login_not_offered(tmp_path, password):
    with Relay() as relay:
        check(deliver(tmp_path, relay, **password("s3cret")), "channel", "greeting", text="no login")
        assert not [c for c in relay.commands if c.startswith("MAIL")]


@pytest.mark.parametrize("text", ["", "two\nlines\n", "x" * 2000], ids=["empty", "two lines", "long"])
def test_password_file_unfit(tmp_path, password, text):
    with Relay(offer_auth=True) as relay:
        check(deliver(tmp_path, relay, **password(text)), "channel", "connect", 0, "smtp-password")
        assert relay.connections == 0


def test_password_file_missing(tmp_path):
    with Relay(offer_auth=True) as relay:
        attempt = deliver(tmp_path, relay, NQ57_SMTP_USER="mail", CREDENTIALS_DIRECTORY=str(tmp_path))
        check(attempt, "channel", "connect", 0, "smtp-password")


# ---- the connection dies ----

@pytest.mark.parametrize("step,phase", [("greeting", "connect"), ("ehlo", "greeting"), ("mail", "mail"),
                                        ("rcpt", "rcpt"), ("data", "data")])
def test_drop_before_the_message_is_surely_not_sent(tmp_path, step, phase):
    with Relay({step: DROP}) as relay:
        check(deliver(tmp_path, relay), "temporary", phase, 0)
        assert relay.messages == []


def test_drop_within_the_message(tmp_path):
    """The relay goes away while most of the message is still with us: the last byte never left."""
    message = MESSAGE + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 13000
    with Relay(stop_reading=True) as relay:
        check(Attempt(tmp_path, relay.url, message).finish(), "temporary", "data")


def test_drop_after_the_last_byte_is_unknown(tmp_path):
    with Relay({"dot": DROP}) as relay:
        check(deliver(tmp_path, relay), "unknown", "dot", 0)
        assert relay.messages[0][1] == MESSAGE


def test_half_a_reply_after_the_last_byte_is_unknown(tmp_path):
    with Relay({"dot": ["250-2.0.0 almost"]}) as relay:
        check(deliver(tmp_path, relay, NQ57_TIMEOUT_SECONDS="3"), "unknown", "dot", 0)


@pytest.mark.parametrize("step,outcome,phase", [("greeting", "temporary", "connect"), ("mail", "temporary", "mail"),
                                                ("data", "temporary", "data"), ("dot", "unknown", "dot")])
def test_out_of_time(tmp_path, step, outcome, phase):
    with Relay({step: SILENT}) as relay:
        began = time.monotonic()
        check(deliver(tmp_path, relay, NQ57_TIMEOUT_SECONDS="2"), outcome, phase, 0, "no reply in time")
        assert 1 < time.monotonic() - began < 6


@pytest.mark.parametrize("step,outcome,phase", [("greeting", "temporary", "connect"), ("rcpt", "temporary", "rcpt"),
                                                ("dot", "unknown", "dot")])
def test_sigterm_while_the_relay_is_silent(tmp_path, step, outcome, phase):
    with Relay({step: SILENT}) as relay:
        attempt = Attempt(tmp_path, relay.url, NQ57_TIMEOUT_SECONDS="600")
        relay.wait_for(step)
        time.sleep(0.2)
        began = time.monotonic()
        attempt.process.send_signal(signal.SIGTERM)
        check(attempt.finish(), outcome, phase, 0, "stopped")
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("step,last", [("greeting", "connect"), ("ehlo", "greeting"), ("mail", "mail"),
                                       ("rcpt", "rcpt"), ("data", "data"), ("dot", "dot")])
def test_killed_leaves_the_phase_behind(tmp_path, step, last):
    """What the file says must never be less than what the relay may have got."""
    with Relay({step: SILENT}) as relay:
        attempt = Attempt(tmp_path, relay.url, NQ57_TIMEOUT_SECONDS="600")
        relay.wait_for(step)
        if step not in ("data", "dot"):
            time.sleep(0.2)
        attempt.process.kill()
        attempt.process.wait()
        assert [line for line in attempt.lines if line[0] == "verdict"] == []
        if step in ("data", "dot"):
            assert attempt.phases[-1] in (last, "rcpt" if step == "data" else last)
        else:
            assert attempt.phases[-1] == last
        with open(attempt.path) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody holds it any more


def test_the_lock_is_held_while_it_runs(tmp_path):
    with Relay({"dot": SILENT}) as relay:
        attempt = Attempt(tmp_path, relay.url, NQ57_TIMEOUT_SECONDS="600")
        relay.wait_for("dot")
        with open(attempt.path) as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        attempt.process.terminate()
        attempt.finish()


# ---- what it is given ----

@pytest.mark.parametrize("env,outcome,text", [
    ({"NQ57_CONTRACT": "2"}, "channel", "NQ57_CONTRACT"),
    ({"NQ57_SMTP_URL": None}, "channel", "NQ57_SMTP_URL"),
    ({"NQ57_SMTP_URL": "http://127.0.0.1"}, "channel", "smtp://"),
    ({"NQ57_SMTP_URL": "smtp://u:p@127.0.0.1"}, "channel", "smtp://"),
    ({"NQ57_SMTP_URL": "smtp://127.0.0.1/x"}, "channel", "smtp://"),
    ({"NQ57_SMTP_EHLO": "a b"}, "channel", "smtp://"),
    ({"NQ57_TIMEOUT_SECONDS": "soon"}, "channel", "NQ57_TIMEOUT_SECONDS"),
    ({"NQ57_FROM": "nobody"}, "channel", "sender"),
    ({"NQ57_TO": "a@b.example.vn\r\nRCPT TO:<c@d.example.vn>"}, "permanent", "recipient"),
    ({"NQ57_TO": "a@xa.example.vn>,<b@xa.example.vn"}, "permanent", "recipient"),
])
def test_environment_unfit(tmp_path, env, outcome, text):
    with Relay() as relay:
        check(deliver(tmp_path, relay, **env), outcome, "connect", 0, text)
        assert relay.connections == 0


UNFIT = {
    "empty": b"",
    "bare LF": b"a: b\r\n\r\nbare\nline\r\n",
    "bare CR": b"a: b\r\n\r\nbare\rline\r\n",
    "open end": b"a: b\r\n\r\nx",
    "8 bit": "a: b\r\n\r\nệ\r\n".encode(),
    "long line": b"a: b\r\n\r\n" + b"x" * 999 + b"\r\n",
    "over 1 MiB": b"a: b\r\n\r\n" + b"x\r\n" * 400000,
}


@pytest.mark.parametrize("message", UNFIT.values(), ids=UNFIT.keys())
def test_message_unfit(tmp_path, message):
    with Relay() as relay:
        check(Attempt(tmp_path, relay.url, message).finish(), "permanent", "connect", 0)
        assert relay.connections == 0


def test_hostile_reply_is_one_clean_line(tmp_path):
    with Relay({"rcpt": "550 5.1.1 \x1b[31mred\t\u202e" + "x" * 3000}) as relay:
        attempt = deliver(tmp_path, relay)
        check(attempt, "permanent", "rcpt", 550, "\\x1b[31mred\\x09")
        assert len(attempt.verdict[3].encode()) < 400


def test_without_an_attempt_file_nothing_is_sent(tmp_path):
    with Relay() as relay:
        done = subprocess.run([PROGRAM], input=MESSAGE, env={**BASE, "NQ57_SMTP_URL": relay.url}, capture_output=True,
                              timeout=10, close_fds=True)
        assert done.returncode == 64 and b"descriptor 3" in done.stderr
        assert relay.connections == 0


def test_attempt_file_not_writable_sends_nothing(tmp_path):
    with Relay() as relay:
        done = subprocess.run(["/bin/bash", "-c", 'exec 3<>/dev/full; exec "$0"', str(PROGRAM)], input=MESSAGE,
                              env={**BASE, "NQ57_SMTP_URL": relay.url}, capture_output=True, timeout=10)
        assert done.returncode == 75 and b"attempt file" in done.stderr
        assert relay.connections == 0
