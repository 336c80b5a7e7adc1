"""An SQLite file as it lies on the disk: what it still holds of rows that are gone, overwritten in place.

A page that was split keeps copies of the cells that went to another one: between its list of cells and
their contents, or in a free block. No statement ever reads these bytes, nor does one take them away but
VACUUM, which writes the whole file anew (sqlite.org/fileformat2.html, 1.6).
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from engine.ports.host_store import Search

PAGES = 32
"""Pages searched in one go; one by one only where something is found."""
FILE_HEADER = 100
"""Bytes on the first page before its own header."""
HEADERS = {2: 12, 5: 12, 10: 8, 13: 8}
"""Bytes of a page's header, by its kind: inner pages and leaves, of indexes and of tables."""
MOST = 1 << 24
"""Pages of a file from which on an overflow page may look like one with a header."""


class Shape(NamedTuple):
    """``plain``: every page with a header is one that holds cells."""

    page: int
    usable: int
    plain: bool


def stained(path: Path, search: Search) -> list[int]:
    """The numbers of the pages, from 0, that hold such bytes. Raises OSError."""
    found: list[int] = []
    with path.open("rb") as file:
        size, number = _shape(file).page, 0
        file.seek(0)
        while some := file.read(size * PAGES):
            if search(some):
                pages = range(0, len(some), size)
                found += [number + at // size for at in pages if search(some[at : at + size])]
            number += PAGES
    return found


def holds(path: Path, search: Search) -> bool:
    """Whether a file of any format, a small one, holds such bytes. Raises OSError."""
    return bool(search(path.read_bytes()))


def scrub(path: Path, pages: list[int]) -> bool:
    """Overwrite what no cell uses on these pages; False where one of them has none such.

    Nobody else may write the file, and no connection of this process may have it open: it would put
    back what it remembers. Raises OSError.
    """
    with path.open("r+b") as file:
        shape = _shape(file)
        known = [number for number in pages if shape.plain and _overwrite(file, number, shape)]
        file.flush()
        os.fsync(file.fileno())
    return known == pages


def _overwrite(file: BinaryIO, number: int, shape: Shape) -> bool:
    file.seek(number * shape.page)
    page = bytearray(file.read(shape.page))
    unused = _unused(page, 0 if number else FILE_HEADER, shape.usable)
    for start, end in unused:
        page[start:end] = bytes(end - start)
    file.seek(number * shape.page)
    file.write(page)
    return bool(unused)


def _shape(file: BinaryIO) -> Shape:
    header = file.read(FILE_HEADER)
    [size] = struct.unpack_from(">H", header, 16) if len(header) == FILE_HEADER else (4_096,)
    page = 1 << 16 if size == 1 else size
    vacuums = any(header[52:56])
    pages = os.fstat(file.fileno()).st_size // page
    return Shape(page, page - header[20] if header else page, pages < MOST and not vacuums)


def _unused(page: bytearray, base: int, usable: int) -> list[tuple[int, int]]:
    """Of a page with cells: the gap before their contents, and the free blocks among these."""
    header = HEADERS.get(page[base])
    if header is None:
        return []
    block, cells, contents = struct.unpack_from(">HHH", page, base + 1)
    spans = [(base + header + 2 * cells, contents or 1 << 16), *_blocks(page, block, usable)]
    sound = all(0 < start <= end <= usable for start, end in spans)
    return spans if sound else []


def _blocks(page: bytearray, at: int, usable: int) -> Iterator[tuple[int, int]]:
    """Each free block but its first four bytes: where the next one is, and its size."""
    while 0 < at <= usable - 4:
        following, size = struct.unpack_from(">HH", page, at)
        yield at + 4, at + max(size, 4)
        if following <= at:
            return
        at = following
