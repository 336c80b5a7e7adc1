"""Everything that is held of a person, gathered from every part: what there is to hand over on request."""

from collections.abc import AsyncIterator
from typing import Any

from engine.runtime import envelope
from engine.runtime.rights.ground import Ground
from engine.runtime.rights.traces import Person, Traces, words_of
from engine.runtime.sending.send_post import SENDER

Part = dict[str, Any]
NOTES = (
    "The text of a message is kept in the local mailbox only (table mailbox).",
    "Of one that left by another route the log names template, time and outcome, not the text.",
    "Rows of class navigation and time that retention has deleted are not there any more.",
    "Rows of others that mention this person are theirs and not listed; an erasure masks them.",
)


async def parts_of(ground: Ground, person: Person) -> AsyncIterator[Part]:
    """``{"table", "rows"}``; long tables come in several parts."""
    yield {"table": "notes", "rows": [{"note": note} for note in NOTES]}
    for host in await ground.hosts():
        told = await _tell(ground, host, "held", envelope.encode(person))
        for name, rows in told.items():
            if rows:
                yield {"table": name, "rows": rows}
        for contact in told["contact"]:
            async for part in _log(ground, host, contact["last"]):
                yield part
    for name, rows in (await ground.ask_part(SENDER, "kept", envelope.encode(person))).items():
        yield {"table": name, "rows": rows}
    async for part in _refused(ground, person):
        yield part
    named = [one for one in ground.event_names.told() if tells(person, one["event"])]
    if named:
        yield {"table": "event_name", "rows": named}


async def _log(ground: Ground, host: int, last: list[int]) -> AsyncIterator[Part]:
    while last:
        rows, last = await _tell(ground, host, "lines", envelope.encode(last))
        yield {"table": "log", "rows": rows}


async def _refused(ground: Ground, person: Person) -> AsyncIterator[Part]:
    traces, after = Traces(person), 0
    while items := ground.control.rejected_after(after, 500):
        after = items[-1][0]
        rows = [
            {"at": item.at, "code": item.code, "body": item.body.decode("utf-8", "replace")}
            for _, item in items
            if mentions(item.body + item.reason.encode(), traces)
            or person.words & words_of(item.body)
        ]
        if rows:
            yield {"table": "rejected", "rows": rows}


def mentions(raw: bytes, traces: Traces) -> bool:
    return traces.readable.search(raw)


def tells(person: Person, name: str) -> bool:
    """Whether the name of an event is made of what the person is known by."""
    return name.lower() in person.words or mentions(name.encode(), Traces(person))


async def _tell(ground: Ground, host: int, step: str, body: bytes) -> Any:
    return await ground.ask(host, "erasure", envelope.encode((step, body)))
