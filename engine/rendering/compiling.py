"""Compiles templates in a process of its own with little time and memory; run as ``python -m``."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence

from jinja2.exceptions import TemplateSyntaxError

from engine.rendering.environment import ENVIRONMENTS, Kind

SECONDS = 3
WALL = 10.0
MEMORY = 512 * 2**20


def compile_apart(parts: Sequence[tuple[Kind, str]], seconds: int = SECONDS) -> list[str]:
    """What went wrong, empty when every part compiled within ``seconds`` of processor time."""
    path = {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "engine.rendering.compiling", str(seconds)],
            input=json.dumps(parts).encode(), capture_output=True, timeout=WALL, check=False,
            env={**os.environ, **path},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return [f"takes more than {WALL:.0f} s to compile"]
    if done.returncode:
        return [f"needs more than {seconds} s or {MEMORY >> 20} MiB to compile; make it smaller"]
    problems: list[str] = json.loads(done.stdout)
    return problems


def main() -> None:
    """Reads the parts from stdin, writes the problems to stdout, both JSON."""
    seconds = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    problems = []
    for kind, source in json.load(sys.stdin):
        try:
            ENVIRONMENTS[kind].from_string(source)
        except TemplateSyntaxError as error:
            problems.append(f"{kind}: line {error.lineno}: {error.message}")
        except (SyntaxError, RecursionError):
            problems.append(f"{kind}: is nested too deep")
    json.dump(problems, sys.stdout)


if __name__ == "__main__":
    main()
