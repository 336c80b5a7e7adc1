"""Twilio's calls: proved by their signature, read into what the engine keeps."""

from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from channels.twilio_calls import TwilioCalls
from channels.twilio_route import TwilioRoute, key_in, twilio_route
from engine.domain.intake.notice import Inbound, Notice
from engine.domain.profile.consent import OPTED_OUT
from engine.errors import BadRequest, NotAllowed, SettingsError

KEY = "65793.2/text/1"
ROUTE = TwilioRoute("AC1", ("12345", "before"), "MG1", "https://sms.example.com")
DELIVERED = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+33611111111"}


def read(form: dict[str, str], token: str = "12345", url: str = "") -> Notice:
    called = ROUTE.status_callback(KEY)
    signature = RequestValidator(token).compute_signature(url or called, form)
    target = called.removeprefix(ROUTE.callback_url)
    body = urlencode(form).encode()
    return TwilioCalls(ROUTE).receipt(
        called.rpartition("/")[2], target, {"x-twilio-signature": signature}, body
    )


def heard(**form: str) -> Inbound:
    form = {"MessageSid": "SM2", "From": "+33611111111"} | form
    target = "/v1/inbound/twilio"
    signature = RequestValidator("12345").compute_signature(ROUTE.callback_url + target, form)
    body = urlencode(form).encode()
    return TwilioCalls(ROUTE).inbound(target, {"x-twilio-signature": signature}, body)


def test_the_signature_is_the_one_that_twilio_documents() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE", "Digits": "1234", "From": "+12349013030",
        "To": "+18005551212", "Caller": "+12349013030",
    }  # fmt: skip
    route = TwilioRoute("AC1", ("12345",), "MG1", "https://mycompany.com")
    headers = {"x-twilio-signature": "0/KCTR6DLpKmkAf8muzZqo1nDgQ="}

    with pytest.raises(BadRequest, match="MessageSid"):  # proved, and then read
        TwilioCalls(route).inbound("/myapp.php?foo=1&bar=2", headers, urlencode(form).encode())
    with pytest.raises(NotAllowed):
        TwilioCalls(route).inbound("/myapp.php?foo=1&bar=3", headers, urlencode(form).encode())


def test_a_call_names_our_message_by_our_key() -> None:
    assert read(DELIVERED) == Notice(
        "twilio", "SM1/delivered", KEY, "sms", "delivered", "SM1", "delivered", "+33611111111"
    )


@pytest.mark.parametrize(
    ("status", "means"),
    [("accepted", "taken"), ("queued", "taken"), ("sending", "taken"), ("sent", "taken"),
     ("partially_delivered", "taken"), ("a new one", "taken"), ("read", "delivered"),
     ("undelivered", "undelivered"), ("failed", "undelivered"), ("canceled", "undelivered")],
)  # fmt: skip
def test_each_status_means_taken_delivered_or_undelivered(status: str, means: str) -> None:
    assert read(DELIVERED | {"MessageStatus": status}).status == means


@pytest.mark.parametrize(
    ("code", "suppress", "reason"),
    [("30006", True, "failed 30006"), ("21614", True, "failed 21614"), ("21610", True, OPTED_OUT),
     ("30003", False, "failed 30003"), ("30007", False, "failed 30007"), ("", False, "failed")],
)  # fmt: skip
def test_an_error_code_says_whether_the_number_may_be_written_to_again(
    code: str, suppress: bool, reason: str
) -> None:
    notice = read(DELIVERED | {"MessageStatus": "failed", "ErrorCode": code})

    assert (notice.suppress, notice.reason) == (suppress, reason)


def test_both_tokens_of_a_rotation_sign() -> None:
    assert read(DELIVERED, token="before").status == "delivered"


@pytest.mark.parametrize(
    ("token", "url"), [("other", ""), ("12345", "https://evil.example.com/v1/receipts/twilio/x")]
)
def test_a_call_that_is_not_proved_is_not_read(token: str, url: str) -> None:
    with pytest.raises(NotAllowed, match="callback_url"):
        read(DELIVERED, token, url)


def test_an_empty_field_is_part_of_what_is_signed() -> None:
    assert read(DELIVERED | {"RawDlrDoneDate": ""}).status == "delivered"


def test_an_answer_is_heard_with_what_it_asks_for() -> None:
    assert heard(Body="Merci") == Inbound("twilio", "SM2", "sms", "+33611111111", "Merci", False)
    assert heard(Body="arrêt svp").stop
    assert heard(Body="?", OptOutType="STOP").stop


def test_a_token_that_names_no_message_is_refused() -> None:
    with pytest.raises(BadRequest):
        key_in("é")
    assert key_in(ROUTE.status_callback(KEY).rpartition("/")[2]) == KEY


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"token": ""}, "RELANCE_TWILIO_AUTH_TOKEN"), ({"sender": ""}, "sms.sender"),
     ({"callback_url": "sms.example.com"}, "callback_url"),
     ({"callback_url": "https://a_b.example.com"}, "_"),
     ({"callback_url": "https://a.example.com/?x=1"}, "callback_url")],
)  # fmt: skip
def test_a_setting_that_cannot_work_is_told_at_the_start(wrong: dict[str, str], told: str) -> None:
    settings = {
        "account": "AC1", "token": "t", "sender": "MG1", "callback_url": "", "base_url": "",
        "proxy": "",
    }  # fmt: skip
    with pytest.raises(SettingsError, match=told):
        twilio_route(**settings | wrong)


@pytest.mark.parametrize(("code", "soft"), [("30004", 3), ("30005", 2), ("30003", 0)])
def test_failures_that_may_pass_suppress_only_in_a_row(code: str, soft: int) -> None:
    told = read(DELIVERED | {"MessageStatus": "undelivered", "ErrorCode": code})
    assert (told.suppress, told.soft, told.address) == (False, soft, "+33611111111")


def test_start_is_heard_as_twilio_or_the_text_says_it() -> None:
    assert [heard(Body="hello", OptOutType="START").start, heard(Body="Start").start] == [
        True,
        True,
    ]
    assert not heard(Body="STOP").start
