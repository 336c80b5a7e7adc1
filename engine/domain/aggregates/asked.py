"""Conditions on a declared aggregate: how its value compares now, and the instant at which that changes."""

from bisect import bisect_left
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from engine.domain.aggregates.aggregate import Aggregate
from engine.domain.aggregates.series import MOST
from engine.domain.definition import Scalar
from engine.domain.language.condition import OPERATORS, Comparison
from engine.domain.profile.contact import Contact

Value = Scalar | None
LOOKS = 100
"""Instants looked at ahead, where nothing better is known; the condition is asked again at the last."""

LOWER = {"over", "at_least"}
UPPER = {"under", "at_most"}


class Figure(Protocol):
    """A declared aggregate of one contact, as long as no event comes."""

    def value(self, now: int) -> Value: ...

    def changes(self, now: int, most: int) -> list[int]:
        """The next instants at which time alone may change the value, ascending."""
        ...

    def falls(self) -> bool:
        """Whether time alone can only lower the value."""
        ...


class Constant(NamedTuple):
    """A figure that time alone never changes."""

    held: Value = None

    def value(self, now: int) -> Value:  # noqa: ARG002 - one shape for all figures
        return self.held

    def changes(self, now: int, most: int) -> list[int]:  # noqa: ARG002 - as above
        return []

    def falls(self) -> bool:
        return False


class Reading(NamedTuple):
    """A declared aggregate compiled. ``aggregates`` are what it reads from the contact's state.

    As such: one that is declared nowhere, which is always missing.
    """

    of: Callable[[Contact], Figure] = lambda _contact: Constant()
    approximate: Callable[[Contact], bool] = lambda _contact: False
    aggregates: tuple[Aggregate, ...] = ()

    def value(self, contact: Contact, now: int) -> Value:
        return self.of(contact).value(now)


MISSING = Reading()


def asked(
    reading: Reading, wanted: Comparison, fits: Callable[[Any], bool]
) -> Callable[[Contact, int], tuple[bool, int]]:
    """``wanted`` as a predicate; ``fits`` is ``wanted`` compiled."""
    given = {name for name in OPERATORS if getattr(wanted, name) is not None}
    wants_more, one_sided = given <= LOWER, given <= LOWER or given <= UPPER
    of = reading.of

    def holds(contact: Contact, now: int) -> tuple[bool, int]:
        figure = of(contact)
        yes = fits(figure.value(now))
        if one_sided and figure.falls():
            return yes, _crossing(figure, now) if yes is wants_more else 0
        instants = figure.changes(now, LOOKS)
        for instant in instants:
            if fits(figure.value(instant)) is not yes:
                return yes, instant
        return yes, instants[-1] if len(instants) == LOOKS else 0

    def _crossing(figure: Figure, now: int) -> int:
        """The instant at which a falling value passes the bound, 0 for never."""
        instants = figure.changes(now, MOST)
        place = bisect_left(
            instants, True, key=lambda instant: fits(figure.value(instant)) != wants_more
        )
        return instants[place] if place < len(instants) else 0

    return holds
