"""A contact's log rows, newest first: the walks of its retention classes, merged."""

import heapq
from collections.abc import Callable, Iterator

from engine.domain import message
from engine.domain.duration import HOUR
from engine.domain.message import Adopted, Restored, Witnessed, imprint_of
from engine.domain.profile import codec
from engine.domain.profile.dedupe import WINDOW, fingerprints
from engine.ports.host_store import LogRow

Read = Callable[[int], LogRow | None]
"""A log row by its id."""


def walk(read: Read, newest: int) -> Iterator[LogRow]:
    """One class: from a row to the one before it, until the beginning or what retention took away."""
    while newest:
        row = read(newest)
        if row is None:
            return
        yield row
        newest = row.prev


def timeline(read: Read, last: tuple[int, ...]) -> Iterator[LogRow]:
    """All classes, by descending id."""
    walks = [walk(read, newest) for newest in last if newest]
    return heapq.merge(*walks, key=lambda row: -row.id)


def week_of(read: Read, last: tuple[int, ...], now: int) -> set[bytes]:
    """The fingerprints of all that was taken within the dedupe window, by those it adopted too."""
    since = now - WINDOW * HOUR
    found: set[bytes] = set()
    for newest in last:
        for row in walk(read, newest):
            if row.now < since:
                break
            taken = message.decode(row.body)
            if imprint := imprint_of(taken):
                found.add(imprint)
            elif isinstance(taken, Adopted):
                found.update(fingerprints(codec.decode(taken.state).seen))
            elif isinstance(taken, Witnessed):
                found.update(fingerprints(taken.seen))
            elif isinstance(taken, Restored):
                found.update(fingerprints(taken.half.seen))
                found.update(fingerprints(codec.decode(taken.half.state).seen))
    return found
