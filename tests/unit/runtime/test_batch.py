"""A batch: staged first, then kept by one commit, or not at all."""

import pytest

from engine.domain.effect import AskYield, ClaimKey, Send, Suppress
from engine.domain.message import Act, Adopted, ClaimAnswered, TimerFired, Witnessed, YieldAsked
from engine.domain.profile import codec
from engine.domain.profile.contact import SEEN, Contact
from engine.domain.profile.identity import Claim, slot_of, slot_of_key
from engine.errors import StoreFull
from engine.ports.host_store import WakeUp
from engine.runtime import envelope
from engine.runtime.batches import consequences
from engine.runtime.batches.batch import MAX_DEPTH, Batch
from engine.runtime.envelope import ACCEPTED, DUPLICATE
from engine.runtime.state.retries import has_taken
from tests.unit.domain import builders as build
from tests.unit.domain.builders import HOUR, NOON, event
from tests.unit.runtime.workbench import Workbench, letter_of, numbered

USER, MAIL, DEVICE = "user_id:1", "email:a@b.c", "anonymous_id:d"
MAILER = build.scenario("s", {"event": "Ate"}, build.send("mail"))
WAITER = build.scenario("s", {"event": "Ate"}, build.wait("w", for_="1h"), build.send("mail"))
FREE = build.template(transactional=True)


def test_a_new_contact_carries_the_slot_of_its_key() -> None:
    word = Workbench().push(event(keys=(USER,)))[0]
    assert slot_of(word.contact) == slot_of_key(USER)


def test_nothing_is_remembered_before_the_commit_and_everything_after_it() -> None:
    bench = Workbench()
    batch = bench.batch()
    letter_of(event(keys=(USER,))).take(batch)
    assert (bench.memory.next_log, len(bench.memory.residents), bench.log()) == (1, 0, [])
    batch.commit()
    assert (bench.memory.next_log, len(bench.memory.residents), len(bench.log())) == (2, 1, 1)
    assert bench.memory.counters["accepted"] == 1


def test_a_commit_that_fails_leaves_everything_as_it_was() -> None:
    bench = Workbench()
    number = bench.push(event("Ate", keys=(USER,)))[0].contact
    before = codec.encode(bench.contact(number)), dict(bench.memory.counters)
    bench.disk.full = True
    batch = bench.batch()
    letter_of(event("Bought", keys=(USER,))).take(batch)
    with pytest.raises(StoreFull):
        batch.commit()
    batch.abandon()
    assert (codec.encode(bench.contact(number)), bench.memory.counters) == before
    bench.disk.full = False
    assert bench.push(event("Bought", keys=(USER,)))[0].word == ACCEPTED


def test_each_row_points_to_the_one_before_it_in_its_class() -> None:
    bench = Workbench()
    bench.push(event("Ate", keys=(USER,)), event("Identify", keys=(USER,), traits={"x": 1}))
    bench.push(event("Bought", keys=(USER,)))
    assert [(row.klass, row.prev) for row in bench.log()] == [(1, 0), (0, 0), (1, 1)]


def test_a_wake_up_moves_earlier_at_once_and_later_only_when_it_fires() -> None:
    bench = Workbench(WAITER, FREE)
    number = bench.push(event("Ate", keys=(USER,)))[0].contact
    stored = bench.store.contacts([number])[number].wake
    assert stored == NOON + HOUR
    bench.apply(number, Act("ops", "exit", "s"))
    assert (bench.contact(number).due, bench.store.contacts([number])[number].wake) == (0, stored)
    bench.clock.advance(HOUR)
    bench.apply(number, TimerFired())
    assert bench.store.contacts([number])[number].wake == 0
    assert bench.memory.counters["armed"] == 0


def test_a_wake_up_moves_earlier_at_once() -> None:
    sooner = build.scenario("sooner", {"event": "Drank"}, build.wait("w", for_="1m"))
    bench = Workbench(WAITER, sooner)
    number = bench.push(event("Ate", keys=(USER,)))[0].contact
    bench.push(event("Drank", keys=(USER,)))
    assert bench.store.contacts([number])[number].wake == NOON + 60_000
    assert [wake.due for wake in bench.store.wakeups(WakeUp(0, 0), 1 << 62, 9)] == [NOON + 60_000]


def test_a_retry_is_recognised_when_the_ring_filled_up_in_the_batch_that_walks_the_log() -> None:
    bench = Workbench()
    events = numbered(2 * SEEN + 2, keys=(USER,))
    bench.push(*events[: SEEN + 1])
    bench.push(*events[SEEN + 1 :])
    assert [word.word for word in bench.push(*events)] == [DUPLICATE] * len(events)


def test_a_week_of_retries_survives_a_restart() -> None:
    bench = Workbench()
    events = numbered(3 * SEEN, keys=(USER,))
    bench.push(*events)
    assert {word.word for word in bench.restarted().push(*events)} == {DUPLICATE}


@pytest.mark.parametrize("heard", ["adopted", "witnessed"])
def test_what_another_contact_took_is_recognised_however_many_events_follow(heard: str) -> None:
    bench, guest = Workbench(), build.life()
    theirs = event("Came", keys=(DEVICE,))
    guest.take(theirs)
    mine = numbered(3 * SEEN, keys=(USER,))
    number = bench.push(*mine[: 2 * SEEN])[0].contact
    state = codec.encode(Contact(9 << 16, keys=[DEVICE], seen=guest.contact.seen))
    told = Adopted(9 << 16, state), Witnessed(9 << 16, guest.contact.seen)
    bench.apply(number, told[heard == "witnessed"])
    bench.push(*mine[2 * SEEN :])
    assert has_taken(bench.batch(), bench.batch().resident(number), theirs)


def test_with_credit_a_message_is_leaving_from_its_first_commit_on() -> None:
    bench = Workbench(MAILER, FREE)
    came = event("Ate", keys=(USER,), traits={"email": "a@b.c"})
    bench.take(letter_of(came), credit=1)
    bench.push(event("Ate", keys=("user_id:2",), traits={"email": "d@e.f"}))
    assert sorted(row.state for row in bench.memory.outbox.rows()) == ["queued", "sending"]


def test_a_suppressed_address_takes_no_credit() -> None:
    bench = Workbench(MAILER, FREE)
    batch = bench.batch(credit=1)
    batch.suppress(Suppress("email", "A@b.c", "hard_bounce"))
    letter_of(event("Ate", keys=(USER,), traits={"email": "a@B.c"})).take(batch)
    assert (batch.credit, batch.sending) == (1, [])


def hop(batch: Batch, contact: int, depth: int) -> None:
    batch.hop(contact, 2, depth, AskYield(2, Claim(DEVICE, 1)))


def test_hops_that_cause_hops_are_parked_with_the_loop_named() -> None:
    bench = Workbench()
    batch = bench.batch()
    hop(batch, 1, MAX_DEPTH - 1)
    hop(batch, 1, MAX_DEPTH)
    batch.commit()
    assert [row.depth for row in bench.memory.hops.values()] == [MAX_DEPTH]
    assert "AskYield to 2 at depth 8" in bench.store.quarantined()[0].error


def test_a_person_may_have_more_keys_than_hops_may_be_deep() -> None:
    bench = Workbench()
    keys = (USER, *(f"crm{number}:7" for number in range(2 * MAX_DEPTH)))
    number = bench.push(event(keys=keys))[0].contact
    for asked in range(len(keys) - 1):
        row = next(iter(bench.memory.hops.values()))
        claim = envelope.hops.decode(row.body)
        assert isinstance(claim, ClaimKey)
        assert (claim.claim.key, row.depth) == (keys[asked + 1], 1)
        batch = bench.batch()
        batch.hops[row.number] = None
        batch.apply(number, ClaimAnswered(claim.claim, 0), depth=row.depth)
        batch.commit()
    assert bench.contact(number).keys == list(keys)


def test_queued_messages_go_with_a_merge_and_those_on_their_way_end_here() -> None:
    bench = Workbench(MAILER, FREE)
    number = bench.push(event("Ate", keys=(DEVICE,), traits={"email": "a@b.c"}))[0].contact
    leaving = Send("k", number, "s/mail", "email", "hello", "a@b.c", False, {}, NOON)
    batch = bench.batch(credit=1)
    consequences.stage(batch, number, [leaving], 0)
    batch.apply(number, YieldAsked(Claim(DEVICE, NOON), 2 << 16))
    batch.commit()
    adopt = envelope.hops.decode(next(iter(bench.memory.hops.values())).body)
    assert [send.key for send in adopt.sends] == [f"{number}.1/mail/1"]
    assert [row.key for row in bench.memory.outbox.rows()] == ["k"]
