"""Aggregates are exact: at every instant their value equals brute force over what was consumed by then."""

from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.aggregates.aggregate import clear, copy, fold_aggregates
from engine.domain.conditions.demand import Demand
from engine.domain.conditions.predicate import compiled
from engine.domain.event import Event
from engine.domain.message import Adopted
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from tests.property.reference import Past, figure, members
from tests.property.strategies import LONGEST, VALUES, declared, names, operators
from tests.unit.domain import builders as build
from tests.unit.domain.builders import Life


class Bite(NamedTuple):
    """An event; ``late`` below 0 is one that claims to happen later than it arrives."""

    gap: int
    late: int
    name: str
    properties: dict[str, Any]


bites = st.builds(
    Bite,
    gap=st.sampled_from([0, 0, 1, 5, 9, 10, 24, 25, 70]),
    late=st.sampled_from([0, 0, 5, 10, 30, 80, -7]),
    name=names,
    properties=st.dictionaries(st.just("n"), st.sampled_from([*VALUES, -3, 0.1, 19.99, [1]])),
)
lives = st.lists(bites, max_size=8)
Declared = dict[str, dict[str, Any]]


def begun(written: Declared) -> Life:
    return build.life(*(build.aggregate(name, **asked) for name, asked in written.items()))


def bitten(life: Life, past: Past, one: Bite) -> None:
    life.until(life.now + one.gap)
    at = life.now - one.late
    past.events.append((one.name, at, one.properties))
    life.take(build.event(one.name, at, properties=one.properties))


def plain(past: Past) -> Past:
    """What no aggregate reads, lists, is no value."""
    events = [(n, at, {k: v for k, v in p.items() if v != [1]}) for n, at, p in past.events]
    return past._replace(events=events)


def properties_of(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(event.properties) if event.properties else {}
    return found


def values(life: Life, at: int) -> dict[str, Any]:
    readings = life.book.readings
    return {name: reading.value(life.contact, at) for name, reading in readings.items()}


def brute(past: Past, at: int) -> dict[str, Any]:
    return {name: figure(name, plain(past), at) for name in past.declared}


@settings(max_examples=100, deadline=None)
@given(declared(), lives)
def test_a_value_at_any_instant_equals_brute_force(written: Declared, history: list[Bite]) -> None:
    life, past = begun(written), Past([], {}, written, {})
    for one in history:
        bitten(life, past, one)
        for at in range(life.now, life.now + LONGEST + 10, 3):
            assert values(life, at) == brute(past, at)


@settings(max_examples=100, deadline=None)
@given(declared(most=2), operators, lives)
def test_an_announced_flip_is_the_instant_at_which_brute_force_flips(
    written: Declared, asked: dict[str, Any], history: list[Bite]
) -> None:
    life, past = begun(written), Past([], {}, written, {})
    for one in history:
        bitten(life, past, one)
    questions = {name: {"aggregate": name, **asked} for name in written}
    for name, question in questions.items():
        demand = Demand(aggregates={}, readings=life.book.readings)
        holds = compiled(build.condition(**question), demand)
        answers = [
            name in members(questions, plain(past), at)
            for at in range(life.now, life.now + 2 * LONGEST)
        ]
        flips = [at for at, (a, b) in enumerate(pairwise(answers), 1) if a != b]
        assert holds(life.contact, life.now) == (answers[0], life.now + flips[0] if flips else 0)


@settings(max_examples=100, deadline=None)
@given(declared(), lives, lives)
def test_a_merged_contact_has_the_values_of_both_histories(
    written: Declared, mine: list[Bite], others: list[Bite]
) -> None:
    survivor, other = begun(written), begun(written)
    past = Past([], {}, written, {})
    for life, history in ((survivor, mine), (other, others)):
        for one in history:
            bitten(life, past, one)
    survivor.until(max(survivor.now, other.now))
    survivor.take(Adopted(99, codec.encode(other.contact)))
    for at in range(survivor.now, survivor.now + LONGEST + 10, 3):
        assert values(survivor, at) == brute(past, at)


@settings(max_examples=100, deadline=None)
@given(declared(), lives)
def test_folding_one_aggregate_alone_onto_a_scratch_contact_gives_what_live_gave(
    written: Declared, history: list[Bite]
) -> None:
    life, past = begun(written), Past([], {}, written, {})
    for one in history:
        bitten(life, past, one)
    for aggregate in life.book.aggregates.values():
        scratch, target = Contact(1), codec.decode(codec.encode(life.contact))
        for message, now, _ in life.log:
            if isinstance(message, Event) and message.name == aggregate.event:
                fold_aggregates(scratch, message, [aggregate], properties_of, now)
        clear(target, aggregate.id)
        copy(scratch, target, aggregate.id)
        assert target == life.contact
