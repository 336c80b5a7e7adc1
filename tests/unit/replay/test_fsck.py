"""The consistency check finds what contradicts itself, and nothing in a store that does not."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from engine.domain import fact
from engine.domain.profile import codec
from engine.domain.profile.identity import Binding
from engine.ports.host_store import WakeUp, Write
from engine.replay.fold import Fold
from engine.replay.fsck import MOST, Fsck, across
from engine.runtime.slots import SlotTable
from tests.unit.domain import builders as build
from tests.unit.domain.builders import HOUR, NOON, event
from tests.unit.runtime.workbench import Workbench

USER = "user_id:1"
WAITER = build.scenario("s", {"event": "Ate"}, build.wait("w", for_="1h"))


def lived_through() -> Workbench:
    bench = Workbench(WAITER)
    bench.push(event("Ate", keys=(USER,)), event("Bought", keys=("user_id:2",)))
    return bench


def checked(bench: Workbench, *, replay: bool = False) -> dict[str, Any]:
    fold = Fold({1: bench.memory.rulebook}) if replay else None
    check = Fsck(SlotTable(1), 0, bench.memory.rulebook, fold)
    for _ in check.read(bench.store, 1):
        pass
    check.heaps(bench.memory.wakeups.pending())
    check.unfinished(bench.memory.outbox.rows(), list(bench.memory.hops.values()))
    report = check.found(bench.memory.counters)
    report["findings"] += across([report])
    return report


def test_a_store_that_agrees_with_itself_has_no_findings() -> None:
    report = checked(lived_through(), replay=True)
    assert report["findings"] == []
    assert {name: report["checked"][name] for name in ("log", "contacts", "replayed")} == {
        "log": 2,
        "contacts": 2,
        "replayed": 2,
    }


def wrong_pointer(bench: Workbench) -> None:
    number = bench.memory.bindings[USER][-1].contact
    row = bench.store.contacts([number])[number]
    bench.store.commit(Write(contacts=[row._replace(last=(0, 0, 0, 0))]))


def lost_wake_up(bench: Workbench) -> None:
    number = bench.memory.bindings[USER][-1].contact
    bench.store.commit(Write(wakeups_gone=[WakeUp(NOON + HOUR, number)]))


def stray_wake_up(bench: Workbench) -> None:
    bench.store.commit(Write(wakeups=[WakeUp(NOON, 99 << 16)]))


def other_holder(bench: Workbench) -> None:
    bench.store.commit(Write(directory=[(USER, (Binding(0, 99 << 16),))]))


def unknown_key(bench: Workbench) -> None:
    number = bench.memory.bindings[USER][-1].contact
    contact = bench.contact(number)
    contact.keys.append("email:a@b.c")
    row = bench.store.contacts([number])[number]
    bench.store.commit(Write(contacts=[row._replace(state=codec.encode(contact))]))


def run_without_a_timer(bench: Workbench) -> None:
    number = bench.memory.bindings[USER][-1].contact
    contact = bench.contact(number)
    contact.timers.clear()
    row = bench.store.contacts([number])[number]
    bench.store.commit(Write(contacts=[row._replace(state=codec.encode(contact))]))


def wrong_counter(bench: Workbench) -> None:
    bench.memory.counters["accepted"] += 1


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (wrong_pointer, "points to row 0 of class 1"),
        (lost_wake_up, "there is none"),
        (stray_wake_up, "which does not exist"),
        (other_holder, "the directory gives user_id:1"),
        (unknown_key, "the directory does not know it"),
        (run_without_a_timer, "waits at s/w for nothing"),
        (wrong_counter, "counter accepted is 3, the rows say 2"),
    ],
)
def test_each_damage_is_told(damage: Callable[[Workbench], None], said: str) -> None:
    bench = lived_through()
    damage(bench)
    assert any(said in finding for finding in checked(bench)["findings"])


def test_a_state_that_its_log_does_not_explain_is_found_by_replay_alone() -> None:
    bench = lived_through()
    number = bench.memory.bindings[USER][-1].contact
    contact = bench.contact(number)
    contact.attributes["plan"] = "gold"
    row = bench.store.contacts([number])[number]
    bench.store.commit(Write(contacts=[row._replace(state=codec.encode(contact))]))
    assert checked(bench)["findings"] == []
    assert "another state than the fold" in checked(bench, replay=True)["findings"][0]


def test_facts_that_a_replay_does_not_give_are_found() -> None:
    bench = lived_through()
    row = bench.log()[0]
    told = [msgspec.structs.replace(one, at=one.at + 1) for one in fact.decode(row.facts)]
    bench.store._rows.log.put(row.id, row._replace(facts=fact.encode(told)))
    assert "log row 1 holds other facts" in checked(bench, replay=True)["findings"][0]


def test_what_retention_deleted_is_not_held_against_a_state() -> None:
    bench = lived_through()
    bench.push(event("Ate", NOON + 1, keys=(USER,)), event("Ate", NOON + 1, keys=("user_id:2",)))
    bench.store.forget_log(1, 3, 9)
    report = checked(bench, replay=True)
    assert report["checked"]["cut"] == 2
    assert not [one for one in report["findings"] if "fold" in one]


def test_a_key_that_two_stores_give_away_is_found_across_them() -> None:
    one, two = checked(lived_through()), checked(lived_through())
    assert any("is held by contact" in finding for finding in across([one, two]))


def test_more_findings_than_anybody_reads_are_counted() -> None:
    check = Fsck(SlotTable(1), 0, build.rulebook())
    for number in range(MOST + 5):
        check.note(f"finding {number}")
    assert (len(check.findings), check.more) == (MOST, 5)
