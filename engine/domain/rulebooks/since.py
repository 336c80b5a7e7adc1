"""Since which version of the rulebook each thing has been counted without a gap.

A new rulebook is dated once, when it is published. So each contact can tell from the version that it
was last stepped under what it has not counted from its own beginning, and each host what to rebuild.
"""

from collections.abc import Container, Iterable, Iterator

import msgspec

from engine.domain.aggregates.aggregate import Aggregate
from engine.domain.conditions.counted import (
    collection_of,
    count_of,
    matrix_of,
    measure_of,
    score_of,
    segment_of,
    stages_of,
    times_of,
    trigger_of,
)
from engine.domain.conditions.demand import Demand
from engine.domain.conditions.grading import asks_grade
from engine.domain.conditions.predicate import compiled
from engine.domain.language.segment import Segment
from engine.domain.profile.lexicon import Words
from engine.domain.rulebooks.definitions import Definitions, Level
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.succession import dates
from engine.domain.scores.score import Score
from engine.domain.scores.score import asked_by as asked_by_rule


def dated(before: Definitions | None, after: Definitions, version: int) -> Definitions:
    """``after`` as version ``version`` publishes it, told what ``before`` counted already."""
    held, words = (before.since, before.lexicon) if before else ({}, Words())
    rulebook = Rulebook(version, after)
    asked = dict(asked_by(rulebook))
    since = {
        name: _levels(held.get(name, ()), version, size) for name, size in sorted(asked.items())
    }
    names = (
        *rulebook.asked,
        *rulebook.capped,
        *rulebook.scores,
        *(one.scenario for one in after.scenarios),
    )
    lexicon = words.grown(names, rulebook.aggregates)
    since |= dates(before, after, version) if before else {}
    return msgspec.structs.replace(after, since=since, lexicon=lexicon)


def asked_by(rulebook: Rulebook) -> Iterator[tuple[str, int]]:
    """(name, size) of everything counted, and of every segment."""
    for aggregate in rulebook.aggregates.values():
        yield from _parts(aggregate)
    for score in rulebook.definitions.scores:
        yield score_of(score), 1
    for collection in rulebook.collections:
        yield collection_of(collection), 1
    for segment in rulebook.definitions.segments:
        yield segment_of(segment), 1
    if rulebook.stages:
        yield stages_of(rulebook.definitions.stages), 1
    for name in sorted(rulebook.dates.names):
        yield trigger_of(name, rulebook.dates.asked(name)), 1
    if rulebook.definitions.matrix is not None:
        yield matrix_of(rulebook.definitions.matrix), 1


def _parts(aggregate: Aggregate) -> Iterator[tuple[str, int]]:
    if aggregate.counted:
        yield count_of(aggregate.id), 1
    if aggregate.keep:
        yield times_of(aggregate.id), aggregate.keep
    if aggregate.form:
        yield measure_of(aggregate.id), aggregate.span or 1


def read_by(rulebook: Rulebook, segments: Iterable[str], scores: Iterable[str] = ()) -> set[str]:
    """What is counted that these segments and scores ask, and those that they ask about."""
    written = {one.segment: one for one in rulebook.definitions.segments}
    demand = rulebook.demand({})
    demand.scored.update(scores)
    found = _counted(rulebook, demand)
    asked = {*segments, *demand.segments}
    names = {plan.name for segment in asked for plan in rulebook.behind(segment)}
    for name in names & written.keys():
        found |= _read(rulebook, written[name])[0]
    return found


def _read(rulebook: Rulebook, segment: Segment) -> tuple[set[str], set[str]]:
    """What one segment asks itself: what is counted, and other segments."""
    demand = rulebook.demand({})
    compiled(segment.asks, demand)
    return _counted(rulebook, demand), demand.segments


def _counted(rulebook: Rulebook, demand: Demand) -> set[str]:
    """What is counted of it; what the scores among it read is added to ``demand``."""
    scores = set(map(score_of, _scores_behind(rulebook.definitions, demand)))
    parts = scores | {part for one in demand.aggregates.values() for part, _ in _parts(one)}
    parts |= {collection_of(rulebook.kept[n]) for n in demand.collections & rulebook.kept.keys()}
    return parts


def waiting(definitions: Definitions, names: Container[str]) -> set[str]:
    """The segments that nobody knows, or has been asked for, as long as these are being rebuilt."""
    rulebook = Rulebook(0, definitions)
    found: set[str] = set()
    written = {one.segment: one for one in definitions.segments}
    for name in rulebook.segments:
        parts, asked = _read(rulebook, written[name])
        parts.add(segment_of(written[name]))
        if definitions.matrix is not None and asks_grade(written[name].asks):
            parts.add(matrix_of(definitions.matrix))
        if any(part in names for part in parts) or asked & found:
            found.add(name)
    return found


def _scores_behind(definitions: Definitions, demand: Demand) -> list[Score]:
    """Those asked about; what their conditions read is added to ``demand``."""
    found: dict[str, Score] = {}
    written = {one.score: one for one in definitions.scores}
    while fresh := (demand.scored & written.keys()) - found.keys():
        found |= {name: written[name] for name in fresh}
        for name in fresh:
            for condition in filter(None, map(asked_by_rule, written[name].rules)):
                compiled(condition, demand)
    return list(found.values())


def titles(definitions: Definitions) -> dict[str, str]:
    """What an operator calls what is counted, by its name here."""
    rulebook = Rulebook(0, definitions)
    declared: dict[int, list[str]] = {}
    for name, reading in rulebook.readings.items():
        for aggregate in reading.aggregates:
            declared.setdefault(aggregate.id, []).append(name)
    told = {score_of(score): f"score {score.score}" for score in definitions.scores}
    told |= {collection_of(one): f"collection {one.collection}" for one in rulebook.collections}
    for aggregate in rulebook.aggregates.values():
        chosen = ", those that a where chooses" if aggregate.matches else ""
        event = f"{aggregate.event}{chosen}"
        named = ", ".join(f"aggregate {name}" for name in declared.get(aggregate.id, ()))
        told[count_of(aggregate.id)] = named or f"how often {event}"
        told[times_of(aggregate.id)] = f"when {event}"
        told[measure_of(aggregate.id)] = named or (
            f"when {event}" if aggregate.span else f"when first or last {event}"
        )
    return told


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
