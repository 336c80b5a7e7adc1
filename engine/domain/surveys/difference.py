"""Difference: what contacts' scores and grades would be by rules that are not in force. It only asks."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from heapq import nlargest
from typing import Any

from engine.domain.conditions.level import doubt
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.scores.gauge import Gauge, gauge_of
from engine.domain.scores.height import LOW, height_of
from engine.domain.scores.matrix import graded

SHOWN = 10
"""Contacts told of each score: those whose value changes most."""
LEAST = 1e-6
"""Points that rounding alone may make."""

Mover = tuple[float, int, list[str], float, float]
"""How far it moves; the contact, its keys, its values before and after."""


class Shift:
    """One score: who has one, before or after, and how values are spread."""

    def __init__(self) -> None:
        self.contacts = self.changed = self.unknown = 0
        self.before: Counter[int] = Counter()
        self.after: Counter[int] = Counter()
        self.movers: list[Mover] = []

    def add(self, contact: Contact, before: float, after: float) -> None:
        self.contacts += 1
        self.before[height_of(before)] += 1
        self.after[height_of(after)] += 1
        moves = abs(after - before)
        if moves <= LEAST:
            return
        self.changed += 1
        if len(self.movers) < SHOWN or moves > self.movers[-1][0]:
            mover = (moves, contact.id, contact.keys, before, after)
            self.movers = nlargest(SHOWN, [*self.movers, mover])


class Difference:
    """``scores`` of ``rulebook`` beside those ``in_force``, contact by contact, as of ``now`` (ms)."""

    def __init__(
        self, rulebook: Rulebook, scores: Sequence[str], in_force: Definitions, now: int
    ) -> None:
        self._rulebook = rulebook
        self._now = now
        self._old: dict[str, Gauge] = {one.score: gauge_of(one) for one in in_force.scores}
        self._grades = graded(in_force.matrix, self._old)
        self._shifts = {name: Shift() for name in scores}
        self._doubts = {name: self._doubt(name) for name in scores}
        self._pairs: Counter[tuple[str, str]] = Counter()

    def _doubt(self, name: str) -> Callable[[Contact, int], bool]:
        rulebook = self._rulebook
        return doubt(rulebook.scores[name], rulebook.gauges[name], rulebook.demand({}))

    def add(self, contact: Contact, draft: Contact) -> None:
        """As it is, and as it would be."""
        pending = draft.pending
        unknown = [n for n, doubts in self._doubts.items() if pending and doubts(draft, self._now)]
        scored = False
        for name, shift in self._shifts.items():
            if name in unknown:
                shift.unknown += 1
                continue
            gauge, old = self._rulebook.gauges[name], self._old.get(name)
            held = old is not None and old.standing(contact) is not None
            if held or gauge.standing(draft) is not None:
                scored = True
                before = old.of(contact, self._now) if old else 0.0
                shift.add(contact, before, gauge.of(draft, self._now))
        if scored and not unknown:
            self._grade(contact, draft)

    def _grade(self, contact: Contact, draft: Contact) -> None:
        grades = self._rulebook.grades
        before = self._grades.of(contact, self._now) if self._grades else ""
        self._pairs[before, grades.of(draft, self._now) if grades else ""] += 1

    def found(self) -> dict[str, Any]:
        """To be added to what other hosts found."""
        plain = {
            name: vars(one) | {"before": [*one.before.items()], "after": [*one.after.items()]}
            for name, one in self._shifts.items()
        }
        pairs = [[before, after, n] for (before, after), n in self._pairs.items()]
        return {"scores": plain, "grades": pairs}


def together(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What all hosts found; ``grades`` of those who have one of these scores."""
    scores = [one["scores"] for one in found]
    pairs: Counter[tuple[str, str]] = Counter()
    for before, after, n in (pair for one in found for pair in one["grades"]):
        pairs[before, after] += n
    return {
        "scores": {name: _score([one[name] for one in scores]) for name in scores[0]},
        "grades": _grades(pairs),
    }


def _score(shifts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    total = {name: sum(one[name] for one in shifts) for name in ("contacts", "changed", "unknown")}
    before, after = (_added(one[side] for one in shifts) for side in ("before", "after"))
    movers = nlargest(SHOWN, [tuple(one) for shift in shifts for one in shift["movers"]])
    return total | {
        "bars": [
            {
                "from": 2.0**height if height > LOW else 0.0,
                "to": 2.0 ** (height + 1),
                "before": before[height],
                "after": after[height],
            }
            for height in range(max([*before, *after], default=LOW - 1), LOW - 1, -1)
        ],
        "movers": [
            {"id": contact, "keys": keys, "before": was, "after": now}
            for _, contact, keys, was, now in movers
        ],
    }


def _added(counts: Iterable[Iterable[tuple[int, int]]]) -> Counter[int]:
    total: Counter[int] = Counter()
    for one in counts:
        total.update(dict(one))
    return total


def _grades(pairs: Counter[tuple[str, str]]) -> dict[str, Any]:
    """Empty where there is no matrix, neither before nor after."""
    before, after = Counter[str](), Counter[str]()
    for (was, now), n in pairs.items():
        before[was] += n
        after[now] += n
    names = sorted({*before, *after} - {""})
    if not names:
        return {}
    return {
        "changed": sum(n for (was, now), n in pairs.items() if was != now),
        "cells": [{"grade": n, "before": before[n], "after": after[n]} for n in names],
    }
