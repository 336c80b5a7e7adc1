"""Conditions answered by brute force over everything that was consumed: slow, plain, no memory."""

from collections.abc import Callable
from typing import Any, NamedTuple

from engine.domain.duration import milliseconds


class Past(NamedTuple):
    """What a contact has consumed so far: (name, event time, properties), and its attributes."""

    events: list[tuple[str, int, dict[str, Any]]]
    attributes: dict[str, Any]


def members(segments: dict[str, dict[str, Any]], past: Past, at: int) -> set[str]:
    """The segments that hold at an instant; each is a condition as written in YAML."""
    return {name for name in segments if _holds(segments[name], segments, past, at)}


def _holds(  # noqa: PLR0911 - one return a question
    asked: dict[str, Any], segments: dict[str, Any], past: Past, at: int
) -> bool:
    match asked:
        case {"all": parts}:
            return all(_holds(part, segments, past, at) for part in parts)
        case {"any": parts}:
            return any(_holds(part, segments, past, at) for part in parts)
        case {"not": part}:
            return not _holds(part, segments, past, at)
        case {"segment": name}:
            return _holds(segments[name], segments, past, at)
        case {"attribute": name}:
            return _fits(past.attributes.get(name), asked)
        case {"did": name}:
            return _times(name, asked, past, at) >= asked.get("at_least", 1)
        case {"did_not": name}:
            return _times(name, asked, past, at) < asked.get("at_least", 1)
    raise AssertionError(asked)


def _times(name: str, asked: dict[str, Any], past: Past, at: int) -> int:
    window = milliseconds(asked["within"]) if "within" in asked else None
    where = asked.get("where", {})
    return sum(
        1
        for done, happened, properties in past.events
        if done == name
        and (window is None or at < happened + window)
        and all(
            _fits(properties.get(path), wanted if isinstance(wanted, dict) else {"is": wanted})
            for path, wanted in where.items()
        )
    )


def _fits(value: Any, asked: dict[str, Any]) -> bool:
    return all(
        OPERATORS[name](value, operand) for name, operand in asked.items() if name in OPERATORS
    )


def _number(value: Any) -> bool:
    return type(value) in (int, float)


def _same(value: Any, other: Any) -> bool:
    return (type(value) is bool) == (type(other) is bool) and value == other


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "is": _same,
    "is_not": lambda value, other: not _same(value, other),
    "in": lambda value, others: any(_same(value, other) for other in others),
    "over": lambda value, bound: _number(value) and value > bound,
    "under": lambda value, bound: _number(value) and value < bound,
    "at_least": lambda value, bound: _number(value) and value >= bound,
    "at_most": lambda value, bound: _number(value) and value <= bound,
    "contains": lambda value, part: isinstance(value, str) and part in value,
    "starts_with": lambda value, part: isinstance(value, str) and value.startswith(part),
    "exists": lambda value, wanted: (value is not None) is wanted,
}
