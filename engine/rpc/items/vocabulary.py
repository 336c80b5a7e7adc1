"""The names that senders use for what has one name here: events, traits, and ids that are none."""

from typing import Any

NAMES = {
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "identify": "Identified",
    "group": "Group Joined",
    "alias": "Aliased",
}
"""The event name of every type but track, which brings its own."""

FORMER = {
    "Viewed Product": "Product Viewed",
    "Viewed Product Category": "Product List Viewed",
    "Clicked Product": "Product Clicked",
    "Added Product": "Product Added",
    "Removed Product": "Product Removed",
    "Started Order": "Checkout Started",
    "Viewed Checkout Step": "Checkout Step Viewed",
    "Completed Checkout Step": "Checkout Step Completed",
    "Updated Order": "Order Updated",
    "Completed Order": "Order Completed",
    "Viewed Promotion": "Promotion Viewed",
    "Clicked Promotion": "Promotion Clicked",
}
"""Segment's first e-commerce names -> those of its second version."""

CAMEL = {"firstName": "first_name", "lastName": "last_name", "createdAt": "created_at"}
"""Reserved traits as the browser writes them -> as an operator writes them."""

NOBODY = frozenset({"", "null", "undefined", "None", "NaN", "[object Object]"})
"""What a broken script sends as an id: taken for a person, it would be a crowd."""


def traits_in_our_words(traits: dict[str, Any]) -> dict[str, Any]:
    """Camel case reserved traits renamed; where both forms are present the snake case one stays."""
    renamed = {CAMEL.get(name, name): value for name, value in traits.items() if name in CAMEL}
    kept = {name: value for name, value in traits.items() if name not in CAMEL}
    return renamed | kept
