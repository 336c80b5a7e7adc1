"""Who scores highest when the three days are over, and the hand-off of the first of them to sales."""

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.rpc.client import Relance

Report = dict[str, Any]
SCORE, HANDOFF, REASON = "engagement", "hot_lead", "asked for a call"
SHOWN = 3


async def hottest(engine: "Relance") -> Report:
    """``top``: names with their points; ``handoff``: who is offered to whom, and until when (ms)."""
    scores = await asyncio.to_thread(engine.scores)
    top = next(one["top"] for one in scores if one["score"] == SCORE)[:SHOWN]
    names = [await asyncio.to_thread(_name, engine, str(who["contact"])) for who in top]
    found: Report = {
        "score": SCORE,
        "top": [
            {"name": name, "value": round(who["value"], 1)}
            for name, who in zip(names, top, strict=True)
        ],
    }
    if top:
        best = str(top[0]["contact"])
        raised = await asyncio.to_thread(engine.raise_handoff, best, HANDOFF, REASON)
        told = {name: raised[name] for name in ("owner", "reason", "deadline")}
        found["handoff"] = {"name": names[0], **told}
    return found


def _name(engine: "Relance", contact: str) -> str:
    found = engine.contact(contact, 0) or {}
    attributes = found.get("attributes", {})
    name = f"{attributes.get('first_name', '')} {attributes.get('last_name', '')}".strip()
    return name or "somebody"
