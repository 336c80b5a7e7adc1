"""The cells of the matrix: how many contacts have each grade, now and ahead.

What a contact's grades will be is known when it moves, unless something happens to it: it is counted
then, and passed on from cell to cell as time goes by, so that no instant needs a look at anybody.
"""

from collections import Counter, defaultdict
from itertools import pairwise
from math import log2
from typing import Any

from engine.domain.duration import MINUTE
from engine.domain.profile.contact import Contact
from engine.domain.scores.gauge import Gauge, Standing
from engine.domain.scores.grid import cell_of, start_of
from engine.domain.scores.matrix import Grades, Scale
from engine.domain.scores.wear import last_of

SPAN = 10 * MINUTE
"""Grades are counted as they were at the beginning of each."""

Both = tuple[Standing | None, Standing | None]
"""By the letter's score and by the digit's."""
Course = list[tuple[int, str]]
"""(cell of the grid, grade from then on), ascending; the first tells how it begins."""
Move = tuple[Contact, Both | None, Both | None]

NOTHING = Standing(0.0, 0)
ALWAYS = -1
NEAR = 1e-9


class Cells:
    """Of contacts that ever had a point in one of both scores."""

    def __init__(self, grades: Grades) -> None:
        self.grades = grades
        self.counts: Counter[str] = Counter()
        self._cell = 0
        self._ahead: defaultdict[int, Counter[tuple[str, str]]] = defaultdict(Counter)

    def standing(self, contact: Contact) -> Both | None:
        letter, digit = (scale.gauge.standing(contact) for scale in self.grades)
        return None if letter is None and digit is None else (letter, digit)

    def take(self, moves: list[Move], now: int) -> None:
        self._pass(now)
        for _, before, after in moves:
            self._count(before, -1)
            self._count(after, 1)

    def leave(self, contact: Contact) -> None:
        """The contact is no more."""
        self._count(self.standing(contact), -1)

    def _count(self, both: Both | None, by: int) -> None:
        """A standing has one course, whenever it is asked for: what was added is what is taken away."""
        if both is None:
            return
        course = joined(*map(course_of, self.grades, both))
        held = [grade for cell, grade in course if cell <= self._cell][-1]
        self.counts[held] += by
        for (_, before), (cell, after) in pairwise(course):
            if cell > self._cell:
                self._ahead[cell][before, after] += by

    def _pass(self, now: int) -> None:
        self._cell = max(self._cell, cell_of(now, SPAN))
        for cell in sorted(cell for cell in self._ahead if cell <= self._cell):
            for (before, after), contacts in self._ahead.pop(cell).items():
                self.counts[before] -= contacts
                self.counts[after] += contacts

    def told(self, now: int) -> dict[str, Any]:
        """``at``: the instant as of which they are counted."""
        self._pass(now)
        return {"at": start_of(self._cell, SPAN), "counts": dict(self.counts)}


def joined(letters: Course, digits: Course) -> Course:
    """Two courses as one of whole grades."""
    both = {cell: (letter, "") for cell, letter in letters}
    for cell, digit in digits:
        both[cell] = both.get(cell, ("", ""))[0], digit
    course, held = [], ("", "")
    for cell, (letter, digit) in sorted(both.items()):
        held = letter or held[0], digit or held[1]
        course.append((cell, "".join(held)))
    return course


def course_of(scale: Scale, standing: Standing | None) -> Course:
    """The grades by one score, from now on."""
    if standing is None or (not standing.value and not standing.ends):
        value = scale.gauge.read(standing or NOTHING, 0)
        return [(ALWAYS, scale.names[scale.place(value)])]
    if scale.gauge.decay.every:
        return _worn(scale, standing)
    return _halved(scale, standing)


def _halved(scale: Scale, standing: Standing) -> Course:
    """Downward or upward, to what conditions add; each bound on the way is passed once."""
    value, at, fixed, _ = standing
    gauge, half_life = scale.gauge, scale.gauge.decay.half_life
    place = scale.place(gauge.read(standing, at))
    course = [(ALWAYS, scale.names[place])]
    if not half_life:
        return course
    end = scale.place(_end_of(gauge, value, fixed))
    way = range(place, end) if end > place else range(place - 1, end - 1, -1)
    for passed in way:
        after = half_life * log2(value / (scale.bounds[passed] - fixed))
        name = scale.names[passed + 1 if end > place else passed]
        course.append((cell_of(at + int(after), SPAN) + 1, name))
    return course


def _end_of(gauge: Gauge, value: float, fixed: float) -> float:
    """What it comes to in the end; from below it never quite gets there."""
    return gauge.bounded(fixed if value > 0 else fixed - NEAR)


def _worn(scale: Scale, standing: Standing) -> Course:
    """Points wear off at the instants of a grid of their own."""
    every = scale.gauge.decay.every
    first = cell_of(standing.at, every)
    values = [
        (start_of(cell, every), scale.gauge.read(standing, start_of(cell, every)))
        for cell in range(first, max(last_of(standing.ends), first) + 1)
    ]
    names = [(at, scale.names[scale.place(value)]) for at, value in values]
    later = [
        (cell_of(at - 1, SPAN) + 1, after)
        for (_, before), (at, after) in pairwise(names)
        if before != after
    ]
    return [(ALWAYS, names[0][1]), *dict(later).items()]
