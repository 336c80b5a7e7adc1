"""Erasing a person: what goes, what stays of others, what comes back and what does not."""

import asyncio
from typing import Any

import msgspec
import pytest

from engine.domain.event import Event
from engine.errors import Unknown
from engine.ports.engine import Refusal
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

ADA, MAIL, DEVICE = "user_id:ada-0001", "email:ada@example.com", "anonymous_id:ada-device"
BOB = "user_id:bob-0001"
TRAITS = {"email": "ada@example.com", "name": "Ada Lovelace", "consent_email": True}
TRACES = (b"ada-0001", b"ada@example.com", b"ada-device", b"Lovelace")
RULES = (
    build.segment("buyers", did="Bought"),
    build.score("engagement", {"event": "Bought", "points": 3}),
    build.scenario("thanks", {"event": "Bought"}, build.send("mail"), build.wait("w", for_="1d")),
    build.template(),
)


def everything(engine: SmallEngine) -> bytes:
    """All that the hosts and the Coordinator hold."""
    rows: list[Any] = [*engine.log(), *engine.states().items(), *engine.directory().items()]
    for host in engine.hosts:
        memory = host.memory
        rows += [memory.outbox.rows(), memory.hops, memory.erasing, memory.store.quarantined(1_000)]
    control = engine.coordinator.control
    rows += [control.rejected(), control.audit(), control.open_erasures()]
    return repr(rows).encode()


def signed_in(engine: SmallEngine, **rest: Any) -> Event:
    traits = TRAITS | rest.pop("traits", {})
    return engine.event("Signed In", ADA, MAIL, DEVICE, traits=traits, **rest)


async def lived(engine: SmallEngine) -> None:
    """Ada looked around, signed in and bought; Bob bought too."""
    await engine.push(engine.event("Looked", DEVICE, message_id="first"))
    await engine.push(signed_in(engine))
    await engine.rest()
    await engine.push(engine.event("Bought", ADA), engine.event("Bought", BOB))
    await engine.rest()


async def forgotten(engine: SmallEngine) -> dict[str, int]:
    counts = (await engine.coordinator.privacy.forget(MAIL, "operator"))["erased"]
    assert isinstance(counts, dict)
    return counts


def test_a_person_with_a_merged_past_is_gone_from_every_host(started: Started) -> None:
    engine = started(*RULES, hosts=3)
    engine.run(lived(engine))
    counts = engine.run(forgotten(engine))
    assert (counts["contact"], counts["directory"], counts["log"] > 3) == (1, 3, True)
    held = everything(engine)
    assert [trace for trace in TRACES if trace in held] == []
    assert b"bob-0001" in held
    assert engine.run(engine.fsck()) == []


def test_a_device_that_had_merged_goes_with_the_person(started: Started) -> None:
    engine = started(*RULES, hosts=3)

    async def two_devices() -> dict[str, int]:
        await lived(engine)
        await engine.push(engine.event("Looked", "anonymous_id:ada-phone-2"))
        await engine.push(engine.event("Looked", ADA, "anonymous_id:ada-phone-2"))
        await engine.rest()
        return await forgotten(engine)

    assert engine.run(two_devices())["contact"] == 2
    assert b"ada-phone-2" not in everything(engine)
    assert engine.run(engine.fsck()) == []


def test_figures_follow_an_erasure(started: Started) -> None:
    engine = started(*RULES, hosts=2)

    async def told() -> tuple[Any, ...]:
        await lived(engine)
        await forgotten(engine)
        status, scores = (
            await engine.coordinator.reports.status(),
            await engine.coordinator.reports.scores(),
        )
        segments = await engine.coordinator.reports.segments()
        return status["contacts"], status["runs"]["waiting"], segments[0]["size"], scores[0]["top"]

    contacts, waiting, size, top = engine.run(told())
    assert (contacts, waiting, size) == (1, 1, 1)
    assert [row["key"] for row in top] == [BOB]


def test_a_retry_of_what_was_erased_brings_nobody_back(started: Started) -> None:
    engine = started(*RULES, hosts=3)
    old = [signed_in(engine, message_id="in"), engine.event("Looked", DEVICE, message_id="look")]

    async def retried() -> list[str]:
        await engine.push(*old)
        await engine.rest()
        await forgotten(engine)
        late = [msgspec.structs.replace(one, at=engine.clock.now() + 1) for one in old]
        return [verdict.code for verdict in await engine.push(*old, *late)]

    assert engine.run(retried()) == ["erased"] * 4
    assert engine.contacts() == {}


def test_a_new_event_makes_a_new_contact_which_old_ones_do_not_reach(started: Started) -> None:
    engine = started(*RULES, hosts=3)

    async def came_back() -> list[str]:
        await lived(engine)
        old = signed_in(engine, ago=1_000)
        await forgotten(engine)
        new = engine.event("Looked", ADA)
        return [verdict.outcome for verdict in await engine.push(new, old)]

    assert engine.run(came_back()) == ["accepted", "rejected"]
    _, contact = engine.contacts().values()
    assert (contact.keys, contact.attributes) == ([ADA], {})
    assert engine.run(engine.fsck()) == []


def test_an_import_of_an_erased_address_is_refused_for_ever(started: Started) -> None:
    engine = started(*RULES, hosts=3)

    async def imported() -> list[str]:
        await lived(engine)
        await forgotten(engine)
        row = engine.event("Imported", "crm:0031", MAIL, traits=TRAITS, live=False)
        told = await engine.push(row)
        return [
            told[0].code,
            *await engine.coordinator.privacy.barred([MAIL, BOB, "email:b@example.com"]),
        ]

    assert engine.run(imported()) == ["erased", MAIL]


def test_another_person_who_claimed_a_key_keeps_a_record_without_it(started: Started) -> None:
    engine = started(*RULES, hosts=3)

    async def claimed() -> None:
        await lived(engine)
        await engine.push(engine.event("Signed In", BOB, MAIL, traits={"email": "ada@example.com"}))
        await engine.rest()
        await forgotten(engine)

    engine.run(claimed())
    assert b"ada@example.com" not in everything(engine)
    [bob] = engine.contacts().values()
    assert bob.keys == [BOB]
    assert len(engine.log()) >= 2
    assert engine.run(engine.fsck()) == []


def test_a_device_that_changed_hands_stays_with_its_new_holder(started: Started) -> None:
    engine = started(*RULES, hosts=3)

    async def passed_on() -> list[str]:
        await lived(engine)
        early = engine.event("Looked", DEVICE, ago=1)
        await engine.push(engine.event("Signed In", BOB, DEVICE))
        await engine.rest()
        await forgotten(engine)
        now = engine.event("Looked", DEVICE)
        return [verdict.outcome for verdict in await engine.push(now, early)]

    assert engine.run(passed_on()) == ["accepted", "rejected"]
    assert [contact.keys for contact in engine.contacts().values()] == [[BOB, DEVICE]]
    assert engine.run(engine.fsck()) == []


def test_refused_items_of_the_person_go_and_the_trail_keeps_a_hash(started: Started) -> None:
    engine = started(*RULES, hosts=1)

    async def refused() -> int:
        await lived(engine)
        bodies = (b'{"userId": "ada-0001"}', b'{"email": "ADA@example.com"}', b'{"userId": "x"}')
        await engine.coordinator.push("shop", [Refusal("bad", "no type", b) for b in bodies])
        await engine.coordinator.act(ADA, "set", "vip", True, "operator")
        return (await forgotten(engine))["rejected"]

    assert engine.run(refused()) == 2
    control = engine.coordinator.control
    assert [item.body for item in control.rejected()] == [b'{"userId": "x"}']
    forget, act, *_ = control.audit()
    assert (forget.act, forget.by) == ("forget (request)", "operator")
    assert act.subject == forget.subject
    assert len(act.subject) == 12


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.05, 0.1, 0.2, 0.3])
@pytest.mark.parametrize("part", ["coordinator", "host-0", "host-1", "host-2"])
def test_an_erasure_goes_on_after_a_crash(started: Started, part: str, seconds: float) -> None:
    engine = started(*RULES, hosts=3)

    async def crashing() -> None:
        await lived(engine)
        engine.roads.slow = 0.02
        begun = asyncio.create_task(forgotten(engine))
        await asyncio.sleep(seconds)
        await engine.kill(part)
        await asyncio.gather(begun, return_exceptions=True)
        engine.roads.slow = 0.0
        await engine.up()
        while engine.coordinator.control.open_erasures():
            await asyncio.sleep(0.1)
        if await engine.coordinator.reports.contact(MAIL, 0):
            await forgotten(engine)

    engine.run(crashing())
    held = everything(engine)
    assert [trace for trace in TRACES if trace in held] == []
    assert engine.run(engine.fsck()) == []


def test_who_is_not_known_cannot_be_forgotten(started: Started) -> None:
    engine = started(*RULES, hosts=2)
    with pytest.raises(Unknown, match="no contact is known"):
        engine.run(forgotten(engine))
