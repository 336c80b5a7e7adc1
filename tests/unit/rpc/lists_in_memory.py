"""Lists, and starting a scenario for many, in memory."""

from typing import Any

from engine.ports.starts import StartAsked


class ListsInMemory:
    """Nobody has the key ``user_id:nobody``."""

    def __init__(self, acts: list[tuple[Any, ...]]) -> None:
        self._acts = acts

    async def sizes(self) -> list[dict[str, Any]]:
        return [{"list": "fair", "title": "", "joined": 2, "left": 1, "size": 1}]

    async def join(
        self, name: str, keys: list[str], by: str, *, create: bool = False
    ) -> dict[str, Any]:
        self._acts.append(("join", name, keys, by, create))
        return self._told(name, keys) | {"created": 0}

    async def quit(self, name: str, keys: list[str], by: str) -> dict[str, Any]:
        self._acts.append(("quit", name, keys, by))
        return self._told(name, keys)

    @staticmethod
    def _told(name: str, keys: list[str]) -> dict[str, Any]:
        unknown = [key for key in keys if key == "user_id:nobody"]
        return {"list": name, "taken": len(keys) - len(unknown), "unknown": unknown}


class StartsInMemory:
    """Two parts; whoever is asked for is let in."""

    def __init__(self, acts: list[tuple[Any, ...]]) -> None:
        self._acts = acts

    async def some(self, asked: StartAsked, after: str) -> dict[str, Any]:
        self._acts.append((asked.mode, asked.scenario, asked.list, asked.label, after))
        return {"counts": {"started": 2}, "next": "" if after else "0:7"}
