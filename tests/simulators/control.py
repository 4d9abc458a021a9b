# SPDX-License-Identifier: MIT
"""The control interface, JSON under /_sim/ on every port of the simulators. Bodies and answers are JSON objects.

  GET  state                                    ports, counts, world version, clock
  GET  requests [?system=]                      {"requests": [...]}: every request seen but these
  POST requests/reset
  GET  faults          POST faults              a rule (see faults.py) or a list of rules -> {"ids": [...]}
  POST faults/clear    {"id"?, "system"?}       all rules without either
  POST expire          {"system"?, "account"?}  end sessions now (refresh tokens too)
  POST snapshot        {"system"?}              keep today's truth for the fault "stale"
  GET  units                                    the units with their fate
  GET  truth ?unit=&system=                     {"records": [...]} as world.py describes them
  POST change          {"unit","code","field","value","system"?,"at"?}
  POST finish          {"unit","at"?,"codes"?}  nothing outstanding any more, on both systems
  POST update          {"unit","at"?,"system"?,"codes"?}
  POST drop, restore   {"unit","code","system"?}; restore without them brings all back
  POST send_back       {"unit","code","system","reason","at"?}
  POST account         {"unit","account","password"}  another account of a unit on the portal
  POST evolve          {"day": "2026-06-22", "until"?: instant}   the seeded day (see evolve.py)
`at` defaults to the driven clock.
"""
import datetime as dt
import json

from . import evolve as evolution
from .system import json_response
from .world import iso, parse


class Control:
    def __init__(self, world, systems, book, log, clock):
        self.world, self.systems, self.book, self.log, self.clock = world, systems, book, log, clock
        self.ports = {}

    def gate(self, answer):
        """An answer function that takes /_sim/ paths for itself and passes everything else on."""
        def gated(request):
            return self.answer(request) if request.path.startswith("/_sim/") else answer(request)
        return gated

    def answer(self, request):
        name = request.path[len("/_sim/"):].strip("/").replace("/", "_")
        method = getattr(self, "%s_%s" % (request.method.lower(), name), None)
        if method is None:
            return json_response(404, {"error": "no such control: %s %s" % (request.method, request.path)})
        try:
            body = json.loads(request.body) if request.body else {}
            return json_response(200, method(dict(request.query) if request.method == "GET" else body))
        except (KeyError, ValueError, TypeError) as err:
            return json_response(400, {"error": "%s: %s" % (type(err).__name__, err)})

    def answer_all(self, request):
        if not request.path.startswith("/_sim/"):
            return json_response(404, {"error": "only /_sim/ here"})
        return self.answer(request)

    def chosen(self, args):
        return [s for s in self.systems if args.get("system") in (None, s.name)]

    def at(self, args):
        return parse(args["at"]) if args.get("at") else self.clock.now()

    def get_state(self, args):
        return {"ports": self.ports, "clock": iso(self.clock.now()), "version": self.world.version,
                "seed": self.world.seed, "records": {s: len(r) for s, r in self.world.side.items()},
                "requests": len(self.log), "faults": len(self.book.rules)}

    def get_requests(self, args):
        return {"requests": [r for r in self.log if args.get("system") in (None, r["system"])]}

    def post_requests_reset(self, args):
        self.log.clear()
        return {}

    def get_faults(self, args):
        return {"faults": self.book.rules}

    def post_faults(self, args):
        return {"ids": [self.book.add(rule) for rule in (args if isinstance(args, list) else [args])]}

    def post_faults_clear(self, args):
        self.book.clear(args.get("id"), args.get("system"))
        return {}

    def post_expire(self, args):
        for system in self.chosen(args):
            system.expire(args.get("account"))
        return {}

    def post_snapshot(self, args):
        kept = self.world.snapshot()
        for system in self.chosen(args):
            system.snapshot = kept[system.name]
        return {}

    def get_units(self, args):
        return {"units": [dict(u, plan=self.world.plan[u["code"]]) for u in self.world.units]}

    def get_truth(self, args):
        systems = [args["system"]] if args.get("system") else ["central", "portal"]
        return {"records": [rec for s in systems for key, rec in sorted(self.world.side[s].items())
                            if args.get("unit") in (None, rec["unit"])]}

    def post_change(self, args):
        at = parse(args["at"]) if args.get("at") else None
        return {"hits": self.world.change(args["unit"], args["code"], args["field"], args["value"], at,
                                          args.get("system"))}

    def post_finish(self, args):
        self.known(args["unit"])
        return {"hits": self.world.finish(args["unit"], self.at(args), args.get("codes"))}

    def post_update(self, args):
        self.known(args["unit"])
        return {"hits": self.world.update(args["unit"], self.at(args), args.get("system"), args.get("codes"))}

    def post_drop(self, args):
        return {"hits": self.world.drop(args["unit"], args["code"], args.get("system"))}

    def post_restore(self, args):
        return {"hits": self.world.restore(args.get("unit"), args.get("code"), args.get("system"))}

    def post_send_back(self, args):
        rec = self.world.get(args["system"], args["unit"], args["code"])
        if rec is None:
            raise KeyError((args["unit"], args["code"]))
        return {"record": self.world.send_back(args["unit"], args["code"], args["system"], args["reason"],
                                               self.at(args))}

    def post_account(self, args):
        portal = next(s for s in self.systems if s.name == "portal")
        self.known(args["unit"])
        portal.unit_by_account[args["account"]] = args["unit"]
        portal.secrets[args["account"]] = args["password"]
        return {}

    def post_evolve(self, args):
        until = parse(args["until"]) if args.get("until") else None
        return {"events": evolution.evolve(self.world, dt.date.fromisoformat(args["day"]), until=until)}

    def known(self, unit):
        if unit not in self.world.by_code:
            raise KeyError(unit)
