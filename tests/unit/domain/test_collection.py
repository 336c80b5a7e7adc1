"""Collections: what events put into them, take out of them, and remember for ever."""

from typing import Any

import pytest

from engine.domain.profile.collection import BUILT_IN, Collection
from engine.domain.profile.contact import NOTHING
from engine.domain.profile.shelf import items_of, shelf_of
from engine.domain.rulebooks.rulebook import Rulebook
from tests.unit.domain.builders import Life, branch, rulebook, scenario, segment, wait


def life(*parts: Any, collections: tuple[Collection, ...] = BUILT_IN) -> Life:
    return Life(book(*parts, collections=collections))


def book(*parts: Any, collections: tuple[Collection, ...] = BUILT_IN) -> Rulebook:
    return rulebook(*parts, collections=collections)


def product(key: str, **rest: Any) -> dict[str, Any]:
    return {"product_id": key, "price": 19.9, **rest}


def held(ada: Life, collection: str = "cart") -> list[tuple[str, Any]]:
    found = items_of(ada.contact, collection)
    return [(str(item.get("product_id")), item.get("quantity")) for item in found]


def test_a_product_added_again_adds_its_quantity() -> None:
    ada = life()
    ada.does("Product Added", properties=product("a"))
    ada.does("Product Added", properties=product("b", quantity="2"))
    ada.does("Product Added", properties=product("a", quantity=2))
    assert held(ada) == [("a", 3), ("b", 2)]
    assert ada.contact.collections["cart"].total == 99.5


def test_a_removal_takes_as_many_as_it_says_and_all_when_it_says_nothing() -> None:
    ada = life()
    ada.does("Product Added", properties=product("a", quantity=3))
    ada.does("Product Added", properties=product("b", quantity=3))
    ada.does("Product Removed", properties=product("a", quantity=1))
    ada.does("Product Removed", properties={"product_id": "b"})
    assert held(ada) == [("a", 2)]


def test_a_viewed_cart_is_the_cart_unless_it_lists_nothing() -> None:
    ada = life()
    ada.does("Product Added", properties=product("a"))
    ada.does("Cart Viewed", properties={"cart_id": "1"})
    assert held(ada) == [("a", 1)]
    ada.does("Cart Viewed", properties={"cart_id": "1", "products": [product("b"), product("c")]})
    assert held(ada) == [("b", 1), ("c", 1)]
    ada.does("Cart Viewed", properties={"cart_id": "1", "products": []})
    assert held(ada) == []


def test_an_order_empties_the_cart_and_stands_among_the_orders() -> None:
    ada = life()
    ada.does("Product Added", properties=product("a"))
    ada.does("Order Completed", properties={"order_id": "o1", "total": 40, "products": [{}]})
    assert held(ada) == []
    assert [item["order_id"] for item in items_of(ada.contact, "orders")] == ["o1"]
    assert ada.contact.collections["orders"].total == 40


def test_an_update_changes_an_order_that_is_there_and_adds_none() -> None:
    ada = life()
    ada.does("Order Updated", properties={"order_id": "o1", "total": 30})
    assert items_of(ada.contact, "orders") == []
    ada.does("Order Completed", properties={"order_id": "o1", "total": 40})
    ada.does("Order Updated", properties={"order_id": "o1", "total": 35})
    assert ada.contact.collections["orders"].total == 35


def test_what_is_viewed_again_comes_last_and_the_oldest_goes() -> None:
    viewed = Collection(collection="viewed", keep=2, recent=True, adds=("Product Viewed",))
    ada = life(collections=(viewed,))
    for key in ("a", "b", "a", "c"):
        ada.does("Product Viewed", properties=product(key))
    assert held(ada, "viewed") == [("a", None), ("c", None)]


def test_an_event_that_names_no_item_is_told() -> None:
    ada = life()
    ada.does("Product Added", properties={"name": "Lampe"})
    assert ada.said("unnamed") == [("cart", 0)]
    assert ada.contact.shelf is None


def test_an_item_is_told_apart_by_its_sku_when_it_has_no_product_id() -> None:
    ada = life()
    ada.does("Product Added", properties={"sku": 7})
    ada.does("Product Added", properties={"sku": "7"})
    assert [item["quantity"] for item in items_of(ada.contact, "cart")] == [2]


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ({"at_least": 1}, True),
        ({"of": "total", "at_least": 59.7}, True),
        ({"of": "quantity", "over": 3}, False),
        ({"contains": "a"}, True),
        ({"contains": "b"}, False),
        ({"is_": 0}, False),
    ],
)
def test_a_condition_asks_for_a_number_of_a_collection_or_an_item_in_it(
    asked: dict[str, Any], holds: bool
) -> None:
    ada = life(segment("asked", collection="cart", **asked))
    ada.does("Product Added", properties=product("a", quantity=3))
    assert ("asked" in ada.contact.segments) is holds


def test_a_segment_is_left_when_the_cart_is_emptied() -> None:
    ada = life(segment("shopping", collection="cart", at_least=1))
    ada.does("Product Added", properties=product("a"))
    assert "shopping" in ada.contact.segments
    ada.does("Order Completed", properties={"order_id": "1"})
    assert "shopping" not in ada.contact.segments
    assert ada.contact.collections["cart"] == NOTHING


def test_a_branch_reads_the_cart_of_its_moment() -> None:
    asked = branch("rich", {"collection": "cart", "of": "total", "over": 100}, then="vip")
    ada = life(
        scenario("cart", {"event": "Product Added"}, wait("hour", for_="1h"), asked,
                 wait("poor", for_="1d"), wait("vip", for_="1d"))
    )  # fmt: skip
    ada.does("Product Added", properties=product("a"))
    ada.does("Product Added", properties=product("b", price=90))
    ada.passes("1h")
    assert ada.standing == ["cart/vip"]


def test_an_event_of_no_collection_leaves_the_shelf_alone() -> None:
    ada = life()
    ada.does("Product Added", properties=product("a"))
    before = ada.contact.shelf
    ada.does("Signed Up")
    assert ada.contact.shelf is before
    assert shelf_of(ada.contact).keys() == {"cart"}
