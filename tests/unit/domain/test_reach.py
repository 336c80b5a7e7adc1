"""Conditions on whether marketing may reach a contact: addresses and consents as they come and go."""

from engine.domain.intake.statement import state
from engine.domain.intake.turn import Turn
from engine.domain.profile.consent import Consent
from tests.unit.domain.builders import NOON, life, segment


def test_an_address_and_consent_make_a_contact_reachable_until_it_withdraws() -> None:
    one = life(segment("s", reachable="email"))
    one.tells(email="ada@example.com")
    assert not one.contact.segments
    one.tells(consent_email=True)
    assert one.contact.segments
    one.tells(consent_email=False)
    assert not one.contact.segments


def test_a_key_that_is_bound_is_an_address_too() -> None:
    one = life(segment("s", reachable="sms"))
    one.tells(consent_sms=True)
    assert not one.contact.segments
    one.tells(phone="+33612345678")
    assert one.contact.segments


def test_a_statement_on_a_topic_asks_the_segments_that_read_it() -> None:
    one = life(segment("s", reachable="email", topic="news"))
    one.tells(email="ada@example.com")
    turn = Turn(one.contact.draft(), one.book, NOON)
    state(turn, "email/news", Consent("granted", NOON, NOON))
    assert set(turn.stale) == {"s"}
    assert one.book.holds["s"](turn.contact, NOON) == (True, 0)
    assert one.book.holds["s"](one.contact, NOON) == (False, 0)
