"""A template and one contact's values in, the finished text out."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, ClassVar

import jinja2

from engine.domain.language.template import Template
from engine.errors import EngineError
from engine.rendering.check import PRODUCT, PRODUCTS, problems_of
from engine.rendering.environment import ENVIRONMENTS, ROOTS, Kind, MissingValue
from engine.rendering.filters import LARGEST

SUBJECT = 900
"""Characters of a subject; RFC 5322 allows 998 a line."""


class CannotRender(EngineError):  # noqa: N818
    """The template does not fit this contact's values; nothing was sent."""

    code: ClassVar[str] = "E-RENDER"


def render(
    template: Template, variables: dict[str, Any], products: Mapping[str, Any] | None = None
) -> tuple[str, str, str]:
    """Subject, text and html (empty when the template has none). Raises CannotRender.

    ``products`` is the catalog by product id; what has a ``product_id`` gets its ``product`` from there.

    ``variables`` has the names contact, company, event, aggregates, message. Empty text or null is missing,
    so that ``default`` covers it and nobody is greeted with "Bonjour ,".
    """
    data = {name: given(values) for name, values in variables.items()}
    if products is not None:
        data = _joined(data, products) | {PRODUCTS: products}
    roots = ROOTS | {path.partition(".")[0] for path in template.variables}
    try:
        subject = _one_line(_rendered("header", template.subject, data, roots))
        text = _rendered("text", template.text, data, roots)
        html = _rendered("html", template.html, data, roots) if template.html else ""
    except MissingValue as missing:
        path = _path_of(missing.name, template.variables, data)
        raise CannotRender(f"missing_variable: {path}") from None
    except CannotRender:
        raise
    except Exception as error:  # any text meets any data here: one message fails, not the sender
        raise CannotRender(f"{type(error).__name__}: {error}") from error
    if not text.strip() and not html.strip():
        raise CannotRender("empty_text: with these values the template says nothing")
    return subject, text, html


@lru_cache(maxsize=1024)
def _compiled(kind: Kind, source: str, roots: frozenset[str]) -> jinja2.Template:
    problems = problems_of(kind, source, roots)
    if problems:
        raise CannotRender(f"the template may not be used: {problems[0]}")
    return ENVIRONMENTS[kind].from_string(source)


def _rendered(kind: Kind, source: str, data: dict[str, Any], roots: frozenset[str]) -> str:
    pieces, size = [], 0
    for piece in _compiled(kind, source, roots).generate(data):
        size += len(piece)
        if size > LARGEST:
            raise CannotRender(f"the {kind} has more than {LARGEST:,} characters")
        pieces.append(piece)
    return "".join(pieces)


def given(value: Any) -> Any:
    """The value without empty texts and nulls, all the way down: they count as missing."""
    if isinstance(value, dict):
        return {
            str(name): given(item)
            for name, item in value.items()
            if item is not None and not (isinstance(item, str) and not item.strip())
        }
    if isinstance(value, list | tuple):
        return [given(item) for item in value]
    return value


def _joined(value: Any, products: Mapping[str, Any]) -> Any:
    """Each group of values that names a product, with what the catalog has of it."""
    if isinstance(value, list):
        return [_joined(item, products) for item in value]
    if not isinstance(value, dict):
        return value
    joined = {name: _joined(item, products) for name, item in value.items()}
    number = value.get("product_id")
    product = products.get(str(number)) if isinstance(number, str | int) else None
    return joined if product is None else {PRODUCT: product} | joined


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
