"""What every store of a host must do for imports: on disk, in PostgreSQL and in memory."""

from engine.ports.host_store import HostStore, ImportedRow, ReservedRow, Write
from tests.contract.places import Place
from tests.contract.test_host_store import ADA, BOB


def test_words_on_an_imports_chunks_are_there_after_a_restart_until_they_are_dropped(
    place: Place, store: HostStore
) -> None:
    said = [ImportedRow(1, 1, b"a"), ImportedRow(1, 2, b"b"), ImportedRow(2, 1, b"c")]
    store.commit(Write(imported=said))
    store.commit(Write(imported=[ImportedRow(1, 2, b"B")], imported_gone=[(1, 1), (9, 9)]))
    _, opening = place.after_restart(store)
    assert opening.imported == (ImportedRow(1, 2, b"B"), ImportedRow(2, 1, b"c"))


def test_what_was_sent_on_is_noted_until_it_is_settled(place: Place, store: HostStore) -> None:
    first, second = ReservedRow(b"b", "user_id:1", 5), ReservedRow(b"a", "user_id:1", 6)
    store.commit(Write(reserved=[second, first]))
    store, opening = place.after_restart(store)
    assert opening.reserved == (first, second)
    store.commit(Write(reserved=[second._replace(at=7)], reserved_gone=[b"b", b"c"]))
    assert place.after_restart(store)[1].reserved == (second._replace(at=7),)


def test_keys_of_orders_are_kept_for_their_contact_alone(store: HostStore) -> None:
    store.commit(Write(orders=[(ADA, b"one"), (ADA, b"two")]))
    store.commit(Write(orders=[(ADA, b"one")]))
    assert store.ordered(ADA, b"one")
    assert (store.orders_of(ADA), store.orders_of(BOB)) == ([b"one", b"two"], [])
    assert store.ordered(ADA, b"two")
    assert not store.ordered(ADA, b"on")
    assert not store.ordered(BOB, b"one")
    store.commit(Write(orders_gone=[(ADA, b"one"), (BOB, b"two")]))
    assert store.orders_of(ADA) == [b"two"]
