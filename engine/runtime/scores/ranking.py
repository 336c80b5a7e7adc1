"""One score's standing among the contacts of a host: who is highest, how many stand at each height.

Contacts are ranked by their *mark*, log2(value) + instant / half-life. Decay lowers every value by
the same factor and leaves the marks as they are, so that nobody moves unless something happens to
them: the ranking costs an event one look, and nothing while time passes.
"""

import heapq
import math
from collections import Counter
from math import log2

from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import is_device
from engine.domain.scores.gauge import Standing

SHOWN = 100
"""Contacts that a ranking tells of."""
KEPT = 10 * SHOWN
"""Contacts remembered before the lowest of them are let go."""

RESTING = -5_000.0
"""The mark of nothing, where it counts: of contacts to whom conditions give points as well."""

Move = tuple[Contact, Standing | None, Standing | None]
"""The contact afterwards; its standing as counted so far, None if it was not; its standing now."""


def value_at(mark: float, now: int, half_life: int) -> float:
    return float(2.0 ** (mark - (now / half_life if half_life else 0.0)))


class Ranking:
    """``marks`` counts contacts by whole marks, ``low`` those whose value is not above zero."""

    def __init__(self, half_life: int, *, resting: bool = False) -> None:
        """``resting``: whoever has nothing left is ranked too, below all others."""
        self.half_life = half_life
        self._nothing = RESTING if resting else -math.inf
        self._per_ms = 1 / half_life if half_life else 0.0
        self.marks: Counter[int] = Counter()
        self.low = 0
        self._top: dict[int, tuple[float, Contact]] = {}
        self._floor = -math.inf

    def take(self, moves: list[Move]) -> None:
        """In the order in which they happened. One loop without calls: every event that scores is in it."""
        per_ms, nothing = self._per_ms, self._nothing
        for contact, before, after in moves:
            old = log2(before[0]) + before[1] * per_ms if before and before[0] > 0 else nothing
            new = log2(after[0]) + after[1] * per_ms if after and after[0] > 0 else nothing
            if before is None or after is None or old // 1 != new // 1:
                self._count(before, old, -1)
                self._count(after, new, 1)
            if after is not None and new > self._floor:
                self._enter(contact, new)
            elif contact.id in self._top:
                del self._top[contact.id]

    def leave(self, contact: int, standing: Standing | None) -> None:
        """The contact is no more."""
        above = standing is not None and standing[0] > 0
        mark = (
            log2(standing[0]) + standing[1] * self._per_ms if standing and above else self._nothing
        )
        self._count(standing, mark, -1)
        self._top.pop(contact, None)

    def _enter(self, contact: Contact, mark: float) -> None:
        self._top[contact.id] = mark, contact
        if len(self._top) > KEPT:
            self._let_go()

    def _count(self, standing: Standing | None, mark: float, by: int) -> None:
        if standing is None:
            return
        if mark == -math.inf:
            self.low += by
            return
        whole = math.floor(mark)
        self.marks[whole] += by
        if not self.marks[whole]:
            del self.marks[whole]

    def _let_go(self) -> None:
        """Of everyone above the floor nobody is missing: what is told of the top stays exact."""
        kept = dict(self._best())
        self._floor = max(mark for contact, (mark, _) in self._top.items() if contact not in kept)
        self._top = kept

    def best(self) -> list[Contact]:
        """The highest first."""
        return [contact for _, (_, contact) in self._best()]

    def _best(self) -> list[tuple[int, tuple[float, Contact]]]:
        return heapq.nlargest(SHOWN, self._top.items(), key=lambda entry: entry[1][0])


def label_of(contact: Contact) -> str:
    """What a reader knows the contact by: the first key that names a person, else a device."""
    return next((key for key in contact.keys if not is_device(key)), "".join(contact.keys[:1]))
