"""What holds for every item that anyone could send."""

import json
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain import message
from engine.domain.event import Event
from engine.domain.profile.identity import rank_of
from engine.ports.engine import Refusal
from engine.rpc import relance_pb2 as pb
from engine.rpc.items.intake import Intake
from engine.rpc.items.surroundings import Shared
from tests.unit.rpc.engine_in_memory import EngineInMemory

NOW = 1_800_000_000_000
intake = Intake(EngineInMemory(NOW))

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["42", "", "null", "2026-01-01T00:00:00Z", "Europe/Paris", "a@b.fr"])
)
documents = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = [
    *("messageId", "event", "userId", "anonymousId", "previousId", "groupId", "name"),
    *("timestamp", "originalTimestamp", "sentAt", "properties", "traits", "context"),
    *("integrations", "externalIds", "category"),
]
kinds = st.sampled_from(["track", "identify", "page", "screen", "group", "alias"])
near_items = st.builds(
    lambda item, kind: {"type": kind, "event": "X", "userId": "1"} | item,
    st.dictionaries(st.sampled_from(FIELDS), documents, max_size=5),
    kinds,
)


def check(judged: Event | Refusal) -> None:
    """Every reader after intake can use it, or its sender is told why not."""
    if isinstance(judged, Refusal):
        assert judged.code
        assert judged.reason
        judged.reason.encode()
        return
    assert message.decode(message.encode(judged)) == judged
    assert list(judged.keys) == sorted(judged.keys, key=rank_of)
    assert 0 <= judged.at <= judged.received
    assert 0 < len(judged.message_id) <= 100
    for raw in (judged.properties, judged.traits, judged.context):
        value: Any = msgspec.json.decode(raw) if raw else {}
        assert isinstance(value, dict)
        msgspec.msgpack.encode(value)
        assert b"\\u0000" not in json.dumps(value).encode()


@settings(max_examples=400, deadline=None)
@given(documents | near_items, st.booleans())
def test_any_json_becomes_an_event_or_a_refusal_with_a_reason(item: Any, public: bool) -> None:
    raw = json.dumps(item).encode()

    (judged,) = intake.json_items([raw], Shared("site", NOW, public, "192.0.2.1"))

    check(judged)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_become_a_refusal(raw: bytes) -> None:
    (judged,) = intake.json_items(
        [b'{"type":"track","event":"X","userId":' + raw], Shared("s", NOW)
    )

    check(judged)


@settings(max_examples=200, deadline=None)
@given(near_items, st.binary(max_size=20))
def test_any_grpc_item_becomes_an_event_or_a_refusal(item: dict[str, Any], junk: bytes) -> None:
    text = str(item.get("userId", "1")).encode("utf-8", "replace").decode()
    parts = {n: json.dumps(item.get(n)).encode() for n in ("properties", "traits", "integrations")}
    wire = pb.Event(type=item["type"], event="X", user_id=text, context=junk, **parts)

    (judged,) = intake.proto_items([wire], Shared("site", NOW))

    check(judged)
