"""A rebuild is what would have been: whoever met a rulebook late is as if it had been there all along."""

import asyncio
from random import Random
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.event import SERVER
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions, encode
from engine.domain.rulebooks.pending import drop_removed
from engine.domain.rulebooks.rulebook import Rulebook
from engine.loading.check_condition import segments_of
from engine.replay import scan
from engine.runtime.rulebook import pace, rebuild
from engine.runtime.scanning import scans
from tests.jumping_loop import JumpingLoop
from tests.property.strategies import LONGEST, documents, happenings
from tests.property.test_replay import HOSTS, Came, Killed, event_of
from tests.small_engine import SmallEngine

GAP = 0.004
"""Seconds between two steps of a history: a rebuild goes on meanwhile."""
INSTANTS = (0, 5, 10, 25, 60)
"""Ms after the last event at which what is sliding is read."""
BEGUN, STRIDE = 1_700_000_001_000, 7
"""Events happened at instants of their own, however long the kills of a history take."""
KEYS = (
    ("anonymous_id:d",),
    ("anonymous_id:e",),
    ("user_id:1",),
    ("user_id:1", "anonymous_id:d"),
    ("user_id:1", "anonymous_id:e"),
    ("user_id:2", "anonymous_id:e"),
)
"""Two devices that come to be somebody's, often."""

came = st.builds(Came, happenings, st.sampled_from(KEYS), st.just(SERVER))
killed = st.builds(Killed, st.sampled_from(["host-0", "host-1"]))
histories = st.lists(st.one_of(*[came] * 9, killed), min_size=4, max_size=14)
moments = st.lists(st.integers(1, 12), min_size=1, max_size=2).map(sorted)


def figures_only(document: Definitions) -> Definitions:
    """No scenario, so that nothing but events changes an attribute; nothing about visits, whose number

    depends on the moment at which two contacts became one.
    """
    kept = [one for one in document.segments if b'"visit.' not in msgspec.json.encode(one)]
    names = {one.segment for one in kept}
    asked = {one.segment: set(segments_of(one.condition)) for one in kept}
    while dangling := {name for name in names if asked[name] - names}:
        names -= dangling
    segments = tuple(one for one in kept if one.segment in names)
    return msgspec.structs.replace(document, scenarios=(), segments=segments)


class Ended(NamedTuple):
    """Contacts by their keys, and the instant at which the last event had been consumed."""

    contacts: dict[tuple[str, ...], Contact]
    at: int


async def live(engine: SmallEngine, history: list[Any], published: dict[int, Definitions]) -> Ended:
    """Rulebooks are published before those steps of the history."""
    await engine.start()
    for number, one in enumerate(history):
        if number in published:
            await engine.coordinator.rulebooks.apply(encode(published[number]), "operator")
        match one:
            case Came():
                engine.clock.advance(one.happening.gap)
                at = BEGUN + number * STRIDE - one.happening.late
                event = event_of(engine, one, number)
                await engine.push(msgspec.structs.replace(event, at=at))
            case Killed(part):
                await engine.kill(part)
                await engine.up()
        await asyncio.sleep(GAP)
    at = engine.clock.now()
    if published and max(published) >= len(history):
        await engine.coordinator.rulebooks.apply(encode(published[max(published)]), "operator")
    await engine.rest()
    engine.clock.advance(3 * LONGEST)
    await engine.rest()
    assert await engine.fsck() == []
    stand = [one for one in engine.contacts().values() if not one.merged_into]
    return Ended({tuple(sorted(one.keys)): one for one in stand}, at)


def counted(one: Contact, book: Rulebook, at: int) -> dict[str, Any]:
    """What a contact knows of what the rulebook asks; the rest goes with its next message.

    A series may reach back further than it is asked to, so that it is told by what is read of it.
    """
    drop_removed(one, book)
    series = {number for number, asked in book.aggregates.items() if asked.span}
    return {
        "counts": one.counts,
        "rings": one.rings,
        "measures": {n: held for n, held in one.measures.items() if n not in series},
        "read": {
            name: [reading.value(one, at + later) for later in INSTANTS]
            for name, reading in book.readings.items()
        },
        "scores": one.scores,
        "collections": one.collections,
        "segments": sorted(one.segments),
        "pending": one.pending,
    }


def ended(first: Definitions, history: list[Any], published: dict[int, Definitions]) -> Ended:
    engine = SmallEngine(JumpingLoop(), HOSTS, first, Random(1))
    engine.checked = lambda _definitions: []  # conditions that nobody fits are rebuilt too
    try:
        return engine.run(live(engine, history, published))
    finally:
        engine.close()


@settings(max_examples=10, deadline=None)
@given(documents(), documents(), documents(), histories, moments)
def test_whoever_met_a_rulebook_late_is_as_if_it_had_been_there_all_along(
    first: Definitions,
    between: Definitions,
    later: Definitions,
    history: list[Any],
    when: list[int],
) -> None:
    first, between, later = map(figures_only, (first, between, later))
    published = dict(zip(when, (between, later)[-len(set(when)) :], strict=False))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "PAGE", 2)
        patch.setattr(scans, "BREATH", 0.003)
        patch.setattr(rebuild, "PAGE", 1)
        patch.setattr(pace, "FIRST", 1)
        patch.setattr(pace, "MOST", 1)
        late = ended(first, history, published)
    there, at = ended(later, history, {})
    book, at = Rulebook(1, later), max(at, late.at)
    assert {keys: counted(one, book, at) for keys, one in late.contacts.items()} == {
        keys: counted(one, book, at) for keys, one in there.items()
    }
