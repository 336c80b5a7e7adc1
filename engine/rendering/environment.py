"""The sandbox that templates run in: plain data in, text out, no call, no attribute of any object.

Jinja's own sandbox limits neither memory nor time. Here ``check`` refuses whatever could need much of
either before anything is compiled, and these environments refuse the rest while it runs.
"""

import operator
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from jinja2 import ChainableUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.rendering.filters import ALLOWED, check_size, rows

Kind = Literal["html", "text", "header"]
ROOTS = frozenset(
    {"contact", "company", "event", "aggregates", "handoff", "products", "message", "digest"}
)
"""What every template may name; beside these the workspace's collections."""
COLLECTION = ("items", "last", "count", "quantity", "total")
LOOP = ("index", "index0", "revindex", "first", "last", "length")


class MissingValue(Exception):  # noqa: N818
    """A value that is not there was about to be printed; ``name`` is the last part of its path."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Missing(ChainableUndefined):
    """A value that is not there: false, an empty list, but never an empty text."""

    __slots__ = ()

    def _fail_with_undefined_error(self, *_args: Any, **_kwargs: Any) -> Any:
        raise MissingValue(str.__str__(self._undefined_name or ""))

    def __str__(self) -> str:
        raise MissingValue(str.__str__(self._undefined_name or ""))

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    __add__ = __radd__ = __sub__ = __rsub__ = _fail_with_undefined_error
    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _fail_with_undefined_error
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _fail_with_undefined_error
    __pos__ = __neg__ = __abs__ = __round__ = _fail_with_undefined_error
    __lt__ = __le__ = __gt__ = __ge__ = _fail_with_undefined_error
    __int__ = __float__ = __call__ = _fail_with_undefined_error


class Sandbox(ImmutableSandboxedEnvironment):
    """One of three: ``html`` escapes what it prints, ``text`` and ``header`` do not."""

    intercepted_binops = frozenset({"+", "*", "%", "**"})

    def __init__(self, kind: Kind) -> None:
        super().__init__(
            autoescape=kind == "html",
            undefined=Missing,
            auto_reload=False,
            cache_size=0,
            keep_trailing_newline=kind != "header",
        )
        self.kind = kind
        self.globals.clear()
        self.filters = {**ALLOWED, "rows": rows}

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        for loop in source.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, "rows", [], [], None, None, lineno=loop.lineno)
        return super()._generate(source, *args, **kwargs)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A dot looks up a key of plain data: ``event.items`` is the property, not a method."""
        if isinstance(obj, LoopContext) and attribute in LOOP:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Undefined):
            return obj
        if isinstance(obj, Mapping | list | tuple | str):
            try:
                return obj[argument]
            except (TypeError, LookupError):
                pass
        return self.undefined(obj=obj, name=str(argument))

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002
        return False

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        """Numbers with numbers; of texts only the sum, and not beyond the largest text."""
        if isinstance(left, Undefined) or isinstance(right, Undefined):
            return str(left) + str(right)
        if isinstance(left, str) and isinstance(right, str) and operator == "+":
            check_size(len(left) + len(right))
        elif not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError(f"{operator} works on numbers only")
        elif operator == "**":
            raise SecurityError("powers are not computed here")
        return _OPERATORS[operator](left, right)


_OPERATORS = {"+": operator.add, "*": operator.mul, "%": operator.mod}

ENVIRONMENTS: dict[Kind, Sandbox] = {
    "html": Sandbox("html"),
    "text": Sandbox("text"),
    "header": Sandbox("header"),
}
