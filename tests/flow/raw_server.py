# SPDX-License-Identifier: MIT
"""A server that says exactly the bytes it is told to, and then hangs up: what no honest HTTP library would send."""
import asyncio
import threading
import time


def reply(body=b"", status="200 OK", headers=(), version="HTTP/1.1", length=True):
    """One answer with its bytes in order; `length` true: an honest Content-Length, a number: that one, None: none."""
    if length is not None:
        headers = [*headers, "Content-Length: %d" % (len(body) if length is True else length)]
    return ("\r\n".join(["%s %s" % (version, status), *headers]) + "\r\n\r\n").encode() + body


class RawServer:
    """`answers`: path -> bytes, or a coroutine that gets the writer, or a list of them for one request after another
    (the last for ever). `seen`: every request as (time, method, path, head, body); `delay`: seconds before an answer;
    `most`: requests that were under way at once. Use it in a with statement."""

    def __init__(self, context=None):
        self.context = context  # of TLS
        self.answers, self.seen, self.served = {}, [], {}
        self.delay, self.now, self.most = 0, 0, 0
        self.loop, self.port = asyncio.new_event_loop(), None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def __enter__(self):
        self.thread.start()
        started = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context), self.loop)
        self.server = started.result(10)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *exc):
        async def close():
            self.server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
        asyncio.run_coroutine_threadsafe(close(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.port

    def set(self, answers):
        self.answers, self.seen, self.served = dict(answers), [], {}
        self.most = 0

    def answer(self, path):
        found = self.answers.get(path, reply(status="404 Not Found"))
        if not isinstance(found, list):
            return found
        at = self.served[path] = self.served.get(path, -1) + 1
        return found[min(at, len(found) - 1)]

    async def _serve(self, reader, writer):
        try:
            first = await reader.readexactly(1)
            if first == b"\x16":  # a TLS hello; a plain server says so
                writer.write(reply(b"plain", status="400 Bad Request"))
                return
            head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, _ = head.split("\r\n")[0].split(" ", 2)
            length = next((int(line.split(":")[1]) for line in head.split("\r\n")
                           if line.lower().startswith("content-length:")), 0)
            body = await reader.readexactly(length)
            path = target.split("?")[0]
            self.seen.append((time.monotonic(), method, path, head, body))
            self.now += 1
            self.most = max(self.most, self.now)
            try:
                await asyncio.sleep(self.delay)
                answer = self.answer(path)
                if callable(answer):
                    await answer(writer)
                else:
                    writer.write(answer)
                await writer.drain()
            finally:
                self.now -= 1
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has had enough
        finally:
            writer.close()
