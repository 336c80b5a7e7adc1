"""From a Segment-shaped item to an Event, or to a Refusal that says why. Shared by every door.

The rules are those of Segment's tracking specification, sections identify, track, page, screen,
group, alias and common fields; where clients differ from it, what they really send decides.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from itertools import count
from typing import Any, cast

from engine.domain.event import PUBLIC, SERVER, TOKEN, Event, Kind
from engine.domain.profile.identity import is_device
from engine.ports.engine import Authority, Refusal
from engine.rpc import relance_pb2 as pb
from engine.rpc.items import content, instant
from engine.rpc.items import item as items
from engine.rpc.items.addresses import keys_of, text_of
from engine.rpc.items.enrichment import Enrichment
from engine.rpc.items.item import Item
from engine.rpc.items.refusal import Refused
from engine.rpc.items.surroundings import Shared, is_live, surroundings, zone_of

LARGEST = 32 * 1024
"""Bytes of one item, with what its batch shares: Segment's limit."""
LONGEST_ID = 100
MOST = 2_500
"""Items of one request."""


class Intake:
    """Judges items one by one; never raises for what an item holds."""

    def __init__(self, engine: Authority, enrichment: Enrichment | None = None) -> None:
        self._engine = engine
        self._enrichment = enrichment
        self._unnamed = count()

    def json_items(
        self,
        raws: Iterable[bytes],
        shared: Shared,
        kind: str | None = None,
        read: Callable[[bytes], Item] = items.of_json,
    ) -> list[Event | Refusal]:
        """``kind`` is the type that a route implies; it wins over the item's own. ``read`` may refuse."""
        judged: list[Event | Refusal] = []
        for raw in raws:
            item = None
            try:
                _check_size(len(raw) + shared.size)
                item = read(raw)
                judged.append(self._event(item, kind or item.type, raw, shared))
            except Refused as no:
                judged.append(_refusal(no, raw, item, public=shared.public))
        return judged

    def proto_items(self, events: Iterable[pb.Event], shared: Shared) -> list[Event | Refusal]:
        judged: list[Event | Refusal] = []
        for event in events:
            item = items.of_proto(event)
            try:
                _check_size(event.ByteSize())
                judged.append(self._event(item, item.type, event, shared))
            except Refused as no:
                judged.append(_refusal(no, items.as_json(event), item, public=shared.public))
        return judged

    def _event(self, item: Item, kind: str | None, raw: bytes | pb.Event, shared: Shared) -> Event:
        said = content.of(item, kind)
        at, unreadable = instant.happened(
            item.original_timestamp or item.timestamp or shared.timestamp,
            item.sent_at or shared.sent_at,
            shared.received,
        )
        around = surroundings(item, shared, self._enrichment, unreadable=unreadable)
        traits = said.traits
        if kind == "identify" and not traits.value:
            traits = content.traits_of_context(around.given)
        country = self._engine.rulebooks.country()
        traits = content.with_country(traits, country)
        keys = keys_of(item, said.kind, around.given, traits.value, country)
        message_id = text_of(item.message_id, "messageId") or self._derived(raw, shared)
        if len(message_id) > LONGEST_ID:
            raise Refused("message_id_too_long", f"messageId: at most {LONGEST_ID} characters")
        trust, addressed = self._trust(keys, around.given, shared)
        return Event(
            keys,
            said.name,
            cast("Kind", said.kind),
            message_id,
            shared.source,
            self._engine.fingerprint(shared.source, message_id),
            at,
            shared.received,
            said.properties,
            traits.raw,
            around.raw,
            zone_of(around.given),
            trust,
            is_live(item, shared),
            addressed,
        )

    def _trust(
        self, keys: tuple[str, ...], context: dict[str, Any], shared: Shared
    ) -> tuple[int, int]:
        """How far the sender is believed, and the index of the key that routes."""
        if not shared.public:
            return SERVER, 0
        token = context.get("userToken")
        kind, _, user = keys[0].partition(":")
        token = token if kind == "user_id" and isinstance(token, str) else ""
        if token and self._engine.user_token_fits(user, token):
            return TOKEN, 0
        device = next((index for index, key in enumerate(keys) if is_device(key)), None)
        if device is None:
            raise Refused(
                "anonymous_id_required",
                "with a public key an item needs anonymousId, or a context.userToken that fits userId",
            )
        return PUBLIC, device

    def _derived(self, raw: bytes | pb.Event, shared: Shared) -> str:
        """An id for an item that came without: its content, its time and its number."""
        content = raw if isinstance(raw, bytes) else raw.SerializeToString(deterministic=True)
        salt = f"{shared.source}/{shared.received}/{next(self._unnamed)}/".encode()
        return f"relance-{sha256(salt + content).hexdigest()[:32]}"


def _check_size(size: int) -> None:
    if size > LARGEST:
        raise Refused("event_too_large", f"{size} bytes: an event has at most {LARGEST}")


def _refusal(no: Refused, raw: bytes, item: Item | None, *, public: bool) -> Refusal:
    """Keeps the item as it came, as far as an item may be long."""
    given = item.message_id if item else None
    message_id = "" if given is None else str(given)[:LONGEST_ID]
    return Refusal(no.code, no.reason, bytes(raw[:LARGEST]), message_id, public)
