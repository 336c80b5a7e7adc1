"""Rulebooks, each after the one before it, as an engine publishes them."""

from collections.abc import Collection

from msgspec.structs import replace

from engine.domain.rulebooks.definitions import Definitions, succeed
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.since import dated


class Published:
    """``books`` are all that there were, by their version."""

    def __init__(self, first: Definitions) -> None:
        self.books: dict[int, Rulebook] = {}
        self._definitions = succeed(None, first)
        self._keep(dated(None, self._definitions, 1))

    @property
    def book(self) -> Rulebook:
        return self.books[len(self.books)]

    def publish(self, written: Definitions, paused: Collection[str] = ()) -> Rulebook:
        following = replace(succeed(self._definitions, written), paused=tuple(paused))
        return self._keep(dated(self._definitions, following, len(self.books) + 1))

    def pause(self, paused: Collection[str]) -> Rulebook:
        """The same definitions, others at rest."""
        following = replace(self._definitions, paused=tuple(paused))
        return self._keep(dated(self._definitions, following, len(self.books) + 1))

    def _keep(self, definitions: Definitions) -> Rulebook:
        self._definitions = definitions
        book = Rulebook(len(self.books) + 1, definitions)
        self.books[book.version] = book
        return book
