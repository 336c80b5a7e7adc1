"""A score is what its events and conditions are worth now, whatever the order in which they came."""

from math import inf
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.domain.duration import milliseconds
from engine.domain.message import Adopted
from engine.domain.profile import codec
from engine.domain.scores.score import decayed, raised
from tests.property.reference import Past, members
from tests.property.scores import written_scores
from tests.property.strategies import (
    LONGEST,
    Happening,
    conditions,
    declared,
    histories,
)
from tests.unit.domain import builders as build
from tests.unit.domain.builders import Life

MONDAY = 3 * build.DAY
PERIODS = 4

raises = st.lists(st.tuples(st.floats(-100, 100), st.integers(0, 10_000)), min_size=1, max_size=10)


@settings(max_examples=200, deadline=None)
@given(raises, st.sampled_from([0, 100, 5_000]))
def test_the_order_of_arrival_does_not_matter(
    given_points: list[tuple[float, int]], half_life: int
) -> None:
    stored = None
    for points, at in given_points:
        stored = raised(stored, points, at, half_life)
    latest = max(at for _points, at in given_points)
    worth = sum(decayed(points, at, latest, half_life) for points, at in given_points)
    assert stored is not None
    assert stored[1] == latest
    assert stored[0] == pytest.approx(worth, abs=1e-6)


class World(NamedTuple):
    """As written in YAML: aggregates, a score, and a bound that a segment asks about it."""

    declared: dict[str, dict[str, Any]]
    score: dict[str, Any]
    bound: dict[str, Any]


BOUNDS = ({"at_least": 4}, {"under": 2}, {"over": 9.5}, {"between": [1, 7]}, {"at_most": -1})


@st.composite
def worlds(draw: st.DrawFn) -> World:
    figured = draw(declared(2))
    written = draw(written_scores(conditions([], figured)))
    return World(figured, written, draw(st.sampled_from(BOUNDS)))


class Truth:
    """What was consumed, and the score made of nothing but that."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.past = Past([], {}, world.declared, {})

    def value(self, at: int) -> float:
        gave, held, factor = 0.0, 0.0, 1.0
        for rule in self.world.score["rules"]:
            if "event" in rule:
                gave += sum(self.left(rule["points"], when, at) for when in self.counted(rule))
            elif members({"rule": rule["if"]}, self.past, at):
                held += rule.get("points", 0)
                factor *= rule.get("factor", 1)
        value, score = gave * factor + held, self.world.score
        return float(min(max(value, score.get("min", value)), score.get("max", inf)))

    def left(self, points: float, when: int, at: int) -> float:
        score = self.world.score
        if "half_life" in score:
            return float(points * 0.5 ** (max(0, at - when) / milliseconds(score["half_life"])))
        if "linear" not in score:
            return points
        every, step = milliseconds(score["linear"]["every"]), score["linear"]["points"]
        rest = abs(points) - step * (cell(at, every) - cell(when, every))
        return max(0, rest) * (1 if points > 0 else -1)

    def counted(self, rule: dict[str, Any]) -> list[int]:
        """When the events happened that give points: as many in each period as the cap allows."""
        times = [when for name, when, _ in self.past.events if name == rule["event"]]
        if "cap" not in rule and "once" not in rule:
            return times
        most = 1 if "once" in rule else int(rule["cap"] / abs(rule["points"]))
        per = milliseconds(rule["per"]) if "per" in rule else 0
        periods: dict[int, list[int]] = {}
        for when in times:
            remembered = sorted(periods)[-PERIODS:]
            period = cell(when, per) if per else 0
            if period in remembered or len(remembered) < PERIODS or period > remembered[0]:
                periods.setdefault(period, []).append(when)
        return [when for found in periods.values() for when in sorted(found)[:most]]


def cell(at: int, span: int) -> int:
    return (at + MONDAY) // span


def born(world: World) -> Life:
    parts: list[Any] = [build.aggregate(name, **asked) for name, asked in world.declared.items()]
    heat = build.score("heat", *world.score["rules"], **rest_of(world.score))
    return build.life(*parts, heat, build.segment("s", score="heat", **world.bound))


def rest_of(score: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in score.items() if name != "rules"}


def takes(life: Life, truth: Truth, one: Happening) -> None:
    at = life.now - one.late
    truth.past.events.append((one.name, at, one.properties))
    life.take(build.event(one.name, at, properties=one.properties))


def value(life: Life) -> float:
    return life.book.gauges["heat"].of(life.contact, life.now)


def fits(bound: dict[str, Any], number: float) -> bool:
    return {
        "at_least": lambda limit: number >= limit,
        "under": lambda limit: number < limit,
        "over": lambda limit: number > limit,
        "between": lambda limits: limits[0] <= number <= limits[1],
        "at_most": lambda limit: number <= limit,
    }[next(iter(bound))](next(iter(bound.values())))


@settings(max_examples=120, deadline=None)
@given(worlds(), histories)
def test_at_every_instant_a_score_is_what_brute_force_makes_of_what_was_consumed(
    world: World, history: list[Happening]
) -> None:
    life, truth = born(world), Truth(world)
    for one in history:
        for at in range(life.now + 1, life.now + one.gap + 1):
            assert value(life.until(at)) == pytest.approx(truth.value(at) if life.log else 0)
        takes(life, truth, one)
        assert value(life) == pytest.approx(truth.value(life.now))
    for at in range(life.now + 1, life.now + LONGEST):
        assert value(life.until(at)) == pytest.approx(truth.value(at))


@settings(max_examples=120, deadline=None)
@given(worlds(), histories)
def test_a_condition_on_a_score_is_crossed_at_the_very_millisecond(
    world: World, history: list[Happening]
) -> None:
    """But for values so near to the bound that the order of additions decides."""
    life, truth, limits = born(world), Truth(world), bounds_of(world.bound)
    for one in history:
        life.until(life.now + one.gap)
        takes(life, truth, one)
    before = "s" in life.contact.segments
    for at in range(life.now + 1, life.now + LONGEST):
        due = life.contact.due
        number = truth.value(at)
        inside = "s" in life.until(at).contact.segments
        if any(abs(number - limit) < 1e-9 for limit in limits) and "half_life" in world.score:
            continue
        assert inside is fits(world.bound, number)
        if inside is not before:
            assert 0 < due <= at
        before = inside


def bounds_of(bound: dict[str, Any]) -> list[float]:
    [limit] = bound.values()
    return limit if isinstance(limit, list) else [limit]


two_sides = st.lists(st.tuples(st.booleans(), histories.map(lambda h: h[0])), max_size=8)


@settings(max_examples=100, deadline=None)
@given(worlds(), two_sides)
def test_two_who_merge_are_as_one_with_the_events_of_both(
    world: World, history: list[tuple[bool, Happening]]
) -> None:
    """As long as no cap had to forget a period."""
    ada, guest, both = born(world), born(world), Truth(world)
    guest.contact.id = 2 << 16
    for theirs, one in history:
        for life in (ada, guest):
            life.until(life.now + min(one.gap, 5))
        takes(guest if theirs else ada, both, one)
    assume(all(len(periods(both, rule)) <= PERIODS for rule in world.score["rules"]))
    ada.take(Adopted(source=guest.contact.id, state=codec.encode(guest.contact), sends=()))
    for at in range(ada.now, ada.now + LONGEST, 7):
        assert value(ada.until(at)) == pytest.approx(both.value(at), abs=1e-6)


def periods(truth: Truth, rule: dict[str, Any]) -> set[int]:
    per = milliseconds(rule.get("per", "1d"))
    return {cell(when, per) for name, when, _ in truth.past.events if name == rule.get("event")}
