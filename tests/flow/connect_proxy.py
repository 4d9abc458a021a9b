# SPDX-License-Identifier: MIT
"""An HTTP proxy that makes tunnels (CONNECT, RFC 9110 9.3.6) for who gives the right name and password."""
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
    """`account`: "name:password", or None: anybody. `seen`: the head of every request. Use it in a with statement."""

    def __init__(self, account=None):
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
        return "http://127.0.0.1:%d" % self.port

    def accept(self):
        try:
            while True:
                client, _ = self.server.accept()
                self.open.append(client)
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()
        except OSError:
            pass

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
        there = socket.create_connection((host, int(port)))
        self.open.append(there)
        client.sendall(b"HTTP/1.1 200 Tunnel\r\nSet-Cookie: proxy=1\r\n\r\n")
        threading.Thread(target=pump, args=(there, client), daemon=True).start()
        pump(client, there)
