"""The grid: instants that all contacts share, a fixed span apart, so that what is told of many stays true.

Spans are counted at UTC from a Monday, 00:00: days begin at midnight, weeks on Monday, hours on the hour.
"""

from engine.domain.duration import DAY

MONDAY = 3 * DAY
"""From Monday, 1969-12-29, to 1970-01-01."""


def cell_of(at: int, span: int) -> int:
    """The number of the cell that an instant (ms) lies in; a span of 0 is all time."""
    return (at + MONDAY) // span if span else 0


def start_of(cell: int, span: int) -> int:
    """The first instant (ms) of a cell."""
    return cell * span - MONDAY
