"""What surrounds an item: its context, its integrations, and what its whole batch shares."""

from functools import cache
from typing import Any, NamedTuple
from zoneinfo import available_timezones

import msgspec

from engine.domain.profile.reserved import ENRICHED
from engine.rpc.items.enrichment import Enrichment
from engine.rpc.items.item import Item, part
from engine.rpc.items.payload import read

OURS = "Relance"
"""The name of this destination in ``integrations``; case counts."""

OURS_ALONE = frozenset({"userToken", ENRICHED})
"""Parts of a context that are not stored as they were sent."""

_encode = msgspec.json.Encoder().encode


class Shared(msgspec.Struct, frozen=True):
    """What all items of one request have in common. ``size`` is the bytes of what they inherit.

    ``ip`` is the address of the connection; it becomes the contact's where the sender is a device
    (``public``) or asks for it (``context.direct``), since a server's own address says nothing. So does
    ``agent``, what the connection called itself.
    """

    source: str
    received: int
    public: bool = False
    ip: str = ""
    context: dict[str, Any] = {}
    integrations: dict[str, Any] = {}
    timestamp: Any = None
    sent_at: Any = None
    size: int = 0
    agent: str = ""


class Surroundings(NamedTuple):
    """``given`` is the context as it was sent, ``raw`` what is stored of it."""

    raw: bytes
    given: dict[str, Any]


def surroundings(
    item: Item, shared: Shared, enrichment: Enrichment | None, *, unreadable: bool
) -> Surroundings:
    """The item's context over its batch's, with what the doors add. Raises Refused.

    A user token is a credential, so it is not stored; an unreadable instant is, as ``clock``.
    """
    raw = part(item.context)
    own = read(raw, "context") if raw else {}
    given = shared.context | own
    added: dict[str, Any] = {}
    near = shared.public or given.get("direct") is True
    if shared.ip and near and not given.get("ip"):
        added["ip"] = shared.ip
    if unreadable:
        refused = item.original_timestamp or item.timestamp or shared.timestamp
        added["clock"] = {"unreadable": repr(refused)[:100]}
    if enrichment is not None and (given or added):
        added |= enrichment.of(given | added, shared.agent if near else "")
    if not added and not shared.context and not OURS_ALONE & own.keys():
        return Surroundings(raw, given)
    stored = {name: value for name, value in given.items() if name not in OURS_ALONE} | added
    return Surroundings(_encode(stored), given)


def is_live(item: Item, shared: Shared) -> bool:
    """Whether automations may react: ``All: false`` says no, unless it names us."""
    raw = part(item.integrations)
    if raw in (b"", b"{}") and not shared.integrations:
        return True
    given = shared.integrations | (read(raw, "integrations") if raw else {})
    return given.get("All") is not False or bool(given.get(OURS))


def zone_of(context: dict[str, Any]) -> str:
    """The device's IANA zone, empty when it names none that exists."""
    zone = context.get("timezone")
    return zone if isinstance(zone, str) and zone in _zones() else ""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
