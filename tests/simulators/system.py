# SPDX-License-Identifier: MIT
"""What both simulated systems share: paging over the truth with list faults, the request log, the fault hooks."""
import collections
import json
import time

from . import faults
from .clock import Clock
from .httpd import Response
from .world import iso


class System:
    """One simulated system. Subclasses say how to log in (`session`, `route`) and how a record looks (`item`)."""
    name = ""
    max_size = 500
    streams = {}               # path -> kind

    def __init__(self, world, clock=None, book=None, log=None, secrets=None, session_seconds=12 * 3600):
        self.world, self.clock = world, clock or Clock()
        self.book = book or faults.Book()
        self.log = log if log is not None else collections.deque(maxlen=200000)
        self.secrets, self.session_seconds = secrets or {}, session_seconds
        self.cache, self.snapshot = {}, None

    # subclass hooks

    def account_of(self, request):
        raise NotImplementedError

    def forget(self, request):
        raise NotImplementedError

    def route(self, request, account, rules):
        raise NotImplementedError

    def item(self, rec):
        raise NotImplementedError

    def is_login(self, request):
        raise NotImplementedError

    def page_of(self, request):
        return None

    def unit_of(self, account):
        return None

    def login_page(self):
        return "<!DOCTYPE html><html><body><h1>Đăng nhập</h1></body></html>"

    # serving

    def answer(self, request):
        account = self.account_of(request)
        page = self.page_of(request) if request.path in self.streams else None
        rules = self.book.take(self.name, request, account, self.unit_of(account), page) if self.book.rules else []
        if rules and faults.wanted(rules, "expire"):
            self.forget(request)
            account = None if not self.is_login(request) else account
        response = faults.instead(rules, self.login_page()) if rules else None
        if response is None:
            response = self.route(request, account, rules)
        if rules:
            response = faults.after(rules, response)
        self.log.append({"at": time.time(), "clock": iso(self.clock.now()), "system": self.name,
                         "method": request.method, "path": request.path, "query": request.raw_query,
                         "account": account, "status": response.status, "bytes": len(response.body),
                         "credentials": self.has_credentials(request), "page": page,
                         "connection": request.connection, "faults": [rule["fault"] for rule in rules]})
        return response

    def has_credentials(self, request):
        return bool("authorization" in request.headers or "cookie" in request.headers or self.is_login(request)
                    and request.method == "POST")

    def encoded(self, kind, unit):
        """The items of a listing as JSON texts, kept until the world changes."""
        kept = self.cache.get((kind, unit))
        if not kept or kept[0] != self.world.version:
            if len(self.cache) > 1000:
                self.cache.clear()
            texts = [dump(self.item(rec)) for rec in self.world.listing(self.name, kind, unit)]
            kept = self.cache[(kind, unit)] = (self.world.version, texts)
        return kept[1]

    def page(self, kind, unit, start, size, rules):
        """(total, size as stated, start, item texts, list omitted) of one page, with the list faults at work."""
        stated = size = min(max(size, 1), self.max_size)
        small = faults.wanted(rules, "page-size")
        if small:
            start = start // size * min(size, small["size"]) if self.name == "central" else start
            size = min(size, small["size"])
            stated = stated if small.get("silent") else size
        texts = self.listing_texts(kind, unit, rules)
        again = faults.wanted(rules, "repeat")
        at = (again.get("serve", 1) - 1) * size if again else start
        part = texts[at:at + size]
        twice = faults.wanted(rules, "duplicate")
        if twice and at > 0 and part:
            part = [texts[at - 1]] + (part[1:] if twice.get("mode") == "replace" else part)
        fewer = faults.wanted(rules, "fewer")
        if fewer:
            part = part[:max(0, len(part) - fewer.get("by", 1))]
        part = self.spoil(part, rules)
        total, wrong = len(texts), faults.wanted(rules, "total")
        if wrong:
            total = wrong["value"] if "value" in wrong else total + wrong.get("delta", 1)
        return total, stated, start, part, bool(faults.wanted(rules, "omit-list"))

    def listing_texts(self, kind, unit, rules):
        if faults.wanted(rules, "stale") and self.snapshot is not None:
            recs = [r for (k, u, _), r in self.snapshot.items() if k == kind and unit in (None, u)]
            recs.sort(key=lambda rec: (rec["unit"], rec["own_code"]))
            return [dump(self.item(rec)) for rec in recs]
        return self.encoded(kind, unit)

    def spoil(self, part, rules):
        """unknown-status and unmapped-unit change single items."""
        for rule in rules:
            if rule["fault"] not in ("unknown-status", "unmapped-unit"):
                continue
            for index, text in enumerate(part):
                item = json.loads(text)
                if rule.get("code") not in (None, self.code_of(item)):
                    continue
                if rule.get("on_unit") not in (None, self.unit_in(item)):
                    continue
                if rule["fault"] == "unknown-status":
                    self.set_status(item, rule.get("word", "Đang chờ phép"))
                else:
                    self.set_unit(item, rule.get("value", "99999"))
                part = part[:index] + [dump(item)] + part[index + 1:]
                break
        return part


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def json_response(status, value, headers=()):
    return Response(status, dump(value), headers=headers)


def number(text, default):
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default
