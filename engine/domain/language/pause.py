"""Steps that take time, as an operator writes them."""

from typing import Annotated, Literal

import msgspec

from engine.domain.definition import Name
from engine.domain.duration import Duration
from engine.domain.language.action import Straight
from engine.domain.language.condition import Condition, Path, Weekday, Where
from engine.domain.language.moment import Moment

LocalTime = Annotated[
    str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="local time, HH:MM")
]
Hours = Annotated[tuple[LocalTime, ...], msgspec.Meta(min_length=2, max_length=2)]
Days = Annotated[tuple[Weekday, ...], msgspec.Meta(min_length=1, max_length=7)]


class Wait(Straight, frozen=True, kw_only=True, tag_field="do", tag="wait"):
    """Wait for a duration, or until the contact's clock shows what is named, or both, one after the other.

    See ``engine.domain.runs.aim`` for ``at``, ``weekday``, ``between``, ``date``, ``before``, ``after``.
    ``late``: what to do when the engine was down for more than the workspace's ``late`` past the
    due moment: ``send`` goes on as if in time, ``skip`` passes over the next send, ``exit`` ends the run.
    A date that is past when the run comes, or that is not there, counts as overdue in the same way.
    """

    for_: Duration | None = msgspec.field(name="for", default=None)
    at: LocalTime | None = None
    weekday: Days | None = None
    between: Hours | None = None
    date: Path | None = None
    before: Duration | None = None
    after: Duration | None = None
    late: Literal["send", "skip", "exit"] = "send"


class Racer(Moment, frozen=True, kw_only=True):
    """A moment that is waited for, or a condition that becomes true (``if``), and where it leads."""

    if_: Condition | None = msgspec.field(name="if", default=None)
    then: Name | None = None


class WaitFor(Racer, frozen=True, kw_only=True, tag_field="do", tag="wait_for"):
    """Wait until something happens, then go to ``then``; when ``timeout`` passes first, to ``else``.

    ``any`` names several things instead: what comes first leads to a ``then`` of its own. A condition
    that holds already when the run comes is met at once.
    """

    id: Name
    any: Annotated[tuple[Racer, ...], msgspec.Meta(min_length=1, max_length=10)] | None = None
    timeout: Duration | None = None
    else_: Name | None = msgspec.field(name="else", default=None)

    @property
    def racers(self) -> tuple[Racer, ...]:
        """All that it waits for."""
        return self.any or (self,)


class Digest(Straight, frozen=True, kw_only=True, tag_field="do", tag="digest"):
    """Collect events for a while; then templates find their properties in ``digest.items``.

    The event that started the run is the first of them, if it is of this kind.
    """

    event: str
    where: Where | None = None
    for_: Duration = msgspec.field(name="for")


class Leaving(Moment, frozen=True, kw_only=True):
    """What ends a run at once: a moment, a condition that holds (``if``) or no longer holds (``unless``)."""

    if_: Condition | None = msgspec.field(name="if", default=None)
    unless: Condition | None = None
