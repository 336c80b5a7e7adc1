"""What the demo ends with: the engine's own answers beside what the SMTP server received, and what is wrong."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.cli.demo.postbox import Mail
from engine.domain.profile.identity import key_of

if TYPE_CHECKING:
    from engine.rpc.client import Relance

Report = dict[str, Any]
HEADERS = ("From", "To", "Subject", "Date", "Message-ID")
MOVING = ("events", "contacts", "messages", "runs", "hops")
"""Parts of the status that stand still while nothing happens."""
LOOKS = 100
PAUSE = 0.1
ROWS = 200
TOLD = "abandoned_cart/reminder"
"""The step whose first mail is shown in full: it names what lies in the cart."""


async def answers(engine: "Relance", mails: Sequence[Mail]) -> Report:
    """Status, segments, scenarios, check and mails of one moment: asked again until nothing moved meanwhile.

    Time goes on, and with it what waits: what is asked a second later is of another day.
    """
    found: Report = {}
    for _ in range(LOOKS):
        before = await asyncio.to_thread(engine.status)
        found = {
            "status": before,
            "segments": await asyncio.to_thread(engine.segments),
            "scenarios": await asyncio.to_thread(engine.scenarios),
            "fsck": await asyncio.to_thread(engine.fsck),
            "mails": list(mails),
        }
        after = await asyncio.to_thread(engine.status)
        if found["fsck"]["totals"] and _at_rest(before) and _still(before, after):
            return found
        await asyncio.sleep(PAUSE)
    return found


def _at_rest(status: Report) -> bool:
    """No message is between the engine and the SMTP server."""
    sender = status["sender"]
    under_way = sender.get("in_hand", 0) + sender.get("unacknowledged", 0)
    return not (under_way or status["messages"]["queued"] or status["hops"])


def _still(before: Report, after: Report) -> bool:
    return all(before[part] == after[part] for part in MOVING)


def document(found: Report, sent: Counter[str], refused: dict[str, str], mails: Report) -> Report:
    """Everything in one; ``problems`` is empty when it adds up."""
    status = found["status"]
    rejected = [
        {"code": code, "reason": refused.get(code, ""), "count": count}
        for code, count in sorted(status["rejected"].items())
    ]
    made = {
        "events": {"sent": dict(sent), **status["events"], "reasons": rejected},
        "contacts": {
            "known": status["known"],
            "anonymous": status["contacts"] - status["known"],
            "merged": status["merged"],
        },
        "segments": found["segments"],
        "scenarios": found["scenarios"],
        "messages": status["messages"],
        "mails": mails,
        "fsck": found["fsck"],
    }
    return made | {"problems": problems(made)}


def problems(made: Report) -> list[str]:
    """In words; each makes the demo fail."""
    events, messages, received = made["events"], made["messages"], made["mails"]["received"]
    wrong = [f"fsck: {finding}" for finding in made["fsck"]["findings"]]
    judged = sum(events[name] for name in ("accepted", "duplicates", "rejected"))
    if judged != sum(events["sent"].values()):
        wrong.append(f"{sum(events['sent'].values())} events were sent, {judged} were judged")
    finished = sum(messages[name] for name in ("sent", "failed", "unknown", "queued"))
    if messages["intended"] != finished:
        wrong.append(f"{messages['intended']} messages were intended, {finished} are accounted for")
    if not messages["sent"] <= received <= messages["sent"] + messages["unknown"]:
        wrong.append(f"{messages['sent']} mails were sent, {received} arrived")
    if not received:
        wrong.append("no mail arrived")
    return wrong


async def received(engine: "Relance", mails: Sequence[Mail]) -> Report:
    """The mails by template: which one that was is in its contact's log, beside the server's reply."""
    sent: dict[str, Report] = {}
    for address in {mail.to for mail in mails}:
        found = await asyncio.to_thread(engine.contact, key_of("email", address), ROWS) or {}
        sent |= _receipts(found.get("timeline", []))
    by_template = Counter(sent.get(mail.reply, {}).get("template") or "?" for mail in mails)
    named = [mail for mail in mails if sent.get(mail.reply, {}).get("scenario") == TOLD] or mails
    return {
        "received": len(mails),
        "templates": dict(by_template.most_common()),
        "example": _plain(named[0]) if named else None,
    }


def _receipts(timeline: Sequence[Report]) -> dict[str, Report]:
    """The receipt of each message sent, by the provider's reply."""
    rows = [row["fields"] for row in timeline if row["message"] == "receipt"]
    return {row["code"]: row for row in rows if row["outcome"] == "sent"}


def _plain(mail: Mail) -> Report:
    headers = {name: str(mail.message[name]) for name in HEADERS}
    return {"headers": headers, "text": mail.text}
