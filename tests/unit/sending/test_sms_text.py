"""How many parts a text message takes, and what its plain letters save (3GPP TS 23.038)."""

# ruff: noqa: RUF001 - letters that look alike are the subject

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rendering.sms_text import BASIC, EXTENSION, parts_of, plainer, shorter, size_of

GSM = st.text(st.sampled_from(sorted(BASIC | EXTENSION)), max_size=700)
ANY = st.text(max_size=300)


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("é" * 160, "GSM-7", 160, 1),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("a" * 152 + "€" + "a" * 153, "GSM-7", 307, 3),
        ("a" * 69 + "ç", "UCS-2", 70, 1),
        ("a" * 70 + "ê", "UCS-2", 71, 2),
        ("ê" * 134, "UCS-2", 134, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("a" * 66 + "😀" + "a" * 66, "UCS-2", 134, 3),
    ],
)
def test_a_text_takes_as_many_parts_as_its_alphabet_asks(
    text: str, alphabet: str, units: int, parts: int
) -> None:
    assert size_of(text) == (alphabet, units, parts)


@given(ANY | GSM)
def test_the_parts_are_the_text_and_none_is_overfull(text: str) -> None:
    parts = parts_of(text)
    alphabet = size_of(text).alphabet
    most = {("GSM-7", True): 160, ("GSM-7", False): 153, ("UCS-2", True): 70}
    limit = most.get((alphabet, len(parts) == 1), 67)

    assert "".join(parts) == text
    assert all(parts)
    for part in parts:
        doubled = sum(c in EXTENSION for c in part)
        units = (
            len(part) + doubled
            if alphabet == "GSM-7"
            else len(part.encode("utf-16-le", "surrogatepass")) // 2
        )
        assert units <= limit


@given(ANY | GSM)
def test_a_part_ends_only_where_the_next_letter_does_not_fit(text: str) -> None:
    parts = parts_of(text)
    limit = 153 if size_of(text).alphabet == "GSM-7" else 67

    for part, following in pairwise(parts):
        assert size_of_as(part, following[0], limit) > limit


def size_of_as(part: str, letter: str, limit: int) -> int:
    """Units of a part and the letter after it, in the alphabet of the whole."""
    both = part + letter
    if limit == 153:
        return len(both) + sum(c in EXTENSION for c in both)
    return len(both.encode("utf-16-le", "surrogatepass")) // 2


@given(GSM)
def test_a_text_of_the_gsm_alphabet_is_as_plain_as_it_gets(text: str) -> None:
    assert plainer(text) == text


@given(ANY)
def test_plain_letters_are_plain_at_once_and_never_make_a_message_longer(text: str) -> None:
    assert plainer(plainer(text)) == plainer(text)
    assert len(parts_of(shorter(text))) <= len(parts_of(text))


def test_french_keeps_its_sense_in_plain_letters() -> None:
    french = "Ça y est, l’été revient\u202f: œuvres « à prix doux » dès demain… fenêtre, maïs, Noël"

    plain = plainer(french)

    assert plain == (
        'Ça y est, l\'été revient : oeuvres " à prix doux " dès demain... fenetre, mais, Noel'
    )
    assert (size_of(french).parts, size_of(plain).parts) == (2, 1)


def test_what_has_no_plain_form_stays() -> None:
    assert plainer("Привет 😀") == "Привет 😀"
    assert shorter("Привет ê") == "Привет ê"


def test_an_accent_written_apart_is_put_together_before_it_is_judged() -> None:
    assert plainer("e\u0301te\u0301") == "été"
