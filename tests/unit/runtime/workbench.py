"""One host's memory over a store in memory, and letters put to it one batch at a time."""

from collections.abc import Sequence
from typing import Any

from engine.clock import ManualClock
from engine.domain import message
from engine.domain.event import Event
from engine.domain.message import Message
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import slot_of_key
from engine.domain.rulebooks.rulebook import Rulebook
from engine.ports.host_store import LogRow
from engine.runtime.batches.batch import Batch
from engine.runtime.batches.letter import Letter
from engine.runtime.envelope import BY_KEY, Item, Word
from engine.runtime.intake.event_letter import EventLetter
from engine.runtime.slots import SlotTable
from engine.runtime.state.memory import Memory
from engine.store.memory import MemoryHostStore
from engine.store.memory_disk import MemoryDisk
from tests.unit.domain import builders as build


def placed(kind: str, host: int, hosts: int = 2, number: int = 0) -> str:
    """The ``number``-th key of this kind whose slot is carried by this host."""
    keys = (f"{kind}:{value}" for value in range(10_000))
    there = [key for key in keys if slot_of_key(key) % hosts == host]
    return there[number]


class Workbench:
    """``clock`` stands still; ``disk`` outlives it."""

    def __init__(
        self,
        *parts: Any,
        host: int = 0,
        hosts: int = 1,
        disk: MemoryDisk | None = None,
        budget: int = 1 << 20,
        rulebook: Rulebook | None = None,
    ) -> None:
        self.disk = disk or MemoryDisk()
        self.clock = ManualClock(build.NOON)
        table = SlotTable(hosts)
        self.store = MemoryHostStore(table.slots_of(host), self.disk)
        self.memory = Memory(host, table, self.store, self.clock, budget)
        self.opening = self.memory.open(f"host-{host}")
        self.memory.rulebook = rulebook or build.rulebook(*parts)

    def batch(self, credit: int = 0) -> Batch:
        return Batch(self.memory, credit)

    def take(self, *letters: Letter, credit: int = 0) -> list[Any]:
        """One batch, committed; the letters' answers."""
        batch = self.batch(credit)
        answers = [letter.take(batch) for letter in letters]
        batch.commit()
        return answers

    def push(self, *events: Event, contact: int = 0, route: int = BY_KEY) -> list[Word]:
        """One batch of events as a parcel brings them."""
        return self.take(*(letter_of(event, contact, route) for event in events))

    def apply(self, contact: int, *messages: Message) -> Batch:
        batch = self.batch()
        for one in messages:
            batch.apply(contact, one)
        batch.commit()
        return batch

    def contact(self, number: int) -> Contact:
        found = self.memory.resident(number)
        assert found is not None
        return found.contact

    def log(self) -> list[LogRow]:
        return self.store.log(0, 10_000)

    def consumed(self) -> list[Message]:
        return [message.decode(row.body) for row in self.log()]

    def restarted(self) -> "Workbench":
        """The process was killed, and another one has opened the same store."""
        self.store.close()
        again = Workbench(
            host=self.memory.host,
            hosts=self.memory.table.hosts,
            disk=self.disk,
            rulebook=self.memory.rulebook,
        )
        again.clock.at = self.clock.at
        return again


def letter_of(event: Event, contact: int = 0, route: int = BY_KEY) -> EventLetter:
    return EventLetter(Item(message.encode(event), contact, route))


def numbered(count: int, start: int = 0, **rest: Any) -> Sequence[Event]:
    """Events that differ in their message ids."""
    return [
        build.event("Ate", properties={"number": number}, message_id=f"m{number}", **rest)
        for number in range(start, start + count)
    ]
