"""A cap on entries over two hosts: killed in between, asked of by explain, forgotten people, figures."""

from typing import Any

import msgspec
import pytest

from engine.domain import fact
from engine.replay.explain import message_ids, why_not, why_sent
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started
from tests.unit.runtime.test_life import life
from tests.unit.runtime.workbench import placed

PEOPLE = [placed("user_id", number % 2, number=number) for number in range(8)]
STEPS = build.wait("w", for_="1m"), build.send("mail")
WAITS = build.scenario(
    "s", {"event": "Ate"}, *STEPS, reentry="never", cap={"most": 2, "then": "wait"}
)
SKIPS = msgspec.structs.replace(WAITS, cap="2 a day")
MAIL = build.template(transactional=True)


def eats(engine: SmallEngine, *keys: str) -> None:
    for key in keys:
        engine.run(engine.push(engine.event("Ate", key, traits={"email": "a@b.c"})))
    engine.run(engine.rest())


def pass_day(engine: SmallEngine) -> None:
    engine.clock.advance(build.DAY)
    engine.run(engine.rest())


def inside(engine: SmallEngine) -> int:
    told = [one for row in engine.log() for one in fact.decode(row.facts)]
    return sum(one.what == "run_entered" for one in told)


def figures(engine: SmallEngine) -> dict[str, Any]:
    [shown] = engine.run(engine.coordinator.reports.scenarios())
    return dict(shown["cap"])


@pytest.mark.parametrize("part", ["host-0", "host-1", "coordinator"])
def test_whoever_is_killed_while_they_ask_two_enter_a_day_until_all_have(
    started: Started, part: str
) -> None:
    engine = started(WAITS, MAIL)
    engine.roads.slow, engine.roads.lossy = 0.05, 0.3
    for key in PEOPLE:
        engine.run(engine.push(engine.event("Ate", key)))
    engine.run(engine.kill(part))
    engine.run(engine.rest())
    engine.roads.slow = engine.roads.lossy = 0.0
    counts = [inside(engine)]
    for _ in range(4):
        pass_day(engine)
        counts.append(inside(engine))
    assert counts == [2, 4, 6, 8, 8]
    assert engine.run(engine.fsck()) == []


def test_the_figures_tell_how_far_it_is_used_and_who_was_turned_away(started: Started) -> None:
    engine = started(SKIPS, MAIL)
    eats(engine, *PEOPLE)
    told = figures(engine)
    assert (told["most"], told["per"], told["taken"], told["refused"]) == (2, "day", 2, 6)
    pass_day(engine)
    assert figures(engine)["taken"] == 0


def test_those_who_wait_are_counted_ahead(started: Started) -> None:
    engine = started(WAITS, MAIL)
    eats(engine, *PEOPLE[:5])
    assert {name: figures(engine)[name] for name in ("taken", "ahead")} == {"taken": 2, "ahead": 3}
    found: Any = engine.run(engine.coordinator.reports.contact(PEOPLE[4], 0))
    [ticket] = found["tickets"]
    assert ticket["since"] == figures(engine)["latest"]


def test_the_place_of_somebody_who_is_forgotten_goes_to_the_next(started: Started) -> None:
    engine = started(WAITS, MAIL)
    eats(engine, *PEOPLE[:4])
    engine.run(engine.coordinator.privacy.forget(PEOPLE[3], "ada"))
    engine.run(engine.rest())
    assert figures(engine)["ahead"] == 1
    eats(engine, PEOPLE[4])
    pass_day(engine)
    assert (inside(engine), figures(engine)["ahead"]) == (4, 0)


def test_explain_tells_who_was_turned_away_and_who_waits_until_when(started: Started) -> None:
    engine = started(SKIPS, MAIL)
    eats(engine, *PEOPLE[:3])
    [line] = why_not(life(engine, PEOPLE[2]), "s")
    assert (line["what"], line["why"]) == ("not entered", "2 a day had entered")

    patient = started(WAITS, MAIL)
    eats(patient, *PEOPLE[:3])
    [line] = why_not(life(patient, PEOPLE[2]), "s")
    assert line["what"] == "waits"
    assert line["why"].startswith("2 a day had entered: its turn comes at 20")


def test_a_message_is_explained_by_the_event_that_asked_for_leave(started: Started) -> None:
    engine = started(WAITS, MAIL)
    eats(engine, *PEOPLE[:3])
    pass_day(engine)
    pass_day(engine)
    past = life(engine, PEOPLE[2])
    [key] = message_ids(past)
    told = why_sent(past, key)
    assert told is not None
    assert told["entered"]["by"] == "identify Ate"
    assert told["entered"]["asked"] < told["entered"]["at"]


def test_an_operator_takes_out_who_waits_to_enter(started: Started) -> None:
    engine = started(WAITS, MAIL)
    eats(engine, *PEOPLE[:3])
    engine.run(engine.coordinator.act(PEOPLE[2], "exit", "s", None, "ada"))
    engine.run(engine.rest())
    pass_day(engine)
    assert (inside(engine), figures(engine)["ahead"]) == (2, 0)


def test_while_it_is_paused_nobody_enters_and_afterwards_all_do(started: Started) -> None:
    engine = started(WAITS, MAIL)
    eats(engine, *PEOPLE[:6])
    engine.run(engine.coordinator.rulebooks.pause("scenario", "s", True, "ada"))
    pass_day(engine)
    assert inside(engine) == 2
    engine.run(engine.coordinator.rulebooks.pause("scenario", "s", False, "ada"))
    for _ in range(4):
        pass_day(engine)
    assert inside(engine) == 6
