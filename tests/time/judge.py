# SPDX-License-Identifier: MIT
"""What is outstanding on one record: the table of docs/DEADLINES.md over the truth the simulators serve.

A statement is what one system says of one record, as its profile says it can be read: text without markup, numbers as
decimals, instants to the precision the system serves. None is null, "" is empty, a missing key is an absent field.
"""
import datetime as dt
import decimal
import html
import re
import unicodedata

from occasions import ZONE

REASONS = ("overdue", "returned", "never_entered", "not_submitted", "not_updated", "no_evidence", "differs")
TYPED = {"task": ("progress", "work", "result", "difficulty", "completed_on"),
         "indicator": ("actual", "self_score", "not_applicable")}
NUMBERS = ("progress", "actual", "self_score")
BOTH = ("central", "portal")


def plain(text):
    """Markup away, entities read, white space folded, composed."""
    if not text:
        return text
    text = html.unescape(re.sub(r"<[^>]*>", "", text))
    return unicodedata.normalize("NFC", " ".join(text.split()))


def statement(record):
    """One simulator's record as that system states it."""
    out = dict(record)
    for field in ("result", "difficulty"):
        if field in out:
            out[field] = plain(out[field])
    for field in NUMBERS:
        if out.get(field):
            out[field] = decimal.Decimal(out[field])
    out["updated"] = dt.datetime.fromisoformat(out["updated_at"]) if out["updated_at"] else None
    if record["system"] == "central":           # it serves minutes, and no scores
        out["updated"] = out["updated"] and out["updated"].replace(second=0)
        out.pop("self_score", None)
    return out


def last_day(due):
    """The last day on which it is in time: a month and a quarter end on their last day; None when there is none."""
    if due["kind"] == "exact":
        return dt.date.fromisoformat(due["value"])
    if due["kind"] not in ("month", "quarter"):
        return None
    year, part = due["value"].split("-")
    month = 3 * int(part[1]) if part[0] == "Q" else int(part)
    return dt.date(int(year) + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def effective_due(sides):
    """The earliest statement that has a last day; the central's when none has."""
    dues = [s["due"] for s in sides.values()]
    dated = [due for due in dues if last_day(due)]
    return min(dated, key=last_day) if dated else sides.get("central", next(iter(sides.values())))["due"]


def exempt(s):
    return s.get("work") in ("done", "suspended", "cancelled") or bool(s.get("not_applicable")) or \
        s["review"] in ("submitted", "locked")


def filled(value):
    return value not in (None, "")


def never(s):
    if s["kind"] == "task":
        return not s["updated"] and not filled(s["result"])
    return not filled(s.get("actual")) and not filled(s.get("self_score"))


def differing(sides):
    """The first field the unit types of which the two systems hold different opinions."""
    c, p = sides["central"], sides["portal"]
    for field in TYPED[c["kind"]]:
        if field in c and field in p and c[field] != p[field]:
            return field
    return None


def reason(sides, counting, window_from, today):
    """(reason, sides it holds on) or None. `sides`: statements by system; `counting`: the systems that count."""
    live = [name for name in BOTH if name in counting and not exempt(sides[name])]
    if not live:
        return None
    stale = [name for name in live if not sides[name]["updated"] or sides[name]["updated"] < window_from]
    task = sides[live[0]]["kind"] == "task"
    due = effective_due(sides) if task else None
    if task and due["kind"] == "recurring":
        return ("not_updated", stale) if stale else None
    late = task and last_day(due) and last_day(due) < today
    holds = (
        live if late else [],
        [n for n in live if sides[n]["review"] == "returned"],
        [n for n in live if never(sides[n])],
        [n for n in live if sides[n]["review"] == "draft"],
        stale,
        [n for n in live if sides[n].get("evidence_required") and not sides[n]["evidence"]],
        list(BOTH) if set(BOTH) <= set(counting) and differing(sides) else [],
    )
    return next(((REASONS[i], names) for i, names in enumerate(holds) if names), None)


def waiting(sides, counting):
    """Whether somebody else has it for review on a side that counts."""
    return any(sides[name]["review"] == "submitted" for name in counting)


def instant(text):
    return dt.datetime.fromisoformat(text).astimezone(ZONE)
