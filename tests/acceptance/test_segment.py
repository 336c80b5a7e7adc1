"""Segment's own library, as a customer's service uses it, against the engine as its operator runs it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from segment.analytics.client import Client

from tests.acceptance import shop
from tests.acceptance.engine_process import Engine, engine
from tests.acceptance.truth import Log

EVENTS = 20_000
CONTACTS = 500


@pytest.fixture(params=["in-process", pytest.param("ray", marks=pytest.mark.ray)])
def shop_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    workspace = shop.write(tmp_path / "workspace", "mailbox")
    yield from engine(workspace, tmp_path, request.param)


def send(address: str, key: str) -> list[object]:
    """Answers what went wrong."""
    errors: list[object] = []
    library = Client(
        key,
        host=f"http://{address}",
        gzip=True,
        max_queue_size=EVENTS,
        on_error=lambda error, _items: errors.append(error),
    )
    for number in range(EVENTS):
        library.track(
            f"u{number % CONTACTS}",
            "Product Viewed",
            {"name": "Chaussure à été", "price": number / 100},
            message_id=f"event-{number}",
        )
    library.flush()
    library.join()
    return errors


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_twenty_thousand_events_sent_twice_are_kept_once(shop_engine: Engine) -> None:
    with shop_engine.operator() as operator:
        assert send(shop_engine.http, shop_engine.key) == []
        first = operator.status()["events"]
        assert send(shop_engine.http, shop_engine.key) == []
        second = operator.status()["events"]

    assert (first["accepted"], first["duplicates"]) == (EVENTS, 0)
    assert (second["accepted"], second["duplicates"]) == (EVENTS, EVENTS)
    kept = Log(shop_engine.data).read()
    assert kept == {f"event-{number}": 1 for number in range(EVENTS)}
