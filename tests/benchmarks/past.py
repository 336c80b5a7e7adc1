"""A past written straight into the stores, as an engine under a rulebook that asks nothing leaves it.

The contacts of a host act in turns, evenly over ``SPAN``; a process writes each host's store. What is
written is compared with what the fold of the log makes of it, for some contacts of each store.
"""

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine.clock import SystemClock
from engine.domain import fact, message
from engine.domain.duration import DAY
from engine.domain.event import Event
from engine.domain.fact import Fact
from engine.domain.intake.lapse import OWNER, PEOPLE
from engine.domain.profile import codec
from engine.domain.profile.contact import SEEN, Contact
from engine.domain.profile.dedupe import with_seen
from engine.domain.profile.identity import Binding, contact_id, slot_of_key
from engine.domain.profile.presence import KNOWN
from engine.domain.rulebooks.definitions import Definitions, decode, encode
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.since import dated
from engine.ports.host_store import ContactRow, LogRow, WakeUp, Write
from engine.replay.fold import Fold
from engine.replay.timeline import timeline
from engine.runtime.batches.retention import DEED
from engine.runtime.slots import SlotTable
from engine.store.sqlite import SqliteHostStore

SPAN = 60 * DAY
AT_ONCE = 20_000
SAMPLE = 50
"""Contacts of a store that are lived anew."""
NAMES = ("Page Read", "Page Read", "Page Read", "Pricing Seen", "Paper Loaded", "Video Watched")
PROPERTIES = [
    msgspec.json.encode({"path": f"/products/{number}", "seconds": number % 200})
    for number in range(997)
]


class Past(NamedTuple):
    """``rows`` of the logs of ``contacts``, in ``hosts`` stores under ``data``; ``ends`` at an instant (ms)."""

    data: Path
    hosts: int
    contacts: int
    rows: int
    ends: int
    definitions: bytes


def written(data: Path, hosts: int, contacts: int, rows: int, definitions: Definitions) -> float:
    """Seconds that it took. Raises RuntimeError when the fold of the log makes other states."""
    begun = time.monotonic()
    past = Past(data, hosts, contacts, rows, SystemClock().now(), encode(definitions))
    with ProcessPoolExecutor(hosts, get_context("spawn")) as pool:
        list(pool.map(_write, itertools.repeat(past), range(hosts)))
    return time.monotonic() - begun


def key_of(number: int) -> str:
    return f"user_id:{number}"


def _write(past: Past, host: int) -> None:
    table = SlotTable(past.hosts)
    store = SqliteHostStore(past.data / "hosts" / f"{host}.db", table.slots_of(host))
    store.open("bench")
    mine = [n for n in range(past.contacts) if slot_of_key(key_of(n)) in table.slots_of(host)]
    told = _Told(past, [key_of(number) for number in mine])
    rows = told.rows()
    while some := list(itertools.islice(rows, AT_ONCE)):
        store.commit(Write(now=some[-1].now, log=some))
    for write in told.standing():
        store.commit(write)
    _compare(store, past)
    store.close()


class _Told:
    """What one host's contacts did, row by row, and what became of them."""

    def __init__(self, past: Past, keys: list[str]) -> None:
        self._keys = keys
        self._ids = [contact_id(n, slot_of_key(key)) for n, key in enumerate(keys, 1)]
        self._count = max(len(keys), past.rows * len(keys) // past.contacts)
        self._begun, self._gap = past.ends - SPAN, SPAN / self._count
        rules = decode(past.definitions).retention
        self._shortest = min(period for rule in PEOPLE if (period := getattr(rules, rule)))

    def _at(self, row: int) -> int:
        return self._begun + int(row * self._gap)

    def rows(self) -> Iterator[LogRow]:
        crowd = len(self._keys)
        for number in range(1, self._count + 1):
            which = (number - 1) % crowd
            first = number <= crowd
            facts = fact.encode(_bound(self._keys[which], self._at(number))) if first else b""
            before = 0 if first else number - crowd
            body = message.encode(_event(number, self._keys[which], self._at(number)))
            yield LogRow(number, self._ids[which], DEED, before, self._at(number), 1, body, facts)

    def standing(self) -> Iterator[Write]:
        for start in range(0, len(self._keys), AT_ONCE):
            write = Write(now=self._at(self._count), rebuilt=1, counters=self._counters())
            for which in range(start, min(start + AT_ONCE, len(self._keys))):
                self._add(write, which)
            yield write

    def _add(self, write: Write, which: int) -> None:
        crowd, contact, key = len(self._keys), self._ids[which], self._keys[which]
        numbers = range(which + 1, self._count + 1, crowd)
        first, latest = self._at(numbers[0]), self._at(numbers[-1])
        seen = b""
        for number in numbers[-SEEN:]:
            seen = with_seen(seen, _fingerprint(number), self._at(number), SEEN)
        due = first + self._shortest
        held = Contact(
            contact,
            keys=[key],
            timers={OWNER: due},
            seen=seen,
            first=first,
            latest=latest,
            rulebook=1,
        )
        last = (0, numbers[-1], 0, 0)
        write.contacts.append(ContactRow(contact, codec.encode(held), last, due))
        write.wakeups.append(WakeUp(due, contact))
        write.directory.append((key, (Binding(first, contact),)))

    def _counters(self) -> dict[str, int]:
        crowd = len(self._keys)
        counters = {"accepted": self._count, "stored": self._count}
        counters |= dict.fromkeys(("contacts", "armed", KNOWN), crowd)
        tallied: dict[str, int] = {}
        fact.tally(tallied, _bound(self._keys[0], 0))
        return counters | {name: crowd * count for name, count in tallied.items()}


def _bound(key: str, at: int) -> list[Fact]:
    kind = key.partition(":")[0]
    return [Fact("bound", kind, at, key), Fact("identified", kind, at)]


def _fingerprint(number: int) -> bytes:
    return number.to_bytes(6, "big")


def _event(number: int, key: str, at: int) -> Event:
    return Event(
        (key,),
        NAMES[number * 31 % 997 % len(NAMES)],
        "track",
        f"message-{number}",
        "bench",
        _fingerprint(number),
        at,
        at,
        PROPERTIES[number % 997],
    )


def _compare(store: SqliteHostStore, past: Past) -> None:
    """Some contacts' rows, folded by the step itself."""
    rulebook = Rulebook(1, dated(None, decode(past.definitions), 1))
    for row in store.all_contacts(0, SAMPLE):
        fold = Fold({1: rulebook})
        for one in reversed(list(timeline(store.log_row, row.last))):
            outcome = fold.take(one)
            if outcome is None or fact.encode(outcome.facts) != one.facts:
                raise RuntimeError(f"log row {one.id} holds other facts than its replay")
        if codec.encode(fold.contacts[row.id]) != row.state:
            raise RuntimeError(f"contact {row.id} is in another state than the fold of its log")
