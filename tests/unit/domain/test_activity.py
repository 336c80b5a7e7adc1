"""What becomes of messages, as an event about the contact: counted, scored, waited for, explained."""

from typing import Any

import pytest

from engine.domain.effect import Suppress
from engine.domain.message import Receipt
from engine.domain.profile.consent import OPTED_OUT
from engine.domain.surveys.why import why
from tests.unit.domain.builders import (
    HOUR,
    NOON,
    Life,
    life,
    put,
    reachable,
    scenario,
    score,
    segment,
    send,
    template,
    wait_for,
)

ADDRESS = b"ada's"


def receipt(outcome: Any, **told: Any) -> Receipt:
    known = {"template": "welcome", "hashed": ADDRESS, "topic": ""}
    scenario_ = told.pop("scenario", "hello/mail")
    return Receipt("1.1/mail/1", outcome, scenario_, "email", **known | told)


def is_in(one: Life, name: str = "s") -> bool:
    return name in one.contact.segments


def test_what_people_do_counts_and_what_machines_do_only_where_it_is_asked_for() -> None:
    """mautic#16263: what bots open and click poisoned scores and segments."""
    ada = life(segment("s", message="opened"), segment("all", message="opened", bots=True))
    ada.take(receipt("opened", bot=True))
    assert list(ada.contact.segments) == ["all"]
    ada.take(receipt("opened"))
    assert is_in(ada)


@pytest.mark.parametrize(
    ("of", "fits"),
    [
        ({"template": "welcome"}, True),
        ({"template": "goodbye"}, False),
        ({"scenario": "hello", "step": "mail"}, True),
        ({"scenario": "other"}, False),
        ({"channel": "sms"}, False),
    ],
)
def test_which_messages_are_meant(of: dict[str, str], fits: bool) -> None:
    ada = life(segment("s", message="clicked", of=of))
    ada.take(receipt("clicked", url="https://shop.example/pears"))
    assert is_in(ada) is fits


def test_properties_are_compared_as_those_of_any_event() -> None:
    ada = life(segment("s", message="clicked", where={"url": {"contains": "pears"}}, at_least=2))
    for url in ("https://shop.example/pears", "https://shop.example/plums"):
        ada.take(receipt("clicked", url=url))
    assert not is_in(ada)
    ada.take(receipt("clicked", url="https://shop.example/pears?b"))
    assert is_in(ada)


def test_a_window_ends_at_its_very_instant_after_the_opening() -> None:
    ada = life(segment("s", message="opened", within="1h"))
    ada.now += 10
    ada.take(receipt("opened", at=NOON))
    assert is_in(ada)
    ada.until(NOON + HOUR)
    assert ada.said("segment_left") == [("s", HOUR)]


def test_nothing_happens_later_than_it_is_told() -> None:
    ada = life(segment("s", message="opened", within="1h"))
    ada.take(receipt("opened", at=NOON + HOUR))
    assert ada.contact.due == NOON + HOUR


def test_what_nobody_asks_about_leaves_nothing_in_the_state() -> None:
    ada = life(segment("s", message="bounced"))
    for outcome in ("sent", "delivered", "opened", "clicked"):
        ada.take(receipt(outcome))
    held = ada.contact
    assert (held.counts, held.rings, held.measures, held.segments) == ({}, {}, {}, {})
    assert ada.subjects("opened", "clicked") == ["email", "email"]


def test_points_are_given_for_a_click_and_taken_for_an_unsubscription() -> None:
    rules = ({"message": "clicked", "points": 5}, {"message": "unsubscribed", "points": -20})
    ada = life(score("heat", *rules))
    ada.take(receipt("clicked"))
    assert ada.contact.scores["heat"] == (5, NOON)
    ada.take(receipt("unsubscribed"))
    assert ada.contact.scores["heat"] == (-15, NOON)


def test_a_scenario_waits_for_its_own_message_to_be_opened() -> None:
    opened = wait_for("back", message="opened", of={"template": "hello"}, timeout="2d", else_="no")
    steps = (send("mail"), opened, put("yes", "read", True), put("no", "late", True))
    ada = reachable(scenario("s", {"event": "Ate"}, *steps), template())
    ada.does("Ate")
    ada.take(receipt("opened", template="other"))
    assert ada.standing == ["s/back"]
    ada.take(receipt("opened", template="hello"))
    assert ada.contact.attributes["read"] is True


def test_a_click_starts_a_scenario_and_says_where_it_led() -> None:
    hello = template(variables=("event.url", "event.template"))
    ada = reachable(scenario("s", {"message": "clicked"}, send("mail")), hello)
    ada.take(receipt("clicked", url="https://shop.example/"))
    assert ada.sends[0].variables["event"] == {
        "url": "https://shop.example/",
        "template": "welcome",
    }


def test_a_receipt_of_last_week_starts_nothing_and_is_counted() -> None:
    ada = reachable(
        scenario("s", {"message": "clicked"}, send("mail")), segment("s", message="clicked")
    )
    ada.take(receipt("clicked", at=NOON - 7 * 24 * HOUR))
    assert (ada.sends, is_in(ada)) == ([], True)


def test_an_address_that_the_next_hop_refuses_has_bounced_and_a_stop_has_not() -> None:
    ada = life(segment("s", message="bounced"))
    ada.take(receipt("failed", reason="no_consent"))
    ada.take(receipt("failed", suppress=True, address="+331", reason=OPTED_OUT))
    assert not is_in(ada)
    ada.take(receipt("failed", suppress=True, address="ada@example.com", reason="no such user"))
    assert is_in(ada)


def test_a_complaint_suppresses_the_address_it_was_sent_to_and_takes_consent_back() -> None:
    ada = reachable(scenario("s", {"event": "Ate"}, send("mail")))
    ada.take(receipt("complained"))
    assert Suppress("email", "", "complaint", ADDRESS) in ada.effects
    assert ada.contact.attributes["consent_email"] is False


def test_an_unsubscription_is_about_the_topic_when_the_message_has_one_that_is_known() -> None:
    ada = reachable()
    ada.take(receipt("unsubscribed", topic="nobody's"))
    assert Suppress("email", "", "unsubscribe", ADDRESS) in ada.effects


def test_bounces_in_a_row_end_with_a_sign_of_life() -> None:
    ada = life()
    for outcome, bot in (("undelivered", False), ("opened", True)):
        ada.take(receipt(outcome, soft=3, bot=bot))
    assert ada.contact.bounces == {"email": 1}
    ada.take(receipt("clicked"))
    assert ada.contact.bounces == {}


def test_it_says_what_it_asks_and_what_it_saw() -> None:
    ada = life(segment("s", message="opened", of={"template": "welcome"}, bots=True, within="7d"))
    ada.take(receipt("opened"))
    (part,) = why(ada.contact, "s", ada.book, ada.now)["because"]
    assert part["asks"] == "message opened within 7d of template welcome by machines too"
    assert part["saw"]["times"] == 1
