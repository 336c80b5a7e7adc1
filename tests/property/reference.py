"""Conditions answered by brute force over everything that was consumed: slow, plain, no memory."""

import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from engine.domain.duration import milliseconds


class Past(NamedTuple):
    """What a contact has consumed so far: (name, event time, properties), and its attributes.

    ``declared`` are the aggregates, as written in YAML.
    """

    events: list[tuple[str, int, dict[str, Any]]]
    attributes: dict[str, Any]
    declared: dict[str, dict[str, Any]]


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
        case {"aggregate": name}:
            return _fits(figure(name, past, at), asked)
        case {"did": name}:
            return _times(name, asked, past, at) >= asked.get("at_least", 1)
        case {"did_not": name}:
            return _times(name, asked, past, at) < asked.get("at_least", 1)
    raise AssertionError(asked)


def _times(name: str, asked: dict[str, Any], past: Past, at: int) -> int:
    window = milliseconds(asked["within"]) if "within" in asked else None
    return sum(
        1
        for done, happened, properties in past.events
        if done == name
        and (window is None or at < happened + window)
        and _chosen(properties, asked)
    )


def figure(name: str, past: Past, at: int) -> Any:
    """The value of a declared aggregate at an instant."""
    asked = past.declared[name]
    if "ratio" in asked:
        over, under = (figure(other, past, at) for other in asked["ratio"])
        return over / under if _number(over) and _number(under) and under else None
    [verb] = FIGURES.keys() & asked.keys()
    event = asked["count"] if verb == "count" else asked["event"]
    found = [
        (happened, properties.get(asked[verb]))
        for done, happened, properties in past.events
        if done == event and _in_window(asked, happened, at) and _chosen(properties, asked)
    ]
    if verb in ("sum", "avg", "min", "max"):
        return FIGURES[verb]([Decimal(str(value)) for _, value in found if _number(value)])
    if verb == "count":
        return len(found)
    told = sorted((when, json.dumps(value)) for when, value in found if value is not None)
    return FIGURES[verb]([text for _, text in told])


def _in_window(asked: dict[str, Any], happened: int, at: int) -> bool:
    if "between" in asked:
        far, near = map(milliseconds, asked["between"])
        return happened + near <= at < happened + far
    return "within" not in asked or at < happened + milliseconds(asked["within"])


def _chosen(properties: dict[str, Any], asked: dict[str, Any]) -> bool:
    return all(
        _fits(properties.get(path), wanted if isinstance(wanted, dict) else {"is": wanted})
        for path, wanted in asked.get("where", {}).items()
    )


FIGURES: dict[str, Callable[[Any], Any]] = {
    "count": len,
    "sum": lambda numbers: float(sum(numbers)),
    "avg": lambda numbers: float(Fraction(sum(numbers)) / len(numbers)) if numbers else None,
    "min": lambda numbers: float(min(numbers)) if numbers else None,
    "max": lambda numbers: float(max(numbers)) if numbers else None,
    "first": lambda texts: json.loads(texts[0]) if texts else None,
    "last": lambda texts: json.loads(texts[-1]) if texts else None,
    "distinct": lambda texts: len(set(texts)),
    "most_frequent": lambda texts: _commonest(Counter(texts)),
}


def _commonest(counts: Counter[str]) -> Any:
    ranked = sorted(counts, key=lambda text: (-counts[text], text))
    return json.loads(ranked[0]) if ranked else None


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
