#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A real SMTP server (aiosmtpd) on a free loopback port that keeps every accepted message and misbehaves on request.

    mailcatcher.py --store DIR [--port N] [--port-file FILE] [--control FILE] [--clock FILE]
                   [--tls-cert PEM --tls-key PEM [--smtps | --require-tls]] [--auth USER:PASSWORD] [--smtputf8]

Prints {"port":N} when it listens. DIR gets, per stored message, NNNN.eml (the bytes between DATA and the dot, dots
unstuffed, nothing else changed) and then NNNN.json: {"number","from","to":[..],"peer","tls","auth","helo","options",
"at" (real time), "clock" (driven clock or null), "outcome" (what the client was told: the reply, "dropped",
"silent")}.
NNNN.json appears last and whole. DIR/log.jsonl has one line an event: connect, greeting, auth, rcpt, data, dot.

--control FILE (read again when it changes) is {"rules":[RULE,...]}; the first rule that holds is used:
  at       "greeting" | "mail" | "rcpt" | "data" (answer to the DATA command) | "dot" (answer to the message)
  rcpt     regular expression on the recipient (at dot: on any of them); default every one
  reply    the line to say, e.g. "451 4.3.0 try later", "550 5.1.1 no such user", "554 5.7.1 refused", "421 4.3.2 busy"
  action   "drop": the connection closes without a reply (with "reset": true it is aborted); "silent": no reply for
           `seconds`, then the usual one
  store    at dot: whether the message is kept; default true for drop, silent and 2xx replies, false for others
  count    how often; default for ever.    skip: let so many pass first.
A 421 closes the connection after the reply, as it should.
"""
import argparse
import asyncio
import datetime as dt
import json
import logging
import os
import re
import signal
import ssl
import time

from aiosmtpd.smtp import SMTP, AuthResult


class Rules:
    """The control file; counts run from the moment it last changed."""

    def __init__(self, path):
        self.path, self.mark, self.rules = path, None, []

    def refresh(self):
        if not self.path:
            return
        try:
            st = os.stat(self.path)
            mark = (st.st_ino, st.st_mtime_ns, st.st_size)
            if mark != self.mark:
                with open(self.path, encoding="utf-8") as fh:
                    self.rules = [dict(rule) for rule in json.load(fh).get("rules", [])]
                self.mark = mark
        except FileNotFoundError:
            self.rules, self.mark = [], None
        except ValueError:
            pass                    # half-written: the last good rules stand

    def take(self, at, recipients=("",)):
        self.refresh()
        for rule in self.rules:
            if rule.get("at") != at or not any(re.search(rule.get("rcpt", ""), r) for r in recipients):
                continue
            if rule.get("skip", 0) > 0:
                rule["skip"] -= 1
                continue
            if rule.get("count") is not None:
                if rule["count"] <= 0:
                    continue
                rule["count"] -= 1
            return rule
        return None


class Store:
    def __init__(self, folder, clock):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.clock = folder, clock
        taken = [int(name[:-4]) for name in os.listdir(folder) if re.fullmatch(r"\d+\.eml", name)]
        self.last = max(taken, default=0)

    def driven(self):
        try:
            with open(self.clock, encoding="ascii") as fh:
                return fh.read().strip()
        except (OSError, TypeError):
            return None

    def write(self, name, raw):
        path = os.path.join(self.folder, name)
        with open(path + ".new", "wb") as fh:
            fh.write(raw)
        os.replace(path + ".new", path)

    def keep(self, content, facts):
        self.last += 1
        name = "%04d" % self.last
        self.write(name + ".eml", content)
        facts = dict(facts, number=self.last, at=dt.datetime.now(dt.timezone.utc).isoformat(), clock=self.driven())
        self.write(name + ".json", json.dumps(facts, ensure_ascii=False, indent=1).encode("utf-8"))
        return self.last

    def log(self, event, **facts):
        line = json.dumps(dict(facts, event=event, at=time.time(), clock=self.driven()), ensure_ascii=False)
        with open(os.path.join(self.folder, "log.jsonl"), "a", encoding="utf-8") as fh:
            fh.write(line + "\n")


def leave(transport, abruptly):
    """Close a connection that may be gone already."""
    if transport:
        transport.abort() if abruptly else transport.close()


class Catcher(SMTP):
    """aiosmtpd with rules at the greeting and at the DATA command; the other places have hooks."""

    async def push(self, status):
        text = status if isinstance(status, str) else status.decode("utf-8", "replace")
        if text.startswith("220 ") and not getattr(self, "greeted", False):
            self.greeted = True
            rule = self.event_handler.rules.take("greeting")
            self.event_handler.store.log("greeting", rule=rule)
            if rule and await self.obey(rule):
                return
        await super().push(status)

    async def obey(self, rule):
        """True when the rule took the place of the usual answer."""
        if rule.get("action") == "silent":
            await asyncio.sleep(rule.get("seconds", 30))
            return False
        if rule.get("action") == "drop":
            leave(self.transport, rule.get("reset"))
            return True
        await super().push(rule["reply"])
        if rule["reply"].startswith("421"):
            leave(self.transport, False)
        return True

    async def smtp_DATA(self, arg):
        rule = self.event_handler.rules.take("data", self.envelope.rcpt_tos or ("",))
        if rule:
            self.event_handler.store.log("data", rule=rule)
            if await self.obey(rule):
                return
        await super().smtp_DATA(arg)


class Handler:
    def __init__(self, store, rules, implicit_tls):
        self.store, self.rules, self.implicit_tls = store, rules, implicit_tls

    async def handle_MAIL(self, server, session, envelope, address, options):
        rule = self.rules.take("mail")
        if rule:
            self.store.log("mail", sender=address, rule=rule)
            reply = await self.turn(server, rule)
            if reply:
                return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        rule = self.rules.take("rcpt", [address])
        self.store.log("rcpt", to=address, rule=rule)
        if rule:
            reply = await self.turn(server, rule)
            if reply:
                return reply
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def turn(self, server, rule):
        """The reply a rule asks for; None when the usual one follows (later)."""
        if rule.get("action") == "silent":
            await asyncio.sleep(rule.get("seconds", 30))
            return None
        if rule.get("action") == "drop":
            leave(server.transport, rule.get("reset"))
            return "421 4.3.2 closing"
        if rule["reply"].startswith("421"):
            asyncio.get_running_loop().call_later(0.05, leave, server.transport, False)
        return rule["reply"]

    async def handle_DATA(self, server, session, envelope):
        rule = self.rules.take("dot", envelope.rcpt_tos) or {"reply": "250 2.0.0 kept"}
        outcome = {"drop": "dropped", "silent": "silent"}.get(rule.get("action"), rule.get("reply"))
        number = None
        if rule.get("store", "action" in rule or rule["reply"].startswith("2")):
            number = self.store.keep(envelope.original_content, {
                "from": envelope.mail_from, "to": envelope.rcpt_tos, "peer": list(session.peer or ()),
                "tls": bool(session.ssl) or self.implicit_tls, "auth": session.auth_data if session.authenticated
                else None, "helo": session.host_name, "options": envelope.mail_options, "outcome": outcome})
        self.store.log("dot", to=envelope.rcpt_tos, stored=number, outcome=outcome)
        return await self.turn(server, rule) or "250 2.0.0 kept"

    async def handle_exception(self, error):
        self.store.log("error", text=repr(error))
        return "451 4.3.0 local error"


def authenticator(expected, store):
    def check(server, session, envelope, mechanism, data):
        user = getattr(data, "login", b"").decode("utf-8", "replace")
        word = getattr(data, "password", b"").decode("utf-8", "replace")
        right = "%s:%s" % (user, word) == expected
        store.log("auth", user=user, mechanism=mechanism, right=right)
        return AuthResult(success=right, handled=False, auth_data=user)
    return check


async def serve(args):
    store, context = Store(args.store, args.clock), None
    if args.tls_cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.tls_cert, args.tls_key)
    handler = Handler(store, Rules(args.control), args.smtps)
    starttls = context if not args.smtps else None

    def factory():
        return Catcher(handler, hostname="mail.example.vn", ident="mailcatcher", tls_context=starttls,
                       require_starttls=args.require_tls, enable_SMTPUTF8=args.smtputf8, timeout=args.idle,
                       authenticator=authenticator(args.auth, store) if args.auth else None,
                       auth_required=bool(args.auth), auth_require_tls=bool(starttls))

    loop = asyncio.get_running_loop()
    server = await loop.create_server(factory, "127.0.0.1", args.port, ssl=context if args.smtps else None)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    line = json.dumps({"port": server.sockets[0].getsockname()[1]})
    if args.port_file:
        with open(args.port_file + ".new", "w", encoding="ascii") as fh:
            fh.write(line + "\n")
        os.replace(args.port_file + ".new", args.port_file)
    print(line, flush=True)
    await stop.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--store", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file")
    parser.add_argument("--control")
    parser.add_argument("--clock")
    parser.add_argument("--tls-cert")
    parser.add_argument("--tls-key")
    parser.add_argument("--smtps", action="store_true", help="TLS from the first byte")
    parser.add_argument("--require-tls", action="store_true", help="nothing but STARTTLS before TLS")
    parser.add_argument("--auth", help="USER:PASSWORD a client must give")
    parser.add_argument("--smtputf8", action="store_true")
    parser.add_argument("--idle", type=float, default=300, help="seconds before a quiet client is dropped")
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    asyncio.run(serve(args))


if __name__ == "__main__":
    main()
