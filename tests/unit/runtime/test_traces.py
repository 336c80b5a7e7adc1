"""A person's traces are found however they are written, and gone where they were masked."""

import json
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.rights.party import Party
from engine.runtime.rights.traces import Person, Traces

WAYS: dict[str, Callable[[str], bytes]] = {
    "JSON": lambda text: msgspec.json.encode({"said": f"of {text}, who left"}),
    "ASCII JSON": lambda text: json.dumps({"said": text}).encode(),
    "msgpack": lambda text: msgspec.msgpack.encode(["said", text, 7]),
}


def traces(text: str) -> Traces:
    return Traces(Person([1 << 40], [f"crm:{text}"], [text], salt=b"salt"))


@pytest.mark.parametrize("way", WAYS)
@given(
    text=st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=8, max_size=30),
    case=st.sampled_from([str, lambda text: "".join(c.upper() if c < "\x7f" else c for c in text)]),
)
def test_a_trace_is_found_in_any_writing_and_in_any_case_and_masked_there(
    way: str, text: str, case: Callable[[str], str]
) -> None:
    raw = WAYS[way](case(text))
    of = traces(text)
    assert of.pattern.among([b"nothing", raw])
    assert of.pattern.search(raw)
    assert not of.pattern.search(of.mask(raw))
    assert len(of.mask(raw)) == len(raw)


def test_a_contacts_number_is_found_where_a_row_names_it() -> None:
    of = traces("somebody else")
    assert of.pattern.search(msgspec.msgpack.encode(["merged", 1 << 40]))
    assert not of.pattern.among([msgspec.msgpack.encode(["merged", (1 << 40) + 1])])


def test_a_long_id_is_found_by_its_words_also_where_its_length_looks_like_one() -> None:
    """Of 50 characters msgpack writes the length as a byte that is the digit 2."""
    party = Party()
    for number in range(1, 30):
        party.add(Person([number << 16], [f"crm:{number:050}"]))
    assert party.found(msgspec.msgpack.encode([f"{7:050}", 7])) == {6}
