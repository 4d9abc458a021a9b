# SPDX-License-Identifier: MIT
"""Programmable misbehaviour: rules that match requests, and what each does to the answer.

A rule is a JSON object. Where it applies: system ("central", "portal"; default both), path (regular expression
searched in the path), account, unit, page (1-based), method. How often: count (default for ever), skip (let so many
matching requests through first). What it does: fault, one of

  expire           the session of this request dies before it is looked at
  refuse-login     a right password is refused (only touches logins)
  login-page       the HTML login page, status 200
  empty            200 and no body
  status           code, message, retry_after (any text), body
  redirect         302 to location
  raw              status, type, body as given
  cut              mode length|close|chunked|header, at (bytes or share of the body)
  cut-json         the JSON text breaks off at `at`, the transfer itself is whole
  slow             delay (ms), drip (bytes), every (ms)
  hang             seconds (0 = for ever)
  reset            the connection is reset
  chunked, close   honest other framings
  page-size        size; silent true = the answer still names the size asked for
  repeat           every page is page `serve` (default 1)
  omit-list        the list is not in the answer
  total            value, or delta
  fewer            by: so many items are left out of the page, total untouched
  unknown-status   code, on_unit (both optional: default first item), word
  unmapped-unit    code, on_unit, value
  stale            listings come from the snapshot taken last
  duplicate        mode insert (the last item of the page before comes again) or replace (in place of the first)
  content-type     value
  gzip             compressed, with Content-Encoding
  replace          old by new, wherever it stands in the body
"""
import gzip
import re

from .httpd import Response

WIRE = {"cut": lambda r: {"cut": r.get("mode", "length"), "at": r.get("at", 0.5)},
        "slow": lambda r: {k: r[k] for k in ("delay", "drip", "every") if k in r},
        "hang": lambda r: {"hang": r.get("seconds", 0)},
        "reset": lambda r: {"reset": True},
        "chunked": lambda r: {"chunked": True},
        "close": lambda r: {"close": True}}
KINDS = set(WIRE) | {"expire", "refuse-login", "login-page", "empty", "status", "redirect", "raw", "cut-json",
                     "page-size", "repeat", "omit-list", "total", "fewer", "unknown-status", "unmapped-unit", "stale",
                     "duplicate", "content-type", "gzip", "replace"}


class Book:
    def __init__(self):
        self.rules, self.serial = [], 0

    def add(self, rule):
        if rule.get("fault") not in KINDS:
            raise ValueError("unknown fault %r; known: %s" % (rule.get("fault"), ", ".join(sorted(KINDS))))
        self.serial += 1
        rule = dict(rule, id=self.serial, hits=0)
        re.compile(rule.get("path", ""))
        self.rules.append(rule)
        return self.serial

    def clear(self, number=None, system=None):
        self.rules = [r for r in self.rules if (number is not None and r["id"] != number)
                      or (system is not None and r.get("system") != system)]

    def take(self, system, request, account, unit, page):
        """The rules that hold for this request; each counts it."""
        out = []
        for rule in self.rules:
            if rule.get("system", system) != system or rule.get("account", account) != account:
                continue
            if rule.get("unit", unit) != unit or rule.get("page", page) != page:
                continue
            if rule.get("method", request.method) != request.method:
                continue
            if "path" in rule and not re.search(rule["path"], request.path):
                continue
            if rule.get("fault") == "refuse-login" and request.method != "POST":
                continue
            if rule.get("skip", 0) > 0:
                rule["skip"] -= 1
                continue
            if rule.get("count") is not None:
                if rule["count"] <= 0:
                    continue
                rule["count"] -= 1
            rule["hits"] += 1
            out.append(rule)
        return out


def instead(rules, login_page):
    """The answer that replaces the application's own, if a rule asks for one."""
    for rule in rules:
        kind = rule["fault"]
        if kind == "login-page":
            return Response(200, login_page, "text/html; charset=utf-8")
        if kind == "empty":
            return Response(200, b"")
        if kind == "status":
            headers = [("Retry-After", rule["retry_after"])] if "retry_after" in rule else []
            body = rule.get("body", '{"message":"%s"}' % rule.get("message", "Hệ thống bận"))
            return Response(rule["code"], body, headers=headers)
        if kind == "redirect":
            return Response(302, b"", headers=[("Location", rule["location"])])
        if kind == "raw":
            return Response(rule.get("status", 200), rule.get("body", ""), rule.get("type", "text/plain"))
    return None


def after(rules, response):
    """Change a finished answer as the rules ask."""
    for rule in rules:
        kind = rule["fault"]
        if kind == "cut-json":
            at = rule.get("at", 0.5)
            response.body = response.body[:int(at if at >= 1 else len(response.body) * at)]
        elif kind == "replace":
            body = response.body.encode() if isinstance(response.body, str) else response.body
            response.body = body.replace(rule["old"].encode(), rule["new"].encode())
        elif kind == "content-type":
            response.kind = rule.get("value", "text/html")
        elif kind == "gzip":
            response.body = gzip.compress(response.body, 1, mtime=0)
            response.headers.append(("Content-Encoding", "gzip"))
        elif kind in WIRE:
            response.wire.update(WIRE[kind](rule))
    return response


def wanted(rules, kind):
    for rule in rules:
        if rule["fault"] == kind:
            return rule
    return None
