"""Paths: where a value lies in nested objects, written ``cart.total``; in a list of them it is the list

of their values: ``products.sku``.
"""

from collections.abc import Sequence
from typing import Any


def value_at(data: dict[str, Any], path: Sequence[str]) -> Any:
    """The value at a path of nested objects, None when any part is missing."""
    value: Any = data
    for place, part in enumerate(path):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list):
            found = (value_at(one, path[place:]) for one in value if isinstance(one, dict))
            return [one for one in found if one is not None] or None
        else:
            return None
    return value
