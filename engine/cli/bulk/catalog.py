"""Products of a file into the catalog. Each takes the place of what was there under its id."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from engine.cli.bulk.error_file import ErrorFile
from engine.cli.bulk.fields import Fields
from engine.cli.bulk.importing import CHUNK, SHOWN
from engine.cli.bulk.origin import Origin
from engine.cli.bulk.problem import Misread, Problem
from engine.cli.bulk.progress import Progress
from engine.cli.bulk.rows import Draft, put
from engine.cli.bulk.table import Row
from engine.cli.bulk.value import text

if TYPE_CHECKING:
    from engine.rpc.client import Relance

IDS = ("product_id", "id", "sku")
"""Columns that name a product, the first that is there."""


class Catalog:
    """Shaped as ``Importing`` is, for its report. Begun again it puts everything again: nothing changes."""

    def __init__(self, engine: "Relance", origin: Origin, fields: Fields) -> None:
        self._engine = engine
        self._origin = origin
        self._fields = fields
        self.progress = Progress()
        self.problems: list[Problem] = []

    def run(self, errors: ErrorFile, tell: Callable[[Progress], None]) -> None:
        rows = self._origin.rows(Progress())
        done = self.progress
        while batch := list(islice(self._read(rows), CHUNK)):
            products: dict[str, dict[str, Any]] = {}
            for found in batch:
                if isinstance(found, Problem):
                    errors.write(found)
                    done.rejected += 1
                    self.problems += [found] if len(self.problems) < SHOWN else []
                else:
                    products[found[0]] = found[1]
            if products:
                self._engine.put_products(products)
            done.rows += len(batch)
            done.accepted = done.rows - done.rejected
            errors.flush()
            tell(done)

    def _read(
        self, rows: Iterator[Row | Problem]
    ) -> Iterator[tuple[str, dict[str, Any]] | Problem]:
        for found in rows:
            yield found if isinstance(found, Problem) else product(self._fields, found)


def product(fields: Fields, row: Row) -> tuple[str, dict[str, Any]] | Problem:
    """Its id and what is known of it, or why it cannot be kept."""
    from engine.rpc.grpc.catalog import LARGEST, LONGEST_ID

    draft, column = Draft(), ""
    try:
        for values in (row.values, fields.mapping.constants):
            for column, value in values.items():
                field = fields[column]
                if field is not None:
                    put(draft, field, value)
    except Misread as wrong:
        return Problem(row.line, column, wrong.code, wrong.reason, row.values)
    known = draft.properties
    name = next((text(known[one]) for one in IDS if known.get(one) not in (None, "")), "")
    if not name or len(name) > LONGEST_ID:
        reason = f"a product needs {', '.join(IDS)}"
        return Problem(row.line, "product_id", "no_product_id", reason, row.values)
    if (size := len(msgspec.json.encode(known))) > LARGEST:
        reason = f"{size} bytes; at most {LARGEST}"
        return Problem(row.line, "", "product_too_large", reason, row.values)
    return name, known
