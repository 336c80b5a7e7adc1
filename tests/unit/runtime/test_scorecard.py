"""A score tells what it is made of: lines, each with its reason, that add up to the value."""

from typing import Any

import pytest

from engine.domain.duration import DAY
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

PERSON = "user_id:1"
PARTS = (
    build.score(
        "interest",
        {"id": "pricing", "event": "Page", "where": {"n": 1}, "points": 5, "cap": 10, "per": "1d"},
        {"id": "paper", "event": "Paper", "points": 15},
        {"id": "decides", "attribute": "role", "is": "director", "points": 20},
        {"id": "fewer", "if": {"did_not": "Page", "within": "2d"}, "factor": 0.5},
        linear={"points": 1, "every": "1d"},
        max=25,
    ),
    build.score("warm", {"event": "Paper", "points": 8}, half_life="1d"),
)


async def lives(engine: SmallEngine) -> None:
    for _ in range(3):
        await engine.push(engine.event("Page", "anonymous_id:d", properties={"n": 1}))
    await engine.push(engine.event("Paper", PERSON, traits={"role": "director"}))
    await engine.push(engine.event("Came", PERSON, "anonymous_id:d"))
    await engine.rest()
    engine.clock.advance(3 * DAY)
    await engine.rest()


@pytest.fixture
def cards(started: Started) -> dict[str, dict[str, Any]]:
    engine = started(*PARTS)
    engine.run(lives(engine))
    found = engine.run(engine.coordinator.reports.scorecard(PERSON))
    assert found is not None
    return {card["score"]: card for card in found}


def test_the_lines_of_every_score_add_up_to_its_value(cards: dict[str, dict[str, Any]]) -> None:
    for card in cards.values():
        assert sum(line["points"] for line in card["lines"]) == pytest.approx(card["value"])
    assert cards["interest"]["value"] == 25
    assert cards["warm"]["value"] == pytest.approx(1, rel=1e-3)


def test_each_line_says_which_rule_it_is_and_why(cards: dict[str, dict[str, Any]]) -> None:
    lines = {line["rule"]: line for line in cards["interest"]["lines"]}
    assert list(lines) == ["pricing", "paper", "fewer", "decides", "max"]
    pricing = lines["pricing"]
    assert (pricing["given"], pricing["capped"], pricing["points"]) == (10, 5, 4)
    assert (lines["paper"]["event"], lines["paper"]["points"]) == ("Paper", 12)
    assert (lines["fewer"]["factor"], lines["fewer"]["points"]) == (0.5, -8)
    assert lines["decides"]["asks"] == "attribute role is director"
    assert lines["max"]["points"] == -3
