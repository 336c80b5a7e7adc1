"""The check of definitions: whoever publishes is told what nobody could work by."""

from typing import Protocol

from engine.domain.rulebooks.definitions import Definitions


class Checked(Protocol):
    def __call__(self, definitions: Definitions) -> list[str]:
        """Every problem as a line that names its place; none when they can be worked by."""
        ...
