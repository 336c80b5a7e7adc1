"""Why a contact is in a segment or not: each part of the condition with its answer and what it saw."""

from collections.abc import Callable
from typing import Any, get_args

from engine.domain.conditions.demand import Demand
from engine.domain.conditions.lot import number_in
from engine.domain.conditions.passage import state_of
from engine.domain.conditions.predicate import compiled
from engine.domain.conditions.sequence import following, sequence
from engine.domain.conditions.wording import worded
from engine.domain.consents.permission import refusal
from engine.domain.duration import milliseconds
from engine.domain.language.condition import Condition, Weekday, as_did, parts_of, question_of
from engine.domain.path import value_at
from engine.domain.profile.calendar import day_of, written, zone_of
from engine.domain.profile.contact import NOTHING, Contact
from engine.domain.profile.reserved import read
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.surveys.forecast import bring, standing

Part = dict[str, Any]


def why(contact: Contact, segment: str, rulebook: Rulebook, now: int) -> dict[str, Any]:
    """``member``, ``since``, ``until`` (RFC 3339) and ``because``. The segment is one of the rulebook's."""
    draft = contact.draft()
    bring(draft, segment, rulebook, now)
    found = standing(contact, segment, rulebook, now)
    asked = next(one for one in rulebook.definitions.segments if one.segment == segment)
    condition = (asked.stays if found.member else None) or asked.condition
    return {
        "member": found.member,
        "since": written(found.since),
        "until": written(found.until),
        "because": because(draft, condition, rulebook, now),
    }


def memberships(contact: Contact, rulebook: Rulebook, now: int) -> list[dict[str, Any]]:
    """Each segment that a contact is in: since when, until when if nothing happens (ms or None), and why."""
    defined = {one.segment: one for one in rulebook.definitions.segments}
    told = []
    for name in sorted(contact.segments.keys() & defined.keys()):
        found = standing(contact, name, rulebook, now)
        condition = defined[name].stays or defined[name].condition
        holding = [
            part["asks"] for part in because(contact, condition, rulebook, now) if part["holds"]
        ]
        reason = " and ".join(holding) or worded(condition)
        told.append(
            {"segment": name, "since": found.since, "until": found.until or None, "because": reason}
        )
    return told


def because(contact: Contact, condition: Condition, rulebook: Rulebook, now: int) -> list[Part]:
    """Each part of a condition with its answer and what it saw of a contact at ``now`` (ms)."""
    return _Witness(contact, rulebook, now).parts(condition)


class _Witness:
    """Asks every part of a condition by itself."""

    def __init__(self, contact: Contact, rulebook: Rulebook, now: int) -> None:
        self.contact = contact
        self.rulebook = rulebook
        self.now = now

    def parts(self, condition: Condition) -> list[Part]:
        if question_of(condition) == "all":
            return [self.part(one) for _place, one in parts_of(condition)]
        return [self.part(condition)]

    def part(self, condition: Condition) -> Part:
        """``holds`` is null while what it reads is being rebuilt; ``until`` is when that may change."""
        demand = self.rulebook.demand({})
        holds, flips = compiled(condition, demand)(self.contact, self.now)
        told = {"asks": worded(condition), "holds": holds, "until": written(flips)}
        inner = [self.part(one) for _place, one in parts_of(condition)]
        return told | ({"parts": inner} if inner else {"saw": self.saw(condition, demand)})

    def saw(self, condition: Condition, demand: Demand) -> Any:
        question = str(question_of(condition))
        if question in ("did", "did_not", "message"):
            return self._past(condition, next(iter(demand.aggregates)))
        return _SEEN[question](self, str(getattr(condition, question)), condition)

    def _past(self, condition: Condition, number: int) -> dict[str, Any]:
        """A window keeps only so many times: ``or_more`` says that there may be others."""
        contact = self.contact
        if following(condition):
            did = as_did(condition)
            asked = sequence(did, str(did.did or did.did_not), Demand())
            return asked.seen(contact, self.now)
        for edge in ("first", "last"):
            if getattr(condition, edge) is not None:
                return {edge: written(contact.measures.get(number, 0))}
        if condition.within is None:
            return {"times": contact.counts.get(number, 0)}
        window, ring = milliseconds(condition.within), contact.rings.get(number, [])
        times = [at for at in ring if self.now < at + window]
        kept = self.rulebook.aggregates[number].keep
        seen: dict[str, Any] = {"times": len(times), "last": written(max(times, default=0))}
        return seen | ({"or_more": True} if len(times) == kept else {})

    def attribute(self, path: str, _condition: Condition) -> Any:
        name, *rest = path.split(".")
        return value_at(read(self.contact, name), rest)

    def company(self, path: str, _condition: Condition) -> Any:
        return value_at(self.contact.company, path.split("."))

    def aggregate(self, name: str, _condition: Condition) -> Any:
        return self.rulebook.readings[name].value(self.contact, self.now)

    def collection(self, name: str, condition: Condition) -> Any:
        return getattr(self.contact.collections.get(name, NOTHING), str(condition.of or "count"))

    def score(self, name: str, _condition: Condition) -> Any:
        return round(self.rulebook.gauges[name].of(self.contact, self.now), 3)

    def grade(self, _grades: str, _condition: Condition) -> Any:
        grades = self.rulebook.grades
        return grades.of(self.contact, self.now) if grades else None

    def scenario(self, name: str, _condition: Condition) -> Any:
        return state_of(self.contact, name)

    def segment(self, name: str, _condition: Condition) -> Any:
        return {"since": written(self.contact.segments.get(name, 0))}

    def list_(self, name: str, _condition: Condition) -> Any:
        return {"since": written(self.contact.lists.get(name, 0))}

    def stage(self, _wanted: str, _condition: Condition) -> Any:
        return {"stage": self.contact.stage, "since": written(self.contact.staged)}

    def weekday(self, _days: str, _condition: Condition) -> Any:
        today = day_of(self.now, zone_of(self.contact, self.rulebook.zone))
        return get_args(Weekday)[today.weekday()]

    def percent(self, _share: str, condition: Condition) -> Any:
        return round(number_in(condition.lot or "", self.contact), 3)

    def reachable(self, channel: str, condition: Condition) -> Any:
        topic = condition.topic or ""
        return refusal(self.contact, channel, topic, marketing=True) or "reachable"


_SEEN: dict[str, Callable[[_Witness, str, Condition], Any]] = {
    "attribute": _Witness.attribute,
    "company": _Witness.company,
    "aggregate": _Witness.aggregate,
    "collection": _Witness.collection,
    "score": _Witness.score,
    "grade": _Witness.grade,
    "scenario": _Witness.scenario,
    "segment": _Witness.segment,
    "list": _Witness.list_,
    "stage": _Witness.stage,
    "weekday": _Witness.weekday,
    "reachable": _Witness.reachable,
    "percent": _Witness.percent,
}
"""Every question that is no group and not about the past."""
