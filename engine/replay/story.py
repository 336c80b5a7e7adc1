"""A spec told from beginning to end on a clock of its own, and where it does not come true."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from engine.domain.duration import milliseconds
from engine.domain.effect import Send
from engine.domain.language.condition import Condition
from engine.domain.language.segment import Segment
from engine.domain.language.spec import Chapter, Expected, Item, Spec
from engine.domain.profile.calendar import zone_of
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions, succeed
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.since import dated
from engine.domain.surveys.why import Part, because
from engine.rendering.render import CannotRender
from engine.replay.happening import Judge, consumed
from engine.replay.rendered import rendered
from engine.replay.simulation import Passed, Simulation

PERSON = "spec"
"""The user id of a story's contact, unless its items name another."""

replace = msgspec.structs.replace

Place = tuple[str | int, ...]


class Untrue(NamedTuple):
    """A part of a spec that did not come true, and what was instead."""

    place: Place
    text: str


def _question(at: int) -> str:
    return f"spec_{at}"


def _part(part: Part) -> str:
    saw = msgspec.json.encode(part["saw"]).decode() if "saw" in part else ""
    return f"not {part['asks']}{f', saw {saw}' if saw else ''}"


def _rulebook(spec: Spec, definitions: Definitions) -> Rulebook:
    """With a segment for each condition that the spec asks: only what is asked about is counted."""
    asked = tuple(
        Segment(segment=_question(at), condition=chapter.holds)
        for at, chapter in enumerate(spec.story)
        if chapter.holds is not None
    )
    with_questions = replace(definitions, segments=definitions.segments + asked)
    return Rulebook(1, dated(None, succeed(None, with_questions), 1))


class Story:
    """``passed`` is all that happened in it."""

    def __init__(self, spec: Spec, definitions: Definitions, judge: Judge) -> None:
        rulebook = _rulebook(spec, definitions)
        self._spec = spec
        self._judge = judge
        self._zone = spec.contact.zone or rulebook.zone
        begins = self._instant(spec.begins)
        contact = Contact(spec.contact.id, zone=spec.contact.zone)
        self._world = Simulation(contact, rulebook, begins)
        self._told = 0
        self.passed: list[Passed] = []

    def tell(self) -> Iterator[Untrue]:
        """Every part that does not come true, in order."""
        yield from self._introduce()
        for at, chapter in enumerate(self._spec.story):
            for untrue in self._chapter(at, chapter):
                yield Untrue(("story", at, *untrue.place), untrue.text)

    def _introduce(self) -> Iterator[Untrue]:
        """Who it is about is known before it begins: nothing is triggered by it."""
        someone = self._spec.contact
        flags = {
            f"consent_{subject}": said == "granted"
            for subject, said in (someone.consents or {}).items()
        }
        traits: dict[str, Any] = {**(someone.attributes or {}), **flags}
        if traits:
            item = {"type": "identify", "traits": traits, "integrations": {"All": False}}
            yield from self._happens(item, ("contact",))

    def _chapter(self, at: int, chapter: Chapter) -> Iterator[Untrue]:
        for number, item in enumerate(chapter.given or ()):
            yield from self._happens(item, ("given", number))
        if chapter.when is not None:
            until = self._world.now + milliseconds(chapter.when)
            self.passed += self._world.until(until)
        if chapter.then is not None:
            yield from self._sent(chapter.then)
        if chapter.holds is not None and not self._holds(at):
            told = (
                f"it does not at {self._written(self._world.now)}: {self._wanting(chapter.holds)}"
            )
            yield Untrue(("holds",), told)

    def _happens(self, item: Item, place: Place) -> Iterator[Untrue]:
        try:
            message = consumed(item, self._world, self._judge, PERSON)
        except ValueError as error:
            yield Untrue(place, str(error))
            return
        if message is not None:
            self.passed += self._world.take(message, self._world.now)

    def _wanting(self, condition: Condition) -> str:
        """Its parts, with what each saw of the contact where it does not hold."""
        world = self._world
        parts = because(world.contact, condition, world.rulebook, world.now)
        return "; ".join(_part(part) for part in parts if not part["holds"])

    def _sent(self, expected: tuple[Expected, ...]) -> Iterator[Untrue]:
        sent = self._world.sent[self._told :]
        self._told = len(self._world.sent)
        for number, (wanted, send) in enumerate(zip(expected, sent, strict=False)):
            for why in self._differs(wanted, send):
                yield Untrue(("then", number), why)
        for number, wanted in enumerate(expected[len(sent) :], len(sent)):
            why = f"{wanted.send} was not sent until {self._written(self._world.now)}"
            yield Untrue(("then", number), why + self._reasons())
        for send in sent[len(expected) :]:
            leaves = self._written(max(send.at, send.held))
            yield Untrue(("then",), f"{send.template} was sent too, by {send.channel} at {leaves}")

    def _differs(self, wanted: Expected, send: Send) -> Iterator[str]:
        leaves = max(send.at, send.held)
        if wanted.send != send.template:
            yield f"it was {send.template} that was sent, by {send.channel} at {self._written(leaves)}"
            return
        if wanted.channel not in (None, send.channel):
            yield f"it was sent by {send.channel}"
        if wanted.at is not None and self._instant(wanted.at) != leaves:
            yield f"it was sent at {self._written(leaves)}"
        if wanted.to not in (None, send.address):
            yield f"it was sent to {send.address}"
        if wanted.subject is not None or wanted.contains:
            yield from self._reads(wanted, send)

    def _reads(self, wanted: Expected, send: Send) -> Iterator[str]:
        try:
            text = rendered(self._world.rulebook.templates[send.template], send)
        except CannotRender as error:
            yield f"it cannot be rendered: {error}"
            return
        if wanted.subject not in (None, text.subject):
            yield f"its subject is {text.subject!r}"
        for words in wanted.contains:
            if words not in text.text and words not in text.html:
                yield f"it does not contain {words!r}; its text is {text.text!r}"

    def _holds(self, at: int) -> bool:
        asked = self._world.rulebook.holds[_question(at)]
        return asked(self._world.contact, self._world.now)[0] is True

    def _reasons(self) -> str:
        """Why messages that were meant to leave did not, if any were."""
        facts = [fact for one in self.passed for fact in one.outcome.facts]
        skipped = {f"{fact.subject}: {fact.detail}" for fact in facts if fact.what == "skipped"}
        return f" (skipped {', '.join(sorted(skipped))})" if skipped else ""

    def _instant(self, written: str) -> int:
        """A text without offset means the contact's local time."""
        at = datetime.fromisoformat(written)
        if at.tzinfo is None:
            at = at.replace(tzinfo=zone_of(Contact(0, zone=self._zone), "UTC"))
        return round(at.timestamp() * 1_000)

    def _written(self, at: int) -> str:
        zone = zone_of(self._world.contact, self._world.rulebook.zone)
        return (
            datetime.fromtimestamp(at / 1_000, UTC).astimezone(zone).isoformat(timespec="seconds")
        )
