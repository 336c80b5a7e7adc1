"""Consent, as laws: the latest statement stands, of one instant the withdrawal, in whatever order they come."""

from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.consents.topic import ConsentRules, Topic
from engine.domain.effect import Send
from engine.domain.event import PUBLIC, SERVER
from engine.domain.intake.turn import Turn
from engine.domain.merges.merge import adopt
from engine.domain.message import Adopted
from engine.domain.profile import codec
from engine.domain.profile.consent import allows
from tests.unit.domain import builders as build
from tests.unit.domain.builders import NOON, Life, event

TOPICS = ("news", "cart")


class Told(NamedTuple):
    """What is said ``at`` ms after noon; by its sender, and shortly (a trait) or not."""

    at: int
    topic: str
    granted: bool
    public: bool
    short: bool

    @property
    def counts(self) -> bool:
        return not (self.granted and self.public)


told = st.builds(
    Told,
    st.integers(0, 6),
    st.sampled_from(["", "", *TOPICS]),
    st.booleans(),
    st.sampled_from([False, False, True]),
    st.booleans(),
)
histories = st.lists(told, max_size=8)


def person(number: int = 1) -> Life:
    parts = [
        build.scenario(topic or "all", {"event": "Ate"}, build.send("mail"), topic=topic or None)
        for topic in ("", *TOPICS)
    ]
    rules = ConsentRules(topics=tuple(Topic(topic=one) for one in TOPICS))
    one = build.life(*parts, consent=rules, now=NOON + 10)
    one.contact.id = number
    one.tells(email="ada@example.com")
    return one


def hears(one: Life, said: Told) -> None:
    trust, at = PUBLIC if said.public else SERVER, NOON + said.at
    keys = ("user_id:1",)
    if said.short and not said.topic:
        traits = {"consent_email": said.granted}
        one.take(event("Told", at, keys=keys, traits=traits, trust=trust))
        return
    status = "granted" if said.granted else "withdrawn"
    properties = {"channel": "email", "topic": said.topic, "status": status}
    one.take(event("Consent Changed", at, keys=keys, properties=properties, trust=trust))


def stands(history: list[Told], topic: str) -> bool:
    """By brute force over everything that counts."""
    said = [one for one in history if one.counts and one.topic == topic]
    return bool(said) and max(said, key=lambda one: (one.at, not one.granted)).granted


def allowed(history: list[Told], topic: str) -> bool:
    """What a topic lacks its channel gives; a channel's withdrawal takes what was not granted after it."""
    own = [one for one in history if one.counts and one.topic == topic]
    whole = [one for one in history if one.counts and not one.topic]
    if not own:
        return stands(history, "")
    if not stands(history, topic):
        return False
    return not whole or stands(history, "") or max(o.at for o in own) > max(w.at for w in whole)


def topics_sent(one: Life) -> set[str]:
    before = len(one.sends)
    one.does("Ate")
    return {mail.topic for mail in one.sends[before:] if isinstance(mail, Send)}


@settings(max_examples=300)
@given(histories)
def test_nothing_is_sent_without_consent_at_its_instant(history: list[Told]) -> None:
    ada = person()
    for position, said in enumerate(history):
        hears(ada, said)
        past = history[: position + 1]
        assert topics_sent(ada) == {one for one in ("", *TOPICS) if allowed(past, one)}
    assert ada.contact.attributes.get("consent_email", False) == stands(history, "")


@given(histories, st.randoms(use_true_random=False))
def test_the_order_in_which_statements_arrive_does_not_matter(
    history: list[Told], dice: Any
) -> None:
    ada, bob = person(), person()
    for said in history:
        hears(ada, said)
    for said in dice.sample(history, len(history)):
        hears(bob, said)
    assert statuses(ada) == statuses(bob)


@given(histories, histories)
def test_a_merge_gives_what_one_person_would_have_said_from_either_side(
    mine: list[Told], others: list[Told]
) -> None:
    together = person()
    for said in [*mine, *others]:
        hears(together, said)
    assert statuses(merged(mine, others)) == statuses(together) == statuses(merged(others, mine))


def statuses(one: Life) -> tuple[dict[str, str], Any]:
    shown = one.contact.attributes.get("consent_email")
    return {subject: said.status for subject, said in one.contact.consents.items()}, shown


def merged(mine: list[Told], others: list[Told]) -> Life:
    survivor, guest = person(1), person(2)
    for life, history in ((survivor, mine), (guest, others)):
        for said in history:
            hears(life, said)
    turn = Turn(survivor.contact.draft(), survivor.book, survivor.now)
    assert adopt(turn, Adopted(2, codec.encode(guest.contact)))
    survivor.contact = turn.contact
    for topic in ("", *TOPICS):
        may = allows(survivor.contact.consents, "email", topic)
        assert may == allowed([*mine, *others], topic)
    return survivor
