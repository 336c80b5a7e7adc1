"""Files and functions stay small enough to be read in one go."""

import ast

from tests.architecture.tree import CODE, ROOT, parsed, sources

FILE = 400
FUNCTION = 60


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources(*CODE, "tests")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > FILE
    }
    assert long == {}


def test_no_function_is_longer_than_sixty_lines() -> None:
    long = {
        f"{name}:{node.lineno} {node.name}": lines
        for name, tree in parsed(*CODE, "tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION
    }
    assert long == {}


def test_packages_import_nothing_by_themselves() -> None:
    full = [str(p) for p in sources(*CODE) if p.name == "__init__.py" and p.stat().st_size]
    assert full == []
