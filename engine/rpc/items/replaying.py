"""What was refused goes through intake again: after a definition was mended, some of it can be taken."""

from collections import Counter
from typing import Any

from engine.domain.event import Event
from engine.domain.profile.attribute import MISFIT
from engine.ports.control_store import RejectedItem
from engine.ports.engine import Engine
from engine.rpc.items.intake import Intake
from engine.rpc.items.surroundings import Shared


async def replay(engine: Engine, intake: Intake, code: str) -> dict[str, Any]:
    """Every item kept under this code, each as whoever sent it. What is taken now leaves the list."""
    told: Counter[str] = Counter(accepted=0, duplicate=0, rejected=0)
    after = 0
    while rows := engine.refusals.page(after, code):
        after = rows[-1][0]
        for number, row in rows:
            outcome = await _again(engine, intake, row)
            told[outcome] += 1
            if outcome != "rejected":
                engine.refusals.drop([number])
    return dict(told)


async def _again(engine: Engine, intake: Intake, row: RejectedItem) -> str:
    """A value that still does not fit counts as refused: its item was taken, so each try is an item anew."""
    received = engine.now() if row.code == MISFIT else row.at
    shared = Shared(row.source, received, public=bool(row.public))
    [item] = intake.json_items([row.body], shared)
    if not isinstance(item, Event):
        return "rejected"
    [said] = await engine.push(row.source, [item], again=True)
    return "rejected" if said.code else said.outcome
