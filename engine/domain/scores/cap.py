"""Caps: how often a rule may give its points, in each cell of a grid or ever.

Of the events in a cell those count that happened first, whatever the order in which they came: one
that comes late takes the place of the last that counted. A rule remembers the PERIODS latest cells in
which it gave; an event from before them gives nothing.
"""

from typing import NamedTuple

from engine.domain.scores.grid import cell_of

PERIODS = 4

Times = list[int]
"""When the events happened that count, ascending (ms)."""


class Cap(NamedTuple):
    """``most`` times in each cell of ``per`` ms, 0 for ever."""

    most: int
    per: int = 0


class Admitted(NamedTuple):
    """The times that count now; ``gone`` counted before and do no more."""

    times: Times
    gone: Times


def admitted(times: Times, at: int, cap: Cap) -> Admitted | None:
    """After one more event, None when it gives nothing."""
    found = joined(times, [at], cap)
    return found if found.times.count(at) > times.count(at) else None


def joined(times: Times, others: Times, cap: Cap) -> Admitted:
    """The times of two as one. What was given in cells that are no longer remembered stays given."""
    cells: dict[int, Times] = {}
    for at in sorted((*times, *others)):
        cells.setdefault(cell_of(at, cap.per), []).append(at)
    kept: Times = []
    gone: Times = []
    for cell in sorted(cells)[-PERIODS:]:
        kept += cells[cell][: cap.most]
        gone += cells[cell][cap.most :]
    return Admitted(kept, gone)
