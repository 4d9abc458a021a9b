# SPDX-License-Identifier: MIT
"""The example in docs/DELIVERY.md is run as it stands there: a contract that its own example breaks is none."""
import http.server
import os
import re
import subprocess
import threading
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "DELIVERY.md"


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "gateway"
    path.write_text(re.search(r"```sh\n(.*?)```", PAGE.read_text(), re.S).group(1))
    path.chmod(0o700)
    (tmp_path / "gateway-header").write_text("Authorization: Bearer s3cret\n")
    return path


class Gateway(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.headers["Idempotency-Key"], self.headers["Authorization"], body))
        if self.server.status is None:  # went away without an answer
            return
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def gateway():
    server = http.server.HTTPServer(("127.0.0.1", 0), Gateway)
    server.seen, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run(program, url, contract="1"):
    path = program.parent / "attempt"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "NQ57_CONTRACT": contract, "NQ57_INPUT": "json",
           "NQ57_MESSAGE_ID": "1@example.vn", "NQ57_TIMEOUT_SECONDS": "10", "NQ57_GATEWAY_URL": url,
           "CREDENTIALS_DIRECTORY": str(program.parent)}
    done = subprocess.run(["/bin/bash", "-c", f'[ {fd} = 3 ] || exec 3<&{fd}; exec "$0"', str(program)], env=env,
                          pass_fds=[fd], input=b'{"subject":"x"}', capture_output=True, timeout=20)
    os.close(fd)
    assert done.stderr == b"" and done.stdout == b""
    return done.returncode, [line.split("\t") for line in path.read_text().splitlines()]


@pytest.mark.parametrize("status,outcome", [(200, "sent"), (202, "sent"), (401, "channel"), (429, "temporary"),
                                            (503, "temporary"), (422, "permanent"), (None, "unknown")])
def test_the_example(program, gateway, status, outcome):
    gateway.status = status
    _, lines = run(program, f"http://127.0.0.1:{gateway.server_port}/send")
    assert lines[:2] == [["phase", "connect"], ["phase", "data"]]
    code = status or 0
    assert len(lines) == 3 and lines[2][:4] == ["verdict", outcome, "data", str(code) if code else "000"]
    assert gateway.seen == [("1@example.vn", "Bearer s3cret", b'{"subject":"x"}')]


def test_the_example_without_a_gateway(program):
    assert run(program, "http://127.0.0.1:1/")[1][-1][:3] == ["verdict", "temporary", "data"]


def test_the_example_refuses_what_it_does_not_know(program, gateway):
    code, lines = run(program, f"http://127.0.0.1:{gateway.server_port}/", contract="2")
    assert (code, lines, gateway.seen) == (78, [], [])
