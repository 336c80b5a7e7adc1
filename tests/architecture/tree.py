"""The source files of this project, for the tests that read them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("engine", "channels", "tui")
MADE = ("_pb2.py", "_pb2_grpc.py")
"""Endings of files that a compiler wrote."""


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not path.name.endswith(MADE):
                yield path


def parsed(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sources(*folders):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def texts() -> Iterator[tuple[str, str]]:
    """Every file that a person wrote, but the licence."""
    folders = [ROOT / name for name in (*CODE, "config", "tests", ".ci")]
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    paths += [
        path for path in ROOT.iterdir() if path.is_file() and path.name not in (".git", "LICENSE")
    ]
    for path in sorted(paths):
        if "__pycache__" not in path.parts and path.suffix not in (".pyc", ".lock"):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8", errors="replace")
