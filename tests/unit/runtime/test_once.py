"""An event counts once, whoever its keys lead to by the time it is sent again."""

import asyncio
from collections.abc import Callable

from engine.domain import message
from engine.domain.effect import ClaimKey
from engine.domain.event import PUBLIC, Event
from engine.domain.merges.claim import Claim
from engine.domain.message import ClaimAnswered, LedOn
from engine.domain.profile.contact import SEEN, Contact
from engine.runtime.batches.hop_letter import HopLetter
from engine.runtime.coordinator import NAME
from engine.runtime.envelope import (
    ACCEPTED,
    BEHIND,
    BY_DEVICE,
    BY_HINT,
    CREATE,
    DUPLICATE,
    LED,
    MISSED,
    PARTED,
    RESERVED,
    TRY_CREATE,
    TRY_DEVICE,
    Question,
)
from tests.small_engine import SmallEngine
from tests.unit.domain.builders import NOON, event
from tests.unit.runtime.conftest import Started
from tests.unit.runtime.test_rising import Pair
from tests.unit.runtime.workbench import Workbench, numbered, placed

USER, OTHER, MAIL, DEVICE = "user_id:1", "user_id:2", "email:a@b.c", "anonymous_id:d"
HERE, NEAR, AWAY = (
    placed("user_id", 0),
    placed("anonymous_id", 0),
    placed("anonymous_id", 1),
)
"""A user id and two devices, of which one lives where the user id is looked up."""


def outcomes(engine: SmallEngine, *events: Event) -> list[str]:
    return [verdict.outcome for verdict in engine.run(engine.push(*events))]


def kept(engine: SmallEngine) -> list[str]:
    told = [message.decode(row.body) for row in engine.log()]
    return sorted(one.name for one in told if isinstance(one, Event))


def wait_until(engine: SmallEngine, holds: Callable[[dict[int, Contact]], bool]) -> None:
    async def look() -> None:
        async with asyncio.timeout(60):
            while not holds(engine.contacts()):
                await asyncio.sleep(0.001)

    engine.run(look())


def beaten(engine: SmallEngine, *events: Event) -> None:
    """The device far away takes the events and asks for the user id, and another device is quicker."""
    engine.roads.shut = ("hop",)
    assert outcomes(engine, *events) == ["accepted"] * len(events)
    engine.run(engine.kill(NAME))
    engine.run(engine.up())
    quick = engine.event("Came", HERE, NEAR, trust=PUBLIC, addressed=1)
    assert outcomes(engine, quick) == ["accepted"]
    wait_until(engine, lambda contacts: any(HERE in one.keys for one in contacts.values()))


# --- a key that is still being claimed -------------------------------------------------------------


def test_what_came_behind_an_event_is_known_where_it_is_when_another_was_first_to_get_the_key(
    started: Started,
) -> None:
    engine = started()
    events = [engine.event("Signed Up", HERE, AWAY), engine.event("Ate", HERE)]
    beaten(engine, *events)
    assert outcomes(engine, *events) == ["duplicate"] * 2
    engine.roads.shut = ()
    engine.run(engine.rest())
    assert outcomes(engine, *events) == ["duplicate"] * 2
    assert kept(engine) == ["Ate", "Came", "Signed Up"]


def test_a_retry_is_known_while_who_took_it_is_on_its_way_into_whom_the_key_belongs_to(
    started: Started,
) -> None:
    engine = started()
    told = engine.event("Signed Up", HERE, AWAY)
    beaten(engine, told)
    engine.roads.shut, engine.roads.slow = (), 0.1
    wait_until(engine, lambda contacts: any(one.merged_into for one in contacts.values()))
    engine.roads.shut = ("hop",)
    assert [outcomes(engine, told) for _ in range(3)] == [["duplicate"]] * 3
    engine.roads.shut = ()
    engine.run(engine.rest())
    assert kept(engine) == ["Came", "Signed Up"]


def test_what_comes_new_by_a_key_goes_to_whom_it_belongs_though_a_claimant_was_led_to_before(
    started: Started,
) -> None:
    engine = started()
    beaten(engine, engine.event("Signed Up", HERE, AWAY))
    verdict = engine.run(engine.push(engine.event("Ate", HERE)))[0]
    holder = next(one.id for one in engine.contacts().values() if HERE in one.keys)
    assert (verdict.outcome, verdict.contact) == ("accepted", holder)


def test_what_a_claimant_has_behind_another_event_is_noted_until_the_key_is_its_own() -> None:
    bench = Workbench()
    number = bench.push(event(keys=(MAIL, DEVICE), addressed=1), route=BY_DEVICE)[0].contact
    ate = event("Ate", keys=(MAIL,))
    assert bench.push(ate, contact=number, route=BEHIND)[0].word == ACCEPTED
    assert [row.contact for row in bench.memory.reserved.rows()] == [number]
    assert bench.push(ate)[0].word == DUPLICATE
    claim = bench.contact(number).claims[0]
    bench.take(HopLetter(Question(1, number, 0, 1, ClaimKey(claim))))
    assert bench.memory.reserved.rows() == []


def test_a_claim_of_another_key_settles_nothing_that_was_noted() -> None:
    bench, signed = Workbench(), event(keys=(USER, MAIL, DEVICE))
    assert bench.push(signed)[0].word == TRY_DEVICE
    for key, by in ((MAIL, signed), (USER, event("Came"))):
        claim = Claim(key, NOON, fingerprint=by.fingerprint)
        bench.take(HopLetter(Question(1, 7, 0, 1, ClaimKey(claim))))
    assert bench.push(signed)[0].word == TRY_DEVICE


def test_the_contact_that_a_key_was_noted_for_is_named_to_the_coordinator() -> None:
    bench, away = Workbench(hosts=2), 1 << 16 | 1
    key = placed("email", 0)
    word = bench.push(event(keys=(key,)), contact=away, route=BEHIND)[0]
    assert (word.word, word.contact) == (LED, away)
    again = bench.push(event(keys=(key,)))[0]
    assert (again.word, again.contact) == (LED, away)


def test_by_a_hint_takes_only_who_holds_the_key() -> None:
    bench, came = Workbench(), event("Came", keys=(MAIL,))
    number = bench.push(event(keys=(MAIL, DEVICE), addressed=1), route=BY_DEVICE)[0].contact
    assert bench.push(came, contact=number, route=BY_HINT)[0].word == MISSED
    bench.apply(number, ClaimAnswered(bench.contact(number).claims[0], 0))
    assert bench.push(came, contact=number, route=BY_HINT)[0].word == ACCEPTED


def test_who_has_let_go_of_a_key_takes_what_its_directory_sends_of_that_time() -> None:
    bench = Workbench()
    number = bench.push(event(keys=(USER,)))[0].contact
    assert bench.push(event("Ate", keys=(MAIL,)), contact=number)[0].word == ACCEPTED


def test_what_comes_by_a_key_that_is_being_given_back_waits_for_that() -> None:
    pair = Pair()
    pair.joins()
    pair.parts()
    came = event("Ate", keys=(MAIL,))
    assert pair.push(came, contact=pair.whole)[0].word == PARTED


# --- what is for somebody else ---------------------------------------------------------------------


def led_on(bench: Workbench, told: Event) -> None:
    assert bench.push(told)[0].word == TRY_CREATE


def test_what_was_led_on_is_led_on_again_after_the_two_were_parted() -> None:
    pair = Pair()
    pair.joins()
    told = event("Ate", keys=(OTHER, DEVICE), addressed=1)
    led_on(pair, told)
    pair.parts()
    led_on(pair, told)
    assert pair.push(event("New", keys=(OTHER, DEVICE), addressed=1))[0].contact == pair.part


def test_what_was_led_on_is_led_on_again_when_the_contact_turned_out_to_be_nobody_else() -> None:
    """It had asked for another user id, and was refused."""
    bench = Workbench()
    number = bench.push(event(keys=(OTHER, DEVICE), addressed=1, trust=PUBLIC))[0].contact
    told = event("Ate", keys=(USER, DEVICE), addressed=1)
    led_on(bench, told)
    bench.apply(number, ClaimAnswered(bench.contact(number).claims[0], 9 << 16))
    assert bench.contact(number).claims == []
    led_on(bench, told)
    assert bench.consumed().count(LedOn(told.fingerprint)) == 1


def test_what_was_led_on_is_known_for_a_week_also_after_a_restart() -> None:
    bench = Workbench()
    number = bench.push(event(keys=(OTHER, DEVICE), addressed=1), route=BY_DEVICE)[0].contact
    bench.apply(number, ClaimAnswered(bench.contact(number).claims[0], 0))
    told = event("Ate", keys=(USER, DEVICE), addressed=1)
    led_on(bench, told)
    bench.push(*numbered(2 * SEEN, keys=(DEVICE,)))
    again = bench.restarted()
    led_on(again, told)
    assert again.consumed().count(LedOn(told.fingerprint)) == 1


def test_where_an_event_was_led_on_to_it_is_taken() -> None:
    pair = Pair()
    told = event("Ate", keys=(OTHER, DEVICE), addressed=1)
    pair.joins()
    led_on(pair, told)
    again = event("Ate", keys=(OTHER, DEVICE))
    assert pair.push(again, route=CREATE)[0].word == ACCEPTED
    assert pair.push(again, route=CREATE)[0].word == DUPLICATE


def test_who_does_not_ask_for_the_key_any_more_leads_on_what_was_noted_for_it() -> None:
    bench = Workbench()
    number = bench.push(event(keys=(DEVICE,)))[0].contact
    came = event("Came", keys=(MAIL,))
    for _ in range(2):
        assert bench.push(came, contact=number, route=RESERVED)[0].word == TRY_CREATE
    assert bench.consumed().count(LedOn(came.fingerprint)) == 1
