"""What every store of a host must do for reviews: on disk, in PostgreSQL and in memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.ports.host_store import HostStore, ReviewRow, Write
from tests.contract.test_host_store import ADA, BOB, Place, in_memory, in_postgres, on_disk


@pytest.fixture(params=["sqlite", "memory", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    match request.param:
        case "sqlite":
            place = on_disk(tmp_path)
        case "memory":
            place = in_memory()
        case _:
            place = in_postgres(request.getfixturevalue("postgres_url"))
    yield place
    for store in place.made:
        store.close()


@pytest.fixture
def store(place: Place) -> HostStore:
    return place.opened()


def test_reviews_are_told_newest_first_until_they_are_over(place: Place, store: HostStore) -> None:
    rows = [ReviewRow(ADA, BOB + n, "email:a", 10 + n, "shop", f"m{n}") for n in range(4)]
    store.commit(Write(reviews=rows))
    store.commit(Write(reviews=[rows[0]._replace(at=99)], reviews_gone=[(ADA, rows[2].other)]))
    store, _ = place.after_restart(store)
    assert store.reviews(2) == [rows[0]._replace(at=99), rows[3]]
    assert store.reviews() == [rows[0]._replace(at=99), rows[3], rows[1]]
