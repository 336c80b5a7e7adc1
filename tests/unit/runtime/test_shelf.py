"""What contacts collect, in running hosts: it outlives them, goes along with a merge, and is shown."""

from typing import Any

import pytest

from engine.domain.profile.collection import BUILT_IN
from engine.domain.profile.shelf import unpacked
from engine.errors import BadRequest
from tests.small_engine import SmallEngine
from tests.unit.runtime.conftest import Started

USER, DEVICE = "user_id:1", "anonymous_id:d"


def pushed(engine: SmallEngine, name: str, *keys: str, **properties: Any) -> None:
    engine.clock.advance(1)
    engine.run(engine.push(engine.event(name, *keys, properties=properties)))


def shown(engine: SmallEngine, key: str = USER) -> dict[str, Any]:
    found = engine.run(engine.coordinator.reports.contact(key, 0))
    assert found is not None
    return dict(found)


def cart_of(engine: SmallEngine) -> list[tuple[str, int]]:
    items = shown(engine)["collections"]["cart"]["items"]
    return [(item["product_id"], item["quantity"]) for item in items]


def test_a_cart_outlives_its_host(started: Started) -> None:
    engine = started(hosts=1, collections=BUILT_IN)
    pushed(engine, "Product Added", USER, product_id="a", price=5)
    engine.run(engine.kill("host-0"))
    engine.run(engine.up())
    pushed(engine, "Product Added", USER, product_id="b", price=1, quantity=2)
    assert cart_of(engine) == [("a", 1), ("b", 2)]
    assert shown(engine)["collections"]["cart"]["total"] == 7


def test_an_anonymous_cart_goes_along_to_the_known_contact(started: Started) -> None:
    engine = started(hosts=2, collections=BUILT_IN)
    pushed(engine, "Product Added", USER, product_id="a")
    pushed(engine, "Product Added", DEVICE, product_id="b")
    pushed(engine, "Signed In", USER, DEVICE)
    engine.run(engine.rest())
    assert cart_of(engine) == [("a", 1), ("b", 1)]
    assert len(engine.shelves()) == 1
    assert engine.run(engine.fsck()) == []


def test_an_emptied_cart_leaves_no_row(started: Started) -> None:
    engine = started(hosts=1, collections=BUILT_IN)
    pushed(engine, "Product Added", USER, product_id="a")
    assert [unpacked(shelf).keys() for shelf in engine.shelves().values()] == [{"cart"}]
    pushed(engine, "Product Removed", USER, product_id="a")
    assert engine.shelves() == {}
    assert shown(engine)["collections"]["cart"]["count"] == 0


def test_who_is_forgotten_leaves_no_shelf(started: Started) -> None:
    engine = started(hosts=2, collections=BUILT_IN)
    pushed(engine, "Product Added", DEVICE, product_id="b")
    pushed(engine, "Product Added", USER, DEVICE, product_id="a")
    engine.run(engine.rest())
    engine.run(engine.coordinator.privacy.forget(USER, "operator"))
    assert engine.shelves() == {}
    assert not any(host.memory.store.shelves(range(1 << 20)) for host in engine.hosts)


def test_visits_and_touches_are_shown(started: Started) -> None:
    engine = started(hosts=1)
    pushed(engine, "Looked", USER, DEVICE)
    told = shown(engine)
    assert (told["visit"]["count"], told["touch"]["first"]["kind"]) == (1, "direct")


def test_no_operator_sets_what_the_engine_keeps(started: Started) -> None:
    engine = started(hosts=1)
    pushed(engine, "Came", USER)
    with pytest.raises(BadRequest, match="visit is kept by the engine"):
        engine.run(engine.coordinator.act(USER, "set", "visit", {"count": 9}, "ops"))
