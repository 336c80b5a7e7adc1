"""The whole suite in two processes at once, since most of its time is waiting; one total, one exit code.

    python -m tests.lanes [--in-turn] [options of pytest]

``--in-turn`` runs one after the other. Each lane has a cache of its own, so ``--last-failed`` is right.
"""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET

import pytest

TESTS = Path(__file__).parent
SHARING = ("contract", "integration")
"""What starts Ray and PostgreSQL for a session stays together; the other lane has all the rest."""
COUNTED = ("tests", "failures", "errors", "skipped")
FINE = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def lanes() -> list[list[Path]]:
    folders = sorted({path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")})
    shared = [TESTS / name for name in folders if name in SHARING]
    return [shared, [TESTS / name for name in folders if name not in SHARING]]


class Lane:
    """One process. What it prints is shown at once, or, of the second one, when the first has ended."""

    def __init__(self, number: int, folders: list[Path], options: list[str], notes: Path) -> None:
        self._totals = notes / f"{number}.xml"
        self._output: IO[bytes] | None = (notes / f"{number}.txt").open("w+b") if number else None
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "pytest", *map(str, folders)),
                *("-o", f"cache_dir=.pytest_cache/{number}", f"--junit-xml={self._totals}"),
                *options,
            ],
            stdout=self._output,
            stderr=self._output and subprocess.STDOUT,
        )

    def end(self) -> int:
        code = self._process.wait()
        if self._output is not None:
            with self._output as output:
                output.seek(0)
                sys.stdout.buffer.write(output.read())
                sys.stdout.flush()
        return code

    @property
    def totals(self) -> Counter[str]:
        """Empty when pytest did not come so far as to tell them."""
        if not self._totals.exists():
            return Counter()
        suites = list(ET.parse(self._totals).iter("testsuite"))
        return Counter({name: sum(int(one.get(name, 0)) for one in suites) for name in COUNTED})


def main(options: list[str]) -> int:
    begun, in_turn = time.monotonic(), "--in-turn" in options
    options = [option for option in options if option != "--in-turn"]
    codes: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        running: list[Lane] = []
        for number, folders in enumerate(lanes()):
            running.append(Lane(number, folders, options, Path(folder)))
            codes += [running[-1].end()] if in_turn else []
        codes = codes or [lane.end() for lane in running]
        total = sum((lane.totals for lane in running), Counter())
    told = ", ".join(f"{total[name]} {name}" for name in COUNTED)
    sys.stdout.write(f"Both lanes: {told} in {time.monotonic() - begun:.0f} s\n")
    return max((code for code in codes if code not in FINE), default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
