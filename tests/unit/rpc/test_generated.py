"""The committed wire code is what the proto makes."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MADE = ("relance_pb2.py", "relance_pb2.pyi", "relance_pb2_grpc.py", "relance_pb2_grpc.pyi")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("proto")
    kinds = [f"--{kind}_out={out}" for kind in ("python", "mypy", "grpc_python", "mypy_grpc")]
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I.", *kinds, "engine/rpc/relance.proto"]
    path = {"PATH": f"{sysconfig.get_path('scripts')}:/usr/bin:/bin"}
    subprocess.run(command, cwd=ROOT, check=True, env=path, capture_output=True)
    return out / "engine" / "rpc"


@pytest.mark.parametrize("name", MADE)
def test_the_committed_code_is_a_fresh_generation(fresh: Path, name: str) -> None:
    assert (fresh / name).read_text() == (ROOT / "engine" / "rpc" / name).read_text()
