"""A protection taken away on purpose, and the tests that must notice."""

import ast
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Mutant(NamedTuple):
    """``text`` stands once in ``file``; with ``instead`` in its place each of ``tests`` must fail."""

    name: str
    file: str
    text: str
    instead: str
    tests: tuple[str, ...]

    def problems(self, root: Path = ROOT) -> list[str]:
        """Why it cannot be applied any more, or names a test that is not there."""
        times = (root / self.file).read_text(encoding="utf-8").count(self.text)
        found = (
            []
            if times == 1
            else [f"{self.name}: its text is in {self.file} {times} times; mend tests/mutants"]
        )
        return found + [
            f"{self.name}: there is no {test}" for test in self.tests if not is_there(root, test)
        ]

    def applied(self, source: str) -> str:
        return source.replace(self.text, self.instead)


def is_there(root: Path, test: str) -> bool:
    """Whether a file has the test that ``path::name`` is."""
    path, _, name = test.partition("::")
    file = root / path
    if not file.exists():
        return False
    body = ast.parse(file.read_text(encoding="utf-8")).body
    functions = [one for one in body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    return name in {one.name for one in functions}
