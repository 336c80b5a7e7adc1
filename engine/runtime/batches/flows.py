"""What a host counts of the lifecycle: who went from which stage to which, by the day."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from engine.domain.fact import Fact
from engine.domain.intake.lifecycle import CHANGED
from engine.ports.host_store import FlowRow

if TYPE_CHECKING:
    from engine.runtime.batches.batch import Batch
    from engine.runtime.state.memory import Memory

Flow = tuple[str, str, str]
"""The day, the stage before and the stage after; empty for none."""


def stage(batch: "Batch", facts: Iterable[Fact]) -> None:
    """The rows that these facts make higher."""
    for fact in facts:
        if fact.what == CHANGED:
            source, _, target = fact.subject.partition("/")
            flow = str(fact.detail), source, target
            known = batch.flows.get(flow) or batch.memory.flows.get(flow, 0)
            batch.flows[flow] = known + 1


def told(memory: "Memory") -> dict[str, Any]:
    return {"rows": [[*flow, count] for flow, count in memory.flows.items()]}


def rows(flows: dict[Flow, int]) -> list[FlowRow]:
    return [FlowRow(*flow, count) for flow, count in sorted(flows.items())]
