"""Dead letters: webhooks that nobody took. They stay in the outbox until an operator asks for them again."""

from typing import Any

import msgspec

from engine.domain.effect import Send
from engine.domain.language.endpoint import line_of
from engine.domain.message import Receipt
from engine.ports.host_store import OutboxRow
from engine.runtime import envelope
from engine.runtime.batches.batch import Batch
from engine.runtime.state import line
from engine.runtime.state.memory import Memory
from engine.runtime.state.outbox import send_of

replace = msgspec.structs.replace
SHOWN = 1_000


def give_up(batch: Batch, row: OutboxRow, send: Send, receipt: Receipt) -> None:
    """Count it, keep it with the reason, and let those behind it go on."""
    batch.apply(row.contact, replace(receipt, outcome="dead"))
    body = envelope.encode(replace(send, trouble=receipt.reason))
    dead = row._replace(state="dead", attempts=row.attempts + 1, body=body)
    batch.outbox[row.key] = dead
    line.move_up(batch, dead)


class ReplayLetter:
    """Try dead letters again: one by its key, or all of an endpoint, or all. Answers how many."""

    keys: tuple[str, ...] = ()
    contacts: tuple[int, ...] = ()

    def __init__(self, which: str) -> None:
        self.which = which

    def take(self, batch: Batch) -> int:
        found = [row for row in batch.memory.outbox.rows() if row.state == "dead"]
        chosen = [row for row in found if self.which in ("", row.key, line_of(row.key)[0])]
        for row in chosen:
            send = replace(send_of(row), at=batch.now, trouble="")
            body = envelope.encode(send)
            batch.outbox[row.key] = row._replace(state="queued", due=batch.now, body=body)
        return len(chosen)

    def body(self) -> bytes:
        return self.which.encode()

    def quarantined(self) -> int:
        return 0


def letters(memory: Memory, limit: int = SHOWN) -> list[dict[str, Any]]:
    """Those of this host, with what they say and why they were given up."""
    found: list[dict[str, Any]] = []
    for row in memory.outbox.rows():
        if row.state == "dead" and len(found) < limit:
            send = send_of(row)
            found.append(
                {
                    "key": row.key,
                    "webhook": line_of(row.key)[0],
                    "contact": row.contact,
                    "type": send.variables.get("type", ""),
                    "at": send.variables.get("timestamp", ""),
                    "attempts": row.attempts,
                    "reason": send.trouble,
                }
            )
    return found
