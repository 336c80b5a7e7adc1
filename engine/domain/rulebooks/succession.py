"""Succession: what becomes of runs under way when a later version of their scenario is published.

pin        they finish on the version that they began with
migrate    they go on at their step in the later version, re-timed from when they came to it; ``moves``
           names the step for those that are not there any more, and without one they end
exit       they end

A run that ends so ends for the reason ``version``. What is chosen holds for the runs of all earlier
versions that differ, as far as the later one is rolled out; whom a growing share reaches, it reaches
then. A run that missed several versions comes through them one after the other.
"""

from collections.abc import Iterator
from itertools import groupby

import msgspec

from engine.domain.conditions.counted import RUNS
from engine.domain.conditions.lot import number_in
from engine.domain.language.scenario import Scenario, as_plain
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions, Level

Versions = dict[tuple[str, int], tuple["Heir", ...]]


class Heir(msgspec.Struct, frozen=True):
    """What a run may come to next; ``version`` 0 ends it. ``lot`` and ``share``: whose runs."""

    version: int
    moves: dict[str, str]
    lot: str
    share: float


def lot_of(scenario: Scenario) -> str:
    """The same through all edits of one roll-out, so that who has the new version keeps it."""
    return f"rollout/{scenario.scenario}/{scenario.former}"


def in_share(scenario: Scenario, contact: Contact) -> bool:
    """Whether the contact is one of those whom this version is for."""
    return number_in(lot_of(scenario), contact) < scenario.share


def heirs(definitions: Definitions) -> Versions:
    """By scenario and version, those that its runs come to, the earliest first."""
    written = (*definitions.retired, *definitions.scenarios)
    chosen = {one.scenario for one in written if one.waiting != "pin"} | definitions.ended.keys()
    several = sorted(
        (one for one in written if one.scenario in chosen),
        key=lambda one: (one.scenario, one.version),
    )
    found: Versions = {}
    for name, versions in groupby(several, key=lambda one: one.scenario):
        ended = definitions.ended.get(name, 0)
        found |= _heirs_among(list(versions), ended)
    return found


def heirs_at_last(scenario: Scenario | None) -> tuple[Heir, ...]:
    """For the runs of all versions alike: they come to this one."""
    return () if scenario is None or scenario.waiting == "pin" else (_heir(scenario),)


def _heirs_among(versions: list[Scenario], ended: int) -> Versions:
    found: Versions = {}
    for at, one in enumerate(versions):
        later = [_heir(heir) for heir in versions[at + 1 :] if _inherits(heir, one)]
        if one.version <= ended:
            before = [heir for heir in later if heir.version <= ended]
            later = [*before, Heir(0, {}, "", 100)]
        if later:
            found[one.scenario, one.version] = tuple(later)
    return found


def _inherits(later: Scenario, one: Scenario) -> bool:
    """Runs of a version that is the same, as after a roll-back, are well where they are."""
    if later.waiting == "pin":
        return False
    return bool(later.moves) or as_plain(later) != as_plain(one)


def _heir(later: Scenario) -> Heir:
    version = later.version if later.waiting == "migrate" else 0
    return Heir(version, later.moves, lot_of(later), later.share)


def dates(before: Definitions, after: Definitions, version: int) -> dict[str, tuple[Level, ...]]:
    """Since when the runs of which scenarios have to be looked at: every host does so, once."""
    held = {name: levels for name, levels in before.since.items() if name.startswith(RUNS)}
    return held | {f"{RUNS}{name}": ((version, 1),) for name in _touched(before, after)}


def _touched(before: Definitions, after: Definitions) -> Iterator[str]:
    in_force = {one.scenario: (one.version, one.rollout) for one in before.scenarios}
    for one in after.scenarios:
        known = in_force.get(one.scenario)
        if known and one.waiting != "pin" and known != (one.version, one.rollout):
            yield one.scenario
    yield from sorted(after.ended.keys() - before.ended.keys())
    yield from sorted({*before.paused} - {*after.paused})
