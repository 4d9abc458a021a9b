# SPDX-License-Identifier: MIT
"""What tests and the demo need to run the simulators: start one as a child, steer it, speak to it as a client would."""
import http.client
import json
import os
import re
import subprocess
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"


class Child:
    """A simulator as a child process; `ports` is what it announced. Use it in a with statement. A `script` with a path
    of its own is run as it is, by `program`."""

    def __init__(self, script, *args, program=PYTHON, env=None, log=None):
        self.process = subprocess.Popen([program, os.path.join(HERE, script)] + [str(a) for a in args],
                                        stdout=subprocess.PIPE, stderr=log, text=True, env=env)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("%s did not start (exit %s)" % (script, self.process.wait()))
        self.ports = json.loads(line)
        self.port = self.ports.get("port")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()


class Sims(Child):
    """sims.py, with its control interface as methods: sims.post("finish", unit="24412")."""

    def __init__(self, *args):
        super().__init__("sims.py", *args)

    def get(self, what, **query):
        path = "/_sim/" + what + ("?" + urllib.parse.urlencode(query) if query else "")
        return self.control("GET", path, None)

    def post(self, what, **body):
        return self.control("POST", "/_sim/" + what, json.dumps(body))

    def fault(self, fault, **rule):
        return self.post("faults", fault=fault, **rule)["ids"][0]

    def clear(self):
        return self.post("faults/clear")

    def control(self, method, path, body):
        conn = http.client.HTTPConnection("127.0.0.1", self.ports["control"], timeout=30)
        try:
            conn.request(method, path, body)
            answer = conn.getresponse()
            value = json.loads(answer.read())
        finally:
            conn.close()
        if answer.status != 200:
            raise ValueError(value["error"])
        return value


class Http:
    """One keep-alive connection; request() gives (status, headers, body)."""

    def __init__(self, port, timeout=10):
        self.conn = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.headers = {}

    def request(self, method, path, body=None, **headers):
        self.conn.request(method, path, body, dict(self.headers, **headers))
        answer = self.conn.getresponse()
        return answer.status, answer.headers, answer.read()

    def json(self, path):
        return json.loads(self.request("GET", path)[2])

    def close(self):
        self.conn.close()


class CentralClient(Http):
    def login(self, account, word):
        body = json.dumps({"username": account, "password": word})
        status, _, raw = self.request("POST", "/api/auth/login", body)
        if status == 200:
            self.grant = json.loads(raw)["data"]
            self.headers = {"Authorization": "Bearer " + self.grant["accessToken"]}
        return status

    def items(self, path, size=200):
        page, out = 1, []
        while True:
            data = self.json("%s?page=%d&size=%d" % (path, page, size))["data"]
            out += data["items"]
            if not data["items"] or len(out) >= data["total"]:
                return out
            page += 1


class PortalClient(Http):
    def login(self, account, word, token=None):
        _, headers, raw = self.request("GET", "/login")
        self.first_cookie = headers["Set-Cookie"].split(";")[0]
        found = re.search(rb'name="_token" value="(\w+)"', raw)[1].decode()
        form = urllib.parse.urlencode({"_token": token or found, "tai_khoan": account, "mat_khau": word})
        status, headers, _ = self.request("POST", "/login", form, Cookie=self.first_cookie,
                                          **{"Content-Type": "application/x-www-form-urlencoded"})
        if status == 302:
            self.headers = {"Cookie": headers["Set-Cookie"].split(";")[0]}
        return status

    def items(self, path, limit=100):
        out = []
        while True:
            page = self.json("%s?offset=%d&limit=%d" % (path, len(out), limit))
            out += page["data"]
            if not page["data"] or len(out) >= page["meta"]["count"]:
                return out
