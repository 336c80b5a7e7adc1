"""Conditions on a declared aggregate: how its value compares now, and the instant at which that changes."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Protocol

from engine.domain.aggregate import Aggregate
from engine.domain.condition import Comparison
from engine.domain.contact import Contact
from engine.domain.definition import Scalar

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

    def changes(self, contact: Contact, now: int) -> Iterator[int]:
        """The later instants at which time alone may change the value, ascending."""
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

    def changes(self, contact: Contact, now: int) -> Iterator[int]:  # noqa: ARG002 - as above
        return iter(())

    def falls(self, contact: Contact) -> bool:  # noqa: ARG002 - as above
        return False

    def approximate(self, contact: Contact) -> bool:  # noqa: ARG002 - as above
        return False


def asked(
    reading: Reading, wanted: Comparison, fits: Callable[[Any], bool]
) -> Callable[[Contact, int], tuple[bool, int]]:
    """``wanted`` as a predicate; ``fits`` is ``wanted`` compiled."""
    given = {name for name in wanted.__struct_fields__ if getattr(wanted, name) is not None}
    wants_more, wants_less = given <= LOWER, given <= UPPER

    def holds(contact: Contact, now: int) -> tuple[bool, int]:
        yes = fits(reading.value(contact, now))

        def flipped(instant: int) -> bool:
            return fits(reading.value(contact, instant)) is not yes

        if (wants_more or wants_less) and reading.falls(contact):
            return yes, _once(reading.changes(contact, now), flipped) if yes is wants_more else 0
        instant = 0
        for instant in islice(reading.changes(contact, now), LOOKS):
            if flipped(instant):
                return yes, instant
        return yes, instant if _more(reading, contact, instant) else 0

    return holds


def _once(changes: Iterator[int], flipped: Callable[[int], bool]) -> int:
    """The instant at which it flips for good, 0 for never."""
    instants = list(changes)
    place = bisect_left(instants, True, key=flipped)
    return instants[place] if place < len(instants) else 0


def _more(reading: Reading, contact: Contact, instant: int) -> bool:
    return instant > 0 and next(reading.changes(contact, instant), 0) > 0
