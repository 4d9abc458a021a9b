# SPDX-License-Identifier: MIT
"""A small HTTP/1.1 server on asyncio: keep-alive, quick, and able to misbehave on the wire.

An application gives `answer(request) -> Response`. A response may carry `wire`, how its bytes go wrong:

  delay (ms before the first byte)      drip (bytes) with every (ms): body in small pieces
  hang (seconds without an answer, then the connection closes; 0 = until the client gives up)
  reset (True: RST instead of an answer)
  cut ("length" | "close" | "chunked" | "header") with at (bytes, or a share below 1): the body breaks off there
  chunked (True: honest chunked coding)  close (True: close-delimited, no length, complete)
"""
import asyncio
import socket
import struct
import urllib.parse

REASONS = {200: "OK", 204: "No Content", 302: "Found", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized",
           403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 429: "Too Many Requests",
           500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}
MAX_HEAD, MAX_BODY = 65536, 4 << 20


class Request:
    def __init__(self, method, target, headers):
        self.method, self.target, self.headers, self.body = method, target, headers, b""
        path, _, query = target.partition("?")
        self.path, self.raw_query = urllib.parse.unquote(path), query
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True)) if query else {}
        self.connection = 0

    def cookie(self, name):
        for part in self.headers.get("cookie", "").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
        return None


class Response:
    def __init__(self, status=200, body=b"", kind="application/json; charset=utf-8", headers=()):
        self.status, self.headers, self.kind = status, list(headers), kind
        self.body = body.encode("utf-8") if isinstance(body, str) else body
        self.wire = {}

    def head(self, framing):
        lines = ["HTTP/1.1 %d %s" % (self.status, REASONS.get(self.status, "Status"))]
        if self.kind:
            lines.append("Content-Type: " + self.kind)
        lines += ["%s: %s" % pair for pair in self.headers] + framing
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


class Connection(asyncio.Protocol):
    counter = 0

    def __init__(self, answer):
        self.answer, self.buffer, self.busy, self.request = answer, b"", None, None
        Connection.counter += 1
        self.number = Connection.counter

    def connection_made(self, transport):
        self.transport = transport
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc):
        if self.busy:
            self.busy.cancel()
            self.busy = None

    def data_received(self, data):
        self.buffer += data
        self.pump()

    def pump(self):
        """Answer every complete request in the buffer, one after the other."""
        while not self.busy and not self.transport.is_closing():
            if self.request is None and not self.take_head():
                return
            length = self.request.headers.get("content-length", "0")
            length = int(length) if length.isdigit() else 0
            if length > MAX_BODY:
                self.transport.close()
                return
            if len(self.buffer) < length:
                return
            request, self.request = self.request, None
            request.body, self.buffer = self.buffer[:length], self.buffer[length:]
            self.reply(request)

    def take_head(self):
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self.buffer) > MAX_HEAD:
                self.transport.close()
            return False
        lines = self.buffer[:end].decode("latin-1").split("\r\n")
        self.buffer = self.buffer[end + 4:]
        parts = lines[0].split(" ")
        if len(parts) != 3:
            self.transport.close()
            return False
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        self.request = Request(parts[0], parts[1], headers)
        self.request.connection = self.number
        if headers.get("expect", "").lower() == "100-continue":
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def reply(self, request):
        response = self.answer(request)
        last = request.headers.get("connection", "").lower() == "close"
        if response.wire:
            self.busy = asyncio.get_running_loop().create_task(self.misbehave(response, last))
            return
        framing = ["Content-Length: %d" % len(response.body)] + (["Connection: close"] if last else [])
        body = b"" if request.method == "HEAD" else response.body
        self.transport.write(response.head(framing) + body)
        if last:
            self.transport.close()

    async def misbehave(self, response, last):
        wire, body = response.wire, response.body
        if wire.get("delay"):
            await asyncio.sleep(wire["delay"] / 1000)
        if "hang" in wire:
            await asyncio.sleep(wire["hang"] or 3600)
            self.transport.abort()
            return
        if wire.get("reset"):
            self.reset()
            return
        cut = wire.get("cut")
        close = last or bool(cut) or bool(wire.get("close"))
        chunked = cut == "chunked" or wire.get("chunked")
        if chunked:
            framing = ["Transfer-Encoding: chunked"]
        elif cut == "close" or wire.get("close"):
            framing = ["Connection: close"]
        else:
            framing = ["Content-Length: %d" % len(body)]
        head = response.head(framing)
        if cut:
            at = wire.get("at", 0.5)
            body = body[:int(at if at >= 1 else len(body) * at)]
        if cut == "header":
            head, body = head[:len(head) // 2], b""
        await self.send(head, body, wire, chunked, cut)
        self.busy = None
        if close:
            self.transport.close()
        else:
            self.pump()

    async def send(self, head, body, wire, chunked, cut):
        self.transport.write(head)
        piece = wire.get("drip") or (len(body) // 3 + 1 if chunked else len(body) or 1)
        for start in range(0, len(body), piece):
            part = body[start:start + piece]
            if chunked:
                declared = len(part) + (64 if cut and start + piece >= len(body) else 0)
                part = b"%x\r\n" % declared + part + (b"" if declared != len(part) else b"\r\n")
            self.transport.write(part)
            if wire.get("drip"):
                await asyncio.sleep(wire.get("every", 10) / 1000)
        if chunked and not cut:
            self.transport.write(b"0\r\n\r\n")

    def reset(self):
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


async def listen(answer, port=0):
    """Serve on loopback; returns (server, port)."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(answer), "127.0.0.1", port, backlog=512)
    return server, server.sockets[0].getsockname()[1]
