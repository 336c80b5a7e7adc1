"""The command that looks at this machine: can the engine run here?"""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

import typer

from engine.cli.output import Json, print_json
from engine.clock import SystemClock
from engine.domain.language.endpoint import secret_of
from engine.loading.settings import load_settings
from engine.loading.workspace import Workspace
from engine.settings import SQLITE, Settings

app = typer.Typer()
PYTHON = (3, 11)
FREE = 2**30
"""Bytes of disk below which a store should not be started."""
PATIENCE = 5.0


class Found(NamedTuple):
    """One thing looked at; ``text`` says what was seen, and what to do when it is not good."""

    name: str
    good: bool
    text: str


@app.command()
def doctor(
    workspace: Annotated[
        Path, typer.Option(envvar="RELANCE_WORKSPACE", metavar="DIR", help="Whose settings to try.")
    ] = Path("config"),
    data: Annotated[
        Path, typer.Option(envvar="RELANCE_DATA", metavar="DIR", help="The data folder to try.")
    ] = Path("data"),
    json: Json = False,
) -> None:
    """Python, SQLite, Ray, ports, disk, clock and mail route: is all there that is needed?"""
    settings = load_settings(workspace, os.environ)
    found = [*_looked(settings, data), *_endpoints(workspace, os.environ)]
    if json:
        print_json([one._asdict() for one in found])
    else:
        for one in found:
            print(f"{'ok  ' if one.good else 'BAD '} {one.name}: {one.text}")
    raise typer.Exit(0 if all(one.good for one in found) else 1)


def _looked(settings: Settings, data: Path) -> Iterator[Found]:
    yield _python()
    yield _sqlite() if settings.store.url == SQLITE else _postgresql(settings.store.url)
    if settings.runtime.runtime == "ray":
        yield _ray()
    for name in ("grpc", "http"):
        yield _port(name, getattr(settings.rpc, name))
    folder = next(path for path in (data.absolute(), *data.absolute().parents) if path.exists())
    yield _writable(folder)
    yield _space(folder)
    yield _clock()
    yield _route(settings.email.route)
    yield _public_url(settings.rpc.public_url)


def _endpoints(workspace: Path, environ: Mapping[str, str]) -> Iterator[Found]:
    """Without its secret an endpoint is told nothing: whatever it should hear of waits."""
    for written in Workspace(workspace).webhooks:
        endpoint = written.definition
        variable = secret_of(endpoint.webhook)
        good = bool(environ.get(variable, "").strip())
        text = f"{endpoint.url}: {variable} {'signs' if good else 'is not set; whsec_...'}"
        yield Found(f"webhook {endpoint.webhook}", good, text)


def _python() -> Found:
    text = ".".join(map(str, sys.version_info[:3]))
    return Found("python", sys.version_info >= PYTHON, f"{text} (3.11 or newer is needed)")


def _sqlite() -> Found:
    from engine.store.driver import SAFE_FOR_TWO_WRITERS, driver, two_writers_are_safe

    needed = ".".join(map(str, SAFE_FOR_TWO_WRITERS))
    advice = "" if two_writers_are_safe() else f"; before {needed} two owners may spoil a file"
    return Found("sqlite", two_writers_are_safe(), f"{driver.sqlite_version}{advice}")


def _postgresql(url: str) -> Found:
    from engine.store.postgres_session import tried

    return Found("postgresql", *tried(url))


def _ray() -> Found:
    if find_spec("ray") is None:
        return Found("ray", False, "is not installed; run with --runtime in-process")
    return Found("ray", True, version("ray"))


def _port(name: str, address: str) -> Found:
    host, _, port = address.rpartition(":")
    try:
        family, kind, *_, place = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        advice = f"choose another in [rpc] {name}, unless this engine runs already"
        return Found(name, False, f"{address}: {error.strerror}; {advice}")
    return Found(name, True, f"{address} is free")


def _writable(folder: Path) -> Found:
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Found("data", False, f"{folder}: {error.strerror}")
    return Found("data", True, f"{folder} is writable")


def _space(folder: Path) -> Found:
    free = shutil.disk_usage(folder).free
    return Found("disk", free >= FREE, f"{free / 2**30:.1f} GiB free (1 GiB is needed)")


def _clock() -> Found:
    """A clock that stands before this file was written is wrong."""
    now = SystemClock().now() / 1_000
    text = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    good = now >= Path(__file__).stat().st_mtime
    return Found("clock", good, text if good else f"{text} lies before the installation; set it")


def _public_url(url: str) -> Found:
    """Its absence is told, and stops nothing: a mailbox of files needs no links."""
    if not url:
        text = "no mail carries List-Unsubscribe, and no double opt-in works: set [rpc] public_url"
    elif not url.startswith("https://"):
        text = f"{url}: mail programs unsubscribe over https:// only"
    else:
        text = f"mail programs unsubscribe at {url}"
    return Found("public_url", True, text)


def _route(route: str) -> Found:
    if route == "mailbox":
        return Found("email", True, "mailbox: messages are written as files, nothing is sent")
    url = urlsplit(route)
    port = url.port or (465 if url.scheme == "smtps" else 25)
    place = f"{url.hostname}:{port}"
    try:
        with socket.create_connection((url.hostname or "", port), timeout=PATIENCE):
            return Found("email", True, f"{place} answers")
    except OSError as error:
        return Found("email", False, f"{place} does not answer: {error}; see [email] route")
