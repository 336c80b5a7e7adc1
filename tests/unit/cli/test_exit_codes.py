"""What a script can tell from a command's exit code."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import exit_code_of
from engine.errors import (
    BadRequest,
    Busy,
    DefinitionError,
    EngineError,
    NotAllowed,
    RequestError,
    SettingsError,
    StoreLocked,
    Unknown,
)

Relance = Callable[..., Any]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DefinitionError(["a:1: b"]), 2), (SettingsError(), 2), (BadRequest(), 2),
        (RequestError(), 3), (NotAllowed(), 4), (Unknown(), 1), (Busy(), 1), (StoreLocked(), 1),
    ],
)  # fmt: skip
def test_each_kind_of_error_has_its_code(error: EngineError, code: int) -> None:
    assert exit_code_of(error) == code


def test_a_command_that_does_not_exist_is_wrong_usage(relance: Relance) -> None:
    ran = relance("sttus")
    assert (ran.code, ran.out) == (2, "")
    assert "status" in ran.err


@pytest.mark.parametrize("command", [("status",), ("contact", "user_id:1"), ("keys", "list")])
def test_an_engine_that_does_not_answer_is_told_with_its_address(
    relance: Relance, command: tuple[str, ...]
) -> None:
    ran = relance(*command, "--grpc", "127.0.0.1:1")
    assert (ran.code, ran.out) == (3, "")
    assert "127.0.0.1:1" in ran.err


def test_a_data_folder_without_an_engine_is_told(relance: Relance, tmp_path: Path) -> None:
    ran = relance("status", "--data", tmp_path)
    assert ran.code == 3
    assert ran.err == f"E-REQUEST: no engine runs on {tmp_path}; start it with relance up\n"


def test_an_option_goes_before_a_variable(
    relance: Relance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELANCE_GRPC", "127.0.0.1:1")
    assert f"no engine runs on {tmp_path}" in relance("status", "--data", tmp_path).err
    assert "127.0.0.1:1" in relance("status").err


@pytest.mark.parametrize(
    "command",
    [
        ("init", "FILE"),
        ("init", "shop", "--data", "FILE"),
        ("demo", "--keep", "FILE"),
        ("doctor", "--workspace", "FILE"),
        ("up", "--workspace", "config", "--data", "FILE", "--runtime", "in-process", "--once"),
    ],
)
def test_a_file_where_a_folder_belongs_is_told_by_its_name(
    relance: Relance, tmp_path: Path, command: tuple[str, ...]
) -> None:
    file = tmp_path / "people.csv"
    file.touch()
    named = {"FILE": file, "shop": tmp_path / "shop"}
    ran = relance(*(named.get(word, word) for word in command))
    assert ran.code == 2
    assert str(file) in ran.err
    assert "Traceback" not in ran.err
