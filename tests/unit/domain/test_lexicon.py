"""The lexicon: stored states hold numbers for names, and are read rightly for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.profile.lexicon import LEAST, Lexicon, Words
from engine.domain.rulebooks.definitions import Definitions, decode, encode
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.since import dated
from tests.unit.domain.builders import Life, scenario, score, segment, wait

RECENT = segment("recent", did="Ate", within="1h", at_least=1)
EATER = segment("eater", did="Ate")
HEAT = score("heat", {"event": "Ate", "points": 8}, half_life="1h")
WAITER = scenario("waiter", {"event": "Ate"}, wait("eve", for_="1h"))
WHOLE = Definitions(segments=(RECENT, EATER), scores=(HEAT,), scenarios=(WAITER,))


def published(*versions: Definitions) -> list[Rulebook]:
    found: list[Definitions] = []
    for version, written in enumerate(versions, 1):
        document = dated(found[-1] if found else None, written, version)
        found.append(decode(encode(document)))
    return [Rulebook(version, one) for version, one in enumerate(found, 1)]


def fed(book: Rulebook) -> Contact:
    ada = Life(book)
    ada.tells(plan="gold")
    ada.does("Ate")
    return ada.contact


def test_a_packed_state_is_read_back_as_it_was_in_the_same_order() -> None:
    book = published(WHOLE)[0]
    contact = fed(book)
    again = codec.decode(codec.packed(contact, book.lexicon), book.lexicon)
    assert codec.encode(again) == codec.encode(contact)


def test_a_packed_state_holds_no_name_of_a_segment_and_is_smaller() -> None:
    book = published(WHOLE)[0]
    plain, packed = codec.encode(fed(book)), codec.packed(fed(book), book.lexicon)
    assert b"eater" in plain
    assert b"eater" not in packed
    assert len(packed) < len(plain)


def test_a_state_keeps_its_names_though_others_came_and_its_own_went() -> None:
    first, *_, last = published(WHOLE, Definitions(segments=(segment("dined", did="Ate"),)), WHOLE)
    again = codec.decode(codec.packed(fed(first), first.lexicon), last.lexicon)
    assert again == fed(first)


def test_a_name_that_comes_back_has_the_number_that_it_had() -> None:
    first, second, third = (
        book.lexicon.words
        for book in published(WHOLE, Definitions(segments=(segment("a", did="Ate"),)), WHOLE)
    )
    assert third == second
    assert second.names == (*first.names, "a")


def test_a_state_of_a_later_rulebook_is_refused_and_not_misread() -> None:
    first, second = published(Definitions(segments=(EATER,)), WHOLE)
    raw = codec.packed(fed(second), second.lexicon)
    with pytest.raises(ValueError, match="later rulebook"):
        codec.decode(raw, first.lexicon)


names = st.text("abc", min_size=1, max_size=2)
ids = st.integers(LEAST, LEAST + 5)
instants = st.integers(-(2**40), 2**42)


@given(
    known=st.builds(Words, st.lists(names, unique=True).map(tuple), st.lists(ids, unique=True).map(tuple)),
    contact=st.builds(
        Contact,
        id=st.just(7),
        latest=instants,
        segments=st.dictionaries(names, instants),
        timers=st.dictionaries(names.map("segment:{}".format) | names, instants),
        scores=st.dictionaries(names, st.tuples(st.floats(allow_nan=False), instants)),
        entries=st.dictionaries(names, instants),
        counts=st.dictionaries(ids, st.integers(0, 9)),
        rings=st.dictionaries(ids, st.lists(instants, max_size=3)),
        measures=st.dictionaries(ids, st.lists(st.integers(0, 9))),
    ),
)  # fmt: skip
def test_whatever_has_a_number_and_whatever_has_none_comes_back(
    known: Words, contact: Contact
) -> None:
    lexicon = Lexicon(known)
    assert codec.decode(codec.packed(contact, lexicon), lexicon) == contact
