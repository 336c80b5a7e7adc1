"""Forecast: how a contact stands to a segment if nothing happens but that time passes."""

from typing import NamedTuple

from engine.domain import pending
from engine.domain.contact import Contact
from engine.domain.rulebook import Rulebook, SegmentPlan

LOOKS = 2_000
"""Flips looked at ahead, of the segment and those that it asks about: 19 years of Mondays."""


class Standing(NamedTuple):
    """Instants in ms: ``since`` is 0 for who is outside, ``until`` where time alone changes nothing."""

    member: bool
    since: int
    until: int


def standing(contact: Contact, segment: str, rulebook: Rulebook, now: int) -> Standing:
    """What scenarios will do counts as something happening, and is not foreseen."""
    draft = contact.draft()
    flip, plans = bring(draft, segment, rulebook, now), _behind(segment, rulebook)
    inside, since = segment in draft.segments, draft.segments.get(segment, 0)
    for _ in range(LOOKS):
        if not flip:
            break
        at = flip
        flip = _ask(plans, draft, at)
        if (segment in draft.segments) is not inside:
            return Standing(inside, since, at)
    return Standing(inside, since, 0)


def bring(draft: Contact, segment: str, rulebook: Rulebook, now: int) -> int:
    """Put a draft as it is now under this rulebook; the next instant at which something may flip."""
    pending.learn(draft, rulebook)
    return _ask(_behind(segment, rulebook), draft, now)


def _ask(plans: list[SegmentPlan], draft: Contact, at: int) -> int:
    """Put the draft's segments as they are at ``at``; the next instant at which one may flip."""
    earliest = 0
    for plan in plans:
        holds, flips = plan.holds(draft, at)
        if flips and (earliest == 0 or flips < earliest):
            earliest = flips
        if holds and plan.name not in draft.segments:
            draft.segments[plan.name] = at
        elif holds is False:
            draft.segments.pop(plan.name, None)
    return earliest


def _behind(segment: str, rulebook: Rulebook) -> list[SegmentPlan]:
    """The segment, and those that it asks about, which go before it."""
    needed, ahead = set[str](), {segment}
    while ahead:
        needed |= ahead
        asks = rulebook.by_segment.items()
        ahead = {one for one, plans in asks if any(p.name in ahead for p in plans)} - needed
    return sorted((rulebook.segments[name] for name in needed), key=lambda plan: plan.rank)
