"""Many contacts written straight into the store: timers, memory, and the start on such a store."""

import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from engine.bootstrap import init_data
from engine.clock import SystemClock
from engine.domain import message
from engine.domain.message import TimerFired
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact, Run
from engine.domain.profile.identity import Binding, contact_id, slot_of_key
from engine.domain.profile.presence import KNOWN
from engine.ports.host_store import ContactRow, WakeUp, Write
from engine.runtime.slots import SlotTable
from engine.store.sqlite import SqliteHostStore
from tests.benchmarks.children import Load
from tests.benchmarks.effort import spent
from tests.benchmarks.latency import quantile
from tests.benchmarks.running import engine, settings_for
from tests.benchmarks.workload import Workload

SCENARIO, STEP = "checkout_left", "hour"
"""Where every contact waits. None of them agreed to email, so that a timer costs no message."""
AT_ONCE = 20_000
LATER = 7_200_000
"""Ms until the timers that are not measured."""
PAGE = 10_000
TAIL = 1.5
"""Seconds after the last due timer."""


class Plan(NamedTuple):
    """``contacts`` wait in one store; the last ``due`` of them fire, one each ``every`` ms.

    ``head_start``: seconds for an engine to be ready before the first is due.
    """

    contacts: int
    due: int
    every: int = 1
    head_start: float = 30.0


class Stored:
    """``models`` are contacts whose states all others copy."""

    def __init__(self, data: Path, models: list[Contact], plan: Plan) -> None:
        self.data = data
        self.plan = plan
        self.first_due = 0
        self.seconds = 0.0
        self._models = models
        self._store = SqliteHostStore(data / "hosts" / "0.db", SlotTable(1).slots_of(0))

    def write(self) -> None:
        """The earliest timers last, so that they lie the head start ahead."""
        init_data(self.data, settings_for(0))
        begun = time.monotonic()
        plan, now = self.plan, SystemClock().now()
        self._store.open("bench")
        calm = plan.contacts - plan.due
        self._write(range(1, calm + 1), lambda number: now + LATER + number)
        self.first_due = SystemClock().now() + int(plan.head_start * 1_000)
        self._write(range(calm + 1, plan.contacts + 1), self.due_of)
        self._store.close()
        self.seconds = time.monotonic() - begun

    def due_of(self, number: int) -> int:
        calm = self.plan.contacts - self.plan.due
        return self.first_due + (number - calm - 1) * self.plan.every

    def _write(self, numbers: range, due_of: Callable[[int], int]) -> None:
        models = cycle(self._models)
        for start in range(0, len(numbers), AT_ONCE):
            some = numbers[start : start + AT_ONCE]
            write = Write(now=SystemClock().now(), counters=_counters(some[-1]))
            for number, model in zip(some, models, strict=False):
                _add(write, number, model, due_of(number))
            self._store.commit(write)

    def bytes(self) -> int:
        return sum(path.stat().st_size for path in (self.data / "hosts").iterdir())

    def fired(self) -> Iterator[tuple[int, int]]:
        """(due, committed at) of every timer that the log has; the engine is stopped."""
        self._store.open("bench")
        after = 0
        try:
            while rows := self._store.log(after, PAGE):
                for row in rows:
                    number = row.contact >> 16
                    if isinstance(message.decode(row.body), TimerFired):
                        yield self.due_of(number), row.now
                after = rows[-1].id
        finally:
            self._store.close()


def _counters(upto: int) -> dict[str, int]:
    step = f"step_in/{SCENARIO}/{STEP}"
    there = f"at/{SCENARIO}/1/{STEP}"
    entered = ("run_entered", f"run_entered/{SCENARIO}")
    names = ("contacts", "armed", KNOWN, *entered, "step_in", step, there)
    return dict.fromkeys(names, upto)


def _add(write: Write, number: int, model: Contact, due: int) -> None:
    keys = [f"anonymous_id:a{number}", f"email:c{number}@example.com"]
    contact = contact_id(number, slot_of_key(keys[0]))
    run = Run(f"{contact}.1", SCENARIO, 1, STEP, model.first, model.first, 1)
    made = msgspec.structs.replace(
        model,
        id=contact,
        keys=keys,
        attributes={**model.attributes, "email": keys[1][6:], "consent_email": False},
        runs=[run],
        entered=1,
        entries={SCENARIO: model.first},
        timers={**model.timers, f"run:{run.id}": due},
    )
    for owner in [o for o in made.timers if o.startswith("run:") and o != f"run:{run.id}"]:
        del made.timers[owner]
    write.contacts.append(ContactRow(contact, codec.encode(made), (0, 0, 0, 0), made.due))
    write.directory += [(key, (Binding(model.first, contact),)) for key in keys]
    write.wakeups.append(WakeUp(made.due, contact))


def timers(stored: Stored, workspace: Path, runtime: str) -> dict[str, Any]:
    """Start on the store, let the due timers fire, stop, and read from the log when each did."""
    plan = stored.plan
    seconds = plan.due * plan.every / 1_000
    with engine(workspace, stored.data, settings_for(2**28), runtime) as running:
        ahead = stored.first_due - SystemClock().now()
        time.sleep(max(0, ahead) / 1_000)
        before = running.efforts()
        time.sleep(seconds + TAIL)
        processes = spent(before, running.efforts(), seconds + TAIL, plan.due)
        start = running.seconds
    late = [float(at - due) for due, at in stored.fired()]
    return {
        "armed": plan.contacts,
        "due_per_second": 1_000 / plan.every,
        "seconds": seconds,
        "fired": len(late),
        "lateness_ms": {"p50": quantile(late, 0.5), "p99": quantile(late, 0.99), "max": max(late)},
        "ready_before_first_s": ahead / 1_000,
        "start_s": start,
        "processes": processes,
    }


def memory(
    stored: Stored, workload: Workload, workspace: Path, runtime: str, residents: int
) -> dict[str, Any]:
    """Bytes by the operating system's count: of the files, and of the host before and after."""
    idle = stored.bytes() / stored.plan.contacts
    with engine(workspace, stored.data, settings_for(2**34), runtime) as running:
        before = running.resident_bytes("host-0")
        Load(running, stored.plan.contacts, 1, residents).go()
        grown = running.resident_bytes("host-0") - before
        believed = running.settled()["hosts"][0]["residents"]
        start = running.seconds
    return {
        "contacts_stored": stored.plan.contacts,
        "idle_contact_bytes": idle,
        "resident_contacts": believed["contacts"],
        "resident_contact_bytes": grown / believed["contacts"],
        "resident_contact_bytes_budgeted": believed["bytes"] / believed["contacts"],
        "start_s": start,
    }
