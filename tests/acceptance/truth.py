"""What the disk says, read past the engine."""

from collections import Counter
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from engine.domain import message
from engine.domain.event import Event
from engine.runtime.slots import SlotTable
from engine.store.sqlite import SqliteHostStore


def opened(data: Path) -> set[str]:
    """The message ids in the stores of a stopped engine."""
    hosts = sorted((data / "hosts").glob("*.db"))
    table, found = SlotTable(len(hosts)), set()
    for path in hosts:
        store = SqliteHostStore(path, table.slots_of(int(path.stem)))
        store.open("truth")
        after = 0
        while rows := store.log(after, 1_000):
            after = rows[-1].id
            read = (message.decode(row.body) for row in rows)
            found |= {event.message_id for event in read if isinstance(event, Event)}
        store.close()
    return found


class Log:
    """The events in the logs of all hosts by message id; reads on where it stopped."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._after: dict[Path, int] = {}
        self.events: Counter[str] = Counter()
        self.rows = 0

    def read(self) -> Counter[str]:
        for path in sorted((self._data / "hosts").glob("*.db")):
            self._read(path)
        return self.events

    def doubled(self) -> list[str]:
        return [number for number, times in self.events.items() if times > 1]

    def _read(self, path: Path) -> None:
        store = sqlite.connect(f"{path.as_uri()}?mode=ro", uri=True)
        try:
            found = store.execute(
                "SELECT id, body FROM log WHERE id > ? ORDER BY id", (self._after.get(path, 0),)
            )
            for number, body in found:
                self._after[path] = number
                self.rows += 1
                read = message.decode(body)
                if isinstance(read, Event):
                    self.events[read.message_id] += 1
        finally:
            store.close()
