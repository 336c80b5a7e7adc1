"""Dates in a running engine: contacts that wait for nothing else are met when a trigger is published."""

import asyncio

from engine.domain.rulebooks.definitions import encode
from engine.replay.explain import why_not
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started
from tests.unit.runtime.test_life import ADA, life

VIP = build.scenario(
    "vip",
    {"changes": "plan", "to": "paid"},
    build.leave("end"),
    **{"if": {"attribute": "country", "is": "FR"}},
)
MET = build.scenario("met", {"date": "meeting", "before": "10m"}, build.wait("rest", for_="9d"))


def tells(engine: SmallEngine, **traits: str) -> None:
    engine.run(engine.push(engine.event("Identify", ADA, traits=traits)))
    engine.run(engine.rest())


def standing(engine: SmallEngine) -> list[str]:
    return [f"{run.scenario}/{run.step}" for one in engine.contacts().values() for run in one.runs]


def test_a_published_date_reaches_who_waits_for_nothing_and_survives_a_crash(
    started: Started,
) -> None:
    engine = started()
    tells(engine, meeting="2023-11-14T23:00:00Z", email="a@b.c")
    assert all(one.due == 0 for one in engine.contacts().values())
    engine.run(engine.coordinator.rulebooks.apply(encode(build.definitions(MET)), "ops"))
    engine.run(asyncio.sleep(60))
    assert [one.dated for one in engine.contacts().values()] == [
        {"met": (None, build.NOON - 13 * build.HOUR)}
    ]
    for part in ("host-0", "host-1"):
        engine.run(engine.kill(part))
    engine.run(engine.up())
    engine.run(asyncio.sleep(3_600))
    engine.run(engine.rest())
    assert standing(engine) == ["met/rest"]
    assert engine.run(engine.fsck()) == []


def test_why_a_change_started_nothing_is_told(started: Started) -> None:
    engine = started(VIP)
    for plan in ("free", "paid"):
        tells(engine, plan=plan)
    told = why_not(life(engine, ADA), "vip")
    assert [line["why"] for line in told] == [
        "plan changed from None to free, which does not fit the trigger",
        "the scenario's filter did not fit the contact",
    ]
