"""The cap on a scenario's entries: how many contacts may enter it in an hour, a day or a week, together.

Days begin at midnight of the workspace's clock, weeks on Monday; hours are those of UTC.
"""

from datetime import timedelta
from typing import Annotated, Literal, NamedTuple

import msgspec

from engine.domain.definition import Definition
from engine.domain.duration import HOUR
from engine.domain.profile.calendar import begins, day_of, zone_named

Per = Literal["hour", "day", "week"]
CapText = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[1-9][0-9]{0,6} an? (hour|day|week)$", description="for example 500 a day"
    ),
]


class EntryCap(Definition, frozen=True, kw_only=True):
    """``most`` contacts in each period. ``then``: the next ones are turned away (``skip``), or enter

    in the order in which they came, in the first period that has room (``wait``).
    """

    most: Annotated[int, msgspec.Meta(ge=1, le=9_999_999)]
    per: Per = "day"
    then: Literal["skip", "wait"] = "skip"


def read(written: str | EntryCap | None) -> EntryCap | None:
    """``500 a day`` is short for ``{most: 500, per: day}``. The text has matched its pattern."""
    if not isinstance(written, str):
        return written
    most, _, per = written.split()
    return msgspec.convert({"most": int(most), "per": per}, EntryCap)


def told(written: str | EntryCap | None) -> str:
    """In words, "" for no cap."""
    cap = read(written)
    if cap is None:
        return ""
    rest = "the next ones wait" if cap.then == "wait" else "the next ones are turned away"
    return f"{cap.most} a{'n' if cap.per == 'hour' else ''} {cap.per}, {rest}"


class Period(NamedTuple):
    """From the instant ``since`` to just before ``until`` (ms)."""

    since: int
    until: int


def period_at(at: int, per: str, zone: str) -> Period:
    """The period that an instant (ms) lies in, by the clock of an IANA zone."""
    if per == "hour":
        return Period(at - at % HOUR, at - at % HOUR + HOUR)
    clock = zone_named(zone) or zone_named("UTC")
    assert clock is not None  # noqa: S101 - UTC is always there
    first, days = day_of(at, clock), 1
    if per == "week":
        first, days = first - timedelta(days=first.weekday()), 7
    return Period(begins(first, clock), begins(first + timedelta(days=days), clock))
