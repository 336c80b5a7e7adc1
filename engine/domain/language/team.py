"""Who takes over hot contacts, and how they are offered: what ``team.yaml`` holds."""

from typing import Literal

from engine.domain.definition import Definition, Name
from engine.domain.duration import Duration
from engine.domain.language.condition import Condition


class Owner(Definition, frozen=True, kw_only=True):
    """Somebody who takes contacts over; who is not ``active`` gets no new ones.

    ``when``: the contacts that are theirs before anybody else's. Those who may have a contact share such
    contacts by ``weight``.
    """

    owner: Name
    name: str
    email: str
    phone: str = ""
    language: Literal["fr", "en"] = "fr"
    active: bool = True
    weight: int = 1
    when: Condition | None = None


class Reminder(Definition, frozen=True, kw_only=True):
    """Sent to the owner so long ``before`` and ``after`` the deadline, while nobody has decided."""

    template: Name
    before: tuple[Duration, ...] = ()
    after: tuple[Duration, ...] = ()


class Escalation(Definition, frozen=True, kw_only=True):
    """Sent to owner ``to`` when nobody has decided: at the deadline, or so long ``after`` it."""

    template: Name
    to: Name
    after: Duration | None = None


class Handoff(Definition, frozen=True, kw_only=True):
    """One way to offer a contact to sales.

    ``owner``: always this one. ``leaves``: the scenarios whose runs end when it is accepted. Accepted or
    rejected, no scenario raises it again for the same contact before ``again`` has passed, and never
    without it; a returned one waits for its date.
    """

    handoff: Name
    title: str = ""
    owner: Name | None = None
    deadline: Duration = "2d"
    alert: Name
    reminder: Reminder | None = None
    escalation: Escalation | None = None
    leaves: Literal["all"] | tuple[Name, ...] = ()
    again: Duration | None = None

    @property
    def templates(self) -> tuple[str, ...]:
        later = (self.reminder, self.escalation)
        return (self.alert, *(one.template for one in later if one is not None))


class Team(Definition, frozen=True, kw_only=True):
    """``team.yaml``. ``default`` has the contacts that are nobody's; without it the first active owner."""

    owners: tuple[Owner, ...] = ()
    default: Name | None = None
    handoffs: tuple[Handoff, ...] = ()

    @property
    def summary(self) -> str:
        """In a line, for those who compare two of them."""
        told = {
            "owners": ", ".join(
                one.owner + ("" if one.active else " (away)") for one in self.owners
            ),
            "default": self.default or "",
            "hand-offs": ", ".join(one.handoff for one in self.handoffs),
        }
        return "; ".join(f"{name} {value}" for name, value in told.items() if value)
