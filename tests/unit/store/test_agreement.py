"""The law that the store on disk and the one in memory are the same, for any sequence of commits."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from engine.domain.profile.identity import Binding, contact_id
from engine.ports.host_store import (
    ContactRow,
    HopRow,
    LogRow,
    Opening,
    OutboxRow,
    SuppressionRow,
    WakeUp,
    Write,
)
from engine.store.host import SqlHostStore
from engine.store.memory import MemoryHostStore
from engine.store.memory_disk import MemoryDisk
from engine.store.postgres import PostgresHostStore
from engine.store.sqlite import SqliteHostStore
from engine.store.sqlite_database import SqliteDatabase
from tests.postgres_server import PostgresServer

small = st.integers(1, 6)
blobs = st.binary(max_size=40)
contacts = small.map(lambda n: contact_id(n, 3))
keys = st.sampled_from(["user_id:1", "email:a@b.example", "anonymous_id:x", "x:\x00"])
wakeups = st.lists(st.builds(WakeUp, small, contacts), max_size=4)
bindings = st.lists(st.builds(Binding, small, contacts), min_size=1, max_size=3).map(tuple)


def lists(*parts: st.SearchStrategy[Any], of: type) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.builds(of, *parts), max_size=4)


class Agreement(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.disk = MemoryDisk()
        self.numbers = 0
        self.open()

    def open(self) -> tuple[Opening, Opening]:
        self.durable = self.durable_store()
        self.memory = MemoryHostStore(disk=self.disk)
        openings = self.durable.open("host-0"), self.memory.open("host-0")
        if isinstance(self.durable._db, SqliteDatabase):
            self.durable._db.run("PRAGMA synchronous = OFF")  # the law is not about power cuts
        return openings

    def durable_store(self) -> SqlHostStore:
        return SqliteHostStore(Path(self.folder.name) / "host.db")

    def both(self, act: str, *arguments: Any) -> Any:
        one, other = (getattr(store, act)(*arguments) for store in (self.durable, self.memory))
        assert one == other
        return one

    @rule(
        now=small,
        log=st.lists(st.tuples(contacts, st.integers(0, 3), blobs), max_size=4),
        rows=lists(contacts, blobs, st.tuples(small, small, small, small), small, of=ContactRow),
        directory=st.lists(st.tuples(keys, bindings), max_size=3),
        gone=wakeups,
        due=wakeups,
    )
    def contacts_move(
        self, now: int, log: Any, rows: Any, directory: Any, gone: Any, due: Any
    ) -> None:
        taken = [
            LogRow(self.numbers + n, contact, klass, 0, now, 1, body, body[::-1])
            for n, (contact, klass, body) in enumerate(log, 1)
        ]
        self.numbers += len(log)
        write = Write(now, taken, rows, directory, gone, due)
        self.both("commit", write)

    @rule(
        gone=st.lists(keys, max_size=2),
        outbox=lists(keys, contacts, st.just("queued"), small, small, blobs, of=OutboxRow),
        answered=st.lists(st.integers(1, 30), max_size=4),
        hops=st.lists(st.tuples(contacts, contacts, small, blobs), max_size=2),
        bans=lists(st.binary(min_size=1, max_size=1), keys, keys, small, of=SuppressionRow),
        replies=st.lists(st.tuples(keys, st.integers(0, 30), blobs), max_size=4),
        counters=st.none() | st.dictionaries(keys, small),
    )
    def work_goes_on(self, gone: Any, outbox: Any, answered: Any, hops: Any, **rest: Any) -> None:
        write = Write(outbox_gone=gone, outbox=outbox, hops_gone=answered)
        write.hops = [HopRow(self.numbers + n, *hop) for n, hop in enumerate(hops, 1)]
        self.numbers += len(hops)
        write.suppressions, write.replies = rest["bans"], rest["replies"]
        write.counters = rest["counters"]
        self.both("commit", write)

    @rule(klass=st.integers(0, 3), below=st.integers(0, 40), limit=st.integers(1, 3))
    def retention(self, klass: int, below: int, limit: int) -> None:
        self.both("forget_log", klass, below, limit)

    @rule()
    def restart(self) -> None:
        self.durable.close()
        self.memory.close()
        one, other = self.open()
        assert one == other

    @invariant()
    def they_read_the_same(self) -> None:
        everyone = [contact_id(n, 3) for n in range(1, 7)]
        self.both("contacts", everyone)
        self.both("directory", ["user_id:1", "email:a@b.example", "anonymous_id:x", "x:\x00"])
        self.both("wakeups", WakeUp(2, contact_id(2, 3)), 6, 5)
        for act, first in (("log", 0), ("all_contacts", 0), ("all_directory", "")):
            self.both(act, first, 100)

    def teardown(self) -> None:
        self.durable.close()
        self.memory.close()
        self.folder.cleanup()


FEW = settings(
    max_examples=25,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestAgreement = Agreement.TestCase
TestAgreement.settings = FEW


class PostgresAgreement(Agreement):
    def __init__(self, server: PostgresServer) -> None:
        server.clear()
        self.server = server
        super().__init__()

    def durable_store(self) -> SqlHostStore:
        return PostgresHostStore(self.server.url, 0)


def test_postgresql_and_memory_answer_the_same(postgres_server: PostgresServer) -> None:
    run_state_machine_as_test(lambda: PostgresAgreement(postgres_server), settings=FEW)
