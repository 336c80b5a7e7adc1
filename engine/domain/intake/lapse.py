"""People who do nothing any more are let go when their period is over.

A person's own timer looks when the time may have come. What counts is their last own act: an event, also
an imported one at its own time. What we sent and what its receipts tell (delivered, opened) counts not.
"""

from engine.domain.duration import DAY
from engine.domain.effect import Erase
from engine.domain.intake.turn import Turn
from engine.domain.language.retention import Retention
from engine.domain.profile.contact import Contact

OWNER = "retention"
"""The timer."""
AGAIN = DAY
"""Ms until who is let go is looked at again: it may not have come to that."""
PEOPLE = ("anonymous", "prospects", "customers")


def arm(turn: Turn) -> None:
    """Under a rulebook that is new to the contact: look again when the shortest period is over."""
    rules, timers = turn.rulebook.retention, turn.contact.timers
    periods = [period for rule in PEOPLE if (period := getattr(rules, rule))]
    if not periods:
        timers.pop(OWNER, None)
    elif OWNER not in timers:
        timers[OWNER] = turn.now + min(periods)


def look(turn: Turn) -> None:
    """The timer is due: the contact is let go, or looked at again when its period will be over.

    Until it is gone it may come back: so it is looked at again in any case.
    """
    contact = turn.contact
    ends = _end(contact, turn.rulebook.retention)
    if not ends:
        del contact.timers[OWNER]
        return
    contact.timers[OWNER] = ends if ends > turn.now else turn.now + AGAIN
    if ends <= turn.now:
        turn.note("lapsed", rule_of(contact))
        turn.effects.append(Erase(rule_of(contact)))


def rule_of(contact: Contact) -> str:
    """By which rule it is kept."""
    return "customers" if contact.orders else "prospects" if contact.known else "anonymous"


def is_over(contact: Contact, rules: Retention, now: int) -> bool:
    """Whether the contact is still one to let go: it did nothing since, and is no part of another."""
    return not contact.merged_into and 0 < _end(contact, rules) <= now


def _end(contact: Contact, rules: Retention) -> int:
    """The instant at which its period is over (ms); 0: never."""
    period: int = getattr(rules, rule_of(contact))
    return contact.latest + period if period else 0
