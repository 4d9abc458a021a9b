# SPDX-License-Identifier: MIT
"""A proxy that makes tunnels for who gives the right name and password: by HTTP (CONNECT, RFC 9110 9.3.6), also over
TLS, or by SOCKS 5 (RFC 1928, RFC 1929)."""
import base64
import socket
import threading


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for side in (source, target):
        try:
            side.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class ConnectProxy:
    """`account`: "name:password", or None: anybody. `context`: of TLS, spoken to the client. `route`: name of a host ->
    port here, as a resolver would say it. `seen`: the head of every request. Use it in a with statement."""
    scheme = "http"

    def __init__(self, account=None, context=None, route=None):
        self.account, self.context, self.route = account, context, route or {}
        self.wanted = account and "Basic " + base64.b64encode(account.encode()).decode()
        self.seen, self.open = [], []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.server.close()
        for one in self.open:
            one.close()

    @property
    def url(self):
        return "%s://127.0.0.1:%d" % (self.scheme + ("s" if self.context else ""), self.port)

    def accept(self):
        try:
            while True:
                client, _ = self.server.accept()
                self.open.append(client)
                threading.Thread(target=self.begin, args=(client,), daemon=True).start()
        except OSError:
            pass

    def begin(self, client):
        try:
            self.serve(self.context.wrap_socket(client, server_side=True) if self.context else client)
        except OSError:
            client.close()

    def connect(self, host, port):
        there = socket.create_connection(("127.0.0.1", self.route[host]) if host in self.route else (host, port))
        self.open.append(there)
        return there

    def serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            more = client.recv(65536)
            if not more:
                return
            head += more
        lines = head.decode("latin-1").split("\r\n")
        self.seen.append(head.decode("latin-1"))
        given = next((n.split(": ", 1)[1] for n in lines if n.lower().startswith("proxy-authorization: ")), None)
        if self.wanted and given != self.wanted:
            client.sendall(b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n")
            client.close()
            return
        host, port = lines[0].split(" ")[1].rsplit(":", 1)
        there = self.connect(host, int(port))
        client.sendall(b"HTTP/1.1 200 Tunnel\r\nSet-Cookie: proxy=1\r\n\r\n")
        threading.Thread(target=pump, args=(there, client), daemon=True).start()
        pump(client, there)


class SocksProxy(ConnectProxy):
    """Names are resolved here (a "socks5h"): `seen` holds what was asked for, "NAME:PORT"."""
    scheme = "socks5h"

    def read(self, client, count):
        data = b""
        while len(data) < count:
            more = client.recv(count - len(data))
            if not more:
                raise OSError("gone")
            data += more
        return data

    def word(self, client):
        return self.read(client, self.read(client, 1)[0])

    def serve(self, client):
        version, count = self.read(client, 2)
        methods = self.read(client, count)
        wanted = 2 if self.account else 0
        if version != 5 or wanted not in methods:
            client.sendall(b"\5\xff")
            client.close()
            return
        client.sendall(bytes([5, wanted]))
        if wanted == 2:
            self.read(client, 1)
            given = self.word(client) + b":" + self.word(client)
            right = given.decode() == self.account
            client.sendall(b"\1\0" if right else b"\1\1")
            if not right:
                client.close()
                return
        _, command, _, kind = self.read(client, 4)
        host = self.word(client).decode() if kind == 3 else socket.inet_ntoa(self.read(client, 4))
        port = int.from_bytes(self.read(client, 2), "big")
        self.seen.append("%s:%d" % (host, port))
        there = self.connect(host, port) if command == 1 else None
        client.sendall(b"\5" + (b"\0" if there else b"\7") + b"\0\1\0\0\0\0\0\0")
        threading.Thread(target=pump, args=(there, client), daemon=True).start()
        pump(client, there)
