"""The fold of a log, and what of it cannot be folded any more."""

import pytest

from engine.domain import fact
from engine.domain.message import Act, TimerFired
from engine.domain.profile import codec
from engine.errors import StoreError
from engine.replay.fold import Fold, lived
from tests.unit.domain import builders as build
from tests.unit.domain.builders import HOUR, NOON, event
from tests.unit.runtime.workbench import Workbench

USER, OTHER = "user_id:1", "user_id:2"
PARTS = (
    build.segment("eater", did="Ate", within="1h"),
    build.scenario("s", {"event": "Ate"}, build.wait("w", for_="1h")),
)


def lived_through() -> Workbench:
    """Two contacts, a timer, an operator's act."""
    bench = Workbench(*PARTS)
    ada, bob = (bench.push(event("Ate", keys=(key,)))[0].contact for key in (USER, OTHER))
    bench.clock.advance(HOUR)
    bench.apply(ada, TimerFired())
    bench.apply(bob, Act("ops", "set", "plan", "gold"))
    return bench


def test_every_state_on_the_way_is_the_one_that_was_stored() -> None:
    bench = Workbench(*PARTS)
    books = {1: bench.memory.rulebook}
    for hour, name in enumerate(("Ate", "Bought", "Ate")):
        bench.clock.at = NOON + hour * HOUR
        bench.push(event(name, bench.clock.at, keys=(USER,)))
        state = bench.store.all_contacts(0, 9)[0].state
        assert codec.encode([*lived(bench.store, books)][-1].outcome.contact) == state


def test_the_facts_come_out_as_they_went_in() -> None:
    bench = lived_through()
    told = [*lived(bench.store, {1: bench.memory.rulebook}, slice_=2)]
    assert [one.row for one in told] == bench.log()
    assert [fact.encode(one.outcome.facts) for one in told] == [row.facts for row in bench.log()]


def test_each_row_is_folded_under_the_rulebook_that_it_names() -> None:
    bench = Workbench(*PARTS)
    first = bench.memory.rulebook
    bench.push(event("Ate", keys=(USER,)))
    bench.memory.rulebook = build.rulebook(PARTS[1], version=2)
    bench.push(event("Bought", keys=(USER,)))
    told = [*lived(bench.store, {1: first, 2: bench.memory.rulebook})]
    assert [list(one.outcome.contact.segments) for one in told] == [["eater"], []]
    assert codec.encode(told[-1].outcome.contact) == bench.store.all_contacts(0, 9)[0].state


def test_a_rulebook_that_is_not_there_is_named() -> None:
    bench = lived_through()
    with pytest.raises(StoreError, match="rulebook 1"):
        list(lived(bench.store, {}))


def test_a_contact_whose_beginning_was_deleted_is_left_out_and_told_since_when() -> None:
    bench = lived_through()
    ada, bob = (row.id for row in bench.store.all_contacts(0, 9))
    bench.push(event("Ate", NOON + HOUR, keys=(OTHER,)))
    bench.store.forget_log(1, 3, 9)
    bench.push(event("Ate", NOON + HOUR + 1, keys=(USER,)))
    fold = Fold({1: bench.memory.rulebook})
    for row in bench.log():
        fold.take(row)
    assert fold.contacts == {}
    assert fold.cut == {ada: NOON + HOUR, bob: NOON + HOUR}


def test_one_class_that_was_deleted_cuts_only_whom_it_concerned() -> None:
    bench = Workbench(*PARTS)
    bench.push(event("Ate", keys=(USER,)), event("Identify", keys=(OTHER,), traits={"x": 1}))
    bench.push(
        event("Ate", keys=(USER,), at=NOON - 1), event("Told", keys=(OTHER,), traits={"y": 1})
    )
    bench.store.forget_log(1, 2, 9)
    fold = Fold({1: bench.memory.rulebook})
    for row in bench.log():
        fold.take(row)
    assert list(fold.contacts) == [bench.memory.bindings[OTHER][-1].contact]
    assert list(fold.cut) == [bench.memory.bindings[USER][-1].contact]
