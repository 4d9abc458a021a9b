# SPDX-License-Identifier: MIT
"""The mail catcher keeps exact bytes and misbehaves as told, spoken to by smtplib and by bare sockets."""
import json
import os
import smtplib
import socket
import ssl
import subprocess
import time

import pytest

from simulators.client import Child

MESSAGE = b"From: a@example.vn\r\nTo: b@example.vn\r\nSubject: thu\r\n\r\n.dot first\r\n..two\r\nend\r\n"


class Post:
    def __init__(self, folder, *args):
        self.folder, self.control = folder / "mail", folder / "control.json"
        self.child = Child("mailcatcher.py", "--store", self.folder, "--control", self.control, *args)

    def rules(self, *rules):
        self.control.write_text(json.dumps({"rules": rules}))

    def send(self, to="b@example.vn", timeout=5, message=MESSAGE):
        with smtplib.SMTP("127.0.0.1", self.child.port, "client.example.vn", timeout) as smtp:
            return smtp.sendmail("a@example.vn", [to] if isinstance(to, str) else to, message)

    def kept(self):
        out = []
        for name in sorted(os.listdir(self.folder)) if self.folder.exists() else []:
            if name.endswith(".json"):
                facts = json.loads((self.folder / name).read_text())
                out.append((facts, (self.folder / name.replace(".json", ".eml")).read_bytes()))
        return out


@pytest.fixture
def post(tmp_path):
    (tmp_path / "now").write_text("2026-06-19T07:30:00+07:00\n")
    box = Post(tmp_path, "--clock", tmp_path / "now")
    yield box
    box.child.stop()


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "30", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return cert, key


def test_exact_bytes_and_envelope(post):
    assert post.send(["b@example.vn", "c@example.vn"]) == {}
    post.send(message=MESSAGE + b"x" * 900 + b"\r\n")
    (facts, raw), (second, longer) = post.kept()
    assert raw == MESSAGE and longer == MESSAGE + b"x" * 900 + b"\r\n"
    assert facts["from"] == "a@example.vn" and facts["to"] == ["b@example.vn", "c@example.vn"]
    assert facts["clock"] == "2026-06-19T07:30:00+07:00" and not facts["tls"] and facts["auth"] is None
    assert (facts["number"], second["number"]) == (1, 2) and facts["helo"] == "client.example.vn"


@pytest.mark.parametrize("line", ["450 4.2.1 busy", "451 4.3.0 later", "550 5.1.1 no such user"])
def test_refused_recipient(post, line):
    post.rules({"at": "rcpt", "rcpt": "^b@", "reply": line})
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        post.send()
    assert caught.value.recipients["b@example.vn"][0] == int(line[:3])
    assert post.send("c@example.vn") == {}
    assert [facts["to"] for facts, _ in post.kept()] == [["c@example.vn"]]


def test_refused_after_the_dot_and_counted(post):
    post.rules({"at": "dot", "reply": "554 5.7.1 refused", "count": 1})
    with pytest.raises(smtplib.SMTPDataError) as caught:
        post.send()
    assert caught.value.smtp_code == 554 and post.kept() == []
    post.send()
    assert len(post.kept()) == 1


def test_refused_at_the_data_command(post):
    post.rules({"at": "data", "reply": "451 4.3.0 later"})
    with pytest.raises(smtplib.SMTPDataError) as caught:
        post.send()
    assert caught.value.smtp_code == 451 and post.kept() == []


def test_dropped_after_the_dot_is_stored(post):
    post.rules({"at": "dot", "action": "drop", "rcpt": "b@"})
    with pytest.raises(smtplib.SMTPServerDisconnected):
        post.send()
    (facts, raw), = post.kept()
    assert raw == MESSAGE and facts["outcome"] == "dropped"
    assert post.send("c@example.vn") == {}


def test_silent_after_the_dot_is_stored(post):
    post.rules({"at": "dot", "action": "silent", "seconds": 30})
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        post.send(timeout=0.5)
    assert post.kept()[0][0]["outcome"] == "silent"
    post.rules({"at": "dot", "action": "silent", "seconds": 0.3})
    start = time.monotonic()
    assert post.send() == {} and time.monotonic() - start > 0.29


def test_greeting_421_and_silent_greeting(post):
    post.rules({"at": "greeting", "reply": "421 4.3.2 busy", "count": 1})
    with socket.create_connection(("127.0.0.1", post.child.port), 5) as sock:
        stream = sock.makefile("rb")
        assert stream.readline() == b"421 4.3.2 busy\r\n" and stream.readline() == b""
    assert post.send() == {}
    post.rules({"at": "greeting", "action": "drop"})
    with pytest.raises(smtplib.SMTPServerDisconnected):
        post.send()


def test_421_at_a_recipient_closes(post):
    post.rules({"at": "rcpt", "reply": "421 4.3.2 shutting down"})
    with pytest.raises((smtplib.SMTPRecipientsRefused, smtplib.SMTPServerDisconnected)):
        post.send()
    assert post.kept() == []


def test_starttls_and_auth(tmp_path, pem):
    post = Post(tmp_path, "--tls-cert", pem[0], "--tls-key", pem[1], "--require-tls", "--auth", "nq57:mat khau")
    context = ssl.create_default_context(cafile=str(pem[0]))
    try:
        with smtplib.SMTP("127.0.0.1", post.child.port, "c.example.vn", 5) as smtp:
            assert smtp.docmd("MAIL", "FROM:<a@example.vn>")[0] == 530
            smtp.starttls(context=context)
            smtp.ehlo()
            assert smtp.docmd("MAIL", "FROM:<a@example.vn>")[0] == 530
            with pytest.raises(smtplib.SMTPAuthenticationError):
                smtp.login("nq57", "sai")
        with smtplib.SMTP("127.0.0.1", post.child.port, "c.example.vn", 5) as smtp:
            smtp.starttls(context=context)
            smtp.login("nq57", "mat khau")
            smtp.sendmail("a@example.vn", ["b@example.vn"], MESSAGE)
        (facts, _), = post.kept()
        assert facts["tls"] and facts["auth"] == "nq57"
    finally:
        post.child.stop()


def test_smtps_and_drop_after_the_dot(tmp_path, pem):
    post = Post(tmp_path, "--tls-cert", pem[0], "--tls-key", pem[1], "--smtps")
    context = ssl.create_default_context(cafile=str(pem[0]))
    post.rules({"at": "dot", "action": "drop", "skip": 1})
    try:
        for number in (1, 2):
            with smtplib.SMTP_SSL("127.0.0.1", post.child.port, "c.example.vn", timeout=5, context=context) as smtp:
                if number == 1:
                    smtp.sendmail("a@example.vn", ["b@example.vn"], MESSAGE)
                else:
                    with pytest.raises(smtplib.SMTPServerDisconnected):
                        smtp.sendmail("a@example.vn", ["b@example.vn"], MESSAGE)
        assert [facts["tls"] for facts, _ in post.kept()] == [True, True]
    finally:
        post.child.stop()
