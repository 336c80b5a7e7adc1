"""Paths: where a value lies in nested objects, written ``cart.total``."""

from collections.abc import Sequence
from typing import Any


def value_at(data: dict[str, Any], path: Sequence[str]) -> Any:
    """The value at a path of nested objects, None when any part is missing."""
    value: Any = data
    for part in path:
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value
