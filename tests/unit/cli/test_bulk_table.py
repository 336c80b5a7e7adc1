"""Files as spreadsheets, databases and other engines write them."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow.parquet import write_table

from engine.cli.bulk.fields import Fields
from engine.cli.bulk.mapping import Mapping
from engine.cli.bulk.problem import Problem
from engine.cli.bulk.rows import Reader
from engine.cli.bulk.table import CsvTable, Row, opened
from engine.errors import BadRequest


def table(folder: Path, content: bytes, name: str = "people.csv") -> list[Row | Problem]:
    file = folder / name
    file.write_bytes(content)
    return list(opened(file).rows())


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", ";"), ("cp1252", "\t"), ("utf-16", "|")],
)
def test_encoding_and_delimiter_are_found_out(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    lines = [("email", "prénom", "ville"), ("a@x.fr", "Zoé", "Nîmes, Gard"), ("b@x.fr", "Léa", "€")]
    if delimiter == ",":
        lines = [("email", "prénom"), ("a@x.fr", "Zoé")]
    text = "\r\n".join(delimiter.join(line) for line in lines) + "\r\n"
    found = table(tmp_path, text.encode(encoding))
    assert [list(row.values.values()) for row in found if isinstance(row, Row)] == [
        list(line) for line in lines[1:]
    ]


def test_a_line_is_counted_as_an_editor_does_although_a_field_has_breaks(tmp_path: Path) -> None:
    found = table(tmp_path, b'email,note\na@x.fr,"one\ntwo"\nb@x.fr,three\n')
    assert [row.line for row in found] == [2, 4]


def test_a_row_of_another_width_is_a_problem_and_the_next_one_is_read(tmp_path: Path) -> None:
    found = table(tmp_path, b"email,note\na@x.fr\n\nb@x.fr,n\n")
    assert found[0] == Problem(2, "", "bad_csv", "1 fields, but 2 columns", ["a@x.fr"])
    assert found[1] == Row(4, {"email": "b@x.fr", "note": "n"})


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="two columns are called email"):
        table(tmp_path, b"email,email\na,b\n")


def test_a_line_that_is_no_json_object_is_a_problem(tmp_path: Path) -> None:
    found = table(tmp_path, b'{"email":"a@x.fr"}\n\n[1]\n{"points":3}\n', "people.jsonl")
    assert [row.line for row in found] == [1, 3, 4]
    assert isinstance(found[1], Problem)
    assert found[2] == Row(4, {"points": 3})


def test_a_parquet_file_keeps_its_types(tmp_path: Path) -> None:
    rows = [{"email": "a@x.fr", "points": 3, "vip": True}, {"email": "b@x.fr", "points": None}]
    write_table(pa.Table.from_pylist(rows), tmp_path / "p.parquet")
    found = list(opened(tmp_path / "p.parquet").rows())
    assert found[0] == Row(1, {"email": "a@x.fr", "points": 3, "vip": True})


def test_bytes_that_do_not_fit_the_encoding_spoil_their_own_row_only(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(b"email,name\na@x.fr,Zo\xe9\nb@x.fr,Bo\n")
    reader = Reader(Fields("contacts", Mapping(), {}, text=True))
    found = [reader.read(row) for row in CsvTable(file, "utf-8").rows() if isinstance(row, Row)]
    assert isinstance(found[0], Problem)
    assert found[0].code == "bad_encoding"
    assert not isinstance(found[1], Problem)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=r"name it \.csv, \.jsonl or \.parquet"):
        table(tmp_path, b"", "people.xlsx")
