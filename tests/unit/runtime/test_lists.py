"""Lists through Coordinator and hosts: sizes, unknown people, and what a merge leaves of the figures."""

from typing import Any

import pytest

from engine.domain.conditions.contact_list import ContactList
from engine.errors import Unknown
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

LISTS = (ContactList(list="fair", title="The fair"), ContactList(list="board"))
INVITED = build.scenario("invited", {"joins": "fair"}, build.wait("day", for_="1d"))


def shop(started: Started) -> SmallEngine:
    engine = started(INVITED, lists=LISTS)
    engine.run(engine.push(engine.event("Came", "user_id:1"), engine.event("Came", "user_id:2")))
    return engine


def sizes(engine: SmallEngine) -> dict[str, int]:
    return {one["list"]: one["size"] for one in engine.run(engine.coordinator.lists.sizes())}


def test_those_who_join_are_counted_and_those_whom_nobody_knows_are_told(started: Started) -> None:
    engine = shop(started)
    lists = engine.coordinator.lists
    told = engine.run(lists.join("fair", ["user_id:1", "user_id:2", "user_id:9"], "eve"))
    assert told == {"list": "fair", "taken": 2, "unknown": ["user_id:9"], "created": 0}
    assert engine.run(lists.quit("fair", ["user_id:2"], "eve"))["taken"] == 1
    assert sizes(engine) == {"fair": 1, "board": 0}


def test_a_person_nobody_knows_is_made_when_asked_for_and_the_scenario_begins(
    started: Started,
) -> None:
    engine = shop(started)
    told = engine.run(engine.coordinator.lists.join("fair", ["email:a@b.c"], "eve", create=True))
    assert (told["unknown"], told["created"]) == ([], 1)
    found: Any = engine.run(engine.coordinator.reports.contact("email:a@b.c", 0))
    assert [run["scenario"] for run in found["runs"]] == ["invited"]


def test_a_list_nobody_declared_is_refused_with_those_that_there_are(started: Started) -> None:
    engine = shop(started)
    with pytest.raises(Unknown, match="declares no list fare; known are board, fair"):
        engine.run(engine.coordinator.lists.join("fare", ["user_id:1"], "eve"))


def test_a_merge_counts_one_person_once(started: Started) -> None:
    engine = shop(started)
    lists = engine.coordinator.lists
    engine.run(lists.join("fair", ["user_id:1", "user_id:2"], "eve"))
    engine.run(engine.coordinator.identities.merge("user_id:1", "user_id:2", "eve"))
    engine.run(engine.rest())
    assert sizes(engine) == {"fair": 1, "board": 0}
    assert engine.run(engine.fsck()) == []
