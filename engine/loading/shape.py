"""Does plain data fit a struct? Every problem at once, where msgspec stops at the first.

The struct that declares a definition is the only declaration: this walk reads it.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from msgspec import inspect

from engine.loading.nearest import meant
from engine.loading.yaml_file import Place

Problems = Iterator[tuple[Place, str]]

_KINDS: dict[type, str] = {
    str: "text", bool: "true or false", int: "a whole number", float: "a number",
    dict: "a group of keys", list: "a list", type(None): "nothing",
}  # fmt: skip
_MEMBERS: tuple[tuple[type[inspect.Type], type], ...] = (
    (inspect.StructType, dict), (inspect.DictType, dict), (inspect.VarTupleType, list),
    (inspect.StrType, str), (inspect.LiteralType, str), (inspect.BoolType, bool),
    (inspect.IntType, int), (inspect.FloatType, float), (inspect.NoneType, type(None)),
)  # fmt: skip


def problems(data: Any, struct: type) -> Problems:
    """(place, text) of everything in ``data`` that ``struct`` refuses."""
    return _fits(data, _shape_of(struct), (), "")


@cache
def _shape_of(struct: type) -> inspect.Type:
    return inspect.type_info(struct)


def _fits(data: Any, shape: inspect.Type, place: Place, hint: str) -> Problems:
    match shape:
        case inspect.Metadata(type=inner, extra_json_schema=extra):
            yield from _fits(data, inner, place, (extra or {}).get("description", hint))
        case inspect.AnyType():
            return
        case inspect.UnionType(types=types):
            yield from _fits_one(data, types, place, hint)
        case _ if not _same_kind(data, shape):
            yield place, _wrong_kind(data, [shape], hint)
        case inspect.StructType():
            yield from _fits_struct(data, shape, place)
        case inspect.DictType():
            yield from _fits_dict(data, shape, place)
        case inspect.VarTupleType():
            yield from _fits_list(data, shape, place, hint)
        case inspect.LiteralType() | inspect.StrType():
            yield from _fits_text(data, shape, place, hint)
        case inspect.IntType() | inspect.FloatType():
            yield from _fits_number(data, shape, place)
        case _:
            return  # the kind alone decides


def _fits_one(data: Any, shapes: tuple[inspect.Type, ...], place: Place, hint: str) -> Problems:
    """The member of a union that ``data`` was meant for, told by its kind and then by its tag."""
    candidates = [shape for shape in shapes if _same_kind(data, shape)]
    tagged = [s for s in candidates if isinstance(s, inspect.StructType) and s.tag_field]
    if tagged:
        yield from _fits_tagged(data, tagged, place)
    elif candidates:
        yield from _fits(data, candidates[0], place, hint)
    else:
        yield place, _wrong_kind(data, [s for s in shapes if _kind_of(s) is not type(None)], hint)


def _fits_tagged(data: dict[str, Any], shapes: list[inspect.StructType], place: Place) -> Problems:
    field = str(shapes[0].tag_field)
    by_tag = {str(shape.tag): shape for shape in shapes}
    if field not in data:
        yield place, f"the key {field} is missing; {_choice(list(by_tag))}"
    elif str(data[field]) not in by_tag:
        yield (*place, field), f"{data[field]!r} is not allowed; {meant(str(data[field]), by_tag)}"
    else:
        yield from _fits_struct(data, by_tag[str(data[field])], place)


def _fits_struct(data: dict[str, Any], shape: inspect.StructType, place: Place) -> Problems:
    fields = {field.encode_name: field for field in shape.fields}
    known = {*fields, shape.tag_field} if shape.tag_field else set(fields)
    for name, value in data.items():
        if name in fields:
            yield from _fits(value, fields[name].type, (*place, name), "")
        elif name not in known:
            yield (*place, name), f"unknown key; {meant(name, map(str, known))}"
    for name, field in fields.items():
        if field.required and name not in data:
            yield place, f"the key {name} is missing"


def _fits_dict(data: dict[str, Any], shape: inspect.DictType, place: Place) -> Problems:
    for name, value in data.items():
        yield from _fits(name, shape.key_type, (*place, name), "a path like cart.total")
        yield from _fits(value, shape.value_type, (*place, name), "")


def _fits_list(data: list[Any], shape: inspect.VarTupleType, place: Place, hint: str) -> Problems:
    if shape.min_length and len(data) < shape.min_length:
        yield place, f"needs at least {shape.min_length}"
    if shape.max_length and len(data) > shape.max_length:
        yield place, f"has {len(data)}; at most {shape.max_length} are allowed"
    for at, item in enumerate(data):
        yield from _fits(item, shape.item_type, (*place, at), hint)


def _fits_text(
    data: str, shape: inspect.LiteralType | inspect.StrType, place: Place, hint: str
) -> Problems:
    if isinstance(shape, inspect.LiteralType):
        words = [str(value) for value in shape.values]
        if data not in words:
            yield place, f"{data!r} is not allowed; {_choice(words)}"
        return
    if shape.pattern and not re.search(shape.pattern, data):
        yield place, f"{data!r} does not fit{f'; expected {hint}' if hint else ''}"
    if shape.max_length and len(data) > shape.max_length:
        yield place, f"is longer than {shape.max_length} characters"


def _fits_number(data: float, shape: inspect.IntType | inspect.FloatType, place: Place) -> Problems:
    if shape.ge is not None and data < shape.ge:
        yield place, f"is {data:,}; at least {shape.ge:,} is needed"
    if shape.le is not None and data > shape.le:
        yield place, f"is {data:,}; at most {shape.le:,} is allowed"


def _same_kind(data: Any, shape: inspect.Type) -> bool:
    kind = _kind_of(shape)
    return type(data) is kind or (kind is float and type(data) is int)


def _kind_of(shape: inspect.Type) -> type:
    """The kind of plain data that a shape accepts."""
    while isinstance(shape, inspect.Metadata):
        shape = shape.type
    return next(kind for member, kind in _MEMBERS if isinstance(shape, member))


def _wrong_kind(data: Any, shapes: list[inspect.Type], hint: str) -> str:
    kinds = list(dict.fromkeys(_KINDS[_kind_of(shape)] for shape in shapes))
    shown = "" if isinstance(data, dict | list | None) else f" {data!r}"
    quote = '; put it in "quotes"' if kinds == ["text"] and shown else ""
    example = f" ({hint})" if hint else ""
    return f"expected {' or '.join(kinds)}{example}, got {_KINDS[type(data)]}{shown}{quote}"


def _choice(words: list[str]) -> str:
    return f"expected {', '.join(words[:-1])}{' or ' if words[:-1] else ''}{words[-1]}"
