"""A row of a file as the engine takes it, or what is wrong with it."""

from typing import Any

import msgspec

from engine.cli.bulk.fields import Field, Fields
from engine.cli.bulk.problem import Misread, Problem
from engine.cli.bulk.table import Row
from engine.cli.bulk.value import text
from engine.domain.intake.listing import JOINED
from engine.domain.intake.order_key import COMPLETED
from engine.domain.intake.statement import CHANGED, GIVE, WITHDRAW
from engine.domain.profile.consent import PURPOSES
from engine.rpc import relance_pb2 as pb

_encode = msgspec.json.Encoder().encode
_ABSENT = (None, "")


class Draft:
    """What the columns of one row have said so far."""

    __slots__ = ("fields", "keys", "properties", "traits")

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.traits: dict[str, Any] = {}
        self.properties: dict[str, Any] = {}
        self.fields: dict[str, Any] = {}


class Reader:
    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._constants = dict(fields.mapping.constants)
        self._finish = getattr(self, f"_{fields.kind}")

    def read(self, row: Row) -> pb.ImportRow | Problem:
        """Every column is looked at, so that the first problem of the row is told with its column."""
        draft, column = Draft(), ""
        try:
            for values in (row.values, self._constants):
                for column, value in values.items():
                    field = self._fields[column]
                    if field is not None:
                        put(draft, field, value)
            column = ""
            return self._made(draft, row.line)
        except Misread as wrong:
            return Problem(row.line, wrong.column or column, wrong.code, wrong.reason, row.values)
        except UnicodeEncodeError:
            text_ = (
                "bytes that are not of the file's encoding; name it in the mapping (`encoding:`)"
            )
            return Problem(row.line, column, "bad_encoding", text_, row.values)
        except (TypeError, ValueError, OverflowError):
            return Problem(row.line, column, "bad_value", "cannot be read", row.values)

    def _made(self, draft: Draft, line: int) -> pb.ImportRow:
        if not draft.keys:
            raise Misread("no_key", "nothing says who this is: user_id, email, phone, ...")
        made: pb.ImportRow = self._finish(draft, line)
        return made

    def _contacts(self, draft: Draft, line: int) -> pb.ImportRow:
        return _row(draft, line, type="identify")

    def _list(self, draft: Draft, line: int) -> pb.ImportRow:
        """What is told of a contact besides goes with it as attributes."""
        return _row(draft, line, type="identify", event=JOINED)

    def _events(self, draft: Draft, line: int) -> pb.ImportRow:
        kind = draft.fields.get("type") or "track"
        event = draft.fields.get("event") or self._fields.mapping.event
        if kind == "track" and not event:
            raise Misread("no_event_name", "the name of what happened is missing", "event")
        return _row(draft, line, type=kind, event=event)

    def _orders(self, draft: Draft, line: int) -> pb.ImportRow:
        order = draft.properties.get("order_id")
        if order in _ABSENT:
            raise Misread("no_order_id", "an order needs order_id, its key for ever", "order_id")
        draft.properties["order_id"] = text(order)
        return _row(draft, line, event=COMPLETED)

    def _consents(self, draft: Draft, line: int) -> pb.ImportRow:
        """Evidence goes with it as properties."""
        fields, properties = draft.fields, draft.properties
        if properties.get("channel") not in PURPOSES:
            listed = ", ".join(sorted(PURPOSES))
            raise Misread("bad_channel", f"a consent needs channel, one of {listed}", "channel")
        if "status" not in fields:
            raise Misread("no_status", "a consent needs status: granted or withdrawn", "status")
        properties["status"] = GIVE if fields["status"] else WITHDRAW
        fields.setdefault("timestamp", fields.get("at", 0))
        return _row(draft, line, event=CHANGED)


def put(draft: Draft, field: Field, value: Any) -> None:
    """What one column says. Raises Misread."""
    if field.slot == "trait":
        if value == "":
            return
        draft.traits[field.name] = None if value is None else field.convert(value)
    elif value in _ABSENT:
        return
    elif field.slot == "key":
        _put_keys(draft, field, value)
    elif field.slot == "property":
        draft.properties[field.name] = field.convert(value)
    elif field.slot == "properties":
        given = field.convert(value)
        if not isinstance(given, dict):
            raise Misread("not_an_object", "properties must be a group of values")
        draft.properties.update(given)
    else:
        draft.fields[field.slot] = field.convert(value)


def _put_keys(draft: Draft, field: Field, value: Any) -> None:
    """Several of one kind stand in a list, in CSV as JSON: ``["a1","a2"]``."""
    several = value
    if isinstance(value, str) and value.startswith('["'):
        try:
            several = msgspec.json.decode(value, type=list[str])
        except msgspec.DecodeError:
            several = value
    for one in several if isinstance(several, list) else [several]:
        read = field.convert(one)
        draft.keys.append(f"{field.name}:{text(read)}")
        if field.also:
            draft.traits[field.name] = read


def _row(draft: Draft, line: int, **more: str) -> pb.ImportRow:
    fields = draft.fields
    return pb.ImportRow(
        line=line,
        keys=draft.keys,
        at=fields.get("timestamp", 0),
        message_id=text(fields.get("message_id", "")),
        properties=_encode(draft.properties) if draft.properties else b"",
        traits=_encode(draft.traits) if draft.traits else b"",
        **more,
    )
