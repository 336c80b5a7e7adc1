"""A host's memory: what a store told at its opening, and what comes in on demand."""

from engine.domain.profile import codec
from tests.unit.domain.builders import NOON, event
from tests.unit.runtime.workbench import Workbench, numbered

USER = "user_id:1"


def test_a_new_owner_goes_on_where_the_last_one_ended() -> None:
    first = Workbench()
    word = first.push(event(keys=(USER,)))[0]
    second = first.restarted().memory
    assert (second.next_log, second.next_contact) == (2, first.memory.next_contact)
    assert second.counters == first.memory.counters
    assert (second.now, second.resident(word.contact) is not None) == (NOON, True)


def test_time_never_goes_back() -> None:
    bench = Workbench()
    bench.push(event())
    bench.clock.advance(-60_000)
    assert bench.memory.instant() == NOON


def test_a_contact_that_had_to_go_comes_back_as_it_was() -> None:
    bench = Workbench(budget=0)
    words = [bench.push(event(keys=(f"user_id:{n}",)))[0] for n in range(3)]
    assert len(bench.memory.residents) == 1
    again = bench.contact(words[0].contact)
    assert codec.encode(again) == bench.store.contacts([words[0].contact])[words[0].contact].state


def test_who_does_not_exist_is_nobody() -> None:
    bench = Workbench()
    bench.memory.look_up({USER})
    assert bench.memory.resident(7) is None
    assert bench.memory.bindings[USER] == ()


def test_replies_are_kept_for_the_last_few_parcels() -> None:
    memory = Workbench().memory
    for number in range(1, 20):
        memory.keep_reply("coordinator", number, bytes([number]))
    assert list(memory.replies["coordinator"]) == list(range(12, 20))


def test_what_was_touched_by_a_batch_that_failed_is_read_anew() -> None:
    bench = Workbench()
    word = bench.push(*numbered(2, keys=(USER,)))[0]
    bench.memory.forget([word.contact], [USER])
    assert word.contact not in bench.memory.residents
    assert bench.batch().holders(USER)[-1].contact == word.contact
