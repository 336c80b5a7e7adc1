"""Undoing a merge gives back what was, and what each would have become by its own keys alone."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.effect import Adopt, Half, Restore
from engine.domain.message import Adopted, Message, Restored, TimerFired, Unmerged, YieldAsked
from engine.domain.parting import Parting, Taken
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import WITH, Claim
from engine.domain.rulebooks.definitions import Definitions
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.step import Outcome
from tests.property.strategies import LONGEST, Happening, documents, happenings
from tests.property.test_run_law import check_figures
from tests.unit.domain import builders as build
from tests.unit.domain.builders import NOON, Life

ADA, BOB = 1 << 16, 2 << 16
KEYS = {ADA: "user_id:1", BOB: "anonymous_id:d"}
SAME = (
    *("attributes", "counts", "rings", "measures", "scores", "segments", "collections", "zone"),
    *("lists", "arms", "given", "upheld", "wears", "capped", "visits", "bounces", "consents"),
)
"""What each side is when it is itself again: as if the merge had never been."""

who = st.sampled_from([ADA, BOB])
told = st.lists(st.tuples(who, happenings), max_size=6)


class Logged(Life):
    """Keeps its rows as a log has them."""

    def __init__(self, book: Rulebook, contact: Contact, now: int = NOON) -> None:
        super().__init__(book, contact, now)
        self.rows: list[Taken] = []

    def take(self, message: Message) -> Outcome:
        outcome = super().take(message)
        row = Taken(len(self.rows) + 1, self.now, self.book.version, message, outcome.facts)
        self.rows.append(row)
        return outcome


class Pair:
    """Ada and Bob, and their twins whom nobody ever merges."""

    def __init__(self, definitions: Definitions) -> None:
        self.book = Rulebook(1, definitions)
        self.real = {one: Logged(self.book, Contact(one)) for one in KEYS}
        self.twins = {one: Life(self.book, Contact(one)) for one in KEYS}
        for one, key in KEYS.items():
            for life in (self.real[one], self.twins[one]):
                life.take(build.event("Came", NOON, keys=(key,), traits={"email": f"{one}@b.c"}))

    def live(self, one: int, happening: Happening, by: int) -> None:
        """It happens to one, and reaches the real contact ``by``."""
        self.until(self.twins[one].now + happening.gap)
        for life in (self.real[by], self.twins[one]):
            at = life.now - happening.late
            keys = (KEYS[one],)
            if happening.traits:
                life.take(build.event("Told", life.now, keys=keys, traits=happening.traits))
            life.take(
                build.event(
                    happening.name,
                    at,
                    keys=keys,
                    properties=happening.properties,
                    live=happening.live,
                )
            )

    def until(self, now: int) -> None:
        for life in (*self.real.values(), *self.twins.values()):
            life.until(now)

    def merge(self) -> None:
        ada, bob = self.real[ADA], self.real[BOB]
        bob.take(YieldAsked(Claim(f"{WITH}{BOB}", bob.now), ADA))
        state = next(asked.state for asked in bob.effects if isinstance(asked, Adopt))
        ada.take(Adopted(BOB, state))

    def unmerge(self) -> None:
        ada, bob = self.real[ADA], self.real[BOB]
        ada.take(TimerFired())
        at = next(i for i, row in enumerate(ada.rows) if isinstance(row.message, Adopted))
        merge = ada.rows[at]
        assert isinstance(merge.message, Adopted)
        before = next(fact.detail[1] for fact in merge.facts if fact.what == "merged")
        books = {1: self.book}
        other = codec.decode(merge.message.state)
        parting = Parting(codec.decode(before), other, books, self.book)
        parting.live(merge, ada.rows[at + 1 :])
        mine, other = parting.halves(ada.contact, self.book, ada.now)
        ada.take(Unmerged("operator", BOB, codec.whole(mine), (), Half(codec.whole(other))))
        restore = next(asked for asked in ada.effects if isinstance(asked, Restore))
        answer = bob.take(Restored(ADA, restore.claim, restore.half)).answer
        assert answer is not None
        ada.take(answer)


def plain(contact: Contact) -> dict[str, Any]:
    """All but what it remembers of messages and partings, and when a parked one is looked at again."""
    told = {"seen": b"", "risen": {}, "shelf": None, "parked": bool(contact.parked)}
    bare = msgspec.structs.replace(contact, **told)
    return msgspec.structs.asdict(bare)


@settings(max_examples=60, deadline=None)
@given(documents(), told)
def test_a_merge_undone_at_once_leaves_both_as_they_were(
    definitions: Definitions, before: list[tuple[int, Happening]]
) -> None:
    pair = Pair(definitions)
    for one, happening in before:
        pair.live(one, happening, by=one)
    states = {one: plain(life.contact) for one, life in pair.real.items()}
    pair.merge()
    pair.unmerge()
    assert {one: plain(life.contact) for one, life in pair.real.items()} == states


@settings(max_examples=50, deadline=None)
@given(documents(), told, told)
def test_after_an_unmerge_each_is_what_it_would_be_had_they_never_been_merged(
    definitions: Definitions,
    before: list[tuple[int, Happening]],
    between: list[tuple[int, Happening]],
) -> None:
    pair = Pair(definitions)
    for one, happening in before:
        pair.live(one, happening, by=one)
    pair.merge()
    for one, happening in between:
        pair.live(one, happening, by=ADA)
    pair.unmerge()
    for one, twin in pair.twins.items():
        for field in SAME:
            found, wanted = getattr(pair.real[one].contact, field), getattr(twin.contact, field)
            assert found == wanted, field


@settings(max_examples=50, deadline=None)
@given(documents(), told, told, told)
def test_no_message_leaves_twice_and_figures_stay_true_through_a_merge_and_back(
    definitions: Definitions,
    before: list[tuple[int, Happening]],
    between: list[tuple[int, Happening]],
    after: list[tuple[int, Happening]],
) -> None:
    pair = Pair(definitions)
    for one, happening in before:
        pair.live(one, happening, by=one)
    pair.merge()
    for one, happening in between:
        pair.live(one, happening, by=ADA)
    pair.unmerge()
    for one, happening in after:
        pair.live(one, happening, by=one)
    pair.until(pair.twins[ADA].now + 3 * LONGEST)
    lives = pair.real.values()
    keys = [sent.key for life in lives for sent in life.sends]
    assert len(set(keys)) == len(keys)
    facts = [fact for life in lives for fact in life.facts]
    check_figures([life.contact for life in lives], facts)
