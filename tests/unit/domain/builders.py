"""Small builders for tests of the core: definitions from plain data, and one contact's life."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from engine.domain.duration import milliseconds
from engine.domain.effect import Effect, Send
from engine.domain.event import SERVER, Event
from engine.domain.fact import Fact
from engine.domain.language.condition import Condition
from engine.domain.language.declared import DeclaredAggregate
from engine.domain.language.scenario import Scenario
from engine.domain.language.segment import Segment
from engine.domain.language.template import Template
from engine.domain.message import Act, Message, TimerFired
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import Claim
from engine.domain.rulebooks import definitions as document
from engine.domain.rulebooks.definitions import Definitions
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.scores.score import Score
from engine.domain.step import Outcome, step

NOON = 1_700_049_600_000
"""2023-11-15T12:00:00Z, a Wednesday."""

HOUR, DAY = 3_600_000, 86_400_000

Part = DeclaredAggregate | Segment | Score | Scenario | Template
_FIELDS = {
    DeclaredAggregate: "aggregates",
    Segment: "segments",
    Score: "scores",
    Scenario: "scenarios",
    Template: "templates",
}


def condition(**question: Any) -> Condition:
    """As written in YAML; ``is``, ``in`` and ``not`` take a trailing underscore."""
    return msgspec.convert({name.rstrip("_"): value for name, value in question.items()}, Condition)


def segment(name: str, **question: Any) -> Segment:
    return Segment(segment=name, condition=condition(**question))


def aggregate(name: str, **figured: Any) -> DeclaredAggregate:
    return msgspec.convert({"aggregate": name, **figured}, DeclaredAggregate)


def score(name: str, *rules: dict[str, Any], half_life: str | None = None, **rest: Any) -> Score:
    plain = {"score": name, "half_life": half_life, "rules": rules, **rest}
    return msgspec.convert(plain, Score)


def scenario(name: str, trigger: dict[str, Any], *steps: dict[str, Any], **rest: Any) -> Scenario:
    plain = {"scenario": name, "trigger": trigger, "steps": steps, "version": 1, **rest}
    return msgspec.convert(plain, Scenario)


def wait(name: str, **rest: Any) -> dict[str, Any]:
    plain = {key.rstrip("_"): value for key, value in rest.items()}
    return {"do": "wait", "id": name, **plain}


def wait_for(name: str, **rest: Any) -> dict[str, Any]:
    plain = {key.rstrip("_"): value for key, value in rest.items()}
    return {"do": "wait_for", "id": name, **plain}


def send(name: str, template: str = "hello") -> dict[str, Any]:
    return {"do": "send", "id": name, "channel": "email", "template": template}


def branch(name: str, question: dict[str, Any], **rest: Any) -> dict[str, Any]:
    plain = {key.rstrip("_"): value for key, value in rest.items()}
    return {"do": "branch", "id": name, "if": question, **plain}


def put(name: str, attribute: str, to: Any) -> dict[str, Any]:
    return {"do": "set", "id": name, "attribute": attribute, "to": to}


def leave(name: str) -> dict[str, Any]:
    return {"do": "exit", "id": name}


def template(name: str = "hello", **rest: Any) -> Template:
    given = {"channel": "email", "subject": "Hello", "text": "Hello", **rest}
    return Template(template=name, **given)


def definitions(*parts: Part, **rest: Any) -> Definitions:
    """Sorted into their kinds; a template ``hello`` is always there."""
    kinds: dict[str, list[Part]] = {field: [] for field in _FIELDS.values()}
    for part in parts:
        kinds[_FIELDS[type(part)]].append(part)
    if not kinds["templates"]:
        kinds["templates"].append(template())
    return Definitions(**{field: tuple(found) for field, found in kinds.items()}, **rest)


def rulebook(*parts: Part, version: int = 1, **rest: Any) -> Rulebook:
    """Compiled from the published bytes, as a host does it."""
    return Rulebook(version, document.decode(document.encode(definitions(*parts, **rest))))


def raw(plain: dict[str, Any] | None) -> bytes:
    return msgspec.json.encode(plain) if plain else b""


def event(name: str = "Product Added", at: int = NOON, **rest: Any) -> Event:
    """``properties`` and ``traits`` as dicts; with traits it is an identify event."""
    keys = tuple(rest.pop("keys", ("user_id:1",)))
    properties, traits = raw(rest.pop("properties", None)), raw(rest.pop("traits", None))
    identity = repr((name, at, keys, properties, traits, rest)).encode()
    return Event(
        keys=keys,
        name=name,
        kind=rest.pop("kind", "identify" if traits else "track"),
        message_id=rest.pop("message_id", f"{name}-{at}"),
        source="test",
        fingerprint=rest.pop("fingerprint", blake2b(identity, digest_size=6).digest()),
        at=at,
        received=rest.pop("received", at),
        properties=properties,
        traits=traits,
        trust=rest.pop("trust", SERVER),
        **rest,
    )


def claim(key: str, said: str = "Came", **rest: Any) -> Claim:
    """As an event of this name made it at noon that has its ``print_of``."""
    rest.setdefault("fingerprint", print_of(said))
    return Claim(key, NOON, source="test", message_id=f"{said}-{NOON}", **rest)


def print_of(name: str) -> bytes:
    """A fingerprint that a test can tell from the name of the event."""
    return name.encode().ljust(6)[:6]


class Life:
    """One contact on a clock of its own; keeps what every step answered, and the log of messages."""

    def __init__(self, book: Rulebook, contact: Contact | None = None, now: int = NOON) -> None:
        self.book = book
        self.contact = contact or Contact(id=1 << 16)
        self.now = now
        self.log: list[tuple[Message, int, int]] = []
        self.facts: list[Fact] = []
        self.effects: list[Effect] = []

    def take(self, message: Message) -> Outcome:
        """Consume one message now, whatever timer is due."""
        outcome = step(self.contact, message, self.book, self.now)
        self.contact = outcome.contact
        self.log.append((message, self.now, self.book.version))
        self.facts += outcome.facts
        self.effects += outcome.effects
        return outcome

    def does(self, name: str, ago: str | None = None, **rest: Any) -> Outcome:
        """An event now, or one that arrives late."""
        at = self.now - (milliseconds(ago) if ago else 0)
        return self.take(event(name, at, **rest))

    def tells(self, **traits: Any) -> Outcome:
        return self.take(event("Identify", self.now, traits=traits))

    def until(self, instant: int) -> "Life":
        """Time passes; every timer is worked off at its very instant."""
        while self.contact.due and self.contact.due <= instant:
            self.now = max(self.now, self.contact.due)
            self.take(TimerFired())
        self.now = instant
        return self

    def passes(self, duration: str) -> "Life":
        return self.until(self.now + milliseconds(duration))

    def misses(self, duration: str) -> "Life":
        """Time passes while the engine is down; one wake-up afterwards works off all that is due."""
        self.now += milliseconds(duration)
        self.take(TimerFired())
        return self

    def under(self, book: Rulebook) -> "Life":
        """The next rulebook comes into force."""
        self.book = book
        return self

    def acts(self, act: Any, subject: str = "", value: Any = None) -> Outcome:
        return self.take(Act("operator", act, subject, value))

    @property
    def sends(self) -> list[Send]:
        return [effect for effect in self.effects if isinstance(effect, Send)]

    @property
    def standing(self) -> list[str]:
        """Where the runs stand, as ``scenario/step``."""
        return [f"{run.scenario}/{run.step}" for run in self.contact.runs]

    def said(self, *whats: str) -> list[tuple[str, int]]:
        """Subject and instant (ms after noon) of the facts of these kinds."""
        return [(fact.subject, fact.at - NOON) for fact in self.facts if fact.what in whats]

    def subjects(self, *whats: str) -> list[str]:
        return [subject for subject, _at in self.said(*whats)]


def life(*parts: Part, now: int = NOON, **rest: Any) -> Life:
    """A contact that nothing has happened to yet, under these definitions."""
    return Life(rulebook(*parts, **rest), now=now)


def reachable(*parts: Part, **rest: Any) -> Life:
    """A contact with an address and consent."""
    one = life(*parts, **rest)
    one.tells(email="ada@example.com", consent_email=True)
    return one


def details(facts: Sequence[Fact], what: str) -> list[Any]:
    return [fact.detail for fact in facts if fact.what == what]
