"""Patterns: regular expressions that are quick on every text, whoever wrote the text.

Python's matcher tries one way of reading a text after the other. So what may be read in too many ways
is refused: each repeat multiplies the ways by how often it may repeat, each choice by its branches,
and what is repeated does so each time. This refuses all nested repeats without an end.
"""

import re
from collections.abc import Callable, Iterable
from re import _parser  # type: ignore[attr-defined] # the one parser that agrees with the matcher
from typing import Any

LONGEST = 256
"""Characters of the longest text that is looked at; a longer one fits no pattern."""
WAYS = (LONGEST + 1) ** 3
"""Ways in which a pattern may read a text."""

_PLAIN = {"LITERAL", "NOT_LITERAL", "ANY", "IN", "AT"}
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}


def fitter(pattern: str) -> Callable[[str], bool]:
    """Whether a whole text fits. Raises ValueError saying what is wrong with the pattern."""
    try:
        ways = _ways_of_all(_parser.parse(pattern))
        fits = re.compile(pattern).fullmatch
    except (re.error, OverflowError, RecursionError) as error:
        message = f"{pattern!r} is no regular expression: {error}"
        raise ValueError(message) from None
    if ways > WAYS:
        message = f"{pattern!r} repeats too much, or repeats what repeats: a text could stall it"
        raise ValueError(message)
    return lambda text: len(text) <= LONGEST and fits(text) is not None


def _ways_of_all(tokens: Iterable[tuple[Any, Any]]) -> int:
    ways = 1
    for kind, said in tokens:
        ways = min(ways * _ways(str(kind), said), WAYS + 1)
    return ways


def _ways(kind: str, said: Any) -> int:
    if kind in _PLAIN:
        return 1
    if kind in _REPEATS:
        least, most, inner = said
        most = min(int(most), LONGEST)
        times: int = max(most - int(least), 0) + 1
        repeated: int = _ways_of_all(inner) ** most
        return times * repeated
    if kind == "SUBPATTERN":
        return _ways_of_all(said[3])
    if kind == "BRANCH":
        return sum(map(_ways_of_all, said[1]))
    message = "references and looks ahead or behind are not taken"
    raise re.error(message)
