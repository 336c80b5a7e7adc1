"""A rebuild is what would have been: whoever met a rulebook late is as if it had been there all along."""

import asyncio
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.contact import Contact
from engine.domain.definitions import Definitions, encode
from engine.domain.event import SERVER
from engine.domain.rulebook import Rulebook
from engine.loading.check_condition import segments_of
from engine.replay import scan
from engine.runtime import pace, rebuild, scans
from tests.jumping_loop import JumpingLoop
from tests.property.strategies import LONGEST, documents, happenings
from tests.property.test_replay import HOSTS, Came, Killed, event_of
from tests.small_engine import SmallEngine

GAP = 0.004
"""Seconds between two steps of a history: a rebuild goes on meanwhile."""
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


async def live(
    engine: SmallEngine, history: list[Any], published: dict[int, Definitions]
) -> dict[tuple[str, ...], Contact]:
    """Contacts by their keys, at the end; rulebooks are published before those steps of the history."""
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
    if published and max(published) >= len(history):
        await engine.coordinator.rulebooks.apply(encode(published[max(published)]), "operator")
    await engine.rest()
    engine.clock.advance(3 * LONGEST)
    await engine.rest()
    assert await engine.fsck() == []
    return {tuple(sorted(c.keys)): c for c in engine.contacts().values() if not c.merged_into}


def counted(contacts: dict[tuple[str, ...], Contact], asked: set[int]) -> dict[Any, Any]:
    """What is counted that the rulebook still asks for: the rest goes with a contact's next message."""

    def kept(figures: dict[int, Any]) -> dict[int, Any]:
        return {number: figure for number, figure in figures.items() if number in asked}

    return {
        keys: (
            *map(kept, (one.counts, one.rings, one.measures)),
            *(one.scores, sorted(one.segments), one.pending),
        )
        for keys, one in contacts.items()
    }


def ended(first: Definitions, history: list[Any], published: dict[int, Definitions]) -> Any:
    asked = {*Rulebook(1, published[max(published)] if published else first).aggregates}
    engine = SmallEngine(JumpingLoop(), HOSTS, first, Random(1))
    try:
        return counted(engine.run(live(engine, history, published)), asked)
    finally:
        engine.close()


@settings(max_examples=10, deadline=None, derandomize=True)
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
    assert late == ended(later, history, {})
