"""Writes a MaxMind database (file format 2.0) with records of 32 bits: enough for a test to read."""

import ipaddress
import struct
from pathlib import Path
from typing import Any

_MARKER = b"\xab\xcd\xefMaxMind.com"
_SEPARATOR = 16
_SHORT = 29
"""A size from here on has a byte of its own."""


def write_database(path: Path, records: dict[str, dict[str, Any]]) -> str:
    """``records`` by network; IPv4 lies at the beginning of the IPv6 tree, as the format says."""
    nodes: list[list[Any]] = [[None, None]]
    data, offsets = b"", {}
    for network, record in records.items():
        offsets[network] = len(data)
        data += _value(record)
        bits = _bits(network)
        at = 0
        for bit in bits[:-1]:
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = len(nodes) - 1
            at = nodes[at][bit]
        nodes[at][bits[-1]] = network
    count = len(nodes)

    def pointer(entry: Any) -> int:
        if entry is None:
            return count
        return entry if isinstance(entry, int) else count + _SEPARATOR + offsets[entry]

    tree = b"".join(struct.pack(">II", *map(pointer, node)) for node in nodes)
    described = {
        "node_count": bytes([6 << 5 | 4]) + struct.pack(">I", count),
        "record_size": _short(32), "ip_version": _short(6), "database_type": "Test",
        "languages": ["en"], "description": {"en": "For tests"},
        "binary_format_major_version": _short(2), "binary_format_minor_version": _short(0),
        "build_epoch": bytes([8, 9 - 7]) + struct.pack(">Q", 1),
    }  # fmt: skip
    path.write_bytes(tree + bytes(_SEPARATOR) + data + _MARKER + _value(described))
    return str(path)


def _bits(network: str) -> list[int]:
    parsed = ipaddress.ip_network(network)
    number, length = int(parsed.network_address), parsed.prefixlen
    if parsed.version == 4:
        length += 96
    return [number >> (127 - place) & 1 for place in range(length)]


def _value(value: Any) -> bytes:
    """A control byte (type and size), then the payload; types of the format's section "data fields"."""
    match value:
        case dict():
            inner = b"".join(_value(name) + _value(item) for name, item in value.items())
            return bytes([7 << 5 | len(value)]) + inner
        case list():
            return bytes([len(value), 11 - 7]) + b"".join(map(_value, value))
        case bytes():
            return value
        case _:
            raw = str(value).encode()
            size = [len(raw)] if len(raw) < _SHORT else [_SHORT, len(raw) - _SHORT]
            return bytes([2 << 5 | size[0], *size[1:]]) + raw


def _short(number: int) -> bytes:
    """A number of 16 bits, as readers want those of the metadata."""
    return bytes([5 << 5 | 2]) + struct.pack(">H", number)
