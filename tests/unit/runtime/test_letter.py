"""Letters: what a host answers, and what asking twice changes (nothing)."""

from typing import Any

import msgspec
import pytest

from engine.domain.consents.quiet import Hours, Open
from engine.domain.consents.topic import ConsentRules
from engine.domain.effect import Adopt, AskYield, ClaimKey, Lift, Suppress, Witness
from engine.domain.event import PUBLIC
from engine.domain.merges.claim import Claim
from engine.domain.message import (
    Act,
    AdoptionSettled,
    ClaimAnswered,
    Receipt,
    TimerFired,
    YieldAnswered,
    YieldAsked,
)
from engine.domain.profile import codec
from engine.domain.profile.contact import SEEN, Contact
from engine.domain.profile.identity import Binding
from engine.ports.host_store import WakeUp
from engine.ports.sending import Outcome
from engine.runtime.batches.hop_letter import AnswerLetter, HopLetter
from engine.runtime.batches.letter import TimerLetter
from engine.runtime.desks.act_letter import GONE, ActLetter, SuppressLetter
from engine.runtime.envelope import (
    ACCEPTED,
    BY_DEVICE,
    BY_HINT,
    CREATE,
    DUPLICATE,
    LATER,
    MISSED,
    MOVED,
    REJECTED,
    TRY_CREATE,
    TRY_DEVICE,
    Answer,
    Question,
)
from engine.runtime.sending.send_letter import RESEND_AFTER, HandOverLetter, OutcomeLetter
from tests.unit.domain import builders as build
from tests.unit.domain.builders import HOUR, NOON, event
from tests.unit.runtime.workbench import Workbench, letter_of, numbered, placed

USER, MAIL, DEVICE = "user_id:1", "email:a@b.c", "anonymous_id:d"
MAILER = build.scenario("s", {"event": "Ate"}, build.send("mail"))
WAITER = build.scenario("s", {"event": "Ate"}, build.wait("w", for_="1h"))


def words(answers: list[Any]) -> list[int]:
    return [answer.word for answer in answers]


def asked(bench: Workbench, hop: Any, contact: int, to: int = 0, number: int = 1) -> Answer:
    answer: Answer = bench.take(HopLetter(Question(number, contact, to, 1, hop)))[0]
    return answer


# --- events --------------------------------------------------------------------------------------


def test_an_event_sent_again_is_a_duplicate_in_the_same_batch_and_later() -> None:
    bench, came = Workbench(), event(keys=(USER,))
    assert words(bench.push(came, came)) == [ACCEPTED, DUPLICATE]
    assert words(bench.push(came)) == [DUPLICATE]
    assert len(bench.log()) == 1


def test_an_unknown_key_asks_the_device_first_and_later_items_of_the_key_wait() -> None:
    bench = Workbench()
    answers = bench.push(
        event("Ate", keys=(USER, DEVICE)), event("Bought", keys=(USER,)), event(keys=(MAIL,))
    )
    assert words(answers) == [TRY_DEVICE, LATER, ACCEPTED]


def test_a_device_that_nobody_has_becomes_a_contact_that_claims_the_rest() -> None:
    bench = Workbench()
    number = bench.push(event(keys=(USER, DEVICE), addressed=1), route=BY_DEVICE)[0].contact
    assert bench.contact(number).keys == [DEVICE]
    assert [claim.key for claim in bench.contact(number).claims] == [USER]


def test_a_device_of_another_user_is_no_place_for_the_event() -> None:
    bench = Workbench()
    bench.push(event(keys=(USER, DEVICE), addressed=1), route=BY_DEVICE)
    other = event(keys=("user_id:2", DEVICE), addressed=1)
    assert words(bench.push(other, route=BY_DEVICE)) == [TRY_CREATE]


def test_a_public_key_joins_a_known_contact_only_from_one_of_its_devices() -> None:
    bench = Workbench()
    bench.push(event(keys=(USER,)))
    stranger = event(keys=(USER, DEVICE), trust=PUBLIC)
    refused = bench.push(stranger, route=CREATE)[0]
    assert (refused.word, refused.code) == (REJECTED, "user_token_required")
    bench.push(event("Ate", keys=(USER, DEVICE)))
    assert words(bench.push(stranger, route=CREATE)) == [ACCEPTED]


def test_a_hint_to_a_contact_that_has_not_the_key_is_missed() -> None:
    bench = Workbench()
    number = bench.push(event(keys=(USER,)))[0].contact
    hinted = {"contact": number, "route": BY_HINT}
    assert words(bench.push(event("Ate", keys=(MAIL,)), **hinted)) == [MISSED]
    assert words(bench.push(event("Ate", keys=(USER,)), **hinted)) == [ACCEPTED]
    assert words(bench.push(event("Bought", keys=(USER,)), contact=7 << 16)) == [MISSED]


def test_a_device_is_taken_where_its_directory_sent_it() -> None:
    """The contact may have let go of it since; the instant of the event decides, not today's holder."""
    bench = Workbench()
    number = bench.push(event(keys=(USER,)))[0].contact
    assert words(bench.push(event("Ate", keys=(DEVICE,)), contact=number)) == [ACCEPTED]


def test_a_tombstone_knows_what_it_had_taken_and_sends_the_rest_on() -> None:
    bench = Workbench(hosts=2)
    device, away = placed("anonymous_id", 0), 1 << 16 | 1
    events = numbered(2 * SEEN, keys=(device,))
    number = bench.push(*events)[0].contact
    bench.apply(number, YieldAsked(Claim(device, NOON), away))
    answers = bench.restarted().push(*events, event("New", keys=(device,)))
    assert set(words(answers[:-1])) == {DUPLICATE}
    assert (answers[-1].word, answers[-1].contact) == (MOVED, away)


def test_a_retry_after_a_rebind_reaches_the_person_it_belonged_to() -> None:
    bench = Workbench()
    before = event("Ate", keys=(DEVICE,), at=NOON)
    ada = bench.push(event(keys=(USER,)), event("Ate", keys=("user_id:2",)))[0].contact
    bob = bench.push(event("Bought", keys=("user_id:2",)))[0].contact
    asked(bench, ClaimKey(Claim(DEVICE, NOON)), ada)
    assert bench.push(before)[0].contact == ada
    asked(bench, ClaimKey(Claim(DEVICE, NOON, rebind=NOON)), bob)
    assert words(bench.push(before)) == [DUPLICATE]
    bench.clock.advance(5)
    assert bench.push(event("Ate", keys=(DEVICE,), at=NOON + 5))[0].contact == bob


# --- timers --------------------------------------------------------------------------------------


def test_a_wake_up_that_is_due_fires_once() -> None:
    bench = Workbench(WAITER)
    number = bench.push(event("Ate", keys=(USER,)))[0].contact
    bench.clock.advance(HOUR)
    wake = TimerLetter(WakeUp(NOON + HOUR, number))
    bench.take(wake, wake)
    assert bench.consumed().count(TimerFired()) == 1


def test_a_wake_up_that_came_too_early_only_moves_its_row() -> None:
    bench = Workbench(WAITER)
    number = bench.push(event("Ate", keys=(USER,)))[0].contact
    bench.apply(number, Act("ops", "exit", "s"))
    bench.clock.advance(HOUR)
    bench.take(TimerLetter(WakeUp(NOON + HOUR, number)))
    assert TimerFired() not in bench.consumed()
    assert bench.store.wakeups(WakeUp(0, 0), 1 << 62, 9) == []


# --- hops ----------------------------------------------------------------------------------------


def test_the_directory_binds_what_is_free_and_names_who_was_first() -> None:
    bench, claim = Workbench(), Claim(MAIL, NOON)
    for _ in range(2):
        assert asked(bench, ClaimKey(claim), 7).message == ClaimAnswered(claim, 0)
    assert asked(bench, ClaimKey(claim), 8).message == ClaimAnswered(claim, 7, NOON)
    assert dict(bench.store.all_directory("", 9)) == {MAIL: (Binding(NOON, 7),)}


def test_a_rebind_counts_from_the_moment_it_is_done() -> None:
    bench, claim = Workbench(), Claim(DEVICE, NOON - HOUR)
    asked(bench, ClaimKey(claim), 7)
    again = msgspec.structs.replace(claim, rebind=NOON - HOUR)
    assert asked(bench, ClaimKey(again), 8).message == ClaimAnswered(again, 0)
    assert bench.batch().holders(DEVICE)[-1] == Binding(NOON + 1, 8)


def test_a_contact_that_claims_is_asked_again_later() -> None:
    bench = Workbench()
    number = bench.push(event(keys=(DEVICE, MAIL)))[0].contact
    question = AskYield(number, Claim(DEVICE, NOON))
    assert asked(bench, question, 7, number) == Answer(1, done=False)
    bench.apply(number, ClaimAnswered(bench.contact(number).claims[0], 0))
    answer = asked(bench, question, 7, number).message
    assert isinstance(answer, YieldAnswered)
    assert answer.outcome == "released"


def test_a_contact_is_adopted_once_however_often_it_is_offered() -> None:
    bench = Workbench()
    number = bench.push(event(keys=(USER,)))[0].contact
    offer = Adopt(number, codec.encode(Contact(9 << 16, keys=[DEVICE])))
    for _ in range(2):
        assert asked(bench, offer, 9 << 16, number).message == AdoptionSettled()
    assert len(bench.log()) == 2


def test_a_contact_from_a_newer_rulebook_waits_until_that_is_here() -> None:
    bench = Workbench()
    number = bench.push(event(keys=(USER,)))[0].contact
    offer = Adopt(number, codec.encode(Contact(9 << 16, keys=[DEVICE], rulebook=2)))
    assert asked(bench, offer, 9 << 16, number) == Answer(1, done=False)
    bench.memory.rulebook = build.rulebook(version=2)
    assert asked(bench, offer, 9 << 16, number).done


def test_a_witness_is_heard() -> None:
    bench = Workbench()
    number = bench.push(event(keys=(USER,)))[0].contact
    elsewhere = build.life()
    elsewhere.does("Ate", keys=(USER, DEVICE))
    seen = elsewhere.contact.seen
    assert asked(bench, Witness(number, seen), 9 << 16, number).message == AdoptionSettled()
    retry = event("Ate", keys=(USER, DEVICE))
    assert words(bench.push(retry)) == [DUPLICATE]


def test_an_answer_that_comes_twice_is_taken_once() -> None:
    bench = Workbench()
    number = bench.push(event(keys=(USER, MAIL)))[0].contact
    row = next(iter(bench.memory.hops.values()))
    answer = Answer(row.number, True, ClaimAnswered(bench.contact(number).claims[0], 0))
    bench.take(AnswerLetter(answer, number), AnswerLetter(answer, number))
    bench.take(AnswerLetter(answer, number))
    assert len(bench.log()) == 2
    assert (bench.memory.hops, bench.contact(number).keys) == ({}, [USER, MAIL])


def test_what_was_offered_to_a_merged_contact_is_offered_on_under_a_number_of_its_own() -> None:
    bench = Workbench()
    number = bench.push(event(keys=(DEVICE,)))[0].contact
    bench.apply(number, YieldAsked(Claim(DEVICE, NOON), 7 << 16))
    [row] = bench.memory.hops.values()
    bench.take(AnswerLetter(Answer(row.number, True, AdoptionSettled(9 << 16)), number))
    assert [*bench.memory.hops.values()] == [row._replace(number=row.number + 1, to=9 << 16)]
    assert bench.contact(number).merged_into == 9 << 16


# --- messages ------------------------------------------------------------------------------------


def mailed(credit: int = 0, **template: Any) -> tuple[Workbench, str]:
    """A message that waits (or leaves, with credit), and its key."""
    bench = Workbench(MAILER, build.template(**template))
    traits = {"email": "a@b.c", "consent_email": True}
    bench.take(letter_of(event("Ate", keys=(USER,), traits=traits)), credit=credit)
    return bench, bench.memory.outbox.rows()[0].key


def handed_over(bench: Workbench, key: str) -> bool:
    row = bench.memory.outbox.get(key)
    assert row is not None
    return bool(bench.take(HandOverLetter(row))[0])


def test_a_message_may_leave_as_long_as_its_contact_agrees() -> None:
    bench, key = mailed()
    assert handed_over(bench, key)
    row = bench.memory.outbox.get(key)
    assert row is not None
    assert row.state == "sending"


def test_consent_that_is_withdrawn_while_a_message_waits_stops_it() -> None:
    bench, key = mailed()
    bench.push(event("Left", keys=(USER,), traits={"consent_email": False}))
    assert not handed_over(bench, key)
    assert bench.consumed()[-1] == Receipt(key, "failed", "s/mail", "email", reason="no_consent")
    assert len(bench.memory.outbox) == 0


def test_an_address_that_is_suppressed_while_a_message_waits_stops_it() -> None:
    bench, key = mailed()
    bench.take(SuppressLetter(Suppress("email", "A@B.c", "manual")))
    assert not handed_over(bench, key)


def texter() -> tuple[Workbench, str]:
    """A text message that was decided on a Wednesday noon, while texts may leave at 20 to 21 only."""
    evening = Open(days=("wed", "thu", "fri"), from_="20:00", to="21:00")
    rules = ConsentRules(hours=(Hours(channel="sms", open=(evening,)),), hold="1d")
    text = {"do": "send", "id": "text", "channel": "sms", "template": "hello"}
    bench = Workbench(
        rulebook=build.rulebook(build.scenario("s", {"event": "Ate"}, text), consent=rules)
    )
    traits = {"phone": "+33611111111", "consent_sms": True}
    bench.take(letter_of(event("Ate", keys=(USER,), traits=traits)), credit=5)
    return bench, bench.memory.outbox.rows()[0].key


def test_marketing_outside_its_hours_is_held_to_the_exact_opening_with_credit_free() -> None:
    bench, key = texter()
    row = bench.memory.outbox.rows()[0]
    assert (row.state, row.due, bench.memory.outbox.held) == (
        "held",
        build.NOON + 8 * build.HOUR,
        1,
    )
    assert bench.memory.outbox.ready(row.due - 1, 9) == []
    bench.clock.at = row.due
    assert bench.memory.outbox.ready(row.due, 9) == [key]
    assert handed_over(bench, key)
    assert bench.memory.outbox.held == 0


def test_what_is_held_is_asked_about_its_hours_once_more_when_it_would_leave() -> None:
    bench, key = texter()
    bench.push(event("Moved", keys=(USER,), traits={"timezone": "America/New_York"}))
    bench.clock.at = build.NOON + 8 * build.HOUR
    assert not handed_over(bench, key)
    row = bench.memory.outbox.rows()[0]
    assert (row.state, row.due) == ("held", build.NOON + 13 * build.HOUR)


def test_what_was_held_too_long_is_not_sent_any_more() -> None:
    bench, key = texter()
    bench.clock.at = build.NOON + build.DAY + 8 * build.HOUR
    assert not handed_over(bench, key)
    assert bench.consumed()[-1] == Receipt(key, "failed", "s/text", "sms", reason="waited_too_long")


def test_an_unsubscription_does_not_stop_what_answers_the_contact() -> None:
    bench, key = mailed(transactional=True)
    bench.take(SuppressLetter(Suppress("email", "a@b.c", "unsubscribe")))
    assert handed_over(bench, key)


def test_a_suppression_is_lifted_only_for_the_reasons_given() -> None:
    bench, key = mailed()
    bench.take(SuppressLetter(Suppress("email", "a@b.c", "complaint")))
    (stay,) = bench.take(SuppressLetter(Lift(("email",), "a@b.c", ("manual",))))
    assert (stay, handed_over(bench, key)) == (["complaint"], False)


def outcome(bench: Workbench, key: str, what: Any, **rest: Any) -> None:
    bench.take(OutcomeLetter(Outcome(key, what, **rest), bench.memory.outbox.rows()[0].contact))


def test_an_outcome_is_taken_once() -> None:
    bench, key = mailed(credit=1)
    told = OutcomeLetter(Outcome(key, "sent"), bench.memory.outbox.rows()[0].contact)
    bench.take(told, told)
    bench.take(told)
    assert bench.memory.counters["sent"] == 1


def test_what_is_put_off_is_queued_for_its_next_attempt() -> None:
    bench, key = mailed(credit=1)
    outcome(bench, key, "deferred", retry_after=HOUR)
    assert bench.memory.outbox.ready(NOON + HOUR - 1, 9) == []
    assert bench.memory.outbox.ready(NOON + HOUR, 9) == [key]


def test_an_outcome_of_an_earlier_attempt_is_not_that_of_the_next() -> None:
    bench, key = mailed(credit=1)
    outcome(bench, key, "deferred", retry_after=HOUR)
    handed_over(bench, key)
    outcome(bench, key, "deferred", retry_after=HOUR)
    row = bench.memory.outbox.get(key)
    assert row is not None
    assert (row.state, row.attempts) == ("sending", 1)


@pytest.mark.parametrize(("transactional", "state"), [(True, "queued"), (False, None)])
def test_mail_of_unknown_fate_is_sent_again_only_when_somebody_waits_for_it(
    *, transactional: bool, state: str | None
) -> None:
    bench, key = mailed(credit=1, transactional=transactional)
    outcome(bench, key, "unknown")
    row = bench.memory.outbox.get(key)
    assert (row and row.state) == state
    assert bench.memory.outbox.next_due() == (NOON + RESEND_AFTER if transactional else 0)


def test_an_act_on_nobody_is_told_so() -> None:
    assert Workbench().take(ActLetter(7 << 16, Act("ops", "resume"))) == [GONE]
