"""Text as PostgreSQL can hold it: a NUL is written as two other characters, and read back as itself.

Order and equality stay those of the text itself, so that any key can be looked up and paged by.
"""

from psycopg.abc import AdaptContext
from psycopg.types.string import StrBinaryDumper, StrDumper, TextBinaryLoader, TextLoader


def escaped(text: str) -> str:
    """Without NUL. U+0001 becomes U+0001 U+0002, so that no two texts meet."""
    return text.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01")


def restored(text: str) -> str:
    return text.replace("\x01\x01", "\x00").replace("\x01\x02", "\x01") if "\x01" in text else text


class _Dumper(StrDumper):
    def dump(self, obj: str) -> bytes:
        return escaped(obj).encode()


class _BinaryDumper(StrBinaryDumper):
    def dump(self, obj: str) -> bytes:
        return escaped(obj).encode()


class _Loader(TextLoader):
    def load(self, data: bytes | bytearray | memoryview) -> str:
        return restored(bytes(data).decode())


class _BinaryLoader(TextBinaryLoader):
    def load(self, data: bytes | bytearray | memoryview) -> str:
        return restored(bytes(data).decode())


def adapt(connection: AdaptContext) -> None:
    """Let everything that goes over the connection be written and read so."""
    adapters = connection.adapters
    for dumper in (_BinaryDumper, _Dumper):
        adapters.register_dumper(str, dumper)
    for loader in (_Loader, _BinaryLoader):
        adapters.register_loader("text", loader)
