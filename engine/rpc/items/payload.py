"""A JSON object that came from outside: checked to be storable before it goes on as raw bytes.

Storable means that every later reader can decode it and every store can hold it: UTF-8 without NUL
or lone surrogates, numbers of 64 bits, no more than DEPTH levels.
"""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from engine.rpc.items.refusal import Refused

DEPTH = 32
_LONGEST = 100

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_pack = msgspec.msgpack.Encoder().encode


def read(raw: bytes, name: str) -> dict[str, Any]:
    """The object in ``raw``; ``name`` is what to call it in a reason. Raises Refused."""
    try:
        value = _decode(raw)
        _pack(value)
    except (msgspec.DecodeError, UnicodeDecodeError, OverflowError, RecursionError) as error:
        raise _explain(raw, name, error) from None
    suspect = b"\\u0000" in raw or raw.count(b"{") + raw.count(b"[") > DEPTH
    if suspect and (found := _trouble(value, name)):
        raise found
    return value


def _explain(raw: bytes, name: str, error: Exception) -> Refused:
    """Say where and why, with a reader that takes more than JSON allows."""
    try:
        value = json.loads(raw)
    except RecursionError:
        return _too_deep(name)
    except ValueError as broken:
        return Refused("bad_json", f"{name} is not JSON: {broken}")
    if not isinstance(value, dict):
        return Refused("not_an_object", f"{name} must be a JSON object, not {type(value).__name__}")
    return _trouble(value, name) or Refused("bad_json", f"{name} is not JSON: {error}")


def _trouble(value: dict[str, Any], name: str) -> Refused | None:
    """The first thing in a decoded object that cannot be stored, with its path."""
    for path, leaf, depth in _leaves(value, name, 1):
        if depth > DEPTH:
            return _too_deep(name)
        if isinstance(leaf, str) and not _is_text(leaf):
            return Refused("bad_text", f"{path} has a NUL or half a surrogate pair: leave it out")
        if isinstance(leaf, int | float) and not _is_number(leaf):
            return Refused("bad_number", f"{path} is no 64-bit number: send it as text")
    return None


def _leaves(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any, int]]:
    """Every key and every scalar; containers below DEPTH are answered, not entered."""
    if depth > DEPTH or not isinstance(value, dict | list):
        yield path, value, depth
        return
    if isinstance(value, dict):
        for key in value:
            yield f"a key of {path}", key, depth
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, entry in entries:
        yield from _leaves(entry, f"{path}.{_shown(key)}", depth + isinstance(entry, dict | list))


def _shown(key: object) -> str:
    return str(key)[:_LONGEST].encode("ascii", "backslashreplace").decode()


def _is_text(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _is_number(number: float) -> bool:
    if isinstance(number, int):
        return -(2**63) <= number < 2**64
    return number - number == 0.0  # neither NaN nor infinite


def _too_deep(name: str) -> Refused:
    return Refused("too_deep", f"{name} nests deeper than {DEPTH} levels")
