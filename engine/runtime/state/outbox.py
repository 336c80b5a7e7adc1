"""The outbox in memory: messages decided and not yet finished, by key, by contact, by next attempt."""

import heapq

import msgspec

from engine.domain.effect import Send
from engine.ports.host_store import OutboxRow

RESTING = ("sending", "dead")
"""States in which a message is not due."""
_sends: msgspec.msgpack.Decoder[Send] = msgspec.msgpack.Decoder(Send)


def send_of(row: OutboxRow) -> Send:
    return _sends.decode(row.body)


def moving(row: OutboxRow) -> Send:
    """As it goes along with its contact: a Sender that has tried it knows by how often what is news."""
    return msgspec.structs.replace(send_of(row), attempts=row.attempts)


class Outbox:
    """Rows as the store has them. ``ready`` gives the keys of waiting rows in the order they are due.

    ``sending``, ``held`` and ``dead`` are how many rows are in that state.
    """

    def __init__(self, rows: list[OutboxRow]) -> None:
        self.sending = 0
        self.held = 0
        self.dead = 0
        self._rows: dict[str, OutboxRow] = {}
        self._contacts: dict[int, set[str]] = {}
        self._queue: list[tuple[int, str]] = []
        for row in rows:
            self.put(row.key, row)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def get(self, key: str) -> OutboxRow | None:
        return self._rows.get(key)

    def of(self, contact: int) -> set[str]:
        return self._contacts.get(contact, set()).copy()

    def rows(self) -> list[OutboxRow]:
        return list(self._rows.values())

    def put(self, key: str, row: OutboxRow | None) -> None:
        """Replace a row; None removes it."""
        before = self._rows.pop(key, None)
        if before is not None:
            self.sending -= before.state == "sending"
            self.held -= before.state == "held"
            self.dead -= before.state == "dead"
            keys = self._contacts[before.contact]
            keys.discard(key)
            if not keys:
                del self._contacts[before.contact]
        if row is not None:
            self._rows[key] = row
            self.sending += row.state == "sending"
            self.held += row.state == "held"
            self.dead += row.state == "dead"
            self._contacts.setdefault(row.contact, set()).add(key)
            if row.state not in RESTING:
                heapq.heappush(self._queue, (row.due, key))

    def ready(self, now: int, limit: int) -> list[str]:
        """Take the keys of at most ``limit`` queued rows whose attempt is due."""
        taken: list[str] = []
        while self._queue and self._queue[0][0] <= now and len(taken) < limit:
            due, key = heapq.heappop(self._queue)
            row = self._rows.get(key)
            waits = row is not None and row.state not in RESTING and row.due == due
            if waits and key not in taken:
                taken.append(key)
        return taken

    def put_back(self, keys: list[str]) -> None:
        """Keys that were taken from ``ready`` and could not be handed over."""
        for key in keys:
            row = self._rows.get(key)
            if row is not None and row.state not in RESTING:
                heapq.heappush(self._queue, (row.due, key))

    def next_due(self) -> int:
        """The earliest attempt (ms), 0 when nothing is queued."""
        return self._queue[0][0] if self._queue else 0
