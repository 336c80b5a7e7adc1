"""Triggers as an operator writes them: a moment, a date of the contact's, or a calendar."""

from typing import Annotated, Literal

import msgspec

from engine.domain.duration import Duration
from engine.domain.language.condition import Path
from engine.domain.language.moment import Moment
from engine.domain.language.pause import LocalTime

Rule = Annotated[
    str, msgspec.Meta(max_length=500, description="a rule of RFC 5545: FREQ=WEEKLY;BYDAY=MO")
]
Day = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class Trigger(Moment, frozen=True, kw_only=True):
    """``date`` is an attribute: its day, or so much ``before`` or ``after`` it, once or ``every`` year.

    ``calendar`` are the days of a rule, counted from ``first`` on; of public holidays none (``skip``) or
    nothing else (``only``). Both at the local time ``at``, else at midnight.
    See ``engine.domain.rulebooks.dated``.
    """

    date: Path | None = None
    before: Duration | None = None
    after: Duration | None = None
    every: Literal["year"] | None = None
    calendar: Rule | None = None
    first: Day | None = None
    holidays: Literal["skip", "only"] | None = None
    at: LocalTime | None = None
