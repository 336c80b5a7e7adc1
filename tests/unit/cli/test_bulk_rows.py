"""What a row of a file becomes, and what is told of one that cannot be taken."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.cli.bulk.fields import Fields
from engine.cli.bulk.mapping import Mapping, read_mapping
from engine.cli.bulk.problem import Problem
from engine.cli.bulk.rows import Reader
from engine.cli.bulk.table import Row
from engine.errors import ConfigError
from engine.rpc import relance_pb2 as pb

MAPPING = """\
country: FR
zone: Europe/Paris
columns:
  Courriel: email
  Tel: phone
  Carte: key.loyalty
  Né le: {to: birthday, type: date, format: "%d/%m/%Y"}
  Newsletter: {to: consent_email, yes: [d'accord]}
  Notes: null
constants: {source: crm}
"""


def made(kind: str, values: dict[str, Any], mapping: Mapping | None = None) -> pb.ImportRow:
    row = read(kind, values, mapping)
    assert isinstance(row, pb.ImportRow), row
    return row


def read(kind: str, values: dict[str, Any], mapping: Mapping | None = None) -> Any:
    declared = {"points": "number"}
    return Reader(Fields(kind, mapping or Mapping(), declared, text=True)).read(Row(7, values))


def french(folder: Path) -> Mapping:
    (folder / "m.yaml").write_text(MAPPING, encoding="utf-8")
    return read_mapping(folder / "m.yaml")


def test_columns_are_known_by_their_own_names() -> None:
    values = {
        "email": "A@x.fr",
        "user_id": "7",
        "consent_email": "oui",
        "zip": "06000",
        "points": "12",
    }
    row = made("contacts", values)
    assert list(row.keys) == ["email:A@x.fr", "user_id:7"]
    traits = {"email": "A@x.fr", "consent_email": True, "zip": "06000", "points": 12}
    assert msgspec.json.decode(row.traits) == traits
    assert (row.type, row.line) == ("identify", 7)


def test_an_empty_cell_says_nothing_but_null_removes() -> None:
    row = made("contacts", {"email": "a@x.fr", "city": "", "phone": None, "name": None})
    assert msgspec.json.decode(row.traits) == {"email": "a@x.fr", "name": None}


def test_a_mapping_names_converts_adds_and_leaves_out(tmp_path: Path) -> None:
    values = {"Courriel": "a@x.fr", "Tel": "06 12 34 56 78", "Carte": "c9", "Né le": "03/04/1980",
              "Newsletter": "D'accord", "Notes": "secret", "Ville": "Nîmes"}  # fmt: skip
    row = made("contacts", values, french(tmp_path))
    assert list(row.keys) == ["email:a@x.fr", "phone:+33612345678", "loyalty:c9"]
    traits = msgspec.json.decode(row.traits)
    assert traits["birthday"] == "1980-04-03"
    assert (traits["consent_email"], traits["source"], traits["Ville"]) == (True, "crm", "Nîmes")
    assert "Notes" not in traits


@pytest.mark.parametrize(
    ("kind", "values", "column", "code"),
    [
        ("contacts", {"city": "Nîmes"}, "", "no_key"),
        ("contacts", {"email": "nobody"}, "email", "bad_email"),
        ("contacts", {"email": "a@x.fr", "phone": "0612"}, "phone", "bad_phone"),
        ("contacts", {"email": "a@x.fr", "consent_sms": "maybe"}, "consent_sms", "bad_bool"),
        ("contacts", {"email": "a@x.fr", "points": "many"}, "points", "bad_number"),
        ("orders", {"email": "a@x.fr", "total": "1"}, "order_id", "no_order_id"),
        ("orders", {"email": "a@x.fr", "order_id": "1", "products": "[{"}, "products", "bad_json"),
        ("events", {"email": "a@x.fr"}, "event", "no_event_name"),
        ("events", {"email": "a@x.fr", "event": "E", "timestamp": "soon"}, "timestamp", "bad_date"),
        ("consents", {"email": "a@x.fr", "status": "yes"}, "channel", "bad_channel"),
        ("consents", {"email": "a@x.fr", "channel": "sms"}, "status", "no_status"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_column(
    kind: str, values: dict[str, Any], column: str, code: str
) -> None:
    found = read(kind, values)
    assert isinstance(found, Problem)
    assert (found.line, found.column, found.code) == (7, column, code)


def test_an_order_is_a_completed_order_at_its_own_time() -> None:
    values = {"order_id": " 17 ", "email": "a@x.fr", "timestamp": "2025-03-01T10:00:00+01:00",
              "total": "1 234,50", "products": '[{"product_id":"p"}]'}  # fmt: skip
    row = made("orders", values)
    assert (row.event, row.at) == ("Order Completed", 1_740_819_600_000)
    properties = msgspec.json.decode(row.properties)
    assert properties["order_id"] == "17"
    assert (properties["total"], properties["products"]) == (1234.5, [{"product_id": "p"}])


def test_a_time_without_a_zone_is_of_the_mappings() -> None:
    values = {"event": "E", "user_id": "1", "timestamp": "2025-07-01 12:00:00", "properties.x": "y"}
    row = made("events", values, Mapping(zone="Europe/Paris"))
    assert row.at == 1_751_364_000_000
    assert msgspec.json.decode(row.properties) == {"x": "y"}


def test_a_consent_is_a_statement_with_its_evidence() -> None:
    values = {"email": "a@x.fr", "channel": "email", "topic": "news", "status": "opt-out",
              "at": "2025-03-01", "wording": "v2"}  # fmt: skip
    row = made("consents", values)
    assert (row.event, row.at) == ("Consent Changed", 1_740_787_200_000)
    said = {"channel": "email", "topic": "news", "status": "withdrawn", "wording": "v2"}
    assert msgspec.json.decode(row.properties) == said


def test_several_keys_of_a_kind_stand_in_a_list() -> None:
    row = made("contacts", {"anonymous_id": '["a","b"]', "key.crm": "9"})
    assert list(row.keys) == ["anonymous_id:a", "anonymous_id:b", "crm:9"]


def test_a_mapping_with_an_unknown_key_is_refused_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("columns: {a: {two: b}}\n")
    with pytest.raises(ConfigError, match=r"m\.yaml.*two"):
        read_mapping(tmp_path / "m.yaml")
