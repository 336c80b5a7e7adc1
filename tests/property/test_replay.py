"""Replay is what was lived: the fold of the log gives every state and every fact, to the byte."""

import asyncio
from random import Random
from typing import Any, NamedTuple, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.domain import fact, message
from engine.domain.consents.suppression import address_hash
from engine.domain.event import PUBLIC, SERVER, TOKEN, Event
from engine.domain.intake.notice import Notice
from engine.domain.language.action import Fallback, Send
from engine.domain.language.entry_cap import EntryCap
from engine.domain.language.scenario import Step
from engine.domain.language.team import Team
from engine.domain.link import Link, link_key, sign
from engine.domain.message import TicketAsked
from engine.domain.profile import codec
from engine.domain.rulebooks.definitions import Definitions, encode
from engine.domain.rulebooks.rulebook import Rulebook
from engine.errors import BadRequest, Unknown
from engine.ports.host_store import LogRow
from engine.replay.fold import Lived, lived
from engine.rpc.http.insisting import insist
from engine.runtime.sending.send_letter import RESEND_AFTER, RESENDS
from tests.jumping_loop import JumpingLoop
from tests.property.edits import chosen, edited
from tests.property.strategies import (
    ATTRIBUTES,
    EVENTS,
    LONGEST,
    VALUES,
    Happening,
    documents,
    happenings,
)
from tests.property.surroundings import ASKING, HOOK, HOT, OWNERS, RULES
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build

TEXT = build.template("text", channel="sms", transactional=True)
INSTEAD = Fallback(channel="sms", template="text")
KEYS = ("user_id:1", "user_id:2", "email:a", "anonymous_id:d", "anonymous_id:e")
HOSTS = 2


class Came(NamedTuple):
    happening: Happening
    keys: tuple[str, ...]
    trust: int


class Acted(NamedTuple):
    key: str
    act: str
    subject: str
    value: Any


class Said(NamedTuple):
    """A statement on consent, as an event."""

    key: str
    topic: str
    status: str
    trust: int


class Followed(NamedTuple):
    """The link of a message: of the latest that was sent, or of one that never was."""

    act: str
    subject: str
    everything: bool


class Told(NamedTuple):
    """What became of the latest message that left, or of one that never did."""

    outcome: str
    bot: bool
    ago: int


class Decides(NamedTuple):
    """Somebody decides on a contact's hand-off, or raises it."""

    key: str
    decision: str


class Killed(NamedTuple):
    part: str


came = st.builds(
    Came,
    happenings,
    st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True).map(
        lambda keys: tuple(sorted(keys, key=KEYS.index))
    ),
    st.sampled_from([SERVER, SERVER, TOKEN, PUBLIC]),
)
acted = st.one_of(
    st.builds(
        Acted,
        st.sampled_from(KEYS),
        st.just("set"),
        st.sampled_from(ATTRIBUTES),
        st.sampled_from(VALUES),
    ),
    st.builds(Acted, st.sampled_from(KEYS), st.just("exit"), st.just("scenario0"), st.none()),
    st.builds(Acted, st.sampled_from(KEYS), st.just("resume"), st.just(""), st.none()),
    st.builds(
        Acted,
        st.sampled_from(KEYS),
        st.sampled_from(["join", "join", "quit"]),
        st.just("fair"),
        st.none(),
    ),
)
said = st.builds(
    Said,
    st.sampled_from(KEYS),
    st.sampled_from(["", "", "news", "undeclared"]),
    st.sampled_from(["granted", "granted", "withdrawn", "requested", "resumed"]),
    st.sampled_from([SERVER, SERVER, PUBLIC]),
)
followed = st.builds(
    Followed, st.sampled_from("uc"), st.sampled_from(["email", "email/news"]), st.booleans()
)
told = st.builds(
    Told,
    st.sampled_from(
        ["delivered", "undelivered", "opened", "clicked", "complained", "unsubscribed"]
    ),
    st.booleans(),
    st.sampled_from([0, 10]),
)
decides = st.builds(
    Decides, st.sampled_from(KEYS), st.sampled_from(["accept", "return", "reject", "raise"])
)
killed = st.builds(Killed, st.sampled_from(["host-0", "host-1", "sender", "coordinator"]))
histories = st.lists(
    st.one_of(
        came, came, came, came, said, said, followed, told, told, acted, decides, decides, killed
    ),
    min_size=1,
    max_size=12,
)
PERSON = {"email": "ada@example.com", "phone": "+33612345678", "consent_tracking": True}
SALES = build.scenario(
    "sales", {"event": EVENTS[1]}, {"do": "handoff", "id": "go", "handoff": "hot"}
)


def standing_in(step: Step) -> Step:
    """With a text for who does not want mail, or may not be written to."""
    return replace(step, fallback=INSTEAD) if isinstance(step, Send) else step


CAPS = (None, None, "1 a day", EntryCap(most=1, per="hour", then="wait"))


@st.composite
def configurations(draw: st.DrawFn) -> Definitions:
    """As ``documents``, and its mail may be marketing, which needs consent."""
    written, topic = draw(documents()), draw(st.sampled_from([None, "news"]))
    transactional = draw(st.booleans())
    templates = [replace(one, transactional=transactional) for one in written.templates]
    capped = draw(st.sampled_from(CAPS))
    scenarios = [replace(one, topic=topic, cap=capped) for one in written.scenarios]
    if draw(st.booleans()):
        scenarios = [replace(one, steps=tuple(map(standing_in, one.steps))) for one in scenarios]
    handoffs = draw(st.sampled_from([(), (HOT,), (replace(HOT, reminder=None, leaves=()),)]))
    return replace(
        written,
        templates=(*templates, ASKING, TEXT),
        scenarios=(*scenarios, SALES),
        consent=RULES,
        team=Team(owners=OWNERS, handoffs=handoffs),
        webhooks=draw(st.sampled_from([(), (HOOK,)])),
    )


def event_of(engine: SmallEngine, one: Came, number: int) -> Event:
    """Every other event tells an address, so that messages can be sent."""
    return engine.event(
        one.happening.name,
        *one.keys,
        ago=one.happening.late,
        properties=one.happening.properties,
        traits=one.happening.traits | (PERSON if number % 2 else {}),
        live=one.happening.live,
        trust=one.trust,
    )


async def live(engine: SmallEngine, history: list[Any], later: Definitions) -> None:
    """Half-way another rulebook comes into force; at the end every timer has fired, but those of loops."""
    await engine.start()
    engine.post.ends = ("sent", "failed", "deferred", "unknown")
    engine.roads.slow = 0.005
    for number, one in enumerate(history):
        if number == len(history) // 2:
            await engine.coordinator.rulebooks.apply(encode(later), "operator")
        match one:
            case Came():
                engine.clock.advance(one.happening.gap)
                await engine.push(event_of(engine, one, number))
            case Acted() | Decides():
                await acts(engine, one)
            case Said():
                await engine.push(statement_of(engine, one))
            case Followed():
                await follows(engine, one)
            case Told():
                await tells(engine, one)
            case Killed(part):
                await engine.kill(part)
                await engine.up()
    engine.clock.advance(3 * LONGEST)
    for _ in range(RESENDS + 1):
        await asyncio.sleep(5)
        engine.clock.advance(RESEND_AFTER)
    await engine.rest()


def statement_of(engine: SmallEngine, one: Said) -> Event:
    told = {"channel": "email", "topic": one.topic, "status": one.status, "wording": "v1"}
    return engine.event("Consent Changed", one.key, properties=told, trust=one.trust)


async def follows(engine: SmallEngine, one: Followed) -> None:
    """Through a signed token, as a mail program comes back with it."""
    key = next(reversed(engine.post.left), "1.1/never/1")
    pepper = engine.coordinator.keyring.pepper
    hashed = address_hash(pepper, "ada@example.com")
    token = sign(link_key(pepper), Link(cast("Any", one.act), key, one.subject, hashed))
    link = engine.coordinator.consents.link(token)
    assert link is not None
    await engine.coordinator.consents.follow(link, everything=one.everything, ip="192.0.2.1")


async def tells(engine: SmallEngine, one: Told) -> None:
    key = next(reversed(engine.post.left), "1.1/never/1")
    identity, at = f"{one.outcome}{one.bot}", engine.clock.now() - one.ago
    notice = Notice("post", identity, key, "email", cast("Any", one.outcome), at=at, bot=one.bot)
    await insist(lambda: engine.coordinator.receipts.take("post", [notice]))


async def acts(engine: SmallEngine, one: Acted | Decides) -> None:
    if isinstance(one, Decides):
        await decides_on(engine, one)
        return
    try:
        await engine.coordinator.act(one.key, one.act, one.subject, one.value, "operator")
    except (Unknown, BadRequest):
        return


async def decides_on(engine: SmallEngine, one: Decides) -> None:
    desk = engine.coordinator.handoffs
    try:
        if one.decision == "raise":
            await desk.offer(one.key, "hot", "asked", "operator")
        else:
            await desk.decide(one.key, cast("Any", one.decision), "why", "20ms", "operator")
    except (Unknown, BadRequest):
        return


@st.composite
def careers(draw: st.DrawFn) -> tuple[Definitions, Definitions]:
    """A configuration, and what is published after it: another one, or an edit of it."""
    first = draw(configurations())
    return first, draw(st.one_of(configurations().flatmap(chosen), edited(first)))


@settings(max_examples=60, deadline=None)
@given(careers(), histories, st.integers(0, 999))
def test_the_fold_of_the_log_is_what_the_stores_hold(
    career: tuple[Definitions, Definitions], history: list[Any], seed: int
) -> None:
    first, later = career
    engine = SmallEngine(JumpingLoop(), HOSTS, first, Random(seed))
    engine.checked = lambda _definitions: []  # whatever was published is lived again as it was
    try:
        engine.run(live(engine, history, later))
        check_past(engine)
        check_outset(engine)
    finally:
        engine.close()


def past_of(engine: SmallEngine, books: dict[int, Rulebook]) -> list[Lived]:
    """While the loop stands still: runs that wait in a circle would go on from one reading to the next."""
    return [one for host in engine.hosts for one in lived(host.memory.store, books, 7)]


def log_of_contacts(engine: SmallEngine) -> list[LogRow]:
    """Without what quotas were told."""
    rows = engine.log()
    return [row for row in rows if not isinstance(message.decode_row(row.body), TicketAsked)]


def check_past(engine: SmallEngine) -> None:
    past = past_of(engine, engine.rulebooks())
    assert [one.row for one in past] == log_of_contacts(engine)
    for one in past:
        assert fact.decode(one.row.facts) == one.outcome.facts
        assert fact.encode(one.outcome.facts) == one.row.facts
    states = {one.row.contact: codec.encode(one.outcome.contact) for one in past}
    assert states == engine.states()
    for number, held in engine.contacts().items():
        timers = {name for name in held.timers if name.startswith("handoff:")}
        assert timers <= {one.timer for one in held.handoffs.values() if one.open}, number
    shelves = {one.row.contact: one.outcome.contact.shelf for one in past}
    assert {contact: shelf for contact, shelf in shelves.items() if shelf} == engine.shelves()


def check_outset(engine: SmallEngine) -> None:
    """Nothing would be otherwise if whoever begins were asked every segment."""
    books = engine.rulebooks()
    for book in books.values():
        book.outset.update(book.segments)
    past = past_of(engine, books)
    assert [fact.encode(one.outcome.facts) for one in past] == [
        row.facts for row in log_of_contacts(engine)
    ]
    assert {one.row.contact: codec.encode(one.outcome.contact) for one in past} == engine.states()
