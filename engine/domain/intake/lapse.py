"""People who do nothing any more are let go when their period is over.

A person's own timer looks when the time may have come. What counts is their last own act: an event, also
an imported one at its own time. What we sent and what its receipts tell (delivered, opened) counts not.
"""

from engine.domain.effect import Erase
from engine.domain.intake.turn import Turn

OWNER = "retention"
"""The timer."""
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
    """The timer is due: the contact is let go, or looked at again when its period will be over."""
    contact = turn.contact
    del contact.timers[OWNER]
    rule = "customers" if contact.orders else "prospects" if contact.known else "anonymous"
    period = getattr(turn.rulebook.retention, rule)
    if not period:
        return
    ends = contact.latest + period
    if ends > turn.now:
        contact.timers[OWNER] = ends
        return
    turn.note("lapsed", rule)
    turn.effects.append(Erase(rule))
