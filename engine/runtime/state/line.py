"""The order of webhooks: what one contact tells one endpoint arrives in the order it happened.

A later one waits in the outbox, off the heap, until those before it are settled or given up.
"""

from typing import TYPE_CHECKING

from engine.domain.language.endpoint import line_of
from engine.ports.host_store import OutboxRow
from engine.runtime.state.outbox import send_of

if TYPE_CHECKING:
    from engine.runtime.batches.batch import Batch


def waits(batch: "Batch", key: str, contact: int) -> bool:
    """Whether another webhook of this contact has to arrive before this one."""
    endpoint, _ = line_of(key)
    if not endpoint:
        return False
    others = [row for row in _line(batch, contact, endpoint) if row.key != key]
    mine = batch.outbox_row(key)
    return bool(others) and (mine is None or min([*others, mine], key=_place).key != key)


def move_up(batch: "Batch", row: OutboxRow) -> None:
    """``row`` is settled or given up: the next one behind it is due now, if it was its turn."""
    endpoint, _ = line_of(row.key)
    if not endpoint:
        return
    behind = [one for one in _line(batch, row.contact, endpoint) if one.key != row.key]
    if not behind:
        return
    first = min(behind, key=_place)
    if first.state == "queued" and first.due <= batch.now:
        batch.outbox[first.key] = first._replace(due=batch.now)


def _line(batch: "Batch", contact: int, endpoint: str) -> list[OutboxRow]:
    keys = batch.memory.outbox.of(contact) | {key for key, row in batch.outbox.items() if row}
    rows = (batch.outbox_row(key) for key in keys if line_of(key)[0] == endpoint)
    return [row for row in rows if row and row.contact == contact and row.state != "dead"]


def _place(row: OutboxRow) -> tuple[int, int]:
    return send_of(row).at, line_of(row.key)[1]
