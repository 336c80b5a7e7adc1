"""Undoing a merge: what became of its messages, and its offers to sales, is each one's own again."""

from typing import Any, NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.message import Decided, Receipt
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions
from tests.property.surroundings import ASKING, HOT, OWNERS
from tests.property.test_unmerge_law import ADA, BOB, KEYS, SAME, Pair, plain
from tests.unit.domain import builders as build
from tests.unit.domain.builders import Life

replace = msgspec.structs.replace

OFFERED = {ADA: "adas", BOB: "bobs"}
"""Of each its own hand-off: of one that both have only the older stays."""
ASKS = {ADA: "Asked", BOB: "Called"}
ANN = OWNERS[:1]


def _sales(one: int) -> Any:
    step = {"do": "handoff", "id": "go", "handoff": OFFERED[one]}
    return build.scenario(OFFERED[one], {"event": ASKS[one]}, step, reentry="always")


def _handoff(name: str) -> Any:
    return replace(HOT, handoff=name, leaves=(), escalation=replace(HOT.escalation, to="ann"))


DEFINITIONS: Definitions = build.definitions(
    build.segment("reader", message="opened", at_least=2),
    build.segment("warm", message="clicked", within="25ms"),
    build.segment("quiet", message="delivered", last={"older_than": "15ms"}),
    build.segment("asker", did="Asked", within="25ms"),
    build.score("warmth", {"message": "opened", "points": 2}),
    build.scenario("heard", {"message": "clicked"}, build.send("again")),
    *map(_sales, KEYS),
    build.template(transactional=True),
    ASKING,
    team=replace(
        build.definitions().team, owners=ANN, handoffs=tuple(map(_handoff, OFFERED.values()))
    ),
)


class Heard(NamedTuple):
    """What became of a message of somebody's, ``late`` ms after it did."""

    who: int
    gap: int
    outcome: Any
    late: int
    bot: bool


class Asks(NamedTuple):
    """Somebody asks for an offer."""

    who: int
    gap: int


class Decides(NamedTuple):
    """An owner decides on the offer of somebody."""

    who: int
    gap: int
    decision: Any


who = st.sampled_from([ADA, BOB])
gaps = st.sampled_from([0, 1, 5, 15, 40])
outcomes = ["sent", "delivered", "opened", "opened", "clicked", "undelivered", "unsubscribed"]
deeds = st.one_of(
    st.builds(
        Heard, who, gaps, st.sampled_from(outcomes), st.sampled_from([0, 0, 10]), st.booleans()
    ),
    st.builds(Asks, who, gaps),
    st.builds(Decides, who, gaps, st.sampled_from(["accept", "return", "reject"])),
)
histories = st.lists(deeds, max_size=8)


class Offered(Pair):
    def __init__(self) -> None:
        super().__init__(DEFINITIONS)
        self.told = 0

    def does(self, history: list[Heard | Asks | Decides], by: dict[int, int]) -> None:
        """It happens to somebody, and reaches the real contact that answers for it."""
        for deed in history:
            self.until(self.twins[ADA].now + deed.gap)
            self.told += 1
            for life in (self.real[by[deed.who]], self.twins[deed.who]):
                self._does(life, deed)

    def _does(self, life: Life, deed: Heard | Asks | Decides) -> None:
        mark = self.told.to_bytes(6, "big")
        match deed:
            case Heard(one, _, outcome, late, bot):
                life.take(
                    Receipt(
                        f"{one}.0/mail/1", outcome, "greet/mail", "email", template="hello",
                        fingerprint=mark, at=life.now - late, bot=bot, hashed=b"theirs",
                    )
                )  # fmt: skip
            case Asks(one):
                life.does(ASKS[one], keys=(KEYS[one],), fingerprint=mark)
            case Decides(one, _, decision):
                if offer := life.contact.handoffs.get(OFFERED[one]):
                    life.take(Decided("ann", offer.id, decision, "why", life.now + 10))


ALONE, TOGETHER = {ADA: ADA, BOB: BOB}, {ADA: ADA, BOB: ADA}


def offers(contact: Contact) -> list[Any]:
    """As they stand, each with its timer; an id tells who answered when it was raised."""
    told = [
        (replace(one, id="", lines=(), actions=()), contact.timers.get(one.timer))
        for one in contact.handoffs.values()
    ]
    return sorted(told, key=lambda one: one[0].handoff)


@settings(max_examples=60, deadline=None)
@given(histories)
def test_a_merge_undone_at_once_leaves_the_offers_and_what_was_heard(
    before: list[Heard | Asks | Decides],
) -> None:
    pair = Offered()
    pair.does(before, ALONE)
    states = {one: plain(life.contact) for one, life in pair.real.items()}
    pair.merge()
    pair.unmerge()
    assert {one: plain(life.contact) for one, life in pair.real.items()} == states


@settings(max_examples=100, deadline=None)
@given(histories, histories, histories)
def test_after_an_unmerge_each_has_the_offers_and_heard_what_it_would_have_alone(
    before: list[Heard | Asks | Decides],
    between: list[Heard | Asks | Decides],
    after: list[Heard | Asks | Decides],
) -> None:
    pair = Offered()
    pair.does(before, ALONE)
    pair.merge()
    pair.does(between, TOGETHER)
    pair.unmerge()
    pair.does(after, ALONE)
    for one, twin in pair.twins.items():
        real = pair.real[one].contact
        assert offers(real) == offers(twin.contact)
        for field in (*SAME, "actions"):
            assert getattr(real, field) == getattr(twin.contact, field), field
