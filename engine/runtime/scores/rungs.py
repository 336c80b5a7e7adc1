"""One score's standing where more than its decay tells it: conditions add to it, or points wear off.

What conditions add stays until a contact's next step. So contacts to whom they add the same are a rung,
within which nobody moves while time passes: a ranking by marks for each, put together when it is told.

Points that wear off do so at instants that all contacts share. What each contact's value will be then
is known when it moves; it is counted by height, now and ahead, so that no instant needs a look at anybody.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from engine.domain.profile.contact import Contact
from engine.domain.scores.gauge import Gauge, Standing
from engine.domain.scores.grid import cell_of, start_of
from engine.domain.scores.height import height_of
from engine.domain.scores.wear import last_of
from engine.runtime.scores.ranking import KEPT, SHOWN, Move, Ranking, label_of, value_at

MIDDLE = 1.5
"""Of a height, as a part of its beginning."""


def held_in(score: str) -> Callable[[Contact], tuple[float, int] | None]:
    """Without conditions what the state holds is all of it: every step asks."""
    return lambda contact: contact.scores.get(score)


class Rungs:
    """Rankings by what conditions add; ``fixed`` -> ranking."""

    def __init__(self, gauge: Gauge) -> None:
        self.gauge = gauge
        self.standing: Callable[[Contact], Any] = (
            gauge.standing if gauge.shifts else held_in(gauge.name)
        )
        self._rungs: dict[float, Ranking] = {}

    def take(self, moves: list[Move], _now: int) -> None:
        if not self.gauge.shifts:
            self._rung(0.0).take(moves)
            return
        for contact, before, after in moves:
            if before is not None and after is not None and before.fixed == after.fixed:
                self._rung(after.fixed).take([(contact, before, after)])
                continue
            if before is not None:
                self._rung(before.fixed).take([(contact, before, None)])
            if after is not None:
                self._rung(after.fixed).take([(contact, None, after)])

    def leave(self, contact: Contact) -> None:
        """The contact is no more."""
        standing = self.standing(contact)
        if standing is not None:
            fixed = standing.fixed if self.gauge.shifts else 0.0
            self._rung(fixed).leave(contact.id, standing)

    def _rung(self, fixed: float) -> Ranking:
        found = self._rungs.get(fixed)
        if found is None:
            found = Ranking(self.gauge.decay.half_life, resting=fixed > 0)
            self._rungs[fixed] = found
        return found

    def told(self, now: int) -> dict[str, Any]:
        best = [one for rung in self._rungs.values() for one in rung.best()]
        half_life = self.gauge.decay.half_life
        if not self.gauge.shifts:
            alone = self._rung(0.0)
            return {"marks": list(alone.marks.items()), "low": alone.low} | top(
                self.gauge, best, now
            )
        heights: Counter[int] = Counter()
        for fixed, rung in self._rungs.items():
            heights[height_of(self.gauge.bounded(fixed))] += rung.low
            for mark, contacts in rung.marks.items():
                value = self.gauge.bounded(fixed + MIDDLE * value_at(mark, now, half_life))
                heights[height_of(value)] += contacts
        return {"heights": list(heights.items())} | top(self.gauge, best, now)


class Stepped:
    """``heights`` counts contacts now, ``ahead`` how many will pass from one height to another."""

    def __init__(self, gauge: Gauge) -> None:
        self.gauge = gauge
        self.heights: Counter[int] = Counter()
        self._cell = 0
        self._ahead: defaultdict[int, Counter[tuple[int, int]]] = defaultdict(Counter)
        self._top: dict[int, Contact] = {}

    def standing(self, contact: Contact) -> Standing | None:
        return self.gauge.standing(contact)

    def take(self, moves: list[Move], now: int) -> None:
        self._pass(now)
        for contact, before, after in moves:
            self._count(before, -1, now)
            self._count(after, 1, now)
            self._top.pop(contact.id, None)
            if after is not None:
                self._top[contact.id] = contact
        if len(self._top) > 2 * KEPT:
            best = heapq.nlargest(KEPT, self._top.values(), key=lambda one: self.gauge.of(one, now))
            self._top = {contact.id: contact for contact in best}

    def leave(self, contact: Contact) -> None:
        """The contact is no more."""
        now = start_of(self._cell, self.gauge.decay.every)
        self._count(self.standing(contact), -1, now)
        self._top.pop(contact.id, None)

    def _count(self, standing: Standing | None, by: int, now: int) -> None:
        if standing is None:
            return
        every, held = self.gauge.decay.every, height_of(self.gauge.read(standing, now))
        self.heights[held] += by
        for cell in range(self._cell + 1, last_of(standing.ends) + 1):
            height = height_of(self.gauge.read(standing, start_of(cell, every)))
            if height != held:
                self._ahead[cell][held, height] += by
                held = height

    def _pass(self, now: int) -> None:
        """Everything that has worn off by now."""
        self._cell = max(self._cell, cell_of(now, self.gauge.decay.every))
        for cell in sorted(cell for cell in self._ahead if cell <= self._cell):
            for (before, after), contacts in self._ahead.pop(cell).items():
                self.heights[before] -= contacts
                self.heights[after] += contacts

    def told(self, now: int) -> dict[str, Any]:
        """The highest of those that stood highest when they last moved."""
        self._pass(now)
        return {"heights": list(self.heights.items())} | top(self.gauge, self._top.values(), now)


def top(gauge: Gauge, contacts: Any, now: int) -> dict[str, Any]:
    """The highest, by their values now; none that is at nothing or below."""
    found = ((gauge.of(contact, now), contact.id, label_of(contact)) for contact in contacts)
    above = (one for one in found if one[0] > 0)
    return {"half_life": gauge.decay.half_life, "top": heapq.nlargest(SHOWN, above)}
