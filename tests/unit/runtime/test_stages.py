"""The lifecycle through Coordinator and hosts: sizes, flows by the day, and what a merge leaves of them."""

from typing import Any

import pytest

from engine.domain.language.stage import Stage
from engine.errors import BadRequest
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

PARTS = (build.segment("visitors", did="Looked"), build.segment("buyers", did="Ordered"))
STAGES = (Stage(stage="discovery", segment="visitors"), Stage(stage="loyal", segment="buyers"))


def shop(started: Started) -> SmallEngine:
    """Two who look around, one of whom orders."""
    engine = started(*PARTS, stages=STAGES)
    engine.run(
        engine.push(engine.event("Looked", "user_id:1"), engine.event("Looked", "user_id:2"))
    )
    engine.run(engine.push(engine.event("Ordered", "user_id:1")))
    return engine


def told(engine: SmallEngine, days: int = 30) -> dict[str, Any]:
    return engine.run(engine.coordinator.reports.lifecycle(days))


def sizes(engine: SmallEngine) -> dict[str, int]:
    return {one["stage"]: one["size"] for one in told(engine)["stages"]}


def flows(engine: SmallEngine, days: int = 30) -> dict[str, int]:
    return {f"{one['from']}/{one['to']}": one["contacts"] for one in told(engine, days)["flows"]}


def test_stages_tell_who_is_in_them_and_who_went_where(started: Started) -> None:
    engine = shop(started)
    assert sizes(engine) == {"discovery": 1, "loyal": 1}
    assert flows(engine) == {"/discovery": 2, "discovery/loyal": 1}
    assert engine.run(engine.fsck()) == []


def test_flows_are_by_the_day_and_go_back_as_far_as_asked(started: Started) -> None:
    engine = shop(started)
    engine.clock.advance(2 * build.DAY)
    engine.run(engine.push(engine.event("Ordered", "user_id:2")))
    assert flows(engine, days=2) == {"discovery/loyal": 1}
    assert [one["contacts"] for one in told(engine)["daily"]] == [2, 1, 1]
    with pytest.raises(BadRequest, match="1 to 3660 days"):
        told(engine, days=4_000)


def test_a_merge_counts_one_person_once(started: Started) -> None:
    engine = shop(started)
    engine.run(engine.coordinator.identities.merge("user_id:2", "user_id:1", "eve"))
    engine.run(engine.rest())
    assert sizes(engine) == {"discovery": 0, "loyal": 1}
    assert engine.run(engine.fsck()) == []
    engine.run(engine.coordinator.identities.unmerge("user_id:2", "user_id:1", "eve"))
    engine.run(engine.rest())
    assert sizes(engine) == {"discovery": 1, "loyal": 1}
    assert engine.run(engine.fsck()) == []


def test_an_erased_contact_is_in_no_stage(started: Started) -> None:
    engine = shop(started)
    engine.run(engine.coordinator.privacy.forget("user_id:1", "eve"))
    assert sizes(engine) == {"discovery": 1, "loyal": 0}
    assert engine.run(engine.fsck()) == []
