"""Event names in definitions that no event ever had: most often a slip of the pen."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from engine.domain.intake.listing import CHANGES
from engine.domain.intake.statement import CHANGED
from engine.domain.intake.visit import CAUSED
from engine.errors import DefinitionError
from engine.loading.nearest import meant
from engine.loading.yaml_file import Document, Place, read

OURS = frozenset({*CAUSED, *CHANGES, CHANGED})
"""Events that the engine makes or knows itself."""
_KEYS = ("did", "did_not", "event", "count")
_FOLDERS = ("segments", "scenarios")
_FILES = ("aggregates.yaml", "scoring.yaml")


def unheard(folder: Path, heard: Collection[str]) -> list[str]:
    """``file:line: place: text`` for each name that is not among those heard; none heard, none told."""
    known = OURS.union(heard)
    return [
        document.problem(place, f"no event {name!r} was ever seen; {meant(name, heard)}")
        for document in documents(folder)
        for place, name in _named(document.data, ())
        if heard and name not in known
    ]


def documents(folder: Path) -> Iterator[Document]:
    """Those that ask about events, as far as they can be read."""
    paths = [path for name in _FOLDERS for path in sorted((folder / name).glob("*.yaml"))]
    for path in (*paths, *(folder / name for name in _FILES)):
        if path.exists():
            try:
                yield read(path, str(path.relative_to(folder)))
            except DefinitionError:
                continue  # told where definitions are read


def _named(data: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key in _KEYS and isinstance(value, str):
                yield (*place, key), value
            else:
                yield from _named(value, (*place, key))
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from _named(value, (*place, at))
