from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mime import compose, sender_header
from engine.errors import Refused
from engine.ports.sending import Rendered

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)
SUBJECTS = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
BODIES = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=["Cs"])
)


def rendered(
    *, subject: str = "Hello", text: str = "Hello", html: str = "", marketing: bool = True,
    message_id: str = "<one@relance.example>", unsubscribe: str = "",
) -> Rendered:  # fmt: skip
    return Rendered(
        "run/step/1", message_id, "ada@example.com", subject, text, html, marketing,
        1_700_000_000_000, unsubscribe,
    )  # fmt: skip


def parsed(message: Rendered, sender: str = "Relance <news@example.com>") -> EmailMessage:
    raw = compose(message, sender_header(sender)[0], message.address)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    mail = message_from_bytes(raw, policy=policy.default)
    assert not mail.defects
    return mail


def test_the_same_message_gives_the_same_bytes() -> None:
    message = rendered(html="<p>Hello</p>")

    assert compose(message, "a@b.example", "c@d.example") == compose(
        message, "a@b.example", "c@d.example"
    )


def test_text_comes_first_and_html_last() -> None:
    mail = parsed(rendered(text="Été\n", html="<p>Été</p>\n"))

    parts = [(part.get_content_type(), part.get_content()) for part in mail.iter_parts()]
    assert parts == [("text/plain", "Été\r\n"), ("text/html", "<p>Été</p>\r\n")]


def test_the_date_is_that_of_the_message_and_the_message_id_is_whole() -> None:
    long_id = f"<{'a' * 120}@relance.example>"
    mail = parsed(rendered(message_id=long_id))

    assert mail["Date"] == "Tue, 14 Nov 2023 22:13:20 +0000"
    assert mail["Message-ID"] == long_id


def test_an_accented_sender_reads_as_it_was_written() -> None:
    mail = parsed(rendered(), "L'équipe Élan <equipe@example.com>")

    address = mail["From"].addresses[0]
    assert (address.display_name, address.addr_spec) == ("L'équipe Élan", "equipe@example.com")


def test_only_a_transactional_mail_says_that_a_machine_wrote_it() -> None:
    assert parsed(rendered(marketing=False))["Auto-Submitted"] == "auto-generated"
    assert parsed(rendered(marketing=True))["Auto-Submitted"] is None


@pytest.mark.parametrize("value", ["Hi\r\nBcc: eve@example.com", "Hi\nthere", "Hi\x00", "é\r\n x"])
def test_no_subject_can_add_a_header(value: str) -> None:
    try:
        mail = parsed(rendered(subject=value))
    except Refused:
        return
    assert set(mail.keys()) == set(parsed(rendered()).keys())


@pytest.mark.parametrize("value", ["", "plain", "<a b@c>", "<a@b>\r\nX: y", "<é@b.example>"])
def test_what_is_no_message_id_is_refused(value: str) -> None:
    with pytest.raises(Refused, match="Message-ID"):
        compose(rendered(message_id=value), "a@b.example", "c@d.example")


@given(SUBJECTS)
def test_every_subject_reads_as_it_was_written(subject: str) -> None:
    assert parsed(rendered(subject=subject))["Subject"] == subject


@given(BODIES)
def test_every_text_reads_as_it_was_written(text: str) -> None:
    content = parsed(rendered(text=text)).get_content()

    assert content.replace("\r\n", "\n").removesuffix("\n") == text.removesuffix("\n")


def test_marketing_says_how_to_unsubscribe_with_one_click_in_one_unbroken_url() -> None:
    url = f"https://mail.example.com/u/{'x' * 120}"
    mail = parsed(rendered(unsubscribe=url))
    assert mail.get_all("List-Unsubscribe") == [f"<{url}>"]
    assert mail.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
    assert parsed(rendered()).get_all("List-Unsubscribe") is None


@pytest.mark.parametrize("url", ["https://a/u/x>y", "https://a/u/x\r\nBcc: b@c.d", "https://é/u"])
def test_a_url_that_would_break_the_header_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        parsed(rendered(unsubscribe=url))
