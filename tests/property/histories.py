"""A random history lived through: every message, with its instant and the rulebook it was taken under."""

from engine.domain.rulebooks.definitions import Definitions
from engine.domain.rulebooks.rulebook import Rulebook
from tests.property.strategies import LONGEST, Happening
from tests.unit.domain import builders as build
from tests.unit.domain.builders import Life

ADDRESS = {"email": "ada@example.com"}


def lived(first: Definitions, history: list[Happening], later: Definitions | None = None) -> Life:
    """The contact after it; half-way, ``later`` comes into force, and at the end all timers have fired."""
    one = Life(Rulebook(1, first))
    one.tells(**ADDRESS)
    for position, happening in enumerate(history):
        if later is not None and position == len(history) // 2:
            one.under(Rulebook(2, later))
        one.until(one.now + happening.gap)
        if happening.traits:
            one.tells(**happening.traits)
        at = one.now - happening.late
        one.take(
            build.event(happening.name, at, properties=happening.properties, live=happening.live)
        )
    return one.until(one.now + 3 * LONGEST)
