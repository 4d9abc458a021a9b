# SPDX-License-Identifier: MIT
"""The bytes of a mail, judged by Python's email package, which shares nothing with our encoder."""
import base64
import email
import email.policy
import os
import random
import re
import subprocess
import unicodedata
from datetime import datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.utils import parseaddr
from pathlib import Path

import pytest

PROBE = Path(os.environ["NQ57_BUILD"]) / "tests" / "unit" / "message-probe"
HANOI = timezone(timedelta(hours=7))
WHEN = datetime(2026, 6, 19, 7, 30, tzinfo=HANOI)
WORDS = ("Uỷ ban nhân dân xã Ea M’Droh phường Buôn Ma Thuột đ/c H’Lan Niê “thiếu số văn bản” còn 7 việc "
         "hạn hết thứ Sáu 24/7 NQ57 Sở Khoa học và Công nghệ tỉnh Đắk Lắk nhiệm vụ chỉ tiêu =?UTF-8?B?x?= From "
         ". .. -- 96,5% a=b").split()


def parts(**change):
    base = {"from_name": "Nghị quyết 57", "from_address": "nq57@example.vn", "to_name": "Lê Thị K",
            "to_address": "le.k@xa.example.vn", "reply_name": "Trần Thị B", "reply_address": "b@so.example.vn",
            "subject": "[NQ57] Xã M’Drắk: còn 7 việc, hạn hết thứ Sáu 24/7", "message_id": "k1.20260619@example.vn",
            "date": str(int(WHEN.timestamp() * 1_000_000)), "body": "Kính gửi: UBND xã M’Drắk\n"}
    return {**base, **change}


def build(mails):
    """The bytes of each, or (code, text)."""
    raw = b"".join(v.encode("utf-8", "surrogateescape") + b"\0" for mail in mails for v in mail.values())
    done = subprocess.run([PROBE], input=raw, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    rest, out = done.stdout, []
    while rest:
        head, _, rest = rest.partition(b"\n")
        word, value = head.decode().split(" ", 1)
        if word == "ok":
            out.append(rest[:int(value)])
            rest = rest[int(value):]
        else:
            code, _, text = value.partition(" ")
            out.append((int(code), text))
    assert len(out) == len(mails)
    return out


def one(**change):
    return build([parts(**change)])[0]


def as_header(text):
    """What the builder promises for one line of text: NFC, blanks trimmed and single."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def check_form(raw):
    assert raw.endswith(b"\r\n") and raw.isascii() and b"\0" not in raw
    assert raw.replace(b"\r\n", b"").find(b"\n") < 0 and raw.replace(b"\r\n", b"").find(b"\r") < 0
    head, body = raw.split(b"\r\n\r\n", 1)
    for line in head.split(b"\r\n"):
        assert line.strip(), "an empty or blank header line"
        words = re.findall(rb"=\?UTF-8\?B\?[A-Za-z0-9+/=]*\?=", line)
        for word in words:
            assert len(word) <= 75
            base64.b64decode(word[10:-2], validate=True).decode("utf-8")
        assert len(line) <= (76 if words else 998)
    for line in body.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith((b".", b"From ")) and not line.endswith((b" ", b"\t"))


def display_name(raw, header):
    """By the older half of the package: the newer one puts a blank between two encoded words of a name."""
    value = email.message_from_bytes(raw)[header].replace("\r\n", "")
    return str(make_header(decode_header(parseaddr(value)[0])))


def check_mail(raw, given):
    check_form(raw)
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert not mail.defects and not any(h.defects for h in mail.values()), [h.defects for h in mail.values()]
    assert mail["Subject"] == as_header(given["subject"])
    for header, name, address in (("From", "from_name", "from_address"), ("To", "to_name", "to_address"),
                                  ("Reply-To", "reply_name", "reply_address")):
        if header == "Reply-To" and not given["reply_address"]:
            assert header not in mail
            continue
        (found,) = mail[header].addresses
        assert found.addr_spec == given[address]
        assert display_name(raw, header) == as_header(given[name])
    assert mail["Message-ID"] == f"<{given['message_id']}>"
    assert mail.get_content_type() == "text/plain" and mail.get_content_charset() == "utf-8"
    body = given["body"].replace("\r\n", "\n")
    if body and not body.endswith("\n"):
        body += "\n"
    assert mail.get_content().replace("\r\n", "\n") == body


def test_the_usual_mail():
    given = parts()
    raw = one()
    check_mail(raw, given)
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert mail["Date"].datetime == WHEN and raw.startswith(b"Date: Fri, 19 Jun 2026 07:30:00 +0700\r\n")
    assert mail["Auto-Submitted"] == "auto-generated" and mail["X-Auto-Response-Suppress"] == "All"
    assert mail["MIME-Version"] == "1.0" and mail["Content-Transfer-Encoding"] == "quoted-printable"
    assert one() == raw, "the same facts are the same bytes"


def random_text(rng, words, blank=" "):
    text = blank.join(rng.choice(WORDS) for _ in range(words))
    if rng.random() < 0.4:
        text = unicodedata.normalize("NFD", text)
    if rng.random() < 0.2:
        text += rng.choice(["𝄞", "中文", "e" + "\u0323\u0302" * 9, '"', "\\", "(x)", "<y>", ",", ";", "@", "=?"])
    return text


def test_fuzz_round_trip():
    rng = random.Random(57)
    mails = []
    for _ in range(1500):
        body = "\n".join(random_text(rng, rng.randrange(0, 30), rng.choice([" ", "\t", "  "])) +
                         rng.choice(["", " ", "\t", "=", "."]) for _ in range(rng.randrange(0, 12)))
        mails.append(parts(subject=random_text(rng, rng.randrange(1, 60)),
                           to_name=random_text(rng, rng.randrange(0, 25)),
                           from_name=random_text(rng, rng.randrange(0, 4)), reply_name=random_text(rng, 3), body=body,
                           reply_address=rng.choice(["", "b@so.example.vn", "x" * 60 + "@so.example.vn"])))
    for raw, given in zip(build(mails), mails):
        assert isinstance(raw, bytes), (raw, given)
        check_mail(raw, given)


def test_every_length_of_subject():
    mails = [parts(subject="ệ" * n) for n in range(0, 120)] + [parts(subject="x" * n) for n in range(0, 120)] + \
            [parts(subject="a" + "ệ" * n, to_name="đ" * n) for n in range(0, 120)]
    for raw, given in zip(build(mails), mails):
        check_mail(raw, given)


def test_every_length_of_line():
    lines = [c * n + end for c in ("x", "=", "ệ", ".", "F", " ") for n in range(0, 160) for end in ("", " ", "=")]
    mails = [parts(body="\n".join(lines)), parts(body="\n\n.\n\n"), parts(body="")]
    for raw, given in zip(build(mails), mails):
        check_mail(raw, given)


def test_marks_stay_with_their_letter():
    """A reader that draws each encoded word by itself must not see a mark alone. U+0323 U+0306 have no composed g."""
    raw = one(subject="g\u0323\u0306" * 60)
    subject = raw.split(b"Subject:")[1].split(b"Message-ID")[0]
    words = [base64.b64decode(w).decode() for w in re.findall(rb"=\?UTF-8\?B\?(.*?)\?=", subject)]
    assert len(words) > 3 and not any(unicodedata.combining(w[0]) for w in words)


@pytest.mark.parametrize("field", ["subject", "from_name", "to_name", "reply_name"])
@pytest.mark.parametrize("bad", ["x\r\nBcc: z@example.vn", "x\ny", "x\ry", "\t", "\x1b[0m", "\x7f", "\u0085", "\u009b",
                                 "\u2028", "\u2029"], ids=ascii)
def test_control_characters_in_headers_are_refused(field, bad):
    code, text = one(**{field: bad})
    assert code == -22 and "control character" in text


@pytest.mark.parametrize("field", ["subject", "from_name", "to_name", "reply_name", "body"])
def test_broken_utf8_is_refused(field):
    for broken in ("\udcff", "\udcc0\udc80", "\udced\udca0\udc80", "a\udce1\udcbb"):
        code, text = one(**{field: broken})
        assert code == -22 and "UTF-8" in text


@pytest.mark.parametrize("field", ["from_address", "to_address", "reply_address"])
@pytest.mark.parametrize("bad", ["a", "a@", "@b.vn", "a@b", "a b@c.vn", "a@b.vn\r\nRCPT TO:<x@y.vn>", "a@b.vn>",
                                 "<a@b.vn>", "a,b@c.vn", "ă@c.vn", "a@đ.vn", ".a@b.vn", "a.@b.vn", "a..b@c.vn",
                                 "a@b..vn",
                                 "a@-b.vn", "a@b-.vn", "a@b.vn.", "a@1.2.3.4", "a@[127.0.0.1]", "x" * 65 + "@b.vn",
                                 "a@" + "b." * 130 + "vn", "a@" + "b" * 64 + ".vn", '"a"@b.vn', "a@b@c.vn"], ids=ascii)
def test_addresses_refused(field, bad):
    code, text = one(**{field: bad})
    assert code == -22 and "address" in text


@pytest.mark.parametrize("good", ["a@b.vn", "a.b+c@d-e.example.vn", "x" * 64 + "@b.vn", "a@xn--lk-1ja.vn",
                                  "o'brien@b.vn"])
def test_addresses_taken(good):
    raw, given = one(to_address=good), parts(to_address=good)
    check_mail(raw, given)


@pytest.mark.parametrize("bad", ["", "x", "<a@b>", "a@b>", "a b@c", "a@b\r\nX: y", "a@", "@b", "x" * 250 + "@b"],
                         ids=ascii)
def test_message_ids_refused(bad):
    code, text = one(message_id=bad)
    assert code == -22 and "Message-ID" in text


def test_control_characters_in_the_body_are_shown_harmless():
    raw = one(body="a\x1b[31mb\x07\r\nc\rd\u2028e\x85\n".replace("\x85", "\u0085"))
    check_form(raw)
    text = email.message_from_bytes(raw, policy=email.policy.default).get_content().replace("\r\n", "\n")
    assert text == "a�[31mb�\nc�d�e�\n"


def test_too_large_is_an_error_and_never_cut():
    for body in ("x\n" * 600_000, "x" * 1_200_000, "ệ" * 130_000):
        code, text = one(body=body)
        assert code == -7 and "1 MiB" in text
    raw, given = one(body="x" * 70 + "\n"), parts(body="x" * 70 + "\n")
    check_mail(raw, given)
