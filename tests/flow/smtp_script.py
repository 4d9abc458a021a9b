# SPDX-License-Identifier: MIT
"""An SMTP relay that does exactly what a test tells it: any reply, a delay, a drop at any step, STARTTLS, SMTPS, AUTH.

    with Relay({"rcpt": "450 4.2.1 later"}) as relay: ... relay.url, relay.messages, relay.commands

Steps: greeting, ehlo, starttls, auth, mail, rcpt, data, dot. A reaction is reply text (lines separated by CRLF), DROP
(close without a word), SILENT (never answer), or a list of them, one for each connection in turn.
"""
import asyncio
import base64
import socket
import ssl
import subprocess
import threading

DROP = object()
SILENT = object()
DEFAULT = {
    "greeting": "220 relay.example.vn ESMTP",
    "starttls": "220 2.0.0 ready",
    "auth": None,
    "mail": "250 2.1.0 ok",
    "rcpt": "250 2.1.5 ok",
    "data": "354 go ahead",
    "dot": "250 2.0.0 queued as 4711",
    "quit": "221 2.0.0 bye",
}


def make_certificate(folder, name="localhost", alt="DNS:localhost,IP:127.0.0.1"):
    """A self-signed certificate; returns (certificate path, key path)."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName={alt}"], check=True, capture_output=True)
    return cert, key


class Relay:
    def __init__(self, script=None, tls=None, starttls=False, offer_auth=False, user=("mail", "s3cret"),
                 stop_reading=False):
        self.script = {**DEFAULT, **(script or {})}
        self.starttls, self.offer_auth, self.user, self.stop_reading = starttls, offer_auth, user, stop_reading
        self.context = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*tls)
        self.messages, self.commands, self.connections = [], [], 0
        self.reached = {}
        self.lock = threading.Condition()

    # -- life --
    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        assert ready.wait(10)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        self.tasks = set()
        smtps = self.context if self.context and not self.starttls else None
        # Accepted sockets inherit the small buffer: what a relay that stops reading does not take stays with the sender
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        listener.bind(("127.0.0.1", 0))
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, sock=listener, ssl=smtps,
                                                                   limit=1 << 21))
        self.port = server.sockets[0].getsockname()[1]
        self.url = f"{'smtps' if smtps else 'smtp'}://127.0.0.1:{self.port}"
        ready.set()
        self.loop.run_forever()
        server.close()
        pending = asyncio.all_tasks(self.loop)
        for task in pending:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        self.loop.close()

    def wait_for(self, step, seconds=10):
        """Until a client reached the step."""
        with self.lock:
            assert self.lock.wait_for(lambda: self.reached.get(step, 0) > 0, seconds), f"nobody reached {step}"

    def _reach(self, step):
        with self.lock:
            self.reached[step] = self.reached.get(step, 0) + 1
            self.lock.notify_all()

    # -- the dialogue --
    async def _serve(self, reader, writer):
        self.connections += 1
        session = Session(self, reader, writer, self.connections - 1)
        try:
            await session.run()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, TimeoutError):
            pass
        finally:
            writer.transport.abort()


class Session:
    def __init__(self, relay, reader, writer, number):
        self.relay, self.reader, self.writer, self.number = relay, reader, writer, number
        self.secure = bool(relay.context and not relay.starttls)
        self.envelope = {}

    async def react(self, step, otherwise=None):
        """Answers as the script says; False ends the session."""
        self.relay._reach(step)
        reaction = self.relay.script.get(step)
        if isinstance(reaction, list):
            reaction = reaction[min(self.number, len(reaction) - 1)]
        if reaction is None:
            reaction = otherwise
        if reaction is DROP:
            return False
        if reaction is SILENT:
            await asyncio.sleep(3600)
        await self.say(reaction)
        return reaction[:1] in "23"

    async def say(self, text):
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    async def line(self):
        raw = await self.reader.readuntil(b"\r\n")
        self.relay.commands.append(raw.decode("latin-1").rstrip("\r\n"))
        return self.relay.commands[-1]

    async def run(self):
        alive = await self.react("greeting")
        while alive is not False or self.relay.script["greeting"] is not DROP:
            command = await self.line()
            verb = command.split(" ")[0].split(":")[0].upper()
            step = getattr(self, "on_" + verb.lower(), None)
            if step is None:
                await self.say("502 5.5.1 unknown")
                continue
            if await step(command) is None:
                return

    async def answer(self, step, otherwise=None):
        """True went on, False refused but the session lives, None the connection is to be closed."""
        reaction = self.relay.script.get(step)
        if isinstance(reaction, list):
            reaction = reaction[min(self.number, len(reaction) - 1)]
        good = await self.react(step, otherwise)
        return None if reaction is DROP else good

    async def on_ehlo(self, command):
        lines = ["relay.example.vn", "SIZE 10485760", "8BITMIME"]
        if self.relay.starttls and not self.secure:
            lines.append("STARTTLS")
        if self.relay.offer_auth and (self.secure or not self.relay.context):
            lines.append("AUTH PLAIN LOGIN")
        text = "\r\n".join(f"250{'-' if i + 1 < len(lines) else ' '}{line}" for i, line in enumerate(lines))
        return await self.answer("ehlo", text)

    async def on_helo(self, command):
        await self.say("250 relay.example.vn")
        return True

    async def on_starttls(self, command):
        good = await self.answer("starttls")
        if good:
            loop = asyncio.get_running_loop()
            transport = self.writer.transport
            protocol = transport.get_protocol()
            new = await loop.start_tls(transport, protocol, self.relay.context, server_side=True)
            protocol._transport = new
            self.reader._transport = new
            self.writer = asyncio.StreamWriter(new, protocol, self.reader, loop)
            self.secure = True
        return good

    async def on_auth(self, command):
        words = command.split(" ")
        if self.relay.script["auth"] is not None:
            return await self.answer("auth")
        self.relay._reach("auth")
        if len(words) < 3:
            await self.say("334 ")
            words.append(await self.line())
        _, user, password = base64.b64decode(words[2]).decode().split("\0")
        good = (user, password) == self.relay.user
        await self.say("235 2.7.0 welcome" if good else "535 5.7.8 no")
        return good

    async def on_mail(self, command):
        self.envelope = {"from": command}
        return await self.answer("mail")

    async def on_rcpt(self, command):
        self.envelope["to"] = command
        return await self.answer("rcpt")

    async def on_data(self, command):
        good = await self.answer("data")
        if not good:
            return good
        if self.relay.stop_reading:
            return None
        raw = await self.reader.readuntil(b"\r\n.\r\n")
        lines = raw[:-3].split(b"\r\n")
        body = b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)
        self.relay.messages.append((self.envelope, body))
        return await self.answer("dot")

    async def on_quit(self, command):
        self.relay._reach("quit")
        await self.answer("quit")
        return None
