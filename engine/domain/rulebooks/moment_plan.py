"""Moments compiled: what kind of thing happens, under which name, and what of it has to fit."""

import msgspec

from engine.domain.comparison import Matcher, matcher
from engine.domain.language.moment import CROSSINGS, Moment
from engine.domain.language.receipt import event_of, where_of
from engine.domain.language.trigger import Trigger

CHANGES = "changes"
"""An attribute changed."""
STAGE = "stage"
"""A stage of the lifecycle was reached."""
DUE = "due"
"""The date of a trigger has come."""
HAND = "hand"
"""Never happens: somebody starts the scenario."""


class MomentPlan(msgspec.Struct, frozen=True):
    """``kind``: event | enters | leaves | joins | quits | stage | handoff | changes | due | hand.

    ``name`` of the event, segment, list, stage, attribute or scenario; ``handoff/became``.
    """

    kind: str
    name: str
    matches: Matcher | None


def moment_plan(moment: Moment) -> MomentPlan:
    if event := event_of(moment):
        return MomentPlan("event", event, matcher(where_of(moment)))
    if moment.handoff is not None:
        return MomentPlan("handoff", f"{moment.handoff}/{moment.becomes}", None)
    if moment.changes is not None:
        sides = {"to": moment.to, "from": moment.from_}
        where = {side: wanted for side, wanted in sides.items() if wanted is not None}
        return MomentPlan(CHANGES, moment.changes, matcher(where))
    if moment.stage is not None:
        before = {} if moment.from_ is None else {"from": moment.from_}
        return MomentPlan(STAGE, moment.stage, matcher(before))
    kind = next(one for one in CROSSINGS if getattr(moment, one) is not None)
    return MomentPlan(kind, getattr(moment, kind), None)


def trigger_plan(trigger: Trigger | None, scenario: str) -> MomentPlan:
    """What starts this scenario."""
    if trigger is None:
        return MomentPlan(HAND, scenario, None)
    if trigger.date is not None or trigger.calendar is not None:
        return MomentPlan(DUE, scenario, None)
    return moment_plan(trigger)
