"""What a company is worth: one number of its contacts' scores, exact at every instant."""

from typing import Any, Literal

import msgspec

from engine.domain.definition import Definition, Name
from engine.domain.scores.gauge import Gauge, Standing

Scores = dict[str, Standing]
"""By the score's name."""


class CompanyScore(Definition, frozen=True, kw_only=True):
    """``by`` makes one number of the members' values of score ``of``; ``top`` counts the highest only."""

    score: Name
    of: Name
    by: Literal["sum", "average", "max"]
    title: str = ""
    top: int | None = None


class Member(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What contact told last, and when (ms)."""

    at: int
    scores: Scores = {}
    gone: bool = False


class Company(msgspec.Struct, array_like=True):
    """``key`` is its group id. ``members`` also remembers who has gone, against tellings that come late."""

    id: int
    key: str
    attributes: dict[str, Any] = {}
    members: dict[int, Member] = {}

    @property
    def contacts(self) -> list[int]:
        return [contact for contact, member in self.members.items() if not member.gone]


def value(score: CompanyScore, company: Company, gauge: Gauge, now: int) -> float:
    """Exact at ``now``: each member's value decays as it does at the member's own."""
    held = (
        m.scores[score.of] for m in company.members.values() if score.of in m.scores and not m.gone
    )
    values = sorted((gauge.read(standing, now) for standing in held), reverse=True)
    chosen = values[: score.top]
    match score.by:
        case "max":
            return max(chosen, default=0.0)
        case "average":
            return sum(chosen) / len(chosen) if chosen else 0.0
        case "sum":
            return sum(chosen)
