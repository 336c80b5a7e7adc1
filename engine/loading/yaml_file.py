"""Reading one YAML file: YAML 1.2 core scalars, no duplicate keys, every value knows its line.

PyYAML follows YAML 1.1, where ``at: 12:30`` is 750 and ``on`` is true; here both stay text.
Anchors, aliases and tags are refused: a definition says what it means in its own place.
"""

import math
import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from engine.errors import DefinitionError

Place = tuple[str | int, ...]
"""Where a value stands in its file: keys and list positions from the top."""

_PREFIX = "tag:yaml.org,2002:"
_LARGEST = 2**63 - 1


class Document(NamedTuple):
    """One file's plain data. ``source`` is its path in the workspace."""

    source: str
    data: Any
    lines: dict[Place, int]

    def problem(self, place: Place, text: str) -> str:
        """``file:line: where: text``, with the line of the nearest enclosing value."""
        known = place
        while known and known not in self.lines:
            known = known[:-1]
        where = written_place(place)
        return f"{self.source}:{self.lines.get(known, 1)}: {where}{': ' if where else ''}{text}"


class _CoreLoader(yaml.SafeLoader):
    """Composes nodes only; their tags follow the core schema of YAML 1.2.2, section 10.3."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own attribute


for _tag, _pattern, _first in (
    ("null", r"^(?:null|Null|NULL|~|)$", ["n", "N", "~", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    (
        "float",
        r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$",
        list("-+.0123456789"),
    ),
):
    _CoreLoader.add_implicit_resolver(_PREFIX + _tag, re.compile(_pattern), _first)


def read(path: Path, source: str) -> Document:
    """Raises DefinitionError with every problem of the file."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DefinitionError([f"{source}:1: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise DefinitionError([f"{source}:1: is not UTF-8 text"]) from error
    return parse(text, source)


def parse(text: str, source: str) -> Document:
    """Raises DefinitionError with every problem of the text."""
    try:
        root = yaml.compose(text, _CoreLoader)
        reading = _Reading(Document(source, None, {}))
        data = reading.value(root, ()) if root else None
    except yaml.MarkedYAMLError as error:
        raise DefinitionError([_syntax_problem(source, error)]) from error
    except yaml.reader.ReaderError as error:
        raise DefinitionError([f"{source}:1: is not YAML: {error.reason}"]) from error
    except RecursionError as error:
        raise DefinitionError([f"{source}:1: is not YAML: it is nested too deeply"]) from error
    if reading.problems:
        raise DefinitionError(reading.problems)
    return reading.document._replace(data=data)


class _Reading:
    """Turns nodes into plain data, keeping lines and problems on the way."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[str] = []
        self.seen: set[yaml.Node] = set()

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.document.lines.setdefault(place, node.start_mark.line + 1)
        if node in self.seen:
            return self._refuse(place, "an alias is not supported; write the value again")
        self.seen.add(node)
        if isinstance(node, yaml.MappingNode) and node.tag == _PREFIX + "map":
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == _PREFIX + "seq":
            return [self.value(item, (*place, at)) for at, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place)
        return self._refuse_tag(node, place)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._refuse(place, "a key must be text")
                continue
            inner = (*place, key.value)
            if key.value in mapping:
                first = self.document.lines[inner]
                self.document.lines[inner] = key.start_mark.line + 1
                self._refuse(inner, f"this key was given already on line {first}")
                continue
            self.document.lines[inner] = key.start_mark.line + 1
            mapping[key.value] = self.value(value, inner)
        return mapping

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> Any:
        text: str = node.value
        match node.tag.removeprefix(_PREFIX):
            case "str":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                number = int(text, 0) if text[:2] in ("0o", "0x") else int(text)
                return number if abs(number) <= _LARGEST else self._refuse(place, "is too large")
            case "float":
                value = float(text)
                return value if math.isfinite(value) else self._refuse(place, "is too large")
            case _:
                return self._refuse_tag(node, place)

    def _refuse_tag(self, node: yaml.Node, place: Place) -> None:
        self._refuse(place, f"the tag {node.tag.replace(_PREFIX, '!!')} is not supported")

    def _refuse(self, place: Place, text: str) -> None:
        self.problems.append(self.document.problem(place, text))


def _syntax_problem(source: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    return f"{source}:{line}: is not YAML: {error.problem or error.context}"


def written_place(place: Place) -> str:
    """``("steps", 1, "for")`` -> ``steps[1].for``"""
    written = ""
    for part in place:
        written += f"[{part}]" if isinstance(part, int) else f".{part}" if written else part
    return written
