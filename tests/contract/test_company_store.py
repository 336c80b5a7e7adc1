"""What every store of a host keeps of companies."""

from engine.ports.host_store import CompanyRow, Write
from tests.contract.places import Place


def test_companies_are_found_by_key_and_listed_in_order(place: Place) -> None:
    store = place.opened()
    rows = [CompanyRow(key, number, b"x", 3) for number, key in enumerate(("bakers", "acme"))]
    store.commit(Write(companies=rows))
    store.commit(Write(companies=[rows[1]._replace(state=b"y", last=4)]))
    store, _ = place.after_restart(store)

    acme = CompanyRow("acme", 1, b"y", 4)
    assert store.companies(["acme", "nobody"]) == {"acme": acme}
    assert store.all_companies("", 10) == [acme, rows[0]]
    assert store.all_companies("acme", 10) == [rows[0]]
    assert store.all_companies("", 1) == [acme]
