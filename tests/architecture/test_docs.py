"""README.md says what there is: every error, command, dependency and package."""

import re
import tomllib
from collections.abc import Iterator

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from engine.cli.main import app
from tests.architecture.tree import CODE, ROOT, sources

README = (ROOT / "README.md").read_text(encoding="utf-8")
CODES = re.compile(r'^    code(?:: ClassVar\[str\])? = "(E-[A-Z-]+)"', re.MULTILINE)


def commands() -> Iterator[str]:
    """``relance status``, ``relance keys create``, ..."""
    ahead = [("relance", get_command(app))]
    while ahead:
        path, command = ahead.pop()
        if isinstance(command, TyperGroup):
            ahead += [(f"{path} {name}", inner) for name, inner in command.commands.items()]
        else:
            yield path


def test_every_error_code_is_documented_and_every_documented_one_exists() -> None:
    written = {
        code for path in sources(*CODE) for code in CODES.findall(path.read_text(encoding="utf-8"))
    }
    assert written == set(re.findall(r"^\| `(E-[A-Z-]+)` \|", README, re.MULTILINE))


def test_every_command_is_documented_and_every_documented_one_exists() -> None:
    row = r"^\| `(relance [a-z]+(?:-[a-z]+)?(?: (?:create|list|revoke|user-token-secret|add|remove|import))?)"
    documented = re.findall(row, README, re.MULTILINE)
    assert sorted(documented) == sorted(commands())


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[ ><=;\[]", line)[0] for line in project["dependencies"]}
    assert names - set(re.findall(r"`([a-z0-9-]+)`", _section("Dependencies"))) == set()


PACKAGES = [
    (path.relative_to(ROOT / "engine").parts)
    for pattern in ("*/", "domain/*/", "runtime/*/", "rpc/*/")
    for path in (ROOT / "engine").glob(pattern)
    if path.is_dir() and not path.name.startswith("__")
]


@pytest.mark.parametrize("package", PACKAGES, ids="/".join)
def test_every_package_is_on_the_map(package: tuple[str, ...]) -> None:
    row = rf"^{'  ' * len(package)}{package[-1]}/ "
    assert re.search(row, _section("The tree"), re.MULTILINE)


def _section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]
