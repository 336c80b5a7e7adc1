"""What every store of a host must do for the list of hand-offs: on disk, in PostgreSQL and in memory."""

from engine.ports.host_store import HandoffRow, HostStore, Write
from tests.contract.places import Place
from tests.contract.test_host_store import ADA, BOB


def test_hand_offs_are_told_in_their_order_until_they_are_gone(
    place: Place, store: HostStore
) -> None:
    late = HandoffRow(ADA, "hot", 1, 90, b"late")
    soon = HandoffRow(BOB, "hot", 1, 20, b"soon")
    closed = HandoffRow(ADA, "cold", 0, -500, b"closed")
    store.commit(Write(handoffs=[closed, late, soon]))
    assert store.handoffs(2) == [soon, late]
    decided = soon._replace(open=0, rank=-900, body=b"decided")
    store.commit(Write(handoffs=[decided], handoffs_gone=[(ADA, "cold")]))
    store, _ = place.after_restart(store)
    assert store.handoffs() == [late, decided]
