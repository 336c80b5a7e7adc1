"""What users of other engines reported: the same message twice, the same scenario twice."""

from engine.domain.effect import Suppress
from engine.domain.event import Event
from engine.domain.message import Receipt
from engine.ports.host_store import WakeUp
from engine.ports.sending import Outcome
from engine.runtime.batches.letter import TimerLetter
from engine.runtime.desks.act_letter import SuppressLetter
from engine.runtime.sending.send_letter import HandOverLetter, OutcomeLetter
from tests.unit.domain import builders as build
from tests.unit.domain.builders import HOUR, NOON, event
from tests.unit.runtime.workbench import Workbench, letter_of

TRAITS = {"email": "a@b.c", "consent_email": True}
NOW = build.scenario("s", {"event": "Ate"}, build.send("mail"), reentry="always")
LATER = build.scenario(
    "s", {"event": "Ate"}, build.wait("w", for_="1h"), build.send("mail"), reentry="always"
)


def ate(person: int = 1, number: int = 0) -> Event:
    key = (f"user_id:{person}",)
    return event("Ate", keys=key, traits=TRAITS, message_id=f"{person}-{number}")


def intended(bench: Workbench) -> int:
    return bench.memory.counters.get("intended", 0)


def test_two_workers_that_read_the_same_due_rows_write_once() -> None:
    """mautic#3669: two cron jobs in the same second sent every mail twice."""
    bench = Workbench(LATER)
    contact = bench.push(ate())[0].contact
    bench.clock.advance(HOUR)
    due = WakeUp(NOON + HOUR, contact)
    bench.take(TimerLetter(due), TimerLetter(due))
    bench.take(TimerLetter(due))
    [row] = bench.memory.outbox.rows()
    assert bench.take(HandOverLetter(row), HandOverLetter(row)) == [True, False]
    assert bench.take(HandOverLetter(row)) == [False]


def test_users_do_not_get_on_the_same_journey_four_times() -> None:
    """parcelvoy#462: concurrent workers let one user in four times; lunogram#136: shown twice."""
    bench = Workbench(LATER)
    contact = bench.push(*(ate(number=number) for number in range(4)))[0].contact
    assert [run.id for run in bench.contact(contact).runs] == [f"{contact}.1"]


def test_a_batch_that_is_sent_again_writes_to_nobody_twice() -> None:
    """plunk#41: a larger batch timed out, was tried again, and everybody had two mails."""
    bench = Workbench(NOW)
    batch = [ate(person) for person in range(120)]
    bench.push(*batch)
    bench.push(*batch)
    assert (intended(bench), len(bench.memory.outbox)) == (120, 120)


def test_events_of_the_same_instant_make_one_digest() -> None:
    """novu#2569: two events of the same second made two digests."""
    digest = {"do": "digest", "id": "d", "event": "Viewed", "for": "1h"}
    text = build.template(variables=("digest.count",))
    ada = build.reachable(
        build.scenario("s", {"event": "Viewed"}, digest, build.send("mail"), reentry="always"), text
    )
    for what in ("pear", "plum"):
        ada.does("Viewed", properties={"what": what})
    ada.passes("3h")
    assert [mail.variables["digest"]["count"] for mail in ada.sends] == [2]


def test_who_must_not_be_written_to_is_refused_once_and_for_good() -> None:
    """mautic#4356: sends to people on the do-not-contact list were tried again by each cron."""
    bench = Workbench(NOW)
    contact = bench.push(ate())[0].contact
    [row] = bench.memory.outbox.rows()
    bench.take(SuppressLetter(Suppress("email", "a@b.c", "manual")))
    assert bench.take(HandOverLetter(row), HandOverLetter(row)) == [False, False]
    failed = [one for one in bench.consumed() if isinstance(one, Receipt)]
    assert [(one.outcome, one.reason) for one in failed] == [("failed", "suppressed")]
    assert len(bench.memory.outbox) == 0
    assert bench.contact(contact).due == 0


def test_a_pause_and_a_restart_in_the_middle_repeat_nothing() -> None:
    """listmonk#2070, listmonk#2313: paused and gone on with, a campaign began with the first again."""
    bench = Workbench(NOW)
    bench.push(*(ate(person) for person in range(6)))
    first, *_ = rows = bench.memory.outbox.rows()
    half = rows[:3]
    bench.take(*(HandOverLetter(row) for row in half))
    bench.take(*(OutcomeLetter(Outcome(row.key, "sent"), row.contact) for row in half))
    again = bench.restarted()
    left = {row.key for row in again.memory.outbox.rows()}
    assert left == {row.key for row in rows[3:]}
    assert again.take(HandOverLetter(first)) == [False]


def test_an_event_that_comes_again_later_enters_nobody_again() -> None:
    """dittofeed#958: who had been through a journey was surprised to be in it again."""
    bench = Workbench(NOW)
    bench.push(ate())
    again = bench.restarted()
    again.take(letter_of(ate()))
    assert intended(again) == 1
