"""One message being worked on: the contact's copy, and what has come of it so far."""

from collections import deque
from typing import Any, Literal

import msgspec

from engine.domain.effect import Effect
from engine.domain.event import Event
from engine.domain.fact import Fact
from engine.domain.profile.contact import Contact, Run
from engine.domain.rulebooks.moment_plan import CHANGES, STAGE, MomentPlan
from engine.domain.rulebooks.rulebook import Rulebook, SegmentPlan

DEPTH = 100
"""How long a chain of causes may get before it is called a loop."""
CROWD = 10_000
"""How many moments may be waiting: chains that branch would outgrow every machine before DEPTH."""


class Loop(Exception):  # noqa: N818
    """Definitions cause one another without end; the text names them."""


class Happened(msgspec.Struct, frozen=True):
    """A moment that came: an event, a segment entered or left, a stage reached. ``live``: may start scenarios.

    ``properties`` (JSON) are those that a run gives on to the scenario it starts, or what has changed.
    """

    kind: str
    name: str
    at: int
    depth: int
    live: bool = True
    event: Event | None = None
    properties: bytes = b""
    label: str = ""


class Walk(msgspec.Struct, frozen=True):
    """A run that goes on to ``target`` when what its last step caused is worked off; ``left`` steps at most.

    ``visits`` tells that it still stands where it stood. ``skip``: it passes over the next send.
    """

    run: str
    visits: int
    target: str | None
    left: int
    skip: bool
    depth: int


class Turn:
    """Mutable, and never older than one step: ``step`` makes it and returns what it gathered."""

    def __init__(self, contact: Contact, rulebook: Rulebook, now: int) -> None:
        self.contact = contact
        self.rulebook = rulebook
        self.now = now
        self.at = now
        self.facts: list[Fact] = []
        self.effects: list[Effect] = []
        self.moments: deque[Happened] = deque()
        self.walks: deque[Walk] = deque()
        self.resumed = 0
        self.stale: dict[str, SegmentPlan] = {}
        self.unarmed: set[str] = set()
        self.depth = 0
        self.quiet = False
        self.scored = False
        self.crossed = False
        self._event: Event | None = None
        self._properties: dict[str, Any] | None = None

    def note(self, what: str, subject: str, detail: Any = None) -> None:
        self.facts.append(Fact(what, subject, self.at, detail))

    def passes(self, what: Literal["step_in", "step_out"], run: Run, step: str = "") -> None:
        """A run comes to its step or leaves it; where there may be several, the fact says which run."""
        self.note(what, f"{run.scenario}/{step or run.step}", run.id if run.key else None)

    def happened(
        self,
        kind: str,
        name: str,
        *,
        live: bool,
        event: Event | None = None,
        properties: bytes = b"",
    ) -> None:
        """Queue a moment, if any definition listens for it. Raises Loop."""
        if (kind, name) in self.rulebook.heard:
            self.queue(kind, name, live=live, event=event, properties=properties)

    def queue(
        self,
        kind: str,
        name: str,
        *,
        live: bool,
        event: Event | None = None,
        properties: bytes = b"",
        label: str = "",
    ) -> None:
        """Queue a moment caused by what is being worked on. Raises Loop past DEPTH or CROWD."""
        if self.depth >= DEPTH or len(self.moments) >= CROWD:
            chain = [fact.subject for fact in self.facts[-12:]]
            raise Loop(", ".join(dict.fromkeys(chain)))
        moment = Happened(kind, name, self.at, self.depth + 1, live, event, properties, label)
        self.moments.append(moment)

    def fits(self, plan: MomentPlan, moment: Happened) -> bool:
        if plan.name != moment.name or plan.kind != moment.kind:
            return False
        if plan.matches is None:
            return True
        if moment.kind in (CHANGES, STAGE):
            return plan.matches(msgspec.json.decode(moment.properties))
        return moment.event is None or plan.matches(self.properties_of(moment.event))

    def properties_of(self, event: Event) -> dict[str, Any]:
        """Decoded once a step, when the first condition asks."""
        if self._properties is None or self._event is not event:
            self._event = event
            self._properties = msgspec.json.decode(event.properties) if event.properties else {}
        return self._properties

    def changed(self, attribute: str) -> None:
        """Segments that read this attribute have to be asked again, dates set anew."""
        for plan in self.rulebook.by_attribute.get(attribute, ()):
            self.stale[plan.name] = plan
        self.unarmed.update(self.rulebook.dates.by.get(attribute, ()))

    def collected(self, collection: str) -> None:
        """Segments that ask about this collection have to be asked again."""
        for plan in self.rulebook.by_collection.get(collection, ()):
            self.stale[plan.name] = plan
