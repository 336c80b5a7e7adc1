"""Which engine a command talks to: an address, or the data folder of one on this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import RequestError
from engine.settings import Rpc

if TYPE_CHECKING:
    from engine.rpc.client import Relance

Grpc = Annotated[
    str,
    typer.Option(
        "--grpc",
        metavar="HOST:PORT",
        show_default=False,
        help="A running engine; its key comes from RELANCE_KEY.  [env var: RELANCE_GRPC]",
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        show_default=False,
        help="Data folder of an engine on this machine; needs no key.  [env var: RELANCE_DATA]",
    ),
]


@contextmanager
def connected(grpc: str, data: Path | None) -> Iterator["Relance"]:
    """Raises RequestError when nothing can be running there."""
    from engine.rpc.client import Relance

    with Relance(address_of(grpc, data), os.environ.get("RELANCE_KEY", "")) as engine:
        yield engine


def address_of(grpc: str, data: Path | None) -> str:
    """Raises RequestError when nothing can be running there."""
    grpc, data = _named(grpc, data)
    if data is not None and not _socket(data).exists():
        raise RequestError(f"no engine runs on {data}; start it with relance up")
    return grpc if data is None else f"unix:{_socket(data)}"


def at_rest(grpc: str, data: Path | None) -> Path | None:
    """The data folder to open directly: one was named, and no engine runs on it."""
    _, folder = _named(grpc, data)
    return folder if folder is not None and not _answers(folder) else None


def _named(grpc: str, data: Path | None) -> tuple[str, Path | None]:
    """Options go before variables, an address before a folder; with none, the default address."""
    if grpc or data is not None:
        return grpc, None if grpc else data
    folder = os.environ.get("RELANCE_DATA")
    grpc = os.environ.get("RELANCE_GRPC", "")
    if folder and not grpc:
        return "", Path(folder)
    return grpc or Rpc().grpc, None


def _socket(data: Path) -> Path:
    return data.absolute() / "control.sock"


def _answers(data: Path) -> bool:
    """An engine that was killed leaves its socket behind."""
    if not _socket(data).exists():
        return False
    try:
        with connected("", data) as engine:
            engine.health()
    except RequestError as error:
        return type(error) is not RequestError
    return True
