"""What every store of a host must do for reviews: on disk, in PostgreSQL and in memory."""

from engine.ports.host_store import HostStore, ReviewRow, Write
from tests.contract.places import Place
from tests.contract.test_host_store import ADA, BOB


def test_reviews_are_told_newest_first_until_they_are_over(place: Place, store: HostStore) -> None:
    rows = [ReviewRow(ADA, BOB + n, "email:a", 10 + n, "shop", f"m{n}") for n in range(4)]
    store.commit(Write(reviews=rows))
    store.commit(Write(reviews=[rows[0]._replace(at=99)], reviews_gone=[(ADA, rows[2].other)]))
    store, _ = place.after_restart(store)
    assert store.reviews(2) == [rows[0]._replace(at=99), rows[3]]
    assert store.reviews() == [rows[0]._replace(at=99), rows[3], rows[1]]
