"""Rows and people that are kept no longer."""

import asyncio

from engine.domain.duration import DAY, MINUTE
from engine.domain.language.retention import Retention
from engine.ports.host_store import ErasedRow, Erasure, Write
from tests.small_engine import SmallEngine
from tests.unit.runtime.conftest import Started
from tests.unit.runtime.test_erasure import BOB, RULES

KEPT = Retention(navigation=10 * MINUTE, anonymous=30 * MINUTE, prospects=90 * MINUTE)
DEVICE = "anonymous_id:somebody"


async def minutes(engine: SmallEngine, count: int) -> None:
    await asyncio.sleep(count * 60)
    await engine.rest()


def views(engine: SmallEngine) -> list[bytes]:
    return [view for view in (b"First", b"Second") if any(view in row.body for row in engine.log())]


async def done(engine: SmallEngine) -> None:
    """What was begun to be erased is erased: some of it takes a thread's time, not the clock's."""
    for _ in range(60):
        erased = (await engine.coordinator.privacy.retention())["erased"]
        if all(row["done"] for row in erased):
            return
        await minutes(engine, 1)


def test_old_page_views_go_and_the_store_stays_in_order(started: Started) -> None:
    engine = started(*RULES, hosts=2, retention=KEPT)

    async def lived() -> None:
        await engine.push(engine.event("First", BOB, kind="page"), engine.event("Bought", BOB))
        await minutes(engine, 8)
        await engine.push(engine.event("Second", BOB, kind="page"))
        await minutes(engine, 4)

    engine.run(lived())
    assert views(engine) == [b"Second"]
    assert engine.run(engine.fsck()) == []
    found = engine.run(engine.coordinator.reports.contact(BOB, 50))
    assert found is not None
    assert {row["fields"].get("name") for row in found["timeline"]} >= {"Second", "Bought"}
    assert engine.run(engine.coordinator.privacy.retention())["deleted"]["navigation"] == 1


def test_people_go_by_their_own_timers_and_a_report_tells_by_which_rule(started: Started) -> None:
    engine = started(*RULES, hosts=2, retention=KEPT)

    async def lived() -> list[list[str]]:
        await engine.push(engine.event("Looked", DEVICE), engine.event("Looked", BOB))
        left = []
        for count in (29, 2, 60):
            await minutes(engine, count)
            left.append(sorted(key for one in engine.contacts().values() for key in one.keys))
        await done(engine)
        return left

    assert engine.run(lived()) == [[DEVICE, BOB], [BOB], []]
    erased = engine.run(engine.coordinator.privacy.retention())["erased"]
    assert [row["rule"] for row in erased] == ["prospects", "anonymous"]
    assert all(row["done"] and row["by"] == "retention" for row in erased)
    assert engine.run(engine.fsck()) == []


def test_hashes_of_keys_go_after_thirty_days(started: Started) -> None:
    engine = started(*RULES, hosts=1)
    memory = engine.hosts[0].memory
    now = engine.clock.now()
    rows = [ErasedRow(b"old", now - 30 * DAY), ErasedRow(b"young", now - 29 * DAY)]
    memory.store.commit(Write(erasure=Erasure(erased=rows)))
    memory.erase(Erasure(erased=rows))
    engine.run(minutes(engine, 2))
    assert list(memory.erased) == [b"young"]


def test_what_was_refused_and_who_did_what_goes_in_time(started: Started) -> None:
    engine = started(*RULES, hosts=1, retention=Retention(audit=10 * MINUTE))
    control = engine.coordinator.control
    control.record(engine.clock.now(), "ada", "old", "")
    engine.run(minutes(engine, 15))
    control.record(engine.clock.now(), "ada", "new", "")
    engine.run(minutes(engine, 6))
    assert [row.act for row in control.audit()] == ["new"]
