"""A scorecard: a score line by line, each rule with what it counts now. The lines add up to the value.

What rules on events gave is not kept apart in the contact's state. So its log is folded under other
definitions, made of the score's own, in which each rule is a score by itself.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from engine.domain.conditions.counted import score_of
from engine.domain.conditions.wording import worded
from engine.domain.language.receipt import event_of
from engine.domain.profile.calendar import written
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.scores.gauge import Gauge, gauge_of
from engine.domain.scores.score import Score, ScoreRule, asked_by, rules_of

replace = msgspec.structs.replace

NOW, GIVEN, UNCAPPED = "now", "given", "uncapped"
"""What a rule counts, what it gave before time lowered that, what it would have given without a cap."""
LEAST = 1e-6
"""Points that rounding alone may leave."""

Line = dict[str, Any]


def parted(definitions: Definitions) -> Definitions:
    """Each rule on events as a score by itself."""
    numbers = _numbers(definitions)
    parts = tuple(part for score in definitions.scores for part in _parts(score, numbers))
    return Definitions(scores=parts, visit_gap=definitions.visit_gap)


def names_of(definitions: Definitions) -> tuple[str, ...]:
    """What a fold of ``parted`` definitions is asked for."""
    return tuple(map(score_of, definitions.scores))


def _numbers(definitions: Definitions) -> dict[str, int]:
    """A number for each rule, by its key."""
    keys = [key for score in definitions.scores for key in rules_of(score)]
    return {key: number for number, key in enumerate(keys)}


def _parts(score: Score, numbers: dict[str, int]) -> Iterator[Score]:
    for key, rule in rules_of(score).items():
        if asked_by(rule) is None:
            alone = Score(score=f"{NOW}{numbers[key]}", rules=(rule,))
            yield replace(alone, half_life=score.half_life, linear=score.linear)
            yield replace(alone, score=f"{GIVEN}{numbers[key]}")
            free = replace(rule, cap=None, per=None, once=None)
            yield Score(score=f"{UNCAPPED}{numbers[key]}", rules=(free,))


class Scorecard:
    """``made`` is what a fold under the parted definitions made of the contact's log."""

    def __init__(self, contact: Contact, made: Contact, rulebook: Rulebook, now: int) -> None:
        self._contact = contact
        self._made = made
        self._rulebook = rulebook
        self._numbers = _numbers(rulebook.definitions)
        self._parts = {s.score: gauge_of(s) for s in parted(rulebook.definitions).scores}
        self._now = now

    def cards(self) -> list[dict[str, Any]]:
        """One a score: ``value``, ``lines`` whose points add up to it, ``grade`` if it is in the matrix."""
        gauges, scores = self._rulebook.gauges, self._rulebook.scores
        return [self._card(scores[name], gauge) for name, gauge in gauges.items()]

    def _card(self, score: Score, gauge: Gauge) -> dict[str, Any]:
        value = gauge.of(self._contact, self._now)
        told = {"score": score.score, "title": score.title, "value": value}
        lines = [*self._events(score, gauge), *self._conditions(score, gauge)]
        return told | self._grade(score) | {"lines": lines}

    def _grade(self, score: Score) -> dict[str, str]:
        """What the matrix makes of it, together with its other score."""
        grades = self._rulebook.grades
        if grades is None or score.score not in {scale.gauge.name for scale in grades}:
            return {}
        return {"grade": grades.of(self._contact, self._now)}

    def _events(self, score: Score, gauge: Gauge) -> Iterator[Line]:
        rest = self._gave(gauge)
        for key, rule in rules_of(score).items():
            if asked_by(rule) is None and (line := self._event(key, rule)):
                rest -= line["points"]
                yield line
        if abs(rest) > LEAST:
            yield {"rule": "", "points": rest, "because": "log rows that are no longer kept"}

    def _gave(self, gauge: Gauge) -> float:
        """What the events of all rules count, as the state has it."""
        plain = gauge._replace(shifts={}, least=None, most=None)
        return plain.of(self._contact, self._now)

    def _event(self, key: str, rule: ScoreRule) -> Line | None:
        held, number = self._made.scores, self._numbers[key]
        uncapped, latest = held.get(f"{UNCAPPED}{number}", (0.0, 0))
        if not latest:
            return None
        given, last = held.get(f"{GIVEN}{number}", (0.0, 0))
        return {
            "rule": key.partition("/")[2],
            "points": self._parts[f"{NOW}{number}"].of(self._made, self._now),
            "given": given,
            "capped": uncapped - given,
            "event": event_of(rule),
            "last": written(last),
        }

    def _conditions(self, score: Score, gauge: Gauge) -> Iterator[Line]:
        """Factors first, for they are on what events gave; then points, then the score's bounds."""
        gave, upheld = self._gave(gauge), self._contact.upheld
        total = gave
        held = [(key, rule) for key, rule in rules_of(score).items() if key in upheld]
        for key, rule in sorted(held, key=lambda one: one[1].factor is None):
            points = rule.points or 0.0
            if rule.factor is not None:
                points, gave = gave * (rule.factor - 1), gave * rule.factor
            total += points
            condition = asked_by(rule)
            yield {
                "rule": key.partition("/")[2],
                "points": points,
                "asks": worded(condition) if condition is not None else "",
                "since": written(upheld[key]),
            } | ({} if rule.factor is None else {"factor": rule.factor})
        bounded = gauge.bounded(total)
        if bounded != total:
            yield {"rule": "min" if bounded > total else "max", "points": bounded - total}
