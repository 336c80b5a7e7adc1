"""What users of other engines reported: contacts that got stuck, cascades that never ended."""

import asyncio
from typing import Any

import pytest

from engine.domain.message import Receipt
from tests.unit.domain import builders as build
from tests.unit.domain.builders import details, life, reachable
from tests.unit.runtime.conftest import Started


def test_who_comes_back_goes_all_the_way_again() -> None:
    """mautic#9797: who entered a campaign a second time stalled between two open logs."""
    steps = (build.wait("w", for_="1h"), build.send("mail"), build.wait("v", for_="1h"))
    ada = reachable(build.scenario("s", {"event": "Ate"}, *steps, reentry="always"))
    for _ in range(3):
        ada.does("Ate")
        ada.passes("3h")
    number = ada.contact.id
    assert [mail.key for mail in ada.sends] == [f"{number}.{n}/mail/2" for n in (1, 2, 3)]
    ends = details(ada.facts, "run_ended")
    assert ends == [[f"{number}.{n}", "finished"] for n in (1, 2, 3)]


@pytest.mark.parametrize("outcome", ["failed", "unknown", "sent"])
def test_what_comes_after_a_mail_happens_whatever_became_of_it(outcome: Any) -> None:
    """parcelvoy PR #434: a failed send stalled the journey; notifuse#327: nodes after a mail never ran."""
    steps = (build.send("mail"), build.wait("w", for_="1h"), build.put("p", "after", True))
    ada = reachable(build.scenario("s", {"event": "Ate"}, *steps))
    ada.does("Ate")
    told = Receipt(ada.sends[0].key, outcome, "s/mail", "email")
    ada.take(told)
    ada.passes("1h")
    assert ada.contact.attributes["after"] is True


def test_who_cannot_be_written_to_goes_on() -> None:
    """parcelvoy PR #434, without an address."""
    ada = life(build.scenario("s", {"event": "Ate"}, build.send("mail"), build.put("p", "x", 1)))
    ada.does("Ate")
    assert (ada.sends, ada.contact.attributes["x"]) == ([], 1)


def test_a_cascade_of_segments_comes_to_rest_in_one_step() -> None:
    """notifuse#332, notifuse#333: segments that trigger one another filled a queue that never drained."""
    chain = [build.segment("s0", attribute="x", is_=1)]
    chain += [build.segment(f"s{n}", segment=f"s{n - 1}") for n in range(1, 30)]
    tellers = [
        build.scenario(f"t{n}", {"enters": f"s{n}"}, build.put("p", "n", n)) for n in (9, 29)
    ]
    ada = life(*chain, *tellers)
    ada.tells(x=1)
    assert len(ada.contact.segments) == 30
    assert ada.contact.attributes["n"] == 29
    ada.tells(x=0)
    assert (ada.contact.segments, ada.contact.due) == ({}, 0)


def test_a_loop_without_end_is_named_and_the_next_definitions_free_the_contact() -> None:
    """mautic#14034, mautic/user-documentation#709: a campaign in a loop needed a command to get out."""
    lit = build.segment("lit", attribute="x", is_=1)
    loop = (
        build.scenario("dark", {"enters": "lit"}, build.put("off", "x", 0)),
        build.scenario("light", {"leaves": "lit"}, build.put("on", "x", 1)),
    )
    ada = life(lit, *loop, build.segment("fed", did="Ate"))
    ada.tells(x=1)
    assert "dark" in ada.contact.trouble
    ada.does("Ate")
    ada.under(build.rulebook(lit, build.segment("fed", did="Ate"), version=2)).passes("2h")
    assert ada.contact.trouble == ""
    assert "fed" in ada.contact.segments


def test_a_scenario_that_an_event_starts_may_wait_for_another_event() -> None:
    """dittofeed#1463: a journey with an event entry could not wait for anything."""
    waits = build.wait_for("w", event="Paid", timeout="1d", then="yes", else_="no")
    steps = (
        waits,
        build.put("yes", "paid", True),
        build.leave("end"),
        build.put("no", "paid", False),
    )
    ada, eve = (life(build.scenario("s", {"event": "Ordered"}, *steps)) for _ in range(2))
    for one in (ada, eve):
        one.does("Ordered")
    ada.does("Paid")
    eve.passes("1d")
    assert (ada.contact.attributes["paid"], eve.contact.attributes["paid"]) == (True, False)


def test_workers_on_one_contact_do_not_lock_one_another_out(started: Started) -> None:
    """mautic#10561, mautic#11895: deadlocks between workers that wrote rows of one contact."""
    engine = started(build.segment("often", did="Ate", at_least=40))
    engine.roads.slow = 0.02

    async def pushes() -> None:
        events = [engine.event("Ate", "user_id:1") for _ in range(40)]
        await asyncio.gather(*(engine.push(one) for one in events))

    engine.run(pushes())
    [contact] = engine.contacts().values()
    assert list(contact.segments) == ["often"]
