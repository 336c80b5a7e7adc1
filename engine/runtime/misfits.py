"""Values that their attribute's type refuses: of an accepted item they are not lost without a trace."""

from collections.abc import Sequence

from engine.domain.attribute import MISFIT
from engine.domain.event import Event
from engine.ports.control_store import ControlStore, RejectedItem
from engine.ports.engine import Refusal, Verdict


def keep_misfits(
    control: ControlStore,
    now: int,
    source: str,
    items: Sequence[Event | Refusal],
    verdicts: Sequence[Verdict],
) -> None:
    """As rejected rows, with the traits that they came in."""
    rows = [
        RejectedItem(now, source, said.code, said.reason, item.traits)
        for item, said in zip(items, verdicts, strict=True)
        if said.code == MISFIT and isinstance(item, Event)
    ]
    if rows:
        control.reject(rows)
