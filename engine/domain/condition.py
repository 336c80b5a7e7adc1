"""Conditions as an operator writes them: yes/no questions to one contact.

Exactly one of ``all any not attribute company aggregate did did_not segment collection`` is the
question; the other keys qualify it. ``engine.loading.check`` refuses any other mix,
``engine.domain.predicate`` answers.
"""

from typing import Annotated, Literal

import msgspec

from engine.domain.definition import Definition, Name, Scalar
from engine.domain.duration import Duration

Path = Annotated[str, msgspec.Meta(pattern=r"^[^.\x00]+(\.[^.\x00]+){0,7}$", max_length=200)]


class Comparison(Definition, frozen=True, kw_only=True):
    """Every operator given must hold. A missing value fits ``exists: false`` and ``is_not`` only."""

    is_: Scalar | None = msgspec.field(name="is", default=None)
    is_not: Scalar | None = None
    in_: tuple[Scalar, ...] | None = msgspec.field(name="in", default=None)
    over: float | None = None
    under: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    contains: str | None = None
    starts_with: str | None = None
    exists: bool | None = None


Where = dict[Path, Comparison | Scalar]
"""Property path -> comparison; a bare value means ``is``."""


class Condition(Definition, frozen=True, kw_only=True):
    all: tuple["Condition", ...] | None = None
    any: tuple["Condition", ...] | None = None
    not_: "Condition | None" = msgspec.field(name="not", default=None)
    attribute: Path | None = None
    aggregate: Name | None = None
    company: Path | None = None
    did: str | None = None
    did_not: str | None = None
    segment: Name | None = None
    collection: Name | None = None

    is_: Scalar | None = msgspec.field(name="is", default=None)
    is_not: Scalar | None = None
    in_: tuple[Scalar, ...] | None = msgspec.field(name="in", default=None)
    over: float | None = None
    under: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    contains: str | None = None
    starts_with: str | None = None
    exists: bool | None = None

    where: Where | None = None
    within: Duration | None = None
    of: Literal["count", "quantity", "total"] | None = None


QUESTIONS = (
    "all", "any", "not_", "attribute", "company", "aggregate", "did", "did_not", "segment",
    "collection",
)  # fmt: skip
OPERATORS = Comparison.__struct_fields__


def question_of(condition: Condition) -> str | None:
    """The one question asked, or None when it is not exactly one."""
    asked = [name for name in QUESTIONS if getattr(condition, name) is not None]
    return asked[0] if len(asked) == 1 else None


def comparison_of(condition: Condition) -> Comparison:
    """The operators of a condition on an attribute or an aggregate."""
    return Comparison(**{name: getattr(condition, name) for name in OPERATORS})
