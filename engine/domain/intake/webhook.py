"""Telling endpoints what happens to a contact. A webhook is a message: it leaves through the outbox."""

from typing import Any

import msgspec

from engine.domain.effect import Send
from engine.domain.intake.turn import Happened, Turn
from engine.domain.language.endpoint import Endpoint, channel_of, key_of
from engine.domain.path import value_at
from engine.domain.profile.calendar import written
from engine.domain.profile.offer import plain
from engine.domain.profile.reserved import read
from engine.domain.rulebooks.moment_plan import CHANGES

KIND = "handoff"
STEP = "webhook"
"""Stands in the key where a scenario's has its step, of what no scenario sends."""
_TYPES = {
    "event": "event",
    "enters": "segment.entered",
    "leaves": "segment.left",
    "joins": "list.joined",
    "quits": "list.quit",
    CHANGES: "attribute.changed",
    "stage": "stage.reached",
}


def hear(turn: Turn, moment: Happened) -> None:
    """Tell the endpoints that asked for this moment; what is old or imported is told to nobody."""
    if not moment.live:
        return
    told: set[str] = set()
    for endpoint, plan in turn.rulebook.hooks.get((moment.kind, moment.name), ()):
        if endpoint.webhook not in told and turn.fits(plan, moment):
            told.add(endpoint.webhook)
            run = f"{turn.contact.id}.{turn.contact.entered + 1}"
            kind, data = _told(turn, moment)
            tell(turn, endpoint, run, STEP, 1, kind, data)


def tell(
    turn: Turn,
    endpoint: Endpoint,
    run: str,
    step: str,
    visits: int,
    kind: str,
    data: dict[str, Any],
    *,
    scenario: str = "",
) -> str:
    """Queue a webhook of this type; the message's key, which its receipts will have.

    ``data`` is told beside the contact and the attributes that the endpoint asks for.
    """
    contact = turn.contact
    contact.entered += 1
    key = key_of(run, step, visits, endpoint.webhook, contact.entered)
    channel = channel_of(endpoint.webhook)
    turn.note("intended", channel, key)
    told = {"contact": contact.id, "keys": list(contact.keys), **data}
    if endpoint.attributes:
        told["attributes"] = {path: _value(turn, path) for path in endpoint.attributes}
    turn.effects.append(
        Send(
            key=key,
            contact=contact.id,
            scenario=scenario or step,
            channel=channel,
            template="",
            address="",
            marketing=False,
            variables={"type": kind, "timestamp": written(turn.at), "data": told},
            at=turn.now,
        )
    )
    return key


def _told(turn: Turn, moment: Happened) -> tuple[str, dict[str, Any]]:
    """The type and the data of a moment."""
    name, _, became = moment.name.partition("/") if moment.kind == KIND else (moment.name, "", "")
    data: dict[str, Any] = {"name": name}
    if became and name in turn.contact.handoffs:
        data["handoff"] = plain(turn.contact.handoffs[name])
    if moment.event is not None:
        data["properties"] = turn.properties_of(moment.event)
        data["at"] = written(moment.event.at)
    elif moment.kind == CHANGES:
        data["properties"] = msgspec.json.decode(moment.properties)
    return _TYPES.get(moment.kind, f"{moment.kind}.{became}"), data


def _value(turn: Turn, path: str) -> Any:
    name, *rest = path.split(".")
    return value_at(read(turn.contact, name), rest)
