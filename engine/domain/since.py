"""Since which version of the rulebook each thing has been counted without a gap.

A new rulebook is dated once, when it is published. So each contact can tell from the version that it
was last stepped under what it has not counted from its own beginning, and each host what to rebuild.
"""

from collections.abc import Iterator

import msgspec

from engine.domain.counted import count_of, measure_of, score_of, segment_of, times_of
from engine.domain.definitions import Definitions, Level
from engine.domain.rulebook import Rulebook


def dated(before: Definitions | None, after: Definitions, version: int) -> Definitions:
    """``after`` as version ``version`` publishes it, told what ``before`` counted already."""
    held = before.since if before else {}
    asked = dict(asked_by(Rulebook(version, after)))
    since = {
        name: _levels(held.get(name, ()), version, size) for name, size in sorted(asked.items())
    }
    return msgspec.structs.replace(after, since=since)


def asked_by(rulebook: Rulebook) -> Iterator[tuple[str, int]]:
    """(name, size) of everything counted, and of every segment."""
    for aggregate in rulebook.aggregates.values():
        if aggregate.counted:
            yield count_of(aggregate.id), 1
        if aggregate.keep:
            yield times_of(aggregate.id), aggregate.keep
        if aggregate.form:
            yield measure_of(aggregate.id), aggregate.span or 1
    for score in rulebook.definitions.scores:
        yield score_of(score), 1
    for segment in rulebook.definitions.segments:
        yield segment_of(segment), 1


def _levels(held: tuple[Level, ...], version: int, size: int) -> tuple[Level, ...]:
    """A ring that grows is known as far as it went before; what shrank is known that far only."""
    levels: list[Level] = []
    for since, had in held:
        known = min(had, size)
        if not levels or known > levels[-1][1]:
            levels.append((since, known))
    if not levels or levels[-1][1] < size:
        levels.append((version, size))
    return tuple(levels)
