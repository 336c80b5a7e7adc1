"""What every store of a host must do for flows between stages: on disk, in PostgreSQL and in memory."""

from engine.ports.host_store import FlowRow, HostStore, Write
from tests.contract.places import Place


def test_flows_are_told_by_the_day_as_they_were_put_last(place: Place, store: HostStore) -> None:
    first, second = FlowRow("2026-03-28", "", "loyal", 1), FlowRow("2026-03-29", "loyal", "", 4)
    store.commit(Write(flows=[second, first]))
    store.commit(Write(flows=[first._replace(contacts=2)]))
    store, _ = place.after_restart(store)
    assert store.flows() == [first._replace(contacts=2), second]
