"""What a host tells of itself: figures, one contact, its part of the consistency check."""

import asyncio
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from engine.domain import fact, message
from engine.domain.profile import offer
from engine.domain.profile.attribute import undeclared
from engine.domain.profile.contact import Contact
from engine.domain.profile.reserved import RESERVED, read
from engine.domain.profile.shelf import unpacked
from engine.domain.surveys.why import memberships, why
from engine.errors import BadRequest, Unknown
from engine.ports.host_store import LogRow
from engine.replay.fsck import Fsck
from engine.replay.timeline import timeline
from engine.runtime.answers import consent_report, life
from engine.runtime.batches import companies, flows, quotas
from engine.runtime.scanning import scorecard
from engine.runtime.sending import dead
from engine.runtime.state.residents import Resident

if TYPE_CHECKING:
    from engine.runtime.host import ContactHost

T = TypeVar("T")


async def answer(host: "ContactHost", method: str, body: bytes) -> Any:
    """Raises BadRequest for a call that there is not."""
    if method == "fsck":
        return await fsck(host)
    if method == "scorecard":
        return await scorecard.told(host, msgspec.msgpack.decode(body, type=int))
    told = _TOLD.get(method)
    if told is None:
        text = f"a host has no call {method!r}"
        raise BadRequest(text)
    return told(host, body)


def status(host: "ContactHost") -> dict[str, Any]:
    memory, now = host.memory, host.memory.clock.now()
    sending, held = memory.outbox.sending, memory.outbox.held
    return {
        "counters": memory.counters,
        "rulebook": memory.rulebook.version,
        "log": memory.next_log - 1,
        "outbox": {
            "queued": len(memory.outbox) - sending - held - memory.outbox.dead,
            "held": held,
            "dead": memory.outbox.dead,
            "sending": sending,
        },
        "hops": len(memory.hops),
        "rebuild": host.rebuild.report(),
        "mailbox": host.mailbox.waiting,
        "residents": {
            "contacts": len(memory.residents),
            "bytes": memory.residents.bytes,
            "activated": memory.residents.activated,
        },
        "timers": {
            "overdue": memory.wakeups.overdue(now),
            "lateness": host.timers.lateness,
            "held": host.timers.held,
        },
    }


def resolve(host: "ContactHost", key: str) -> int:
    """The contact that holds a key now, 0 for none."""
    bindings = host.memory.store.directory([key]).get(key, ())
    return bindings[-1].contact if bindings else 0


def contact(host: "ContactHost", number: int, rows: int) -> dict[str, Any] | None:
    """State and timeline; ``merged_into`` tells where to ask on."""
    resident = host.memory.resident(number)
    if resident is None:
        return None
    newest = itertools.islice(timeline(host.memory.store.log_row, resident.last), rows)
    unknown = undeclared(resident.contact.attributes, host.memory.rulebook.attributes)
    return (
        state_of(resident)
        | {"scores": scores_of(host, resident.contact)}
        | grade_of(host, resident.contact)
        | consent_report.told(host.memory, resident.contact)
        | figures_of(host, resident.contact)
        | memberships_of(host, resident.contact)
        | kept_of(host, resident.contact)
        | {
            "undeclared": unknown,
            "timeline": [line_of(row) for row in newest],
        }
    )


def membership(host: "ContactHost", number: int, segment: str) -> dict[str, Any] | None:
    """Why the contact is in the segment or not. Raises Unknown when there is no such segment."""
    memory = host.memory
    if segment not in memory.rulebook.segments:
        known = ", ".join(sorted(memory.rulebook.segments)) or "none"
        text = f"no segment is called {segment!r}; there are {known}"
        raise Unknown(text)
    resident = memory.resident(number)
    if resident is None:
        return None
    return why(resident.contact, segment, memory.rulebook, memory.clock.now())


def scores_of(host: "ContactHost", held: Contact) -> dict[str, list[float]]:
    """What each is worth now, with that instant; those that never had a point are left out."""
    now, gauges = host.memory.clock.now(), host.memory.rulebook.gauges
    standings = {name: gauge.standing(held) for name, gauge in gauges.items()}
    return {n: [gauges[n].read(one, now), now] for n, one in standings.items() if one is not None}


def grade_of(host: "ContactHost", held: Contact) -> dict[str, str]:
    """Where the contact stands in the matrix now, if there is one."""
    grades = host.memory.rulebook.grades
    return {"grade": grades.of(held, host.memory.clock.now())} if grades else {}


def figures_of(host: "ContactHost", held: Contact) -> dict[str, Any]:
    """The declared aggregates as they are now; ``approximate`` names those that are not exact."""
    now, readings = host.memory.clock.now(), host.memory.rulebook.readings
    return {
        "aggregates": {name: reading.value(held, now) for name, reading in readings.items()},
        "approximate": [name for name, reading in readings.items() if reading.approximate(held)],
    }


def memberships_of(host: "ContactHost", held: Contact) -> dict[str, Any]:
    """Where it stands, and how long it stays there if nothing happens."""
    told = memberships(held, host.memory.rulebook, host.memory.clock.now())
    return {"memberships": told, "stage": {"stage": held.stage, "since": held.staged}}


def kept_of(host: "ContactHost", held: Contact) -> dict[str, Any]:
    """What the engine keeps itself: collections with their items, visits, touches, device and place."""
    shelf = unpacked(host.memory.store.shelves([held.id]).get(held.id, b""))
    collections = {
        name: {**msgspec.structs.asdict(summary), "items": shelf.get(name, [])}
        for name, summary in held.collections.items()
    }
    return {"collections": collections, **{name: read(held, name) for name in RESERVED}}


def state_of(resident: Resident) -> dict[str, Any]:
    held = resident.contact
    return {
        "id": held.id,
        "keys": held.keys,
        "known": held.known,
        "merged_into": held.merged_into,
        "merged": held.pasts,
        "attributes": held.attributes,
        "zone": held.zone,
        "companies": held.companies,
        "company": held.company,
        "segments": held.segments,
        "lists": held.lists,
        "scores": {name: [value, at] for name, (value, at) in held.scores.items()},
        "upheld": held.upheld,
        "capped": held.capped,
        "wears": held.wears,
        "runs": [
            {
                "id": run.id,
                "scenario": run.scenario,
                "version": run.version,
                "step": run.step,
                "since": run.since,
                "due": held.timers.get(f"run:{run.id}", 0),
            }
            for run in held.runs
        ],
        "tickets": [
            {
                "id": one.id,
                "scenario": one.scenario,
                "asked": one.asked,
                "since": one.since,
                "until": one.until,
            }
            for one in held.tickets
        ],
        "timers": held.timers,
        "claims": [claim.key for claim in held.claims],
        "handoffs": [offer.plain(one) for one in held.handoffs.values()],
        "first": held.first,
        "latest": held.latest,
        "trouble": held.trouble,
        "pending": sorted(held.pending),
    }


HIDDEN = ("fingerprint", "hashed", "state")
"""Fields of messages that tell a reader nothing."""


def line_of(row: LogRow) -> dict[str, Any]:
    """One log row for a reader: what was consumed, what it caused, under which rulebook."""
    consumed = message.decode_row(row.body)
    plain = msgspec.to_builtins(consumed, builtin_types=(bytes,))
    names = consumed.__struct_fields__
    fields = dict(zip(names, plain[1:], strict=True))
    return {
        "row": row.id,
        "at": row.now,
        "rulebook": row.rulebook,
        "message": plain[0],
        "fields": {k: _readable(v) for k, v in fields.items() if k not in HIDDEN},
        "facts": [[f.what, f.subject, f.at, _readable(f.detail)] for f in fact.decode(row.facts)],
    }


def _readable(value: Any) -> Any:
    """Bytes that hold JSON as that JSON, other bytes as their length."""
    if isinstance(value, bytes):
        try:
            return msgspec.json.decode(value) if value else None
        except msgspec.DecodeError:
            return f"<{len(value)} bytes>"
    if isinstance(value, list):
        return [_readable(one) for one in value]
    return value


SLICE = 500


async def fsck(host: "ContactHost") -> dict[str, Any]:
    """Check while running, in slices between batches. Totals hold only if nothing moved meanwhile."""
    memory = host.memory
    for _ in range(3):
        before = memory.next_log
        check = Fsck(memory.table, memory.host, memory.rulebook)
        for _ in check.read(memory.store, SLICE):
            await asyncio.sleep(0)
        if memory.next_log == before:
            check.heaps(memory.wakeups.pending())
            check.unfinished(memory.outbox.rows(), list(memory.hops.values()))
            return check.found(memory.counters)
    return check.found(None)


def _of(body: bytes, kind: type[T]) -> T:
    return msgspec.msgpack.decode(body, type=kind)


_TOLD: dict[str, Callable[["ContactHost", bytes], Any]] = {
    "status": lambda host, _: status(host),
    "standings": lambda host, _: host.standings.told(),
    "flows": lambda host, _: flows.told(host.memory),
    "resolve": lambda host, body: resolve(host, body.decode()),
    "contact": lambda host, body: contact(host, *_of(body, tuple[int, int])),
    "membership": lambda host, body: membership(host, *_of(body, tuple[int, str])),
    "life": lambda host, body: life.page(host, _of(body, life.Asked)),
    "dead": lambda host, _: dead.letters(host.memory),
    "company": lambda host, body: companies.report(host.memory, body.decode()),
    "companies": lambda host, body: companies.reports(host.memory, _of(body, int)),
    "quotas": lambda host, _: quotas.reports(host.memory),
    "confirm_clock": lambda host, _: host.timers.confirm(),
}
