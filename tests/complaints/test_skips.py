"""What users of other engines reported: people who were passed over, timers that were lost."""

import pytest

from engine.ports.sending import Outcome
from engine.runtime.sending.send_letter import HandOverLetter, OutcomeLetter
from tests.unit.domain import builders as build
from tests.unit.domain.builders import HOUR, NOON, event, reachable
from tests.unit.runtime.workbench import Workbench

NOW = build.scenario("s", {"event": "Ate"}, build.send("mail"))


def mailed(people: int) -> Workbench:
    """So many messages on their way."""
    bench = Workbench(NOW)
    traits = {"email": "a@b.c", "consent_email": True}
    bench.push(*(event("Ate", keys=(f"user_id:{n}",), traits=traits) for n in range(people)))
    bench.take(*map(HandOverLetter, bench.memory.outbox.rows()))
    return bench


def test_what_was_fetched_and_not_sent_before_a_crash_is_not_passed_over() -> None:
    """listmonk#3022, listmonk#2591: the checkpoint moved when a batch was fetched."""
    bench = mailed(5)
    taken = bench.memory.outbox.rows()[4]
    bench.take(OutcomeLetter(Outcome(taken.key, "sent"), taken.contact))
    kept = bench.restarted().memory.outbox.rows()
    assert [row.state for row in kept] == ["sending"] * 4
    assert taken.key not in {row.key for row in kept}


def test_whose_send_failed_is_not_passed_over_because_a_later_one_went_well() -> None:
    """listmonk#3222: a run ended at its highest success, and whoever had failed before was skipped."""
    bench = mailed(3)
    first, second, third = bench.memory.outbox.rows()
    put_off = Outcome(first.key, "deferred", retry_after=60_000)
    failed = Outcome(second.key, "failed", reason="no such person")
    for row, outcome in ((first, put_off), (second, failed), (third, Outcome(third.key, "sent"))):
        bench.take(OutcomeLetter(outcome, row.contact))
    [waiting] = bench.memory.outbox.rows()
    assert (waiting.key, waiting.state, waiting.due) == (first.key, "queued", NOON + 60_000)
    assert bench.memory.counters["failed"] == bench.memory.counters["sent"] == 1


def test_what_ends_one_run_leaves_the_timers_of_the_others() -> None:
    """mautic#2004: overlapping runs of the cron deleted each other's scheduled events."""
    one, two = (
        build.scenario(name, {"event": "Ate"}, build.wait("w", for_=span), build.send("mail"))
        for name, span in (("one", "1h"), ("two", "2h"))
    )
    ada = reachable(one, two)
    ada.does("Ate")
    ada.acts("exit", "one")
    assert list(ada.contact.timers.values()) == [NOON + 2 * HOUR]
    ada.passes("1d")
    assert [mail.scenario for mail in ada.sends] == ["two/mail"]


@pytest.mark.parametrize("late", ["send", "skip", "exit"])
def test_a_timer_that_was_due_while_the_engine_was_down_is_not_lost(late: str) -> None:
    """mautic#9797, mautic#14034: stuck contacts needed a command that resumes them."""
    wait = build.wait("w", for_="1h", late=late)
    ada = reachable(build.scenario("s", {"event": "Ate"}, wait, build.put("p", "x", 1)))
    ada.does("Ate")
    ada.misses("30d")
    assert ada.standing == []
    assert ada.contact.due == 0
    assert ("x" in ada.contact.attributes) is (late != "exit")


def test_a_simple_sequence_of_mails_comes_in_its_order_and_time() -> None:
    """listmonk#206, listmonk#2198, keila#132: the most wanted missing thing of newsletter tools."""
    steps = (
        build.send("hello"), build.wait("w1", for_="7d"), build.send("more"),
        build.wait("w2", for_="7d"), build.send("last"),
    )  # fmt: skip
    ada = reachable(build.scenario("s", {"event": "Joined"}, *steps))
    ada.does("Joined")
    ada.passes("30d")
    week = 7 * build.DAY
    told = [(mail.scenario, mail.at - NOON) for mail in ada.sends]
    assert told == [("s/hello", 0), ("s/more", week), ("s/last", 2 * week)]
