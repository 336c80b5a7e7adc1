"""What erasing takes: one person on request, then a crowd that a rule of retention lets go at once."""

import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from engine.bootstrap import init_data
from engine.clock import SystemClock
from engine.domain.intake.lapse import OWNER
from engine.domain.profile import codec
from engine.loading.definitions import load
from engine.ports.host_store import ContactRow, WakeUp, Write
from engine.runtime.slots import SlotTable
from engine.store.sqlite import SqliteHostStore
from tests.benchmarks import past
from tests.benchmarks.backfill import MEMORY, PATIENCE, Watch, milliseconds
from tests.benchmarks.running import Running, engine, settings_for

Report = dict[str, Any]


class Plan(NamedTuple):
    """Of ``contacts`` with ``rows`` of log, ``expired`` go; ``calm``: seconds of live events before."""

    hosts: int
    contacts: int
    rows: int
    expired: int
    calm: float


def measure(folder: Path, plan: Plan, runtime: str) -> Report:
    """Seconds, and what live events feel of it."""
    folder.mkdir()
    data, workspace = folder / "data", folder / "workspace"
    workspace.mkdir()
    settings = settings_for(MEMORY, hosts=plan.hosts)
    init_data(data, settings)
    past.written(data, plan.hosts, plan.contacts, plan.rows, load(workspace))
    report: Report = plan._asdict()
    with engine(workspace, data, settings, runtime) as running:
        report["one"] = _one(running, plan)
    gone = _grow_old(data, plan)
    with engine(workspace, data, settings, runtime) as running:
        report["expired"] = gone
        report["crowd"] = _crowd(running, plan, gone)
    return report


def _one(running: Running, plan: Plan) -> Report:
    """The last contact, by an operator."""
    watch = Watch(running, plan.contacts - 1)
    calm = watch.until(lambda: False, plan.calm)
    told: Report = {}

    def forget() -> None:
        told.update(running.client.privacy.forget(past.key_of(plan.contacts - 1)))

    asking = threading.Thread(target=forget)
    begun = time.monotonic()
    asking.start()
    meanwhile = watch.until(lambda: not asking.is_alive(), PATIENCE)
    asking.join()
    return {
        "seconds": time.monotonic() - begun,
        "live_ms": {"before": milliseconds(calm), "meanwhile": milliseconds(meanwhile)},
        "longest_ms": max(meanwhile) * 1_000,
        "erased": told["erased"],
    }


def _grow_old(data: Path, plan: Plan) -> int:
    """Contacts of every store, the first ones, did nothing for so long that they go at the start."""
    table, gone = SlotTable(plan.hosts), 0
    for host in range(plan.hosts):
        store = SqliteHostStore(data / "hosts" / f"{host}.db", table.slots_of(host))
        store.open("bench")
        write = Write(now=SystemClock().now())
        for row in store.all_contacts(0, plan.expired // plan.hosts):
            contact = codec.decode(row.state)
            contact = msgspec.structs.replace(contact, latest=1, timers={OWNER: 1})
            write.contacts.append(ContactRow(row.id, codec.encode(contact), row.last, 1))
            write.wakeups_gone.append(WakeUp(row.wake, row.id))
            write.wakeups.append(WakeUp(1, row.id))
        gone += len(write.contacts)
        store.commit(write)
        store.close()
    return gone


def _crowd(running: Running, plan: Plan, gone: int) -> Report:
    """From the engine's start until the last of them is in no file any more."""
    watch = Watch(running, plan.contacts)
    watch.live_from(plan.expired)
    begun = time.monotonic()

    def done() -> bool:
        erased = running.client.privacy.retention()["erased"]
        by_rule = [row for row in erased if row["by"] == "retention"]
        return len(by_rule) >= gone and all(row["done"] for row in by_rule)

    taken = watch.until(done, PATIENCE)
    seconds = time.monotonic() - begun
    return {
        "seconds": seconds,
        "persons_per_second": gone / seconds,
        "live_ms": milliseconds(taken),
        "longest_ms": max(taken) * 1_000,
        "peak_mb": watch.peaks,
    }
