"""What every store of a host keeps of quotas."""

from engine.ports.host_store import QuotaRow, Write
from tests.contract.places import Place


def test_quotas_are_found_by_scenario_and_all_at_once(place: Place) -> None:
    store = place.opened()
    rows = [QuotaRow(name, number, b"x", 3) for number, name in enumerate(("welcome", "renewal"))]
    store.commit(Write(quotas=rows))
    store.commit(Write(quotas=[rows[1]._replace(state=b"y", last=4)]))
    store, _ = place.after_restart(store)

    renewal = QuotaRow("renewal", 1, b"y", 4)
    assert store.quotas(["renewal", "nobody"]) == {"renewal": renewal}
    assert store.all_quotas() == [renewal, rows[0]]
