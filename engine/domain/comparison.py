"""Comparisons compiled: each operator becomes a function of one value."""

import unicodedata
from collections.abc import Callable
from typing import Any

from engine.domain.language.condition import OPERATORS, Comparison, Where
from engine.domain.path import value_at
from engine.domain.pattern import fitter
from engine.domain.profile.attribute import same

Check = Callable[[Any], bool]
Matcher = Callable[[dict[str, Any]], bool]


def matcher(where: Where | None) -> Matcher | None:
    """``where`` as a function of an event's properties; None when it asks nothing."""
    if not where:
        return None
    checks = [
        (
            path.split("."),
            comparison(wanted if isinstance(wanted, Comparison) else Comparison(is_=wanted)),
        )
        for path, wanted in where.items()
    ]

    if len(checks) == 1:
        [(only, suits)] = checks
        return lambda properties: suits(value_at(properties, only))

    def matches(properties: dict[str, Any]) -> bool:
        return all(fits(value_at(properties, path)) for path, fits in checks)

    return matches


def comparison(wanted: Comparison) -> Check:
    """Every operator that was given must hold."""
    checks = [
        _OPERATORS[name](folded(operand) if wanted.fold and name != "matches" else operand)
        for name in OPERATORS
        if (operand := getattr(wanted, name)) is not None
    ]
    if wanted.fold:
        return lambda value: _all_fit(checks, folded(value))
    if len(checks) == 1:
        return checks[0]
    return lambda value: _all_fit(checks, value)


def folded(value: Any) -> Any:
    """Texts in small letters without accents, also those in a list; everything else as it is.

    Unicode 15, section 3.13: compatibility decomposition, marks dropped, then case folding.
    """
    if isinstance(value, str):
        bare = (c for c in unicodedata.normalize("NFKD", value) if not unicodedata.combining(c))
        return unicodedata.normalize("NFKC", "".join(bare).casefold())
    if isinstance(value, list | tuple):
        return [folded(one) for one in value]
    return value


def _all_fit(checks: list[Check], value: Any) -> bool:
    return all(check(value) for check in checks)


def _numeric(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _contains(value: Any, part: Any) -> bool:
    """A part of a text, or an item of a list."""
    if isinstance(value, str):
        return isinstance(part, str) and part in value
    return isinstance(value, list) and any(same(one, part) for one in value)


def _contains_all(value: Any, parts: tuple[Any, ...]) -> bool:
    return all(_contains(value, part) for part in parts)


def _matches(pattern: str) -> Check:
    fits = fitter(pattern)
    return lambda value: isinstance(value, str) and fits(value)


_OPERATORS: dict[str, Callable[[Any], Check]] = {
    "is_": lambda wanted: lambda value: same(value, wanted),
    "is_not": lambda wanted: lambda value: not same(value, wanted),
    "in_": lambda wanted: lambda value: any(same(value, one) for one in wanted),
    "over": lambda wanted: lambda value: _numeric(value) and value > wanted,
    "under": lambda wanted: lambda value: _numeric(value) and value < wanted,
    "at_least": lambda wanted: lambda value: _numeric(value) and value >= wanted,
    "at_most": lambda wanted: lambda value: _numeric(value) and value <= wanted,
    "between": lambda ends: lambda value: _numeric(value) and ends[0] <= value <= ends[1],
    "contains": lambda wanted: lambda value: _contains(value, wanted),
    "contains_any": lambda wanted: lambda value: any(_contains(value, one) for one in wanted),
    "contains_all": lambda wanted: lambda value: _contains_all(value, wanted),
    "starts_with": lambda wanted: lambda value: isinstance(value, str) and value.startswith(wanted),
    "ends_with": lambda wanted: lambda value: isinstance(value, str) and value.endswith(wanted),
    "matches": _matches,
    "exists": lambda wanted: lambda value: (value is not None) == wanted,
}
