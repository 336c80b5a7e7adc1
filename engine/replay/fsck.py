"""The consistency check of one store: everything in it is compared with everything else.

every waiting run has exactly one live timer or subscription
wake-up rows, states and (running) heaps agree
in = out + inside for every step of every scenario, and so many runs at it of each version
intended = sent + failed + unknown + queued
pointers reach every row, counters equal rows, keys and directory agree
on request: states and facts are what the fold of the log makes of it
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, Protocol

import msgspec

from engine.domain import fact, message
from engine.domain.effect import Adopt, Hop, Restore
from engine.domain.event import Event
from engine.domain.intake import company
from engine.domain.language.action import Webhook
from engine.domain.profile import codec, offer, presence
from engine.domain.profile.contact import Contact, Run
from engine.domain.profile.identity import Binding, slot_of_key
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.runs import quota
from engine.domain.runs.standing import AT, place_of
from engine.ports.host_store import (
    CLASSES,
    HopRow,
    HostStore,
    LogRow,
    OutboxRow,
    WakeUp,
)
from engine.replay.fold import Fold
from engine.replay.passages import Passages

_hops: msgspec.msgpack.Decoder[Hop] = msgspec.msgpack.Decoder(Hop)

COMPANY_CLASS = 0
"""The retention class of what companies and quotas are told."""
GONE = "gone/"
"""Counters of what left with rows that were erased, or that retention deleted."""
MOST = 100
"""Findings told in full; the rest is counted."""


class Table(Protocol):
    def host_of_slot(self, slot: int) -> int: ...


class Fsck:
    """``host`` is the index of the store that is checked; ``rulebook`` the one in force.

    With ``replay`` the log is folded anew; that is for a store at rest, written by this very program.
    """

    def __init__(
        self, table: Table, host: int, rulebook: Rulebook, replay: Fold | None = None
    ) -> None:
        self._table = table
        self._replay = replay
        self._host = host
        self._rulebook = rulebook
        self.findings: list[str] = []
        self.more = 0
        self.checked: Counter[str] = Counter()
        self.present: Counter[str] = Counter()
        self.counters: dict[str, int] = {}
        self.inside: Counter[str] = Counter()
        self.standing: Counter[str] = Counter()
        self.newest: dict[tuple[int, int], int] = {}
        self.last: dict[int, tuple[int, ...]] = {}
        self.wakes: dict[int, int] = {}
        self.keys: dict[str, int] = {}
        self.merged: dict[int, int] = {}
        self.directory: dict[str, tuple[Binding, ...]] = {}
        self.queued = 0
        self.hops = 0
        self.handoffs: dict[tuple[int, str], bytes] = {}
        self.passages = Passages()

    def note(self, finding: str) -> None:
        if len(self.findings) < MOST:
            self.findings.append(finding)
        else:
            self.more += 1

    def read(self, store: HostStore, slice_: int = 1_000) -> Iterator[int]:
        """Read the whole store; yields after each slice with the number of rows read so far."""
        yield from self._read_log(store, slice_)
        yield from self._read_companies(store, slice_)
        yield self._read_quotas(store)
        yield from self._read_contacts(store, slice_)
        yield from self._read_wakeups(store, slice_)
        yield self._read_handoffs(store)
        yield self.passages.read(store)
        yield from self._read_directory(store, slice_)

    # --- the log -------------------------------------------------------------------------------

    def _read_log(self, store: HostStore, slice_: int) -> Iterator[int]:
        after, read = 0, 0
        while rows := store.log(after, slice_):
            for row in rows:
                chain = (row.contact, row.klass)
                before = self.newest.get(chain, 0)
                if row.prev != before and before:
                    self.note(
                        f"log row {row.id} points to {row.prev}, the row before it is {before}"
                    )
                self.newest[chain] = row.id
                if isinstance(message.decode_row(row.body), Event):
                    self.checked["events"] += 1
                if self._replay is not None:
                    self._take_again(self._replay, row)
                fact.tally(self.counters, fact.decode(row.facts))
            after, read = rows[-1].id, read + len(rows)
            self.checked["log"] += len(rows)
            yield read

    def _take_again(self, fold: Fold, row: LogRow) -> None:
        outcome = fold.take(row)
        if outcome is not None and fact.encode(outcome.facts) != row.facts:
            self.note(f"log row {row.id} holds other facts than its replay")

    def _read_companies(self, store: HostStore, slice_: int) -> Iterator[int]:
        after = ""
        while rows := store.all_companies(after, slice_):
            for row in rows:
                last = [0] * CLASSES
                last[COMPANY_CLASS] = row.last
                self.last[row.id] = tuple(last)
                again = self._replay.companies.get(row.key) if self._replay else None
                if again is not None and company.encode(again) != row.state:
                    self.note(f"company {row.key} is in another state than the fold of its log")
            after = rows[-1].key
            self.checked["companies"] += len(rows)
            yield len(rows)

    def _read_quotas(self, store: HostStore) -> int:
        rows = store.all_quotas()
        for row in rows:
            last = [0] * CLASSES
            last[COMPANY_CLASS] = row.last
            self.last[row.id] = tuple(last)
            again = self._replay.quotas.get(row.scenario) if self._replay else None
            if again is not None and quota.encode(again) != row.state:
                self.note(f"quota {row.scenario} is in another state than the fold of its log")
        return len(rows)

    # --- the contacts --------------------------------------------------------------------------

    def _read_contacts(self, store: HostStore, slice_: int) -> Iterator[int]:
        after = 0
        while rows := store.all_contacts(after, slice_):
            asked = [row.id for row in rows] if self._replay is not None else []
            shelves = store.shelves(asked)
            for row in rows:
                contact = codec.decode(row.state, self._rulebook.lexicon)
                self.last[row.id] = row.last
                self.wakes[row.id] = row.wake
                self._check_contact(contact, row.wake)
                for name, one in contact.handoffs.items():
                    self.handoffs[contact.id, name] = offer.encode(one)
                if self._replay is not None:
                    self._compare_state(self._replay, contact, shelves.get(row.id, b""))
            after = rows[-1].id
            self.checked["contacts"] += len(rows)
            yield len(rows)
        for (contact_id, klass), newest in self.newest.items():
            held = self.last.get(contact_id, (0,) * CLASSES)[klass]
            if held != newest:
                self.note(
                    f"contact {contact_id} points to row {held} of class {klass}, not {newest}"
                )

    def _compare_state(self, fold: Fold, contact: Contact, shelf: bytes) -> None:
        if contact.id in fold.cut:
            self.checked["cut"] += 1
            return
        again = fold.contacts.get(contact.id)
        if again is None or codec.encode(again) != codec.encode(contact):
            self.note(f"contact {contact.id} is in another state than the fold of its log")
        elif (again.shelf or b"") != shelf:
            self.note(f"contact {contact.id} has collected something else than the fold of its log")
        self.checked["replayed"] += 1

    def _check_contact(self, contact: Contact, wake: int) -> None:
        self.passages.meet(contact)
        if counted := presence.counted_as(contact):
            self.present[counted] += 1
        for key in contact.keys:
            if not contact.merged_into:
                self.keys[key] = contact.id
        if contact.merged_into:
            self.merged[contact.id] = contact.merged_into
        due = contact.due
        if due and (wake == 0 or wake > due):
            self.note(f"contact {contact.id} is due at {due}, its wake-up row says {wake}")
        timers = [owner for owner in contact.timers if owner.startswith(("run:", "watch:"))]
        runs = {f"{kind}:{run.id}" for run in contact.runs for kind in ("run", "watch")}
        for owner in timers:
            if owner not in runs:
                self.note(f"contact {contact.id} has a timer of {owner}, which does not run")
        if len({run.id for run in contact.runs}) != len(contact.runs):
            self.note(f"contact {contact.id} has one run twice")
        for run in contact.runs:
            self._check_run(contact, run)

    def _check_run(self, contact: Contact, run: Run) -> None:
        self.inside[f"{run.scenario}/{run.step}"] += 1
        self.standing[place_of(run)] += 1
        self.checked["runs"] += 1
        rulebook, where = self._rulebook, f"{run.scenario}/{run.step}"
        if not rulebook.knows(run):
            told = f"{where} of version {run.version}, which the rulebook in force does not know"
            self.note(f"run {run.id} of contact {contact.id} stands at {told}")
            return
        plan = rulebook.plan_of(run)
        step = plan.steps[run.step]
        waits = run.scenario in rulebook.paused or run.step in plan.awaited
        waits = waits or (isinstance(step, Webhook) and step.wait is True)
        waits = waits or (bool(contact.pending) and run.step in plan.cases)
        if f"run:{run.id}" not in contact.timers and not waits:
            self.note(f"run {run.id} waits at {where} for nothing")

    def _read_handoffs(self, store: HostStore) -> int:
        """The list of hand-offs is what the states say."""
        listed = {(row.contact, row.handoff): row.body for row in store.handoffs(1 << 31)}
        for contact, name in listed.keys() | self.handoffs.keys():
            if listed.get((contact, name)) != self.handoffs.get((contact, name)):
                self.note(f"hand-off {name} of contact {contact} is listed as it is not")
        self.checked["handoffs"] = len(listed)
        return len(listed)

    def _read_wakeups(self, store: HostStore, slice_: int) -> Iterator[int]:
        after, found = WakeUp(-1, 0), {}
        while rows := store.wakeups(after, 1 << 62, slice_):
            for row in rows:
                if row.contact in found:
                    self.note(f"contact {row.contact} has two wake-up rows")
                found[row.contact] = row.due
            after = rows[-1]
            self.checked["wakeups"] += len(rows)
            yield len(rows)
        for contact, due in self.wakes.items():
            if found.pop(contact, 0) != due:
                self.note(f"contact {contact} believes in a wake-up row at {due}; there is none")
        for contact, due in found.items():
            self.note(f"a wake-up row at {due} belongs to contact {contact}, which does not exist")

    # --- the directory -------------------------------------------------------------------------

    def _read_directory(self, store: HostStore, slice_: int) -> Iterator[int]:
        after = ""
        while entries := store.all_directory(after, slice_):
            for key, bindings in entries:
                if self._table.host_of_slot(slot_of_key(key)) != self._host:
                    self.note(f"key {key} is in the directory of the wrong host")
                self.directory[key] = bindings
            after = entries[-1][0]
            self.checked["directory"] += len(entries)
            yield len(entries)

    # --- what only a running host or an opening knows ------------------------------------------

    def heaps(self, pending: tuple[WakeUp, set[WakeUp]]) -> None:
        """Every stored wake-up before the frontier is in the heap of a running host."""
        frontier, heap = pending
        for contact, due in self.wakes.items():
            wake = WakeUp(due, contact)
            if due and wake <= frontier and wake not in heap:
                self.note(f"the wake-up of contact {contact} at {due} is not in the heap")

    def unfinished(self, outbox: list[OutboxRow], hops: list[HopRow]) -> None:
        """Messages not finished yet: in the outbox, or on their way with a merge."""
        self.queued = len(outbox)
        for row in hops:
            hop = _hops.decode(row.body)
            self.queued += len(hop.sends) if isinstance(hop, Adopt) else 0
            self.queued += len(hop.half.sends) if isinstance(hop, Restore) else 0
        self.hops = len(hops)
        self.checked["outbox"] = len(outbox)
        self.checked["hops"] = len(hops)

    def found(self, counters: dict[str, int] | None) -> dict[str, Any]:
        """The report; without counters the totals were moving and are left out."""
        if counters is not None:
            self._compare(counters)
        return {
            "findings": self.findings,
            "more": self.more,
            "checked": dict(self.checked),
            "totals": counters is not None,
            "counters": self.counters,
            "keys": self.keys,
            "merged": {str(source): target for source, target in self.merged.items()},
            "directory": {
                key: [[b.since, b.contact] for b in bindings]
                for key, bindings in self.directory.items()
            },
            "queued": self.queued,
            "hops": self.hops,
        }

    def _compare(self, counters: dict[str, int]) -> None:
        for name, count in counters.items():
            if name.startswith(GONE) and name != f"{GONE}accepted":
                self.counters[name.removeprefix(GONE)] = count + self.counters.get(
                    name.removeprefix(GONE), 0
                )
        expected = self.counters | {
            "accepted": self.checked["events"] + counters.get(f"{GONE}accepted", 0),
            "contacts": self.checked["contacts"],
            presence.KNOWN: self.present[presence.KNOWN],
            presence.MERGED: self.present[presence.MERGED],
            "armed": self.checked["wakeups"],
        }
        for name, value in expected.items():
            if counters.get(name, 0) != value:
                self.note(f"counter {name} is {counters.get(name, 0)}, the rows say {value}")
        for finding in self.passages.findings(counters):
            self.note(finding)
        at = {name for name in counters if name.startswith(AT)}
        for place in sorted(at | self.standing.keys()):
            if counters.get(place, 0) != self.standing[place]:
                told = f"{counters.get(place, 0)} runs counted, {self.standing[place]} there"
                self.note(f"{place.removeprefix(AT)}: {told}")
        steps = {name[8:] for name in self.counters if name.startswith("step_in/")}
        for step in steps | set(self.inside):
            into = self.counters.get(f"step_in/{step}", 0)
            out = self.counters.get(f"step_out/{step}", 0)
            if into != out + self.inside[step]:
                self.note(f"{step}: {into} in, {out} out, {self.inside[step]} inside")


def across(reports: list[dict[str, Any]]) -> list[str]:
    """What holds only over all stores together: keys and directory, and the ledger of messages."""
    findings: list[str] = []
    counters: dict[str, int] = defaultdict(int)
    keys: dict[str, int] = {}
    directory: dict[str, list[list[int]]] = {}
    merged: dict[int, int] = {}
    queued = sum(report["queued"] for report in reports)
    for report in reports:
        for name, value in report["counters"].items():
            counters[name] += value
        for key, contact in report["keys"].items():
            if key in keys:
                findings.append(f"key {key} is held by contact {keys[key]} and by {contact}")
            keys[key] = contact
        directory |= report["directory"]
        merged |= {int(source): target for source, target in report["merged"].items()}
    if not any(report["hops"] for report in reports):
        findings += _keys_and_directory(keys, directory, merged)
    finished = sum(counters[name] for name in ("sent", "failed", "unknown"))
    if all(r["totals"] for r in reports) and counters["intended"] != finished + queued:
        findings.append(
            f"{counters['intended']} messages intended, {finished} finished, {queued} queued"
        )
    return findings


def _keys_and_directory(
    keys: dict[str, int], directory: dict[str, list[list[int]]], merged: dict[int, int]
) -> Iterator[str]:
    for key, bindings in directory.items():
        holder = bindings[-1][1]
        while holder in merged:
            holder = merged[holder]
        if keys.get(key) != holder:
            yield f"the directory gives {key} to contact {holder}, it is held by {keys.get(key)}"
    for key, contact in keys.items():
        if key not in directory:
            yield f"contact {contact} holds {key}, the directory does not know it"
