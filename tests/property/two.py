"""Two contacts who may become one and be parted again, while scenarios are published and paused."""

from typing import Any, NamedTuple

from hypothesis import strategies as st

from engine.domain.effect import Adopt, Half, Restore, Send
from engine.domain.event import Event
from engine.domain.language.endpoint import is_webhook
from engine.domain.message import (
    Adopted,
    Decided,
    Message,
    Receipt,
    Restored,
    TimerFired,
    Unmerged,
    YieldAsked,
)
from engine.domain.parting import Parting, Taken
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import WITH, Claim
from engine.domain.rulebooks.definitions import Definitions
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.step import Outcome
from tests.property.deeds import VALUES
from tests.property.edits import edited
from tests.property.published import Published
from tests.property.scenarios import OTHERS, worlds
from tests.property.strategies import INSTANTS, LONGEST
from tests.unit.domain import builders as build
from tests.unit.domain.builders import NOON, Life

ADA, BOB = 1 << 16, 2 << 16
KEYS = {ADA: "user_id:1", BOB: "anonymous_id:d"}
BEGINS = NOON - 30
"""So that noon comes early."""


class Did(NamedTuple):
    """An event, ``late`` ms after it happened."""

    who: int
    name: str
    n: Any
    late: int = 0
    live: bool = True


class Told(NamedTuple):
    who: int
    traits: dict[str, Any]


class Said(NamedTuple):
    """A statement on consent."""

    who: int
    channel: str
    topic: str
    status: str
    late: int


class Became(NamedTuple):
    """What became of a message, the one so far back."""

    back: int
    outcome: Any
    answer: bytes


class Acted(NamedTuple):
    who: int
    act: Any
    subject: str


class Decides(NamedTuple):
    who: int
    decision: Any


class Edited(NamedTuple):
    """The next definitions come into force; who is ``met`` then hears of it at once."""

    paused: tuple[str, ...]
    met: bool


class Paused(NamedTuple):
    paused: tuple[str, ...]
    met: bool


class Joined(NamedTuple):
    """The two become one, or are parted when they are."""


Deed = Did | Told | Said | Became | Acted | Decides | Edited | Paused | Joined

who = st.sampled_from([ADA, ADA, BOB])
did = st.builds(
    Did,
    who,
    st.sampled_from(["Ate", "Ate", "Bought", "Seen"]),
    st.sampled_from([1, 1, 2]),
    st.sampled_from([0, 0, 0, 10]),
    st.sampled_from([True, True, True, False]),
)
told = st.builds(
    Told,
    who,
    st.dictionaries(st.just("x"), st.sampled_from(VALUES), min_size=1)
    | st.fixed_dictionaries({"when": st.sampled_from(INSTANTS)}),
)
said = st.builds(
    Said,
    who,
    st.sampled_from(["email", "email", "sms"]),
    st.sampled_from(["", "news"]),
    st.sampled_from(["withdrawn", "granted", "requested"]),
    st.sampled_from([0, 0, 10]),
)
became = st.builds(
    Became,
    st.integers(0, 3),
    st.sampled_from(
        ["sent", "sent", "delivered", "opened", "clicked", "complained", "unsubscribed", "failed"]
    ),
    st.sampled_from([b"", b'{"ok":true}', b'{"ok":false}']),
)
acted = st.one_of(
    st.builds(Acted, who, st.sampled_from(["exit", "start"]), st.sampled_from(OTHERS)),
    st.builds(Acted, who, st.sampled_from(["join", "quit"]), st.just("fair")),
)
decides = st.builds(Decides, who, st.sampled_from(["accept", "return", "reject"]))
resting = st.lists(st.sampled_from(OTHERS), max_size=2, unique=True).map(tuple)
published = st.builds(Edited, resting, st.booleans())
paused = st.builds(Paused, resting, st.booleans())
gaps = st.sampled_from([0, 1, 5, 10, 15, 25])
deeds = st.one_of(
    *[did] * 7, told, said, said, said, became, became, acted, decides, published, published, published,
    paused, st.just(Joined()), st.just(Joined()),
)  # fmt: skip
AT_FIRST = [(0, Did(BOB, "Ate", 2)), (0, Did(ADA, "Ate", 1))]
"""Most scenarios begin with it."""
histories = st.lists(st.tuples(gaps, deeds), min_size=14, max_size=32).map(
    lambda drawn: [*AT_FIRST, *drawn]
)


@st.composite
def careers(draw: st.DrawFn) -> list[Definitions]:
    """A configuration, and edits of it, each of the one before."""
    career = [draw(worlds())]
    for _ in range(draw(st.integers(2, 3))):
        career.append(draw(edited(career[-1])))
    return career


class Stepped(NamedTuple):
    """A contact took a message: what it was before, and what came of it under which rulebook."""

    who: int
    before: Contact
    message: Message
    outcome: Outcome
    book: Rulebook
    now: int
    own: int
    """Whose key brought an event: it may be a part of who takes it."""


class Person(Life):
    """Keeps all that it took."""

    def __init__(self, book: Rulebook, contact: Contact, steps: list[Stepped]) -> None:
        super().__init__(book, contact, BEGINS)
        self.steps = steps
        self.own = contact.id
        self.rows: list[Taken] = []

    def take(self, message: Message) -> Outcome:
        before, outcome = self.contact, super().take(message)
        own = self.own if isinstance(message, Event) else before.id
        self.steps.append(Stepped(before.id, before, message, outcome, self.book, self.now, own))
        row = len(self.rows) + 1
        self.rows.append(Taken(row, self.now, self.book.version, message, outcome.facts))
        return outcome


class Two:
    """``steps`` are those of both, in order."""

    def __init__(self, career: list[Definitions]) -> None:
        self.left = career[1:]
        self.published = Published(career[0])
        self.steps: list[Stepped] = []
        self.people = {one: Person(self.published.book, Contact(one), self.steps) for one in KEYS}
        self.merged = False
        self._told = 0
        for one in KEYS:
            self.event(
                one, "Came", 0, traits={"email": f"{one}@b.example", "phone": "+33612345678"}
            )
            self.does(Said(one, "email", "", "granted", 0))

    @property
    def sends(self) -> list[Send]:
        return [sent for step in self.steps for sent in sends_of(step)]

    def live(self, history: list[tuple[int, Deed]]) -> "Two":
        for gap, deed in history:
            self.until(self.people[ADA].now + gap)
            self.does(deed)
        self.meet(self.published.pause(()))
        self.until(self.people[ADA].now + 3 * LONGEST)
        return self

    def until(self, now: int) -> None:
        for one in self.people.values():
            one.until(now)

    def does(self, deed: Deed) -> None:
        match deed:
            case Did(who, name, n, late, live):
                self.event(who, name, late, properties={"n": n}, live=live)
            case Told(who, traits):
                self.event(who, "Told", 0, traits=traits)
            case Said(who, channel, topic, status, late):
                told = {"channel": channel, "topic": topic, "status": status}
                self.event(who, "Consent Changed", late, properties=told)
            case Became(back, outcome, answer):
                self.hears(back, outcome, answer)
            case Acted(who, act, subject):
                self.taker(who).acts(act, subject)
            case Decides(who, decision):
                self.decide(who, decision)
            case Edited(paused, met) if self.left:
                self.put(self.published.publish(self.left.pop(0), paused), met=met)
            case Paused(paused, met):
                self.put(self.published.pause(paused), met=met)
            case Joined():
                (self.unmerge if self.merged else self.merge)()

    def taker(self, who: int) -> Person:
        """Who answers for somebody now."""
        person = self.people[ADA if self.merged else who]
        person.own = who
        return person

    def event(self, who: int, name: str, late: int, **rest: Any) -> None:
        person, self._told = self.taker(who), self._told + 1
        mark = self._told.to_bytes(6, "big")
        at = person.now - late
        person.take(build.event(name, at, keys=(KEYS[who],), fingerprint=mark, **rest))

    def hears(self, back: int, outcome: Any, answer: bytes) -> None:
        """What became of one of the last messages; who answers for its run is told."""
        sends = self.sends
        if back >= len(sends):
            return
        send, self._told = sends[-1 - back], self._told + 1
        answer = answer if is_webhook(send.channel) else b""
        self.taker(send.contact).take(
            Receipt(
                send.key, outcome, send.scenario, send.channel, template=send.template,
                topic=send.topic, fingerprint=self._told.to_bytes(6, "big"), answer=answer,
            )
        )  # fmt: skip

    def decide(self, who: int, decision: Any) -> None:
        person = self.taker(who)
        for offer in list(person.contact.handoffs.values())[:1]:
            person.take(Decided("operator", offer.id, decision, "why", person.now + 10))

    def put(self, book: Rulebook, *, met: bool) -> None:
        if met:
            self.meet(book)
        else:
            for one in self.people.values():
                one.under(book)

    def meet(self, book: Rulebook) -> None:
        """Every host looks at every contact with runs."""
        for one in self.people.values():
            one.under(book)
            if not one.contact.merged_into:
                one.take(TimerFired())

    def merge(self) -> None:
        ada, bob = self.people[ADA], self.people[BOB]
        bob.take(YieldAsked(Claim(f"{WITH}{BOB}", bob.now), ADA))
        state = next(asked.state for asked in bob.effects[::-1] if isinstance(asked, Adopt))
        ada.take(Adopted(BOB, state))
        self.merged = True

    def unmerge(self) -> None:
        ada, bob = self.people[ADA], self.people[BOB]
        ada.own = ADA
        ada.take(TimerFired())
        at = max(i for i, row in enumerate(ada.rows) if isinstance(row.message, Adopted))
        merge = ada.rows[at]
        assert isinstance(merge.message, Adopted)
        before = next(fact.detail[1] for fact in merge.facts if fact.what == "merged")
        books, other = self.published.books, codec.decode(merge.message.state)
        parting = Parting(
            codec.decode(before), other, books, books[merge.rulebook], merge.message.sends
        )
        parting.live(merge, ada.rows[at + 1 :])
        mine, other = parting.halves(ada.contact, ada.book, ada.now)
        ada.take(Unmerged("operator", BOB, codec.whole(mine), (), Half(codec.whole(other))))
        restore = next(asked for asked in ada.effects[::-1] if isinstance(asked, Restore))
        answer = bob.take(Restored(ADA, restore.claim, restore.half)).answer
        assert answer is not None
        ada.take(answer)
        self.merged = False


def sends_of(step: Stepped) -> list[Send]:
    return [effect for effect in step.outcome.effects if isinstance(effect, Send)]
