"""People who open their mail, told to the engine as a mail provider tells it: by the message's key."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from engine.cli.demo.postbox import Mail
from engine.domain.profile.identity import key_of

if TYPE_CHECKING:
    from engine.rpc.client import Relance

READ = "first_order"
"""The template that is read: `offer_reminder` waits for that."""
ROWS = 50


async def open_offers(operator: "Relance", server: "Relance", mails: Iterable[Mail]) -> list[str]:
    """Those who allow that it is recorded open the offer that they got; their names."""
    opened: dict[str, str] = {}
    for address in sorted({mail.to for mail in mails}):
        found = await asyncio.to_thread(operator.contact, key_of("email", address), ROWS)
        if found and found["attributes"].get("consent_tracking"):
            name = str(found["attributes"].get("first_name"))
            opened |= dict.fromkeys(_offers(found["timeline"]), name)
    told = [{"message": key, "outcome": "opened"} for key in opened]
    await asyncio.to_thread(server.receipts, told)
    return list(opened.values())


def _offers(timeline: Iterable[dict[str, Any]]) -> list[str]:
    """The keys of the offers that were sent to a contact."""
    rows = [row["fields"] for row in timeline if row["message"] == "receipt"]
    return [row["key"] for row in rows if (row["outcome"], row["template"]) == ("sent", READ)]
