"""Contacts with hosts of their own: founded once, found by all, and told what all are told."""

import asyncio
from typing import Any

from engine.domain import effect, message
from engine.domain.event import Event
from engine.domain.profile.identity import SLOTS, slot_of
from engine.runtime.batches import consequences
from engine.runtime.batches.batch import Batch
from engine.runtime.batches.hop_letter import HopLetter
from engine.runtime.batches.mailbox import Mailbox
from engine.runtime.envelope import Question
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started
from tests.unit.runtime.workbench import Workbench, placed

ADA, BOB, CLEO = (placed("user_id", 0, number=number) for number in range(3))
GREETING = (
    build.scenario("s", {"event": "Came"}, build.send("mail")),
    build.template(transactional=True),
)


def slots(engine: SmallEngine) -> dict[str, int]:
    return {one.keys[0]: slot_of(one.id) for one in engine.contacts().values()}


def came(engine: SmallEngine, *keys: str, **rest: Any) -> Event:
    return engine.event("Came", *keys, **rest)


def test_each_contact_has_a_host_and_a_store_of_its_own(started: Started) -> None:
    engine = started(hosts=1, dedicated=10)
    engine.run(engine.push(came(engine, ADA), came(engine, BOB), came(engine, ADA)))
    engine.run(engine.rest())
    assert slots(engine) == {ADA: SLOTS, BOB: SLOTS + 1}
    assert [len(host.memory.store.log(0, 9)) for host in engine.hosts] == [0, 2, 1]
    assert engine.run(engine.fsck()) == []


def test_contacts_beyond_the_limit_are_pooled_and_status_says_so(started: Started) -> None:
    engine = started(hosts=1, dedicated=2)
    engine.run(engine.push(*(came(engine, key) for key in (ADA, BOB, CLEO))))
    engine.run(engine.rest())
    assert slots(engine)[CLEO] < SLOTS
    told = engine.run(engine.coordinator.reports.status())
    assert told["placement"] == {
        "placement": "dedicated", "dedicated": 2, "limit": 2, "pooled": 1, "starting": 0,
    }  # fmt: skip
    assert (told["contacts"], told["events"]["accepted"]) == (3, 3)


def test_the_first_event_is_kept_before_its_host_runs_and_comes_before_all_others(
    started: Started,
) -> None:
    engine = started(hosts=1, dedicated=10)
    engine.roads.slow = 0.2
    names = [f"n{number}" for number in range(20)]
    engine.run(engine.push(*(engine.event(name, ADA) for name in names)))
    engine.run(engine.rest())
    told = [message.decode(row.body) for row in engine.hosts[1].memory.store.log(0, 99)]
    assert [one.name for one in told if isinstance(one, Event)] == names


def test_a_contact_that_was_acknowledged_is_founded_whatever_dies_meanwhile(
    started: Started,
) -> None:
    engine = started(hosts=1, dedicated=10)
    event = came(engine, ADA)

    async def all_die() -> None:
        await engine.push(event)
        for part in ("host-0", "coordinator"):
            await engine.kill(part)

    engine.run(all_die())
    engine.run(engine.rest())
    assert slots(engine) == {ADA: SLOTS}
    assert engine.run(engine.push(event))[0].outcome == "duplicate"


def test_founded_twice_it_is_one_contact_with_one_event() -> None:
    bench = Workbench(*GREETING, host=SLOTS)
    contact = 1 << 16 | SLOTS
    found = effect.Found(contact, message.encode(build.event("Came", keys=(ADA,))))
    for _ in range(2):
        bench.take(HopLetter(Question(1, 0, contact, 1, found)))
    assert len(bench.log()) == 1
    assert (bench.memory.counters["contacts"], bench.memory.counters["accepted"]) == (1, 1)


def test_until_it_is_founded_a_host_answers_no_other_question() -> None:
    bench = Workbench(*GREETING, host=SLOTS)
    contact = 1 << 16 | SLOTS
    asked = HopLetter(Question(1, 0, contact, 1, effect.Witness(contact, b"")))
    assert [answer.done for answer in bench.take(asked)] == [False]
    assert (bench.memory.founded, bench.log()) == (False, [])


def test_a_first_event_that_cannot_be_worked_off_does_not_hold_up_its_host() -> None:
    bench = Workbench(*GREETING, host=SLOTS)
    contact = 1 << 16 | SLOTS
    found = HopLetter(Question(1, 0, contact, 1, effect.Found(contact, b"no event")))
    mailbox = Mailbox(bench.memory, lambda: 0, lambda _: None)

    async def worked_off() -> bool:
        running = asyncio.create_task(mailbox.run())
        (answer,) = await mailbox.put([found])
        running.cancel()
        return bool(answer.done)

    assert asyncio.run(worked_off())
    assert bench.memory.founded
    assert len(bench.store.quarantined()) == 1


def test_nobody_writes_to_an_address_that_was_suppressed_before_the_contact_came(
    started: Started,
) -> None:
    engine = started(*GREETING, hosts=2, dedicated=10)
    engine.run(engine.coordinator.consents.suppress("email", "ada@example.com", "asked", "ops"))
    engine.run(engine.push(came(engine, ADA, traits={"email": "ada@example.com"})))
    engine.run(engine.rest())
    assert not engine.post.left
    assert engine.run(engine.coordinator.reports.status())["messages"]["failed"] == 1


def test_a_suppression_reaches_every_host_whoever_tells_it(started: Started) -> None:
    engine = started(hosts=2, dedicated=10)
    away = placed("user_id", 1)
    engine.run(engine.push(*(came(engine, key) for key in (ADA, BOB, away))))
    engine.run(engine.rest())
    told = next(host for host in engine.hosts if host.memory.host >= SLOTS)
    suppress = effect.Suppress("email", "ada@example.com", "hard_bounce")
    batch = Batch(told.memory)
    consequences.stage(batch, 0, [suppress], 0)
    batch.commit()
    told.hop_post.nudge()
    engine.run(engine.rest())
    assert [len(host.memory.suppressed) for host in engine.hosts] == [1] * 5

    engine.run(
        engine.coordinator.consents.lift("email", "ada@example.com", "ops", ("hard_bounce",))
    )
    assert [len(host.memory.suppressed) for host in engine.hosts] == [0] * 5


def test_a_merged_contacts_host_stays_and_leads_on(started: Started) -> None:
    engine = started(hosts=1, dedicated=10)
    device = placed("anonymous_id", 0)
    engine.run(engine.push(came(engine, device), came(engine, ADA)))
    engine.run(engine.push(came(engine, ADA, device)))
    engine.run(engine.rest())
    engine.run(engine.push(came(engine, device)))
    known = [one for one in engine.contacts().values() if not one.merged_into]
    assert [one.keys for one in known] == [[ADA, device]]
    assert len(engine.hosts) == 3
    assert engine.run(engine.coordinator.reports.contact(device, 0))["id"] == known[0].id
    assert engine.run(engine.fsck()) == []


def test_figures_count_a_host_that_is_away_as_it_was(started: Started) -> None:
    engine = started(hosts=1, dedicated=10)
    engine.run(engine.push(came(engine, ADA), came(engine, BOB)))
    engine.run(engine.rest())
    before = engine.run(engine.coordinator.reports.status())["events"]

    async def told_while_away() -> dict[str, int]:
        killing = asyncio.create_task(engine.runtime.kill(f"host-{SLOTS}"))
        await killing
        return dict((await engine.coordinator.reports.status())["events"])

    assert engine.run(told_while_away()) == before
    engine.run(engine.up())


def test_an_id_whose_slot_nobody_was_given_is_nobody(started: Started) -> None:
    engine = started(hosts=1, dedicated=10)
    assert engine.run(engine.coordinator.reports.contact(str(5 << 16 | SLOTS + 9), 0)) is None


def test_a_lowered_limit_takes_no_host_away(started: Started) -> None:
    engine = started(hosts=1, dedicated=10)
    engine.run(engine.push(came(engine, ADA), came(engine, BOB)))
    engine.run(engine.rest())
    engine.table.dedicated = 1
    engine.run(engine.kill("coordinator"))
    engine.run(engine.rest())
    engine.run(engine.push(came(engine, BOB), came(engine, CLEO)))
    engine.run(engine.rest())
    assert {key: slot >= SLOTS for key, slot in slots(engine).items()} == {
        ADA: True, BOB: True, CLEO: False,
    }  # fmt: skip


def test_who_is_erased_is_gone_from_the_host_and_its_echo_is_refused(started: Started) -> None:
    engine = started(hosts=1, dedicated=10)
    old = came(engine, ADA, ago=1_000)
    engine.run(engine.push(old, came(engine, BOB)))
    engine.run(engine.rest())
    engine.run(engine.coordinator.privacy.forget(ADA, "ops"))
    assert engine.run(engine.coordinator.reports.contact(ADA, 0)) is None
    assert engine.run(engine.push(old))[0].outcome == "rejected"

    engine.run(engine.push(came(engine, ADA)))
    engine.run(engine.rest())
    assert slots(engine) == {BOB: SLOTS + 1, ADA: SLOTS + 2}
    assert engine.run(engine.push(came(engine, ADA, ago=build.HOUR)))[0].outcome == "rejected"
    assert engine.run(engine.fsck()) == []
