"""Scenarios as an operator writes them: trigger, steps, goal. ``run`` walks them."""

from typing import Annotated, Any, Literal

import msgspec

from engine.domain.definition import Definition, Name
from engine.domain.duration import Duration
from engine.domain.language.action import (
    Consenting,
    Enlist,
    Exit,
    HandOff,
    Points,
    Send,
    Set,
    Start,
    Stop,
    Switch,
    Tag,
    Webhook,
)
from engine.domain.language.condition import Condition, Path
from engine.domain.language.decision import Branch, Split
from engine.domain.language.entry_cap import CapText, EntryCap
from engine.domain.language.moment import Moment
from engine.domain.language.pause import Digest, Leaving, Wait, WaitFor
from engine.domain.language.trigger import Trigger


class Reentry(Definition, frozen=True, kw_only=True):
    """How often one contact may start the scenario again; never twice at the same time."""

    once_per: Duration


Step = (
    Wait
    | WaitFor
    | Digest
    | Send
    | Branch
    | Split
    | Set
    | Tag
    | Enlist
    | Consenting
    | Points
    | Start
    | Stop
    | Switch
    | HandOff
    | Webhook
    | Exit
)


Waiting = Literal["pin", "migrate", "exit"]
Share = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(100|[0-9]{1,2}(\.[0-9]+)?)%$", description="a share of all contacts, like 10%"
    ),
]


class Scenario(Definition, frozen=True, kw_only=True):
    """``version`` is given at publication: it goes up by one when the definition changed.

    ``topic`` is what its marketing is about, one of ``consent.yaml``. ``key`` is a property of the
    trigger's event (``cart_id``): each of its values has a run of its own, which hears only of events
    that name the same one, and ``reentry`` counts for each apart. Without a ``trigger`` others start it:
    scenarios, operators, services. Whom ``if`` does not fit at that moment does not enter, whatever starts it.

    ``cap`` is how many contacts may enter in a period, all together, see
    ``engine.domain.language.entry_cap``: it holds for all versions.

    ``waiting`` is what becomes of runs of earlier versions, see ``engine.domain.rulebooks.succession``;
    ``moves`` maps a step that they stand on to the one of this version where they go on. ``rollout`` is
    the share of contacts who get this version, see ``engine.domain.runs.rollout``; the others get version
    ``former``, which is told at publication too, and is 0 when there was none.
    """

    scenario: Name
    title: str = ""
    topic: Name | None = None
    key: Path | None = None
    trigger: Trigger | None = None
    if_: Condition | None = msgspec.field(name="if", default=None)
    reentry: Literal["never", "always"] | Reentry = "always"
    cap: CapText | EntryCap | None = None
    goal: Moment | None = None
    exits: tuple[Leaving, ...] = ()
    steps: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1, max_length=200)]
    version: int = 0
    waiting: Waiting = "pin"
    moves: dict[Name, Name] = msgspec.field(default_factory=dict)
    rollout: Share = "100%"
    former: int = 0

    @property
    def share(self) -> float:
        """Percent of all contacts who get this version."""
        return float(self.rollout.removesuffix("%"))


GIVEN = ("version", "waiting", "moves", "rollout", "former", "cap")
"""What tells how contacts come to a version, and not what it is."""


def as_plain(scenario: Scenario) -> dict[str, Any]:
    """What a version is: compared to see whether it changed."""
    plain: dict[str, Any] = msgspec.to_builtins(scenario)
    return {name: value for name, value in plain.items() if name not in GIVEN}
