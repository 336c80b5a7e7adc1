"""Windows that reach further back than the log: live they are exact, but a rebuild cannot count so far."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.domain.duration import DAY, milliseconds
from engine.domain.language.retention import Retention
from engine.loading.check_event_names import documents
from engine.loading.yaml_file import Place

NAVIGATION = frozenset({"Page Viewed", "Screen Viewed"})
_EVENTS = ("did", "did_not", "count", "event")
_SPANS = ("within", "in_last")


def far_windows(folder: Path, retention: Retention) -> list[str]:
    """``file:line: place: text`` for each window that is longer than its events' rows are kept."""
    return [
        document.problem(place, f"{span} is longer than its rows are kept ({kept} for {days} days):"
                         " live it is exact, but what is rebuilt counts no further back")
        for document in documents(folder)
        for place, event, span in _windows(document.data, ())
        for kept in ("navigation" if event in NAVIGATION else "deeds",)
        if (days := getattr(retention, kept) // DAY) and milliseconds(span) > days * DAY
    ]  # fmt: skip


def _windows(data: Any, place: Place) -> Iterator[tuple[Place, str, str]]:
    if isinstance(data, list):
        for at, value in enumerate(data):
            yield from _windows(value, (*place, at))
    elif isinstance(data, dict):
        event = next((data[key] for key in _EVENTS if isinstance(data.get(key), str)), None)
        for key, value in data.items():
            if event is not None and key in _SPANS and isinstance(value, str):
                yield (*place, key), event, value
            elif event is not None and key == "between" and isinstance(value, list):
                yield (*place, key), event, str(value[0])
            else:
                yield from _windows(value, (*place, key))
