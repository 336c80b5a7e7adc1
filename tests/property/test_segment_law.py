"""Membership is exact: at every instant it equals brute force over what was consumed by then."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.surveys.forecast import standing
from tests.property.reference import Past, members
from tests.property.strategies import (
    LISTS,
    LONGEST,
    Happening,
    declared,
    histories,
    listings,
    segment_sets,
)
from tests.unit.domain import builders as build
from tests.unit.domain.builders import NOON, Life

Crossing = tuple[str, str, int]


class Watch:
    """Walks a life through every millisecond and compares it with brute force."""

    def __init__(
        self, declared: dict[str, dict[str, Any]], written: dict[str, dict[str, Any]]
    ) -> None:
        self.written = written
        self.past = Past([], {}, declared, {})
        self.life = build.life(*parts_of(declared, written), lists=LISTS)
        self.before: set[str] = set()
        self.expected: list[Crossing] = []

    def tick(self, at: int) -> None:
        """One millisecond passes; what flips by time alone has had its timer."""
        due = self.life.contact.due
        self.life.until(at)
        if self.compare():
            assert 0 < due <= at

    def take(self, one: Happening) -> None:
        at = self.life.now - one.late
        self.past.events.append((one.name, at, one.properties))
        self.life.take(build.event(one.name, at, properties=one.properties))
        self.compare()
        if one.act:
            self.lists(one.act)
            self.compare()
        if one.traits:
            self.past.attributes.update(one.traits)
            self.life.tells(**one.traits)
            self.compare()

    def lists(self, act: str) -> None:
        self.life.acts(act, "fair")
        if act == "join":
            self.past.lists.setdefault("fair", self.life.now)
        else:
            self.past.lists.pop("fair", None)

    def compare(self) -> bool:
        """Whether anything was crossed since the last look."""
        now = members(self.written, self.past, self.life.now) if self.life.log else set()
        assert set(self.life.contact.segments) == now
        crossed = [("segment_entered", name, self.life.now) for name in now - self.before]
        crossed += [("segment_left", name, self.life.now) for name in self.before - now]
        self.before = now
        self.expected += crossed
        return bool(crossed)


@st.composite
def worlds(draw: st.DrawFn) -> Any:
    """Aggregates, and segments that may ask about them."""
    figured = draw(declared())
    return figured, draw(segment_sets(aggregates=figured, more=listings))


def parts_of(declared: dict[str, dict[str, Any]], written: dict[str, dict[str, Any]]) -> list[Any]:
    parts: list[Any] = [build.aggregate(name, **asked) for name, asked in declared.items()]
    return parts + [build.segment(name, **asked) for name, asked in written.items()]


@settings(max_examples=120, deadline=None)
@given(worlds(), histories)
def test_membership_at_every_instant_equals_brute_force_and_each_crossing_is_one_fact(
    world: Any, history: list[Happening]
) -> None:
    watch, at = Watch(*world), NOON
    for one in history:
        for instant in range(at + 1, at + one.gap + 1):
            watch.tick(instant)
        at += one.gap
        watch.take(one)
    for instant in range(at + 1, at + LONGEST + 2):
        watch.tick(instant)
    facts = [
        (fact.what, fact.subject, fact.at)
        for fact in watch.life.facts
        if fact.what in {"segment_entered", "segment_left"}
    ]
    assert sorted(facts) == sorted(watch.expected)


@settings(max_examples=100, deadline=None)
@given(worlds(), histories)
def test_a_host_that_slept_ends_where_one_that_was_awake_ends(
    world: Any, history: list[Happening]
) -> None:
    parts = parts_of(*world)
    awake, asleep = build.life(*parts, lists=LISTS), build.life(*parts, lists=LISTS)
    for one in history:
        for life in (awake, asleep):
            life.until(life.now + one.gap)
            life.does(one.name, properties=one.properties)
            if one.act:
                life.acts(one.act, "fair")
    awake.until(awake.now + LONGEST)
    asleep.misses(f"{LONGEST}ms")
    assert crossings(asleep) == crossings(awake)
    assert asleep.contact.segments == awake.contact.segments


@settings(max_examples=80, deadline=None)
@given(worlds(), histories)
def test_the_foreseen_end_is_the_very_millisecond_at_which_brute_force_flips(
    world: Any, history: list[Happening]
) -> None:
    watch = Watch(*world)
    for one in history:
        watch.life.until(watch.life.now + one.gap)
        watch.take(one)
    life, written = watch.life, watch.written
    ahead = range(life.now + 1, life.now + LONGEST + 2)
    after = {at: members(written, watch.past, at) for at in ahead}
    for name in written:
        found = standing(life.contact, name, life.book, life.now)
        assert found.member is (name in watch.before)
        flips = (at for at in ahead if (name in after[at]) is not found.member)
        assert found.until == next(flips, 0)
        assert found.since == life.contact.segments.get(name, 0)


def crossings(life: Life) -> list[tuple[str, int]]:
    return life.said("segment_entered", "segment_left")
