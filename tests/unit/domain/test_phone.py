"""Telephone numbers in E.164, wherever they come from."""

import pytest

from engine.domain.consents.permission import NO_ADDRESS, NO_CONSENT, address_of, refusal
from engine.domain.profile.consent import Consent
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import key_of
from engine.domain.profile.phone import e164


@pytest.mark.parametrize(
    "written",
    ["+33612345678", "+33 6 12 34 56 78", "0033612345678", "+33 (0)6 12-34.56/78",
     "+33\u00a06\u202f12 34 56 78"],
)  # fmt: skip
def test_a_number_with_its_country_is_one_number_however_it_is_spaced(written: str) -> None:
    assert e164(written) == "+33612345678"
    assert key_of("phone", written) == "phone:+33612345678"


@pytest.mark.parametrize(
    "written", ["0612345678", "n/a", "", "+0612345678", "+3361", "+" + "1" * 16]
)
def test_what_names_no_country_or_is_no_number_is_no_address(written: str) -> None:
    contact = Contact(1, attributes={"phone": written, "consent_sms": True})

    assert e164(written) == ""
    assert key_of("phone", written) == f"phone:{written}"
    assert refusal(contact, "sms", "", marketing=True) == NO_ADDRESS


def test_a_text_message_goes_to_the_attribute_else_to_the_key() -> None:
    both = Contact(1, keys=["phone:+33611111111"], attributes={"phone": "+33 6 22 22 22 22"})
    key = Contact(1, keys=["user_id:1", "phone:+33611111111"])

    assert address_of(both, "sms") == "+33622222222"
    assert address_of(key, "sms") == "+33611111111"


def test_consent_to_mail_is_no_consent_to_text_messages() -> None:
    told = {"email": "ada@example.com", "phone": "+33611111111"}
    ada = Contact(1, attributes=told, consents={"email": Consent("granted", 1, 1)})

    assert refusal(ada, "sms", "", marketing=True) == NO_CONSENT
    assert refusal(ada, "sms", "", marketing=False) == ""
    assert refusal(ada, "email", "", marketing=True) == ""
