"""A second condition for who is inside: entering by one and leaving by the other, at the very instant."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.language.segment import Segment
from engine.domain.language.threshold import Threshold, segment_of
from tests.property.deeds import dids, extents
from tests.property.reference import Past, members
from tests.property.strategies import LONGEST, Happening, histories
from tests.unit.domain import builders as build
from tests.unit.domain.builders import NOON, Life

Step = tuple[str, int]


def crossed(inside: bool, enters: bool, stays: bool) -> bool:
    return stays if inside else enters


def walked(life: Life, history: list[Happening], asked: Any) -> list[Step]:
    """The crossings that brute force finds; ``asked(events, at)`` answers for entering and staying."""
    events, inside, found = list[tuple[str, int, dict[str, Any]]](), False, list[Step]()

    def look() -> None:
        nonlocal inside
        now = crossed(inside, *asked(events, life.now))
        if now is not inside:
            found.append(("in" if now else "out", life.now - NOON))
        inside = now
        assert ("s" in life.contact.segments) is inside

    for one in [*history, None]:
        for _ in range(one.gap if one else LONGEST + 1):
            life.until(life.now + 1)
            if life.log:
                look()
        if one is not None:
            at = life.now - one.late
            events.append((one.name, at, one.properties))
            life.take(build.event(one.name, at, properties=one.properties))
            look()
    return found


def told(life: Life) -> list[Step]:
    words = {"segment_entered": "in", "segment_left": "out"}
    return [(words[fact.what], fact.at - NOON) for fact in life.facts if fact.what in words]


@settings(max_examples=60, deadline=None)
@given(dids() | extents(), dids() | extents(), histories)
def test_who_is_inside_stays_as_long_as_the_second_condition_holds(
    enters: dict[str, Any], more: dict[str, Any], history: list[Happening]
) -> None:
    stays = {"any": [enters, more]}
    segment = Segment(
        segment="s", condition=build.condition(**enters), stays=build.condition(**stays)
    )

    def asked(events: Any, at: int) -> tuple[bool, bool]:
        held = members({"enters": enters, "stays": stays}, Past(events, {}, {}, {}), at)
        return "enters" in held, "stays" in held

    life = build.life(segment)
    expected = walked(life, history, asked)
    assert told(life) == expected


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([(7.7, 3.3), (17.3, 12.9), (3.3, 3.3)]), st.booleans(), histories)
def test_a_threshold_is_crossed_back_only_at_its_second_bound(
    bounds: tuple[float, float], upward: bool, history: list[Happening]
) -> None:
    """A value that decays from above one bound to below the other, and is raised again."""
    high, low = bounds
    both = {"above": high, "until_below": low} if upward else {"below": low, "until_above": high}
    heat = build.score("heat", {"event": "Ate", "points": 10}, half_life="20ms")
    life = build.life(heat, segment_of(Threshold(threshold="s", score="heat", **both)))

    def asked(events: Any, at: int) -> tuple[bool, bool]:
        value = sum(10 * 2.0 ** ((when - at) / 20) for name, when, _ in events if name == "Ate")
        return (value > high, value >= low) if upward else (value < low, value <= high)

    expected = walked(life, history, asked)
    assert told(life) == expected
