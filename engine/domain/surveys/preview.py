"""Preview: who would be in segments of a rulebook that is not in force. It only asks, and changes nothing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from typing import Any

from engine.domain.profile.contact import Contact
from engine.domain.rebuilt import put
from engine.domain.rulebooks import pending
from engine.domain.rulebooks.definitions import Definitions
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.surveys.difference import Difference
from engine.domain.surveys.forecast import ask

SAMPLE = 10
"""Contacts shown of each segment."""
_SPREAD = 0x9E3779B97F4A7C15
"""2^64 divided by the golden ratio: neighbours among ids do not stay neighbours."""

Member = tuple[int, int, list[str]]
"""A place among all members, which has nothing to do with who they are; the contact, its keys."""


class Tally:
    """One segment: ``before`` are in it now, under the rulebook in force, ``stay`` would be in both."""

    def __init__(self) -> None:
        self.size = self.unknown = self.before = self.stay = 0
        self.sample: list[Member] = []
        self.both: Counter[str] = Counter()

    def add(self, contact: Contact, others: Iterable[str]) -> None:
        self.size += 1
        self.both.update(others)
        place = contact.id * _SPREAD % 2**64
        if len(self.sample) < SAMPLE or place < self.sample[-1][0]:
            self.sample = nsmallest(SAMPLE, [*self.sample, (place, contact.id, contact.keys)])


class Preview:
    """``segments`` and ``scores`` of ``rulebook``, contact by contact, as of ``now`` (ms)."""

    def __init__(
        self,
        rulebook: Rulebook,
        segments: Sequence[str],
        now: int,
        scores: Sequence[str],
        in_force: Definitions,
    ) -> None:
        self._rulebook = rulebook
        self._now = now
        shifts = [key for name in scores for key in rulebook.gauges[name].shifts]
        plans = {plan.name: plan for name in (*segments, *shifts) for plan in rulebook.behind(name)}
        self._difference = Difference(rulebook, scores, in_force, now)
        self._plans = sorted(plans.values(), key=lambda plan: plan.rank)
        self._tallies = {name: Tally() for name in segments}
        self._sizes: Counter[str] = Counter()
        self._contacts = 0

    def add(self, contact: Contact, made: Contact, names: Iterable[str]) -> None:
        """``made`` holds what the log says of ``names``. Raises Absent."""
        draft, rulebook = contact.draft(), self._rulebook
        pending.learn(draft, rulebook)
        taken = [name for name in names if name in draft.pending]
        for name in taken:
            put(draft, made, name)
        draft.pending = {name: known for name, known in draft.pending.items() if name not in taken}
        ask(self._plans, draft, self._now)
        self._count(contact, draft)
        self._difference.add(contact, draft)

    def _count(self, contact: Contact, draft: Contact) -> None:
        inside = {name for name in draft.segments if name in self._rulebook.segments}
        self._contacts += 1
        self._sizes.update(inside)
        for name, tally in self._tallies.items():
            before = name in contact.segments
            tally.before += before
            if draft.pending and self._rulebook.holds[name](draft, self._now)[0] is None:
                tally.unknown += 1
            elif name in inside:
                tally.stay += before
                tally.add(contact, inside - {name})

    def found(self) -> dict[str, Any]:
        """To be added to what other hosts found."""
        return {
            "contacts": self._contacts,
            "sizes": dict(self._sizes),
            "segments": {name: vars(tally) for name, tally in self._tallies.items()},
            **self._difference.found(),
        }


def together(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What all hosts found: for each segment its size, a sample, and what it shares with the others."""
    sizes: Counter[str] = Counter()
    for one in found:
        sizes.update(one["sizes"])
    names = list(found[0]["segments"])
    told = {name: _segment([one["segments"][name] for one in found], sizes) for name in names}
    return {"contacts": sum(one["contacts"] for one in found), "segments": told}


def _segment(tallies: Sequence[dict[str, Any]], sizes: Counter[str]) -> dict[str, Any]:
    total = {
        name: sum(tally[name] for tally in tallies)
        for name in ("size", "unknown", "before", "stay")
    }
    both: Counter[str] = Counter()
    for tally in tallies:
        both.update(tally["both"])
    members = nsmallest(SAMPLE, [tuple(one) for tally in tallies for one in tally["sample"]])
    overlap = [
        {
            "segment": name,
            "size": sizes[name],
            "both": count,
            "percent_of_this": _percent(count, total["size"]),
            "percent_of_other": _percent(count, sizes[name]),
        }
        for name, count in sorted(both.items(), key=lambda one: (-one[1], one[0]))
    ]
    sample = [{"id": contact, "keys": keys} for _, contact, keys in members]
    return total | {"sample": sample, "overlap": overlap}


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
