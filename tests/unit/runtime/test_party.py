"""Many who are erased at once: one party, a report each, and nobody who came back meanwhile."""

import asyncio

import pytest

from engine.domain.duration import DAY, MINUTE
from engine.domain.language.retention import Retention
from engine.ports.engine import Refusal
from engine.runtime.rights.erasure_letter import LeaveLetter
from engine.runtime.slots import part_of
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started
from tests.unit.runtime.test_erasure import ADA, BOB, RULES, everything
from tests.unit.runtime.test_expiry import done, minutes

KEPT = Retention(anonymous=30 * MINUTE)
CROWD = [f"anonymous_id:visitor-{number:03}" for number in range(20)]
GUEST, EVE = CROWD[7], "user_id:eve-00001"


async def lapsed(engine: SmallEngine) -> None:
    """Visitors looked around, and it is long ago; no way leads to an erasure."""
    engine.roads.shut = ("erasure",)
    await engine.push(*(engine.event("Looked", key) for key in CROWD))
    await minutes(engine, 35)
    wishes = [host.memory.erasing for host in engine.hosts]
    assert sum(map(len, wishes)) == len(CROWD)


async def let_go(engine: SmallEngine) -> None:
    engine.roads.shut = ()
    await minutes(engine, 1)
    await done(engine)


def keys(engine: SmallEngine) -> list[str]:
    return sorted(key for one in engine.contacts().values() for key in one.keys)


def test_whoever_waits_goes_at_once_and_each_has_a_report(started: Started) -> None:
    engine = started(hosts=3, retention=KEPT)

    async def lived() -> list[str]:
        await lapsed(engine)
        await let_go(engine)
        return [row["subject"] for row in (await engine.coordinator.privacy.retention())["erased"]]

    subjects = engine.run(lived())
    assert len(set(subjects)) == len(CROWD)
    acts = [row.act for row in engine.coordinator.control.audit()]
    assert acts.count("forget (anonymous)") == len(CROWD)
    assert b"visitor-" not in everything(engine)
    assert engine.run(engine.fsck()) == []


def test_who_comes_back_before_they_are_gone_stays_until_they_are_idle_again(
    started: Started,
) -> None:
    engine = started(hosts=3, retention=KEPT)

    async def lived() -> list[str]:
        await lapsed(engine)
        await engine.push(engine.event("Looked", GUEST))
        await let_go(engine)
        return keys(engine)

    assert engine.run(lived()) == [GUEST]
    assert all(not host.memory.erasing.get(0) for host in engine.hosts)
    engine.clock.advance(DAY)
    engine.run(minutes(engine, 5))
    engine.run(done(engine))
    assert keys(engine) == []
    assert engine.run(engine.fsck()) == []


def test_a_visitor_who_signed_in_before_they_were_gone_is_a_part_of_who_they_are(
    started: Started,
) -> None:
    engine = started(hosts=3, retention=KEPT)

    async def lived() -> list[str]:
        await lapsed(engine)
        await engine.push(engine.event("Signed In", EVE, GUEST))
        await asyncio.sleep(60)
        await let_go(engine)
        return keys(engine)

    assert set(engine.run(lived())) == {EVE, GUEST}
    assert engine.run(engine.fsck()) == []


def test_what_comes_for_somebody_on_the_way_out_is_of_somebody_new(started: Started) -> None:
    engine = started(hosts=3, retention=KEPT)

    async def lived() -> list[str]:
        await lapsed(engine)
        old = await engine.coordinator.reports.contact(GUEST, 0)
        assert old is not None
        host = engine.parts[part_of(engine.table.host_of_contact(old["id"]))]
        await host.mailbox.put([LeaveLetter(old["id"])])  # type: ignore[attr-defined]
        late = asyncio.create_task(engine.push(engine.event("Back", GUEST)))
        await asyncio.sleep(10)
        assert not late.done()
        await let_go(engine)
        assert [verdict.outcome for verdict in await late] == ["accepted"]
        return keys(engine)

    assert engine.run(lived()) == [GUEST]
    assert b"Looked" not in everything(engine)
    assert engine.run(engine.fsck()) == []


def test_two_who_mention_each_other_go_together_and_a_third_mentions_nobody(
    started: Started,
) -> None:
    engine = started(*RULES, hosts=3)

    async def lived() -> list[dict[str, int]]:
        for key, of in ((ADA, BOB), (BOB, ADA), (EVE, f"{ADA} and {BOB}")):
            await engine.push(engine.event("Wrote", key, properties={"of": of}))
        await engine.coordinator.push("shop", [Refusal("bad", "", b'{"userId": "bob-0001"}')])
        await engine.rest()
        forget = engine.coordinator.privacy.forget
        told = await asyncio.gather(forget(ADA, "ops"), forget(BOB, "ops"))
        return [one["erased"] for one in told]

    ada, bob = engine.run(lived())
    assert [one["contact"] for one in (ada, bob)] == [1, 1]
    assert [one["masked"] for one in (ada, bob)] == [1, 1]
    assert [one["rejected"] for one in (ada, bob)] == [0, 1]
    held = everything(engine)
    assert [trace for trace in (b"ada-0001", b"bob-0001") if trace in held] == []
    assert keys(engine) == [EVE]
    assert engine.run(engine.fsck()) == []


@pytest.mark.parametrize("seconds", [0.05, 0.3, 1.0])
@pytest.mark.parametrize("part", ["coordinator", "host-0"])
def test_a_party_goes_on_after_a_crash(started: Started, part: str, seconds: float) -> None:
    engine = started(build.template(), hosts=3, retention=KEPT)

    async def crashing() -> None:
        await lapsed(engine)
        engine.roads.slow, engine.roads.shut = 0.02, ()
        await asyncio.sleep(seconds)
        await engine.kill(part)
        engine.roads.slow = 0.0
        await engine.up()
        await minutes(engine, 2)
        await done(engine)

    engine.run(crashing())
    assert keys(engine) == []
    assert b"visitor-" not in everything(engine)
    erased = engine.run(engine.coordinator.privacy.retention())["erased"]
    assert len({row["subject"] for row in erased}) == len(CROWD)
    assert engine.run(engine.fsck()) == []
