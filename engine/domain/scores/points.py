"""Points: what an event gives to a contact's scores, and how two contacts' are put together."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from engine.domain.aggregates.aggregate import Matcher
from engine.domain.event import Event
from engine.domain.profile.contact import Contact, without
from engine.domain.scores import cap as caps
from engine.domain.scores import wear
from engine.domain.scores.cap import Cap
from engine.domain.scores.grid import cell_of
from engine.domain.scores.score import Decay, raised


class ScorePlan(msgspec.Struct, frozen=True):
    """A rule on events; ``rule`` is its key."""

    score: str
    rule: str
    points: float
    decay: Decay
    matches: Matcher | None
    cap: Cap | None = None


Given = tuple[ScorePlan, float]
"""The rule, and its points; below what it gives when they were taken back."""


def fold_scores(
    contact: Contact,
    event: Event,
    rules: Iterable[ScorePlan],
    properties: Callable[[Event], dict[str, Any]],
    now: int,
) -> list[Given]:
    """Take an event, consumed at ``now`` (ms), into the scores; the points that were given."""
    gave: list[Given] = []
    for rule in rules:
        if rule.matches is not None and not rule.matches(properties(event)):
            continue
        if rule.cap is not None:
            times = contact.capped.get(rule.rule, [])
            found = caps.admitted(times, event.at, rule.cap)
            if found is None:
                continue
            contact.capped = contact.capped | {rule.rule: found.times}
            gave += _take_back(contact, rule, found.gone, now)
        give(contact, rule.score, rule.decay, rule.points, event.at, now)
        gave.append((rule, rule.points))
    return gave


def give(contact: Contact, score: str, decay: Decay, points: float, at: int, now: int) -> None:
    """As of ``at``, which may be long ago."""
    contact.scores[score] = raised(contact.scores.get(score), points, at, decay.half_life)
    if decay.every:
        ends = contact.wears.get(score, [])
        contact.wears = contact.wears | {score: wear.added(ends, points, at, decay, now)}


def _take_back(contact: Contact, rule: ScorePlan, times: caps.Times, now: int) -> list[Given]:
    for at in times:
        give(contact, rule.score, rule.decay, -rule.points, at, now)
    return [(rule, -rule.points)] * len(times)


def join_scores(
    contact: Contact,
    other: Contact,
    decays: Mapping[str, Decay],
    rules: Mapping[str, ScorePlan],
    now: int,
) -> None:
    """Add another contact's, as if all their events had been one contact's: caps hold for both together."""
    for score, (value, at) in other.scores.items():
        decay = decays.get(score, Decay())
        contact.scores[score] = raised(contact.scores.get(score), value, at, decay.half_life)
        if decay.every:
            mine, theirs = contact.wears.get(score, []), other.wears.get(score, [])
            joined = wear.joined(mine, theirs, cell_of(now, decay.every))
            contact.wears = contact.wears | {score: joined}
    for key, times in other.capped.items():
        rule = rules.get(key)
        if rule is not None and rule.cap is not None:
            found = caps.joined(contact.capped.get(key, []), times, rule.cap)
            contact.capped = contact.capped | {key: found.times}
            _take_back(contact, rule, found.gone, now)


def clear(contact: Contact, score: str) -> None:
    """Forget what events gave to one score."""
    contact.scores.pop(score, None)
    contact.wears = without(contact.wears, score)
    contact.capped = without(contact.capped, *_rules_of(contact, score))


def copy(source: Contact, target: Contact, score: str) -> None:
    """Let ``target`` hold of one score exactly what events gave to ``source``."""
    clear(target, score)
    if score in source.scores:
        target.scores[score] = source.scores[score]
    if score in source.wears:
        target.wears = target.wears | {score: source.wears[score]}
    capped = {rule: source.capped[rule] for rule in _rules_of(source, score)}
    target.capped = target.capped | capped


def _rules_of(contact: Contact, score: str) -> list[str]:
    """Those of the score that remember when they gave."""
    return [rule for rule in contact.capped if rule.startswith(f"{score}/")]
