"""The outset: which segments wait, and need not be asked of a contact that begins.

Who has no past and no attributes is in none of them, at any instant; and when what they wait for comes,
they are asked because of that. So a new contact costs nothing for segments that its events do not touch.
"""

from engine.domain.conditions.demand import Predicate
from engine.domain.language.condition import Condition, parts_of, question_of
from engine.domain.profile.contact import Contact

PAST = {"did", "did_not", "aggregate", "attribute"}
"""Questions to what events have left in the state; nothing else, and not the time, answers them there."""


def waits(condition: Condition, holds: Predicate) -> bool:
    """``holds`` is the condition compiled."""
    return _asks_the_past(condition) and holds(Contact(0), 0) == (False, 0)


def _asks_the_past(condition: Condition) -> bool:
    parts = [part for _place, part in parts_of(condition)]
    return all(map(_asks_the_past, parts)) if parts else question_of(condition) in PAST
