"""A decision on a hand-off: whoever holds the link, or an operator, accepts, returns or rejects it."""

import msgspec

from engine.domain.handoffs.handoff import happens, keep
from engine.domain.intake.turn import Turn
from engine.domain.language.team import Handoff
from engine.domain.message import Decided
from engine.domain.profile.offer import BECOMES
from engine.domain.runs import run

LEFT = "handoff"
"""Why runs end by an acceptance."""

replace = msgspec.structs.replace


def decide(turn: Turn, asked: Decided) -> None:
    """Accept, return or reject; who comes too late changes nothing."""
    open_ = (one for one in turn.contact.handoffs.values() if one.open)
    held = next((one for one in open_ if one.is_called(asked.id)), None)
    if held is None:
        turn.note("handoff_late", asked.id, [asked.by, asked.decision])
        return
    became = BECOMES[asked.decision]
    until = asked.until if became == "returned" else 0
    done = replace(
        held,
        status=became,
        closed=turn.now,
        by=asked.by,
        words=asked.reason,
        until=until,
    )
    handoff = turn.rulebook.team.handoffs.get(held.handoff)
    happens(turn, done, became, [held.id, asked.by, asked.reason, until])
    keep(turn, done, handoff)
    if became == "accepted" and handoff is not None:
        _leave(turn, handoff)


def _leave(turn: Turn, handoff: Handoff) -> None:
    for one in list(turn.contact.runs):
        if handoff.leaves == "all" or one.scenario in handoff.leaves:
            run.end(turn, one, LEFT)
