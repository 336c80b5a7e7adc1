"""Rows in the order of their keys, in memory: what a clustered table is on disk."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Generic, Protocol, Self, TypeVar


class Ordered(Protocol):
    """What a key must be able to do."""

    def __lt__(self, other: Self, /) -> bool: ...


Key = TypeVar("Key", bound=Ordered)
Value = TypeVar("Value")


class Shelf(Generic[Key, Value]):
    """A dict that also reads on from a key; appending at the end is cheap, as in a log."""

    def __init__(self) -> None:
        self._rows: dict[Key, Value] = {}
        self._keys: list[Key] = []

    def get(self, key: Key) -> Value | None:
        return self._rows.get(key)

    def put(self, key: Key, value: Value) -> None:
        if key not in self._rows:
            insort(self._keys, key)
        self._rows[key] = value

    def drop(self, key: Key) -> None:
        """Nothing happens when it is not there."""
        if key in self._rows:
            del self._rows[key]
            del self._keys[bisect_left(self._keys, key)]

    def after(self, key: Key, limit: int) -> list[Value]:
        """At most ``limit`` values with a greater key, in order."""
        start = bisect_right(self._keys, key)
        return [self._rows[found] for found in self._keys[start : start + limit]]

    def __contains__(self, key: Key) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[Value]:
        return (self._rows[key] for key in self._keys)
