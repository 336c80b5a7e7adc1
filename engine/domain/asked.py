"""Conditions on a declared aggregate: how its value compares now, and the instant at which that changes."""

from bisect import bisect_left
from collections.abc import Callable
from typing import Any, Protocol

from engine.domain.aggregate import Aggregate
from engine.domain.condition import Comparison
from engine.domain.contact import Contact
from engine.domain.definition import Scalar
from engine.domain.series import MOST

Value = Scalar | None
LOOKS = 100
"""Instants looked at ahead, where nothing better is known; the condition is asked again at the last."""

LOWER = {"over", "at_least"}
UPPER = {"under", "at_most"}


class Reading(Protocol):
    """A declared aggregate compiled. ``aggregates`` are what it reads from the contact's state."""

    @property
    def aggregates(self) -> tuple[Aggregate, ...]: ...

    def value(self, contact: Contact, now: int) -> Value: ...

    def changes(self, contact: Contact, now: int, most: int) -> list[int]:
        """The next instants at which time alone may change the value, ascending."""
        ...

    def falls(self, contact: Contact) -> bool:
        """Whether time alone can only lower the value."""
        ...

    def approximate(self, contact: Contact) -> bool: ...


class Timeless:
    """What time alone never changes. As such: an aggregate declared nowhere, which is always missing."""

    aggregates: tuple[Aggregate, ...] = ()

    def value(self, contact: Contact, now: int) -> Value:  # noqa: ARG002 - one shape for all readings
        return None

    def changes(self, contact: Contact, now: int, most: int) -> list[int]:  # noqa: ARG002 - as above
        return []

    def falls(self, contact: Contact) -> bool:  # noqa: ARG002 - as above
        return False

    def approximate(self, contact: Contact) -> bool:  # noqa: ARG002 - as above
        return False


def asked(
    reading: Reading, wanted: Comparison, fits: Callable[[Any], bool]
) -> Callable[[Contact, int], tuple[bool, int]]:
    """``wanted`` as a predicate; ``fits`` is ``wanted`` compiled."""
    given = {name for name in wanted.__struct_fields__ if getattr(wanted, name) is not None}
    wants_more, one_sided = given <= LOWER, given <= LOWER or given <= UPPER

    def holds(contact: Contact, now: int) -> tuple[bool, int]:
        yes = fits(reading.value(contact, now))
        if one_sided and reading.falls(contact):
            return yes, _crossing(contact, now) if yes is wants_more else 0
        instants = reading.changes(contact, now, LOOKS)
        for instant in instants:
            if fits(reading.value(contact, instant)) is not yes:
                return yes, instant
        return yes, instants[-1] if len(instants) == LOOKS else 0

    def _crossing(contact: Contact, now: int) -> int:
        """The instant at which a falling value passes the bound, 0 for never."""
        instants = reading.changes(contact, now, MOST)
        place = bisect_left(
            instants, True, key=lambda instant: fits(reading.value(contact, instant)) != wants_more
        )
        return instants[place] if place < len(instants) else 0

    return holds
