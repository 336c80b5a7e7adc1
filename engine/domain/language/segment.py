"""Segments: sets of contacts by condition. Entering and leaving are facts, at the exact instant."""

from engine.domain.definition import Definition, Name
from engine.domain.language.condition import Condition


class Segment(Definition, frozen=True, kw_only=True):
    """Who is outside enters by ``condition``; who is inside stays by ``stays``, where that is given.

    So a value that trembles about one bound does not let a contact in and out (hysteresis).
    """

    segment: Name
    title: str = ""
    condition: Condition
    stays: Condition | None = None

    @property
    def asks(self) -> Condition:
        """All that its membership depends on."""
        return self.condition if self.stays is None else Condition(any=(self.condition, self.stays))
