"""What each column of an import means, by the kind of what is imported."""

from typing import NamedTuple

from engine.cli.bulk.mapping import Column, Mapping
from engine.cli.bulk.value import Convert, converter

KEYS = ("user_id", "anonymous_id")
ADDRESSES = ("email", "phone")
OURS = {
    "userId": "user_id", "anonymousId": "anonymous_id", "messageId": "message_id",
    "orderId": "order_id", "e-mail": "email", "Email": "email", "E-mail": "email", "Phone": "phone",
}  # fmt: skip
"""Other spellings of columns that are known by their own names."""
_MONEY = frozenset(
    {"total", "price", "revenue", "subtotal", "shipping", "tax", "discount", "value"}
)
_FIELDS = {
    "contacts": ("timestamp", "message_id"),
    "events": ("event", "type", "timestamp", "message_id"),
    "orders": ("timestamp", "message_id"),
    "catalog": (),
    "list": ("timestamp",),
    "consents": ("status", "at", "timestamp", "message_id"),
}


_PEOPLE = ("contacts", "list")
"""Kinds whose columns are attributes."""


class Field(NamedTuple):
    """``slot``: key | trait | property | properties | the row's own; ``also``: an attribute beside a key."""

    column: str
    slot: str
    name: str
    convert: Convert
    also: bool = False


class Fields:
    """Columns are looked at once, when they first appear."""

    def __init__(
        self, kind: str, mapping: Mapping, declared: dict[str, str], *, text: bool
    ) -> None:
        self.kind = kind
        self.mapping = mapping
        self._declared = declared
        self._text = text
        self._known: dict[str, Field | None] = {}

    def __getitem__(self, column: str) -> Field | None:
        if column not in self._known:
            self._known[column] = self._field(column)
        return self._known[column]

    def meant(self) -> dict[str, str]:
        """What each column seen so far was taken for."""
        return {name: _told(field) for name, field in self._known.items()}

    def _field(self, name: str) -> Field | None:
        column = self.mapping.column(name)
        if column is None or not column.to:
            return None
        to = OURS.get(column.to, column.to)
        who = self._address(name, to, column) if self.kind != "catalog" else None
        return who or self._own(name, to, column)

    def _address(self, name: str, to: str, column: Column) -> Field | None:
        """Columns that say who it is."""
        if to in KEYS:
            return Field(name, "key", to, self._convert("string", column))
        if to in ADDRESSES:
            convert = self._convert(to, column)
            return Field(name, "key", to, convert, also=self.kind in _PEOPLE)
        if to.startswith("key."):
            kind = to.removeprefix("key.")
            return Field(name, "key", kind, self._convert(kind, column))
        return None

    def _own(self, name: str, to: str, column: Column) -> Field:
        if to in _FIELDS[self.kind]:
            kind = (
                "instant" if to in ("timestamp", "at") else "bool" if to == "status" else "string"
            )
            return Field(name, to, to, self._convert(kind, column))
        if self.kind in _PEOPLE and not to.startswith("properties."):
            attribute = to.removeprefix("attribute.")
            kind = column.type or self._kind_of(attribute)
            return Field(name, "trait", attribute, self._convert(kind, column))
        if to == "properties":
            return Field(name, "properties", to, self._convert("object", column))
        property_ = to.removeprefix("properties.")
        kind = column.type or ""
        if self.kind in ("orders", "catalog") and not kind:
            kind = "number" if to in _MONEY else "list" if to == "products" else ""
        return Field(name, "property", property_, self._convert(kind, column))

    def _kind_of(self, attribute: str) -> str:
        if attribute.startswith("consent_"):
            return "bool"
        return self._declared.get(attribute, "") if self._text else ""

    def _convert(self, kind: str, column: Column) -> Convert:
        mapping = self.mapping
        return converter(kind, column.format, mapping.zone, mapping.country, column.yes)


def _told(field: Field | None) -> str:
    if field is None:
        return "left out"
    if field.slot == "key":
        return f"key {field.name}{' and attribute' if field.also else ''}"
    return f"{'attribute' if field.slot == 'trait' else field.slot} {field.name}".strip()
