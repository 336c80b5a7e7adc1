"""Rows of an import as events, and the reasons for which some are none."""

import pytest

from engine.domain.event import SERVER, Event
from engine.ports.engine import Refusal
from engine.rpc import relance_pb2 as pb
from engine.rpc.items.import_rows import judged
from tests.unit.rpc.engine_in_memory import EngineInMemory

ENGINE = EngineInMemory()


def one(**row: object) -> Event | Refusal:
    (found,) = judged(ENGINE, [pb.ImportRow(line=7, **row)], 3, "shop")  # type: ignore[arg-type]
    return found


def test_a_row_is_believed_and_never_live() -> None:
    found = one(keys=["email:Ada@X.fr", "user_id:1"], type="identify", traits=b'{"a":1}')
    assert isinstance(found, Event)
    assert (found.keys, found.name) == (("user_id:1", "email:ada@x.fr"), "Identified")
    assert (found.trust, found.live, found.at) == (SERVER, False, ENGINE.at)


def test_a_row_without_a_message_id_is_known_by_job_and_line_whoever_sends_it() -> None:
    found = one(keys=["user_id:1"], event="E")
    assert isinstance(found, Event)
    assert (found.message_id, found.source) == ("import-3-7", "import")
    assert found.fingerprint == ENGINE.fingerprint("import", "import-3-7")


def test_a_message_id_is_the_senders_own_as_in_a_live_event() -> None:
    found = one(keys=["user_id:1"], event="E", message_id="m")
    assert isinstance(found, Event)
    assert found.fingerprint == ENGINE.fingerprint("shop", "m")


def test_a_time_to_come_is_now() -> None:
    found = one(keys=["user_id:1"], event="E", at=ENGINE.at + 1)
    assert isinstance(found, Event)
    assert found.at == ENGINE.at


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"event": "E"}, "no_key"),
        ({"event": "E", "keys": ["nokind"]}, "bad_key"),
        ({"event": "E", "keys": ["user_id:a\x00"]}, "bad_key"),
        ({"event": "E", "keys": [f"crm:{n}" for n in range(21)]}, "too_many_ids"),
        ({"keys": ["user_id:1"]}, "no_event_name"),
        ({"keys": ["user_id:1"], "type": "alias"}, "bad_type"),
        ({"keys": ["user_id:1"], "event": "E", "properties": b"[1]"}, "not_an_object"),
        ({"keys": ["user_id:1"], "type": "identify", "traits": b"{"}, "bad_json"),
        ({"keys": ["user_id:1"], "event": "E", "message_id": "m" * 101}, "message_id_too_long"),
        ({"keys": ["user_id:1"], "event": "E", "properties": b" " * 40_000}, "event_too_large"),
    ],
)
def test_what_cannot_be_an_event_is_refused_with_its_reason(
    row: dict[str, object], code: str
) -> None:
    found = one(**row)
    assert isinstance(found, Refusal)
    assert found.code == code
