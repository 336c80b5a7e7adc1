"""Collections: bounded lists that a contact's events fill, such as the cart or the orders.

An event that names the key itself is one item; else each of its ``products`` is one. Events count in
the order in which they are consumed. What an event does to the item of its key:

adds       puts it in; of an item that is there the fields are changed, and with ``pieces`` the
           quantities added
amends     changes the fields of an item that is there
removes    takes it out; with ``pieces`` as many as the event says, all when it says nothing
replaces   what the event lists is all there is; an event without a list says nothing
clears     takes everything out

``recent``: an item that is added again comes last. Past ``keep`` the oldest item goes.

The names of the events are those of Segment's e-commerce specification, version 2.
"""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from engine.domain.definition import Definition, Name
from engine.domain.profile.shelf import Item, number

Verb = Literal["adds", "amends", "removes", "replaces", "clears"]
VERBS: tuple[Verb, ...] = ("adds", "amends", "removes", "replaces", "clears")
KEEP = 50
MOST = 200
LONGEST = 500
"""Characters of a field; a longer one is left out, for half a link is none."""
PRODUCT = (
    "product_id", "sku", "name", "brand", "category", "variant", "price", "currency", "quantity",
    "url", "image_url",
)  # fmt: skip
TELLING = (str, int, float)
"""Types of values that tell an item apart."""
ORDER = ("order_id", "total", "revenue", "currency", "coupon", "shipping", "tax", "discount")


class Collection(Definition, frozen=True, kw_only=True):
    """``key``: properties that tell items apart, the first one present. ``worth`` is summed as total."""

    collection: Name
    title: str = ""
    key: tuple[str, ...] = ("product_id", "sku")
    fields: tuple[str, ...] = PRODUCT
    worth: str = "price"
    keep: int = KEEP
    pieces: bool = False
    recent: bool = False
    adds: tuple[str, ...] = ()
    amends: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()


BUILT_IN = (
    Collection(
        collection="cart",
        title="Cart",
        pieces=True,
        adds=("Product Added", "Wishlist Product Added to Cart"),
        removes=("Product Removed",),
        replaces=("Cart Viewed",),
        clears=("Order Completed",),
    ),
    Collection(
        collection="wishlist",
        title="Wishlist",
        adds=("Product Added to Wishlist",),
        removes=("Product Removed from Wishlist", "Wishlist Product Added to Cart"),
    ),
    Collection(
        collection="viewed",
        title="Products viewed",
        keep=20,
        recent=True,
        adds=("Product Viewed",),
    ),
    Collection(
        collection="orders",
        title="Orders",
        key=("order_id",),
        fields=ORDER,
        worth="total",
        adds=("Order Completed",),
        amends=("Order Updated",),
        removes=("Order Cancelled",),
    ),
)
"""In force unless ``collections.yaml`` defines one of the same name."""


class Filling(NamedTuple):
    """What an event makes of a collection. ``named`` is false when it names no item, but should have."""

    items: list[Item]
    named: bool = True


def filled(
    plan: Collection, verb: Verb, items: list[Item], properties: dict[str, Any], at: int
) -> Filling:
    """The items after an event of this verb; the list given is not changed."""
    if verb == "clears":
        return Filling([])
    told = list(_told(plan, properties, at))
    if verb == "replaces":
        if not isinstance(properties.get("products"), list):
            return Filling(items)
        latest = {key_of(plan, item): _counted(plan, item) for item in told}
        return Filling(list(latest.values())[-plan.keep :])
    for item in told:
        items = _one(plan, verb, items, item)
    return Filling(items, bool(told))


def key_of(plan: Collection, data: dict[str, Any]) -> str:
    """The text that tells an item apart, ``""`` when the data names none. A number is its text."""
    for name in plan.key:
        value = data.get(name)
        if type(value) in TELLING and value != "":
            return str(value)
    return ""


def join(plan: Collection, mine: list[Item], other: list[Item]) -> list[Item]:
    """Of two contacts that became one: the items of both by their time; of one key the later one."""
    latest: dict[str, Item] = {}
    for item in (*other, *mine):
        key = key_of(plan, item)
        if key not in latest or item["at"] >= latest[key]["at"]:
            latest[key] = item
    return sorted(latest.values(), key=lambda item: int(item["at"]))[-plan.keep :]


def _told(plan: Collection, properties: dict[str, Any], at: int) -> Iterator[Item]:
    """The items that an event names, each cut down to the fields that are kept."""
    products = properties.get("products")
    alone = key_of(plan, properties) or not isinstance(products, list)
    for data in [properties] if alone else products or []:
        if isinstance(data, dict) and key_of(plan, data):
            kept = {
                name: value
                for name in (*plan.fields, *plan.key)
                if (value := data.get(name)) is not None and _fits(value)
            }
            kept["at"] = at
            yield kept


def _fits(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST
    return isinstance(value, (int, float))


def _counted(plan: Collection, item: Item) -> Item:
    return item | {"quantity": _pieces(item)} if plan.pieces else item


def _one(plan: Collection, verb: Verb, items: list[Item], told: Item) -> list[Item]:
    key = key_of(plan, told)
    place = next((at for at, item in enumerate(items) if key_of(plan, item) == key), None)
    if place is None:
        return [*items, _counted(plan, told)][-plan.keep :] if verb == "adds" else items
    rest = [*items[:place], *items[place + 1 :]]
    left = _left(plan, verb, items[place], told)
    if left is None:
        return rest
    at = len(rest) if plan.recent and verb == "adds" else place
    return [*rest[:at], left, *rest[at:]]


def _left(plan: Collection, verb: Verb, held: Item, told: Item) -> Item | None:
    """The item after the event, None when nothing of it is left."""
    mine, said = _pieces(held), _pieces(told)
    if verb == "removes":
        if not plan.pieces or "quantity" not in told or said >= mine:
            return None
        return held | {"quantity": mine - said, "at": told["at"]}
    if plan.pieces and verb == "adds":
        return held | told | {"quantity": mine + said}
    return held | told


def _pieces(item: Item) -> int | float:
    """How many; what is no number over 0 is one."""
    found = number(item.get("quantity"), 1.0)
    found = found if found > 0 else 1.0
    return int(found) if found.is_integer() else found
