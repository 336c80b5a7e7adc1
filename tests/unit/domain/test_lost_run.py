"""Runs whose version or step the rulebook in force does not know, as after a control store was put back."""

from typing import Any

import msgspec

from engine.domain.effect import Send
from engine.domain.language.endpoint import Endpoint
from engine.domain.message import Receipt
from engine.domain.rulebooks.definitions import Definitions, succeed
from engine.domain.rulebooks.rulebook import Rulebook
from tests.unit.domain.builders import (
    HOUR,
    Life,
    definitions,
    details,
    leave,
    reachable,
    scenario,
    send,
    wait,
    wait_for,
)

BYE = send("bye")


def s(*steps: dict[str, Any], **rest: Any) -> Definitions:
    written = scenario("s", {"event": "Ate"}, *steps, version=0, goal={"event": "Paid"}, **rest)
    return succeed(None, definitions(written))


OTHER = s(leave("end"))


def lost(*steps: dict[str, Any]) -> Life:
    """It stands at a step that the rulebook put back does not have."""
    ada = reachable().under(Rulebook(3, s(*steps)))
    ada.does("Ate")
    ada.under(Rulebook(2, OTHER)).does("Slept")
    return ada


def test_a_run_that_nobody_knows_stays_and_the_contact_goes_on_with_others() -> None:
    ada = lost(wait("pause", for_="3h"), BYE)
    assert details(ada.facts, "run_lost") == [[f"{ada.contact.id}.1", 1, "pause"]]
    ada.does("Paid")
    ada.passes("30d")
    assert (ada.standing, ada.sends) == (["s/pause"], [])


def test_it_goes_on_once_its_version_is_there_again_if_late() -> None:
    ada = lost(wait("pause", for_="3h"), BYE).passes("10h")
    known = Rulebook(4, s(wait("pause", for_="3h"), BYE))
    ada.under(known).passes("1h")
    assert (ada.standing, len(ada.sends)) == ([], 1)


def test_what_it_waited_for_besides_time_is_heard_again_once_its_version_is_there() -> None:
    ada = lost(wait_for("back", event="Came"), BYE)
    ada.does("Came")
    ada.under(Rulebook(4, s(wait_for("back", event="Came"), BYE))).does("Came")
    assert (ada.standing, len(ada.sends)) == ([], 1)


def test_an_answer_that_comes_meanwhile_is_kept_for_it() -> None:
    ask = {"do": "webhook", "id": "ask", "webhook": "crm", "wait": True}
    crm = {"webhooks": (Endpoint(webhook="crm", url="https://crm.example/"),)}
    known = msgspec.structs.replace(s(ask, BYE), **crm)
    ada = reachable().under(Rulebook(3, known))
    [call] = [one for one in ada.does("Ate").effects if isinstance(one, Send)]
    ada.under(Rulebook(2, OTHER)).take(Receipt(call.key, "sent", call.scenario, call.channel))
    ada.under(Rulebook(4, known)).passes("1h")
    assert (ada.standing, [one.channel for one in ada.sends]) == ([], [call.channel, "email"])


def test_an_operator_ends_it_and_a_later_version_takes_it_or_ends_it() -> None:
    ada = lost(wait("pause", for_="3h"), BYE)
    moved = succeed(OTHER, _written(waiting="migrate", moves={"pause": "rest"}))
    ended = succeed(OTHER, _written(waiting="exit"))
    for book, standing in ((moved, ["s/rest"]), (ended, [])):
        one = Life(Rulebook(5, book), ada.contact, ada.now)
        one.does("Slept")
        assert one.standing == standing
    ada.acts("exit", "s")
    assert ada.standing == []


def test_of_a_version_that_was_published_again_as_another_nothing_is_taken_for_done() -> None:
    ada = lost(send("hello"), wait("pause", for_="3h"))
    later = succeed(OTHER, _written(waiting="migrate", moves={"pause": "rest"}))
    one = Life(Rulebook(5, later), ada.contact, ada.now)
    one.does("Slept")
    [run] = one.contact.runs
    assert (run.version, run.passed, one.contact.due - one.now) == (2, (), HOUR)


def _written(**rest: Any) -> Definitions:
    steps = (wait("rest", for_="1h"), BYE)
    return definitions(scenario("s", {"event": "Ate"}, *steps, version=0, **rest))
