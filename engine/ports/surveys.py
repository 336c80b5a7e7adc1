"""What may be asked of all contacts at once, beside live traffic, and without changing anything."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol


class SurveyDesk(Protocol):
    """Answers come in pieces: ``{"progress": {"rows", "scanned", "met"}}`` some times, ``{"found"}`` last."""

    def preview(
        self, definitions: bytes, segments: Sequence[str], scores: Sequence[str] = ()
    ) -> AsyncIterator[dict[str, Any]]:
        """Who would be in these segments and what these scores would be, were the document published.

        Without any names all that change.

        Raises ConfigError, Unknown, Busy.
        """
        ...

    def forecast(self, segment: str, days: int) -> AsyncIterator[dict[str, Any]]:
        """How many leave and enter a segment each day by time alone. Raises Unknown, BadRequest, Busy."""
        ...
