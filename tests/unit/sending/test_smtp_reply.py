import pytest

from channels.smtp_reply import verdict
from engine.errors import Deferred, Refused

INVALID = [
    (550, "5.1.1 <ada@example.com>: Recipient address rejected: User unknown"),
    (550, "5.1.1 The email account that you tried to reach does not exist"),
    (550, "No such user here"),
    (550, "5.0.0 user unknown"),
    (553, "5.1.3 bad syntax"),
    (550, "5.2.1 The email account that you tried to reach is inactive"),
    (550, "mailbox not found"),
]
SENDERS_FAULT = [
    (550, "5.7.1 Message rejected due to policy; user unknown to the list"),
    (550, "5.7.26 Unauthenticated mail is prohibited"),
    (554, "Blocked by our block list"),
    (552, "5.2.2 Mailbox full"),
    (552, "5.3.4 Message too big"),
    (550, "5.1.2 bad destination domain"),
]
LATER = [
    (421, "4.7.0 Try again later"),
    (450, "4.2.1 receiving mail too quickly"),
    (451, "Greylisted"),
    (452, "4.2.2 over quota"),
    (552, "5.5.3 too many recipients"),
]


@pytest.mark.parametrize(("code", "text"), INVALID)
def test_an_address_that_does_not_exist_is_suppressed(code: int, text: str) -> None:
    error = verdict(code, text)

    assert isinstance(error, Refused)
    assert error.suppress
    assert error.reply == f"{code} {text}"


@pytest.mark.parametrize(("code", "text"), SENDERS_FAULT)
def test_a_reason_on_our_side_never_counts_against_the_address(code: int, text: str) -> None:
    error = verdict(code, text)

    assert isinstance(error, Refused)
    assert not error.suppress


@pytest.mark.parametrize(("code", "text"), LATER)
def test_a_transient_reply_puts_the_message_off(code: int, text: str) -> None:
    assert isinstance(verdict(code, text), Deferred)
