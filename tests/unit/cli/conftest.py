"""Running a command of the command line in this process."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from engine.cli.main import run


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def relance(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """``relance("check", folder)`` -> exit code, stdout, stderr."""
    for name in ("RELANCE_GRPC", "RELANCE_DATA", "RELANCE_KEY", "RELANCE_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)

    def ran(*arguments: object) -> Ran:
        monkeypatch.setattr("sys.argv", ["relance", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            run()
        out, err = capfd.readouterr()
        return Ran(int(caught.value.code or 0), out, err)

    return ran
