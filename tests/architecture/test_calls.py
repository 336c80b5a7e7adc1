"""Calls that have one place, or none."""

import ast
from collections.abc import Iterator

from tests.architecture.tree import CODE, parsed

WALL_CLOCK = {
    "time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today",
}  # fmt: skip
DICE = {"uuid.uuid1", "uuid.uuid4", "uuid4", "uuid1"}


def calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of whatever is called or passed on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.lineno, ast.unparse(node)


def test_only_one_file_reads_the_wall_clock() -> None:
    readers = {
        name for name, tree in parsed(*CODE) for _, call in calls(tree) if call in WALL_CLOCK
    }
    assert readers <= {"engine/clock.py"}


def test_the_wall_clock_is_not_imported_by_another_name() -> None:
    taken = [
        f"{name}:{node.lineno}"
        for name, tree in parsed(*CODE)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        and {alias.name for alias in node.names} & {"time", "time_ns"}
    ]  # fmt: skip
    assert taken == []


def test_nothing_is_placed_by_the_builtin_hash() -> None:
    """It differs from process to process."""
    used = [
        f"{name}:{node.lineno}"
        for name, tree in parsed("engine", "channels")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hash"
    ]
    assert used == []


def test_the_core_draws_nothing_by_chance() -> None:
    drawn = [
        f"{name}:{line} {call}"
        for name, tree in parsed("engine/domain")
        for line, call in calls(tree)
        if call in DICE or call.startswith(("random.", "secrets.", "os.urandom"))
    ]
    assert drawn == []


def test_no_error_is_swallowed() -> None:
    swallowed = [
        f"{name}:{node.lineno}"
        for name, tree in parsed(*CODE)
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and all(isinstance(statement, ast.Pass) for statement in node.body)
    ]
    assert swallowed == []
