"""Takes each protection away in a copy of the tree and shows that its tests turn red.

    python -m tests.mutants [NAME ...]

Exits with 1 when a mutant survives, or can no longer be applied.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import ROOT, Mutant

COPIED = ("engine", "channels", "tui", "tests", "config")
FILES = ("pyproject.toml", "README.md", "CHANGELOG.md")
FAILED = 1
"""What pytest exits with when tests ran and some failed; an error of another kind proves nothing."""


def copy_of_the_tree(folder: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)


def survived(mutant: Mutant, folder: Path) -> list[str]:
    """The named tests that did not turn red."""
    file = folder / mutant.file
    source = file.read_text(encoding="utf-8")
    file.write_text(mutant.applied(source), encoding="utf-8")
    try:
        return [test for test in mutant.tests if ended(test, folder) != FAILED]
    finally:
        file.write_text(source, encoding="utf-8")


def ended(test: str, folder: Path) -> int:
    options = ("-q", "-x", "-p", "no:cacheprovider", "-m", "not ray", "--timeout=20")
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", *options, test]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    return done.returncode


def verdict(mutant: Mutant, folder: Path) -> str:
    """ "" when every test turned red."""
    problems = mutant.problems(folder)
    return "; ".join(problems or [f"survives {test}" for test in survived(mutant, folder)])


def main(names: list[str]) -> int:
    known = {mutant.name: mutant for mutant in MUTANTS}
    strange = [name for name in names if name not in known]
    if strange:
        sys.stderr.write(
            f"no mutant is called {', '.join(strange)}; there are {', '.join(known)}\n"
        )
        return 2
    bad, begun = 0, time.monotonic()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        copy_of_the_tree(folder)
        for mutant in [known[name] for name in names] or MUTANTS:
            why = verdict(mutant, folder)
            bad += bool(why)
            sys.stdout.write(f"{'ALIVE' if why else 'red':6}{mutant.name:52}{why or mutant.file}\n")
            sys.stdout.flush()
    took = time.monotonic() - begun
    sys.stdout.write(f"{len(names or MUTANTS)} mutants, {bad} alive, {took:.0f} s\n")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
