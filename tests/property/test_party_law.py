"""Looking for many persons at once finds exactly whom each one's own search finds."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.rights import index
from engine.runtime.rights.party import Party
from engine.runtime.rights.traces import Person, Traces

NAMES = ("ada", "ADA.x", "Zoé", "12", "1234567", "a-b_c", "éà", "x" * 40, "0" * 50, "a1b2c3d4e5")
KINDS = ("user_id", "crm", "email", "phone", "anonymous_id")
CONTACTS = (1 << 16, 3 << 16, 0x41 << 16, 0x61 << 16, 1 << 40, (1 << 40) + 0x41, (1 << 40) + 0x61)

values = st.sampled_from(NAMES) | st.text(
    st.characters(categories=["Lu", "Ll", "Nd", "Lo"]), min_size=1, max_size=12
)
persons = st.builds(
    lambda contacts, keys, who: Person(
        contacts, [f"{kind}:{value}" for kind, value in keys], [f"{one}@b.io" for one in who]
    ),
    st.lists(st.sampled_from(CONTACTS), max_size=2),
    st.lists(st.tuples(st.sampled_from(KINDS), values), max_size=3),
    st.lists(values, max_size=1),
)
edges = st.sampled_from(
    [b"", b"a", b".", b".a", b"%", b"+", b"@", b"-", b" ", b'"', b"\0", b"A", b"\xc3"]
)


@st.composite
def rows(draw: st.DrawFn, crowd: list[Person]) -> bytes:
    """Texts of some of them, whole or within others, in any writing; and numbers."""
    raw = draw(edges)
    for person in draw(st.lists(st.sampled_from(crowd), max_size=3)):
        told = [*person.keys, *person.addresses, *person.told, *(f"#{n}" for n in person.contacts)]
        text = draw(st.sampled_from(told) if told else values)
        text = draw(st.sampled_from([text, text.upper(), text[1:], text * 2]))
        way = draw(st.sampled_from(["bare", "json", "ascii", "msgpack"]))
        number = draw(st.sampled_from([*CONTACTS, 0x41, 0x61]))
        raw += {
            "bare": text.encode(),
            "json": msgspec.json.encode({"said": text}),
            "ascii": json.dumps([text]).encode(),
            "msgpack": msgspec.msgpack.encode([text, draw(st.integers(0, 127)), number]),
        }[way] + draw(edges)
    return raw


@given(st.data(), st.lists(persons, min_size=1, max_size=8), st.sampled_from([0, index.FEW]))
def test_a_party_finds_whom_each_search_of_its_own_finds(
    data: st.DataObject, crowd: list[Person], few: int
) -> None:
    raws = data.draw(st.lists(rows(crowd), max_size=6))
    before, index.FEW = index.FEW, few
    try:
        party = Party()
        for person in crowd:
            party.add(person)
        found = party.places(raws)
        readable = [party.readable(raw) for raw in raws]
    finally:
        index.FEW = before
    alone = [Traces(person) for person in crowd]
    for at, raw in enumerate(raws):
        assert found.get(at, set()) == {n for n, of in enumerate(alone) if of.pattern.search(raw)}
        assert readable[at] == {n for n, of in enumerate(alone) if of.readable.search(raw)}


@given(st.data())
def test_what_a_party_has_masked_tells_of_none_of_them(data: st.DataObject) -> None:
    """Two that mention each other, too. A short text may stand in a mask by chance."""
    crowd = [
        Person([number << 40], [f"crm:{name}-0031"], [f"{name}@b.io"], salt=b"salt")
        for number, name in enumerate(("ada-lovelace", "ada", "zoé-zoé-zoé"), 1)
    ]
    party = Party()
    for person in crowd:
        party.add(person)
    raw = data.draw(rows(crowd))
    masked = party.mask(raw, party.found(raw))
    assert party.found(masked) == set()
    assert len(masked) == len(raw)
