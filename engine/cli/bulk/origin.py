"""Where an import's rows come from: a file, whole and once; or a query, asked again and again."""

from collections.abc import Iterator
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from engine.cli.bulk.mapping import Mapping
from engine.cli.bulk.problem import Problem
from engine.cli.bulk.progress import Progress
from engine.cli.bulk.table import Row, opened
from engine.errors import BadRequest

if TYPE_CHECKING:
    from engine.store.source import Source

_BLOCK = 2**20
_PLAIN = msgspec.json.Encoder(enc_hook=str, order="deterministic").encode


class Origin(Protocol):
    """``name`` is for people; ``digest`` says whether it is the same again; ``grows``: see ImportAsked."""

    name: str
    digest: str
    grows: bool
    text: bool
    about: dict[str, str]
    total: int | None

    def rows(self, done: Progress) -> Iterator[Row | Problem]:
        """Those after what is done already."""
        ...

    def identity(self, row: Row, job: int) -> str:
        """A message id, where a row's line says nothing; else empty."""
        ...

    def cursor(self, row: Row) -> Any:
        """Where this row stands in what grows; None elsewhere."""
        ...


class FileOrigin:
    grows = False

    def __init__(self, file: Path, mapping: Mapping) -> None:
        self._table = opened(file, mapping.encoding, mapping.delimiter)
        self.name = file.name
        self.text = self._table.text
        self.about = self._table.about
        self.digest, lines = _digest(file)
        self.total = lines or None

    def rows(self, done: Progress) -> Iterator[Row | Problem]:
        rows = self._table.rows()
        for _ in range(done.rows):
            next(rows, None)
        return rows

    def identity(self, row: Row, job: int) -> str:  # noqa: ARG002 - its line is enough
        return ""

    def cursor(self, row: Row) -> Any:  # noqa: ARG002 - a file does not grow
        return None


def _digest(file: Path) -> tuple[str, int]:
    """SHA-256, and about how many rows there are."""
    hashed, lines = sha256(), 0
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            hashed.update(block)
            lines += block.count(b"\n")
    return hashed.hexdigest(), 0 if file.suffix.lower() == ".parquet" else lines


class QueryOrigin:
    grows = True
    text = False
    total: int | None = None

    def __init__(self, source: "Source", cursor: str, name: str, query: str) -> None:
        self._source = source
        self._column = cursor
        self.name = name or source.name
        self.digest = (
            f"query {name}" if name else sha256(f"{source.name}\n{query}".encode()).hexdigest()
        )
        self.about = {"format": "sql", "source": source.name} | (
            {"cursor": cursor} if cursor else {}
        )

    def rows(self, done: Progress) -> Iterator[Row | Problem]:
        from engine.store.source import recalled

        for line, values in enumerate(self._source.rows(recalled(done.cursor)), done.rows + 1):
            if self._column and self._column not in values:
                raise BadRequest(
                    f"row {line} has no {self._column!r}: a cursor must be in every row"
                )
            yield Row(line, values)

    def identity(self, row: Row, job: int) -> str:
        """The same row of the same job is the same message, wherever it stands this time."""
        content = blake2b(_PLAIN(row.values), digest_size=16).hexdigest()
        return f"query-{job}-{content}"

    def cursor(self, row: Row) -> Any:
        from engine.store.source import noted

        return noted(row.values.get(self._column)) if self._column else None
