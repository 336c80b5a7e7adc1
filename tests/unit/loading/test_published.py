"""Documents that never were files: what no run could finish is told with its place."""

from typing import Any

import pytest

from engine.domain.rulebooks.definitions import Definitions
from engine.loading.published import problems_of
from tests.unit.domain import builders as build

EVENT = {"event": "Ate"}
PAUSE = build.wait("pause", for_="1h")
BAD: list[tuple[tuple[dict[str, Any], ...], str]] = [
    ((PAUSE | {"then": "nowhere"},), "steps[0].then: there is no step nowhere; known are pause"),
    ((build.send("mail", "no"),), "steps[0].template: there is no template no; known are hello"),
    (
        (PAUSE | {"then": "end"}, PAUSE | {"id": "rest"}, build.leave("end")),
        "steps[1]: no step leads to rest",
    ),
    ((build.put("a", "x", 1) | {"then": "a"},), "steps[0]: a loop without a wait: a"),
    ((PAUSE, PAUSE), "steps[1].id: step 0 is already called pause"),
    (
        (build.branch("b", {"segment": "vip"}, then="end"), build.leave("end")),
        "steps[0].if.segment: there is no segment vip",
    ),
    (
        (build.send("mail") | {"topic": "news"},),
        "steps[0].topic: there is no topic news in consent.yaml",
    ),
]


def s(*steps: dict[str, Any], **rest: Any) -> Definitions:
    return build.definitions(build.scenario("s", EVENT, *steps, **rest))


@pytest.mark.parametrize(("steps", "problem"), BAD)
def test_what_no_run_could_finish_is_told_with_its_place(
    steps: tuple[dict[str, Any], ...], problem: str
) -> None:
    [told] = problems_of(s(*steps))
    assert told.startswith(f"scenario s, {problem}")


def test_what_was_published_before_may_be_published_again() -> None:
    assert problems_of(s(PAUSE, build.send("mail"), version=3, former=2)) == []


def test_names_are_given_once_and_segments_ask_what_there_is() -> None:
    twice = build.scenario("s", EVENT, PAUSE)
    vip = build.segment("vip", segment="gold")
    assert problems_of(build.definitions(twice, twice, vip)) == [
        "scenario s is defined twice",
        "segment vip, condition.segment: there is no segment gold; known are vip",
    ]
