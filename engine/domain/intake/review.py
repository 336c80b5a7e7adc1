"""Reviews: two contacts claim one key and the machine merges neither, so an operator is asked.

The contact remembers whom it was asked about, so that a pair is listed once however often its key is
named, and is not listed again after an operator has put it aside.
"""

from engine.domain.effect import Review, ReviewOver
from engine.domain.intake.turn import Turn
from engine.domain.profile.identity import Claim, kind_of

MOST = 20
"""Reviews a contact has at a time; the oldest makes room."""


def review(turn: Turn, claim: Claim, other: int) -> None:
    """``other`` holds the key that this contact claims."""
    contact, key = turn.contact, claim.asked
    turn.note("review", kind_of(key), [key, other])
    if other in contact.reviews:
        return
    if len(contact.reviews) == MOST:
        turn.effects.append(ReviewOver(contact.reviews[0]))
    contact.reviews = [*contact.reviews, other][-MOST:]
    turn.effects.append(Review(other, key, claim.source, claim.message_id))


def over(turn: Turn, other: int) -> None:
    """The two are one contact now."""
    if other in turn.contact.reviews:
        turn.contact.reviews = [one for one in turn.contact.reviews if one != other]
        turn.effects.append(ReviewOver(other))
