"""The lifecycle: a contact is in one stage at most, the last of the order whose segment holds it.

So it follows from the segments, and changes with them, in the same step and at the same instant; what
crosses none of them costs nothing. Each change is a fact, ``from/to`` with the day at the workspace,
and a moment (``stage``) that may start a scenario.
"""

from zoneinfo import ZoneInfo

import msgspec

from engine.domain.fact import Fact
from engine.domain.intake.turn import Turn
from engine.domain.profile.calendar import day_of, zone_named
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.moment_plan import STAGE

CHANGED = "stage_changed"


def stage_of(contact: Contact, stages: dict[str, str]) -> str:
    """By what it is a member of now; empty for none."""
    for stage, segment in reversed(stages.items()):
        if segment in contact.segments:
            return stage
    return ""


def move(turn: Turn) -> None:
    """Segments were crossed: the contact goes where they put it."""
    turn.crossed = False
    contact, stages = turn.contact, turn.rulebook.stages
    before, stage = contact.stage, stage_of(contact, stages)
    if stage == before:
        return
    contact.stage, contact.staged = stage, turn.at
    turn.facts.append(passed(before, stage, turn.at, turn.rulebook.zone))
    live = not turn.quiet and turn.at >= turn.now - turn.rulebook.max_age
    if stage:
        told = msgspec.json.encode({"from": before or None})
        turn.happened(STAGE, stage, live=live, properties=told)


def passed(before: str, after: str, at: int, zone: str) -> Fact:
    """Out of one stage into another; empty stands for none."""
    day = day_of(at, zone_named(zone) or ZoneInfo("UTC"))
    return Fact(CHANGED, f"{before}/{after}", at, day.isoformat())


def left(contact: Contact, at: int, zone: str) -> list[Fact]:
    """What is to be told of a contact that is no more, so that the stages' figures stay true."""
    return [passed(contact.stage, "", at, zone)] if contact.stage else []


def part(turn: Turn, before: Contact, after: Contact) -> None:
    """What an unmerge takes and brings."""
    if before.stage != after.stage:
        turn.facts.append(passed(before.stage, after.stage, turn.at, turn.rulebook.zone))
