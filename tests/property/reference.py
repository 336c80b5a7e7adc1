"""Conditions answered by brute force over everything that was consumed: slow, plain, no memory."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from engine.domain.duration import milliseconds


class Past(NamedTuple):
    """What a contact has consumed so far: (name, event time, properties), and its attributes.

    ``declared`` are the aggregates, as written in YAML; ``lists`` those that it is on, since when.
    """

    events: list[tuple[str, int, dict[str, Any]]]
    attributes: dict[str, Any]
    declared: dict[str, dict[str, Any]]
    lists: dict[str, int]


def members(segments: dict[str, dict[str, Any]], past: Past, at: int) -> set[str]:
    """The segments that hold at an instant; each is a condition as written in YAML."""
    return {name for name in segments if _holds(segments[name], segments, past, at)}


def _holds(asked: dict[str, Any], segments: dict[str, Any], past: Past, at: int) -> bool:
    [question] = QUESTIONS.keys() & asked.keys()
    return QUESTIONS[question](asked, segments, past, at)


def _yes(question: str, asked: dict[str, Any], *world: Any) -> int:
    """How many of its parts hold."""
    return sum(_holds(part, *world) for part in asked[question])


def _did(asked: dict[str, Any], _segments: dict[str, Any], past: Past, at: int) -> bool:
    if "then" in asked or "not_then" in asked:
        return _bounded(_sequences(asked["did"], asked, past, at), asked)
    edge = next((edge for edge in ("first", "last") if edge in asked), None)
    if edge:
        times = [when for when, _ in _done(asked["did"], asked, past)]
        found = (min(times) if edge == "first" else max(times)) if times else None
        return found is not None and _placed(found, asked[edge], at)
    return _bounded(_times(asked["did"], asked, past, at), asked)


def _bounded(count: int, asked: dict[str, Any]) -> bool:
    if "exactly" in asked:
        return count == asked["exactly"]
    least = asked.get("at_least", 0 if "at_most" in asked else 1)
    return bool(least <= count <= asked.get("at_most", count))


def _did_not(asked: dict[str, Any], _segments: dict[str, Any], past: Past, at: int) -> bool:
    if "then" in asked or "not_then" in asked:
        return _sequences(asked["did_not"], asked, past, at) < asked.get("at_least", 1)
    return _times(asked["did_not"], asked, past, at) < asked.get("at_least", 1)


def _placed(found: int, asked: dict[str, Any], at: int) -> bool:
    age = at - found
    return all(
        0 <= age < milliseconds(span) if name == "in_last" else age >= milliseconds(span)
        for name, span in asked.items()
    )


def _listed(asked: dict[str, Any], _segments: dict[str, Any], past: Past, at: int) -> bool:
    since = past.lists.get(asked["list"])
    spans = {name: span for name, span in asked.items() if name != "list"}
    return since is not None and _placed(since, spans, at)


QUESTIONS: dict[str, Callable[[dict[str, Any], dict[str, Any], Past, int], bool]] = {
    "all": lambda asked, *world: _yes("all", asked, *world) == len(asked["all"]),
    "any": lambda asked, *world: _yes("any", asked, *world) > 0,
    "none": lambda asked, *world: _yes("none", asked, *world) == 0,
    "exactly_one": lambda asked, *world: _yes("exactly_one", asked, *world) == 1,
    "not": lambda asked, *world: not _holds(asked["not"], *world),
    "segment": lambda asked, segments, past, at: _holds(
        segments[asked["segment"]], segments, past, at
    ),
    "attribute": lambda asked, _, past, at: _fits(past.attributes.get(asked["attribute"]), asked),
    "aggregate": lambda asked, _, past, at: _fits(figure(asked["aggregate"], past, at), asked),
    "list": _listed,
    "did": _did,
    "did_not": _did_not,
}


def _done(name: str, asked: dict[str, Any], past: Past) -> Iterator[tuple[int, dict[str, Any]]]:
    for done, happened, properties in past.events:
        if done == name and _chosen(properties, asked):
            yield happened, properties


def _times(name: str, asked: dict[str, Any], past: Past, at: int) -> int:
    window = milliseconds(asked["within"]) if "within" in asked else None
    return sum(window is None or at < happened + window for happened, _ in _done(name, asked, past))


def _sequences(name: str, asked: dict[str, Any], past: Past, at: int) -> int:
    """How many of those that begin one were followed by the rest in time, or were not."""
    wanted = asked.get("then", asked.get("not_then"))
    steps = wanted if isinstance(wanted, list) else [wanted]
    span = milliseconds(asked["within"]) if "within" in asked else None
    count = 0
    for begun, _ in _done(name, asked, past):
        if "in_last" in asked and at >= begun + milliseconds(asked["in_last"]):
            continue
        ends = _ends(begun, steps, past)
        came = any(span is None or end < begun + span for end in ends)
        over = span is None or at >= begun + span
        count += came if "then" in asked else over and not came
    return count


def _ends(begun: int, steps: list[dict[str, Any]], past: Past) -> list[int]:
    """When the last of the steps happened, in every way in which each comes after the one before."""
    ends = [begun]
    for step in steps:
        ends = [when for end in ends for when, _ in _done(step["event"], step, past) if when > end]
    return ends


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
    "ends_with": lambda value, part: isinstance(value, str) and value.endswith(part),
    "between": lambda value, ends: _number(value) and ends[0] <= value <= ends[1],
    "contains_any": lambda value, parts: isinstance(value, str) and any(p in value for p in parts),
    "contains_all": lambda value, parts: isinstance(value, str) and all(p in value for p in parts),
    "exists": lambda value, wanted: (value is not None) is wanted,
}
