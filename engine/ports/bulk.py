"""People and their history in bulk: files and databases on their way in, and out."""

from collections.abc import AsyncIterator, Sequence
from typing import Literal, Protocol

import msgspec

from engine.domain.event import Event
from engine.ports.control_store import ImportJob
from engine.ports.engine import Refusal, Verdict

ImportKind = Literal["contacts", "events", "orders", "consents", "list"]


class ImportAsked(msgspec.Struct, frozen=True):
    """What somebody wants to bring in; see ``ImportJob``. ``grows``: a query that is asked again and

    again under one name. ``again``: import a file although it was imported before.
    """

    kind: ImportKind
    name: str
    digest: str
    reading: str
    grows: bool = False
    again: bool = False


class Chunk(msgspec.Struct, frozen=True):
    """A part of an import, the ``number``-th, from 1 on. ``kept`` and ``progress``: see ``ImportJob``.

    ``unread``: rows that the sender could not read; they are kept beside the refused ones.
    """

    job: int
    number: int
    kept: int = 0
    progress: bytes = b""
    unread: Sequence[Refusal] = ()


class Imports(Protocol):
    """What is imported feeds aggregates, attributes, segments, and triggers nothing."""

    def open(self, asked: ImportAsked, by: str) -> ImportJob:
        """The job to go on with, or a new one. Raises BadRequest: imported before, or read otherwise."""
        ...

    def declared(self) -> dict[str, str]:
        """The attributes that are declared, with their types."""
        ...

    async def put(self, chunk: Chunk, items: Sequence[Event | Refusal]) -> list[Verdict]:
        """One verdict an item, after the commits that hold them. Sent again it changes nothing.

        Chunks put at the same time are taken in that order. Raises Unknown (the job), Busy.
        """
        ...

    async def finish(self, job: int, kept: int, progress: bytes) -> ImportJob:
        """On return every key that was brought in finds its contact. Raises Unknown."""
        ...


ExportKind = Literal["contacts", "events", "messages"]


class ExportAsked(msgspec.Struct, frozen=True, array_like=True):
    """``segment``, ``list``: only the contacts in it, on it. ``since`` (ms): seen since, or consumed since."""

    kind: ExportKind
    segment: str = ""
    since: int = 0
    list: str = ""


class Page(msgspec.Struct, array_like=True):
    """Some rows of a host (JSON objects), and where to go on; ``more`` false: it has no more."""

    rows: list[bytes]
    after: int
    more: bool


class Exports(Protocol):
    """Reading does not stop live traffic: what changes meanwhile is in or not, row by row."""

    def read(self, asked: ExportAsked) -> AsyncIterator[list[bytes]]:
        """JSON objects, some at a time."""
        ...
