"""Aggregates as a marketer declares them: one figure about a contact, made from its events.

Exactly one of ``VERBS`` says what is figured; ``engine.loading.check_aggregate`` refuses any other mix,
``engine.domain.aggregates.reading`` answers.
"""

from typing import Annotated

import msgspec

from engine.domain.definition import Definition, Name
from engine.domain.duration import Duration
from engine.domain.language.condition import Path, Where

Two = msgspec.Meta(min_length=2, max_length=2)


class DeclaredAggregate(Definition, frozen=True, kw_only=True):
    """``count`` names the event that it counts, ``ratio`` two aggregates: the first divided by the second.

    Every other verb names a property (``cart.total``) of the events called ``event``. ``where`` chooses
    among them. Without a window all of them count; ``within: 30d`` takes those of the last 30 days,
    ``between: [60d, 30d]`` those from 60 days ago to 30 days ago.

    Over no event count, sum and distinct are 0; everything else is missing, as is a ratio to nothing or
    to 0. Of equally frequent values the first in alphabetical order is the most frequent.
    """

    aggregate: Name
    title: str = ""
    count: str | None = None
    sum: Path | None = None
    avg: Path | None = None
    min: Path | None = None
    max: Path | None = None
    first: Path | None = None
    last: Path | None = None
    distinct: Path | None = None
    most_frequent: Path | None = None
    ratio: Annotated[tuple[Name, ...], Two] | None = None
    event: str | None = None
    where: Where | None = None
    within: Duration | None = None
    between: Annotated[tuple[Duration, ...], Two] | None = None


PROPERTY_VERBS = ("sum", "avg", "min", "max", "first", "last", "distinct", "most_frequent")
VERBS = ("count", *PROPERTY_VERBS, "ratio")


def verb_of(declared: DeclaredAggregate) -> str | None:
    """The one verb given, or None when it is not exactly one."""
    given = [verb for verb in VERBS if getattr(declared, verb) is not None]
    return given[0] if len(given) == 1 else None


def event_of(declared: DeclaredAggregate) -> str:
    """The name of the events that it is made from, "" for a ratio."""
    return declared.count or declared.event or ""
