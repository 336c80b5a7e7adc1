"""Forecast: how contacts stand to a segment if nothing happens but that time passes."""

from typing import NamedTuple

from engine.domain.duration import DAY
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks import pending
from engine.domain.rulebooks.rulebook import Rulebook, SegmentPlan

LOOKS = 2_000
"""Flips looked at ahead, of the segment and those that it asks about: 19 years of Mondays."""


class Standing(NamedTuple):
    """Instants in ms: ``since`` is 0 for who is outside, ``until`` where time alone changes nothing."""

    member: bool
    since: int
    until: int


class Course(NamedTuple):
    """``member`` is None while what the segment asks is being rebuilt. ``turns``: the instants (ms) ahead

    at which the contact leaves or enters, one after the other.
    """

    member: bool | None
    turns: tuple[int, ...]


class Outlook:
    """What is foreseen of one segment, contact by contact, for so many days from ``now`` (ms)."""

    def __init__(self, segment: str, rulebook: Rulebook, now: int, days: int) -> None:
        self.contacts = self.size = self.unknown = 0
        self._segment = segment
        self._rulebook = rulebook
        self._plans = rulebook.behind(segment)
        self._now = now
        self.enters, self.leaves = [0] * days, [0] * days

    def add(self, contact: Contact) -> None:
        """Raises Absent."""
        member, turns = self.course(contact)
        self.contacts += 1
        if member is None:
            self.unknown += 1
            return
        self.size += member
        for at in turns:
            counted = self.leaves if member else self.enters
            counted[(at - self._now - 1) // DAY] += 1
            member = not member

    def course(self, contact: Contact) -> Course:
        """Raises Absent."""
        draft, segment = contact.draft(), self._segment
        pending.learn(draft, self._rulebook)
        flip = ask(self._plans, draft, self._now)
        if draft.pending and self._rulebook.holds[segment](draft, self._now)[0] is None:
            return Course(None, ())
        member = inside = segment in draft.segments
        end, turns = self._now + len(self.enters) * DAY, list[int]()
        for _ in range(LOOKS):
            if not 0 < flip <= end:
                break
            at = flip
            flip = ask(self._plans, draft, at)
            if (segment in draft.segments) is not inside:
                inside = not inside
                turns.append(at)
        return Course(member, tuple(turns))


def standing(contact: Contact, segment: str, rulebook: Rulebook, now: int) -> Standing:
    """What scenarios will do counts as something happening, and is not foreseen."""
    draft = contact.draft()
    flip, plans = bring(draft, segment, rulebook, now), rulebook.behind(segment)
    inside, since = segment in draft.segments, draft.segments.get(segment, 0)
    for _ in range(LOOKS):
        if not flip:
            break
        at = flip
        flip = ask(plans, draft, at)
        if (segment in draft.segments) is not inside:
            return Standing(inside, since, at)
    return Standing(inside, since, 0)


def bring(draft: Contact, segment: str, rulebook: Rulebook, now: int) -> int:
    """Put a draft as it is now under this rulebook; the next instant at which something may flip."""
    pending.learn(draft, rulebook)
    return ask(rulebook.behind(segment), draft, now)


def ask(plans: list[SegmentPlan], draft: Contact, at: int) -> int:
    """Put the draft's segments as they are at ``at``; the next instant at which one may flip."""
    earliest = 0
    for plan in plans:
        holds, flips = plan.holds(draft, at)
        if flips and (earliest == 0 or flips < earliest):
            earliest = flips
        members = plan.members(draft)
        if holds and plan.name not in members:
            members[plan.name] = at
        elif holds is False:
            members.pop(plan.name, None)
    return earliest
