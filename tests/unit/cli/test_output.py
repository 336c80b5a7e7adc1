"""Reports as people read them."""

import json
from typing import Any

import pytest

from engine.cli.output import print_json, print_report, print_rows, shown

Captured = pytest.CaptureFixture[str]


def test_json_is_one_line_that_reads_back(capsys: Captured) -> None:
    report = {"name": "Zoé", "counts": [1, 2], "none": None}
    print_json(report)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == report


def test_a_report_names_each_leaf_by_its_path(capsys: Captured) -> None:
    print_report({"events": {"accepted": 3, "by": {"x": 1}}, "paused": False})
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [["events.accepted", "3"], ["events.by.x", "1"], ["paused", "no"]]


def test_a_list_of_rows_becomes_a_table_of_its_own(capsys: Captured) -> None:
    print_report({"id": 1, "runs": [{"step": "hour", "in": 2}]})
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["id", "1"], [], ["runs"], ["step", "in"], ["hour", "2"],
    ]  # fmt: skip


def test_rows_that_miss_a_column_show_a_dash(capsys: Captured) -> None:
    print_rows([{"a": 1}, {"b": "[x]"}], "none")
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["a", "b"], ["1", "-"], ["-", "[x]"],
    ]  # fmt: skip


def test_no_rows_say_so_on_stderr(capsys: Captured) -> None:
    print_rows([], "There is none.")
    assert capsys.readouterr() == ("", "There is none.\n")


@pytest.mark.parametrize(
    ("value", "path", "text"),
    [
        (1_795_313_108_217, ("runs", "since"), "2026-11-22 02:05:08"),
        (12, ("timers", "armed"), "12"),
        (0, ("merged_into",), "0"),
        (True, ("held",), "yes"),
        ({}, ("paused",), "-"),
        ([1, "a"], ("keys",), '[1,"a"]'),
    ],
)
def test_a_value_is_shown_for_people(value: Any, path: tuple[str, ...], text: str) -> None:
    assert shown(value, path) == text
