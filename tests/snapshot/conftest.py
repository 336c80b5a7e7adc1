"""Golden screens: text files of what a reader sees. UPDATE=1 writes them anew; look at the difference."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(autouse=True)
def _noon_is_noon_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def same() -> Callable[[str, str], None]:
    """Compare with the file of that name."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / f"{name}.txt"
        if os.environ.get("UPDATE"):
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"there is no {path.name}; look at the screen, then run with UPDATE=1"
        assert text == path.read_text(encoding="utf-8")

    return compare
