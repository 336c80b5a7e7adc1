"""Versions in a living engine: runs come to them though nothing happens, and back; the history of it."""

from typing import Any

import pytest
from msgspec.structs import replace

from engine.domain.profile.contact import Run
from engine.domain.rulebooks.choice import chosen, rolled_back
from engine.domain.rulebooks.definitions import Definitions, decode, encode
from engine.errors import DefinitionError, Unknown
from engine.runtime.coordinator import NAME
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.domain.builders import HOUR
from tests.unit.runtime.conftest import Started

USERS = [f"user_id:{number}" for number in range(1, 6)]


def s(length: str, step: str = "pause", then: str | None = None, **rest: Any) -> Definitions:
    pause = build.wait(step, for_=length) | ({"then": then} if then else {})
    return build.definitions(build.scenario("s", {"event": "Ate"}, pause, version=0, **rest))


@pytest.fixture
def engine(started: Started) -> SmallEngine:
    """Five contacts wait for ten hours."""
    engine = started()
    apply(engine, s("10h"))
    engine.run(engine.push(*(engine.event("Ate", key) for key in USERS)))
    return engine


def apply(engine: SmallEngine, written: Definitions, note: str = "") -> int:
    async def publish() -> int:
        version = await engine.coordinator.rulebooks.apply(encode(written), "ops", note=note)
        await engine.rest()
        return version

    return engine.run(publish())


def runs(engine: SmallEngine) -> list[Run]:
    return [run for one in engine.contacts().values() for run in one.runs]


def dues(engine: SmallEngine) -> set[float]:
    """Hours from entry."""
    return {
        (at - run.entered) / HOUR
        for one in engine.contacts().values()
        for run in one.runs
        for owner, at in one.timers.items()
        if owner == f"run:{run.id}"
    }


def published(engine: SmallEngine, version: int) -> Definitions:
    return decode(engine.coordinator.rulebooks.document(version))


@pytest.mark.parametrize(
    ("waiting", "versions", "hours"),
    [("pin", {1}, {10}), ("migrate", {2}, {20}), ("exit", set(), set())],
)
def test_whoever_waits_comes_to_its_version_though_nothing_else_happens(
    engine: SmallEngine, waiting: str, versions: set[int], hours: set[float]
) -> None:
    apply(engine, s("20h", waiting=waiting))
    assert ({run.version for run in runs(engine)}, dues(engine)) == (versions, hours)
    assert engine.run(engine.fsck()) == []


def test_a_new_version_that_is_rolled_out_reaches_its_share_of_those_who_wait(
    engine: SmallEngine,
) -> None:
    apply(engine, s("20h", waiting="migrate", rollout="0%"))
    assert {run.version for run in runs(engine)} == {1}
    apply(engine, s("20h", waiting="migrate"))
    assert {run.version for run in runs(engine)} == {2}


def test_who_is_still_on_an_earlier_version_is_told_by_it(engine: SmallEngine) -> None:
    apply(engine, s("20h", "rest"))
    engine.run(engine.push(engine.event("Ate", "user_id:9")))
    [told] = engine.run(engine.coordinator.reports.scenarios())
    assert (told["version"], told["waiting"], told["steps"][0]["inside"]) == (2, 6, 1)
    assert told["versions"] == [
        {"version": 1, "step": "pause", "waiting": 5},
        {"version": 2, "step": "rest", "waiting": 1},
    ]
    apply(engine, s("30h", "rest", waiting="exit"))
    [told] = engine.run(engine.coordinator.reports.scenarios())
    assert (told["waiting"], told["versions"]) == (0, [])


def test_a_pause_holds_runs_and_the_end_of_it_lets_them_go_on(engine: SmallEngine) -> None:
    pause = engine.coordinator.rulebooks.pause
    engine.run(pause("scenario", "s", paused=True, by="ops"))
    engine.clock.advance(11 * HOUR)
    engine.run(engine.rest())
    assert len(runs(engine)) == len(USERS)
    engine.run(pause("scenario", "s", paused=False, by="ops"))
    engine.run(engine.rest())
    assert runs(engine) == []
    assert engine.run(engine.fsck()) == []


def test_what_is_rolled_back_is_the_earlier_version_again(engine: SmallEngine) -> None:
    apply(engine, s("20h", waiting="migrate"))
    in_force = published(engine, 3)
    earlier = rolled_back(in_force, published(engine, 2))
    assert apply(engine, chosen(in_force, earlier, {"s": "migrate"})) == 4
    assert ({run.version for run in runs(engine)}, dues(engine)) == ({3}, {10})
    assert engine.run(engine.fsck()) == []


def test_runs_of_the_version_that_is_rolled_back_to_stay_when_others_end(
    engine: SmallEngine,
) -> None:
    apply(engine, s("20h"))
    engine.run(engine.push(engine.event("Ate", "user_id:9")))
    in_force = published(engine, 3)
    apply(engine, chosen(in_force, rolled_back(in_force, published(engine, 2)), {"": "exit"}))
    assert [run.version for run in runs(engine)] == [1] * len(USERS)


def test_the_history_tells_who_did_what_when_and_what_for(engine: SmallEngine) -> None:
    apply(engine, s("20h", waiting="migrate", rollout="10%"), "more time to decide")
    engine.run(engine.coordinator.rulebooks.pause("scenario", "s", paused=True, by="ada"))
    [paused, changed, *_] = engine.coordinator.rulebooks.versions(10)
    assert (paused["by"], paused["note"], paused["changes"]) == (
        "ada",
        "pause s",
        ["scenario s paused"],
    )
    assert (changed["version"], changed["by"], changed["note"]) == (3, "ops", "more time to decide")
    assert changed["changes"] == ["scenario s changed (version 2, for 10%, runs migrate)"]


def test_a_version_that_never_was_is_refused(engine: SmallEngine) -> None:
    with pytest.raises(Unknown, match="there are 1 to 2"):
        published(engine, 9)


def test_choices_are_for_scenarios_that_are_edited_or_removed() -> None:
    before, edited = s("1h"), s("2h")
    [one] = chosen(before, edited, {"": "migrate"}).scenarios
    assert one.waiting == "migrate"
    [same] = chosen(before, before, {"": "exit"}).scenarios
    assert same.waiting == "pin"
    gone = replace(before, scenarios=())
    assert chosen(before, gone, {"": "exit"}).ended == {"s": 0}
    for choices in ({"s": "migrate"}, {"t": "pin"}):
        with pytest.raises(ValueError, match="scenario"):
            chosen(before, gone, choices)  # type: ignore[arg-type]


def test_what_no_run_could_finish_is_not_published_whoever_made_it(engine: SmallEngine) -> None:
    with pytest.raises(DefinitionError, match="there is no step nowhere; known are pause"):
        apply(engine, s("1h", then="nowhere"))
    assert engine.coordinator.rulebooks.version == 2


def lose(engine: SmallEngine, version: int) -> None:
    """The control store is put back to before this version; every part begins anew."""
    del engine.control.content.rulebooks[version]
    for part in (NAME, "host-0", "host-1"):
        engine.run(engine.kill(part))
    engine.run(engine.up())


def test_runs_of_a_version_that_is_lost_stay_are_told_and_can_be_taken_on(
    engine: SmallEngine,
) -> None:
    apply(engine, s("10h", "rest", waiting="migrate", moves={"pause": "rest"}))
    lose(engine, 3)
    engine.clock.advance(20 * HOUR)
    told = engine.run(engine.push(*(engine.event("Slept", key) for key in USERS)))
    assert all(verdict.outcome == "accepted" for verdict in told)
    engine.run(engine.rest())
    assert [run.step for run in runs(engine)] == ["rest"] * len(USERS)
    findings = engine.run(engine.fsck())
    assert len(findings) == len(USERS)
    assert "s/rest of version 2, which the rulebook in force does not know" in findings[0]
    apply(engine, s("10h", title="number 3 once more, which contacts have seen"))
    apply(engine, s("30h", waiting="migrate", moves={"rest": "pause"}))
    assert (dues(engine), engine.run(engine.fsck())) == ({30}, [])
