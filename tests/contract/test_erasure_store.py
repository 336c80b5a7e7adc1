"""What every store of a host takes away for ever, and what it remembers of that."""

from engine.domain.profile.identity import Binding
from engine.ports.host_store import ErasedRow, ErasingRow, Erasure, HostStore, Write
from tests.contract.places import Place
from tests.contract.test_host_store import ADA, BOB, contact_row, log_row


def test_an_erasure_takes_rows_away_and_leaves_the_others(store: HostStore) -> None:
    entries = [(f"user_id:{n}", (Binding(0, n),)) for n in range(3)]
    store.commit(Write(log=[log_row(n) for n in range(1, 5)], directory=entries))
    store.commit(Write(contacts=[contact_row(ADA), contact_row(BOB)]))
    masked = log_row(4)._replace(body=b"masked")
    gone = Erasure(log=[1, 3, 9], log_masked=[masked], contacts=[ADA, 77], directory=["user_id:1"])
    store.commit(Write(erasure=gone))
    store.purge()
    store.purge(whole=True)
    assert store.log(0, 9) == [log_row(2), masked]
    assert list(store.contacts([ADA, BOB])) == [BOB]
    assert store.all_directory("", 9) == [entries[0], entries[2]]


def test_what_is_being_erased_and_what_was_are_known_after_a_restart(
    place: Place, store: HostStore
) -> None:
    erasing, erased = ErasingRow(ADA, 5, "request", b"left"), ErasedRow(b"h", 5, b"seen")
    store.commit(Write(erasure=Erasure(erasing=[erasing], erased=[erased, ErasedRow(b"i", 6)])))
    store, opening = place.after_restart(store)
    assert (opening.erasing, opening.erased) == ((erasing,), (erased, ErasedRow(b"i", 6)))
    store.commit(Write(erasure=Erasure(erasing_gone=[ADA], erased_gone=[b"h"])))
    store, opening = place.after_restart(store)
    assert (opening.erasing, opening.erased) == ((), (ErasedRow(b"i", 6),))
