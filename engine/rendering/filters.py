"""The filters a template may use, each safe for any text and any data it can be given.

A filter that can make much out of little (``center``, ``indent``, ``format``, ``batch``) is not here, or
checks the size of its result before making it: compiling runs filters too, on constants.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Undefined, pass_eval_context
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS, do_replace, do_round, sync_do_join
from jinja2.nodes import EvalContext
from markupsafe import soft_str

LARGEST = 1_000_000
"""Characters of any one text, and of a whole rendered part."""
ROWS = 200
"""Turns of one loop; loops nest at most two deep."""
SCHEMES = ("http", "https", "mailto", "tel")
DIGITS = 12

OF_JINJA = (
    "abs", "capitalize", "count", "dictsort", "e", "escape", "first", "float", "int", "items", "last",
    "length", "list", "lower", "map", "max", "min", "rejectattr", "reverse", "selectattr", "sort",
    "string", "striptags", "sum", "title", "trim", "truncate", "unique", "upper", "urlencode",
    "wordcount",
)  # fmt: skip


def check_size(characters: int) -> None:
    """Raises SecurityError when a text would become too long."""
    if characters > LARGEST:
        raise SecurityError(f"a text of more than {LARGEST:,} characters")


def rows(value: Any) -> list[Any]:
    """What a loop goes over: at most ROWS entries, never the letters of a text."""
    if isinstance(value, str):
        raise SecurityError("a loop over the letters of a text")
    found: list[Any] = []
    for item in value:
        if len(found) == ROWS:
            raise SecurityError(f"a loop of more than {ROWS} turns")
        found.append(item)
    return found


@pass_eval_context
def join(context: EvalContext, value: Any, d: str = "", attribute: str | None = None) -> str:
    """``join`` of Jinja, for at most ROWS parts."""
    parts = rows(value)
    check_size(sum(len(str(part)) for part in parts) + len(parts) * len(soft_str(d)))
    return sync_do_join(context, parts, d, attribute)


@pass_eval_context
def replace(context: EvalContext, s: str, old: str, new: str, count: int | None = None) -> str:
    """``replace`` of Jinja; an empty ``old`` would match between all letters and is refused."""
    text, gone = soft_str(s), soft_str(old)
    if not gone:
        raise SecurityError("replace needs a text to look for")
    check_size(len(text) + text.count(gone) * len(soft_str(new)))
    return do_replace(context, s, old, new, count)


def round_(value: float, precision: int = 0, method: Any = "common") -> float:
    """``round`` of Jinja to at most DIGITS digits."""
    if not -DIGITS <= precision <= DIGITS:
        raise SecurityError(f"round to at most {DIGITS} digits")
    return do_round(value, precision, method)


def money(value: Any) -> Any:
    """A number as prices are written, with two decimals; what is no number stays as it is."""
    return f"{value:.2f}" if isinstance(value, int | float) else value


def url(value: Any) -> str:
    """A link that may stand in ``href``: http, https, mailto or tel; anything else is refused."""
    text = str(value).strip()
    if any(character <= " " or character == "\x7f" for character in text):
        raise SecurityError("a link with spaces or control characters")
    if urlsplit(text).scheme.lower() not in SCHEMES:
        raise SecurityError(f"a link must start with one of {', '.join(SCHEMES)}: {text[:80]!r}")
    return text


def _of_given(function: Callable[..., Any]) -> Callable[..., Any]:
    """Only ``default`` may turn a missing value into a text: for any other filter it stays missing."""

    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        for value in args:
            if isinstance(value, Undefined):
                str(value)
        return function(*args, **kwargs)

    return called


ALLOWED: dict[str, Callable[..., Any]] = {
    **{name: _of_given(FILTERS[name]) for name in OF_JINJA},
    "join": _of_given(join),
    "replace": _of_given(replace),
    "round": _of_given(round_),
    "money": _of_given(money),
    "url": _of_given(url),
    "default": FILTERS["default"],
    "d": FILTERS["default"],
}
