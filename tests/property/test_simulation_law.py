"""A rehearsal comes out as life does: the same events bring about the same runs and the same messages."""

import asyncio
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.domain import fact, message
from engine.domain.event import Event
from engine.domain.fact import Fact
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions, encode
from engine.replay.simulation import Passed, Simulation
from tests.jumping_loop import JumpingLoop
from tests.property.scenarios import worlds
from tests.property.strategies import LONGEST, Happening, documents, happenings
from tests.small_engine import SmallEngine

KEY = "user_id:1"
PERSON = {"email": "ada@example.com", "phone": "+33612345678", "consent_email": True}
ABOUT_RUNS = {
    "run_entered", "run_ended", "step_in", "step_out", "skipped", "intended", "timed_out",
    "goal_reached", "segment_entered", "segment_left", "arm", "fallback", "handoff_raised",
}  # fmt: skip

Line = tuple[str, str, object]
Lived = tuple[list[tuple[int, Event]], list[Line], int]


async def live(engine: SmallEngine, history: list[Happening]) -> Lived:
    """The events with the instants they were consumed at, what came of them, and when the last came."""
    await engine.start()
    await engine.push(engine.event("Came", KEY, traits=PERSON))
    await engine.rest()
    for one in history:
        await asyncio.sleep(one.gap / 1_000)
        told = engine.event(
            one.name, KEY, ago=one.late, properties=one.properties, traits=one.traits, live=one.live
        )
        await engine.push(told)
        await engine.rest()
    await asyncio.sleep(3 * LONGEST / 1_000)
    await engine.rest()
    rows = engine.log()
    bodies = [(row.now, message.decode(row.body)) for row in rows]
    events = [(now, taken) for now, taken in bodies if isinstance(taken, Event)]
    return (
        events,
        lines([one for row in rows for one in fact.decode(row.facts)]),
        rows[-1].now,
    )


def lines(facts: list[Fact]) -> list[Line]:
    return [(one.what, one.subject, one.detail) for one in facts if one.what in ABOUT_RUNS]


def rehearsed(world: Simulation, events: list[tuple[int, Event]], until: int) -> list[Line]:
    passed: list[Passed] = []
    for now, event in events:
        passed += world.take(event, now)
    passed += world.until(until)
    return lines([one for each in passed for one in each.outcome.facts])


def answered(written: Definitions) -> Definitions:
    """When the answer to a message comes is the Sender's to say: nothing is caused by that one came."""
    assume(b'"message":"sent"' not in encode(written))
    return replace(written, webhooks=tuple(replace(one, on=()) for one in written.webhooks))


@settings(max_examples=25, deadline=None)
@given(
    documents() | worlds().map(answered) | worlds().map(answered),
    st.lists(happenings, min_size=1, max_size=8),
)
def test_a_simulation_does_what_the_engine_did(
    written: Definitions, history: list[Happening]
) -> None:
    """mautic#2307: a simulator of campaigns was asked for."""
    loop = JumpingLoop()
    engine = SmallEngine(loop, 1, written, Random(0))
    try:
        events, lived, until = engine.run(live(engine, history))
        [rulebook] = engine.rulebooks().values()
        [contact] = engine.contacts().values()
    finally:
        engine.close()
        asyncio.set_event_loop(None)
    world = Simulation(Contact(contact.id), rulebook, events[0][0])
    assert rehearsed(world, events, until) == lived
    assert world.contact.segments.keys() == contact.segments.keys()
    assert [run.id for run in world.contact.runs] == [run.id for run in contact.runs]
