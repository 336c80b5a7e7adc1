"""What the disk says, read past the engine."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier
from pysqlite3 import dbapi2 as sqlite

from engine.bootstrap import host_store, store_of
from engine.domain import message
from engine.domain.event import Event
from engine.runtime.slots import SlotTable
from engine.settings import SQLITE

Rows = list[tuple[int, bytes]]


def opened(data: Path) -> set[str]:
    """The message ids in the stores of a stopped engine."""
    hosts = _hosts(data)
    table, found = SlotTable(len(hosts)), set()
    for host in hosts:
        store = host_store(data, store_of(data), host, table)
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
        self._after: Counter[int] = Counter()
        self.events: Counter[str] = Counter()
        self.rows = 0

    def read(self) -> Counter[str]:
        for host in _hosts(self._data):
            for number, body in _log(self._data, host, self._after[host]):
                self._after[host] = number
                self.rows += 1
                read = message.decode(body)
                if isinstance(read, Event):
                    self.events[read.message_id] += 1
        return self.events

    def doubled(self) -> list[str]:
        return [number for number, times in self.events.items() if times > 1]


def _hosts(data: Path) -> list[int]:
    if store_of(data) == SQLITE:
        return sorted(int(path.stem) for path in (data / "hosts").glob("*.db"))
    with psycopg.connect(store_of(data)) as db:
        made = db.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^host_[0-9]+$'")
        return sorted(int(name.removeprefix("host_")) for (name,) in made.fetchall())


def _log(data: Path, host: int, after: int) -> Iterator[tuple[int, bytes]]:
    if store_of(data) == SQLITE:
        path = data / "hosts" / f"{host}.db"
        file = sqlite.connect(f"{path.as_uri()}?mode=ro", uri=True)
        try:
            yield from file.execute("SELECT id, body FROM log WHERE id > ? ORDER BY id", (after,))
        finally:
            file.close()
        return
    asked = SQL("SELECT id, body FROM {}.log WHERE id > %s ORDER BY id")
    with psycopg.connect(store_of(data)) as db:
        yield from db.execute(asked.format(Identifier(f"host_{host}")), (after,))
