"""Conditions as an operator writes them: yes/no questions to one contact.

Exactly one of QUESTIONS is the question; the other keys qualify it. ``engine.loading.check`` refuses
any other mix, ``engine.domain.conditions.predicate`` answers.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from engine.domain.channel import Channel
from engine.domain.definition import Definition, Name, Scalar
from engine.domain.duration import Duration
from engine.domain.language.grade import Grade
from engine.domain.language.receipt import EVENTS, Happening, Of, about

Path = Annotated[str, msgspec.Meta(pattern=r"^[^.\x00]+(\.[^.\x00]+){0,7}$", max_length=200)]


Instant = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].+)?$",
        description="a date as 2026-03-29, or an instant as 2026-03-29T09:00:00Z",
    ),
]


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Anniversary = Annotated[
    str,
    msgspec.Meta(pattern=r"^(today|[1-9][0-9]{0,2}d)$", description="today, or within 7d"),
]


class Comparison(Definition, frozen=True, kw_only=True):
    """Every operator given must hold. A missing value fits ``exists: false`` and ``is_not`` only.

    Texts are compared as they are; with ``fold`` without regard to case and accents.
    """

    is_: Scalar | None = msgspec.field(name="is", default=None)
    is_not: Scalar | None = None
    in_: tuple[Scalar, ...] | None = msgspec.field(name="in", default=None)
    over: float | None = None
    under: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    between: Annotated[tuple[float, ...], msgspec.Meta(min_length=2, max_length=2)] | None = None
    contains: str | None = None
    contains_any: tuple[Scalar, ...] | None = None
    contains_all: tuple[Scalar, ...] | None = None
    starts_with: str | None = None
    ends_with: str | None = None
    matches: str | None = None
    exists: bool | None = None
    fold: bool | None = None


Where = dict[Path, Comparison | Scalar]
"""Property path -> comparison; a bare value means ``is``."""


class When(Definition, frozen=True, kw_only=True):
    """Where an instant must lie, seen from now or on the calendar; every key given must hold."""

    in_next: Duration | None = None
    in_last: Duration | None = None
    older_than: Duration | None = None
    since: Instant | None = None
    before: Instant | None = None


class Next(Definition, frozen=True, kw_only=True):
    """An event that comes after another one."""

    event: str
    where: Where | None = None


class Condition(Comparison, frozen=True, kw_only=True):
    all: tuple["Condition", ...] | None = None
    any: tuple["Condition", ...] | None = None
    none: tuple["Condition", ...] | None = None
    exactly_one: tuple["Condition", ...] | None = None
    not_: "Condition | None" = msgspec.field(name="not", default=None)
    attribute: Path | None = None
    aggregate: Name | None = None
    company: Path | None = None
    did: str | None = None
    did_not: str | None = None
    message: Happening | None = None
    segment: Name | None = None
    collection: Name | None = None
    score: Name | None = None
    grade: tuple[Grade, ...] | None = None
    scenario: Name | None = None
    list: Name | None = None
    weekday: tuple[Weekday, ...] | None = None
    percent: float | None = None
    reachable: Channel | None = None

    where: Where | None = None
    within: Duration | None = None
    exactly: int | None = None
    first: When | None = None
    last: When | None = None
    of: Literal["count", "quantity", "total"] | Of | None = None
    bots: bool | None = None
    then: Next | tuple[Next, ...] | None = None
    not_then: Next | tuple[Next, ...] | None = None

    in_next: Duration | None = None
    in_last: Duration | None = None
    older_than: Duration | None = None
    since: Instant | None = None
    before: Instant | None = None
    anniversary: Anniversary | None = None
    lot: Name | None = None
    topic: Name | None = None
    stage: Name | tuple[Name, ...] | None = None


GROUPS = ("all", "any", "none", "exactly_one")
QUESTIONS = (
    *GROUPS, "not_", "attribute", "company", "aggregate", "did", "did_not", "message", "segment",
    "collection", "score", "grade", "scenario", "list", "weekday", "percent", "reachable", "stage",
)  # fmt: skip
OPERATORS = tuple(name for name in Comparison.__struct_fields__ if name != "fold")
TIMES = When.__struct_fields__
EVER = 2**53
"""Later, longer and more often than anything."""


def question_of(condition: Condition) -> str | None:
    """The one question asked, or None when it is not exactly one."""
    asked = [name for name in QUESTIONS if getattr(condition, name) is not None]
    return asked[0] if len(asked) == 1 else None


def parts_of(condition: Condition) -> Iterator[tuple[tuple[str | int, ...], Condition]]:
    """The conditions that it is made of, each with its place in it."""
    for group in GROUPS:
        for at, part in enumerate(getattr(condition, group) or ()):
            yield (group, at), part
    if condition.not_ is not None:
        yield ("not",), condition.not_


def bounds_of(condition: Condition) -> tuple[int, int]:
    """How often it must have happened, at least and at most; without a word at least once."""
    if condition.exactly is not None:
        return condition.exactly, condition.exactly
    if condition.at_most is not None:
        return int(condition.at_least or 0), int(condition.at_most)
    return int(condition.at_least or 1), EVER


def comparison_of(condition: Condition) -> Comparison:
    """The operators of a condition on an attribute or an aggregate."""
    return Comparison(**{name: getattr(condition, name) for name in Comparison.__struct_fields__})


def when_of(condition: Condition) -> When | None:
    """What a condition on a date asks of time; None when it asks nothing."""
    given = {name: getattr(condition, name) for name in TIMES}
    return When(**given) if any(value is not None for value in given.values()) else None


def as_did(condition: Condition) -> Condition:
    """A question about messages as the question about events that it is."""
    what = condition.message
    if what is None:
        return condition
    of = condition.of if isinstance(condition.of, Of) else None
    where = about(what, of, condition.where, bots=bool(condition.bots))
    return msgspec.structs.replace(
        condition, message=None, of=None, bots=None, did=EVENTS[what], where=where
    )
