"""Starting a scenario for many, in memory."""

from typing import Any

from engine.ports.starts import StartAsked


class StartsInMemory:
    """Two parts; whoever is asked for is let in."""

    def __init__(self, acts: list[tuple[Any, ...]]) -> None:
        self._acts = acts

    async def some(self, asked: StartAsked, after: str) -> dict[str, Any]:
        self._acts.append((asked.mode, asked.scenario, asked.list, asked.label, after))
        return {"counts": {"started": 2}, "next": "" if after else "0:7"}
