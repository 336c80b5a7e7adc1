"""Sending: who may be written to, and what a message carries."""

from engine.domain.effect import Settle, Suppress, contact_of
from engine.domain.message import Receipt
from engine.domain.profile.consent import OPTED_OUT
from tests.unit.domain.builders import (
    NOON,
    Life,
    details,
    life,
    reachable,
    scenario,
    send,
    template,
    wait,
    wait_for,
)

ONE = scenario("s", {"event": "Ate"}, send("mail"))


def skipped(one: Life) -> list[str]:
    return details(one.facts, "skipped")


def test_a_message_is_an_effect_with_a_key_of_its_own() -> None:
    ada = reachable(ONE, template(variables=("contact.first_name", "event.what", "contact.age")))
    ada.tells(first_name="Ada")
    ada.does("Ate", properties={"what": "pear", "cost": 3})
    mail = ada.sends[0]
    assert mail.key == f"{ada.contact.id}.1/mail/1"
    assert (mail.scenario, mail.template, mail.marketing) == ("s/mail", "hello", True)
    assert (mail.address, mail.contact, mail.at) == ("ada@example.com", ada.contact.id, NOON)
    assert mail.variables == {"contact": {"first_name": "Ada"}, "event": {"what": "pear"}}
    assert ada.subjects("intended") == ["email"]


def test_a_step_walked_twice_sends_two_messages_with_two_keys() -> None:
    again = (send("mail"), wait_for("more", event="More", then="mail"))
    ada = reachable(scenario("s", {"event": "Ate"}, *again))
    ada.does("Ate")
    ada.does("More")
    assert [one.key.partition("/")[2] for one in ada.sends] == ["mail/1", "mail/3"]


def test_without_an_address_nothing_is_sent_and_the_run_goes_on() -> None:
    ada = life(scenario("s", {"event": "Ate"}, send("mail"), wait("stay", for_="1h")))
    ada.tells(consent_email=True)
    ada.does("Ate")
    assert (ada.sends, skipped(ada), ada.standing) == ([], ["no_address"], ["s/stay"])


def test_a_variant_is_drawn_once_and_counted() -> None:
    mail = {"do": "send", "id": "mail", "channel": "email", "variants": {"a": 50, "b": 50}}
    ada = reachable(scenario("s", {"event": "Ate"}, mail), template("a"), template("b"))
    ada.does("Ate")
    ada.does("Ate")
    [one] = {sent.template for sent in ada.sends}
    assert ada.subjects("arm") == [f"s/mail:{one}"] * 2


def test_another_channel_takes_over_when_the_first_cannot_reach() -> None:
    instead = {"channel": "sms", "template": "text"}
    s = scenario("s", {"event": "Ate"}, {**send("mail"), "fallback": instead})
    text = template("text", channel="sms", subject="")
    for traits, channels, why in (
        ({"email": "a@example.com", "consent_email": True}, ["email"], []),
        ({"phone": "+33612345678", "consent_sms": True}, ["sms"], []),
        ({"email": "a@example.com"}, [], ["no_address"]),
    ):
        ada = life(s, template(), text)
        ada.tells(**traits)
        ada.does("Ate")
        assert ([one.channel for one in ada.sends], skipped(ada)) == (channels, why)


def test_marketing_needs_consent_that_is_true_and_nothing_else() -> None:
    for consent in (None, False, 1, "true"):
        ada = life(ONE)
        ada.tells(email="ada@example.com", consent_email=consent)
        ada.does("Ate")
        assert (ada.sends, skipped(ada)) == ([], ["no_consent"])


def test_consent_given_as_one_and_then_as_true_is_consent() -> None:
    ada = life(ONE)
    ada.tells(email="ada@example.com", consent_email=1)
    ada.tells(consent_email=True)
    ada.does("Ate")
    assert len(ada.sends) == 1


def test_a_transactional_message_needs_an_address_only() -> None:
    ada = life(ONE, template(transactional=True))
    ada.does("Ate", keys=("email:ada@example.com",))
    ada.does("Ate", keys=("email:ada@example.com",))
    assert [(one.address, one.marketing) for one in ada.sends] == [("ada@example.com", False)] * 2


def test_the_attribute_goes_before_the_key_as_an_address() -> None:
    ada = life(ONE, template(transactional=True))
    ada.does("Came", keys=("email:old@example.com",))
    ada.tells(email="new@example.com")
    ada.does("Ate")
    assert ada.sends[0].address == "new@example.com"


def test_a_receipt_settles_the_message_and_tells_of_it() -> None:
    ada = life()
    ada.take(Receipt("1.1/mail/1", "sent", "s/mail", "email", "a@b.c", "250"))
    assert ada.effects == [Settle("1.1/mail/1", "sent")]
    assert details(ada.facts, "sent") == [["1.1/mail/1", "250", ""]]


def test_a_receipt_may_ask_never_to_write_to_the_address_again() -> None:
    ada = life()
    gone = Receipt("k", "failed", "s/mail", "email", "a@b.c", "550", "no such user", suppress=True)
    ada.take(gone)
    assert ada.effects == [Settle("k", "failed"), Suppress("email", "a@b.c", "hard_bounce")]
    assert ada.subjects("failed", "suppressed") == ["email", "email"]


def test_what_comes_after_sent_is_a_fact_and_settles_nothing() -> None:
    ada = life()
    ada.take(Receipt("k", "sent", "s/mail", "sms"))
    ada.take(Receipt("k", "undelivered", "", "sms", "", "SM1", "failed 30003"))
    assert ada.effects == [Settle("k", "sent")]
    assert details(ada.facts, "undelivered") == [["k", "SM1", "failed 30003"]]


def test_who_opted_out_has_withdrawn_consent_for_that_channel_only() -> None:
    ada = life()
    ada.tells(email="ada@example.com", consent_email=True, consent_sms=True)
    gone = Receipt("k", "failed", "s/text", "sms", "+331", "21610", OPTED_OUT, suppress=True)
    ada.take(gone)
    assert ada.effects == [Settle("k", "failed"), Suppress("sms", "+331", OPTED_OUT)]
    attributes = ada.contact.attributes
    assert (attributes["consent_sms"], attributes["consent_email"]) == (False, True)


def test_a_key_names_the_contact_whose_run_made_it() -> None:
    assert contact_of("65793.2/text/1") == 65793
    assert [contact_of(text) for text in ("", "x.1/a/1", "-1.1/a/1", "9" * 40)] == [0, 0, 0, 0]
