"""A whole engine in one event loop: Coordinator, hosts and a Sender over memory that outlives them.

Its roads are as bad as roads get: calls take their time, overtake one another, and sometimes the
answer is lost after the work was done.
"""

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Coroutine, Sequence
from random import Random
from typing import Any, TypeVar

import msgspec

from engine.domain.event import Event
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions, decode, encode
from engine.domain.rulebooks.rulebook import Rulebook
from engine.errors import Busy
from engine.loading.published import problems_of
from engine.ports.engine import Verdict
from engine.ports.host_store import ContactRow, LogRow
from engine.ports.log_reader import LogReader
from engine.ports.sending import Delivery, Outcome
from engine.runtime.coordinator import NAME, SENDER, Coordinator
from engine.runtime.host import ContactHost
from engine.runtime.part import Calls, Part, PartLost
from engine.runtime.processes.census import wanted_parts
from engine.runtime.processes.in_process import InProcessRuntime
from engine.runtime.processes.supervisor import Supervisor
from engine.runtime.scanning.scans import LoopScans
from engine.runtime.slots import SlotTable, part_of
from engine.store.memory import MemoryHostStore
from engine.store.memory_control import MemoryControlStore
from engine.store.memory_disk import MemoryDisk
from tests.jumping_loop import LoopClock
from tests.unit.domain import builders as build

T = TypeVar("T")

_deliveries = msgspec.msgpack.Decoder(list[Delivery])


class Roads:
    """Calls between parts. ``slow`` (s): most ways take up to that, some none, and a few ten times it.

    ``lossy`` is how likely an answer gets lost. Calls of the methods in ``shut`` arrive nowhere.
    """

    def __init__(self, calls: Calls, dice: Random) -> None:
        self._calls = calls
        self._dice = dice
        self.slow = 0.0
        self.lossy = 0.0
        self.shut: Collection[str] = ()

    async def call(self, part: str, method: str, body: bytes) -> bytes:
        await self._way()
        if method in self.shut:
            raise PartLost(f"no way leads to {part}")
        answer = await self._calls.call(part, method, body)
        await self._way()
        if self._dice.random() < self.lossy:
            raise PartLost(f"the answer of {part} was lost")
        return answer

    async def _way(self) -> None:
        longest = self.slow * self._dice.choice((0, 1, 1, 1, 10))
        if longest:
            await asyncio.sleep(self._dice.uniform(0, longest))


class NoDoors:
    async def start(self) -> tuple[str, str]:
        return "", ""

    async def stop(self) -> None:
        """There are none."""


class Post:
    """What a Sender's spool remembers: outcomes by host and key, and how often each message left.

    ``ends`` are the outcomes that a message may have; each attempt is decided for itself. ``offered`` is
    when (ms) a message was handed over, each time.
    """

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.ends: Sequence[str] = ("sent",)
        self.left: Counter[str] = Counter()
        self.known: dict[tuple[str, str], Outcome] = {}
        self.waiting: dict[str, dict[str, Outcome]] = defaultdict(dict)
        self.told: set[tuple[str, str]] = set()
        self.offered: list[tuple[str, int]] = []

    def offer(self, host: str, key: str, attempts: int) -> None:
        known = self.known.get((host, key))
        if known is None or known.attempts < attempts:
            end: Any = self.dice.choice(self.ends)
            known = Outcome(key, end, retry_after=50, attempts=attempts)
            self.known[host, key] = known
            self.left[key] += end in ("sent", "unknown")
        self.waiting[host][key] = known
        self.told.discard((host, key))

    def tell(self, host: str) -> list[Outcome]:
        self.told.update((host, key) for key in self.waiting[host])
        return list(self.waiting[host].values())

    def acknowledge(self, host: str, keys: list[str]) -> None:
        """Only what was told can have been kept."""
        for key in keys:
            if (host, key) in self.told:
                self.waiting[host].pop(key, None)


class Postbox:
    """A Sender over a Post, which outlives it."""

    def __init__(self, post: Post, life: str, clock: LoopClock) -> None:
        self._post = post
        self._clock = clock
        self._life = life
        self._news = asyncio.Event()

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def call(self, method: str, body: bytes) -> bytes:
        match method:
            case "hello":
                return msgspec.msgpack.encode(1)
            case "offer":
                host, deliveries = msgspec.msgpack.decode(body, type=tuple[str, bytes])
                for delivery in _deliveries.decode(deliveries):
                    self._post.offered.append((delivery.send.key, self._clock.now()))
                    self._post.offer(host, delivery.send.key, delivery.attempts)
                self._news.set()
                return msgspec.msgpack.encode(10)
            case "outcomes":
                host, known, life = msgspec.msgpack.decode(body, type=tuple[str, list[str], str])
                outcomes = await self._outcomes(host, known, wait=life == self._life)
                return msgspec.msgpack.encode([self._life, 10, outcomes])
            case "forget":
                return msgspec.msgpack.encode([{} for _ in msgspec.msgpack.decode(body)])
        return msgspec.msgpack.encode({})

    async def _outcomes(self, host: str, known: list[str], *, wait: bool) -> list[Outcome]:
        self._post.acknowledge(host, known)
        if not self._post.waiting[host]:
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), 1.0 if wait else 0.001)
        return self._post.tell(host)


class SmallEngine:
    """``kill`` ends a part as kill -9 does; the supervisor starts it again.

    ``checked`` is asked about every document that is published.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        hosts: int,
        rules: Definitions,
        dice: Random,
        dedicated: int = 0,
    ) -> None:
        self.clock = LoopClock(loop)
        self.table = SlotTable(hosts, dedicated)
        self.dice = dice
        self.disks: defaultdict[int, MemoryDisk] = defaultdict(MemoryDisk)
        self.control = MemoryDisk()
        self.post = Post(self.dice)
        self.budget = 1 << 20
        self.checked: Callable[[Definitions], list[str]] = problems_of
        self.parts: dict[str, Part] = {}
        self._rules = encode(rules)
        self._loop = loop
        self._lives = 0
        self._told = 0
        self.runtime = InProcessRuntime(self._make)
        self.roads = Roads(self.runtime, self.dice)
        names = [SENDER, *(part_of(host) for host in range(hosts)), NAME]
        wanted = wanted_parts(self.runtime, NAME) if dedicated else None
        self._supervisor = Supervisor(self.runtime, names, clock=self.clock, wanted=wanted)
        self._running: asyncio.Task[None] | None = None

    def _make(self, name: str, spec: bytes, calls: Calls) -> Part:
        self._lives += 1
        part: Part
        if name == NAME:
            control = MemoryControlStore(self.control)
            part = Coordinator(
                self.table,
                control,
                self.clock,
                self.roads,
                10_000,
                self._rules,
                self.checked,
                lambda _: NoDoors(),
            )
        elif name == SENDER:
            part = Postbox(self.post, f"{self._lives}", self.clock)
        else:
            host = int(name.removeprefix("host-"))
            store = MemoryHostStore(self.table.slots_of(host), self.disks[host])
            scans = LoopScans(self.table, self._reader)
            part = ContactHost(
                host, self.table, store, self.clock, self.roads, self.budget, "relance.test", scans
            )
        self.parts[name] = part
        return part

    def _reader(self, host: int) -> LogReader:
        return MemoryHostStore(self.table.slots_of(host), self.disks[host])

    async def start(self) -> "SmallEngine":
        control = MemoryControlStore(self.control)
        control.open("init")
        control.set_setting("secret", b"secret")
        control.close()
        await self._supervisor.start()
        self._running = self._loop.create_task(self._supervisor.run())
        await self.up()
        return self

    async def stop(self) -> None:
        await self._supervisor.stop()
        if self._running is not None:
            await self._running

    async def kill(self, name: str) -> None:
        await self.runtime.kill(name)
        await asyncio.sleep(0.001)

    async def up(self) -> None:
        """Until every part runs and every host has the rulebook in force."""
        async with asyncio.timeout(60):
            while not await self._is_up():
                await asyncio.sleep(0.05)

    async def _is_up(self) -> bool:
        if not all(row["up"] for row in self._supervisor.status().values()):
            return False
        if not self.coordinator.census.complete:
            return False
        try:
            held = [
                msgspec.msgpack.decode(await self.runtime.call(part_of(host), "hello", b""))
                for host in self._numbers()
            ]
        except PartLost:
            return False
        return all(version == self.coordinator.rulebooks.version for version in held)

    @property
    def coordinator(self) -> Coordinator:
        part = self.parts[NAME]
        assert isinstance(part, Coordinator)
        return part

    @property
    def hosts(self) -> list[ContactHost]:
        parts = [self.parts.get(part_of(host)) for host in self._numbers()]
        return [part for part in parts if isinstance(part, ContactHost)]

    def _numbers(self) -> list[int]:
        return [*range(self.table.hosts), *self.coordinator.census.dedicated]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """For tests that are no coroutines themselves."""
        return self._loop.run_until_complete(work)

    def close(self) -> None:
        try:
            self.run(self.stop())
        finally:
            self._loop.close()

    def fingerprint(self, message_id: str) -> bytes:
        return self.coordinator.fingerprint("test", message_id)

    def event(self, name: str, *keys: str, ago: int = 0, **rest: Any) -> Event:
        """As a door makes it: a message id of its own (or the one given), and its fingerprint."""
        now = self.clock.now()
        self._told += 1
        message_id = rest.pop("message_id", f"told-{self._told}")
        told = build.event(name, now - ago, keys=keys, received=now, message_id=message_id, **rest)
        return msgspec.structs.replace(told, fingerprint=self.fingerprint(message_id))

    async def push(self, *events: Event) -> list[Verdict]:
        return await self.coordinator.push("test", events)

    def at_rest(self) -> bool:
        """Nothing is under way between contacts, every message has left, and no host has yet to begin."""
        memories = [host.memory for host in self.hosts]
        if not all(hasattr(memory, "rulebook") for memory in memories):
            return False
        due = [len(memory.outbox) - memory.outbox.dead for memory in memories]
        return (
            not any(due)
            and not any(memory.hops for memory in memories)
            and not any(host.mailbox.waiting or host.rebuild.needed() for host in self.hosts)
        )

    async def rest(self) -> None:
        """Until everything has come to rest; what does not is an error."""
        await self.up()
        async with asyncio.timeout(300):
            await asyncio.sleep(2)
            while not self.at_rest():
                await asyncio.sleep(0.5)

    async def fsck(self) -> list[str]:
        """The findings of the consistency check, asked over good roads."""
        slow, lossy, self.roads.slow, self.roads.lossy = self.roads.slow, self.roads.lossy, 0.0, 0.0
        report = await self._answer_of_fsck()
        self.roads.slow, self.roads.lossy = slow, lossy
        return list(report["findings"])

    async def _answer_of_fsck(self) -> dict[str, Any]:
        """Asked again, once at rest, when a host stops at it, as one does that lost what it had committed."""
        async with asyncio.timeout(600):
            while True:
                try:
                    return await self.coordinator.reports.fsck()
                except Busy:
                    await self.rest()

    # --- what the stores hold -------------------------------------------------------------------

    def log(self) -> list[LogRow]:
        """Of all hosts."""
        return [row for host in self.hosts for row in host.memory.store.log(0, 1 << 40)]

    def shelves(self) -> dict[int, bytes]:
        """What every contact has collected, as it is stored."""
        found: dict[int, bytes] = {}
        for host in self.hosts:
            found |= host.memory.store.shelves(self.states())
        return found

    def states(self) -> dict[int, bytes]:
        rows: list[ContactRow] = []
        for host in self.hosts:
            rows += host.memory.store.all_contacts(0, 1 << 40)
        lexicon = self.rulebooks()[self.coordinator.rulebooks.version].lexicon
        return {row.id: codec.encode(codec.decode(row.state, lexicon)) for row in rows}

    def contacts(self) -> dict[int, Contact]:
        return {number: codec.decode(state) for number, state in self.states().items()}

    def directory(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for host in self.hosts:
            found |= dict(host.memory.store.all_directory("", 1 << 40))
        return found

    def rulebooks(self) -> dict[int, Rulebook]:
        books = self.coordinator.control.rulebooks()
        return {version: Rulebook(version, decode(book)) for version, book in books.items()}
