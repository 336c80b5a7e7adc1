"""The step is a function: its argument stays as it was, and the log alone gives the contact again."""

import msgspec
from hypothesis import given, settings

from engine.domain import fact, message
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks import definitions as document
from engine.domain.rulebooks.definitions import Definitions, succeed
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.step import step
from tests.property.histories import lived
from tests.property.strategies import Happening, documents, histories


@settings(max_examples=50, deadline=None)
@given(documents(), histories)
def test_a_step_changes_no_argument_and_answers_the_same_again(
    written: Definitions, history: list[Happening]
) -> None:
    one = lived(written, history)
    contact = Contact(one.contact.id)
    for taken, now, _version in one.log:
        before = codec.encode(contact)
        first, second = (step(contact, taken, one.book, now) for _ in range(2))
        assert codec.encode(contact) == before
        assert codec.encode(first.contact) == codec.encode(second.contact)
        assert (first.facts, first.effects) == (second.facts, second.effects)
        contact = first.contact


@settings(max_examples=50, deadline=None)
@given(documents(), documents(), histories)
def test_a_replay_of_the_log_gives_the_same_bytes_and_the_same_facts(
    first: Definitions, second: Definitions, history: list[Happening]
) -> None:
    later = succeed(first, second)
    live = lived(first, history, later)
    books = {
        version: Rulebook(version, document.decode(document.encode(one)))
        for version, one in ((1, first), (2, later))
    }
    state, facts, effects = codec.whole(Contact(live.contact.id)), [], []
    for taken, now, version in live.log:
        read = message.decode(message.encode(taken))
        outcome = step(codec.decode(state), read, books[version], now)
        state = codec.whole(outcome.contact)
        facts += fact.decode(fact.encode(outcome.facts))
        effects += outcome.effects
    assert state == codec.whole(live.contact)
    assert msgspec.to_builtins(facts) == msgspec.to_builtins(live.facts)
    assert effects == live.effects
