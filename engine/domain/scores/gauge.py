"""Gauges: a score compiled, which reads its value off what a contact holds.

What events gave goes down with time; what conditions add or take off holds until the next step of the
contact, for a condition that flips is a step. So a contact's standing tells its value at every instant
until something happens to it.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from engine.domain.scores.grid import cell_of
from engine.domain.scores.score import Decay, Score, asked_by, decay_of, decayed, rules_of
from engine.domain.scores.wear import End, Ends, left


class Standing(NamedTuple):
    """``value`` is reckoned for the instant ``at`` (ms), or known by ``ends`` where points wear off;

    ``fixed`` is what conditions add to it.
    """

    value: float
    at: int
    fixed: float = 0.0
    ends: tuple[End, ...] = ()


class Holder(Protocol):
    """The part of a contact that scores are read off."""

    scores: dict[str, tuple[float, int]]
    wears: dict[str, Ends]
    upheld: dict[str, int]


class Gauge(NamedTuple):
    """``shifts`` are the rules on conditions: key -> (points, factor)."""

    name: str
    decay: Decay = Decay()
    shifts: Mapping[str, tuple[float, float]] = {}
    least: float | None = None
    most: float | None = None

    def standing(self, contact: Holder) -> Standing | None:
        """None for who never had a point."""
        held = contact.scores.get(self.name)
        ends = tuple(contact.wears.get(self.name, ())) if self.decay.every else ()
        if not self.shifts:
            return Standing(*held, 0.0, ends) if held is not None else None
        holding = [shift for key, shift in self.shifts.items() if key in contact.upheld]
        if held is None and not holding:
            return None
        fixed, factor = 0.0, 1.0
        for points, times in holding:
            fixed += points
            factor *= times
        value, at = held or (0.0, 0)
        return Standing(value * factor, at, fixed, tuple((end, n * factor) for end, n in ends))

    def read(self, standing: Standing, now: int) -> float:
        """The value at an instant."""
        value, at, fixed, ends = standing
        decay = self.decay
        if decay.every:
            value = left(ends, cell_of(now, decay.every), decay.step)
        else:
            value = decayed(value, at, now, decay.half_life)
        return self.bounded(value + fixed)

    def bounded(self, value: float) -> float:
        if self.least is not None and value < self.least:
            return self.least
        if self.most is not None and value > self.most:
            return self.most
        return value

    def of(self, contact: Holder, now: int) -> float:
        """What the contact's score is worth; who never had a point is at nothing."""
        return self.read(self.standing(contact) or Standing(0.0, now), now)


def gauge_of(score: Score) -> Gauge:
    shifts = {
        key: (rule.points or 0.0, 1.0 if rule.factor is None else rule.factor)
        for key, rule in rules_of(score).items()
        if asked_by(rule) is not None
    }
    return Gauge(score.score, decay_of(score), shifts, score.min, score.max)
