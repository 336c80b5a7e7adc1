"""Who may import whom: the contracts of pyproject.toml, and what a static graph cannot see."""

import json
import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import ROOT, sources

LOADED = "import json, sys; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"


def loaded_after(code: str) -> set[str]:
    """The top-level packages that a fresh interpreter holds after running ``code``."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{LOADED}"], cwd=ROOT, capture_output=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_contracts_hold() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_core_loads_nothing_that_can_touch_the_world() -> None:
    files = [path.relative_to(ROOT).with_suffix("") for path in sources("engine/domain")]
    loaded = loaded_after("\n".join(f"import {'.'.join(file.parts)}" for file in files))
    foreign = {name for name in loaded - loaded_after("") if name not in sys.stdlib_module_names}
    public = {name for name in foreign if not name.startswith("_")}
    assert public <= {"engine", "msgspec", "typing_extensions"}


def test_asking_for_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['relance', '--help']\n"
        "from engine.cli.main import run\n"
        "try: run()\nexcept SystemExit: pass"
    )
    assert not loaded_after(code) & {"ray", "sqlmodel", "sqlalchemy", "grpc", "starlette"}


def test_the_client_needs_neither_store_nor_ray() -> None:
    heavy = {"ray", "sqlmodel", "sqlalchemy", "starlette", "uvicorn"}
    assert not loaded_after("import engine.rpc.client") & heavy
