"""A template and one contact's values in, the finished text out."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, ClassVar

import jinja2

from engine.domain.template import Template
from engine.errors import EngineError
from engine.rendering.check import problems_of
from engine.rendering.environment import ENVIRONMENTS, Kind, MissingValue
from engine.rendering.filters import LARGEST

SUBJECT = 900
"""Characters of a subject; RFC 5322 allows 998 a line."""


class CannotRender(EngineError):  # noqa: N818
    """The template does not fit this contact's values; nothing was sent."""

    code: ClassVar[str] = "E-RENDER"


def render(template: Template, variables: dict[str, Any]) -> tuple[str, str, str]:
    """Subject, text and html (empty when the template has none). Raises CannotRender.

    ``variables`` has the names contact, event, aggregates and message. An empty text or null counts as missing,
    so that ``default`` covers it and nobody is greeted with "Bonjour ,".
    """
    data = {name: _given(values) for name, values in variables.items()}
    try:
        subject = _one_line(_rendered("header", template.subject, data))
        text = _rendered("text", template.text, data)
        html = _rendered("html", template.html, data) if template.html else ""
    except MissingValue as missing:
        path = _path_of(missing.name, template.variables, data)
        raise CannotRender(f"missing_variable: {path}") from None
    except CannotRender:
        raise
    except Exception as error:  # any text meets any data here: one message fails, not the sender
        raise CannotRender(f"{type(error).__name__}: {error}") from error
    return subject, text, html


@lru_cache(maxsize=1024)
def _compiled(kind: Kind, source: str) -> jinja2.Template:
    problems = problems_of(kind, source)
    if problems:
        raise CannotRender(f"the template may not be used: {problems[0]}")
    return ENVIRONMENTS[kind].from_string(source)


def _rendered(kind: Kind, source: str, data: dict[str, Any]) -> str:
    pieces, size = [], 0
    for piece in _compiled(kind, source).generate(data):
        size += len(piece)
        if size > LARGEST:
            raise CannotRender(f"the {kind} has more than {LARGEST:,} characters")
        pieces.append(piece)
    return "".join(pieces)


def _given(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            str(name): _given(item)
            for name, item in value.items()
            if item is not None and not (isinstance(item, str) and not item.strip())
        }
    if isinstance(value, list | tuple):
        return [_given(item) for item in value]
    return value


def _one_line(subject: str) -> str:
    """No control character may reach a header (RFC 5322): they become spaces."""
    spaced = "".join(letter if letter.isprintable() else " " for letter in subject)
    return " ".join(spaced.split())[:SUBJECT]


def _path_of(name: str, paths: Iterable[str], data: dict[str, Any]) -> str:
    """The whole path of a missing value of which only the last part is known."""
    for path in paths:
        value: Any = data
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
            if value is None:
                if part == name:
                    return path
                break
    return name
